"""Carries out the faults in force: before the work is done, beside it, or after it is committed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from flask import Response, g, request

from sync.sandbox.carrying import HeldUp, Sent
from sync.sandbox.faults import Fault, Faults

Answers = Mapping[str, Callable[[], Response]]
"""What a face says for each of the faults 401, 409, 429, 500, 503."""


Edit = Callable[[str], bool]
"""A person in HR writes to the record that the request is about, into this field; False where there is none."""


class Misbehaving:
    """What goes wrong with the requests to one face. `pages`: where in a page's JSON its lists stand, as dotted paths
    ("" = it is the list itself)."""

    def __init__(self, faults: Faults, answers: Answers, pages: tuple[str, ...] = (), edit: Edit | None = None) -> None:
        self.faults, self.answers, self.pages, self._edit = faults, answers, pages, edit
        self._held_up = HeldUp()

    def before(self, operation: str = "", *, writes: bool | None = None) -> Response | None:
        """Do what the faults in force want before the work is done. `operation` is the same on each repeat of a write;
        `writes` = it is one, even where that cannot be told."""
        sent = Sent.now()
        plan = self.faults.plan(
            f"{operation} {request.path}" if operation else "", writes=bool(operation) if writes is None else writes
        )
        g.after, g.misbehaving, g.held_up = plan.after, self, False
        if plan.slow:
            time.sleep(plan.slow.seconds)
        if plan.before:
            return _faulty_answer(plan.before, self.answers)
        if plan.reorder:
            g.held_up = True
            self._held_up.add(sent)
            return drop(Response())
        if plan.edit and self._edit is not None and self._edit(plan.edit.field):
            self.faults.edited()
        if plan.duplicate:
            sent.carry_out()
        return None

    def arrived(self, response: Response) -> Response:
        """What was held up comes after this request; a page comes as the faults in force bring it."""
        if not g.held_up:
            self._held_up.arrive()
        if response.status_code != 200 or not response.is_json or not self.pages:
            return response
        body = response.get_json()
        there = {path: rows for path in self.pages if isinstance(rows := _at(body, path), list)}
        brought = self.faults.delivered(list(there.values()))
        if brought is not None:
            for rows, changed in zip(there.values(), brought, strict=True):
                rows[:] = changed
            response.set_data(json.dumps(body, ensure_ascii=False))
        return response


def _at(body: Any, path: str) -> Any:
    for name in filter(None, path.split(".")):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def said_once() -> str:
    """What a write is known by where it brings no key: what it says."""
    return hashlib.sha256(f"{request.method} {request.full_path}".encode() + request.get_data()).hexdigest()


def misbehave_after(response: Response) -> Response:
    """Do what the faults in force want after the work is committed."""
    misbehaving: Misbehaving | None = g.get("misbehaving")
    if misbehaving is not None:
        response = misbehaving.arrived(response)
    fault: Fault | None = g.get("after")
    if fault is None:
        return response
    if fault.name == "cut":
        return cut(response)
    if fault.name == "die_after":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    if fault.name in ("drop_after", "lose_first"):
        return drop(response)
    return _faulty_answer(Fault(fault.name.removesuffix("_after")), g.misbehaving.answers)


def _faulty_answer(fault: Fault, answers: Answers) -> Response:
    if fault.name == "html":
        return Response("<!doctype html><title>Sign in</title><h1>Please sign in</h1>", mimetype="text/html")
    if fault.name == "drop_before":
        return drop(Response())
    made = answers[fault.name]()
    if fault.retry_after:
        made.headers["Retry-After"] = fault.retry_after
    return made


def drop(response: Response) -> Response:
    """Close the connection without a word."""
    _hang_up(_connection())
    return response


def cut(response: Response) -> Response:
    """Announce the whole body, send half of it, close the connection."""
    body, connection = response.get_data(), _connection()

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        _hang_up(connection)

    halved = Response(half(), response.status_code, mimetype=response.mimetype, direct_passthrough=True)
    halved.headers["Content-Length"] = str(len(body))
    return halved


def _connection() -> socket.socket:
    connection: socket.socket = request.environ["werkzeug.socket"]
    return connection


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # the client may have been faster
        connection.shutdown(socket.SHUT_RDWR)
