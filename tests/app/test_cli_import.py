"""`import` on the command line."""

from __future__ import annotations

import pytest

from app import cli, text
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
