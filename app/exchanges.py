"""Keeps what goes over the line to the HR system, and shows it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from analysis.failures import Failure
from app import text
from app.store import Library
from app.sync_state import utc
from sync import exchanges
from sync.client import Exchange
from sync.exchanges import Body as Body
from sync.failures import RemoteFailure, RemoteUnreachable
from sync.ledger import Clock
from sync.outbox import Item

_log = logging.getLogger("sync")


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """One call as it is listed. Sizes in bytes; `status` None = no answer came; `op_id` = the item it was about."""

    id: int
    at: datetime
    method: str
    path: str
    status: int | None
    seconds: float
    sent_bytes: int
    received_bytes: int
    op_id: str | None

    @property
    def good(self) -> bool:
        """Whether HTTP says that it went well."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run as it is listed; `times` in a row that went the same, from `began` to `at`. `sentence` = how it went,
    `failure` = what was in the way."""

    began: datetime
    at: datetime
    times: int
    sent: int
    received: int
    sentence: str
    failure: text.Coded | None = None

    @property
    def good(self) -> bool:
        """Whether nothing was in the way."""
        return self.failure is None


class ExchangeBook:
    """Hears of every call (`record`) and of the item that is being sent (`about`), and writes the calls down at once.

    Each thread has an item of its own: testing the connection is about none.
    """

    def __init__(self, library: Library, system: Callable[[], str], clock: Clock) -> None:
        self._library, self._system, self._clock = library, system, clock
        self._item = threading.local()
        self._closed = False

    def close(self) -> None:
        """Write nothing any more: the library is about to be closed."""
        self._closed = True

    def about(self, item: Item | None) -> None:
        """Calls of this thread are about this item from now on."""
        self._item.op_id = item.op_id if item is not None else None

    def record(self, exchange: Exchange) -> None:
        """Write one call down. Where the library cannot be written the call goes on all the same."""
        _log.info("%s %s -> %s (%d/%d bytes)", exchange.method, exchange.path, exchange.status, exchange.sent_bytes,
                  exchange.received_bytes)  # fmt: skip
        if self._closed or self._library.read_only:
            return
        try:
            with self._library.session() as session:
                op_id = getattr(self._item, "op_id", None)
                exchanges.keep(session, self._system(), exchange, op_id, self._clock())
        except Failure as failure:
            _log.warning("this call is not in the list of calls: %s", failure.code)

    def lines(self, op_id: str | None = None) -> tuple[ExchangeLine, ...]:
        """The newest calls, newest first; those about one item where it is named."""
        with self._library.reading() as session:
            found = exchanges.listed(session, op_id)
        return tuple(
            ExchangeLine(one.id, utc(one.at), one.method, one.path, one.status, one.seconds, one.sent_bytes,
                         one.received_bytes, one.op_id)
            for one in found
        )  # fmt: skip

    def bodies(self, exchange_id: int) -> tuple[Body, Body] | None:
        """What was sent and received in one call; None where it is not kept any more."""
        with self._library.reading() as session:
            return exchanges.bodies(session, exchange_id)

    def runs(self) -> tuple[RunLine, ...]:
        """The newest runs, newest first."""
        with self._library.reading() as session:
            found = exchanges.runs(session)
        return tuple(map(_line, found))

    def last_run(self) -> RunLine | None:
        """The last run with the HR system that is connected, also one before the program began; None = there was none.

        A run that had nothing to do does not count.
        """
        with self._library.reading() as session:
            run = exchanges.last_run(session, self._system())
        return _line(run) if run is not None else None

    def note_run(self, sent: int, received: int, waiting: int, failure: text.Coded | None) -> None:
        """Write one run down, where the library can be written."""
        if self._closed or self._library.read_only:
            return
        at = self._clock()
        told = exchanges.Run(
            at, at, 1, sent, received, waiting, failure.code if failure else None, failure.params if failure else {}
        )
        try:
            with self._library.session() as session:
                exchanges.note_run(
                    session, at=at, sent=sent, received=received, waiting=waiting, failure=told.failure,
                    params=told.params,
                )  # fmt: skip
                exchanges.keep_last_run(session, self._system(), told)
        except Failure as unwritten:
            _log.warning("this run is not in the list of runs: %s", unwritten.code)

    def offline_since(self) -> datetime | None:
        """Since when nobody answers; None where the last run found somebody."""
        with self._library.reading() as session:
            since = exchanges.offline_since(session, _codes(RemoteUnreachable))
        return utc(since) if since is not None else None


def _codes(kind: type[RemoteFailure]) -> frozenset[str]:
    """The codes of a failure and of its kinds."""
    return frozenset({kind.code}).union(*(_codes(each) for each in kind.__subclasses__()))


def pretty(body: str) -> str | None:
    """JSON laid out for reading; None where it is none, or cut."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except ValueError:
        return None


@dataclass(slots=True)
class _Said:
    """A failure as it is remembered."""

    code: str
    params: dict[str, object]


def is_unreachable(code: str) -> bool:
    """Whether a failure says that nobody answers."""
    return code in _codes(RemoteUnreachable)


def _line(run: exchanges.Run) -> RunLine:
    failure = _Said(run.failure, run.params) if run.failure is not None else None
    return RunLine(utc(run.began), utc(run.at), run.times, run.sent, run.received, _how(run), failure)


def _how(run: exchanges.Run) -> str:
    if run.failure is not None:
        known = text.has(f"failure.{run.failure}")
        return text.sentence(_Said(run.failure, run.params)) if known else run.failure
    if run.waiting:
        return text.tr("sync.left", n=run.waiting)
    return text.tr("sync.all_sent", sent=run.sent, received=run.received)
