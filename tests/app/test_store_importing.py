"""Import, with real recordings, a real child and real kills: all or nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import av
import pytest

from analysis.failures import Cancelled, DiskFull, MediaEmpty, MediaMissing, MediaRefused, MediaUnreadable, WorkerDied
from app import text
from app.domain.types import Candidate, InterviewStatus, Position
from app.failures import NotFound
from app.jobs import run_child
from app.store import Library
from app.store.importing import import_file, import_files, recordings_in
from app.store.recordings import Belonging
from tests.analysis.media_samples import record
from tests.app.test_store_library import an_interview
from tests.conftest import ROOT
from tests.small_disk import mounted

FORMATS = {
    "a.mp4": ("libx264", "aac"),
    "b.mkv": ("libx264", "aac"),
    "c.mov": ("libx264", "aac"),
    "d.webm": ("libvpx", "libopus"),
    "e.avi": ("mpeg4", "libmp3lame"),
    "f.wav": (None, "pcm_s16le"),
    "g.mp3": (None, "libmp3lame"),
    "h.m4a": (None, "aac"),
    "i.flac": (None, "flac"),
    "j.ogg": (None, "libopus"),
}


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="li") as opened:
        yield opened


@pytest.fixture
def clip(tmp_path):
    return record(tmp_path / "一面 张伟 🎬.mp4", 1.0)


def files_of(library):
    return [path for path in library.vault.folder.rglob("*") if path.is_file()]


def test_a_recording_becomes_an_interview(library, clip):
    imported = import_file(library, clip)
    interview, media = imported.interview, imported.interview.media
    assert not imported.already
    assert interview.title == interview.candidate.name == "一面 张伟 🎬"
    assert interview.status is InterviewStatus.TO_REVIEW
    assert (media.has_video, media.has_audio, media.playable) == (True, True, True)
    assert media.duration_s == pytest.approx(1.0, abs=0.1)
    assert library.media(media.sha256) == media
    assert ZoneInfo(interview.time_zone)
    assert library.vault.thumbnail(media.sha256).startswith(b"\xff\xd8")
    with library.vault.open(media.sha256) as stream, av.open(stream, format="matroska") as playable:
        assert len(list(playable.decode(video=0))) == 25


def test_the_same_recording_twice_is_one_interview(library, clip, tmp_path):
    first = import_file(library, clip)
    renamed = tmp_path / "another name.mp4"
    renamed.write_bytes(clip.read_bytes())
    again = import_file(library, renamed, belonging=Belonging(candidate_name="somebody else"))
    assert again.already
    assert again.interview == first.interview
    assert len(library.candidates()) == 1


def test_a_recording_that_the_vault_lost_is_put_back(library, clip):
    first = import_file(library, clip).interview
    library.vault.remove(first.media.sha256)
    again = import_file(library, clip)
    assert again.already
    assert again.interview == first
    assert library.vault.thumbnail(first.media.sha256) is not None


@pytest.mark.slow
def test_a_folder_of_all_formats(library, tmp_path):
    folder = tmp_path / "recordings"
    (folder / "deeper").mkdir(parents=True)
    for name, (video, audio) in FORMATS.items():
        record(folder / ("deeper" if name > "e" else "") / name, 0.5, video, audio)
    (folder / "b2.mp4").write_text("this is no recording")
    (folder / "notes.txt").write_text("notes")
    (folder / ".hidden.mp4").write_text("")
    paths = recordings_in([folder, folder / "a.mp4"])
    assert sorted(path.name for path in paths) == sorted([*FORMATS, "b2.mp4"])
    outcomes = {outcome.path.name: outcome for outcome in import_files(library, paths)}
    assert isinstance(outcomes.pop("b2.mp4").failure, MediaUnreadable)
    for name, (video, _) in FORMATS.items():
        media = outcomes[name].imported.interview.media
        assert (media.has_video, media.has_audio, media.playable) == (video is not None, True, True), name
        assert (library.vault.thumbnail(media.sha256) is not None) == (video is not None), name


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"", MediaEmpty),
        (b"this is a text, not a recording\n" * 50, MediaUnreadable),
        (b"ffconcat version 1.0\nfile secret.mp4\n", MediaRefused),
        (b"#EXTM3U\n#EXTINF:1,\nsecret.ts\n#EXT-X-ENDLIST\n", MediaRefused),
        (None, MediaMissing),
    ],
)
def test_what_is_no_recording_leaves_nothing(library, tmp_path, content, failure):
    path = tmp_path / "talk.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(failure):
        import_file(library, path, belonging=Belonging(position_title="P", candidate_name="C"))
    assert files_of(library) == []
    assert library.interviews() == library.positions() == library.candidates() == ()


def test_a_recording_goes_to_the_interview_that_waits_for_it(library, clip):
    position = library.save_position(Position("", "P"))
    candidate = library.save_candidate(Candidate("", "C"))
    other = library.save_interview(an_interview(candidate))
    waiting = library.save_interview(an_interview(candidate, position))
    imported = import_file(library, clip, belonging=Belonging(position_title="P", candidate_name="C"))
    assert imported.interview.id == waiting.id
    assert imported.interview.status is InterviewStatus.TO_REVIEW
    assert library.interview(other.id).media is None


def test_names_that_are_new_are_made(library, clip):
    imported = import_file(library, clip, belonging=Belonging(position_title="P", candidate_name="C"))
    assert (imported.interview.position.title, imported.interview.candidate.name) == ("P", "C")


def test_unknown_ids_are_refused_before_any_work(library, clip):
    for belonging in (Belonging(position_id="x"), Belonging(candidate_id="x"), Belonging(interview_id="x")):
        with pytest.raises(NotFound):
            import_file(library, clip, belonging=belonging, run_child=None)
    assert files_of(library) == []


def test_cancelling_while_copying_and_while_preparing(library, clip):
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        import_file(library, clip, progress=lambda done, total: cancel.set(), cancel=_set_already(cancel))
    cancel = threading.Event()

    def cancelled_child(job, on_message, stop):
        stop.set()
        return run_child(job, on_message, stop)

    with pytest.raises(Cancelled):
        import_file(library, clip, cancel=cancel, run_child=cancelled_child)
    assert files_of(library) == []


def _set_already(event):
    event.set()
    return event


def test_a_child_that_dies_leaves_nothing(library, clip):
    def dying(job, on_message, stop):
        raise WorkerDied(detail="signal 9")

    with pytest.raises(WorkerDied):
        import_file(library, clip, run_child=dying)
    assert files_of(library) == []
    assert library.interviews() == ()


def test_rows_that_fail_take_the_files_along(library, clip):
    def fail(session, interview):
        raise RuntimeError("no outbox")

    library.status_hook = fail
    with pytest.raises(RuntimeError):
        import_file(library, clip)
    assert files_of(library) == []
    assert library.interviews() == library.candidates() == ()


IMPORT = """
import sys
from pathlib import Path
from app.jobs import run_child
from app.store import Library
from app.store.importing import import_file
def wait(*_):
    print("there", flush=True)
    sys.stdin.read()
def stuck(job, on_message, cancel):
    Path(job.playable).write_bytes(b"half")
    wait()
where = sys.argv[3]
library = Library.open(Path(sys.argv[1]))
if where == "rows":
    library.status_hook = wait
import_file(
    library, Path(sys.argv[2]), progress=wait if where == "copy" else None,
    run_child=stuck if where == "prepare" else run_child,
)
"""


@contextmanager
def importing(folder, clip, where):
    child = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(folder), str(clip), where], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=ROOT,
    )  # fmt: skip
    try:
        assert child.stdout.readline().strip() == b"there"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


@pytest.mark.parametrize("where", ["copy", "prepare", "rows"])
def test_a_kill_in_the_middle_leaves_nothing(tmp_path, clip, where):
    folder = tmp_path / "library"
    with importing(folder, clip, where) as child:
        assert [path for path in (folder / "vault").rglob("*") if path.is_file()]
        child.kill()
        child.wait()
    with Library.open(folder) as library:
        assert files_of(library) == []
        assert library.interviews() == library.candidates() == ()
        assert not import_file(library, clip).already


def test_recordings_outlive_a_database_that_was_lost(tmp_path, clip):
    with Library.open(tmp_path / "library") as library:
        sha256 = import_file(library, clip).interview.media.sha256
    for file in (tmp_path / "library").glob("library.sqlite3*"):
        file.unlink()
    with Library.open(tmp_path / "library") as library:
        assert library.vault.has(sha256)
        assert not import_file(library, clip).already


@pytest.mark.parametrize("room_kb", [40, 700, 1548], ids=["at-its-beginning", "in-its-middle", "at-the-thumbnail"])
def test_a_disk_that_fills_beside_the_copy_is_said_as_that(tmp_path, each_language, room_kb):
    """The child re-muxes: what it cannot write is a full disk, and neither damage nor the child's death."""
    recording = ROOT / "resources" / "sample" / "sample_en.mp4"
    size = recording.stat().st_size
    with mounted(tmp_path / "disk", 12) as disk, Library.open(disk / "library", assessor="li") as library:
        (disk / "filler").write_bytes(b"")
        free = shutil.disk_usage(disk).free - size - room_kb * 1024
        (disk / "filler").write_bytes(bytes(free))
        with pytest.raises(DiskFull) as full:
            import_file(library, recording)
        assert str(disk) in text.sentence(full.value)
        assert files_of(library) == []
        assert library.interviews() == ()
        (disk / "filler").unlink()
        assert import_file(library, recording).interview.media is not None
