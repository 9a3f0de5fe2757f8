"""The rows that a package speaks of, as they are here: looked up for a whole kind at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.handover.content import Content
from app.handover.recognising import Recognised, in_parts
from app.handover.rows import MERGED, NAMES, Row
from app.store.tables import AgreedRow

_UNIQUE = {"assessment": ("interview_id", "assessor"), "rating": ("assessment_id", "dimension_id")}
"""What else than the id makes a row unique, its owner first."""


class Here:
    """Rows of one kind by id, by the HR system's id and by what else makes them unique; and what was agreed on them.

    `recognised` = what is known of which rows are the same though their ids differ.
    """

    def __init__(
        self, session: Session, library: str, kind: str, rows: Iterable[tuple[Row, dict[str, Any]]],
        recognised: Recognised,
    ) -> None:  # fmt: skip
        self._session, self._kind, self._unique = session, kind, _UNIQUE.get(kind)
        self._recognised = recognised
        self._table: Any = MERGED[kind]
        self._has_remote = hasattr(self._table, "remote_id")
        self._by_id: dict[str, Any] = {}
        self._by_remote: dict[str, Any] = {}
        self._by_unique: dict[tuple[str, str], Any] = {}
        self._look_up(list(rows))
        self.agreed = {
            agreed.row_id: agreed
            for part in in_parts(self._by_id)
            for agreed in session.scalars(
                select(AgreedRow).where(
                    AgreedRow.library == library, AgreedRow.kind == kind, AgreedRow.row_id.in_(part)
                )
            )
        }

    def _look_up(self, rows: list[tuple[Row, dict[str, Any]]]) -> None:
        wanted = {"id": {self._recognised.id_here(self._kind, row.id) for row, _ in rows}}
        if self._has_remote:
            wanted["remote_id"] = {fields["remote_id"] for _, fields in rows if fields.get("remote_id")}
        if self._unique is not None:
            wanted[self._unique[0]] = {fields[self._unique[0]] for _, fields in rows}
        for name, values in wanted.items():
            for part in in_parts(values):
                column = getattr(self._table, name)
                for held in self._session.scalars(select(self._table).where(column.in_(part))):
                    self.keep(held)

    def keep(self, held: Any) -> None:
        """A row that is here, or has just been added."""
        self._by_id[held.id] = held
        if self._has_remote and held.remote_id:
            self._by_remote[held.remote_id] = held
        if self._unique is not None:
            self._by_unique[getattr(held, self._unique[0]), getattr(held, self._unique[1])] = held

    def find(self, row: Row, fields: dict[str, Any]) -> Any:
        """The same row here; None = it is new."""
        found = self._by_id.get(self._recognised.id_here(self._kind, row.id))
        if found is None and self._has_remote and fields.get("remote_id"):
            found = self._by_remote.get(fields["remote_id"])
            found = found if self._recognised.is_one(self._kind, fields, found) else None
        if found is None and self._unique is not None:
            values = fields | {"assessor": row.assessor}
            found = self._by_unique.get((values[self._unique[0]], values[self._unique[1]]))
        return found

    def is_taken(self, remote_id: str | None, held: Any) -> bool:
        """Whether another row here than `held` has this id of the HR system."""
        return self._by_remote.get(remote_id or "", held) is not held


def interviews_here(session: Session, content: Content) -> dict[str, str]:
    """Which interview here each one of a package is, by its id there; new ones are not among them. Found as when its
    rows are taken, before any is."""
    recognised, found = Recognised(session, content), dict[str, dict[str, str]]()
    for kind in ("candidate", "interview"):
        rows = [(row, _named_here(row, found)) for row in content.rows.get(kind, ())]
        here = Here(session, content.manifest.library, kind, rows, recognised)
        held = {row.id: here.find(row, fields) for row, fields in rows}
        found[kind] = {row_id: each.id for row_id, each in held.items() if each is not None}
    return found["interview"]


def _named_here(row: Row, found: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A row's fields, naming the rows here of those that were found."""
    named = {name: found.get(kind, {}).get(row.fields.get(name) or "") for name, kind in NAMES.items()}
    return row.fields | {name: local for name, local in named.items() if local}
