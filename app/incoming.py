"""What the HR system says, taken into the library: positions, candidates with their interviews, templates.

Rows are known by the HR system's ids. What was edited here stays as it was edited; only what the HR system itself
changed since the last time is taken over, and a field that both changed waits for a person (`app.pulled`). Nothing is
deleted here because it was deleted there; an interview that will not take place any more is cancelled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from app import other_ids, pulled, pulled_kit
from app.domain.template import Template
from app.domain.types import Candidate, Interview, InterviewQuery, InterviewStatus, Position
from app.failures import NotFound, TemplateInvalid
from app.outgoing import receiving, unsay_late
from app.pulled import BODY, CANDIDATE_FIELDS, POSITION_FIELDS, TIME, moment, plain, planned, spelt
from app.said_elsewhere import SaidElsewhere
from app.scoring import template_from_body
from app.store import Library
from sync import ledger
from sync.conflicts import Merged, merge
from sync.contract import (
    Pulled,
    RemoteCandidate,
    RemoteDocument,
    RemoteInterview,
    RemotePosition,
    RemoteTemplate,
    progress,
)
from sync.ledger import KnownRow

POSITION_SAID = ("requirements", "custom")
CANDIDATE_SAID = ("documents", "history", "feedback", "custom")
"""What the HR system says beyond our own columns: kept with what it last said, shown as its own, never edited here."""
SLICE_S = 0.01
"""So long other writers wait at most for rows that are taken over."""


@dataclass(slots=True)
class Incoming:
    """Takes over pages of one pull. `refused` names templates that cannot be used; `files` = candidates have other
    files than before, or more interviews."""

    library: Library
    system: str
    refused: list[str] = field(default_factory=list)
    files: bool = False
    _late: dict[str, RemotePosition] = field(default_factory=dict)
    _elsewhere: SaidElsewhere = field(init=False)

    def __post_init__(self) -> None:
        self._elsewhere = SaidElsewhere(self.library, self.system)

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
        pulled.reconsider(self.library)

    def _template(self, remote: RemoteTemplate) -> Iterator[KnownRow]:
        """A version that is kept here with another text is for a person: what was signed with it stays readable."""
        fields: dict[str, Any] = {"version": remote.version}
        contested: dict[str, dict[str, Any]] = {}
        if not remote.deleted:
            try:
                theirs = template_from_body(remote.body, remote.remote_id)
            except TemplateInvalid:
                self.refused.append(remote.remote_id)
            else:
                contested = self._kept_template(theirs, remote)
                fields |= {BODY: remote.body} if contested or self._is_settled(remote) else {}
        yield KnownRow("template", remote.remote_id, remote.remote_id, fields, remote.deleted, contested)

    def _kept_template(self, theirs: Template, remote: RemoteTemplate) -> dict[str, dict[str, Any]]:
        """Keep it; what is contested of it: nothing, or its text."""
        try:
            self.library.save_template(theirs)
        except TemplateInvalid:
            return {} if self._is_settled(remote) else {BODY: {}}
        return {}

    def _is_settled(self, remote: RemoteTemplate) -> bool:
        """Whether somebody has decided about this very text."""
        base = self._base("template", remote.remote_id)
        return base is not None and base.fields.get(BODY) == remote.body and not base.contested

    def _position(self, remote: RemotePosition) -> Iterator[KnownRow]:
        template_id = remote.template_id or "default"
        if template_id not in self._template_ids():
            self._late[remote.remote_id] = remote
            template_id = "default"
        theirs = {name: getattr(remote, name) for name in POSITION_FIELDS}
        theirs |= {"template_id": template_id, "keywords": list(remote.keywords)} | pulled_kit.told(remote)
        local = self.library.find_position(remote_id=remote.remote_id) or self._same_title(remote.title)
        if remote.deleted:
            yield self._gone("position", remote.remote_id, local)
            return
        mine = plain(local, theirs) if local else None
        unsaid = () if remote.template_id else ("template_id",)
        merged = self._merged("position", remote.remote_id, local, mine, theirs, unsaid)
        values = pulled_kit.typed(merged.values) | {"keywords": tuple(merged.values["keywords"])}
        start = local or Position("", remote.title)
        wanted = replace(start, **values, remote_id=remote.remote_id)
        saved = wanted if wanted == local else self.library.save_position(wanted)
        said = theirs | _said_of(remote, POSITION_SAID)
        yield KnownRow("position", remote.remote_id, saved.id, said, contested=merged.contested)

    def _candidate(self, remote: RemoteCandidate) -> Iterator[KnownRow]:
        theirs = {name: getattr(remote, name) for name in CANDIDATE_FIELDS}
        schedule = [(one, self._its_interview(one)) for one in remote.schedule()]
        local = self._same_person(remote, [interview for _, interview in schedule])
        base = self._base("candidate", remote.remote_id)
        self.files |= _documents(base) != [asdict(one) for one in remote.documents] or remote.deleted
        self.files |= bool(remote.documents) and any(_is_new(one, interview) for one, interview in schedule)
        yield from _vanished_documents(base, () if remote.deleted else remote.documents)
        if remote.deleted:
            kept = {name: base.fields[name] for name in CANDIDATE_FIELDS if name in base.fields} if base else {}
            self._cancel_all(local)
            yield KnownRow("candidate", remote.remote_id, local.id if local else None, kept, True)
            return
        mine = plain(local, CANDIDATE_FIELDS) if local else None
        merged = self._merged("candidate", remote.remote_id, local, mine, theirs)
        wanted = replace(local or Candidate("", remote.name), **merged.values, remote_id=remote.remote_id)
        saved = wanted if wanted == local else self.library.save_candidate(wanted)
        said = theirs | _said_of(remote, CANDIDATE_SAID)
        yield KnownRow("candidate", remote.remote_id, saved.id, said, contested=merged.contested)
        for one, interview in schedule:
            row = self._interview(remote, one, saved, interview)
            yield row
            yield from other_ids.told(one.client_id, one.remote_id, row.local_id)
        if base is not None:
            self._follow(remote, base, saved)

    def _interview(
        self, remote: RemoteCandidate, told: RemoteInterview, candidate: Candidate, local: Interview | None
    ) -> KnownRow:
        theirs: dict[str, Any] = {TIME: spelt(told.scheduled_at), "time_zone": told.time_zone}
        if told.round is not None:
            theirs["round"] = told.round
        said = theirs | {"status": told.status.value}
        if local is None and told.status is InterviewStatus.CANCELLED:
            return KnownRow("interview", told.remote_id, None, said)
        contested: dict[str, dict[str, Any]] = {}
        if local is None:
            saved = self.library.save_interview(self._planned(remote, told, candidate))
        else:
            saved, contested = self._planned_anew(told, local, theirs)
        saved = self._moved(saved, told.status)
        return KnownRow("interview", told.remote_id, saved.id, said, contested=contested)

    def _planned_anew(
        self, told: RemoteInterview, local: Interview, theirs: dict[str, Any]
    ) -> tuple[Interview, dict[str, dict[str, Any]]]:
        mine = planned(local)
        if told.round is None or (local.round == 1 and not self._told_round(told.remote_id)):
            del mine["round"]  # the 1 that every interview begins with is nobody's edit
        merged = self._merged("interview", told.remote_id, local, mine, theirs, ("time_zone",))
        values = merged.values
        wanted = replace(
            local, scheduled_at=moment(values[TIME]), time_zone=values["time_zone"],
            round=values.get("round", local.round), remote_id=told.remote_id,
        )  # fmt: skip
        return (wanted if wanted == local else self.library.save_interview(wanted)), merged.contested

    def _moved(self, interview: Interview, said: InterviewStatus) -> Interview:
        """Where the HR system says that it stands. Cancelled is only what has not begun here; it may be taken back."""
        if said is InterviewStatus.CANCELLED:
            return self._cancelled(interview)
        if interview.status is InterviewStatus.CANCELLED or progress(said) > progress(interview.status):
            return self.library.set_status(interview.id, said)
        return interview

    def _cancelled(self, interview: Interview) -> Interview:
        if interview.status is not InterviewStatus.SCHEDULED or interview.media is not None:
            return interview
        with self.library.session() as session:
            unsay_late(session, interview)
        return self.library.set_status(interview.id, InterviewStatus.CANCELLED)

    def _cancel_all(self, candidate: Candidate | None) -> None:
        """The candidate is gone there: nobody waits for this person any more."""
        for interview in self._interviews_of(candidate, InterviewStatus.SCHEDULED):
            self._cancelled(interview)

    def _follow(self, remote: RemoteCandidate, base: KnownRow, candidate: Candidate) -> None:
        """What is said without a word: an interview that is not there any more was cancelled, and a candidate who is
        back brings back what is planned here alone."""
        if remote.there is not None:
            left = {*remote.there, *(one.remote_id for one in remote.schedule())}
            for interview in self._interviews_of(candidate, InterviewStatus.SCHEDULED):
                if interview.remote_id and interview.remote_id not in left and self._knows(interview.remote_id):
                    self._cancelled(interview)
        if base.deleted:
            for interview in self._interviews_of(candidate, InterviewStatus.CANCELLED):
                if interview.remote_id is None:
                    self.library.set_status(interview.id, InterviewStatus.SCHEDULED)

    def _interviews_of(self, candidate: Candidate | None, status: InterviewStatus) -> tuple[Interview, ...]:
        if candidate is None:
            return ()
        return self.library.interviews(InterviewQuery(candidate_id=candidate.id, status=status))

    def _knows(self, interview_remote_id: str) -> bool:
        return self._base("interview", interview_remote_id) is not None

    def _told_round(self, remote_id: str) -> bool:
        base = self._base("interview", remote_id)
        return base is not None and "round" in base.fields

    def _planned(self, remote: RemoteCandidate, told: RemoteInterview, candidate: Candidate) -> Interview:
        wanted = remote.position_remote_id
        position = self.library.find_position(remote_id=wanted) if wanted else None
        title = f"{remote.name} · {position.title}" if position else remote.name
        return Interview(
            "", title, told.round or 1, told.status, candidate, position, None, datetime.now(UTC),
            told.time_zone, moment(told.scheduled_at), remote_id=told.remote_id,
        )  # fmt: skip

    def _gone(self, kind: str, remote_id: str, local: Position | None) -> KnownRow:
        """It was deleted there: here it stays as it is, and what was last said of it stays the base."""
        base = self._base(kind, remote_id)
        return KnownRow(kind, remote_id, local.id if local else None, base.fields if base else {}, True)

    def _merged(
        self, kind: str, remote_id: str, local: Position | Candidate | Interview | None, mine: Mapping[str, Any] | None,
        theirs: Mapping[str, Any], unsaid: Collection[str] = (),
    ) -> Merged:  # fmt: skip
        base = self._base(kind, remote_id)
        agreed = base.agreed if base else None
        if agreed is not None and TIME in agreed:
            agreed[TIME] = spelt(agreed[TIME])
        if local is not None and mine is not None:
            unedited = self._elsewhere.unedited(base, (kind, remote_id, local.id), mine, theirs)
            agreed = (agreed or {}) | unedited if unedited else agreed
        return merge(agreed, mine, theirs, unsaid)

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

    def _its_interview(self, told: RemoteInterview) -> Interview | None:
        """The interview by the HR system's id, or by ours where it was registered from here."""
        if found := self.library.find_interview(remote_id=told.remote_id):
            return found
        try:
            ours = self.library.interview(told.client_id) if told.client_id else None
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


def _is_new(told: RemoteInterview, local: Interview | None) -> bool:
    return local is None and told.status is not InterviewStatus.CANCELLED
