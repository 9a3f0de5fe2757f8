"""Consent taken back, or a service turned off, while something is being sent: nothing leaves or is kept then."""

from __future__ import annotations

import threading
import time

import pytest

from app import text
from app.domain.enrichment import EnrichmentKind
from app.domain.outside import Purpose
from app.failures import ConsentMissing, OutsideStopped
from app.jobs.analysis import Choices, InterviewAnalysis
from app.jobs.enriching import WORKS, still_allowed
from app.jobs.outside_expression import STAGE
from app.jobs.outside_speech import OutsideSpeech
from app.outside.services import keep_setting
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from sync.providers.profile import SHIPPED
from tests.app import outside
from tests.app.pool import filled
from tests.app.test_outside_asking import TERMS, reply
from tests.app.test_outside_expression import KIND as PICTURES
from tests.app.test_outside_expression import analyse as analyse_face
from tests.app.test_outside_speech import ZH
from tests.clips import cut
from tests.service_server import ServiceServer

SPEECH, FACE = Purpose.SPEECH, Purpose.EXPRESSION
SHORT = {"start": 0.1, "end": 1.5, "text": "我把系统拆开了。"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sample):
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("clip") / "四.mp4", 20.0)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "data", assessor="李静") as opened:
        yield opened


@pytest.fixture
def server():
    with ServiceServer(reply=reply, segments=(SHORT,)) as running:
        yield running


@pytest.fixture
def filmed(library, clip, server, monkeypatch):
    """An interview with a face in its answers, of which pictures may be sent."""
    made = import_file(library, clip).interview.id
    analyse_face(library, made)
    outside.open_gate(library, made, server, FACE, monkeypatch)
    return made


@pytest.fixture
def heard(library, clip, server, monkeypatch):
    """An interview whose sound may be sent, in two parts."""
    profile = library.folder / "services" / "short_parts.toml"
    profile.parent.mkdir()
    words = (SHIPPED / "openai_speech.toml").read_text("utf-8").replace("max_s = 1200", "max_s = 10")
    profile.write_text(words, "utf-8")
    monkeypatch.setitem(outside.PREFIX, "short_parts", "/v1")
    made = import_file(library, clip).interview.id
    outside.open_gate(library, made, server, SPEECH, monkeypatch, "short_parts")
    return made


def service_withdrawn(library, interview_id, purpose):
    outside.agree(library, interview_id, purpose, agreed=False)


def all_withdrawn(library, interview_id, _purpose):
    library.record_consent(interview_id, (), "v1", "王小雨")


def turned_off(library, _interview_id, purpose):
    outside.off(library, purpose)


def other_address(library, _interview_id, purpose):
    keep_setting(SettingsFile(library.folder), purpose, url="https://other.example/v1")


def stricter(library, interview_id, _purpose):
    SettingsFile(library.folder).change(jurisdiction="strictest")


CHANGES = (service_withdrawn, all_withdrawn, turned_off, other_address, stricter)


def once(change, *args):
    """A listener to reports that makes the change at the first one, and once."""
    made = []

    def report(message):
        if getattr(message, "stage", "") == STAGE and message.done_s and not made:
            made.append(change(*args))

    return report


@pytest.mark.parametrize("change", CHANGES)
def test_no_picture_leaves_after(library, filmed, server, change):
    with pytest.raises(OutsideStopped) as caught:
        WORKS[PICTURES](library, filmed)(once(change, library, filmed, FACE), threading.Event())
    assert len(server.came) == 1
    assert caught.value.params["n"] == 1
    assert server.host in text.sentence(caught.value)
    assert library.enrichment(filmed, PICTURES) is None


@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_that_comes_after_is_not_kept(library, server, monkeypatch, change):
    interview_id = filled(library)
    outside.open_gate(library, interview_id, server, Purpose.TERMS, monkeypatch)

    def asked(body):
        change(library, interview_id, Purpose.TERMS)
        return reply(body)

    server.reply = asked
    with pytest.raises(OutsideStopped):
        WORKS[TERMS](library, interview_id)(lambda _: None, threading.Event())
    assert library.enrichment(interview_id, TERMS) is None


@pytest.mark.parametrize("change", [service_withdrawn, all_withdrawn])
def test_a_request_under_way_is_given_up_at_once(library, filmed, server, change):
    server.fault = "slow"

    def withdraw():
        server.asked.wait(30)
        change(library, filmed, FACE)

    thread = threading.Thread(target=withdraw)
    thread.start()
    began = time.monotonic()
    with pytest.raises(OutsideStopped):
        WORKS[PICTURES](library, filmed)(lambda _: None, threading.Event())
    thread.join()
    assert time.monotonic() - began < 20
    assert len(server.came) == 1


@pytest.mark.parametrize("change", [service_withdrawn, all_withdrawn])
def test_no_further_part_of_the_sound_leaves(library, heard, server, change):
    def report(message):
        if getattr(message, "stage", "") == "outside_speech" and message.done_s and len(server.sent) == 1:
            change(library, heard, SPEECH)

    with pytest.raises(OutsideStopped):
        OutsideSpeech(library, heard, ZH)(report, threading.Event())
    assert len(server.sent) == 1
    assert library.transcript(heard) is None


def test_what_is_taken_back_meanwhile_is_not_analysed_here_instead(library, heard, server):
    work = InterviewAnalysis(library, heard, Choices(modalities=("speech",), language="zh"))

    def report(message):
        if getattr(message, "stage", "") == "outside_speech" and message.done_s:
            library.record_consent(heard, (), "v1", "王小雨")

    with pytest.raises(ConsentMissing):
        work(report, threading.Event())
    assert library.interview(heard).analysis_id is None


def test_what_is_compared_here_stops_with_the_consent(library):
    interview_id = filled(library)
    assert still_allowed(library, interview_id, EnrichmentKind.NOVELTY)
    library.record_consent(interview_id, ("face",), "v1", "王小雨")
    assert not still_allowed(library, interview_id, EnrichmentKind.NOVELTY)
