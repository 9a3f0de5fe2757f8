"""Requests that are carried out once more, or later than they were sent: who calls was checked, no fault happens."""

from __future__ import annotations

import threading
from contextvars import Context
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from flask import Flask, Response, current_app, request


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came."""

    environ: dict[str, Any]
    body: bytes

    @classmethod
    def now(cls) -> Sent:
        """The request that is being answered."""
        body = request.get_data()
        kept = {name: value for name, value in request.environ.items() if not name.startswith(("werkzeug.", "flask."))}
        return cls(kept, body)

    def carry_out(self) -> Response:
        """Do what it asks for; gives the answer, which nobody may be waiting for."""
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        return Context().run(self._carried_out, app)

    def _carried_out(self, app: Flask) -> Response:
        environ = self.environ | {"wsgi.input": BytesIO(self.body), "CONTENT_LENGTH": str(len(self.body))}
        with app.request_context(environ):
            request.max_content_length = None  # it was let in already
            try:
                return app.make_response(app.dispatch_request())
            except Exception as error:  # noqa: BLE001  Flask itself tells known ones from bugs, and raises these
                return app.make_response(app.handle_user_exception(error))


@dataclass(slots=True)
class HeldUp:
    """Requests on their way, which arrive after a later one. Thread-safe."""

    _sent: list[Sent] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, sent: Sent) -> None:
        """Hold one up."""
        with self._lock:
            self._sent.append(sent)

    def arrive(self) -> None:
        """Carry out all that are held up, the newest first."""
        with self._lock:
            late, self._sent = self._sent, []
        for sent in reversed(late):
            sent.carry_out()
