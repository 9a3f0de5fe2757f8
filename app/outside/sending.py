"""Opens a service for one interview: through the gate only, and with each request in the audit before it leaves.

What the gate said holds for one moment. It is asked again before each request, whenever something about the interview
changes, and before anything that came back is kept: a candidate may take consent back in the middle.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analysis.failures import Cancelled, Failure
from app.domain.outside import Purpose
from app.failures import OutsideStopped
from app.jobs.child import spoken_failure
from app.outside.gate import agreed, require
from app.outside.services import Chosen, named
from app.settings import SettingsFile
from app.store.library import Library
from app.store.outside import SENT
from sync.providers.calling import POLL_S, Sending
from sync.providers.failures import ServiceFailure, ServiceStopped
from sync.providers.keys import key_for
from sync.providers.service import Service


@contextmanager
def opened(library: Library, interview_id: str, purpose: Purpose, stop: threading.Event) -> Iterator[Service]:
    """A service that may be asked about an interview. Raises what `gate.require` does, OutsideStopped, and Cancelled.

    Failures of the service come out as `Failure` with their code, as jobs know them. Who keeps what came back does it
    after the block, which does not end well where it may not be sent any more.
    """
    with known_failures():
        permission = _Permission(library, interview_id, require(library, interview_id, purpose), stop)
        service = _service(permission.service, permission.over, permission.record)
        unsubscribe = library.subscribe(permission.look_again)
        try:
            yield service
            permission.insist()
        except ServiceStopped:
            permission.insist()
            raise
        finally:
            unsubscribe()
            service.close()


class _Permission:
    """That something of an interview may be sent to a service, for as long as it holds."""

    def __init__(self, library: Library, interview_id: str, service: Chosen, cancelled: threading.Event) -> None:
        self._library, self._interview_id, self.service = library, interview_id, service
        self.over = _Over(cancelled)
        self._left = 0

    def record(self, sending: Sending) -> None:
        """A request is about to leave. Raises OutsideStopped."""
        self.insist()
        if sending.bytes:  # others ask how far the service is: nothing of the interview leaves
            said = f"{self.service.purpose} {sending.host} {sending.bytes} bytes sha256 {sending.sha256}"
            self._library.record(SENT, self._interview_id, said)
            self._left += 1

    def look_again(self, kind: str, subject: str) -> None:
        """Something changed in the library: a request under way is given up where it may not be sent any more."""
        if kind == "interview" and subject == self._interview_id and not self._holds():
            self.over.set()

    def insist(self) -> None:
        """Raises OutsideStopped where it does not hold any more."""
        if not self._holds():
            raise OutsideStopped(service=self.service.name, host=self.service.host, n=self._left)

    def _holds(self) -> bool:
        try:
            now = agreed(self._library, self._interview_id, self.service.purpose)
        except (Failure, ServiceFailure):
            return False
        return now.address == self.service.address


class _Over(threading.Event):
    """Set once it may not be sent any more, and as soon as somebody cancels."""

    def __init__(self, cancelled: threading.Event) -> None:
        super().__init__()
        self._cancelled = cancelled

    def is_set(self) -> bool:
        """Whether either has happened."""
        return super().is_set() or self._cancelled.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until either happens; whether it has."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self.is_set() and (until is None or time.monotonic() < until):
            super().wait(POLL_S if until is None else min(POLL_S, max(0.0, until - time.monotonic())))
        return self.is_set()


def check(settings: SettingsFile, purpose: Purpose) -> Chosen | None:
    """Ask whether address and key work; nothing of anybody is sent. None where no service is chosen.

    Raises `ServiceFailure`.
    """
    chosen = named(settings.path.parent, purpose, settings.values.services.get(str(purpose)))
    if chosen is not None:
        service = _service(chosen, threading.Event(), lambda _: None)
        try:
            service.check()
        finally:
            service.close()
    return chosen


@contextmanager
def known_failures() -> Iterator[None]:
    """What a service could not do, as jobs know failures."""
    try:
        yield
    except ServiceStopped as stopped:
        raise Cancelled from stopped
    except ServiceFailure as failure:
        params = {name: str(value) for name, value in failure.params.items()}
        raise spoken_failure(Failure, failure.code, params) from failure


def _service(chosen: Chosen, stop: threading.Event, record: Callable[[Sending], None]) -> Service:
    def key() -> str:
        return key_for(chosen.purpose, chosen.address)

    return Service(chosen.profile, chosen.address.base, chosen.model, key, stop, record)
