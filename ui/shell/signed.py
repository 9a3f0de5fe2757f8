"""What became of a signature: whether the result arrived in the HR system, waits, is not sent at all, or needs a
person."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from app import text
from app.sync_state import Connection, SyncState
from ui.shell.context import Context
from ui.shell.people import People
from ui.shell.window import MainWindow

_WENT = {"pending": "kept", "inflight": "kept", "handed": "kept", "conflict": "stopped", "dead": "stopped",
         "held": "stopped", "unsent": "untold"}  # fmt: skip
"""What is said by how a result stands; of any other that it arrived."""


class Signed:
    """Follows the newest signature until the run after it, and says in the window how that went."""

    def __init__(self, context: Context, window: MainWindow, people: People) -> None:
        self._context, self._window, self._people = context, window, people
        self._at: datetime | None = None
        self._interview = ""
        self.waiting = 0

    def begin(self, interview_id: str) -> None:
        """An interview was signed just now."""
        connected = self._context.sync.standing().connection is not Connection.NONE
        self._at, self._interview = datetime.now(UTC) if connected else None, interview_id
        self.waiting = self._people.after_signing(interview_id)
        self.say("shell.signed" if connected else "shell.signed_none", "ok" if connected else "warn")

    def tell(self, state: SyncState) -> None:
        """Say how it went, after the first run since."""
        if self._at is None or state.last_run is None or state.last_run < self._at:
            return
        result = self._context.sync.result(self._interview)
        how = _WENT.get(result.standing, "ok") if result is not None else "ok"
        untried = result is not None and how == "kept" and not result.attempts
        if untried and state.connection in (Connection.OK, Connection.UNTRIED):
            return  # that run had begun before: the one to come tells
        self._at = None
        if how == "kept" and state.connection is Connection.TROUBLE:
            how = "stopped"
        self.say(f"shell.signed_{how}", "ok" if how == "ok" else "warn")

    def say(self, key: str, kind: str) -> None:
        """What became of the signature; where suggestions follow from it, with the way to them."""
        show = partial(self._people.open, self._interview, "suggestions")
        action = "suggest.show" if self.waiting else ""
        self._window.message.say(
            lambda: text.tr(key), kind, action=action, done=show, topic="signed", about=self._interview
        )
