"""Writing and taking packages as jobs of a queue: they say how far they are, and stop when they are told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from analysis.failures import Cancelled
from analysis.protocol import ProgressMessage
from app.handover.archive import Progress
from app.handover.taking import Taken, take_package
from app.handover.writing import Choice, Written, write_package
from app.jobs import ChildReport
from app.store.library import Library

STAGE = "package"
Report = Callable[[ChildReport], None]


class WriteWork:
    """Writes a package; a job for `JobQueue.submit`. Raises what `write_package` does, and Cancelled."""

    def __init__(self, library: Library, choice: Choice, out: Path, passphrase: str) -> None:
        self._library, self._choice, self._out, self._passphrase = library, choice, out, passphrase

    def __call__(self, report: Report, stop: threading.Event) -> Written:
        """Write it, whole or not at all."""
        return write_package(self._library, self._choice, self._out, self._passphrase, _telling(report, stop))


class TakeWork:
    """Takes a package in; a job for `JobQueue.submit`. Raises what `take_package` does, and Cancelled."""

    def __init__(self, library: Library, path: Path, passphrase: str) -> None:
        self._library, self._path, self._passphrase = library, path, passphrase

    def __call__(self, report: Report, stop: threading.Event) -> Taken:
        """Take it, all of it or nothing."""
        return take_package(
            self._library, self._path, self._passphrase, progress=_telling(report, stop), stop=stop
        )  # fmt: skip


def _telling(report: Report, stop: threading.Event) -> Progress:
    """Reports each further hundredth. Raises Cancelled."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        if stop.is_set():
            raise Cancelled
        share = done / total if total else 1.0
        if int(share * 100) != told:
            told = int(share * 100)
            report(ProgressMessage(STAGE, done, total, share, 0.0))

    return tell
