"""Carries out the faults in force: before the work is done, or after it is committed."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from flask import Response, g, request

from sync.sandbox.faults import Fault, Faults

Answers = Mapping[str, Callable[[], Response]]
"""What a face says for each of the faults 401, 409, 429, 500, 503."""


def misbehave(faults: Faults, answers: Answers, operation: str = "") -> Response | None:
    """Do what the faults in force want before the work is done. `operation` is the same on each repeat of a write."""
    request.get_data()
    plan = faults.plan(f"{operation} {request.path}" if operation else "")
    g.after, g.answers = plan.after, answers
    if plan.slow:
        time.sleep(plan.slow.seconds)
    return _faulty_answer(plan.before, answers) if plan.before else None


def misbehave_after(response: Response) -> Response:
    """Do what the faults in force want after the work is committed."""
    fault: Fault | None = g.get("after")
    if fault is None:
        return response
    if fault.name == "cut":
        return cut(response)
    if fault.name == "die_after":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    if fault.name in ("drop_after", "lose_first"):
        return drop(response)
    return _faulty_answer(Fault(fault.name.removesuffix("_after")), g.answers)


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
