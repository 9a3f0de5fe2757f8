"""A language model in a child process: answers, failures by their code, cancelling, and nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import psutil
import pytest

from analysis.failures import Cancelled, Failure
from app.failures import LanguageModelDied
from app.jobs import asking
from app.jobs.asking import AskingChild
from sync.providers import FileModel, Message, ServerModel
from tests.llm_server import LlmServer, asked

TALK = (Message("user", "您好"),)


@pytest.fixture
def server():
    with LlmServer(asked) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left():
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("model-")] == []


def test_one_child_answers_many_questions(server):
    with AskingChild(ServerModel(server.url), threading.Event()) as model:
        first = model.ask(TALK)
        second = model.ask((Message("user", "再见"),))
    assert (first.text, first.model, second.text) == ("您好", "tiny", "再见")


@pytest.mark.parametrize(("fault", "code"), [("401", "llm_unauthorized"), ("cut", "llm_nonsense")])
def test_a_failure_keeps_its_code_and_the_child_goes_on(server, fault, code):
    with AskingChild(ServerModel(server.url, "tiny"), threading.Event()) as model:
        server.fault = fault
        with pytest.raises(Failure) as failure:
            model.ask(TALK)
        assert (failure.value.code, failure.value.params["host"]) == (code, server.url.removeprefix("http://"))
        server.fault = ""
        assert model.ask(TALK).text == "您好"


def test_another_computer_is_never_asked():
    with AskingChild(ServerModel("http://192.0.2.1:8080"), threading.Event()) as model, pytest.raises(Failure) as found:
        model.ask(TALK)
    assert found.value.code == "llm_address_refused"


@pytest.mark.alone
def test_cancel_ends_a_question_within_a_second(server):
    server.fault, cancel = "slow", threading.Event()
    with AskingChild(ServerModel(server.url, "tiny"), cancel) as model:
        threading.Thread(target=lambda: (server.asked.wait(60), cancel.set())).start()
        with pytest.raises(Cancelled):
            model.ask(TALK)
        began = time.monotonic()
    assert time.monotonic() - began < 1
    with pytest.raises(Cancelled), AskingChild(ServerModel(server.url), cancel):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_child_that_dies_is_said(server):
    server.fault = "slow"
    with AskingChild(ServerModel(server.url, "tiny"), threading.Event()) as model:
        kill = lambda: (server.asked.wait(60), os.kill(model._child.pid, signal.SIGKILL))  # noqa: E731
        threading.Thread(target=kill).start()
        with pytest.raises(LanguageModelDied, match="signal 9"):
            model.ask(TALK)


def test_a_runtime_that_knows_no_limit_is_ended(tmp_path, monkeypatch):
    """llama.cpp cannot be told a time limit, so the child is ended after it."""
    (tmp_path / "llama_cpp.py").write_text(
        "import threading\nclass Llama:\n"
        "    def __init__(self, **more): pass\n"
        "    def create_chat_completion(self, **more): threading.Event().wait()\n"
    )
    (tmp_path / "slow.gguf").write_bytes(b"GGUF" + bytes(99))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(asking, "GRACE_S", 0.2)
    model = FileModel(str(tmp_path / "slow.gguf"))
    with AskingChild(model, threading.Event()) as child, pytest.raises(Failure) as failure:
        child.ask(TALK, timeout_s=1.0)
    assert (failure.value.code, failure.value.params) == ("llm_timeout", {"model": "slow.gguf", "seconds": "1"})


def test_the_program_itself_can_be_the_child(server, monkeypatch):
    """A frozen program starts its children through itself."""
    monkeypatch.setattr(asking, "command", lambda: [sys.executable, "-m", "app", "--model-worker"])
    with AskingChild(ServerModel(server.url), threading.Event()) as model:
        assert model.ask(TALK).text == "您好"
