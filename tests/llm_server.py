"""A stand-in for a local language model's server: real HTTP on loopback, the chat completions shape, and its faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[dict], str]
"""What the model says to a request's body."""


class LlmServer:
    """`reply` makes the model's words from each request; `fault` names what goes wrong instead (see `_Handler`).

    `requests` are the bodies that came, `headers` theirs.
    """

    def __init__(self, reply: Reply | str = "[]", models: tuple[str, ...] = ("tiny",)) -> None:
        self.reply: Reply = reply if callable(reply) else (lambda _body: str(reply))
        self.models = models
        self.fault = ""
        self.requests: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.asked, self.released = threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.stand_in = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="llm-server")

    def __enter__(self) -> LlmServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


STATUS = {"401": 401, "403": 403, "404": 404, "400": 400, "429": 429, "500": 500, "503": 503}


class _Handler(BaseHTTPRequestHandler):
    """Answers as the stand-in says."""

    protocol_version = "HTTP/1.1"

    @property
    def stand_in(self) -> LlmServer:
        return self.server.stand_in

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        """A client that goes away in the middle is what some tests do."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def do_GET(self) -> None:
        self.stand_in.headers.append(dict(self.headers))
        if self.path != "/v1/models" or self.stand_in.fault == "no-list":
            self._send(404, b"{}")
        elif self.stand_in.fault in STATUS:
            self._fault()
        else:
            self._json(200, {"object": "list", "data": [{"id": name} for name in self.stand_in.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.stand_in.headers.append(dict(self.headers))
        self.stand_in.requests.append(body)
        self.stand_in.asked.set()
        if self.path != "/v1/chat/completions":
            self._send(404, b"{}")
        elif self.stand_in.fault:
            self._fault()
        else:
            self._json(200, completion(self.stand_in.reply(body), body["model"]))

    def _fault(self) -> None:
        fault = self.stand_in.fault
        if fault in STATUS:
            self._json(STATUS[fault], {"error": {"message": "not <b>today</b>\x07, key=hush"}})
        elif fault == "redirect":
            self._send(307, b"", {"Location": "http://192.0.2.1/v1/chat/completions"})
        elif fault == "slow":
            self.stand_in.released.wait(60)
            self.close_connection = True
        elif fault == "trickle":
            self._trickle()
        elif fault == "cut":
            self._send(200, b'{"choices": [{"mess', {"Content-Length": "4000"})
            self.close_connection = True
        elif fault == "length":
            self._json(200, completion('[{"quote": "half', "tiny", "length"))
        else:
            self._send(200, BODIES[fault])

    def _trickle(self) -> None:
        """A byte now and then, each within the time that a client waits for the next, and never an end."""
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        while not self.stand_in.released.wait(0.05):
            self.wfile.write(b" ")

    def _json(self, status: int, value: object) -> None:
        self._send(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


BODIES = {
    "not-json": b"<html>Welcome</html>",
    "other-shape": b'{"choices": "none"}',
    "list": b"[1, 2]",
    "no-choice": b'{"choices": [], "model": "tiny"}',
    "null": b'{"choices": [{"message": {"role": "assistant", "content": null, "reasoning": "hm"}}]}',
    "blank": b'{"choices": [{"message": {"content": "  \\n "}}]}',
    "bad-text": b'{"choices": [{"message": {"content": "\xff\xfe"}}]}',
    "deep": b'{"choices": [], "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "too-long": b'{"choices": [{"message": {"content": "' + b"x" * (1 << 20) + b'"}}]}',
}


def completion(words: str, model: str, reason: str = "stop") -> dict:
    """A whole answer as servers send it, with fields that nobody asked for."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "system_fingerprint": "b4000",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": reason}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    }  # fmt: skip


def asked(body: dict) -> str:
    """All that a request says to the model."""
    return "\n".join(message["content"] for message in body["messages"])
