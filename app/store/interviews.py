"""Interviews of the library: the list with its search and filters, and their status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from app import text
from app.domain.kit import kit_of
from app.domain.types import (
    AnalysisState,
    Candidate,
    Interview,
    InterviewOrder,
    InterviewQuery,
    InterviewStatus,
    MediaItem,
    Position,
)
from app.failures import NotFound, ValueInvalid
from app.store.people import People
from app.store.searching import folded, index_for_search
from app.store.tables import CandidateRow, InterviewRow, MediaRow, PositionRow, new_id
from app.store.writing import assign, found, fresh
from sync.contract import STATUS_ORDER, progress

_I, _C, _P, _M = InterviewRow, CandidateRow, PositionRow, MediaRow
_COLUMNS = (
    _I.id, _I.title, _I.round, _I.status, _I.created, _I.time_zone, _I.scheduled_at, _I.analysis_state, _I.analysis_id,
    _I.composite, _I.signed, _I.remote_id, _I.version, _I.spoken, _I.speakers, _I.cut_first,
    _C.id, _C.name, _C.email, _C.phone, _C.remote_id, _C.version,
    _P.id, _P.title, _P.department, _P.description, _P.keywords, _P.questions, _P.template_id, _P.weights_locked,
    _P.remote_id, _P.version, _P.kit,
    _M.sha256, _M.name, _M.bytes, _M.duration_s, _M.has_video, _M.has_audio, _M.playable,
)  # fmt: skip
"""Plain columns, not mapped rows: a list of thousands is built in a fraction of the time."""
_ORDER: dict[InterviewOrder, Any] = {
    InterviewOrder.CREATED: _I.created,
    InterviewOrder.CHANGED: _I.changed,
    InterviewOrder.TITLE: _I.title,
    InterviewOrder.CANDIDATE: _C.name,
    InterviewOrder.POSITION: _P.title,
    InterviewOrder.STATUS: func.instr(",".join(InterviewStatus), _I.status),
    InterviewOrder.COMPOSITE: _I.composite,
    InterviewOrder.DURATION: _M.duration_s,
    InterviewOrder.PLANNED: _I.scheduled_at,
    InterviewOrder.TIME: func.coalesce(_I.scheduled_at, _I.created),
    InterviewOrder.ANALYSIS: func.instr(",".join(AnalysisState), _I.analysis_state),
}


class Interviews(People):
    """Interviews and where they stand."""

    def interviews(self, query: InterviewQuery | None = None) -> tuple[Interview, ...]:
        """The interviews that a query asks for, in its order."""
        asked = query or InterviewQuery()
        page = _for_order(select(_I.id), asked).where(*_conditions(asked)).order_by(*_ordering(asked))
        ids = page.limit(-1 if asked.limit is None else asked.limit).offset(asked.offset).subquery()
        wanted = _joined(select(*_COLUMNS)).join(ids, ids.c.id == _I.id).order_by(*_ordering(asked))
        with self.reading() as session:
            return tuple(_interview_of(row) for row in session.execute(wanted))

    def count_interviews(self, query: InterviewQuery | None = None) -> int:
        """How many interviews a query asks for, its limit and offset aside."""
        wanted = select(func.count(_I.id)).where(*_conditions(query or InterviewQuery()))
        with self.reading() as session:
            return session.scalar(wanted) or 0

    def interview(self, interview_id: str) -> Interview:
        """One interview. Raises NotFound."""
        with self.reading() as session:
            return self._interview(session, interview_id)

    def never_analysed(self) -> tuple[str, ...]:
        """The ids of interviews with a recording that has no analysis, nor a failed one; the oldest first.

        Those that wait until a person has cut something out are not among them. Planned interviews, of which there may
        be thousands, cost nothing.
        """
        none = str(AnalysisState.NONE)
        wanted = select(_I.id).where(_I.analysis_state == none, _I.media_sha256.is_not(None), ~_I.cut_first)
        with self.reading() as session:
            return tuple(session.scalars(wanted.order_by(_I.created)))

    def interviews_beginning(self, start: str) -> tuple[str, ...]:
        """The ids that begin so: a person types the first characters only."""
        wanted = select(_I.id).where(_I.id.startswith(start, autoescape=True)).order_by(_I.id)
        with self.reading() as session:
            return tuple(session.scalars(wanted)) if start else ()

    def find_interview(self, *, remote_id: str | None = None, sha256: str | None = None) -> Interview | None:
        """The interview with this id of the HR system, or with this recording."""
        wanted = _joined(select(*_COLUMNS)).order_by(_I.created).limit(1)
        if remote_id is not None:
            wanted = wanted.where(_I.remote_id == remote_id)
        if sha256 is not None:
            wanted = wanted.where(_I.media_sha256 == sha256)
        with self.reading() as session:
            row = session.execute(wanted).first()
        return _interview_of(row) if row else None

    def save_interview(self, interview: Interview) -> Interview:
        """Write a new interview (id "" or unknown), or what a person may change of one. Raises Stale.

        Status, recording, analysis and signature have ways of their own and are left as they are.
        """
        with self.session() as session:
            return self._put_interview(session, interview)

    def _put_interview(self, session: Session, interview: Interview) -> Interview:
        values = {
            "title": interview.title,
            "round": interview.round,
            "candidate_id": interview.candidate.id,
            "position_id": interview.position.id if interview.position else None,
            "time_zone": interview.time_zone,
            "scheduled_at": interview.scheduled_at,
            "remote_id": interview.remote_id,
            "spoken": interview.spoken,
            "speakers": interview.speakers,
        }
        row = session.get(InterviewRow, interview.id) if interview.id else None
        if row is None:
            row = InterviewRow(
                id=interview.id or new_id(), assessor=self.assessor, status=str(interview.status),
                created=interview.created, media_sha256=interview.media.sha256 if interview.media else None, **values,
            )  # fmt: skip
            session.add(row)
            self._note(session, "created", "interview", row.id)
        else:
            fresh(row, interview.version, "interview")
            if assign(row, values):
                row.assessor = self.assessor
                self._note(session, "changed", "interview", row.id)
        session.flush()
        index_for_search(session, InterviewRow.id == row.id)
        return self._interview(session, row.id)

    def set_status(self, interview_id: str, status: InterviewStatus) -> Interview:
        """Move an interview on; the same status again is nothing. Raises ValueInvalid for a move back.

        Cancelled is only what has not begun; it may be taken back, and may begin all the same.
        """
        with self.session() as session:
            return self._move(session, interview_id, status)

    def move_in(self, session: Session, interview_id: str, status: InterviewStatus) -> Interview:
        """Move an interview on in a transaction of `session`; one that is as far already stays where it is."""
        row = found(session, InterviewRow, interview_id, "interview")
        cancels = status is InterviewStatus.CANCELLED and row.status == str(InterviewStatus.SCHEDULED)
        if not cancels and progress(status) <= progress(InterviewStatus(row.status)):
            return self._interview(session, interview_id)
        return self._move(session, interview_id, status)

    def plan_again_in(self, session: Session, interview_id: str) -> Interview:
        """A cancelled interview takes place after all, in a transaction of `session`; another one stays as it is."""
        row = found(session, InterviewRow, interview_id, "interview")
        if row.status != str(InterviewStatus.CANCELLED):
            return self._interview(session, interview_id)
        return self._move(session, interview_id, InterviewStatus.SCHEDULED)

    def interview_in(self, session: Session, interview_id: str) -> Interview:
        """One interview as `session` sees it. Raises NotFound."""
        return self._interview(session, interview_id)

    def set_analysis_state(self, interview_id: str, state: AnalysisState) -> Interview:
        """Where the analysis of an interview stands."""
        with self.session() as session:
            row = found(session, InterviewRow, interview_id, "interview")
            if assign(row, {"analysis_state": str(state)}):
                self._note(session, f"analysis_{state}", "interview", interview_id)
            session.flush()
            return self._interview(session, interview_id)

    def set_cut_first(self, interview_id: str, on: bool) -> Interview:
        """Whether the analysis waits until a person has cut stretches out of the recording. Raises NotFound."""
        with self.session() as session:
            row = found(session, InterviewRow, interview_id, "interview")
            if assign(row, {"cut_first": on}):
                self._note(session, "analysis_held" if on else "analysis_released", "interview", interview_id)
            session.flush()
            return self._interview(session, interview_id)

    def _move(self, session: Session, interview_id: str, status: InterviewStatus) -> Interview:
        row = found(session, InterviewRow, interview_id, "interview")
        before = InterviewStatus(row.status)
        if progress(status) < progress(before):
            allowed = ", ".join(STATUS_ORDER[progress(before) :])
            raise ValueInvalid(what=text.tr("store.status"), value=str(status), allowed=allowed)
        if status != before:
            row.status = str(status)
            row.assessor = self.assessor
            self._note(session, "status", "interview", interview_id, f"{before} -> {status}")
            session.flush()
            if self.status_hook is not None:
                self.status_hook(session, self._interview(session, interview_id))
        return self._interview(session, interview_id)

    def _interview(self, session: Session, interview_id: str) -> Interview:
        row = session.execute(_joined(select(*_COLUMNS)).where(_I.id == interview_id)).first()
        if row is None:
            raise NotFound(what=text.tr("store.interview"), id=interview_id)
        return _interview_of(row)


def _joined(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        wanted.select_from(_I)
        .join(_C, _I.candidate_id == _C.id)
        .outerjoin(_P, _I.position_id == _P.id)
        .outerjoin(_M, _I.media_sha256 == _M.sha256)
    )


def _for_order(wanted: Select[*tuple[Any, ...]], query: InterviewQuery) -> Select[*tuple[Any, ...]]:
    """Only the table that the order needs: a page is found among thousands before anything else is looked up."""
    match query.order:
        case InterviewOrder.CANDIDATE:
            return wanted.join(_C, _I.candidate_id == _C.id)
        case InterviewOrder.POSITION:
            return wanted.outerjoin(_P, _I.position_id == _P.id)
        case InterviewOrder.DURATION:
            return wanted.outerjoin(_M, _I.media_sha256 == _M.sha256)
        case _:
            return wanted


def _conditions(query: InterviewQuery) -> list[ColumnElement[bool]]:
    conditions = [_I.search.contains(word, autoescape=True) for word in folded(query.text).split()]
    if query.position_id is not None:
        conditions.append(_I.position_id == query.position_id)
    if query.candidate_id is not None:
        conditions.append(_I.candidate_id == query.candidate_id)
    if query.status is not None:
        conditions.append(_I.status == str(query.status))
    if query.analysis_state is not None:
        conditions.append(_I.analysis_state == str(query.analysis_state))
    if query.signed is not None:
        conditions.append(_I.signed == query.signed)
    return [*conditions, *_planned_so(query)]


def _planned_so(query: InterviewQuery) -> Iterator[ColumnElement[bool]]:
    for column, wanted in ((_I.media_sha256, query.recorded), (_I.scheduled_at, query.planned)):
        if wanted is not None:
            yield column.is_not(None) if wanted else column.is_(None)
    if query.planned_from is not None:
        yield _I.scheduled_at >= query.planned_from
    if query.planned_before is not None:
        yield _I.scheduled_at < query.planned_before


def _ordering(query: InterviewQuery) -> tuple[Any, ...]:
    column = _ORDER[query.order]
    first = column.desc().nulls_last() if query.descending else column.asc().nulls_last()
    return (first, _I.id) if query.order is InterviewOrder.CREATED else (first, _I.created.desc(), _I.id)


def _interview_of(row: Row[Any]) -> Interview:
    values = tuple(row)
    own, candidate, position, media = values[:16], values[16:22], values[22:33], values[33:]
    row_id, title, round_, status, created, zone, scheduled, state, analysis, composite, signed, *last = own
    return Interview(
        row_id, title, round_, InterviewStatus(status), Candidate(*candidate), _position_or_none(position),
        MediaItem(*media) if media[0] is not None else None, created, zone, scheduled, AnalysisState(state), analysis,
        composite, signed, *last,
    )  # fmt: skip


def _position_or_none(values: tuple[Any, ...]) -> Position | None:
    if values[0] is None:
        return None
    position_id, title, department, description, keywords, questions, template, locked, remote, version, kit = values
    return Position(
        position_id,
        title,
        department,
        description,
        tuple(keywords),
        tuple(questions),
        template,
        locked,
        remote,
        version,
        kit_of(kit),
    )
