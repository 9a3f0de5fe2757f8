"""What was said to an HR system and what it answered, to the byte and without any secret: the newest calls and runs.

Every function takes the caller's session and never commits. Wall-clock times are UTC seconds since 1970.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import CursorResult, RowMapping, delete, insert, select, update
from sqlalchemy.orm import Session

from sync import ledger
from sync.client import Exchange
from sync.outbox import Kind
from sync.tables import outbox, sync_exchange, sync_run

KEPT = 500
"""So many calls are kept, the newest."""
KEPT_BYTES = 256 * 1024
"""So much of a body is kept, from its beginning."""
KEPT_RUNS = 200
_LAST_RUN = "last_run"
_WENT = ("sent", "received", "waiting", "failure", "params")


@dataclass(frozen=True, slots=True)
class Body:
    """One body. `text` None = there was none, or it is no text; cut where it is shorter than `size` (bytes), pruned
    where nothing of it is kept any more."""

    size: int
    sha256: str | None
    text: str | None

    @property
    def cut(self) -> bool:
        """Whether only its beginning is kept."""
        return bool(self.text) and len(str(self.text).encode()) < self.size

    @property
    def pruned(self) -> bool:
        """Whether it was let go of after a while."""
        return self.text == "" and self.size > 0


@dataclass(frozen=True, slots=True)
class Kept:
    """One call without its bodies. `op_id` = the item of the outbox that it was about; `status` None = no answer."""

    id: int
    at: float
    op_id: str | None
    method: str
    path: str
    status: int | None
    seconds: float
    sent_bytes: int
    received_bytes: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run, or several in a row that sent nothing and went the same. `began`, `at` = when the first and last was.

    `received` = rows that came, repeats of overlapping pages included; `waiting` = items that were still to be sent.
    """

    began: float
    at: float
    times: int
    sent: int
    received: int
    waiting: int
    failure: str | None
    params: dict[str, object]


def keep(session: Session, system: str, exchange: Exchange, op_id: str | None, at: float) -> None:
    """Write one call down, and let go of the oldest. `at` = when it ended."""
    sent, received = _kept(exchange.sent), _kept(exchange.received)
    came = exchange.file[1] if exchange.file else _digest(exchange.received)
    made = session.execute(
        insert(sync_exchange).values(
            at=at, system=system, op_id=op_id, method=exchange.method, path=exchange.path, status=exchange.status,
            seconds=exchange.seconds, sent=sent, sent_bytes=exchange.sent_bytes, sent_sha256=_digest(exchange.sent),
            received=received, received_bytes=exchange.received_bytes, received_sha256=came,
        )
    )  # fmt: skip
    session.execute(delete(sync_exchange).where(sync_exchange.c.id <= _new_id(made) - KEPT))


def listed(session: Session, op_id: str | None = None, limit: int = KEPT) -> tuple[Kept, ...]:
    """The newest calls, newest first; those about one item where it is named."""
    names = ("id", "at", "op_id", "method", "path", "status", "seconds", "sent_bytes", "received_bytes")
    query = select(*(sync_exchange.c[name] for name in names)).order_by(sync_exchange.c.id.desc()).limit(limit)
    query = query if op_id is None else query.where(sync_exchange.c.op_id == op_id)
    return tuple(Kept(*row) for row in session.execute(query))


def bodies(session: Session, exchange_id: int) -> tuple[Body, Body] | None:
    """What was sent and received in one call; None where it is not kept any more."""
    row = session.execute(select(sync_exchange).where(sync_exchange.c.id == exchange_id)).mappings().first()
    return None if row is None else (_body(row, "sent"), _body(row, "received"))


def forget_files(session: Session, interview_id: str) -> None:
    """Let go of the bodies of all calls about an interview's files."""
    files = select(outbox.c.op_id).where(
        outbox.c.kind == Kind.ATTACHMENT.value, outbox.c.aggregate == f"{interview_id}/files"
    )
    for name in ("sent", "received"):
        there = sync_exchange.c.op_id.in_(files), sync_exchange.c[name].is_not(None)
        session.execute(update(sync_exchange).where(*there).values({name: b""}))


def note_run(
    session: Session, *, at: float, sent: int, received: int, waiting: int, failure: str | None,
    params: dict[str, object],
) -> None:  # fmt: skip
    """Write one run down; one more that sent nothing and went as the last did only counts."""
    said = json.dumps(params, ensure_ascii=False, default=str)
    last = session.execute(select(sync_run).order_by(sync_run.c.id.desc()).limit(1)).mappings().first()
    went = (sent, received, waiting, failure, said)
    if last is not None and sent == 0 and went == tuple(last[name] for name in _WENT):
        same = sync_run.c.id == last["id"]
        session.execute(update(sync_run).where(same).values(at=at, times=last["times"] + 1))
        return
    made = session.execute(
        insert(sync_run).values(
            began=at, at=at, times=1, sent=sent, received=received, waiting=waiting, failure=failure, params=said
        )
    )
    session.execute(delete(sync_run).where(sync_run.c.id <= _new_id(made) - KEPT_RUNS))


def keep_last_run(session: Session, system: str, run: Run) -> None:
    """Remember how the last run with one HR system went."""
    ledger.write_state(session, system, _LAST_RUN, json.dumps(asdict(run), ensure_ascii=False, default=str))


def last_run(session: Session, system: str) -> Run | None:
    """How the last run with one HR system went; None = there was none."""
    kept = ledger.read_state(session, system, _LAST_RUN)
    if kept is not None:
        return Run(**json.loads(kept))
    return next(iter(runs(session, 1)), None) if ledger.connected(session) == system else None


def runs(session: Session, limit: int = KEPT_RUNS) -> tuple[Run, ...]:
    """The newest runs, newest first."""
    names = ("began", "at", "times", "sent", "received", "waiting", "failure", "params")
    query = select(*(sync_run.c[name] for name in names)).order_by(sync_run.c.id.desc()).limit(limit)
    return tuple(
        Run(**{**row, "params": json.loads(row["params"] or "{}")}) for row in session.execute(query).mappings()
    )


def offline_since(session: Session, codes: Collection[str]) -> float | None:
    """Since when all runs failed with one of these codes (UTC seconds); None where the last one did not."""
    since = None
    for run in runs(session):
        if run.failure not in codes:
            break
        since = run.began
    return since


def _kept(body: bytes) -> bytes | None:
    """The beginning of a text, whole characters only; None for nothing, and for what is no text."""
    if not body or b"\0" in body:
        return None
    try:
        body.decode()
    except UnicodeDecodeError:
        return None
    return body[:KEPT_BYTES].decode(errors="ignore").encode()


def _digest(body: bytes) -> str | None:
    return hashlib.sha256(body).hexdigest() if body else None


def _body(row: RowMapping, side: str) -> Body:
    text = None if row[side] is None else bytes(row[side]).decode()
    return Body(row[f"{side}_bytes"], row[f"{side}_sha256"], text)


def _new_id(made: object) -> int:
    assert isinstance(made, CursorResult)
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])
