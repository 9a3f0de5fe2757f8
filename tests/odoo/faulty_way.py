"""A way to Odoo on which the sandbox's faults happen: each call is passed on; its answer comes back, or does not."""

from __future__ import annotations

import hashlib
import json
import threading

import requests
from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from sync.sandbox.faults import Faults
from sync.sandbox.misbehaving import Misbehaving, misbehave_after

REFUSALS = {
    "401": (401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"),
    "409": (409, "odoo.exceptions.LockError", "the record is locked"),
    "429": (429, "werkzeug.exceptions.TooManyRequests", "slowly"),
    "500": (500, "psycopg2.OperationalError", "could not serialize access due to concurrent update"),
    "503": (503, "werkzeug.exceptions.ServiceUnavailable", "later"),
}
METHODS = ["GET", "POST"]


class FaultyWay:
    """Passes calls on while the block runs; `faults` says what goes wrong."""

    def __init__(self, url: str, spec: str = "") -> None:
        self._there, self.faults = url, Faults(spec)
        app = Flask("faulty_way", static_folder=None)
        app.add_url_rule("/<path:path>", view_func=self._passed, methods=METHODS)
        misbehaving = Misbehaving(self.faults, ANSWERS)
        app.before_request(lambda: misbehaving.before(_operation()))
        app.after_request(misbehave_after)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="faulty way")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def _passed(self, path: str) -> Response:
        headers = {name: value for name, value in request.headers if name not in ("Host", "Content-Length")}
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self._there}/{path}"
            answer = session.request(request.method, url, headers=headers, data=request.get_data(), timeout=60)
        return Response(answer.content, answer.status_code, content_type=answer.headers.get("Content-Type"))


def _operation() -> str:
    """The same on each repeat of a call that writes; "" for reading."""
    written = request.path.encode() + request.get_data()
    return hashlib.sha256(written).hexdigest() if request.path.endswith("/load") else ""


def _refusal(name: str):
    """An answer as Odoo words it."""
    status, kind, message = REFUSALS[name]
    body = json.dumps({"name": kind, "message": message, "arguments": [message], "context": {}})
    return lambda: Response(body, status, mimetype="application/json")


ANSWERS = {name: _refusal(name) for name in REFUSALS}


class _Quiet(WSGIRequestHandler):
    def log(self, type, message, *args):
        pass
