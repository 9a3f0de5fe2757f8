"""Folders in which other tools record: what is new there and complete, found by looking again and again.

Looking needs no notice from the system, so it works on a network's drives too. A file is complete when its size and its
time of change have stood still for `QUIET_S`; each is given out once, and again only after it has changed. What lay in
a folder before it was watched is left alone. A file that another program still has open for writing waits, too, where
the system says so: a recording may be paused for longer than that.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from analysis.disk import sync_file
from analysis.failures import Failure
from app.store.importing import recordings_in
from app.store.vault import writing_into

if sys.platform == "linux":
    import fcntl

GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING = 0x80000000, 1, 3
"""Of CreateFile."""
QUIET_S = 10.0
MEMORY = "watched.json"
Stamp = tuple[int, int]
"""A file's size in bytes and its time of change in ns."""


class _Memory(msgspec.Struct):
    """The stamps of all files that were dealt with, by folder and then by the path below it."""

    folders: dict[str, dict[str, Stamp]] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found: recordings that are complete, and folders that cannot be read."""

    ready: tuple[Path, ...]
    unreadable: tuple[Path, ...]


class Watch:
    """Looks into folders. One thread at a time."""

    def __init__(self, memory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = memory / MEMORY
        self._clock = clock
        self._memory = self._read()
        self._growing: dict[Path, tuple[Stamp, float]] = {}

    @property
    def remembers(self) -> bool:
        """Whether it knows of folders, which may be watched no longer."""
        return bool(self._memory.folders)

    def look(self, folders: Iterable[str]) -> Looked:
        """Look once. What is ready stays so until `dealt_with` is told. Raises DiskFull, FolderNotWritable."""
        wanted = tuple(dict.fromkeys(folders))
        ready: list[Path] = []
        unreadable = []
        before = msgspec.json.encode(self._memory)
        for gone in set(self._memory.folders) - set(wanted):
            del self._memory.folders[gone]
        for folder in map(Path, wanted):
            try:
                found = _stamps(folder)
            except OSError:
                unreadable.append(folder)
            else:
                ready += self._complete(folder, found)
        if msgspec.json.encode(self._memory) != before:
            self._write()
        return Looked(tuple(ready), tuple(unreadable))

    def dealt_with(self, path: Path) -> None:
        """This file was taken in, or cannot be: it is not given out again until it changes."""
        for folder, known in self._memory.folders.items():
            if path.is_relative_to(folder):
                stamp = self._growing.pop(path, (_stamp(path), 0.0))[0]
                if stamp is not None:
                    known[str(path.relative_to(folder))] = stamp
        self._write()

    def _complete(self, folder: Path, found: dict[Path, Stamp]) -> list[Path]:
        """What is complete and new; the first look at a folder takes all that is there as known."""
        names = {str(path.relative_to(folder)): stamp for path, stamp in found.items()}
        known = self._memory.folders.get(str(folder))
        if known is None:
            self._memory.folders[str(folder)] = names
            return []
        for name in set(known) - set(names) if names else ():  # a drive may be there before what lies on it is
            del known[name]
        return [
            path
            for path, stamp in found.items()
            if known.get(str(path.relative_to(folder))) != stamp and self._stands_still(path, stamp)
        ]

    def _stands_still(self, path: Path, stamp: Stamp) -> bool:
        seen, since = self._growing.get(path, (None, 0.0))
        if seen != stamp:
            self._growing[path] = stamp, self._clock()
            return False
        return stamp[0] > 0 and self._clock() - since >= QUIET_S and _is_free(path)

    def _read(self) -> _Memory:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Memory)
        except (FileNotFoundError, msgspec.ValidationError, msgspec.DecodeError):
            return _Memory()

    def _write(self) -> None:
        part = self._file.with_suffix(".part")
        with writing_into(self._file.parent):
            part.write_bytes(msgspec.json.encode(self._memory))
            sync_file(part)
            os.replace(part, self._file)


def _stamps(folder: Path) -> dict[Path, Stamp]:
    """All recordings below a folder. Raises OSError where it cannot be read."""
    os.listdir(folder)
    try:
        files = recordings_in([folder])
    except Failure as unreadable:
        raise OSError from unreadable
    stamps = ((path, _stamp(path)) for path in files)
    return {path: stamp for path, stamp in stamps if stamp is not None}


def _stamp(path: Path) -> Stamp | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


def _is_free(path: Path) -> bool:
    """Whether nobody is writing it, as far as the system tells: a recording that was paused stands still, too."""
    try:
        with path.open("rb") as file:
            return not _is_being_written(path, file.fileno())
    except OSError:
        return False


if sys.platform == "win32":  # pragma: no cover

    def _is_being_written(path: Path, _descriptor: int) -> bool:
        """Whether another program has it open for writing: then it cannot be opened for reading alone."""
        import _winapi

        try:
            _winapi.CloseHandle(_winapi.CreateFile(str(path), GENERIC_READ, FILE_SHARE_READ, 0, OPEN_EXISTING, 0, 0))
        except OSError:
            return True
        return False

elif sys.platform == "linux":

    def _is_being_written(_path: Path, descriptor: int) -> bool:
        """Whether some program has it open for writing: then nobody gets a lease for reading. Other people's files,
        and those on some network drives, give no lease to anybody: nothing is known of them."""
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # ignored, should one begin to write just now
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False

else:  # pragma: no cover

    def _is_being_written(_path: Path, _descriptor: int) -> bool:
        return False
