"""A way to Odoo on which answers get lost: each call reaches it, and the answer to the first of each kind of writing
does not come back."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import requests


class LosesAnswers:
    """Passes calls on while the block runs; `lost` counts the answers that were dropped."""

    def __init__(self, url):
        self._url, self._seen = url, set()
        self._seeing = threading.Lock()
        self.lost = 0

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"way": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="lossy way")
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self):
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def passed(self, method, path, headers, body):
        """Odoo's answer; None = it got lost on the way back."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, self._url + path, headers=headers, data=body, timeout=60)
        with self._seeing:
            key = hashlib.sha256(path.encode() + body).hexdigest()
            if path.endswith("/load") and key not in self._seen:
                self._seen.add(key)
                self.lost += 1
                return None
        return answer


class _Handler(BaseHTTPRequestHandler):
    way: ClassVar[LosesAnswers]

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")}
        answer = self.way.passed(self.command, self.path, kept, body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST

    def log_message(self, *_):
        pass
