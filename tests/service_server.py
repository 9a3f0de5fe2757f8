"""A stand-in for outside AI services: real HTTP on loopback, in the shapes of the shipped profiles, and its faults."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "sk-canary-4711-do-not-keep"
APP_ID, SECRET = "app77", "canary-secret-0815"
SIGNED_KEY = f"{APP_ID}:{SECRET}"
SEGMENTS = (
    {"start": 0.4, "end": 3.1, "text": "请讲一个你负责的项目。", "speaker": "A"},
    {"start": 4.0, "end": 9.5, "text": "我把支付系统拆成了八个微服务。", "speaker": "B"},
)


def words_of(segment: dict[str, Any]) -> list[dict[str, Any]]:
    """A character at a time, without marks, evenly."""
    said = [c for c in segment["text"] if c.isalnum()]
    step = (segment["end"] - segment["start"]) / len(said)
    start = segment["start"]
    return [{"start": start + i * step, "end": start + (i + 1) * step, "text": c} for i, c in enumerate(said)]


@dataclass
class Came:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, list[bytes]]:
        """The fields of a form; several of one name in their order."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        found: dict[str, list[bytes]] = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + self.body).iter_parts():
            name = part.get_param("name", header="content-disposition")
            found.setdefault(str(name), []).append(part.get_payload(decode=True))
        return found


@dataclass
class ServiceServer:
    """`fault` names what goes wrong (see `_Handler`), for the first `faults` requests that carry a body, or for all.

    `reply` makes a language model's words from a request's body; `segments` is what a recogniser hears.
    """

    reply: Callable[[Any], str] = lambda _body: "{}"
    segments: tuple[dict[str, Any], ...] = SEGMENTS
    language: str = "chinese"
    fault: str = ""
    faults: int = 1_000_000
    polls: int = 2
    values: dict[str, float] = field(default_factory=lambda: {"happy": 0.25, "neutral": 0.75})
    came: list[Came] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.stand_in = self
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="service-server")

    @property
    def sent(self) -> list[Came]:
        """The requests with something in them."""
        return [one for one in self.came if one.body]

    def __enter__(self) -> ServiceServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


STATUS = {"400": 400, "401": 401, "403": 403, "404": 404, "413": 413, "429": 429, "500": 500, "503": 503}
BODIES = {
    "html": b"<html>Sign in to the hotel's network</html>", "empty": b"", "list": b"[1, 2]", "text": b'"no"',
    "null": b"null", "bad-text": b'{"text": "\xff\xfe"}', "deep": b"[" * 100_000 + b"]" * 100_000,
    "other-shape": b'{"segments": {"a": 1}, "choices": "none", "data": 3, "faces": 4}',
}  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    """Answers as the stand-in says."""

    protocol_version = "HTTP/1.1"

    @property
    def stand_in(self) -> ServiceServer:
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
        self._take()

    def do_POST(self) -> None:
        self._take()

    def _take(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        came = Came(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
        stand_in = self.stand_in
        stand_in.came.append(came)
        stand_in.asked.set()
        if stand_in.fault == "key" or not self._known(came):
            self._json(401, {"error": {"message": f"Incorrect API key {KEY} <b>x</b>\x07"}})
        elif stand_in.fault and (came.body or stand_in.fault == "all-429") and stand_in.faults > 0:
            stand_in.faults -= 1
            self._fault()
        else:
            self._answer(came)

    def _known(self, came: Came) -> bool:
        if came.path.startswith("/v1/asr"):
            return self._signed(came)
        return came.headers.get("authorization", "").removeprefix("Bearer ") == KEY

    def _signed(self, came: Came) -> bool:
        time, nonce = came.headers.get("x-timestamp", ""), came.headers.get("x-nonce", "")
        text = f"{APP_ID}{time}{nonce}{hashlib.sha256(came.body).hexdigest()}"
        wanted = base64.b64encode(hmac.new(SECRET.encode(), text.encode(), "sha256").digest()).decode()
        return came.headers.get("x-app-id") == APP_ID and came.headers.get("x-signature") == wanted and bool(nonce)

    def _answer(self, came: Came) -> None:
        stand_in = self.stand_in
        routes: tuple[tuple[str, Callable[[Came], Any]], ...] = (
            ("/v1/audio/transcriptions", self._openai), ("/v1/chat/completions", self._chat),
            ("/v1/asr/tasks/", self._task), ("/v1/asr/tasks", lambda _: {"code": 0, "data": {"taskId": "t/1?"}}),
            ("/v1/asr/quota", lambda _: {"code": 0, "data": {}}), ("/v1/models", lambda _: {"data": [{"id": "m"}]}),
            ("/v1/expressions", lambda _: {"faces": [{"expressions": stand_in.values}]}),
            ("/v1/health", lambda _: {"ok": True}), ("/v2/upload", lambda _: {"upload_url": "mem://1"}),
            ("/v2/transcript/", self._utterances), ("/v2/transcript", lambda _: {"id": "j1", "status": "queued"}),
        )  # fmt: skip
        for path, answer in routes:
            if came.path == path or (path.endswith("/") and came.path.startswith(path)):
                self._json(200, answer(came))
                return
        self._json(404, {"error": {"message": "no such path"}})

    def _openai(self, _: Came) -> Any:
        segments = self.stand_in.segments
        words = [{"word": w["text"], "start": w["start"], "end": w["end"]} for s in segments for w in words_of(s)]
        return {"task": "transcribe", "language": self.stand_in.language, "segments": segments, "words": words}

    def _chat(self, came: Came) -> Any:
        said = self.stand_in.reply(came.json)
        return {"model": "m-2026", "choices": [{"message": {"content": said}, "finish_reason": "stop"}]}

    def _waits(self) -> bool:
        self.stand_in.polls -= 1
        return self.stand_in.polls >= 0

    def _task(self, _: Came) -> Any:
        if self._waits():
            return {"code": 0, "data": {"status": 1}}
        if self.stand_in.fault == "job-failed":
            return {"code": 0, "message": "audio cannot be decoded", "data": {"status": 3}}
        sentences = [
            {
                "beginTime": round(s["start"] * 1000), "endTime": round(s["end"] * 1000), "text": s["text"],
                "speakerId": s.get("speaker", ""), "confidence": 0.9,
                "words": [
                    {"beginTime": str(round(w["start"] * 1000)), "endTime": round(w["end"] * 1000), "word": w["text"],
                     "confidence": 0.8}
                    for w in words_of(s)
                ],
            }
            for s in self.stand_in.segments
        ]  # fmt: skip
        return {"code": "0", "data": {"status": "2", "language": "zh-CN", "sentences": sentences}}

    def _utterances(self, _: Came) -> Any:
        if self._waits():
            return {"id": "j1", "status": "processing", "error": None}
        said = [
            {"start": s["start"] * 1000, "end": s["end"] * 1000, "text": s["text"], "speaker": s.get("speaker", "A"),
             "confidence": 0.7, "words": [
                {"start": w["start"] * 1000, "end": w["end"] * 1000, "text": w["text"], "confidence": 0.6}
                for w in words_of(s)]}
            for s in self.stand_in.segments
        ]  # fmt: skip
        return {"id": "j1", "status": "completed", "error": None, "language_code": "zh", "utterances": said}

    def _fault(self) -> None:
        fault = self.stand_in.fault
        if fault == "job-failed":
            self._answer(self.stand_in.came[-1])
        elif fault in STATUS:
            self._json(STATUS[fault], {"error": {"message": f"not <b>today</b>\x07, {KEY} {SECRET}"}})
        elif fault in ("wait", "all-429"):
            self._send(429, b"{}", {"Retry-After": "0"})
        elif fault == "wait-long":
            self._send(429, b"{}", {"Retry-After": "4000"})
        elif fault == "redirect":
            self._send(307, b"", {"Location": "http://192.0.2.1/v1/x"})
        elif fault == "slow":
            self.stand_in.released.wait(60)
            self.close_connection = True
        elif fault == "drop":
            self.close_connection = True
            self.connection.shutdown(2)
        elif fault == "cut":
            self._send(200, b'{"segments": [{"sta', {"Content-Length": "4000"})
            self.close_connection = True
        elif fault == "envelope":
            self._json(200, {"code": 10002, "message": "signature expired"})
        else:
            self._send(200, BODIES[fault])

    def _json(self, status: int, value: object) -> None:
        self._send(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
