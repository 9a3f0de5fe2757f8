"""Ends a child process with all that it started, and clears away what it left."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from analysis import assembly, protocol, scratch

KILLED_S = 5.0


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child with all its descendants, now: what it had finished is on the disk, the rest is cleared away.

    On POSIX the child leads a process group of its own, which ends at one blow; elsewhere its tree is looked up.
    """
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # gone already, or about to be
            os.killpg(child.pid, signal.SIGKILL)
    else:
        for process in _family(child.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    child.wait(KILLED_S)
    if child.stdin is not None:
        with contextlib.suppress(ConnectionError):  # the job that it never read
            child.stdin.close()


def clear_up(job: protocol.Job, pid: int) -> None:
    """Remove the temporary files that the ended process left where the job let it write."""
    if isinstance(job, protocol.AnalyseJob | protocol.DeriveJob):
        scratch.sweep(Path(job.request.observed_dir), pid)
        _drop_parts(Path(job.request.out_dir))
    if isinstance(job, protocol.PrepareJob):
        for path in (Path(job.playable), Path(job.thumbnail)):
            path.with_name(f"part-{path.name}").unlink(missing_ok=True)
    if isinstance(job, protocol.AnalyseJob):
        assembly.sweep(Path(job.places.cache), pid)


def _drop_parts(folder: Path) -> None:
    for part in folder.glob(scratch.PART):
        part.unlink(missing_ok=True)


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [*parent.children(recursive=True), parent]
    except psutil.Error:
        return []
