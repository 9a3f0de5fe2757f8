"""What the commands about a stretch of a recording share: reading it, and doing a job with progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing

from app.failures import ValueInvalid
from app.jobs.child import ChildReport


def span_of(option: str, given: str) -> tuple[float, float]:
    """Start and end (s) of "12.5-40". Raises ValueInvalid."""
    try:
        start, end = map(float, given.split("-"))
    except ValueError:
        raise ValueInvalid(what=option, value=given, allowed="12.5-40") from None
    return start, end


def do(work: Callable[[Callable[[ChildReport], None], threading.Event], object]) -> None:
    """Do a job, with progress on standard error; Ctrl-C cancels it."""
    from app.jobs.interrupt import interruptible
    from app.jobs.showing import show

    with closing(show(as_json=False)) as shown, interruptible() as cancel:
        work(shown.report, cancel)
