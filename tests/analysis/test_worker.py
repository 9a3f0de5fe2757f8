"""The child by itself: its pipe, its heartbeat, its priority, and its end when nobody listens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest

from analysis import embedding, protocol
from analysis.request import AnalysisRequest
from analysis.worker import ORPHANED

ROOT = Path(__file__).resolve().parents[2]
PLACES = protocol.Places(str(ROOT / "resources"), "cache", "data")
PRINTING = """
import os, sys
from analysis import protocol, worker
def noisy(job, lines):
    print("a library prints")
    os.write(1, b"and writes to the descriptor\\n")
    return protocol.AddModelResult("found", "folder")
worker._do = noisy
sys.exit(worker.main())
"""
WAITING = """
import sys, threading
from analysis import worker
worker._do = lambda job, lines: threading.Event().wait()
sys.exit(worker.main())
"""
BROKEN = """
import sys
from analysis import worker
worker._do = lambda job, lines: 1 / 0
sys.exit(worker.main())
"""


@pytest.fixture
def child(request):
    """A child running this code instead of a real job."""
    command = (
        [sys.executable, "-c", request.param]
        if hasattr(request, "param")
        else [sys.executable, "-m", "analysis.worker"]
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        yield process
        process.kill()


def ask(process: subprocess.Popen, job: protocol.Job) -> None:
    """Send the job and keep the pipe open."""
    process.stdin.write(msgspec.json.encode(job) + b"\n")
    process.stdin.flush()


def hear(process: subprocess.Popen) -> protocol.Message:
    """The child's next message."""
    return msgspec.json.decode(process.stdout.readline(), type=protocol.Message)


ADD = protocol.AddModelJob("nowhere", PLACES)


@pytest.mark.parametrize("child", [PRINTING], indirect=True)
def test_what_a_library_prints_does_not_break_the_lines(child):
    ask(child, ADD)
    messages = [msgspec.json.decode(line, type=protocol.Message) for line in child.stdout]
    assert messages[-1] == protocol.ResultMessage(protocol.AddModelResult("found", "folder"))
    said = child.stderr.read().decode()
    assert "a library prints" in said
    assert "and writes to the descriptor" in said
    assert child.wait(60) == 0


@pytest.mark.parametrize("child", [WAITING], indirect=True)
def test_it_beats_runs_at_a_lower_priority_and_ends_with_its_input(child):
    ask(child, ADD)
    assert [hear(child), hear(child)] == [protocol.Heartbeat()] * 2
    assert psutil.Process(child.pid).nice() > psutil.Process().nice()
    child.stdin.close()
    assert child.wait(60) == ORPHANED


@pytest.mark.parametrize("child", [BROKEN], indirect=True)
def test_a_bug_ends_it_with_a_traceback(child):
    ask(child, ADD)
    assert {type(msgspec.json.decode(line, type=protocol.Message)) for line in child.stdout} == {protocol.Heartbeat}
    assert b"ZeroDivisionError" in child.stderr.read()
    assert child.wait(60) == 1


def test_every_line_has_a_version_and_a_type(child):
    request = AnalysisRequest("none.mp4", "out", "observed", display_name="没有 📹.mp4")
    ask(child, protocol.AnalyseJob(request, PLACES))
    *beats, failure = [msgspec.json.decode(line) for line in child.stdout]
    assert {(beat["v"], beat["type"]) for beat in beats} <= {(1, "heartbeat")}
    assert failure == {"v": 1, "type": "failure", "code": "media_missing", "params": {"name": "没有 📹.mp4"}}


def test_without_a_job_it_ends(child):
    child.stdin.close()
    assert child.wait(60) == ORPHANED


@pytest.mark.parametrize(
    "message",
    [
        protocol.Heartbeat(),
        protocol.ProgressMessage("text", 1.0, 2.0, 0.5, 3.0),
        protocol.PartialMessage("text"),
        protocol.ResultMessage(protocol.AnalysisResult("id", "folder", {"text": 1.0})),
        protocol.FailureMessage("disk_full", {"folder": "x"}),
    ],
)
def test_messages_keep_their_shape(message):
    assert msgspec.json.decode(msgspec.json.encode(message), type=protocol.Message) == message


def test_sentences_become_vectors_in_a_file(child, tmp_path):
    texts = ("我把订单表拆成了十六个库。", "我们按用户编号分了十六个库。", "周末我喜欢爬山。", "")
    ask(
        child,
        protocol.EmbedJob(
            texts, str(tmp_path / "向量.npy"), msgspec.structs.replace(PLACES, cache=str(tmp_path / "cache"))
        ),
    )
    messages = [msgspec.json.decode(line, type=protocol.Message) for line in child.stdout]
    assert messages[-1] == protocol.ResultMessage(protocol.EmbedResult(embedding.encoder()))
    assert [m.share for m in messages if isinstance(m, protocol.ProgressMessage)] == [1.0]
    vectors = np.load(tmp_path / "向量.npy", allow_pickle=False).astype(np.float32)
    assert vectors.shape == (4, 512)
    assert np.linalg.norm(vectors[:3], axis=1) == pytest.approx([1, 1, 1], abs=0.01)
    assert vectors[0] @ vectors[1] > 2 * (vectors[0] @ vectors[2])
