"""A process's own folder for temporary files, which is also the sign that it works in the folder above it.

Its name says which process it belongs to, so that a later one, or the parent of a killed one, can clear it away.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from analysis.failures import OutputBusy

PREFIX = "scratch-"
PART = "part-*"

CLEARING_S = 1.0

_mine: set[Path] = set()
_ending = threading.Lock()
"""Held while a folder is made, and for ever once the process has begun to leave: none is made behind its back."""


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder below `folder` for temporary files; gone afterwards. OutputBusy where a living process has one there."""
    path = folder / f"{PREFIX}{os.getpid()}-{_birth(os.getpid())}"
    with _ending:
        path.mkdir(exist_ok=True)
        _mine.add(path)
    try:
        if any(_owner_lives(other) for other in folder.glob(f"{PREFIX}*") if other != path):
            raise OutputBusy(folder=str(folder))
        sweep(folder)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        _mine.discard(path)


def clear_mine() -> None:
    """Remove this process's temporary folders and half-written files: it is about to end without unwinding.

    Other threads still write meanwhile, so a folder is cleared until it is gone, for `CLEARING_S` at most.
    """
    _ending.acquire()
    until = time.monotonic() + CLEARING_S
    for path in tuple(_mine):
        while path.exists() and time.monotonic() < until:
            shutil.rmtree(path, ignore_errors=True)
        _drop_parts(path.parent)


def sweep(folder: Path, dead: int | None = None) -> None:
    """Remove what processes that are no more left in `folder`; `dead` is one that has just been ended."""
    left = list(folder.glob(f"{PREFIX}*"))
    for path in left:
        if _owner(path) == dead or not _owner_lives(path):
            shutil.rmtree(path, ignore_errors=True)
    if all(path in _mine or not path.exists() for path in left):
        _drop_parts(folder)


def _drop_parts(folder: Path) -> None:
    for part in folder.glob(PART):
        part.unlink(missing_ok=True)


def _owner(path: Path) -> int:
    return int(path.name.split("-")[1])


def _owner_lives(path: Path) -> bool:
    _, pid, birth = path.name.split("-")
    return _birth(int(pid)) == int(birth)


def _birth(pid: int) -> int:
    """When a process was started, in ms, -1 if it is no more: process numbers are used again."""
    try:
        return int(psutil.Process(pid).create_time() * 1000)
    except psutil.Error:
        return -1
