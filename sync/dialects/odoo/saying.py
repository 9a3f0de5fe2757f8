"""What is said about an interview beside its result, as an internal note in Odoo's log of the applicant.

The note has an external id of ours, so a repeat finds it, and Odoo's own Message-Id holds the mark of its words.
"""

from __future__ import annotations

from sync.client import unsure
from sync.dialects.notes import mark_for, mark_in
from sync.dialects.odoo.calls import Odoo, Row, reference
from sync.dialects.odoo.fields import MODEL
from sync.dialects.odoo.note import said_note
from sync.dialects.odoo.results import applicant_for, message_columns
from sync.dialects.odoo.shape import Words
from sync.failures import RemoteConflict, RemoteNonsense, RemoteRejected
from sync.system import Note

MESSAGES = "mail.message"


class Saying:
    """Notes of one server."""

    def __init__(self, odoo: Odoo) -> None:
        self._odoo = odoo

    def keep(self, note: Note, words: Words, zone: str, language: str) -> str:
        """Add a note in a language, unless it is there; gives its id.

        RemoteConflict where other words are kept under its id.
        """
        found = self._held(note)
        if found is not None:
            return str(found["id"])
        ids = note.interview_remote_id, note.candidate_remote_id
        columns = {".id": str(applicant_for(self._odoo, note.interview_id, *ids))}
        said = said_note(note, words, zone, language)
        columns |= message_columns(_name(note), said, f"<{mark_for(note)}@mianjian.invalid>")
        try:
            self._odoo.load(MODEL, columns)
        except RemoteRejected:  # made meanwhile: nobody may change a note, not even into the same words
            if self._held(note) is None:
                raise
        found = self._held(note)
        if found is None:
            raise unsure(RemoteNonsense(host=self._odoo.wire.host))
        return str(found["id"])

    def _held(self, note: Note) -> Row | None:
        number = self._odoo.referred(_name(note))
        if number is None:
            return None
        row = self._odoo.row(MESSAGES, number, ["message_id", "body"])
        mark = mark_in(row["message_id"])
        if mark is not None and mark != mark_for(note):
            raise RemoteConflict({"text": str(row["body"])}, host=self._odoo.wire.host, field="note_differs")
        return row


def _name(note: Note) -> str:
    return reference("said", note.external_id)
