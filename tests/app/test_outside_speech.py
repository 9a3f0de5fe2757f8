"""Speech recognition by an outside service, from the gate to the document: real HTTP, real media, a real library."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import traceback

import pytest

from analysis import media
from analysis.document import Fallback
from analysis.export import read
from analysis.failures import Cancelled, Failure, TranscriptUnknown
from analysis.reading import read as read_cues
from app import cli, origin, text
from app.domain.outside import Purpose
from app.failures import ConsentMissing, OutsideConsentMissing, OutsideForbidden, OutsideOff, OutsideUnconfirmed
from app.jobs.analysis import Choices, InterviewAnalysis
from app.jobs.outside_speech import OutsideSpeech, Wish, asked_of
from app.outside.services import keep_setting, named
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from sync.providers.profile import SHIPPED
from tests.app import outside
from tests.clips import cut
from tests.service_server import KEY, SECRET, SEGMENTS, SIGNED_KEY, ServiceServer

SPEECH = Purpose.SPEECH
ZH = Wish("zh", ("微服务",))


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sample):
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("clip") / "面试 二.mp4", 12.0)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "资料 库", assessor="李静") as opened:
        yield opened


@pytest.fixture
def interview_id(library, clip):
    return import_file(library, clip).interview.id


@pytest.fixture
def server():
    with ServiceServer() as running:
        yield running


@pytest.fixture
def ready(library, interview_id, server, monkeypatch):
    outside.open_gate(library, interview_id, server, SPEECH, monkeypatch)
    return OutsideSpeech(library, interview_id, ZH)


def run(work, stop=None):
    heard = []
    return work(heard.append, stop or threading.Event()), heard


def analyse(library, interview_id, **choices):
    """A document of the voice alone."""
    work = InterviewAnalysis(library, interview_id, Choices(modalities=("speech",), language="zh", **choices))
    work(lambda _: None, threading.Event())
    return read(library.analysis_folder(interview_id)).analysis


# The gate: each condition, and nothing leaves


def turn_off(library, interview_id, monkeypatch):
    outside.off(library, SPEECH)


def strictest(library, interview_id, monkeypatch):
    library.record_consent(interview_id, ("speech",), "v1", "x")
    SettingsFile(library.folder).change(jurisdiction="strictest")


def unknown_law(library, interview_id, monkeypatch):
    SettingsFile(library.folder).change(jurisdiction="ZZ")


def voice_withdrawn(library, interview_id, monkeypatch):
    library.record_consent(interview_id, ("face",), "v1", "x")


def withdrawn(library, interview_id, monkeypatch):
    outside.agree(library, interview_id, SPEECH, agreed=False)


def no_key(library, interview_id, monkeypatch):
    monkeypatch.delenv("MIANJIAN_SPEECH_KEY")


def other_host(library, interview_id, monkeypatch):
    keep_setting(SettingsFile(library.folder), SPEECH, url="https://other.example/v1")


@pytest.mark.parametrize(("without", "failure", "code"), [
    (turn_off, OutsideOff, "outside_off"), (strictest, OutsideForbidden, "outside_forbidden"),
    (unknown_law, OutsideForbidden, "outside_forbidden"), (voice_withdrawn, ConsentMissing, "consent_missing"),
    (withdrawn, OutsideConsentMissing, "outside_consent_missing"), (no_key, Failure, "service_key_missing"),
    (other_host, OutsideConsentMissing, "outside_consent_missing"),
])  # fmt: skip
def test_nothing_is_sent_without(library, interview_id, ready, server, monkeypatch, without, failure, code):
    without(library, interview_id, monkeypatch)
    with pytest.raises(failure) as caught:
        run(ready)
    assert caught.value.code == code
    assert text.sentence(caught.value)
    assert server.came == []
    assert not [line for line in library.audit(interview_id) if line.action == "outside_sent"]


@pytest.mark.parametrize("jurisdiction", ["CN", "EU", "US"])
def test_each_condition_is_needed_everywhere(library, interview_id, server, monkeypatch, jurisdiction):
    SettingsFile(library.folder).change(jurisdiction=jurisdiction)
    library.record_consent(interview_id, ("speech", "face"), "v1", "x")
    work = OutsideSpeech(library, interview_id, ZH)
    with pytest.raises(OutsideOff):
        run(work)
    outside.set_up(library, server, SPEECH)
    with pytest.raises(OutsideConsentMissing):
        run(work)
    outside.agree(library, interview_id, SPEECH)
    with pytest.raises(Failure) as keyless:
        run(work)
    assert keyless.value.code == "service_key_missing"
    outside.give_key(monkeypatch, SPEECH)
    with pytest.raises(OutsideUnconfirmed) as asked:
        run(work)
    assert server.host in text.sentence(asked.value)
    assert server.came == []
    library.confirm_outside(interview_id, SPEECH, server.host)
    kept, _ = run(work)
    assert kept.heard
    assert len(server.came) == 1


def test_a_consent_to_one_interview_is_none_to_another(library, interview_id, ready, server, sample, tmp_path):
    other = import_file(library, cut(sample / "sample_zh.mp4", tmp_path / "b.mp4", 8.0)).interview
    with pytest.raises(OutsideConsentMissing):
        run(OutsideSpeech(library, other.id, ZH))
    assert server.came == []


def test_who_only_looks_sends_nothing(library, interview_id, ready, server):
    with Library.open(library.folder, read_only_if_held=True) as second, pytest.raises(Failure):
        run(OutsideSpeech(second, interview_id, ZH))
    assert server.came == []


# What comes of it


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["openai_speech", "assemblyai_speech", "signed_jobs_speech"])
def test_the_document_has_its_words_and_names_the_source(library, interview_id, server, monkeypatch, profile):
    outside.open_gate(library, interview_id, server, SPEECH, monkeypatch, profile)
    analysis = analyse(library, interview_id)
    said = "".join(segment.text for segment in analysis.transcript.segments)
    assert said == "".join(each["text"] for each in SEGMENTS)
    words = [word for segment in analysis.transcript.segments for word in segment.words]
    assert "".join(word.text for word in words) == said
    assert all(-0.1 <= word.start <= word.end <= 12.1 for word in words)
    chances = {None if word.probability is None else round(word.probability, 3) for word in words}
    assert chances == {"openai_speech": {None}, "assemblyai_speech": {0.6}, "signed_jobs_speech": {0.8}}[profile]
    settings, service = analysis.provenance.settings, named(library.folder, SPEECH)
    assert settings["recogniser"] == service.name
    assert settings["recogniser_host"] == server.host
    assert settings["recogniser_profile"] == f"{profile} ({service.profile.sha256[:12]})"
    assert settings["recogniser_at"].startswith("20")
    assert analysis.provenance.fallbacks == ()
    assert "base" not in str(analysis.provenance.models)
    for language in text.LANGUAGES:
        assert server.host in origin.imported_line(analysis, language)
    assert library.transcript(interview_id).heard


@pytest.mark.slow
def test_it_is_audited_and_not_sent_twice(library, interview_id, ready, server):
    analyse(library, interview_id)
    (came,) = server.sent
    (line,) = [line for line in library.audit(interview_id) if line.action == "outside_sent"]
    assert line.who == "李静"
    digest = hashlib.sha256(came.body).hexdigest()
    assert line.detail == f"speech {server.host} {len(came.body)} bytes sha256 {digest}"
    analyse(library, interview_id)
    assert len(server.sent) == 1
    work = InterviewAnalysis(library, interview_id, Choices(modalities=("speech",), language="zh"))
    work.rederive(lambda _: None, threading.Event())
    assert len(server.sent) == 1
    again = read(library.analysis_folder(interview_id)).analysis
    assert again.provenance.settings["recogniser_host"] == server.host


def test_only_the_sound_leaves(library, interview_id, ready, server, tmp_path):
    run(ready)
    (came,) = server.came
    file = tmp_path / "came.ogg"
    file.write_bytes(came.form["file"][0])
    found = media.probe(str(file), "came")
    assert [(each.kind, each.channels) for each in found.streams] == [("audio", 1)]
    assert found.duration == pytest.approx(12.0, abs=0.1)
    assert came.form["prompt"] == ["微服务".encode()]
    assert "面试".encode() not in came.body


@pytest.mark.slow
def test_where_it_fails_this_computer_listens_and_says_so(library, interview_id, ready, server):
    server.fault = "cut"
    analysis = analyse(library, interview_id)
    wanted = f"{named(library.folder, SPEECH).name} ({server.host})"
    assert Fallback("transcriber", wanted, "here", "service_nonsense") in analysis.provenance.fallbacks
    assert analysis.transcript.segments
    assert "recogniser" not in analysis.provenance.settings
    for language in text.LANGUAGES:
        (line,) = [line for line in origin.fallback_lines(analysis, language) if server.host in line]
        assert "service_nonsense" not in line
        assert "here" not in line


@pytest.mark.parametrize(("fault", "code"), [
    ("401", "service_unauthorized"), ("wait-long", "service_busy"), ("html", "service_nonsense"),
    ("cut", "service_nonsense"), ("drop", "service_unreachable"), ("500", "service_busy"), ("400", "service_rejected"),
])  # fmt: skip
def test_failures_are_sentences_and_lose_nothing(library, interview_id, ready, server, each_language, fault, code):
    server.fault = fault
    with pytest.raises(Failure) as caught:
        run(ready)
    assert caught.value.code == code
    assert server.host in text.sentence(caught.value)
    assert KEY not in text.sentence(caught.value)
    assert library.transcript(interview_id) is None
    assert list((library.vault.folder / "incoming").iterdir()) == []


def test_another_language_is_dropped(library, interview_id, ready, server):
    server.segments = ({"start": 0.0, "end": 5.0, "text": "Thank you for watching this video today."},)
    with pytest.raises(Failure) as caught:
        run(ready)
    assert caught.value.code == "service_language"


def test_cancelling(library, interview_id, ready, server):
    server.fault = "slow"
    stop = threading.Event()
    threading.Thread(target=lambda: (server.asked.wait(30), stop.set())).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        run(ready, stop)
    assert time.monotonic() - began < 20
    assert library.transcript(interview_id) is None


def test_long_recordings_go_in_parts_and_come_back_whole(library, interview_id, server, monkeypatch):
    profile = library.folder / "services" / "short_parts.toml"
    profile.parent.mkdir()
    words = (SHIPPED / "openai_speech.toml").read_text("utf-8").replace("max_s = 1200", "max_s = 10")
    profile.write_text(words, "utf-8")
    outside.PREFIX["short_parts"] = "/v1"
    outside.open_gate(library, interview_id, server, SPEECH, monkeypatch, "short_parts")
    server.segments = ({"start": 0.1, "end": 1.5, "text": "我把系统拆开了。"},)
    kept, reports = run(OutsideSpeech(library, interview_id, ZH))
    assert len(server.came) == 2
    first, second = read_cues(kept.path).cues
    assert first.start == pytest.approx(0.1)
    assert 5 < second.start < 10.2
    assert reports[-1].share == pytest.approx(1.0)


@pytest.mark.slow
def test_what_a_person_gave_comes_first(library, interview_id, ready, server, tmp_path):
    path = tmp_path / "own.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:03.000\n你好，请坐。\n", "utf-8")
    library.use_transcript(interview_id, library.keep_transcript(interview_id, path))
    analysis = analyse(library, interview_id)
    assert "recogniser" not in analysis.provenance.settings
    assert server.came == []


def test_nobody_can_bring_a_file_that_a_service_is_said_to_have_heard(library, interview_id, ready, tmp_path):
    kept, _ = run(ready)
    path = tmp_path / "forged.heard"
    path.write_bytes(kept.path.read_bytes())
    with pytest.raises(TranscriptUnknown):
        library.keep_transcript(interview_id, path)


def test_no_key_is_kept_anywhere(library, interview_id, server, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    outside.open_gate(library, interview_id, server, SPEECH, monkeypatch, "signed_jobs_speech")
    run(OutsideSpeech(library, interview_id, ZH))
    server.fault = "400"
    with pytest.raises(Failure) as caught:
        run(OutsideSpeech(library, interview_id, Wish("auto", ())))
    held = b"".join(path.read_bytes() for path in library.folder.rglob("*") if path.is_file())
    trace = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=False).format())
    said = caplog.text + str(caught.value) + text.sentence(caught.value) + trace
    for secret in (KEY, SECRET, SIGNED_KEY):
        assert secret.encode() not in held
        assert secret not in said


def test_terms_that_go_along_are_few():
    assert asked_of(["a", " a ", "b  c", ""]) == ("a", "b c")
    assert len(asked_of([f"term{n}" for n in range(1000)])) <= 100


@pytest.mark.slow
def test_on_the_command_line(library, interview_id, server, monkeypatch, capsys):
    outside.set_up(library, server, SPEECH)
    outside.give_key(monkeypatch, SPEECH)
    folder = library.folder
    library.close()
    command = ["analyze", "--data", str(folder), "--lang", "en", "--interview", interview_id, "--modalities", "speech"]
    assert cli.main([*command, "--outside"]) == 2
    assert "consent" in capsys.readouterr().err
    assert server.came == []
    given = ["import", "--data", str(folder), "--interview", interview_id, "--outside-consent", "speech"]
    assert cli.main(given) == 0
    assert cli.main([*command, "--outside"]) == 0
    assert f"at {server.host}" in capsys.readouterr().err
    assert len(server.sent) == 1
    assert cli.main(["analyze", "x.mp4", "--out", "y", "--outside"]) == 2
