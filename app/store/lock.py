"""One process writes a SQLite library at a time.

What decides is the operating system's lock on `library.lock`: it is gone with the process that held it, so a file left
behind by a crash, a restart or a wrong clock never shuts anybody out. `library.holder.json` only says who holds it.
"""

from __future__ import annotations

import getpass
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from app.domain.types import Holder
from app.store.vault import private_file

LOCK_NAME = "library.lock"
HOLDER_NAME = "library.holder.json"


class LibraryLock:
    """The right to write the library in one folder."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / LOCK_NAME, timeout=0, thread_local=False, mode=0o600)
        self._note = folder / HOLDER_NAME

    def take(self) -> bool:
        """Take it, and say so in the folder; False where another process has it."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        part = self._note.with_suffix(".part")
        part.unlink(missing_ok=True)
        with private_file(part) as stream:
            stream.write(msgspec.json.encode(this_process()))
        os.replace(part, self._note)
        return True

    def holder(self) -> Holder | None:
        """Who says to hold it; None where nobody does, or the note cannot be read."""
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=Holder)
        except (OSError, msgspec.DecodeError):
            return None

    def release(self) -> None:
        """Give it back."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()


def this_process() -> Holder:
    """This process, as others will read about it."""
    return Holder(os_user(), socket.gethostname(), os.getpid(), datetime.now(UTC))


def os_user() -> str:
    """The name of the person at the computer; "?" where the system does not tell."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no entry at all
        return "?"
