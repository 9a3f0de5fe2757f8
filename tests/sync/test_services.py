"""Outside AI services over real HTTP: every shipped profile, every fault, and nothing kept that should not be."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import msgspec
import pytest

from sync.providers import service as engine
from sync.providers.calling import Sending
from sync.providers.failures import (
    ServiceAddressInvalid,
    ServiceBusy,
    ServiceEmpty,
    ServiceKeyMissing,
    ServiceNonsense,
    ServiceRejected,
    ServiceStopped,
    ServiceTimeout,
    ServiceTimes,
    ServiceTooLarge,
    ServiceUnauthorized,
    ServiceUnreachable,
)
from sync.providers.language_model import Message
from sync.providers.profile import SHIPPED, ServiceProfile, load_service
from sync.providers.service import Service, Sound
from tests.service_server import KEY, SECRET, SEGMENTS, SIGNED_KEY, ServiceServer

SOUND = Sound(b"fLaC" + bytes(range(256)), 60.0, "zh", ("微服务", "Kubernetes"))
SPEECH = ("openai_speech", "assemblyai_speech", "signed_jobs_speech")
PREFIX = {"openai_speech": "/v1", "openai_terms": "/v1", "openai_scoring": "/v1"}


@pytest.fixture
def server():
    with ServiceServer() as running:
        yield running


def quick(profile: ServiceProfile, **limits: object) -> ServiceProfile:
    """The same, asking often."""
    shape = profile.shape
    steps = [
        msgspec.structs.replace(step, until=msgspec.structs.replace(step.until, every_s=0.01)) if step.until else step
        for step in shape.steps
    ]
    narrowed = msgspec.structs.replace(shape.limits, **({"per_minute": 0.0} | limits))
    return replace(profile, shape=msgspec.structs.replace(shape, steps=steps, limits=narrowed))


def service(server, name="openai_speech", stop=None, record=lambda _: None, key=None, **limits) -> Service:
    profile = quick(load_service(SHIPPED / f"{name}.toml"), **limits)
    secret = key or (SIGNED_KEY if name.startswith("signed") else KEY)
    return Service(profile, server.url + PREFIX.get(name, ""), "m", lambda: secret, stop or threading.Event(), record)


@pytest.mark.parametrize("name", SPEECH)
def test_speech(server, name):
    heard = service(server, name).transcribe(SOUND)
    assert [part.text for part in heard.parts] == [each["text"] for each in SEGMENTS]
    assert [time for part in heard.parts for time in (part.start, part.end)] == pytest.approx([0.4, 3.1, 4.0, 9.5])
    assert "".join(word.text for word in heard.parts[1].words) == "我把支付系统拆成了八个微服务"
    assert heard.parts[1].words[0].start == pytest.approx(4.0, abs=0.001)
    assert heard.language[:2] in ("zh", "ch")


@pytest.mark.parametrize(("name", "speakers", "chances"), [
    ("openai_speech", ["", ""], {None}), ("assemblyai_speech", ["A", "B"], {0.6}),
    ("signed_jobs_speech", ["A", "B"], {0.8}),
])  # fmt: skip
def test_speakers_and_probabilities_where_the_service_tells_them(server, name, speakers, chances):
    heard = service(server, name).transcribe(SOUND)
    assert [part.speaker for part in heard.parts] == speakers
    assert {word.probability for part in heard.parts for word in part.words} == chances


def test_what_is_sent_as_a_form(server):
    service(server).transcribe(SOUND)
    (came,) = server.came
    assert came.form == {
        "response_format": [b"verbose_json"], "timestamp_granularities[]": [b"word", b"segment"],
        "file": [SOUND.content], "model": [b"m"], "language": [b"zh"], "prompt": ["微服务, Kubernetes".encode()],
    }  # fmt: skip
    assert came.headers["authorization"] == f"Bearer {KEY}"


def test_nothing_is_said_where_language_and_terms_are_not_known(server):
    service(server).transcribe(Sound(SOUND.content, 60.0))
    assert not {"language", "prompt"} & set(server.came[0].form)


def test_three_steps_hand_on_what_they_keep(server):
    service(server, "assemblyai_speech").transcribe(SOUND)
    upload, order, *polls = server.came
    assert (upload.body, upload.headers["content-type"]) == (SOUND.content, "audio/flac")
    assert order.json["audio_url"] == "mem://1"
    assert order.json["language_code"] == "zh"
    assert {poll.path for poll in polls} == {"/v2/transcript/j1"}
    assert len(polls) == 3


def test_a_signature_is_made_for_each_request(server):
    service(server, "signed_jobs_speech").transcribe(SOUND)
    order, *polls = server.came
    assert order.form["language"] == [b"zh-CN"]
    assert order.form["duration"] == [b"60000"]
    assert {poll.path for poll in polls} == {"/v1/asr/tasks/t%2F1%3F"}
    assert len({one.headers["x-nonce"] for one in server.came}) == len(server.came)
    assert not any(SECRET in str(one.headers) for one in server.came)


def test_a_key_of_one_part_cannot_sign(server):
    with pytest.raises(ServiceKeyMissing):
        service(server, "signed_jobs_speech", key="only-one").transcribe(SOUND)
    assert server.came == []


@pytest.mark.parametrize("name", ["openai_terms", "openai_scoring"])
def test_chat(server, name):
    server.reply = lambda body: f"  {body['messages'][1]['content']}! "
    answer = service(server, name).ask([Message("system", "sys"), Message("user", "你好")])
    assert (answer.text, answer.model, answer.cut) == ("你好!", "m-2026", False)
    body = server.came[0].json
    assert body["messages"] == [{"role": "system", "content": "sys"}, {"role": "user", "content": "你好"}]
    assert (body["model"], body["response_format"], body["stream"]) == ("m", {"type": "json_object"}, False)


def test_expression(server):
    assert service(server, "expression_pictures").look(b"\xff\xd8jpeg") == {"happy": 0.25, "neutral": 0.75}
    assert server.came[0].json["image"] == "/9hqcGVn"


@pytest.mark.parametrize("values", [{"happy": 2}, {"happy": True}, {"happy": "much"}, {"happy": float("nan")}])
def test_shares_that_are_none(server, values):
    server.values = values
    with pytest.raises(ServiceNonsense):
        service(server, "expression_pictures").look(b"x")


@pytest.mark.parametrize(("fault", "failure"), [
    ("401", ServiceUnauthorized), ("403", ServiceUnauthorized), ("400", ServiceRejected), ("404", ServiceRejected),
    ("413", ServiceTooLarge), ("500", ServiceBusy), ("503", ServiceBusy), ("wait-long", ServiceBusy),
    ("redirect", ServiceNonsense), ("html", ServiceNonsense), ("cut", ServiceNonsense), ("empty", ServiceNonsense),
    ("list", ServiceNonsense), ("text", ServiceNonsense), ("null", ServiceNonsense), ("bad-text", ServiceNonsense),
    ("deep", ServiceNonsense), ("other-shape", ServiceNonsense), ("drop", ServiceUnreachable),
])  # fmt: skip
def test_faults(server, fault, failure):
    server.fault = fault
    with pytest.raises(failure) as caught:
        service(server).transcribe(SOUND)
    said = str(caught.value.params)
    assert KEY not in said
    assert "\\x07" not in said
    assert len(server.came) == 1


def test_a_service_that_asks_to_wait_is_waited_for(server):
    server.fault, server.faults = "wait", 2
    assert service(server).transcribe(SOUND).parts
    assert len(server.came) == 3


def test_but_not_for_ever(server):
    server.fault = "wait"
    with pytest.raises(ServiceBusy) as caught:
        service(server).transcribe(SOUND)
    assert caught.value.retry_after_s == 0
    assert len(server.came) == engine.TRIES


def test_nobody_is_there():
    with ServiceServer() as gone:
        pass
    with pytest.raises(ServiceUnreachable):
        service(gone).transcribe(SOUND)


def test_an_error_in_a_good_envelope(server):
    server.fault = "envelope"
    with pytest.raises(ServiceUnauthorized):
        service(server, "signed_jobs_speech").transcribe(SOUND)


def test_a_job_that_fails_says_why(server):
    server.fault = "job-failed"
    with pytest.raises(ServiceRejected) as caught:
        service(server, "signed_jobs_speech").transcribe(SOUND)
    assert caught.value.params["detail"] == "audio cannot be decoded"


def test_hiccups_while_a_job_runs_are_nothing(server):
    server.polls = 3
    asked = service(server, "assemblyai_speech")
    real, calls = asked._caller.call, []

    def shaky(request, timeout_s):
        calls.append(request.path)
        if len(calls) in (3, 4):
            raise ServiceUnreachable(host="x")
        return real(request, timeout_s)

    asked._caller.call = shaky
    assert asked.transcribe(SOUND).parts


def test_slow(server):
    server.fault = "slow"
    begun = time.monotonic()
    with pytest.raises(ServiceTimeout):
        service(server, timeout_s=0.3).transcribe(SOUND)
    assert time.monotonic() - begun < 30


def test_nobody_wants_it_any_more(server):
    server.fault = "slow"
    stop = threading.Event()
    threading.Thread(target=lambda: (server.asked.wait(60), stop.set())).start()
    begun = time.monotonic()
    with pytest.raises(ServiceStopped):
        service(server, stop=stop).transcribe(SOUND)
    assert time.monotonic() - begun < 30
    assert not [one for one in threading.enumerate() if one.name == "outside-call"]


def test_too_large_is_never_sent(server):
    with pytest.raises(ServiceTooLarge):
        service(server, max_mb=0.0001).transcribe(SOUND)
    assert server.came == []


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 90), (float("nan"), 1), (float("inf"), 1)])
def test_wrong_times(server, start, end):
    server.segments = (SEGMENTS[0], SEGMENTS[1] | {"start": start, "end": end})
    with pytest.raises(ServiceTimes):
        service(server).transcribe(SOUND)


def test_nothing_heard(server):
    server.segments = ()
    with pytest.raises(ServiceEmpty):
        service(server).transcribe(SOUND)


def test_a_little_beyond_the_end_is_the_end(server):
    server.segments = (SEGMENTS[0] | {"end": 60.9},)
    assert service(server).transcribe(SOUND).parts[0].end == 60.0


def test_no_faster_than_the_service_takes(server):
    asked = service(server, per_minute=600.0)
    begun = time.monotonic()
    for _ in range(3):
        asked.transcribe(SOUND)
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("name", [path.stem for path in sorted(SHIPPED.glob("*.toml"))])
def test_checking_sends_nothing_of_anybody(server, name):
    service(server, name).check()
    (came,) = server.came
    assert (came.method, came.body) == ("GET", b"")


def test_checking_says_that_the_key_is_wrong(server):
    with pytest.raises(ServiceUnauthorized):
        service(server, key="other").check()


def test_what_is_recorded_holds_no_word(server):
    seen: list[Sending] = []
    service(server, record=seen.append).transcribe(SOUND)
    (sending,) = seen
    assert (sending.host, sending.bytes) == (server.host, len(server.came[0].body))
    assert len(sending.sha256) == 64
    assert KEY not in repr(sending)


@pytest.mark.parametrize("address", ["http://api.example.com", "ftp://x", "", "https://u:p@x.example", "https://x?y=1"])
def test_only_https_beyond_this_computer(address):
    profile = load_service(SHIPPED / "signed_jobs_speech.toml")
    with pytest.raises(ServiceAddressInvalid):
        Service(profile, address, "", lambda: KEY, threading.Event())
