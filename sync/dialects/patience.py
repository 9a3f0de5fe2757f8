"""Looking things up in spite of passing failures: it changes nothing, and a result needs several look-ups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sync.failures import LoginPage, RemoteBusy, RemoteFailure, RemoteNonsense, RemoteUnreachable

Found = TypeVar("Found")
LOOKS = 3
"""So often a look-up is tried within one attempt."""


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
