"""Looking things up in spite of passing failures: it changes nothing, and a result needs several look-ups.

And waiting before a look-up, where something was made whose answer did not come: it may still be under way there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sync.failures import LoginPage, RemoteBusy, RemoteFailure, RemoteNonsense, RemoteTimeout, RemoteUnreachable

Found = TypeVar("Found")
LOOKS = 3
"""So often a look-up is tried within one attempt."""
SETTLE_S = 1.5
"""So long after a creation without an answer nothing is looked up."""
_GATEWAY = (502, 504)
"""Somebody in between has given up waiting; the HR system may not have."""


class Settling:
    """Makes things in an HR system that knows no key for a repeat: what is there has to be looked for before."""

    def __init__(self) -> None:
        self._until = 0.0

    def make(self, making: Callable[[], Found]) -> Found:
        """What is made; remembers where no answer came although it may still be at work there."""
        try:
            return making()
        except RemoteFailure as failure:
            if isinstance(failure, RemoteTimeout) or failure.params.get("status") in _GATEWAY:
                self._until = time.monotonic() + SETTLE_S
            raise

    def wait(self) -> None:
        """Wait until a look-up can be believed."""
        time.sleep(max(0.0, self._until - time.monotonic()))


def patiently(look: Callable[[], Found]) -> Found:
    """What a look-up gives; a passing failure is borne a few times."""
    for _ in range(LOOKS - 1):
        try:
            return look()
        except RemoteFailure as failure:
            if not _passing(failure):
                raise
    return look()


def _passing(failure: RemoteFailure) -> bool:
    """Whether trying once more at once may help: no wait was asked for, and somebody is there."""
    if isinstance(failure, RemoteBusy):
        return failure.retry_after_s is None and failure.params.get("status") not in (408, 409, 425, 429)
    if isinstance(failure, LoginPage):
        return False
    return isinstance(failure, RemoteNonsense) or (isinstance(failure, RemoteUnreachable) and failure.uncertain)
