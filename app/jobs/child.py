"""One child process for one job: starts it, reads its messages, ends it when asked or when it hangs."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import IO

import msgspec

from analysis import failures, protocol
from app import resources
from app.jobs.ending import clear_up, end

ChildReport = protocol.Report
POLL_S = 0.05
HANG_S = 60.0
"""A child that says nothing for so long, not even a heartbeat, hangs."""
TAIL_LINES = 20
JOIN_S = 5.0
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
FIXED = {"HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1", "OMP_WAIT_POLICY": "PASSIVE"}
"""Offline, UTF-8, and threads that wait asleep: spinning ones would take the core from the other lane."""


def command() -> list[str]:
    """What starts the child: the frozen program itself, or Python with the worker module."""
    if getattr(sys, "frozen", False):
        return [*resources.program(), "--analysis-worker"]
    return [sys.executable, "-m", "analysis.worker"]


def run_child(
    job: protocol.Job, on_message: Callable[[ChildReport], None], cancel: threading.Event, hang_s: float = HANG_S
) -> protocol.Result:
    """Do one job in a child process and wait for its result; `on_message` is called on this thread.

    Raises Cancelled within a second of `cancel`, the child's own failure as a type of `analysis.failures`, or
    WorkerDied. Whatever happens, no process and no temporary file is left.
    """
    child = _start(job)
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    complaints: deque[bytes] = deque(maxlen=TAIL_LINES)
    readers = (
        read_lines(child.stdout, lines.put, "child-messages", closing=lambda: lines.put(None)),
        read_lines(child.stderr, complaints.append, "child-complaints"),
    )
    try:
        return _converse(lines, on_message, cancel, hang_s)
    except _Silent:
        readers[1].join(JOIN_S)
        raise failures.WorkerDied(detail=cause_of_death(child, complaints)) from None
    finally:
        end(child)
        for reader in readers:
            reader.join(JOIN_S)
        clear_up(job, child.pid)


class _Silent(Exception):
    """The child closed its pipe without a result."""


def _start(job: protocol.Job) -> subprocess.Popen[bytes]:
    line = _encoded(job)
    child = spawn(command(), _environment(job))
    tell(child, line)
    return child


def spawn(words: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A child with three pipes, in a session (POSIX) or process group (Windows) of its own: Ctrl-C in a terminal
    reaches the parent alone."""
    windows = sys.platform == "win32"
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=resources.root(),
        env=environment,
        start_new_session=not windows,
        creationflags=_windows_flags() if windows else 0,
    )


def tell(child: subprocess.Popen[bytes], line: bytes) -> None:
    """Write one line to the child. One that has died is noticed where its messages are read."""
    assert child.stdin is not None
    try:
        child.stdin.write(line)
        child.stdin.flush()
    except OSError:
        pass  # EINVAL on Windows


def _encoded(job: protocol.Job) -> bytes:
    """The job as a line. Raises NameUnreadable where a path holds bytes that are no text in this system's encoding."""
    try:
        return msgspec.json.encode(job) + b"\n"
    except UnicodeEncodeError as error:
        name = error.object.encode("utf-8", "replace").decode()
        raise failures.NameUnreadable(name=name) from None


def _windows_flags() -> int:
    return getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)


def _environment(job: protocol.Job) -> dict[str, str]:
    threads = job.request.threads if isinstance(job, protocol.AnalyseJob) else 1
    return os.environ | dict.fromkeys(THREAD_LIMITS, str(threads)) | FIXED


def _converse(
    lines: queue.SimpleQueue[bytes | None],
    on_message: Callable[[ChildReport], None],
    cancel: threading.Event,
    hang_s: float,
) -> protocol.Result:
    """Read messages until the result or a failure."""
    heard = time.monotonic()
    while not cancel.is_set():
        try:
            line = lines.get(timeout=POLL_S)
        except queue.Empty:
            if time.monotonic() - heard > hang_s:
                raise failures.WorkerDied(detail=f"> {hang_s:.0f} s") from None
            continue
        if line is None:
            raise _Silent
        heard = time.monotonic()
        message = _message(line)
        if isinstance(message, protocol.ResultMessage):
            return message.result
        if isinstance(message, protocol.FailureMessage):
            raise _failure(message)
        if not isinstance(message, protocol.Heartbeat):
            on_message(message)
    raise failures.Cancelled


def read_lines(
    stream: IO[bytes] | None, take: Callable[[bytes], None], name: str, closing: Callable[[], None] = lambda: None
) -> threading.Thread:
    """A thread that hands on each line of a pipe until its end, which comes at the latest when the child is ended."""
    assert stream is not None

    def work() -> None:
        with stream:
            for line in stream:
                take(line)
        closing()

    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def _message(line: bytes) -> protocol.Message:
    try:
        message: protocol.Message = msgspec.json.decode(line, type=protocol.Message)
    except msgspec.DecodeError as error:
        raise failures.WorkerDied(detail=str(error)) from error
    return message


def _failure(message: protocol.FailureMessage) -> failures.Failure:
    """The child's failure as the type with the same code, so that callers can tell them apart."""
    kinds = {kind.code: kind for kind in _descendants(failures.Failure)}
    return spoken_failure(kinds.get(message.code, failures.Failure), message.code, message.params)


def spoken_failure(kind: type[failures.Failure], code: str, params: Mapping[str, object]) -> failures.Failure:
    """A failure that says what another process, or another package, said under this code."""
    failure = kind(**params)
    failure.code = code
    return failure


def _descendants(kind: type[failures.Failure]) -> list[type[failures.Failure]]:
    return [one for child in kind.__subclasses__() for one in (child, *_descendants(child))]


def cause_of_death(child: subprocess.Popen[bytes], complaints: deque[bytes]) -> str:
    """The signal that ended it, else the last line that it wrote to standard error, else its exit status."""
    status = child.wait(JOIN_S)
    if status < 0:
        return f"signal {-status}"
    last = next((text for line in reversed(complaints) if (text := line.decode("utf-8", "replace").strip())), "")
    return last[:200] or f"status {status}"
