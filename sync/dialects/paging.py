"""Walking through lists of a configurable HR system: pages of any style, and from a high-water mark the next time.

A walk goes through one list after the other. Where it stands is the cursor that is kept: text that nobody else reads. A
list is asked again from its mark minus an overlap, and what comes again unchanged is left out by id and hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

from sync.answer import Answer
from sync.dialects.rows import Times
from sync.paths import dig

MAX_REMEMBERED = 5000
"""So many rows of the overlap are remembered by hash; more come a second time, which is borne."""
STEP_S = 1.0
"""Within a walk a page begins so long before the mark: some systems tell whole seconds, some leave the mark out."""
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*rel="?next"?', re.IGNORECASE)


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How pages are asked for.

    `style` "changes": one list of changes of all kinds with a cursor (the contract). Else each kind has a list of its
    own, in pages by number ("page", from `first` on), by "offset", by a "cursor" or page token (`next` is its dotted
    path in the answer), or by a "link" header. `cursor`, `page`, `offset`, `limit`, `since` name the parameters, which
    stand in the query or the body (`place`). `more` and `total` are dotted paths in an answer; without them a short
    page is the last. `rising`: rows come in the order of their change, so pages are
    walked by the mark and no row can slip through.
    """

    style: Literal["changes", "page", "offset", "cursor", "link"] = "changes"
    place: Literal["query", "body"] = "query"
    cursor: str = "cursor"
    page: str = "page"
    first: int = 1
    offset: str = "offset"
    limit: str = "limit"
    size: int = 100
    next: str = ""
    more: str = ""
    total: str = ""
    since: str = ""
    overlap_s: float = 120.0
    rising: bool = False

    def wrong(self) -> str:
        """What is wrong; "" = nothing."""
        if not 1 <= self.size <= 1000:
            return f"paging.size = {self.size}"
        if self.style == "cursor" and not self.next:
            return "paging.next"
        return "" if self.overlap_s >= 0 else f"paging.overlap_s = {self.overlap_s}"


class Seen(NamedTuple):
    """One row that was received: its hash, and when it was changed (ISO 8601 in UTC, "" = not told)."""

    hash: str
    updated: str


@dataclass(slots=True)
class Walk:
    """Where a walk stands: at `place` in the list of number `at`, which is asked from `since` on.

    `stepped` = that is a mark of this very walk.
    """

    at: int = 0
    place: str = ""
    count: int = 0
    since: str = ""
    stepped: bool = False
    high: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, list[Seen]] = field(default_factory=dict)
    recent: list[Seen] = field(default_factory=list)

    @classmethod
    def read(cls, cursor: str) -> Walk:
        """The walk that a cursor stands for. ValueError for one of another profile."""
        if not cursor:
            return cls()
        try:
            return msgspec.json.decode(cursor, type=cls)
        except msgspec.DecodeError as error:
            raise ValueError(cursor) from error

    def cursor(self) -> str:
        """The text that is kept."""
        return msgspec.json.encode(self).decode()


def wanted(paging: Paging, times: Times, walk: Walk) -> dict[str, str | int]:
    """The parameters of the next call."""
    if walk.place.startswith("?"):
        return dict(parse_qsl(walk.place[1:], keep_blank_values=True))
    asked: dict[str, str | int] = {paging.limit: paging.size} if paging.limit else {}
    if paging.since and walk.since:
        begin = datetime.fromisoformat(walk.since)
        overlap = timedelta(seconds=STEP_S if walk.stepped else paging.overlap_s)
        asked[paging.since] = times.write((begin - overlap).isoformat())
    if paging.style == "page":
        asked[paging.page] = int(walk.place or paging.first)
    elif paging.style == "offset":
        asked[paging.offset] = int(walk.place or 0)
    elif paging.style == "cursor" and walk.place:
        asked[paging.cursor] = walk.place
    return asked


def advanced(paging: Paging, walk: Walk, kinds: tuple[str, ...], rows: list[Seen], answer: Answer, said: Any) -> bool:
    """Move the walk on after a page; gives whether there is more to ask for in this turn.

    A row that is in the page twice counts once: a place is never passed over for it.
    """
    kind = kinds[walk.at]
    walk.count += len(set(rows))
    walk.high = max([walk.high or walk.since, *(row.updated for row in rows)], key=_moment)
    walk.recent = _recent(walk, rows, paging.overlap_s)
    before, walk.place = walk.place, _next_place(paging, walk, rows, answer, said)
    if paging.rising and paging.since and walk.place and _moment(walk.high) > _moment(walk.since):
        walk.since, walk.place, walk.stepped = walk.high, "", True
    elif walk.place and walk.place == before:
        raise ValueError(walk.place)
    elif not walk.place:
        walk.marks[kind], walk.remembered[kind] = walk.high, walk.recent
        walk.at, walk.count, walk.high, walk.recent = (walk.at + 1) % len(kinds), 0, "", []
        walk.since, walk.stepped = walk.marks.get(kinds[walk.at], ""), False
        return walk.at != 0
    return True


def known(walk: Walk, kind: str) -> frozenset[Seen]:
    """Rows that were received already, exactly so: in this walk, or at the end of the one before."""
    return frozenset((*walk.recent, *walk.remembered.get(kind, ())))


def seen(row: object, updated: str) -> Seen:
    """What is remembered of a row."""
    body = json.dumps(row, ensure_ascii=False, sort_keys=True).encode()
    return Seen(hashlib.sha256(body).hexdigest()[:16], updated)


def _recent(walk: Walk, rows: list[Seen], overlap_s: float) -> list[Seen]:
    """Rows of this walk that will come again with the overlap, without repeats."""
    if not walk.high:
        return []
    since = _moment(walk.high) - overlap_s
    once = dict.fromkeys((*rows, *walk.recent))
    return [row for row in once if row.updated and _moment(row.updated) >= since][:MAX_REMEMBERED]


def _next_place(paging: Paging, walk: Walk, rows: list[Seen], answer: Answer, said: Any) -> str:
    """Where the next page begins; "" = this was the last."""
    if paging.style == "link":
        return linked(answer)
    if paging.style == "cursor":
        token = dig(said, paging.next)
        return "" if token in (None, "") or (paging.more and not dig(said, paging.more)) else str(token)
    if not _has_more(paging, walk, rows, said):
        return ""
    if paging.style == "page":
        return str(int(walk.place or paging.first) + 1)
    return str(int(walk.place or 0) + len(set(rows)))


def _has_more(paging: Paging, walk: Walk, rows: list[Seen], said: Any) -> bool:
    if not rows:
        return False
    if paging.more:
        return bool(dig(said, paging.more))
    if paging.total and not paging.rising:
        return walk.count < int(str(dig(said, paging.total) or 0))
    return len(rows) >= paging.size


def linked(answer: Answer) -> str:
    """RFC 8288: the query of the link that is called next, which is asked for as it is."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return f"?{urlsplit(found[1]).query}" if found else ""


def _moment(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() if iso else 0.0
