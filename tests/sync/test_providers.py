"""Language models on this computer: a real server on loopback with all its faults, and GGUF files."""

from __future__ import annotations

import subprocess
import sys
import time

import msgspec
import pytest

from sync import failures
from sync.providers import FileModel, Message, ServerModel, open_model
from sync.providers.local_gguf import MODULE, LocalGguf
from sync.providers.openai_compatible import KEY_VARIABLE, MAX_ANSWER_BYTES, OpenAiCompatible
from sync.providers.worker import ORPHANED, Question, Refused, Reply, Said
from tests.conftest import ROOT
from tests.llm_server import LlmServer, asked

TALK = (Message("system", "只说 JSON"), Message("user", "《证据》 evidence?"))


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with LlmServer('{"claims": []}') as running:
        yield running


@pytest.fixture
def model(server):
    opened = open_model(ServerModel(server.url, "tiny"))
    yield opened
    opened.close()


def test_an_answer_with_the_model_and_its_version(server, model):
    answer = model.ask(TALK, max_tokens=77)
    assert (answer.text, answer.model, answer.version, answer.cut) == ('{"claims": []}', "tiny", "b4000", False)
    (body,) = server.requests
    assert {name: body[name] for name in ("model", "max_tokens", "temperature", "seed", "stream")} == {
        "model": "tiny", "max_tokens": 77, "temperature": 0, "seed": 0, "stream": False,
    }  # fmt: skip
    assert asked(body) == "只说 JSON\n《证据》 evidence?"
    assert "Authorization" not in server.headers[-1]


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
def test_the_address_may_be_given_in_any_of_the_usual_ways(server, path):
    model = OpenAiCompatible(server.url + path)
    assert model.ask(TALK).model == "tiny"
    model.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_names_of_this_computer_are_taken(server, host):
    model = OpenAiCompatible(server.url.replace("127.0.0.1", host), "tiny")
    assert model.check() == "tiny"
    model.close()


@pytest.mark.parametrize(
    "url",
    ["https://api.example.com/v1", "http://192.168.1.7:8080", "http://10.0.0.1", "https://[2001:db8::1]/v1", "",
     "localhost:8080", "file:///etc/passwd", "http://127.0.0.1@example.com/", "http://localhost.example.com",
     "http://0.0.0.0:8080", "http://[::ffff:8.8.8.8]/"],
)  # fmt: skip
def test_an_address_beyond_this_computer_is_refused(url):
    with pytest.raises(failures.LlmAddressRefused):
        open_model(ServerModel(url))


def test_no_proxy_is_used(server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    model = OpenAiCompatible(server.url, "tiny")
    assert model.ask(TALK, timeout_s=5).model == "tiny"
    model.close()


def test_a_key_is_sent_and_never_said(server, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "hush")
    model = OpenAiCompatible(server.url, "tiny")
    model.ask(TALK)
    assert server.headers[-1]["Authorization"] == "Bearer hush"
    server.fault = "400"
    with pytest.raises(failures.LlmRejected) as failure:
        model.ask(TALK)
    assert failure.value.params["detail"] == "not <b>today</b>, key=•••"
    model.close()


FAULTS = {
    "401": failures.LlmUnauthorized, "403": failures.LlmUnauthorized, "429": failures.LlmBusy, "500": failures.LlmBusy,
    "503": failures.LlmBusy, "404": failures.LlmUnknown, "400": failures.LlmRejected, "redirect": failures.LlmNonsense,
    "cut": failures.LlmNonsense, "not-json": failures.LlmNonsense, "other-shape": failures.LlmNonsense,
    "list": failures.LlmNonsense, "bad-text": failures.LlmNonsense, "deep": failures.LlmNonsense,
    "no-choice": failures.LlmSilent, "null": failures.LlmSilent, "blank": failures.LlmSilent,
    "too-long": failures.LlmTooLong,
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_server_is_a_failure_of_its_own(server, model, fault):
    server.fault = fault
    with pytest.raises(FAULTS[fault]) as failure:
        model.ask(TALK, timeout_s=20)
    assert type(failure.value) is FAULTS[fault]
    if fault == "too-long":
        assert failure.value.params["limit"] == MAX_ANSWER_BYTES


@pytest.mark.parametrize("fault", ["slow", "trickle"])
def test_a_slow_server_is_given_up_in_time(server, model, fault):
    server.fault = fault
    began = time.monotonic()
    with pytest.raises(failures.LlmTimeout) as failure:
        model.ask(TALK, timeout_s=0.5)
    assert failure.value.params == {"model": "tiny", "seconds": "0.5"}
    assert time.monotonic() - began < 30


def test_an_answer_that_ran_out_of_room_says_so(server, model):
    server.fault = "length"
    assert model.ask(TALK).cut


def test_nobody_there(server):
    with LlmServer() as gone:
        url = gone.url
    model = OpenAiCompatible(url, "tiny")
    with pytest.raises(failures.LlmUnreachable):
        model.ask(TALK)
    model.close()


def test_which_model_answers(server):
    assert _check(server, "") == "tiny"
    server.models = ("tiny", "large")
    assert _check(server, "large") == "large"
    for name, failure in (("", failures.LlmUnnamed), ("huge", failures.LlmUnknown)):
        with pytest.raises(failure) as found:
            _check(server, name)
        assert found.value.params["names"] == "tiny, large"
    server.fault = "no-list"
    assert _check(server, "large") == "large"
    with pytest.raises(failures.LlmUnnamed):
        _check(server, "")
    server.fault = "401"
    with pytest.raises(failures.LlmUnauthorized):
        _check(server, "large")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/srv/models/Qwen 7B.gguf", "Qwen 7B.gguf"),
        (r"C:\\models\\qwen.gguf", "qwen.gguf"),
        ("hf.co/org/qwen:Q4", "hf.co/org/qwen:Q4"),
    ],
)
def test_a_model_named_by_its_path_is_told_by_its_file(server, name, told):
    """llama.cpp's server does so; it is asked for under its own name all the same."""
    server.models = (name,)
    model = OpenAiCompatible(server.url)
    assert model.check() == told
    assert model.ask(TALK).model == told
    assert server.requests[-1]["model"] == name
    model.close()


def _check(server: LlmServer, name: str) -> str:
    model = OpenAiCompatible(server.url, name)
    try:
        return model.check()
    finally:
        model.close()


# Files


RUNTIME = """
class Llama:
    def __init__(self, model_path, n_ctx, **more):
        if "broken" in model_path:
            raise ValueError("Failed to load model from file: " + model_path)
        print("llama.cpp prints")
    def create_chat_completion(self, messages, max_tokens, **more):
        words = messages[-1]["content"]
        if words == "much":
            raise ValueError("Requested tokens (9000) exceed context window of 4096")
        reason = "length" if max_tokens < 3 else "stop"
        return {"choices": [{"message": {"content": words[::-1]}, "finish_reason": reason}]}
"""
"""The shape of llama-cpp-python: the package itself is compiled on the user's machine and not part of the product."""


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / f"{MODULE}.py").write_text(RUNTIME)
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    yield
    sys.modules.pop(MODULE, None)


@pytest.fixture
def gguf(tmp_path):
    path = tmp_path / "模型 small.gguf"
    path.write_bytes(b"GGUF" + bytes(200))
    return path


def test_without_the_package_a_file_says_what_is_missing(gguf):
    model = LocalGguf(gguf)
    for call in (model.check, lambda: model.ask(TALK)):
        with pytest.raises(failures.LlmRuntimeMissing) as failure:
            call()
        assert failure.value.params == {"package": "llama-cpp-python"}


@pytest.mark.parametrize("content", [None, b"", b"GGU", b"GGML" + bytes(99)])
def test_what_is_no_gguf_file_is_refused(tmp_path, content):
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(failures.LlmFileInvalid) as failure:
        open_model(FileModel(str(path)))
    assert failure.value.params == {"file": "model.gguf"}


def test_a_file_answers_under_its_name_and_hash(runtime, gguf):
    model = LocalGguf(gguf)
    assert model.check() == "模型 small.gguf"
    answer = model.ask((Message("user", "abc"),))
    assert (answer.text, answer.model, len(answer.version), answer.cut) == ("cba", gguf.name, 64, False)
    assert model.ask((Message("user", "abc"),), max_tokens=2).cut
    with pytest.raises(failures.LlmSilent):
        model.ask((Message("user", ""),))
    with pytest.raises(failures.LlmRejected, match="exceed context window"):
        model.ask((Message("user", "much"),))
    model.close()


def test_a_file_that_does_not_load(runtime, gguf, tmp_path):
    broken = gguf.rename(tmp_path / "broken.gguf")
    with pytest.raises(failures.LlmNotLoading) as failure:
        LocalGguf(broken).ask(TALK)
    assert failure.value.params["file"] == "broken.gguf"
    assert str(tmp_path) not in str(failure.value.params["detail"])


# The child


@pytest.fixture
def child():
    pipe = subprocess.PIPE
    words = [sys.executable, "-m", "sync.providers.worker"]
    with subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        yield process
        process.kill()


def say(process, *values):
    process.stdin.write(b"".join(msgspec.json.encode(value) + b"\n" for value in values))
    process.stdin.flush()


def hear(process):
    return msgspec.json.decode(process.stdout.readline(), type=Reply)


def question(words, timeout_s=20.0):
    return Question((Message("user", words),), 50, timeout_s)


def test_the_child_answers_one_question_after_the_other(server, child):
    server.reply = asked
    say(child, ServerModel(server.url), question("一"), question("二"))
    assert [hear(child).answer.text, hear(child).answer.text] == ["一", "二"]
    server.fault = "500"
    say(child, question("三"))
    assert hear(child) == Refused("llm_busy", {"host": server.url.removeprefix("http://"), "status": "500"})
    server.fault = ""
    say(child, question("四"))
    assert isinstance(hear(child), Said)


def test_the_child_ends_with_its_input_in_the_middle_of_a_question(server, child):
    server.fault = "slow"
    say(child, ServerModel(server.url), question("一", 60))
    assert server.asked.wait(60)
    child.stdin.close()
    assert child.wait(60) == ORPHANED


def test_what_a_library_prints_does_not_break_the_lines(runtime, gguf):
    pipe = subprocess.PIPE
    words = [sys.executable, "-m", "sync.providers.worker"]
    with subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        say(process, FileModel(str(gguf)), question("abc"))
        assert hear(process).answer.text == "cba"
        process.kill()
        assert b"llama.cpp prints" in process.stderr.read()
