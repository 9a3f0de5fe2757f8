"""The child that finds landmarks: the newest picture counts, failures are said, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace

import av
import numpy as np
import psutil
import pytest

from analysis.failures import WorkerDied
from analysis.protocol import Places
from app.jobs import landmarks
from app.jobs.analysis import places
from app.jobs.landmarks import Asked, LandmarkChild

WAIT_S = 60.0


@pytest.fixture(scope="module")
def picture(sample):
    """A picture of the sample with one face."""
    with av.open(str(sample / "sample_zh.mp4")) as container:
        rgb = next(container.decode(video=0)).to_ndarray(format="rgb24")
    return Asked(0, rgb.shape[1], rgb.shape[0], rgb.tobytes())


class Heard:
    """What the child's thread says, and when."""

    def __init__(self):
        self.answers, self.failures = [], []
        self.change = threading.Condition()

    def answered(self, number, faces):
        with self.change:
            self.answers.append((number, faces))
            self.change.notify_all()

    def failed(self, failure):
        with self.change:
            self.failures.append(failure)
            self.change.notify_all()

    def until(self, condition):
        with self.change:
            assert self.change.wait_for(condition, WAIT_S)


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def child(heard, tmp_path):
    child = LandmarkChild(places(tmp_path), heard.answered, heard.failed)
    yield child
    child.close()
    child.join(WAIT_S)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("landmark")]
    assert not processes()


def processes():
    found = psutil.Process().children(recursive=True)
    return [one for one in found if any("landmark" in word for word in one.cmdline())]


def test_one_child_finds_the_face_in_picture_after_picture(child, heard, picture):
    for number in (1, 2):
        child.ask(replace(picture, number=number))
        heard.until(lambda n=number: heard.answers and heard.answers[-1][0] == n)
    assert len(processes()) == 1
    for _, faces in heard.answers:
        assert len(faces) == 1
        assert faces[0].shape == (478, 2)
        assert 0.2 < float(faces[0].mean()) < 0.8
    assert np.array_equal(heard.answers[0][1][0], heard.answers[1][1][0])


def test_a_picture_without_a_face_has_none(child, heard):
    child.ask(Asked(7, 64, 48, bytes(64 * 48 * 3)))
    heard.until(lambda: heard.answers)
    assert heard.answers == [(7, ())]


@pytest.mark.alone
def test_of_those_that_wait_only_the_newest_is_looked_at(child, heard, picture):
    began = time.monotonic()
    for number in range(30):
        child.ask(replace(picture, number=number))
    assert time.monotonic() - began < 0.5
    heard.until(lambda: heard.answers and heard.answers[-1][0] == 29)
    assert len(heard.answers) < 5


def test_what_is_forgotten_is_not_looked_at(child, heard, picture):
    child.ask(replace(picture, number=1))
    heard.until(lambda: heard.answers)
    child.ask(replace(picture, number=2))
    child.ask(replace(picture, number=3))
    child.forget()
    child.ask(replace(picture, number=4))
    heard.until(lambda: heard.answers[-1][0] == 4)
    assert 3 not in [number for number, _ in heard.answers]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_child_that_dies_is_said_and_comes_back_once(child, heard, picture):
    for death in (1, 2):
        child.ask(replace(picture, number=death))
        heard.until(lambda d=death: heard.answers and heard.answers[-1][0] == d)
        os.kill(processes()[0].pid, signal.SIGKILL)
        child.ask(replace(picture, number=100))
        heard.until(lambda d=death: len(heard.failures) == d)
        assert isinstance(heard.failures[-1], WorkerDied)
    child.ask(replace(picture, number=3))
    child.join(WAIT_S)
    assert not processes()


def test_models_that_are_missing_are_said(heard, tmp_path, picture):
    nowhere = tmp_path / "models"
    nowhere.mkdir()
    (nowhere / "manifest.toml").write_bytes((landmarks.resources.resource("models") / "manifest.toml").read_bytes())
    child = LandmarkChild(Places(str(tmp_path), str(tmp_path), str(tmp_path)), heard.answered, heard.failed)
    child.ask(picture)
    heard.until(lambda: heard.failures)
    child.close()
    child.join(WAIT_S)
    assert heard.failures[0].code == "model_missing"


@pytest.mark.alone
def test_closing_does_not_wait_and_says_nothing_more(heard, tmp_path, picture):
    child = LandmarkChild(places(tmp_path), heard.answered, heard.failed)
    child.ask(picture)
    began = time.monotonic()
    child.close()
    assert time.monotonic() - began < 0.5
    child.join(WAIT_S)
    child.ask(picture)
    assert (heard.answers, heard.failures) == ([], [])


def test_the_frozen_program_starts_itself(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert landmarks.command()[-1] == "--landmark-worker"


def test_the_program_serves_as_the_child(heard, tmp_path, picture, monkeypatch):
    monkeypatch.setattr(landmarks, "command", lambda: [sys.executable, "-m", "app", "--landmark-worker"])
    child = LandmarkChild(places(tmp_path), heard.answered, heard.failed)
    child.ask(picture)
    heard.until(lambda: heard.answers)
    child.close()
    child.join(WAIT_S)
    assert len(heard.answers[0][1]) == 1
