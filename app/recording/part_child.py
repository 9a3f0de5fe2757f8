"""The child that writes one part of a recording."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from analysis.recording import wire
from app import resources
from app.jobs.child import FIXED, JOIN_S, TAIL_LINES, THREAD_LIMITS, cause_of_death, read_lines, spawn
from app.jobs.ending import end

FINISH_S = 30.0
PIPE_BYTES = 1 << 20


class PartDied(Exception):
    """The child is no more, and the part is not whole. `full`: because the disk is."""

    def __init__(self, detail: str, *, full: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.full = detail, full


def command() -> list[str]:
    """What starts the child: the frozen program itself, or Python with the worker module."""
    if getattr(sys, "frozen", False):
        return [*resources.program(), "--record-worker"]
    return [sys.executable, "-m", "analysis.record_worker"]


class PartChild:
    """Gets what is recorded, from one thread; `kept` is told on another one what is safe. Raises PartDied."""

    def __init__(self, job: wire.RecordJob, kept: Callable[[wire.Kept], None]) -> None:
        self._kept = kept
        self.heard_at = time.monotonic()
        """When it last said something."""
        self._last: wire.Finished | wire.Failed | None = None
        self._complaints: deque[bytes] = deque(maxlen=TAIL_LINES)
        self._closed = threading.Event()
        try:
            self._child = spawn(command(), os.environ | dict.fromkeys(THREAD_LIMITS, "1") | FIXED)
        except OSError as error:
            raise PartDied(str(error)) from error
        self.pid = self._child.pid
        assert self._child.stdin is not None
        self._pipe = self._child.stdin.fileno()
        _widen(self._pipe)
        self._readers = (
            read_lines(self._child.stdout, self._hear, "recording-replies", closing=self._closed.set),
            read_lines(self._child.stderr, self._complaints.append, "recording-complaints"),
        )
        self._write((msgspec.json.encode(job) + b"\n",))

    def say(self, said: wire.Said, payload: Iterable[bytes]) -> None:
        """One message with its bytes. Waits for a slow child. Raises PartDied."""
        if self._last is not None:
            raise self._death()
        self._write((msgspec.json.encode(said) + b"\n", *payload))

    def finish(self) -> wire.Finished:
        """No more comes: waits until the part is whole. Raises PartDied."""
        with contextlib.suppress(OSError):
            assert self._child.stdin is not None
            self._child.stdin.close()
        self._closed.wait(FINISH_S)
        if not isinstance(self._last, wire.Finished):
            raise self._death()
        self.end()
        return self._last

    def kill(self) -> None:
        """It hangs: end it now. The thread that writes to it hears of it."""
        end(self._child)

    def end(self) -> None:
        """Nothing of it is left."""
        end(self._child)
        for reader in self._readers:
            reader.join(JOIN_S)

    def _write(self, pieces: Iterable[bytes]) -> None:
        try:
            for piece in pieces:
                left = memoryview(piece)
                while left:
                    left = left[os.write(self._pipe, left) :]
        except OSError:
            raise self._death() from None

    def _hear(self, line: bytes) -> None:
        self.heard_at = time.monotonic()
        reply = msgspec.json.decode(line, type=wire.Reply)
        if isinstance(reply, wire.Kept):
            self._kept(reply)
        else:
            self._last = reply

    def _death(self) -> PartDied:
        self._closed.wait(JOIN_S)
        last = self._last
        self.end()
        if isinstance(last, wire.Failed):
            return PartDied(last.code, full=last.code == "disk_full")
        return PartDied(cause_of_death(self._child, self._complaints))


def _widen(pipe: int) -> None:
    """A pipe that holds a whole picture spares a change of process for each 64 KiB, where the system can do that."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
