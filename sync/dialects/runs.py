"""One run of a pull through several lists of an HR system, by time of change with an overlap.

Where it stands is the cursor that is kept: text that nobody else reads. What the overlap brings again as it was is left
out, by a hash of what it held.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from sync.contract import Pulled, RemoteCandidate, RemotePosition, RemoteTemplate

Row = TypeVar("Row", RemotePosition, RemoteCandidate, RemoteTemplate)
MOST_SEEN = 2000
"""So many rows of the overlap are remembered by hash; more come a second time, which is borne."""


class Run(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`walk` = the list that is walked, "" = the run is over; `page` = the system's word for its next page.

    `since` ("" = everything) and `until` are ISO 8601 in UTC; `seen` = rows of the run before that the overlap brings
    again, `now` = those of this one.
    """

    walk: str = ""
    since: str = ""
    until: str = ""
    page: str = ""
    seen: dict[str, str] = {}
    now: dict[str, str] = {}

    def cursor(self) -> str:
        """The text that is kept."""
        return msgspec.json.encode(self).decode()

    def following(self, page: str, now: dict[str, str], lists: tuple[str, ...]) -> Run:
        """Where the run stands after a page: at the next one, the next list, or its end."""
        if page:
            return msgspec.structs.replace(self, page=page, now=now)
        place = lists.index(self.walk) + 1
        walk = lists[place] if place < len(lists) else ""
        return msgspec.structs.replace(self, walk=walk, page="", now=now)


def begun(cursor: str, lists: tuple[str, ...], now_s: float, overlap_s: float) -> Run:
    """The run that a cursor stands for, or the one that begins after it. ValueError for another system's."""
    now = datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds")
    if not cursor:
        return Run(walk=lists[0], until=now)
    try:
        run = msgspec.json.decode(cursor, type=Run)
    except msgspec.MsgspecError as error:
        raise ValueError(cursor) from error
    if run.walk and run.walk not in lists:
        raise ValueError(run.walk)
    if run.walk:
        return run
    since = datetime.fromisoformat(run.until) - timedelta(seconds=overlap_s)
    return Run(lists[0], since.isoformat(), max(now, run.until), seen=run.now)


def fresh(run: Run, page: Pulled, overlap_s: float) -> tuple[Pulled, dict[str, str]]:
    """The page without rows that came as they are now, and what the next run may leave out."""
    begin, now = datetime.fromisoformat(run.until).timestamp() - overlap_s, dict(run.now)

    def kept(kind: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        found = []
        for row in rows:
            name = f"{kind}:{row.remote_id}"
            held = hashlib.sha256(msgspec.json.encode(row)).hexdigest()[:12]
            if held not in (run.seen.get(name), now.get(name)):
                found.append(row)
            recent = not row.updated or datetime.fromisoformat(row.updated).timestamp() >= begin
            if recent and len(now) < MOST_SEEN:
                now[name] = held
        return tuple(found)

    rows = kept("p", page.positions), kept("c", page.candidates), kept("t", page.templates)
    return Pulled(*rows), now
