"""The two files of a part: the recording, which only ever grows, and the copy that the window plays."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
from av.container import OutputContainer

from analysis.disk import FULL

_ORIGINAL = {
    "live": "1",
    "cluster_time_limit": "250",
    "flush_packets": "1",
    "max_interleave_delta": "250000",
}
"""Whole clusters of a quarter of a second, written as soon as they are; nothing waits for a track that is silent."""
_PLAYABLE = {"max_interleave_delta": "250000"}
FORMAT = "matroska"


class GrowingFile:
    """A file of the owner's alone that is only appended to, so that its hash is known when it ends.

    Written by one thread, synced by another. `bytes` = what was written, `safe` = what survives a power cut. On a full
    disk `make_room` is asked; where that gives nothing the file ends there, and later writes are nothing.
    """

    def __init__(self, path: Path, make_room: Callable[[], bool]) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._digest = hashlib.sha256()
        self._syncing = threading.Lock()
        self._make_room, self._over = make_room, False
        self.bytes = self.safe = 0

    def write(self, block: bytes | memoryview) -> int:
        """Append all of it. Raises OSError."""
        left = memoryview(block)
        while left and not self._over:
            done = self._appended(left)
            self._digest.update(left[:done])
            self.bytes += done
            left = left[done:]
        return len(block)

    def _appended(self, block: memoryview) -> int:
        try:
            return os.write(self._file, block)
        except OSError as error:
            if error.errno in FULL and self._make_room():
                return 0
            self._over = True
            raise

    def sync(self) -> None:
        """What was written by now is safe. Raises OSError."""
        with self._syncing:
            if self._file >= 0 and self.safe < self.bytes:
                written = self.bytes
                os.fsync(self._file)
                self.safe = written

    def close(self) -> str:
        """The end; gives the SHA-256."""
        self.sync()
        with self._syncing:
            os.close(self._file)
            self._file = -1
        return self._digest.hexdigest()


def growing(file: GrowingFile) -> OutputContainer:
    """A Matroska file that is written front to back and plays wherever it ends."""
    return av.open(file, "w", format=FORMAT, options=_ORIGINAL)


def seekable(path: Path) -> OutputContainer:
    """A Matroska file with an index and its length, once it is closed."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return av.open(str(path), "w", format=FORMAT, options=_PLAYABLE)


def sync_folder(folder: Path) -> None:
    """New names in it survive a power cut, where the system has that notion."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
