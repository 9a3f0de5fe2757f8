"""The rows of a package taken into the library: new ones added, known ones compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.types import InterviewStatus
from app.handover.cards import keep_aside, put_card, settle_cards
from app.handover.content import Content
from app.handover.here import Here
from app.handover.merging import Known, Merge, Side, merge
from app.handover.recognising import Recognised, first_base
from app.handover.rows import MERGED, NAMES, Row, fields_of, typed
from app.store.library import Library
from app.store.redactions import spans_of
from app.store.searching import index_for_search
from app.store.tables import AgreedRow, InterviewRow, RatingRow

OF_ALL = ("position", "candidate")
"""Rows that several interviews share."""
_OF_STATUS = "status"


@dataclass(slots=True)
class Tally:
    """How many rows of each kind were new, changed here by the package, there already, or are for a person.

    `left` = titles of templates that are here with another content; `redacted` = how many rows and files were left out
    because they repeat what was redacted here.
    """

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    cards: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)
    redacted: int = 0


class TakingRows:
    """Takes the rows that people change. `ids` = which row here a row of the package is; `session` is the transaction
    of the moment."""

    session: Session

    def __init__(self, library: Library, content: Content, here: str) -> None:
        self.library, self.content = library, content
        self.there, self.here = content.manifest.library, here
        self.ids: dict[tuple[str, str], str] = {}
        self.tally = Tally()
        self._statuses: dict[str, InterviewStatus] = {}
        self._recognised: Recognised | None = None

    @property
    def _known(self) -> Recognised:
        if self._recognised is None:
            self._recognised = Recognised(self.session, self.content)
        return self._recognised

    def is_of_other_system(self) -> bool:
        """Whether the package's ids of an HR system are those of another one than ours."""
        return self._known.other_system

    def take(self, kind: str, part: Iterable[Row]) -> None:
        """Some rows of a kind, after those that they name."""
        rows = [(row, self.named_here(row.fields)) for row in part]
        with self.session.no_autoflush:
            here = Here(self.session, self.there, kind, rows, self._known)
            for row, fields in rows:
                self._take_row(here, kind, row, fields)
        self.session.flush()
        self._index(kind, [self.local(kind, row.id) for row, _ in rows])

    def move(self, interview_id: str) -> None:
        """An interview (by its id in the package) moves on to where the package says that it stands, never back."""
        here = self.local("interview", interview_id)
        status = self._statuses.pop(here, None)
        if status is InterviewStatus.CANCELLED and self.content.is_results:
            return  # the laptop only repeats what it was told, and that may be another thing by now
        if status is not None:
            self.library.move_in(self.session, here, status)

    def local(self, kind: str, row_id: str) -> str:
        """The row's id here."""
        return self.ids.get((kind, row_id), row_id)

    def redacted(self, interview_id: str) -> tuple[tuple[float, float], ...]:
        """The stretches [start, end) (s) that were redacted of an interview (by its id in the package), but those of
        which the package knows: what it brings was made after them."""
        known = {row.id for row in self.content.rows.get("redaction", ())}
        return spans_of(self.session, self.local("interview", interview_id), known)

    def named_here(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Fields that name rows of the package, naming the rows here."""
        return {
            name: self.local(NAMES[name], value) if name in NAMES and isinstance(value, str) else value
            for name, value in fields.items()
        }

    def _take_row(self, here: Here, kind: str, row: Row, fields: dict[str, Any]) -> None:
        status = fields.pop(_OF_STATUS, None)
        held = here.find(row, fields)
        if held is None:
            if "remote_id" in fields:
                self._known.without_foreign(fields, is_taken=here.is_taken(fields["remote_id"], None))
            held = self._add(kind, row, fields)
            here.keep(held)
            self._agree(here, kind, row, held, fields)
            self._count(self.tally.new, kind, held)
        elif kind == "position" and self._known.is_ours(kind, row.id):
            self._count(self.tally.same, kind, held, tell=False)  # what a position is, the HR system says
        else:
            self._compare(here, kind, row, held, fields)
        self.ids[kind, row.id] = held.id
        if kind == "interview" and status is not None:
            self._statuses[held.id] = InterviewStatus(status)

    def _add(self, kind: str, row: Row, fields: dict[str, Any]) -> Any:
        values = typed(kind, fields)
        if kind == "interview":
            values[_OF_STATUS] = str(InterviewStatus.SCHEDULED)
        created = {"created": datetime.fromisoformat(row.created)} if row.created else {}
        held = MERGED[kind](id=row.id, assessor=row.assessor, version=1, **created, **values)
        self.session.add(held)
        return held

    def _compare(self, here: Here, kind: str, row: Row, held: Any, fields: dict[str, Any]) -> None:
        self.session.flush()
        known = here.agreed.get(held.id)
        mine = Side(held.version, held.changed.isoformat(timespec="microseconds"), self._mine(kind, held),
                    _known(known) or self._first(kind, row, held))  # fmt: skip
        found = merge(mine, Side(row.version, row.changed, fields, self._seen(row)))
        if found.old:
            self._count(self.tally.same, kind, held, tell=False)
            return
        take = {
            name: value for name, value in found.take.items() if name != "remote_id" or not here.is_taken(value, held)
        }
        if take:
            keep_aside(self.session, held, set(take), row.assessor)
            for name, value in typed(kind, take).items():
                setattr(held, name, value)
            self.session.flush()
        for difference in found.differences:
            put_card(self.session, self.there, self.content.manifest.id, self.content.manifest.by, kind, held.id,
                     difference)  # fmt: skip
        settle_cards(self.session, self.there, kind, held.id, {each.field for each in found.differences})
        here.keep(held)
        self._agree(here, kind, row, held, found.agreed)
        self._tell(kind, held, found, bool(take))

    def _first(self, kind: str, row: Row, held: Any) -> Known | None:
        """The base of the first comparison with a row that is here under another id."""
        if not self._known.is_ours(kind, row.id):
            return None
        return Known(0, "", first_base(kind, row, held, self.session), held.version)

    def _mine(self, kind: str, held: Any) -> dict[str, Any]:
        return {
            name: value for name, value in fields_of(kind, held).items() if (kind, name) != ("interview", _OF_STATUS)
        }

    def _seen(self, row: Row) -> Known | None:
        seen = row.seen.get(self.here)
        return Known(seen.version, seen.changed, self.named_here(seen.fields)) if seen else None

    def _agree(self, here: Here, kind: str, row: Row, held: Any, fields: dict[str, Any]) -> None:
        agreed = here.agreed.get(held.id)
        if agreed is None:
            agreed = here.agreed[held.id] = AgreedRow(library=self.there, kind=kind, row_id=held.id)
            self.session.add(agreed)
        agreed.row_version, agreed.row_changed = row.version, row.changed
        agreed.own_version, agreed.fields = held.version, dict(fields)

    def _tell(self, kind: str, held: Any, found: Merge, changed: bool) -> None:
        self.tally.cards[kind] += len(found.differences)
        if changed:
            self._count(self.tally.changed, kind, held)
        elif not found.differences:
            self._count(self.tally.same, kind, held, tell=False)

    def _count(self, counter: Counter[str], kind: str, held: Any, *, tell: bool = True) -> None:
        counter[kind] += 1
        if tell:
            subject = self._interview_of(held) or held.id
            self.library.note_in(self.session, "handed_in", kind, subject, f"{kind} {held.id}")

    def _interview_of(self, held: Any) -> str | None:
        if isinstance(held, RatingRow):
            return self._interview_of(self.session.get(MERGED["assessment"], held.assessment_id))
        return getattr(held, "interview_id", None)

    def _index(self, kind: str, ids: list[str]) -> None:
        """What the search looks in follows names and titles."""
        columns: dict[str, Any] = {
            "interview": InterviewRow.id, "candidate": InterviewRow.candidate_id, "position": InterviewRow.position_id,
        }  # fmt: skip
        if kind in columns:
            index_for_search(self.session, columns[kind].in_(ids))


def _known(agreed: AgreedRow | None) -> Known | None:
    if agreed is None:
        return None
    return Known(agreed.row_version, agreed.row_changed, dict(agreed.fields), agreed.own_version)
