"""What a crash or a power cut left of recordings is found, repaired in a child process, and taken into the library."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from analysis import protocol
from analysis.failures import Cancelled
from app.domain.types import Interview
from app.recording import folders
from app.recording.shelving import shelve
from app.store import Library
from app.store.importing import OnMessage, RunChild

STILL_WRITING_S = 15.0
"""The child of a program that died finishes its part at once; one that does not by then hangs."""
LOOK_S = 0.1


def left_behind(library: Library) -> list[Path]:
    """The recordings that ended with the program, for `recover`. To be asked once, when the library was opened."""
    return [] if library.read_only else library.vault.recordings()


def recover(
    library: Library, folder: Path, cancel: threading.Event | None = None, run_child: RunChild | None = None,
    report: OnMessage = lambda _: None,
) -> Interview:  # fmt: skip
    """Take in what is there of a recording: at most two seconds of its end are missing. `report` hears how far it is.

    Raises what `shelve` does, and Cancelled; after any failure but RecordingEmpty it is found again the next time.
    """
    stop = cancel or threading.Event()
    for part in folders.parts(folder):
        _let_finish(part, stop)
    return shelve(library, folder, _stopping(run_child, stop), report)


def _let_finish(part: Path, stop: threading.Event) -> None:
    until = time.monotonic() + STILL_WRITING_S
    while (writer := folders.writer(part)) is not None:
        if time.monotonic() > until:
            writer.kill()
            writer.wait(STILL_WRITING_S)
            return
        if stop.wait(LOOK_S):
            raise Cancelled


def _stopping(run_child: RunChild | None, stop: threading.Event) -> RunChild:
    if run_child is None:
        from app.jobs import run_child as product

        run_child = product

    def run(job: protocol.Job, on_message: OnMessage, _: threading.Event, /) -> protocol.Result:
        return run_child(job, on_message, stop)

    return run
