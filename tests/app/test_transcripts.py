"""Transcripts beside recordings: kept in the vault, taken by the next analysis, set aside again; and on the command
line."""

from __future__ import annotations

import threading

import pytest

from analysis.failures import TranscriptEmpty, TranscriptForeign, TranscriptMissing
from app import cli, text
from app.domain.types import AnalysisState
from app.failures import ConsentMissing, NotFound, ReadOnly
from app.jobs.analysis import Choices, InterviewAnalysis
from app.origin import imported_from, imported_line, origin
from app.store import Library
from app.store.importing import import_file
from tests.analysis.media_samples import record
from tests.app.interviews import reviewable
from tests.clips import cut

VTT = "WEBVTT\n\n00:00.000 --> 00:00.400\n<v 王芳（面试官）>你好。</v>\n"


@pytest.fixture
def clip(tmp_path):
    return record(tmp_path / "面试 一.wav", 0.5, None, "pcm_s16le")


@pytest.fixture
def given(tmp_path):
    path = tmp_path / "记录 1.vtt"
    path.write_text(VTT, "utf-8")
    return path


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "data", assessor="李静") as opened:
        yield opened


def test_it_lies_beside_the_recording_and_every_one_stays(library, clip, given):
    interview = import_file(library, clip).interview
    assert library.transcript(interview.id) is None
    first = library.keep_transcript(interview.id, given)
    assert library.transcript(interview.id) is None
    library.use_transcript(interview.id, first)
    assert library.transcript(interview.id) == first
    assert (first.name, first.path.read_text("utf-8")) == ("记录 1.vtt", VTT)
    assert first.path.is_relative_to(library.vault.folder / "media")
    given.write_text(VTT.replace("你好", "您好"), "utf-8")
    second = library.keep_transcript(interview.id, given)
    library.use_transcript(interview.id, second)
    assert first.path.exists()
    assert first.path != second.path
    library.forget_transcript(interview.id)
    assert library.transcript(interview.id) is None
    assert second.path.exists()
    done = [entry.action for entry in library.audit(interview.id)]
    assert done[-3:] == ["transcript_imported", "transcript_imported", "transcript_set_aside"]
    assert [path.name for path in second.path.parent.iterdir() if path.name.startswith("part-")] == []


def test_what_cannot_be_used_leaves_nothing(library, clip, given, tmp_path):
    interview = import_file(library, clip).interview
    given.write_text("WEBVTT\n", "utf-8")
    with pytest.raises(TranscriptEmpty):
        library.keep_transcript(interview.id, given)
    with pytest.raises(TranscriptMissing):
        library.keep_transcript(interview.id, tmp_path / "none.vtt")
    assert not library.vault.transcripts(interview.media.sha256).exists()
    with pytest.raises(NotFound):
        library.keep_transcript("nobody", given)


def test_who_only_looks_keeps_nothing(tmp_path, clip, given):
    with Library.open(tmp_path / "data") as first:
        interview = import_file(first, clip).interview
        with Library.open(tmp_path / "data", read_only_if_held=True) as second, pytest.raises(ReadOnly):
            second.keep_transcript(interview.id, given)


def run(tmp_path, *words):
    return cli.main(["import", *map(str, words), "--data", str(tmp_path / "data"), "--lang", text.language()])


def test_on_the_command_line_with_a_recording(tmp_path, clip, given, capsys, each_language):
    assert run(tmp_path, clip, "--transcript", given) == 0
    said = capsys.readouterr()
    interview_id = said.out.strip()
    assert given.name in said.err
    with Library.open(tmp_path / "data") as library:
        assert library.transcript(interview_id).name == given.name


def test_on_the_command_line_for_an_interview_and_back(tmp_path, clip, given, capsys, each_language):
    run(tmp_path, clip)
    interview_id = capsys.readouterr().out.strip()
    assert run(tmp_path, "--interview", interview_id[:8], "--transcript", given) == 0
    assert capsys.readouterr().out.strip() == interview_id
    with Library.open(tmp_path / "data") as library:
        assert library.transcript(interview_id).name == given.name
    assert run(tmp_path, "--interview", interview_id, "--transcript", "none") == 0
    with Library.open(tmp_path / "data") as library:
        assert library.transcript(interview_id) is None


def test_a_bad_transcript_imports_nothing(tmp_path, clip, given, capsys, each_language):
    given.write_bytes(b"\x00\x01\x02")
    assert run(tmp_path, clip, "--transcript", given) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert given.name in said.err
    with Library.open(tmp_path / "data") as library:
        assert library.interviews() == ()


@pytest.mark.parametrize("words", [(), ("--interview", "abc"), ("x.mp4", "--interview", "abc", "--transcript", "y")])
def test_what_makes_no_sense_is_a_sentence(tmp_path, capsys, each_language, words):
    assert run(tmp_path, *words) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_folder_and_one_transcript(tmp_path, clip, given, capsys):
    record(tmp_path / "two.wav", 0.4, None, "pcm_s16le")
    assert run(tmp_path, tmp_path, "--transcript", given) == 2
    assert capsys.readouterr().out == ""


def test_words_need_the_consent_to_what_is_said(library, clip, given):
    interview = import_file(library, clip).interview
    library.record_consent(interview.id, ("face",), "1", "me")
    choices = Choices(transcript=library.keep_transcript(interview.id, given))
    with pytest.raises(ConsentMissing):
        InterviewAnalysis(library, interview.id, choices)(lambda _: None, threading.Event())
    assert library.transcript(interview.id) is None


@pytest.mark.slow
def test_an_interview_is_analysed_with_it_and_without(library, sample, tmp_path):
    interview = import_file(library, cut(sample / "sample_zh.mp4", tmp_path / "a.mp4", 10)).interview
    path = tmp_path / "a.txt"
    path.write_text("字幕", "utf-8")
    later = tmp_path / "late.srt"
    later.write_text("1\n01:00:00,000 --> 01:00:09,000\n太晚了\n", "utf-8")
    vtt = tmp_path / "名 字.vtt"
    vtt.write_text("WEBVTT\n\n00:00.500 --> 00:09.000\n<v 王芳>这是另外一个人写下来的文字。", "utf-8")

    def analyse(given=None):
        kept = library.keep_transcript(interview.id, given) if given else None
        choices = Choices(modalities=("speech",), transcript=kept)
        InterviewAnalysis(library, interview.id, choices)(lambda _: None, threading.Event())
        return library.load_analysis(interview.id).analysis

    with pytest.raises(TranscriptForeign):
        analyse(later)
    assert library.transcript(interview.id) is None
    assert library.interview(interview.id).analysis_state is AnalysisState.FAILED
    found = analyse(vtt)
    assert found.transcript.segments[0].text == "这是另外一个人写下来的文字。"
    assert imported_from(found) == "名 字.vtt"
    assert "名 字.vtt" in imported_line(found, text.language())
    rows = [row for section in origin(found, text.language()) for row in section.rows]
    assert (text.tr("report.setting_transcript"), found.provenance.settings["transcript"]) in rows
    assert analyse().id == found.id
    with pytest.raises(TranscriptForeign):
        analyse(path)
    assert library.load_analysis(interview.id).analysis.id == found.id
    assert library.transcript(interview.id).name == "名 字.vtt"
    library.forget_transcript(interview.id)
    heard = analyse()
    assert imported_line(heard, text.language()) == ""
    assert heard.transcript.segments[0].text != "这是另外一个人写下来的文字。"


def test_an_interview_without_a_recording_says_so_in_the_language_in_use(library, each_language):
    with pytest.raises(NotFound) as refused:
        library.transcript(reviewable(library, analyse=False))
    assert refused.value.params["what"] == text.tr("store.media")
