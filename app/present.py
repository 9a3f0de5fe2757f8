"""How the library stands with the HR system now: one place for the light, the sync room's head and the command line.

What the last run did is another matter: it is listed as such (`app.exchanges`). Here counts what waits at this moment,
whether a run is under way, and what is known to be in the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from app import text
from app.exchanges import RunLine, is_unreachable
from app.sync_state import Connection


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
            return text.joined(text.tr("sync.under_way"), *waits)
        if self.trouble is not None:
            return text.joined(text.sentence(self.trouble), *waits)
        if waits:
            return text.joined(*waits)
        return text.tr("sync.nothing_waits" if self.tried or self.last is not None else "sync.not_run_yet")

    def _waits(self) -> tuple[str, ...]:
        people = (text.tr("sync.people", n=self.people),) if self.people else ()
        return (*people, text.tr("sync.left", n=self.queue)) if self.queue else people
