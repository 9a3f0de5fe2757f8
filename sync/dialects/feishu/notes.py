"""Notes (备注) on a talent. Feishu knows no key for them: each is looked for by its mark before it is made."""

from __future__ import annotations

from sync.client import unsure
from sync.dialects.feishu.calls import Calls, Row
from sync.dialects.feishu.shape import FeishuShape
from sync.dialects.notes import held, plain_note
from sync.dialects.patience import Settling
from sync.failures import RemoteNonsense, RemoteRejected, RightMissing
from sync.system import Note

PATH = "/v1/notes"
PUBLIC = 2
"""Whoever may see the talent sees the note; a private one would be seen by nobody, for an app is its author."""
_SIZE = 100


class Notes:
    """Notes of one connection."""

    def __init__(self, calls: Calls, shape: FeishuShape) -> None:
        self._calls, self._shape, self._settling = calls, shape, Settling()

    def keep(self, note: Note, talent: str, application: str | None) -> str:
        """A note on a talent, made unless it is there; gives its id.

        Without the scope for notes it is refused alone (RemoteRejected), for everything else needs other scopes.
        """
        self._settling.wait()
        try:
            rows = self._calls.every(PATH, _SIZE, {"talent_id": talent})
            there = ((str(row.get("id")), str(row.get("content") or "")) for row in rows)
            return held(note, there, self._calls.wire.host) or self._made(note, talent, application)
        except RightMissing as failure:
            detail = failure.params.get("detail")
            raise RemoteRejected(host=self._calls.wire.host, status=403, detail=detail) from failure

    def check(self, talent: str) -> None:
        """Whether notes may be read, as far as one talent tells."""
        self._calls.ask("GET", PATH, {"page_size": "1", "talent_id": talent})

    def _made(self, note: Note, talent: str, application: str | None) -> str:
        shape = self._shape
        text = plain_note(note, shape.words.notes, shape.time_zone, shape.words.record, shape.language)
        body: Row = {"talent_id": talent, "content": text, "privacy": PUBLIC}
        body |= {"application_id": application} if application else {}
        made = self._settling.make(lambda: self._calls.ask("POST", PATH, body=body)).get("note") or {}
        if not made.get("id"):
            raise unsure(RemoteNonsense(host=self._calls.wire.host))
        return str(made["id"])
