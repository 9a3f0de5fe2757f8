"""One call of Harvest v3: what its answers mean, and pages followed by their links."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from sync.client import MAX_PAYLOAD_BYTES, Answer, Wire, unsure
from sync.dialects.paging import linked
from sync.dialects.patience import Settling, patiently
from sync.failures import LoginPage, RemoteBusy, RemoteFailure, RemoteNonsense

Row = dict[str, Any]
MOST_IDS = 50
"""So many ids one filter takes."""
MOST_PAGES = 200


class Calls:
    """The calls of one connection. Every method raises `sync.failures` only."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._settling = Settling()

    def is_there(self) -> bool:
        """Whether Greenhouse answers: without a token it says so in its own words."""
        answer = self.wire.send("GET", "/v3/jobs", query={"per_page": "1"}, open_to_all=True)
        return answer.status == 401 and bool(_message(_decoded(answer)))

    def post(self, path: str, body: Row, limit: int = MAX_PAYLOAD_BYTES) -> Row:
        """What was made. Greenhouse knows no key for a repeat: look before calling this."""
        made = self._settling.make(
            lambda: self._understood(self.wire.send("POST", path, body=encoded(body), limit=limit))
        )
        if not isinstance(made, dict):
            raise unsure(RemoteNonsense(host=self.wire.host))
        return made

    def patch(self, path: str, body: Row) -> None:
        """Change a row as the body says. The same twice changes nothing more."""
        self._understood(self.wire.send("PATCH", path, body=encoded(body)))

    def page(self, path: str, query: Mapping[str, str], cursor: str = "") -> tuple[list[Row], str]:
        """One page, and the cursor of the next ("" = it was the last). A cursor stands alone: it knows the rest."""
        answer = self.wire.send("GET", path, query={"cursor": cursor} if cursor else query)
        rows = self._understood(answer)
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
            raise RemoteNonsense(host=self.wire.host)
        following = parse_qs(linked(answer).removeprefix("?")).get("cursor", [""])[0]
        if following and following == cursor:
            raise RemoteNonsense(host=self.wire.host)
        return list({row["id"]: row for row in rows}.values()), following  # one may be in a page twice

    def every(self, path: str, query: Mapping[str, str]) -> Iterator[Row]:
        """All rows of all pages; it changes nothing, so a passing failure is borne a few times."""
        self._settling.wait()
        cursor = ""
        for _ in range(MOST_PAGES):
            at = cursor
            rows, cursor = patiently(lambda at=at: self.page(path, query, at))  # type: ignore[misc]
            yield from rows
            if not cursor:
                return
        raise RemoteNonsense(host=self.wire.host)

    def of(self, path: str, name: str, ids: Iterable[object]) -> Iterator[Row]:
        """All rows of a list with one of these ids under `name`, as many ids a call as the filter takes."""
        wanted = list(dict.fromkeys(str(one) for one in ids))
        for begin in range(0, len(wanted), MOST_IDS):
            yield from self.every(path, {name: ",".join(wanted[begin : begin + MOST_IDS]), "per_page": "500"})

    def _understood(self, answer: Answer) -> Any:
        found = _decoded(answer)
        if answer.good:
            if answer.page:
                raise unsure(LoginPage(host=self.wire.host))
            if found is None:
                raise unsure(RemoteNonsense(host=self.wire.host))
            return found
        raise self._failure(answer, _message(found))

    def _failure(self, answer: Answer, message: str) -> RemoteFailure:
        if answer.status == 409:  # nothing is compared there: somebody else is at work on the same row
            return RemoteBusy(self.wire.asked_wait_s(answer), host=self.wire.host, status=409)
        return self.wire.failure_of(answer, message=message)


def encoded(body: Row) -> bytes:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _decoded(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _message(found: Any) -> str:
    if not isinstance(found, dict):
        return ""
    errors = found.get("errors") or []
    said = [error.get("message") if isinstance(error, dict) else error for error in errors if error]
    return "; ".join(str(one) for one in (said or [found.get("message", "")]) if one)
