"""The outbox and its log as they are shown: with people's names, and what something waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from app.known_fields import KnownFields
from app.mapping_words import BROKEN
from app.outgoing import interview_id_of
from app.store import Library
from app.sync_state import Entry, HistoryLine, entry, history_line, title_of
from sync import ledger, listing
from sync.outbox import Item


class OutboxShown:
    """Items of one library as they are shown. `lets_go` says whether something that is held could be sent now, `known`
    gives the company's fields as they were last read."""

    def __init__(
        self, library: Library, lets_go: Callable[[Item], bool], known: Callable[[], KnownFields | None]
    ) -> None:
        self._library, self._lets_go, self._known = library, lets_go, known

    def entries(self) -> tuple[Entry, ...]:
        """What waits for a person first, then what waits to be sent, then the newest that is done."""
        with self._library.reading() as session:
            items = listing.items(session)
        return self.of(items)

    def of(self, items: Sequence[Item]) -> tuple[Entry, ...]:
        """These items, each with what it waits behind among them."""
        names = self._names(items)
        known = self._known() if any((item.last_error or "").startswith(BROKEN) for item in items) else None
        behind = {op_id: title_of(first, names(first)) for op_id, first in listing.behind(items).items()}
        return tuple(
            entry(
                item, names(item), interview_id_of(item), lets_go=self._lets_go(item), known=known,
                behind=behind.get(item.op_id, ""),
            )
            for item in items
        )  # fmt: skip

    def history(self, limit: int) -> tuple[HistoryLine, ...]:
        """What was sent and received, newest first."""
        with self._library.reading() as session:
            lines = ledger.log(session, limit)
            items = listing.by_op_id(session, {line.op_id for line in lines if line.op_id})
        names = self._names(items.values())
        titles = {op_id: title_of(item, names(item)) for op_id, item in items.items()}
        return tuple(history_line(line, titles.get(line.op_id or "", "")) for line in lines)

    def _names(self, items: Iterable[Item]) -> Callable[[Item], str]:
        """Tells the candidate of each of these items; "" = it is not known."""
        names = self._library.names_of({interview_id_of(item) for item in items})
        return lambda item: names.get(interview_id_of(item), "")
