"""The sandbox EHR as a server: loopback only, a key of its own for each run, clean start and stop."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import tempfile
import threading
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sync.sandbox import demo
from sync.sandbox.api import answer, contract_routes, handle_errors
from sync.sandbox.faces import FACES
from sync.sandbox.faults import Faults
from sync.sandbox.page import page_routes
from sync.sandbox.store import Store
from sync.sandbox.uploads import upload_routes

LOOPBACK = "127.0.0.1"
POLL_S = 0.05
"""So often the server looks whether it is to stop."""
MAX_BODY_BYTES = 2 * 1024 * 1024


class _Quiet(WSGIRequestHandler):
    """One request a connection, so that a stop is a stop; times out silent ones, and says nothing on the console."""

    timeout = 5
    faults = Faults()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header Date, on a clock that may be off on purpose."""
        return super().date_time_string(self.faults.now() if timestamp is None else timestamp)

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: ARG002  werkzeug's signature
        """Requests go to the log `sync.sandbox` for whoever listens."""
        logging.getLogger("sync.sandbox").debug(message, *args)


class Sandbox:
    """One running sandbox EHR. Use as a context manager, or `start` and `stop`.

    `folder` keeps its store (a temporary one without); `port` 0 takes a free one; `contract` is the OpenAPI file;
    `mortal` = faults may end the process.
    OSError when the port is taken, FaultsInvalid when the faults cannot be read.
    """

    def __init__(
        self,
        contract: Path,
        folder: Path | None = None,
        port: int = 0,
        faults: str = "",
        key: str | None = None,
        *,
        mortal: bool = False,
    ) -> None:
        self.key = key or secrets.token_urlsafe(24)
        self.faults = Faults(faults, mortal)
        self._socket = _listening(port)
        self.url = f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"
        self._temporary = tempfile.TemporaryDirectory(prefix="mianjian-ehr-") if folder is None else None
        self.folder = folder if folder is not None else Path(self._temporary.name)  # type: ignore[union-attr]
        self.store = Store(self.folder)
        if self.store.empty():
            demo.fill(self.store)
        app = self._app(contract)
        handler = type("_Handler", (_Quiet,), {"faults": self.faults})
        self._server: BaseWSGIServer = make_server(
            LOOPBACK, 0, app, threaded=True, request_handler=handler, fd=self._socket.fileno()
        )
        self._server.daemon_threads = False  # type: ignore[attr-defined]  # a stop waits for what is being answered
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_S,), name="sandbox-ehr", daemon=True
        )

    def start(self) -> Sandbox:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, close the store, remove a temporary folder."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._socket.close()
        self.store.close()
        if self._temporary:
            self._temporary.cleanup()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _app(self, contract: Path) -> Flask:
        app = Flask("sync.sandbox", root_path=str(Path(__file__).parent), static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
        handle_errors(app)
        app.register_blueprint(contract_routes(self.store, self.faults, self.key, contract))
        app.register_blueprint(upload_routes(self.store, self.store.files, answer))
        app.register_blueprint(page_routes(self.store, self.faults))
        for face in FACES.values():
            app.register_blueprint(face(self.store, self.faults, self.key))
        return app


def _listening(port: int) -> socket.socket:
    """A listening socket on loopback; OSError when the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows this option would let two servers share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
