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

POLITE_S = 0.25
"""How long a child may take to clear up by itself after its standard input was closed."""
KILLED_S = 5.0


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask the child to end by closing its standard input; a moment later kill it with all its descendants."""
    family = _family(child.pid)
    if child.stdin is not None:
        child.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(POLITE_S)
    for process in family + _family(child.pid):
        _kill(process)
    if sys.platform != "win32":
        _kill_group(child.pid)
    child.wait(KILLED_S)


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


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


def _kill_group(pid: int) -> None:
    """The child leads a session of its own: its group holds those whose parent is already gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
