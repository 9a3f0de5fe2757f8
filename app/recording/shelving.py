"""A recording that has ended becomes the interview's, in the library."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import msgspec

from analysis import protocol
from analysis.disk import sync_file
from analysis.document import MediaInfo
from analysis.failures import Cancelled, Failure
from app.domain.types import Interview
from app.failures import RecordingEmpty
from app.recording import folders
from app.store import Library
from app.store.importing import RunChild, prepare
from app.store.recordings import Recorded
from app.store.vault import FACTS, ORIGINAL, PLAYABLE, Incoming, digest_of, private_folder, writing_into

JOINED, COPY = "joined", "copy"
HEADERS = 2048
"""A file of fewer bytes says what would have come, and nothing came."""


def shelve(library: Library, folder: Path, run_child: RunChild | None = None) -> Interview:
    """Take in what a folder of `vault.recording` holds, repaired and joined where need be; the folder is gone then.

    A recording in one part that its child finished is moved; nothing is copied unless its playable copy is missing.
    Raises RecordingEmpty where there is nothing (the folder is gone then, too); DiskFull, FolderNotWritable,
    WorkerDied, and can be tried again then.
    """
    about, admitted = folders.about(folder), folders.admitting(folder)
    if admitted and (known := library.find_interview(sha256=admitted)) is not None:
        shutil.rmtree(folder, ignore_errors=True)  # the program ended before it could
        return known
    left = [part for part in folders.parts(folder) if _bytes(part / ORIGINAL) > HEADERS]
    if len(left) <= bool(about.replaces):
        shutil.rmtree(folder, ignore_errors=True)
        raise RecordingEmpty
    child = run_child or _default_run_child()
    recorded = _as_it_is(left[0], about) if len(left) == 1 else None
    if recorded is None:
        recorded = _joined(library, folder, left, about, child)
    elif not (recorded.incoming.folder / PLAYABLE).exists():
        _make_playable(recorded.incoming, folder / COPY, child)
    folders.note_admitting(folder, recorded.incoming.sha256)
    interview = library.admit_recorded(recorded)
    shutil.rmtree(folder, ignore_errors=True)
    return interview


def _as_it_is(part: Path, about: folders.About) -> Recorded | None:
    """A part that its child finished; None where it did not."""
    finished = folders.finished(part)
    try:
        info = msgspec.json.decode((part / FACTS).read_bytes(), type=MediaInfo)
    except (OSError, msgspec.DecodeError):
        return None
    return _recorded(part, about, info, finished.sha256, finished.bytes) if finished is not None else None


def _make_playable(incoming: Incoming, beside: Path, run_child: RunChild) -> None:
    """The copy that gave its room to the recording; where there is none for it still, the recording plays itself."""
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with writing_into(beside.parent):
            private_folder(beside)
        prepare(replace(incoming, folder=beside), run_child, threading.Event())
        sync_file(beside / PLAYABLE)
        (beside / PLAYABLE).replace(incoming.folder / PLAYABLE)
    except Cancelled:
        raise
    except (Failure, OSError):
        pass
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _recorded(folder: Path, about: folders.About, info: MediaInfo, sha256: str, size: int) -> Recorded:
    kinds = {stream.kind for stream in info.streams}
    incoming = Incoming(folder, folder / ORIGINAL, sha256, size, about.name)
    pictured, heard = "video" in kinds, "audio" in kinds
    return Recorded(incoming, about.interview_id, info.duration, pictured, heard, about.replaces)


def _joined(library: Library, folder: Path, parts: list[Path], about: folders.About, run_child: RunChild) -> Recorded:
    """One clean file of all parts, with an index and its length, and the copy that is played."""
    whole = folder / JOINED
    shutil.rmtree(whole, ignore_errors=True)
    for part in parts:
        (part / PLAYABLE).unlink(missing_ok=True)  # its room may be needed
    with writing_into(library.vault.folder):
        private_folder(whole)
    out, stop = whole / ORIGINAL, threading.Event()
    job = protocol.JoinJob(tuple(str(part / ORIGINAL) for part in parts), str(out), about.name)
    run_child(job, lambda _: None, stop)
    incoming = Incoming(whole, out, digest_of(out), out.stat().st_size, about.name)
    prepare(incoming, run_child, stop)
    info = msgspec.json.decode((whole / FACTS).read_bytes(), type=MediaInfo)
    return _recorded(whole, about, info, incoming.sha256, incoming.bytes)


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _default_run_child() -> RunChild:
    from app.jobs import run_child

    return run_child
