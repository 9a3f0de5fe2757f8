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
from app.store.importing import OnMessage, RunChild, prepare
from app.store.recordings import Recorded
from app.store.vault import FACTS, ORIGINAL, PLAYABLE, Incoming, digest_of, private_folder, writing_into

JOINED, COPY = "joined", "copy"
JOINING = 0.6
"""The share of the work after which there is one file; its hash and the copy that is played are the rest."""
HEADERS = 2048
"""A file of fewer bytes says what would have come, and nothing came."""


def is_at_once(folder: Path) -> bool:
    """Whether `shelve` takes no time to speak of: there is one whole part with the copy that is played, or nothing."""
    about, left = folders.about(folder), _left(folder)
    if len(left) <= bool(about.replaces):
        return True
    return len(left) == 1 and (left[0] / PLAYABLE).exists() and _as_it_is(left[0], about) is not None


def shelve(
    library: Library, folder: Path, run_child: RunChild | None = None, report: OnMessage = lambda _: None
) -> Interview:
    """Take in what a folder of `vault.recording` holds, repaired and joined where need be; the folder is gone then.
    `report` hears how far the joining is.

    A recording in one part that its child finished is moved; nothing is copied unless its playable copy is missing.
    Raises RecordingEmpty where there is nothing (the folder is gone then, too); DiskFull, FolderNotWritable,
    WorkerDied, and can be tried again then.
    """
    about, admitted = folders.about(folder), folders.admitting(folder)
    if admitted and (known := library.find_interview(sha256=admitted)) is not None:
        shutil.rmtree(folder, ignore_errors=True)  # the program ended before it could
        return known
    left = _left(folder)
    if len(left) <= bool(about.replaces):
        shutil.rmtree(folder, ignore_errors=True)
        raise RecordingEmpty
    child = run_child or _default_run_child()
    recorded = _as_it_is(left[0], about) if len(left) == 1 else None
    if recorded is None:
        recorded = _joined(library, folder, left, about, child, report)
    elif not (recorded.incoming.folder / PLAYABLE).exists():
        _make_playable(recorded.incoming, folder / COPY, child)
    folders.note_admitting(folder, recorded.incoming.sha256)
    interview = library.admit_recorded(replace(recorded, ended=not library.is_cut_off(about.interview_id)))
    shutil.rmtree(folder, ignore_errors=True)
    return interview


def _left(folder: Path) -> list[Path]:
    """The parts that have anything."""
    return [part for part in folders.parts(folder) if _bytes(part / ORIGINAL) > HEADERS]


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


def _joined(
    library: Library, folder: Path, parts: list[Path], about: folders.About, run_child: RunChild, report: OnMessage
) -> Recorded:
    """One clean file of all parts, with an index and its length, and the copy that is played."""
    whole = folder / JOINED
    shutil.rmtree(whole, ignore_errors=True)
    for part in parts:
        (part / PLAYABLE).unlink(missing_ok=True)  # its room may be needed
    with writing_into(library.vault.folder):
        private_folder(whole)
    out, stop = whole / ORIGINAL, threading.Event()
    job = protocol.JoinJob(tuple(str(part / ORIGINAL) for part in parts), str(out), about.name)
    run_child(job, _a_part_of(report), stop)
    incoming = Incoming(whole, out, digest_of(out), out.stat().st_size, about.name)
    prepare(incoming, run_child, stop)
    info = msgspec.json.decode((whole / FACTS).read_bytes(), type=MediaInfo)
    return _recorded(whole, about, info, incoming.sha256, incoming.bytes)


def _a_part_of(report: OnMessage) -> OnMessage:
    """Hears of the first part of the work."""

    def tell(message: protocol.Report) -> None:
        if isinstance(message, protocol.ProgressMessage):
            message = msgspec.structs.replace(message, share=message.share * JOINING)
        report(message)

    return tell


def _bytes(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _default_run_child() -> RunChild:
    from app.jobs import run_child

    return run_child
