"""`import` on the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app import cli, text
from app.domain.types import Candidate, Interview, InterviewStatus
from app.failures import InterviewRecorded, RecordingElsewhere
from app.store import Library
from tests.analysis.media_samples import record


@pytest.fixture
def clip(tmp_path):
    return record(tmp_path / "面试 一.wav", 0.5, None, "pcm_s16le")


def run(tmp_path, *words):
    return cli.main(["import", *map(str, words), "--data", str(tmp_path / "data"), "--lang", text.language()])


def test_it_prints_the_id(tmp_path, clip, capsys):
    assert run(tmp_path, clip, "--position", "工程师", "--candidate", "张伟") == 0
    said = capsys.readouterr()
    interview_id = said.out.strip()
    assert said.err == ""
    with Library.open(tmp_path / "data") as library:
        interview = library.interview(interview_id)
    assert (interview.position.title, interview.candidate.name) == ("工程师", "张伟")


def test_again_says_so(tmp_path, clip, capsys, each_language):
    run(tmp_path, clip)
    first = capsys.readouterr().out
    assert run(tmp_path, clip) == 0
    said = capsys.readouterr()
    assert said.out == first
    assert said.err.strip() == text.tr("import.already", name=clip.name)


def test_by_id(tmp_path, clip, capsys):
    run(tmp_path, clip, "--position", "P")
    with Library.open(tmp_path / "data") as library:
        (position,) = library.positions()
    other = record(tmp_path / "two.wav", 0.4, None, "pcm_s16le")
    assert run(tmp_path, other, "--position", position.id) == 0
    with Library.open(tmp_path / "data") as library:
        assert library.positions() == (position,)
        assert len(library.interviews()) == 2


def test_a_folder_with_a_bad_file(tmp_path, clip, capsys, each_language):
    (tmp_path / "bad.mp4").write_bytes(b"")
    assert run(tmp_path, tmp_path) == 2
    said = capsys.readouterr()
    assert len(said.out.split()) == 1
    assert len(said.err.strip().splitlines()) == 2
    assert "bad.mp4" in said.err


def test_an_empty_folder_and_a_missing_file(tmp_path, capsys, each_language):
    (tmp_path / "empty").mkdir()
    for words in (tmp_path / "empty", tmp_path / "none.mp4"):
        assert run(tmp_path, words) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.strip().splitlines()) == 1


def test_a_library_in_use_is_named(tmp_path, clip, capsys, each_language):
    with Library.open(tmp_path / "data"):
        assert run(tmp_path, clip) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_consent_is_recorded_and_withdrawn(tmp_path, clip, capsys, each_language):
    assert run(tmp_path, clip, "--consent", "speech, face") == 0
    assert run(tmp_path, clip, "--consent", "none") == 0
    interview_id = capsys.readouterr().out.split()[0]
    with Library.open(tmp_path / "data") as library:
        assert library.consent(interview_id).modalities == ()
        said = [line.detail for line in library.audit(interview_id) if line.action == "consent"]
    assert [one.split()[0] for one in said] == ["speech,face", "-"]
    assert run(tmp_path, clip, "--consent", "smell") == 2
    assert "speech" in capsys.readouterr().err


@pytest.fixture
def planned(tmp_path):
    """An interview of the HR system that waits for its recording, beside another one of the same person."""
    at = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    with Library.open(tmp_path / "data") as library:
        person = library.save_candidate(Candidate("", "王小雨"))
        rounds = [
            library.save_interview(
                Interview("", "后端工程师", number, InterviewStatus.SCHEDULED, person, None, None, at, "UTC", at)
            )
            for number in (1, 2)
        ]
    return rounds[1].id


def test_a_recording_is_given_to_a_planned_interview(tmp_path, clip, planned, capsys):
    assert run(tmp_path, clip, "--interview", planned[:10], "--consent", "speech") == 0
    said = capsys.readouterr()
    assert (said.out.strip(), said.err) == (planned, "")
    with Library.open(tmp_path / "data") as library:
        interview = library.interview(planned)
        assert (interview.media.name, interview.status) == (clip.name, InterviewStatus.TO_REVIEW)
        assert library.consent(planned).modalities == ("speech",)
        assert len(library.interviews()) == 2
    assert run(tmp_path, clip, "--interview", planned) == 0
    assert capsys.readouterr().err.strip() == text.tr("import.already", name=clip.name)


def test_a_recording_that_the_interview_cannot_have_is_refused(tmp_path, clip, planned, capsys, each_language):
    def refused(*words):
        assert run(tmp_path, *words) == 2
        said = capsys.readouterr()
        assert (said.out, len(said.err.strip().splitlines())) == ("", 1)
        return said.err.strip()

    run(tmp_path, clip, "--candidate", "张伟")
    other = capsys.readouterr().out.strip()
    elsewhere = RecordingElsewhere(name=clip.name, title=clip.stem, id=other[:12])
    assert refused(clip, "--interview", planned) == text.sentence(elsewhere)
    second = record(tmp_path / "two.wav", 0.4, None, "pcm_s16le")
    assert refused(second, "--interview", other) == text.sentence(InterviewRecorded(title=clip.stem))
    assert "nobody" in refused(second, "--interview", "nobody")
    assert "--candidate" in refused(second, "--interview", planned, "--candidate", "张伟")
    assert text.tr("import.one_recording") in refused(tmp_path, "--interview", planned)
    assert "none.wav" in refused(tmp_path / "none.wav", "--interview", planned)
    (tmp_path / "empty").mkdir()
    assert "empty" in refused(tmp_path / "empty", "--interview", planned)
    with Library.open(tmp_path / "data") as library:
        assert library.interview(planned).media is None
