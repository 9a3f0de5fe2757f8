"""What changed in Odoo since the last time, page by page: positions, applicants with their interviews, templates.

Odoo tells the time of a change to the second, and a change that is committed late carries the time at which it began.
So every pull asks again for some minutes before the last one; pages go by id; rows may repeat. What was deleted leaves
no trace there: at the end of a pull all ids are compared with those that were known, and so are the meetings to come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec

from sync.contract import STATUS_ORDER, Pulled, RemoteCandidate, RemotePosition, RemoteTemplate
from sync.dialects.odoo.calls import Odoo, Row, referred_to
from sync.dialects.odoo.fields import own_fields
from sync.dialects.odoo.persons import (
    ANSWERS,
    ATTACHMENTS,
    MESSAGES,
    NOT_POOL,
    OF_APPLICANTS,
    OWNER,
    Belongings,
    Persons,
)
from sync.dialects.odoo.plain import plain
from sync.dialects.odoo.shape import OdooShape
from sync.dialects.odoo.stages import Stages, many2one
from sync.dialects.odoo.surveys import MODEL as SURVEYS
from sync.dialects.odoo.surveys import changed_since, remote_template, template_id
from sync.failures import CursorUnknown

JOBS, APPLICANTS, EVENTS = "hr.job", "hr.applicant", "calendar.event"
PARTS = (JOBS, APPLICANTS, EVENTS, ATTACHMENTS, MESSAGES, ANSWERS, SURVEYS)
"""In this order; then comes what is gone. What hangs on applicants brings those whose it is."""
IN_PROCESS = NOT_POOL
"""Entries of talent pools are applicants too, without an application."""
_JOB = ["name", "active", "department_id", "description", "requirements", "survey_id", "skill_ids", "write_date"]
_APPLICANT = [
    "partner_name", "display_name", "email_from", "partner_phone", "job_id", "stage_id", "active", "write_date",
]  # fmt: skip
_OWNER = {EVENTS: "applicant_id"} | OWNER
_READ = {JOBS: _JOB, APPLICANTS: _APPLICANT, SURVEYS: ["write_date", "active"]}
_READ |= {model: [name] for model, name in _OWNER.items()}
_OF: dict[str, list[Any]] = {
    APPLICANTS: [IN_PROCESS],
    EVENTS: [["applicant_id", "!=", False]],
    SURVEYS: [["survey_type", "=", "recruitment"]],
    **OF_APPLICANTS,
}
"""What of a model is looked at at all."""


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a pull stands. `since`, `begun` in UTC seconds; `known` = ids as ranges, by model. `anew` = all applicants
    are read once more, for a file of some applicant is gone, and Odoo does not tell whose it was. `meetings` = those to
    come, with the applicant of each."""

    since: float | None = None
    begun: float | None = None
    part: int = 0
    after: int = 0
    known: dict[str, str] = {}
    anew: bool = False
    meetings: dict[int, int] = {}

    @property
    def all_of_them(self) -> bool:
        """Whether jobs and applicants are read whether they changed or not: also after a cursor of a program that did
        not look at what hangs on them yet."""
        return self.since is None or self.anew or ATTACHMENTS not in self.known


@dataclass(slots=True)
class Pull:
    """Pages of changes of one server."""

    odoo: Odoo
    shape: OdooShape
    _stages: Stages | None = field(default=None, init=False)
    _persons: Persons = field(init=False)

    def __post_init__(self) -> None:
        self._persons = Persons(self.odoo, (entry.target for entry in self.shape.mapping))

    def page(self, cursor: str, time_zone: str, application: str) -> Pulled:
        """The page after a cursor ("" = from the beginning). CursorUnknown. `application` = the word for one."""
        at = self._read(cursor)
        if at.begun is None or self._stages is None:
            self._stages = Stages(self.odoo, self.shape.stages)
        if at.begun is None:
            at = msgspec.structs.replace(at, begun=self.odoo.wire.clock.now())
        if at.part >= len(PARTS):
            return self._gone(at, time_zone, application)
        model = PARTS[at.part]
        rows = self._rows(model, at)
        pulled = self._pulled(model, self._owners(model, rows, at), time_zone, application)
        full = len(rows) == self.shape.page_size
        after = msgspec.structs.replace(at, after=rows[-1]["id"]) if full else _next(at)
        return replace(pulled, cursor=_written(after), more=True)

    def _read(self, cursor: str) -> Cursor:
        try:
            return msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        except msgspec.MsgspecError as error:
            raise CursorUnknown(host=self.odoo.wire.host) from error

    def _rows(self, model: str, at: Cursor) -> list[Row]:
        domain: list[Any] = [["id", ">", at.after]]
        if model == SURVEYS and not self.odoo.fields(SURVEYS):
            return []
        if model in OF_APPLICANTS and (at.since is None or (model == ANSWERS and not self._persons.has_answers())):
            return []  # the first pull reads all applicants, with all that hangs on them
        if at.since is None or (at.all_of_them and model in (JOBS, APPLICANTS)):
            domain.append(["active", "=", True])  # who was archived before the first pull need not be known
        else:
            domain += changed_since(model, _odoo_time(at.since - self.shape.overlap_s))
        domain += _OF.get(model, [])
        return self.odoo.rows(model, domain, self._columns(model), limit=self.shape.page_size)

    def _columns(self, model: str) -> list[str]:
        """What is read of a row: fields are looked up each time, for the company may remove its own."""
        if model in (JOBS, APPLICANTS):
            self.odoo.fields(model, anew=True)
        columns = self.odoo.known(model, _READ[model])
        if model == APPLICANTS:
            columns += self._persons.columns()
        return columns + (list(own_fields(self.odoo, JOBS)) if model == JOBS else [])

    def _owners(self, model: str, rows: list[Row], at: Cursor) -> list[Row]:
        """The applicants on whom rows of another model hang, without those that changed themselves and came already."""
        if model not in _OWNER:
            return rows
        owners = (row[_OWNER[model]] for row in rows)
        ids = sorted({owner if isinstance(owner, int) else many2one(owner) or 0 for owner in owners} - {0})
        domain = [["id", "in", ids], IN_PROCESS]
        if at.since is not None:
            domain.append(["write_date", "<", _odoo_time(at.since - self.shape.overlap_s)])
        return self.odoo.rows(APPLICANTS, domain, self._columns(APPLICANTS)) if ids else []

    def _pulled(self, model: str, rows: list[Row], time_zone: str, application: str) -> Pulled:
        if model == JOBS:
            return Pulled(positions=tuple(self._positions(rows)))
        if model in (APPLICANTS, *_OWNER):
            return Pulled(candidates=tuple(self._candidates(rows, time_zone, application)))
        return Pulled(templates=tuple(template for row in rows if (template := remote_template(self.odoo, row))))

    def _positions(self, rows: list[Row]) -> Iterable[RemotePosition]:
        wanted = sorted({skill for row in rows for skill in row.get("skill_ids") or ()})
        skills = self.odoo.rows("hr.skill", [["id", "in", wanted]], ["name"]) if wanted else []
        names = {skill["id"]: str(skill["name"]) for skill in skills}
        own = own_fields(self.odoo, JOBS)
        for row in rows:
            survey = many2one(row.get("survey_id"))
            yield RemotePosition(
                remote_id=str(row["id"]),
                title=row["name"] or "",
                department=_title(row.get("department_id")),
                description=plain(row.get("description")),
                keywords=tuple(names[skill] for skill in row.get("skill_ids") or () if skill in names),
                template_id=template_id(survey) if survey and self._is_template(survey) else None,
                updated=_iso(row["write_date"]),
                deleted=not row["active"],
                requirements=plain(row.get("requirements")),
                custom=tuple(one for name, said in own.items() for one in said(row.get(name), frozenset())),
            )

    def _is_template(self, survey: int) -> bool:
        rows = self.odoo.rows(SURVEYS, [["id", "=", survey], *_OF[SURVEYS]], ["write_date", "active"])
        return bool(rows) and remote_template(self.odoo, rows[0]) is not None

    def _candidates(self, rows: list[Row], time_zone: str, application: str) -> Iterable[RemoteCandidate]:
        if not rows:
            return
        ids = [row["id"] for row in rows]
        slots = self._slots(ids)
        ours = self.odoo.call(APPLICANTS, "get_external_id", ids=ids)
        belongings = self._persons.of(rows, application)
        for row in rows:
            client_id = referred_to("interview", str(ours.get(str(row["id"]), "")))
            made = self._candidate(row, slots.get(row["id"]), client_id, time_zone)
            yield _with(made, belongings[row["id"]])

    def _candidate(self, row: Row, slot: str | None, client_id: str | None, time_zone: str) -> RemoteCandidate:
        assert self._stages is not None
        job = many2one(row["job_id"])
        status = self._stages.status(self._stages.find(many2one(row["stage_id"])), job)
        is_planned = bool(slot or status or client_id)
        return RemoteCandidate(
            remote_id=str(row["id"]),
            name=row["partner_name"] or row["display_name"] or "",
            position_remote_id=str(job) if job else None,
            email=row["email_from"] or "",
            phone=row["partner_phone"] or "",
            status=status or STATUS_ORDER[0],
            interview_remote_id=str(row["id"]) if is_planned else None,
            scheduled_at=_iso(slot) if slot else None,
            time_zone=time_zone,
            updated=_iso(row["write_date"]),
            deleted=not row["active"],
            interview_client_id=client_id,
            there=(str(row["id"]),) if is_planned else (),
        )

    def _slots(self, applicants: list[int]) -> dict[int, str]:
        """The beginning of each applicant's interview: the next one to come, else the last that was."""
        now = _odoo_time(self.odoo.wire.clock.now() - 12 * 3600)
        domain = [["applicant_id", "in", applicants], ["active", "=", True]]
        slots: dict[int, str] = {}
        for row in self.odoo.rows(EVENTS, domain, ["applicant_id", "start"], order="start,id"):
            applicant = many2one(row["applicant_id"])
            if applicant and row["start"] and slots.get(applicant, "") < now:
                slots[applicant] = row["start"]
        return slots

    def _gone(self, at: Cursor, time_zone: str, application: str) -> Pulled:
        """What was known and is not there any more; the pull is complete with it. An applicant whose meeting is gone,
        or has begun, is told anew."""
        gone, known = {}, {}
        for model in (JOBS, APPLICANTS, SURVEYS, ATTACHMENTS):
            there = self._all_ids(model)
            gone[model] = sorted(expanded(at.known.get(model, "")) - there)
            known[model] = ranges(there)
        meetings = self._meetings()
        dropped = sorted({who for meeting, who in at.meetings.items() if meeting not in meetings})
        domain = [["id", "in", dropped], IN_PROCESS]
        people = self.odoo.rows(APPLICANTS, domain, self._columns(APPLICANTS)) if dropped else []
        done = Cursor(since=at.begun, known=known, anew=bool(gone[ATTACHMENTS]), meetings=meetings)
        return Pulled(
            positions=tuple(RemotePosition(str(row), "", deleted=True) for row in gone[JOBS]),
            candidates=(
                *(RemoteCandidate(str(row), "", deleted=True) for row in gone[APPLICANTS]),
                *self._candidates(people, time_zone, application),
            ),
            templates=tuple(RemoteTemplate(template_id(row), 1, {}, deleted=True) for row in gone[SURVEYS]),
            cursor=_written(done),
        )

    def _meetings(self) -> dict[int, int]:
        """The meetings to come, each with its applicant."""
        now = _odoo_time(self.odoo.wire.clock.now())
        domain = [*_OF[EVENTS], ["active", "=", True], ["start", ">=", now]]
        rows = self.odoo.rows(EVENTS, domain, ["applicant_id"])
        return {row["id"]: applicant for row in rows if (applicant := many2one(row["applicant_id"]))}

    def _all_ids(self, model: str) -> set[int]:
        if not self.odoo.fields(model):
            return set()
        return set(self.odoo.call(model, "search", domain=_OF.get(model, []), context={"active_test": False}))


def _with(candidate: RemoteCandidate, has: Belongings) -> RemoteCandidate:
    return replace(
        candidate, documents=tuple(has.documents), history=tuple(has.history), feedback=tuple(has.feedback),
        custom=has.custom,
    )  # fmt: skip


def ranges(ids: Iterable[int]) -> str:
    """Ids as text, runs of them as one: {1, 2, 3, 7} gives "1-3,7"."""
    ordered = sorted(ids)
    if not ordered:
        return ""
    breaks = [place for place, (one, other) in enumerate(pairwise(ordered), 1) if other != one + 1]
    starts, ends = [0, *breaks], [*breaks, len(ordered)]
    runs = [(ordered[start], ordered[end - 1]) for start, end in zip(starts, ends, strict=True)]
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)


def expanded(text: str) -> set[int]:
    """The ids back."""
    found: set[int] = set()
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def _next(at: Cursor) -> Cursor:
    return msgspec.structs.replace(at, part=at.part + 1, after=0)


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _odoo_time(seconds: float) -> str:
    return datetime.fromtimestamp(max(0.0, seconds), UTC).strftime("%Y-%m-%d %H:%M:%S")


def _iso(time: str) -> str:
    """Odoo's times are UTC and do not say so."""
    return time.replace(" ", "T") + "+00:00"


def _title(value: Any) -> str:
    """The name in Odoo's [id, name]."""
    return str(value[1]) if isinstance(value, list) and len(value) == 2 else ""
