"""One call to Feishu Hire: the envelope judged by its body first, a token that ran out got anew, pages followed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from sync.client import Answer, Wire
from sync.dialects.envelope import Envelope, Judge
from sync.dialects.patience import patiently
from sync.failures import RemoteNonsense

Row = dict[str, Any]
BASE = "/open-apis/hire"


class Calls:
    """The calls of one connection. Every method raises `sync.failures` only."""

    def __init__(self, wire: Wire, envelope: Envelope) -> None:
        self.wire, self._judge = wire, Judge(wire, envelope)

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Row | None = None,
        *,
        open_to_all: bool = False,
    ) -> Row:
        """The `data` of a good answer; {} where there is none."""
        raw = encoded(body) if body is not None else None
        answer = self.wire.send(method, BASE + path, query=query, body=raw, open_to_all=open_to_all)
        return self.understood(answer, lambda: self.wire.send(method, BASE + path, query=query, body=raw))

    def understood(self, answer: Answer, again: Callable[[], Answer]) -> Row:
        """The `data` of an answer, or of `again` where the answer refused the token and there is another one."""
        if self._judge.refused(answer) and self.wire.renew():
            answer = again()
        data = self._judge.understood(answer).get("data")
        return data if isinstance(data, dict) else {}

    def look(self, method: str, path: str, query: Mapping[str, str] | None = None, body: Row | None = None) -> Row:
        """The same for what changes nothing: a passing failure is borne a few times."""
        return patiently(lambda: self.ask(method, path, query, body))

    def page(self, path: str, size: int, token: str, query: Mapping[str, str]) -> tuple[list[Any], str]:
        """One page, and the token of the next one ("" = it was the last)."""
        return self._rows(self.ask("GET", path, self._paged(size, token, query)))

    def every(
        self, path: str, size: int, query: Mapping[str, str] | None = None, body: Row | None = None
    ) -> Iterator[Row]:
        """All rows of all pages; `body` = the list is asked for by POST."""
        token, method = "", "GET" if body is None else "POST"
        while True:
            rows, token = self._rows(self.look(method, path, self._paged(size, token, query or {}), body))
            yield from rows
            if not token:
                return

    def _paged(self, size: int, token: str, query: Mapping[str, str]) -> dict[str, str]:
        return dict(query) | {"page_size": str(size)} | ({"page_token": token} if token else {})

    def _rows(self, data: Row) -> tuple[list[Any], str]:
        rows, token = data.get("items") or [], data.get("page_token") or ""
        more = data.get("has_more") is True
        if not isinstance(rows, list) or (more and not (isinstance(token, str) and token)):
            raise RemoteNonsense(host=self.wire.host)
        return once(rows), str(token) if more else ""


def once(rows: list[Any]) -> list[Any]:
    """Rows, or ids of rows, each once: one may be in a page twice."""
    known = {(row.get("id") or id(row)) if isinstance(row, dict) else row: row for row in rows}
    return list(known.values())


def encoded(body: Row) -> bytes:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def below(path: str, row_id: str) -> str:
    """The path of one row."""
    return f"{path}/{quote(row_id, safe='')}"
