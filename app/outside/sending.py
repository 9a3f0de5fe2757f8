"""Opens a service for one interview: through the gate only, and with each request in the audit before it leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analysis.failures import Cancelled, Failure
from app.domain.outside import Purpose
from app.jobs.child import spoken_failure
from app.outside.gate import require
from app.outside.services import Chosen, named
from app.settings import SettingsFile
from app.store.library import Library
from app.store.outside import SENT
from sync.providers.calling import Sending
from sync.providers.failures import ServiceFailure, ServiceStopped
from sync.providers.keys import key_for
from sync.providers.service import Service


@contextmanager
def opened(library: Library, interview_id: str, purpose: Purpose, stop: threading.Event) -> Iterator[Service]:
    """A service that may be asked about an interview. Raises what `gate.require` does, and Cancelled.

    Failures of the service come out as `Failure` with their code, as jobs know them.
    """
    with known_failures():
        chosen = require(library, interview_id, purpose)

        def record(sending: Sending) -> None:
            if not sending.bytes:  # asks how far the service is: nothing of the interview leaves
                return
            library.record(
                SENT, interview_id, f"{purpose} {sending.host} {sending.bytes} bytes sha256 {sending.sha256}"
            )

        service = _service(chosen, stop, record)
        try:
            yield service
        finally:
            service.close()


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
