"""Import of recordings, for window and command line: known already? → copy → prepare in a child → rows, all or nothing.

The library's own process never looks into a recording: what it holds, its playable copy and its thumbnail come from a
child process. When anything fails or is cancelled on the way, nothing of the import is left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from analysis import protocol
from analysis.failures import Cancelled, Failure, MediaMissing, MediaUnreadable
from app.domain.types import Imported
from app.store.library import Library
from app.store.recordings import Belonging, Prepared
from app.store.vault import FACTS, FRAMES, PLAYABLE, SUFFIXES, THUMBNAIL, Incoming, Progress, writing_into

OnMessage = Callable[[protocol.Report], None]


class RunChild(Protocol):
    """`app.jobs.run_child`."""

    def __call__(self, job: protocol.Job, on_message: OnMessage, cancel: threading.Event, /) -> protocol.Result:
        """Do one job in a child process."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one file of several: the import, or why it failed."""

    path: Path
    imported: Imported | None = None
    failure: Failure | None = None


def import_file(
    library: Library,
    path: Path,
    *,
    belonging: Belonging | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    run_child: RunChild | None = None,
) -> Imported:
    """Import one recording. The same file again gives the interview that it has already.

    `progress` hears of copied bytes. Raises ReadOnly, MediaMissing, MediaEmpty, MediaUnreadable and its kinds,
    DiskFull, FolderNotWritable, Cancelled, WorkerDied, NotFound.
    """
    belongs, stop = belonging or Belonging(), cancel or threading.Event()
    library.check_belonging(belongs)
    if known := library.known_recording(path):
        return Imported(known, already=True)
    with library.vault.receive(path, _cancelling(progress, stop)) as incoming:
        prepared = prepare(incoming, run_child or _default_run_child(), stop)
        return library.admit(incoming, belongs, prepared)


def import_files(
    library: Library,
    paths: Iterable[Path],
    *,
    belonging: Belonging | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
    run_child: RunChild | None = None,
) -> Iterator[ImportOutcome]:
    """Import several recordings one after the other; one that cannot be imported does not stop the rest."""
    for path in paths:
        try:
            imported = import_file(
                library, path, belonging=belonging, progress=progress, cancel=cancel, run_child=run_child
            )
        except Cancelled:
            raise
        except Failure as failure:
            yield ImportOutcome(path, failure=failure)
        else:
            yield ImportOutcome(path, imported)


def recordings_in(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The recordings that these files and folders stand for: files as they are, folders by what lies in them.

    Within a folder the name's ending decides, hidden files are passed over, and the order is that of the names.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found |= dict.fromkeys(_recordings_below(path) if path.is_dir() else [path])
    return tuple(found)


def _recordings_below(folder: Path) -> list[Path]:
    try:
        files = sorted(folder.rglob("*"))
    except OSError as unreadable:
        raise MediaMissing(name=folder.name) from unreadable
    return [file for file in files if _is_recording(file, folder)]


def _is_recording(file: Path, below: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(below).parts)
    return file.suffix.lower() in SUFFIXES and not hidden and file.is_file()


def prepare(incoming: Incoming, run_child: RunChild, cancel: threading.Event) -> Prepared:
    """Have a child look at the copy, re-mux it once and draw its thumbnail. Raises what `import_file` does."""
    job = protocol.PrepareJob(
        media=str(incoming.original),
        name=incoming.name,
        playable=str(incoming.folder / PLAYABLE),
        thumbnail=str(incoming.folder / THUMBNAIL),
    )
    result = run_child(job, lambda _: None, cancel)
    assert isinstance(result, protocol.PrepareResult)
    if result.media.sha256 != incoming.sha256:
        raise MediaUnreadable(name=incoming.name)  # the disk gave back something else than was written
    with writing_into(incoming.folder):
        (incoming.folder / FACTS).write_bytes(msgspec.json.encode(result.media))
        (incoming.folder / FRAMES).write_bytes(msgspec.json.encode(result.frames))
    kinds = {stream.kind for stream in result.media.streams}
    return Prepared(incoming.folder, result.media.duration, "video" in kinds, "audio" in kinds)


def _cancelling(progress: Progress | None, cancel: threading.Event) -> Progress:
    def told(done: int, total: int) -> None:
        if cancel.is_set():
            raise Cancelled
        if progress:
            progress(done, total)

    return told


def _default_run_child() -> RunChild:
    from app.jobs import run_child

    return run_child
