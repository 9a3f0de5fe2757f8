"""Clips out of the library: a real child, real recordings, and what keeps a recording in."""

from __future__ import annotations

import threading

import av
import pytest

from analysis.failures import Cancelled, DiskFull, FolderNotWritable, NothingToAnalyse
from analysis.protocol import ProgressMessage
from app import cli, text
from app.domain.redaction import Reason
from app.domain.types import Candidate
from app.exporting import clip_name
from app.failures import ConsentMissing, MediaStays, NotFound, RecordingChanged, ValueInvalid
from app.jobs import clips, run_child
from app.jobs.clips import ClipWork, parts_of
from app.jobs.redacting import RedactWork
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from tests.analysis.media_samples import FPS, clicks, record
from tests.analysis.test_media_clips import bursts, heard, length, noise, number, shown
from tests.app.test_store_library import an_interview
from tests.small_disk import mounted


def silent(_report):
    """Takes a report."""


@pytest.fixture
def library(tmp_path):
    """A library under the rules that hold where nothing was chosen."""
    with Library.open(tmp_path / "资料 库", assessor="李静") as opened:
        yield opened


@pytest.fixture
def talk(library, tmp_path):
    """The interview of 4 s of numbered pictures with clicks."""
    file = record(tmp_path / "一面 张伟 🎬.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))
    return import_file(library, file).interview


def written(library, interview, start, end, out):
    ClipWork(library, interview.id, start, end, out)(silent, threading.Event())
    return out


def test_a_clip_that_began_before_a_redaction_is_not_written(library, talk, tmp_path, monkeypatch):
    """Neither is one that waited for its turn meanwhile."""
    out, waits = tmp_path / "a.webm", ClipWork(library, talk.id, 1.0, 2.0, tmp_path / "b.webm")

    def during(*given):
        made = run_child(*given)
        RedactWork(library, talk.id, 1.4, 2.3, Reason.SALARY)(silent, threading.Event())
        return made

    monkeypatch.setattr(clips, "run_child", during)
    for work in (ClipWork(library, talk.id, 1.0, 2.0, out), waits):
        with pytest.raises(RecordingChanged):
            work(silent, threading.Event())
    assert not list(tmp_path.glob("*.webm*"))
    assert "exported" not in {line.action for line in library.audit(talk.id)}


def test_a_clip_shows_what_the_recording_shows_there_and_is_audited(library, talk, tmp_path):
    out = written(library, talk, 1.02, 2.5, tmp_path / "片段 🎬.webm")
    pictures = shown(out)
    assert [number(rgb) for _, rgb in pictures] == list(range(25, 63))
    assert pictures[1][0] == pytest.approx(26 / FPS - 1.02, abs=0.0015)
    assert length(out) == pytest.approx(1.48, abs=0.025)
    assert bursts(*heard(out)) == pytest.approx([0.48, 1.18], abs=0.012)
    last = library.audit(talk.id)[-1]
    assert (last.who, last.action, last.detail) == ("李静", "exported", "clip 1.02-2.50 s")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["资料 库", "一面 张伟 🎬.mp4", out.name])


def test_sound_alone_becomes_a_file_of_sound(library, tmp_path):
    file = record(tmp_path / "电话.mp3", 5.0, video=None, audio="libmp3lame", sound=clicks(5.0, [1.0, 2.0, 4.0]))
    interview = import_file(library, file).interview
    assert parts_of(library, interview).ending == ".flac"
    samples, rate = heard(written(library, interview, 1.5, 3.0, tmp_path / "x.flac"))
    assert len(samples) == 1.5 * rate
    assert bursts(samples, rate) == pytest.approx([0.5], abs=0.01)


def test_the_sample_through_the_vault(library, sample, tmp_path):
    interview = import_file(library, sample / "sample_zh.mp4").interview
    told = []
    out = tmp_path / "x.webm"
    ClipWork(library, interview.id, 20.0, 24.0, out)(told.append, threading.Event())
    assert length(out) == pytest.approx(4.0, abs=0.025)
    shares = [report.share for report in told if isinstance(report, ProgressMessage)]
    assert shares == sorted(shares)
    assert 0 < shares[-1] <= 1
    with av.open(str(out)) as container:
        assert {stream.type for stream in container.streams} == {"video", "audio"}


def test_where_the_rules_keep_recordings_in_no_clip_is_written(library, talk, tmp_path, each_language):
    SettingsFile(library.folder).change(jurisdiction="strictest")
    with pytest.raises(MediaStays) as refused:
        ClipWork(library, talk.id, 1.0, 2.0, tmp_path / "x.webm")
    assert text.tr("policy.profile_strictest") in text.sentence(refused.value)
    SettingsFile(library.folder).change(jurisdiction="EU")
    with pytest.raises(ConsentMissing):
        ClipWork(library, talk.id, 1.0, 2.0, tmp_path / "x.webm")
    assert not (tmp_path / "x.webm").exists()


def test_a_recorded_consent_says_what_a_clip_may_have(library, talk, tmp_path):
    library.record_consent(talk.id, ("speech",), "2026-11", "张伟")
    assert parts_of(library, talk).ending == ".flac"
    assert len(heard(written(library, talk, 1.0, 2.0, tmp_path / "heard.flac"))[0]) == 48_000
    library.record_consent(talk.id, ("face",), "2026-11", "张伟")
    with av.open(str(written(library, talk, 1.0, 2.0, tmp_path / "seen.webm"))) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    library.record_consent(talk.id, (), "2026-11", "张伟")
    with pytest.raises(ConsentMissing):
        parts_of(library, talk)


def test_what_cannot_be_a_clip_is_refused_before_anything_is_written(library, talk, tmp_path):
    for start, end in ((-1.0, 2.0), (2.0, 2.0), (3.0, 2.0), (1.0, 9.0), (float("nan"), 2.0)):
        with pytest.raises(ValueInvalid):
            ClipWork(library, talk.id, start, end, tmp_path / "x.webm")
    with pytest.raises(ValueInvalid):
        ClipWork(library, talk.id, 1.0, 2.0, tmp_path / "x.mp4")
    empty = library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann"))))
    with pytest.raises(NotFound):
        ClipWork(library, empty.id, 1.0, 2.0, tmp_path / "x.webm")


@pytest.mark.parametrize("after", [0, 1])
def test_cancelled_leaves_an_older_file_as_it_was_and_nothing_else(library, sample, tmp_path, after):
    interview = import_file(library, sample / "sample_zh.mp4").interview
    out, stop, told = tmp_path / "x.webm", threading.Event(), []
    out.write_bytes(b"older")

    def report(message):
        told.append(message)
        if len(told) >= after:
            stop.set()

    if after == 0:
        stop.set()
    with pytest.raises(Cancelled):
        ClipWork(library, interview.id, 0.0, 57.0, out)(report, stop)
    assert out.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([library.folder.name, out.name])
    assert library.audit(interview.id)[-1].action != "exported"


def test_a_full_disk_and_a_missing_folder_leave_nothing(library, tmp_path, each_language):
    file = record(tmp_path / "long.wav", 60.0, video=None, audio="pcm_s16le", sound=noise(60.0))
    interview = import_file(library, file).interview
    with pytest.raises(FolderNotWritable):
        written(library, interview, 0.0, 60.0, tmp_path / "gone" / "x.flac")
    with mounted(tmp_path / "disk", 1) as disk:
        with pytest.raises(DiskFull) as full:
            written(library, interview, 0.0, 60.0, disk / "x.flac")
        assert str(disk) in text.sentence(full.value)
        assert not list(disk.iterdir())


def test_the_command_line_writes_clips_too(library, talk, tmp_path, capsys, each_language):
    out, folder = tmp_path / "x.webm", str(library.folder)
    base = ["--lang", each_language, "export", talk.id, "--data", folder]
    library.close()
    assert cli.main([*base, "--clip", "1-2.5", "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    assert length(out) == pytest.approx(1.5, abs=0.025)
    for clip, file in (("1", out), ("2-1", out), ("a-b", out), ("1-2", tmp_path / "x.mp4")):
        assert cli.main([*base, "--clip", clip, "--out", str(file)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    SettingsFile(library.folder).change(jurisdiction="strictest")
    assert cli.main([*base, "--clip", "1-2", "--out", str(out)]) == 2
    assert text.tr("policy.profile_strictest") in capsys.readouterr().err


def test_file_names_of_clips():
    assert clip_name("王 小雨: 一面.mp4", 65.2, 3725.9, ".webm") == "王 小雨_ 一面-01m05s-62m05s.webm"


def test_a_picture_that_may_not_be_seen_of_a_silent_recording_is_nothing(library, tmp_path):
    interview = import_file(library, record(tmp_path / "silent.mp4", 1.0, audio=None)).interview
    library.record_consent(interview.id, ("speech",), "2026-11", "张伟")
    with pytest.raises((ConsentMissing, NothingToAnalyse)):
        written(library, interview, 0.0, 0.5, tmp_path / "x.flac")
