"""How the library stands with the HR system now: one place for the light, the sync room's head and the command line.

What the last run did is another matter: it is listed as such (`app.exchanges`). Here counts what waits at this moment,
whether a run is under way, and what is known to be in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app import text
from app.exchanges import RunLine, is_unreachable
from app.sync_state import Connection
from sync import listing
from sync.outbox import NOT_THERE, State

if TYPE_CHECKING:
    from app.store.library import Library


@dataclass(frozen=True, slots=True)
class Present:
    """The facts. `queue` = items to be sent, `people` = what waits for a person, `trouble` = what is known to be in
    the way, `tried` = the HR system was asked since the program began, `last` = the last run, whenever it was."""

    address: str
    queue: int
    people: int
    running: bool
    trouble: text.Coded | None
    tried: bool
    last: RunLine | None

    @property
    def connection(self) -> Connection:
        """The light."""
        if not self.address:
            return Connection.NONE
        if self.trouble is not None and is_unreachable(self.trouble.code):
            return Connection.OFFLINE
        if self.trouble is not None or self.people:
            return Connection.TROUBLE
        return Connection.OK if self.tried else Connection.UNTRIED

    @property
    def sentence(self) -> str:
        """What is in the way or going on, then what waits."""
        if not self.address:
            return text.tr("sync.no_address")
        waits = self._waits()
        if self.running:
            return " ".join((text.tr("sync.under_way"), *waits))
        if self.trouble is not None:
            return " ".join((text.sentence(self.trouble), *waits))
        if waits:
            return " ".join(waits)
        return text.tr("sync.nothing_waits" if self.tried or self.last is not None else "sync.not_run_yet")

    def _waits(self) -> tuple[str, ...]:
        people = (text.tr("sync.people", n=self.people),) if self.people else ()
        return (*people, text.tr("sync.left", n=self.queue)) if self.queue else people


def became_of_result(library: Library, interview_id: str) -> Literal["ok", "kept", "held", "untold"]:
    """What became of the assessment of an interview that was signed last: it arrived, is still to be sent, waits for a
    person, or is not for the HR system by the profile in use."""
    with library.reading() as session:
        item = listing.newest_result(session, interview_id)
    if item is None or item.state in (State.PENDING, State.INFLIGHT, State.HANDED):
        return "kept"
    if item.state is not State.DONE:
        return "held"
    return "untold" if item.resolution in NOT_THERE else "ok"
