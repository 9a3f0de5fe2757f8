"""A small HTTP server whose answers a test writes itself, plain or with a certificate, and which counts its calls."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Called:
    """One request as it arrived. Names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    hang_up: Callable[[], None]
    speak_plainly: Callable[[bytes], None]
    """Writes below TLS."""


@dataclass
class SmallServer:
    """Where it is, and what it was asked."""

    url: str
    calls: list[Called] = field(default_factory=list)


Reply = Callable[[Called], tuple[int, dict[str, str], object]]
"""Gives status, headers and body (bytes, or something for JSON)."""


@contextmanager
def serving(reply: Reply, context: ssl.SSLContext | None = None, name: str = "127.0.0.1"):
    """Serves until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            hang_up = lambda: self.connection.shutdown(socket.SHUT_RDWR)  # noqa: E731
            plainly = lambda said: os.write(self.connection.fileno(), said)  # noqa: E731
            headers = {k.lower(): v for k, v in self.headers.items()}
            called = Called(self.command, self.path, headers, body, hang_up, plainly)
            there.calls.append(called)
            answered = reply(called)
            if answered is None:
                return
            status, headers, said = answered
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response_only(status)
            for header, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *args):
            pass  # a client that does not trust the certificate hangs up

    server = Server(("127.0.0.1", 0), Handler)
    port = server.server_address[1]
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    there = SmallServer(f"{'https' if context else 'http'}://{name}:{port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
