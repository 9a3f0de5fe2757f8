"""What the HR system says, taken into the library: positions, candidates with their interviews, templates.

Rows are known by the HR system's ids. What was edited here stays as it was edited; only what the HR system itself
changed since the last time is taken over. Nothing is deleted here because it was deleted there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from app.domain.types import Candidate, Interview, Position
from app.failures import NotFound, TemplateInvalid
from app.outgoing import receiving
from app.scoring import template_from_body
from app.store import Library
from sync import ledger
from sync.conflicts import merge
from sync.contract import (
    STATUS_ORDER,
    Pulled,
    RemoteCandidate,
    RemoteDocument,
    RemoteInterview,
    RemotePosition,
    RemoteTemplate,
)
from sync.ledger import KnownRow

POSITION_FIELDS = ("title", "department", "description", "keywords", "template_id", "weights_locked")
CANDIDATE_FIELDS = ("name", "email", "phone")
POSITION_SAID = ("requirements", "custom")
CANDIDATE_SAID = ("documents", "history", "feedback", "custom")
"""What the HR system says beyond our own columns: kept with what it last said, shown as its own, never edited here."""
SLICE_S = 0.01
"""So long other writers wait at most for rows that are taken over."""


@dataclass(slots=True)
class Incoming:
    """Takes over pages of one pull. `refused` names templates that cannot be used; `kept` counts local edits kept;
    `files` = candidates have other files than before, or more interviews."""

    library: Library
    system: str
    refused: list[str] = field(default_factory=list)
    kept: int = 0
    files: bool = False
    _late: dict[str, RemotePosition] = field(default_factory=dict)

    def take(self, page: Pulled) -> Iterator[KnownRow]:
        """One page; gives what to remember of it. Templates come first, positions name them."""
        rows: list[Callable[[], Iterable[KnownRow]]] = [
            *(partial(self._template, template) for template in page.templates),
            *(partial(self._position, position) for position in page.positions),
            *(partial(self._candidate, candidate) for candidate in page.candidates),
        ]
        left = iter(rows)
        while taken := self._slice(left):
            yield from taken

    def _slice(self, rows: Iterator[Callable[[], Iterable[KnownRow]]]) -> list[KnownRow]:
        """As many rows as fit into one short transaction: whoever works in the window must not wait for it."""
        taken: list[KnownRow] = []
        until = time.monotonic() + SLICE_S
        with receiving(), self.library.together():
            for row in rows:
                taken += row()
                if time.monotonic() > until:
                    break
        return taken

    def finish(self) -> Iterator[KnownRow]:
        """Positions whose template came on a later page."""
        known = self._template_ids()
        for position in self._late.values():
            if position.template_id in known:
                yield from self._position(position)

    def _template(self, remote: RemoteTemplate) -> Iterator[KnownRow]:
        if not remote.deleted:
            try:
                self.library.save_template(template_from_body(remote.body, remote.remote_id))
            except TemplateInvalid:
                self.refused.append(remote.remote_id)
        yield KnownRow("template", remote.remote_id, remote.remote_id, {"version": remote.version}, remote.deleted)

    def _position(self, remote: RemotePosition) -> Iterator[KnownRow]:
        template_id = remote.template_id or "default"
        if template_id not in self._template_ids():
            self._late[remote.remote_id] = remote
            template_id = "default"
        theirs = {name: getattr(remote, name) for name in POSITION_FIELDS}
        theirs |= {"template_id": template_id, "keywords": list(remote.keywords)}
        local = self.library.find_position(remote_id=remote.remote_id) or self._same_title(remote.title)
        if remote.deleted:
            yield self._gone("position", remote.remote_id, local)
            return
        mine = _plain(local, POSITION_FIELDS) if local else None
        values = self._merged("position", remote.remote_id, mine, theirs)
        values["keywords"] = tuple(values["keywords"])
        start = local or Position("", remote.title)
        wanted = replace(start, **values, remote_id=remote.remote_id)
        saved = wanted if wanted == local else self.library.save_position(wanted)
        yield KnownRow("position", remote.remote_id, saved.id, theirs | _said_of(remote, POSITION_SAID))

    def _candidate(self, remote: RemoteCandidate) -> Iterator[KnownRow]:
        theirs = {name: getattr(remote, name) for name in CANDIDATE_FIELDS}
        schedule = [(one, self._its_interview(one)) for one in remote.schedule()]
        local = self._same_person(remote, [interview for _, interview in schedule])
        base = self._base("candidate", remote.remote_id)
        self.files |= _documents(base) != [asdict(one) for one in remote.documents] or remote.deleted
        self.files |= bool(remote.documents) and any(interview is None for _, interview in schedule)
        yield from _vanished_documents(base, () if remote.deleted else remote.documents)
        if remote.deleted:
            kept = {name: base.fields[name] for name in CANDIDATE_FIELDS if name in base.fields} if base else {}
            yield KnownRow("candidate", remote.remote_id, local.id if local else None, kept, True)
            return
        mine = _plain(local, CANDIDATE_FIELDS) if local else None
        values = self._merged("candidate", remote.remote_id, mine, theirs)
        wanted = replace(local or Candidate("", remote.name), **values, remote_id=remote.remote_id)
        saved = wanted if wanted == local else self.library.save_candidate(wanted)
        yield KnownRow("candidate", remote.remote_id, saved.id, theirs | _said_of(remote, CANDIDATE_SAID))
        for one, interview in schedule:
            yield self._interview(remote, one, saved, interview)

    def _interview(
        self, remote: RemoteCandidate, planned: RemoteInterview, candidate: Candidate, local: Interview | None
    ) -> KnownRow:
        theirs: dict[str, object] = {"scheduled_at": planned.scheduled_at, "time_zone": planned.time_zone}
        if planned.round is not None:
            theirs["round"] = planned.round
        if local is None:
            saved = self.library.save_interview(self._planned(remote, planned, candidate))
        else:
            mine: dict[str, Any] = {"time_zone": local.time_zone}
            mine["scheduled_at"] = _said(local.scheduled_at, planned.scheduled_at)
            if planned.round is not None and (local.round != 1 or self._told_round(planned.remote_id)):
                mine["round"] = local.round  # the 1 that every interview begins with is nobody's edit
            values = self._merged("interview", planned.remote_id, mine, theirs)
            wanted = replace(
                local,
                scheduled_at=moment(values["scheduled_at"]),
                time_zone=values["time_zone"],
                round=values.get("round", local.round),
                remote_id=planned.remote_id,
            )
            saved = wanted if wanted == local else self.library.save_interview(wanted)
        if STATUS_ORDER.index(planned.status) > STATUS_ORDER.index(saved.status):
            saved = self.library.set_status(saved.id, planned.status)
        return KnownRow("interview", planned.remote_id, saved.id, theirs | {"status": planned.status.value})

    def _told_round(self, remote_id: str) -> bool:
        base = self._base("interview", remote_id)
        return base is not None and "round" in base.fields

    def _planned(self, remote: RemoteCandidate, planned: RemoteInterview, candidate: Candidate) -> Interview:
        wanted = remote.position_remote_id
        position = self.library.find_position(remote_id=wanted) if wanted else None
        title = f"{remote.name} · {position.title}" if position else remote.name
        return Interview(
            "", title, planned.round or 1, planned.status, candidate, position, None, datetime.now(UTC),
            planned.time_zone, moment(planned.scheduled_at), remote_id=planned.remote_id,
        )  # fmt: skip

    def _gone(self, kind: str, remote_id: str, local: Position | None) -> KnownRow:
        """It was deleted there: here it stays as it is, and what was last said of it stays the base."""
        base = self._base(kind, remote_id)
        return KnownRow(kind, remote_id, local.id if local else None, base.fields if base else {}, True)

    def _merged(
        self, kind: str, remote_id: str, mine: Mapping[str, Any] | None, theirs: Mapping[str, Any]
    ) -> dict[str, Any]:
        base = self._base(kind, remote_id)
        merged = merge(base.fields if base else None, mine, theirs)
        self.kept += len(merged.kept)
        return merged.values

    def _base(self, kind: str, remote_id: str) -> KnownRow | None:
        """What the HR system said the last time."""
        with self.library.reading() as session:
            return ledger.known_row(session, self.system, kind, remote_id)

    def _same_title(self, title: str) -> Position | None:
        """A position that was made here under the same title and that the HR system has not claimed yet."""
        local = self.library.find_position(title=title)
        return local if local is not None and local.remote_id is None else None

    def _same_person(self, remote: RemoteCandidate, interviews: Iterable[Interview | None]) -> Candidate | None:
        """The candidate by id, by an interview that was registered from here, or by name and mail together."""
        if local := self.library.find_candidate(remote_id=remote.remote_id):
            return local
        for interview in interviews:
            if interview is not None and interview.candidate.remote_id is None:
                return interview.candidate
        local = self.library.find_candidate(name=remote.name)
        same = local is not None and local.remote_id is None and remote.email and local.email == remote.email
        return local if same else None

    def _its_interview(self, planned: RemoteInterview) -> Interview | None:
        """The interview by the HR system's id, or by ours where it was registered from here."""
        if found := self.library.find_interview(remote_id=planned.remote_id):
            return found
        try:
            ours = self.library.interview(planned.client_id) if planned.client_id else None
        except NotFound:
            return None
        return ours if ours is not None and ours.remote_id is None else None

    def _template_ids(self) -> frozenset[str]:
        return frozenset(template.id for template in self.library.templates())


def _said_of(row: RemotePosition | RemoteCandidate, names: tuple[str, ...]) -> dict[str, Any]:
    """What is not empty, as JSON would have it."""
    told = {name: getattr(row, name) for name in names}
    return {name: [asdict(one) for one in value] if name != "requirements" else value
            for name, value in told.items() if value}  # fmt: skip


def _documents(base: KnownRow | None) -> list[Any]:
    told: Any = base.fields.get("documents", []) if base else []
    return list(told)


def _vanished_documents(base: KnownRow | None, there: tuple[RemoteDocument, ...]) -> Iterator[KnownRow]:
    """Files that the candidate had and has not any more: what was fetched of them goes as well."""
    left = {document.remote_id for document in there}
    for document in _documents(base):
        if document["remote_id"] not in left:
            yield KnownRow("document", document["remote_id"], None, {}, True)


def _plain(row: Position | Candidate, names: tuple[str, ...]) -> dict[str, Any]:
    values = asdict(row)
    return {name: list(values[name]) if name == "keywords" else values[name] for name in names}


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 time in UTC; None where there is none, or none that can be read."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None


def _said(local: datetime | None, theirs: str | None) -> str | None:
    """The local time in the HR system's own spelling where both mean the same moment."""
    return theirs if local == moment(theirs) else (local.isoformat() if local else None)
