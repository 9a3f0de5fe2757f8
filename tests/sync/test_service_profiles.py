"""Profiles of outside services: whatever a file says, it is refused in words or can do no harm."""

from __future__ import annotations

import copy
import json
import threading
import tomllib
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.providers.calling import Reply
from sync.providers.failures import ServiceFailure, ServiceProfileInvalid
from sync.providers.heard import read_heard
from sync.providers.language_model import Message
from sync.providers.profile import SHIPPED, Answer, Kind, ServiceProfile, load_service, shape_of
from sync.providers.service import Service, Sound

TABLES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(SHIPPED.glob("*.toml"))}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-10, 10**6) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NASTY = JSON | st.sampled_from(
    [
        "http://192.0.2.1/",
        "//evil.example/x",
        "/../../etc",
        "/{key}",
        "{signature}",
        "sound",
        "",
        "a..b",
        "Host",
        "\r\nX: y",
    ]
)


def places(value, at=()):
    """Every place in a table."""
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from places(inner, (*at, key))


def put(table, place, value):
    changed = copy.deepcopy(table)
    holder = changed
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return changed


@st.composite
def mutated(draw):
    """A shipped profile with a value changed, or a field added."""
    name = draw(st.sampled_from(sorted(TABLES)))
    table = TABLES[name]
    for _ in range(draw(st.integers(1, 2))):
        spots = [place for place in places(table) if place]
        place = draw(st.sampled_from(spots))
        if draw(st.booleans()) and isinstance(place[-1], str):
            place = (*place[:-1], draw(st.text(min_size=1, max_size=10)))
        table = put(table, place, draw(NASTY))
    return name, table


@settings(max_examples=400, deadline=None)
@given(mutated(), JSON)
def test_a_profile_is_refused_or_stays_on_its_host(made, answer):
    name, table = made
    try:
        shape = shape_of(name, table)
    except ServiceProfileInvalid:
        return
    asked = []

    def call(request, _timeout_s):
        asked.append(request)
        return Reply(200, {}, json.dumps(answer).encode())

    profile = ServiceProfile(name, "0" * 64, shape)
    service = Service(profile, "https://ai.example/v1", "m", lambda: "a:b", threading.Event())
    service._caller.call = call
    service._caller.wait = lambda _: None
    ask(service)
    for request in asked:
        whole = urlsplit(f"https://ai.example/v1{request.path}")
        assert (whole.netloc, whole.query, whole.fragment) == ("ai.example", "", "")
        assert ".." not in whole.path.split("/")
        assert "\n" not in "".join((*request.headers, *request.headers.values()))
        assert b"a:b" not in request.body


def ask(service):
    """Whatever comes back is an answer or a known failure."""
    with suppress(ServiceFailure):
        if service.profile.kind is Kind.SPEECH:
            service.transcribe(Sound(b"sound", 60.0, "zh", ("t",)))
        elif service.profile.kind is Kind.EXPRESSION:
            service.look(b"picture")
        else:
            service.ask([Message("system", "s"), Message("user", "u")])


TIME = st.floats(-1, 70) | st.integers(-1, 70) | st.text(max_size=3) | st.none()
ROW = st.fixed_dictionaries(
    {"start": TIME, "end": TIME, "text": st.text(max_size=10) | st.none()},
    optional={"speaker": st.text(max_size=50) | st.integers(), "p": st.floats() | st.text(max_size=2)},
)
FIELDS = {"start": "start", "end": "end", "text": "text", "speaker": "speaker", "probability": "p"}


@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, max_size=5), st.lists(ROW, max_size=5), st.sampled_from(["both", "segments", "words", "within"]))
def test_what_is_heard_lies_within_the_sound(segments, words, which):
    answer = {"segments": [row | {"words": words} for row in segments], "words": words}
    shape = {
        "both": Answer(segments="segments", segment=FIELDS, words="words", word=FIELDS),
        "segments": Answer(segments="segments", segment=FIELDS), "words": Answer(words="words", word=FIELDS),
        "within": Answer(segments="segments", segment=FIELDS, words_in="words", word=FIELDS),
    }[which]  # fmt: skip
    try:
        heard = read_heard(answer, shape, 60.0, "h")
    except ServiceFailure:
        return
    assert heard.parts
    assert [part.start for part in heard.parts] == sorted(part.start for part in heard.parts)
    for part in heard.parts:
        for each in (part, *part.words):
            assert 0 <= each.start <= each.end <= 60.0
            assert each.text == " ".join(each.text.split())
            assert each.text.isprintable()
        assert all(word.probability is None or 0 <= word.probability <= 1 for word in part.words)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_any_answer_at_all(answer):
    shape = Answer(segments="segments", segment=FIELDS, words="words", word=FIELDS)
    with pytest.raises(ServiceFailure):
        read_heard(answer, shape, 60.0, "h")


@pytest.mark.parametrize(("place", "value"), [
    (("address",), "http://api.example.com"), (("address",), "https://a@b.example"), (("title",), {"en": "x"}),
    (("steps", 0, "path"), "https://evil.example/x"), (("steps", 0, "path"), "//evil.example"),
    (("steps", 0, "path"), "/v1/../x"), (("steps", 0, "path"), "/a?b=c"), (("steps", 0, "path"), "/a/{task}"),
    (("steps", 0, "fields", "x"), "key"), (("steps", 0, "fields", "x"), "env.HOME"),
    (("steps", 0, "headers"), {"Host": "x"}), (("steps", 0, "headers"), {"X": "a\r\nb"}),
    (("steps", 0, "body"), "json"), (("steps", 0, "method"), "DELETE"), (("steps", 0, "keep"), {"sound": "a"}),
    (("answer", "unit"), "min"), (("answer", "segment"), {"start": "a"}), (("answer", "segments"), ""),
    (("limits", "max_mb"), float("nan")), (("limits", "timeout_s"), -1), (("sound", "format"), "mp3"),
    (("check", "body"), "json"), (("kind",), "telepathy"), (("code",), "import os"), (("steps",), []),
    (("auth",), {"kind": "signed"}),
    (("auth",), {"kind": "signed", "text": "{secret}", "headers": {"X": "{signature}"}}),
    (("auth",), {"kind": "header", "name": "Cookie"}), (("auth",), {"kind": "query", "name": "key"}),
    (("auth",), {"kind": "bearer", "text": "{id}"}),
])  # fmt: skip
def test_what_is_refused(place, value):
    with pytest.raises(ServiceProfileInvalid):
        shape_of("openai_speech", put(TABLES["openai_speech"], place, value))


def test_a_chat_that_sends_no_question_is_refused():
    with pytest.raises(ServiceProfileInvalid):
        shape_of("x", put(TABLES["openai_terms"], ("steps", 0, "fields"), {"model": "model"}))


@pytest.mark.parametrize("raw", [b"", b"\xff", b"kind = ", b"a" * 70_000, b"[[[[[[", b"x = 1"])
def test_a_file_that_is_none(tmp_path, raw):
    path = tmp_path / "mine.toml"
    path.write_bytes(raw)
    with pytest.raises(ServiceProfileInvalid):
        load_service(path)
    with pytest.raises(ServiceProfileInvalid):
        load_service(tmp_path / "missing.toml")
    with pytest.raises(ServiceProfileInvalid):
        load_service(tmp_path / "Bad Name.toml")


def test_every_shipped_profile_has_a_name_in_both_languages_and_a_hash_of_its_bytes():
    for path in SHIPPED.glob("*.toml"):
        profile = load_service(path)
        assert profile.title("zh") != profile.title("en")
        assert len(profile.sha256) == 64


def test_the_example_of_the_guide_is_a_profile():
    guide = (SHIPPED.parents[2] / "docs" / "providers.md").read_text("utf-8")
    example = guide.split("```toml\n")[1].split("```")[0]
    shape = shape_of("acme_speech", tomllib.loads(example))
    assert shape.auth.text.count("\n") == 3
    assert shape.answer.percent
