"""What was changed both here and in the HR system: pulled rows whose fields a person decides, one by one.

Until then ours stays as it is, and what the HR system said last is remembered beside it. What an open decision is
about is compared anew whenever it is looked at: where both sides agree by now there is nothing left to decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app import pulled_kit, text
from app.domain.kit import kit_body, kit_of
from app.domain.template import Template
from app.domain.types import Candidate, Interview, InterviewStatus, Position
from app.failures import NotFound
from app.kit_words import kit_words
from app.outgoing import receiving
from app.schedule.zones import zone_of
from app.scoring import template_from_body, template_to_body
from app.store import Library
from sync import ledger
from sync.conflicts import Choice, Conflict, FieldDifference, Value
from sync.failures import CONTESTED, ConflictStale
from sync.ledger import KnownRow

POSITION_FIELDS = ("title", "department", "description", "keywords", "template_id", "weights_locked")
CANDIDATE_FIELDS = ("name", "email", "phone")
INTERVIEW_FIELDS = ("scheduled_at", "time_zone", "round")
TIME = "scheduled_at"
TEMPLATE = "template_id"
BODY = "body"
"""The one field of a template: its whole text, for a version is kept or taken as a whole."""
_BEGINNING = "pulled"
_SEPARATOR = "\n"
Local = Position | Candidate | Interview | Template


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pulled row with fields that wait for a decision. `name` says whose it is, `mine` what stands here, `titles` =
    of templates that are in question, by id."""

    id: str
    row: KnownRow
    name: str
    zone: str
    interview_id: str
    fields: tuple[str, ...]
    mine: Mapping[str, Any]
    titles: Mapping[str, str] = field(default_factory=dict)


def is_pulled(item_id: str) -> bool:
    """Whether an id of the sync room names a pulled row and no item of the outbox."""
    return item_id.startswith(_BEGINNING + _SEPARATOR)


def waiting(library: Library) -> tuple[Waiting, ...]:
    """All that waits for a decision, the oldest first."""
    with library.reading() as session:
        rows = ledger.contested_rows(session, ledger.connected(session))
    return tuple(found for row in rows if (found := _waiting(library, row)) is not None)


def conflict(library: Library, item_id: str) -> Conflict:
    """The fields of one, in words, with what was agreed on before. Raises ConflictStale where nothing waits."""
    found = _find(library, item_id)
    return Conflict(item_id, found.row.kind, found.row.remote_id, CONTESTED, _differences(library, found))


def said_text(library: Library, item_id: str) -> dict[str, Any]:
    """What the HR system said last of the row. Raises ConflictStale."""
    return _find(library, item_id).row.fields


def decide(library: Library, item_id: str, seen: Conflict, choices: Mapping[str, Choice]) -> None:
    """Carry out and audit what a person chose, by field. Raises ConflictStale where it is not what was seen."""
    with receiving(), library.together(), library.session() as session:
        found = _find(library, item_id)
        if _differences(library, found) != seen.fields or set(choices) - set(found.fields):
            raise ConflictStale(op_id=item_id)
        taken = {name for name, choice in choices.items() if choice is Choice.THEIRS}
        _take(library, found.row, taken)
        ledger.settle_row(session, ledger.connected(session), found.row, set(choices))
        told = " ".join(f"{name}={choice}" for name, choice in sorted(choices.items()))
        library.record_in(session, "pulled_decided", found.row.local_id or "", f"{found.row.kind} {told}")


def reconsider(library: Library) -> None:
    """Settle what became pointless: both sides hold the same, ours was put back, or the row is gone."""
    with library.reading() as session:
        system = ledger.connected(session)
        rows = ledger.contested_rows(session, system)
    for row in rows:
        with receiving(), library.together(), library.session() as session:
            _reconsider(library, session, system, row)


def _reconsider(library: Library, session: Session, system: str, row: KnownRow) -> None:
    local = _local(library, row)
    mine = _mine(local, row) if local is not None else {}
    same = {name for name in row.contested if local is None or mine.get(name) == row.fields.get(name)}
    back = {name for name, was in row.contested.items() if "base" in was and mine.get(name) == was["base"]} - same
    if back and local is not None:
        _take(library, row, back)
    if same | back:
        ledger.settle_row(session, system, row, same | back)


@dataclass(frozen=True, slots=True)
class InQuestion:
    """The time of an interview was moved here and in the HR system; `theirs` None = it has no time there."""

    theirs: datetime | None


def time_in_question(library: Library, interview: Interview) -> InQuestion | None:
    """What the HR system says of an interview's time, where that waits for a decision; None = nothing does."""
    with library.reading() as session:
        return time_in_question_in(session, interview)


def time_in_question_in(session: Session, interview: Interview) -> InQuestion | None:
    """The same, in the caller's transaction."""
    if interview.remote_id is None:
        return None
    row = ledger.known_row(session, ledger.connected(session), "interview", interview.remote_id)
    if row is None or TIME not in row.contested:
        return None
    theirs = moment(row.fields.get(TIME))
    return InQuestion(theirs) if theirs != interview.scheduled_at else None


# Rows of ours, in the words of the HR system


def plain(row: Position | Candidate, names: Collection[str]) -> dict[str, Any]:
    """Fields of a row of ours as JSON has them."""
    values = asdict(row)
    if isinstance(row, Position):
        values |= {"keywords": list(row.keywords), "questions": list(row.questions), "kit": kit_body(row.kit)}
    return {name: values[name] for name in names}


def planned(interview: Interview) -> dict[str, Any]:
    """What an interview's plan says, as JSON has it."""
    at = interview.scheduled_at
    return {TIME: at.isoformat() if at else None, "time_zone": interview.time_zone, "round": interview.round}


def moment(told: object) -> datetime | None:
    """An ISO 8601 time in UTC; None where there is none, or none that can be read."""
    try:
        found = datetime.fromisoformat(str(told)) if told else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None


def spelt(told: object) -> str | None:
    """The same time in one spelling, whoever wrote it; None where there is none."""
    found = moment(told)
    return found.isoformat() if found else None


def _local(library: Library, row: KnownRow) -> Local | None:
    try:
        match row.kind:
            case "position":
                return library.find_position(remote_id=row.remote_id)
            case "candidate":
                return library.find_candidate(remote_id=row.remote_id)
            case "template":
                theirs = template_from_body(row.fields[BODY], row.remote_id)
                return library.template(theirs.id, theirs.version)
            case _:
                return library.find_interview(remote_id=row.remote_id)
    except NotFound:
        return None


def _mine(local: Local, row: KnownRow) -> dict[str, Any]:
    match local:
        case Position():
            return plain(local, (*POSITION_FIELDS, *pulled_kit.FIELDS))
        case Candidate():
            return plain(local, CANDIDATE_FIELDS)
        case Interview():
            return planned(local)
        case _:
            theirs = template_from_body(row.fields[BODY], row.remote_id)
            return {BODY: row.fields[BODY] if theirs == local else template_to_body(local)}


def _take(library: Library, row: KnownRow, names: Collection[str]) -> None:
    """Set these fields of ours to what the HR system says."""
    local = _local(library, row)
    theirs: dict[str, Any] = {name: row.fields.get(name) for name in names}
    if not theirs:
        return
    match local:
        case Position():
            if "keywords" in theirs:
                theirs["keywords"] = tuple(theirs["keywords"])
            library.save_position(replace(local, **pulled_kit.typed(theirs)))
        case Candidate():
            library.save_candidate(replace(local, **theirs))
        case Interview():
            if TIME in theirs:
                theirs[TIME] = moment(theirs[TIME])
            library.save_interview(replace(local, **theirs))
        case Template():
            newest = library.template(local.id).version
            theirs_template = template_from_body(row.fields[BODY] | {"version": newest + 1}, row.remote_id)
            library.save_template(theirs_template)


def _waiting(library: Library, row: KnownRow) -> Waiting | None:
    local = _local(library, row)
    if local is None or (isinstance(local, Interview) and local.status is InterviewStatus.CANCELLED):
        return None
    mine = _mine(local, row)
    fields = tuple(
        name
        for name, was in row.contested.items()
        if mine.get(name) != row.fields.get(name) and ("base" not in was or was["base"] != mine.get(name))
    )
    if not fields:
        return None
    item_id = _SEPARATOR.join((_BEGINNING, row.kind, row.remote_id))
    zone, interview_id = (local.time_zone, local.id) if isinstance(local, Interview) else ("UTC", "")
    return Waiting(item_id, row, _name(local), zone, interview_id, fields, mine)


def _find(library: Library, item_id: str) -> Waiting:
    _, kind, remote_id = item_id.split(_SEPARATOR, 2)
    with library.reading() as session:
        row = ledger.known_row(session, ledger.connected(session), kind, remote_id)
    found = _waiting(library, row) if row is not None and row.contested else None
    if found is None:
        raise ConflictStale(op_id=item_id)
    return found


def _name(local: Local) -> str:
    match local:
        case Position() | Interview():
            return local.title
        case Candidate():
            return local.name
        case _:
            return local.title.in_(text.language())


# In words


def _differences(library: Library, found: Waiting) -> tuple[FieldDifference, ...]:
    row = found.row
    if TEMPLATE in found.fields:
        found = _with_titles(library, found)

    def one(name: str) -> FieldDifference:
        was = row.contested[name]
        base = _words(found, name, was["base"]) if "base" in was else None
        mine, theirs = (_words(found, name, side.get(name)) for side in (found.mine, row.fields))
        if mine == theirs and name == BODY:
            mine, theirs = (f"{mine} ({_mark(side[BODY])})" for side in (found.mine, row.fields))
        return FieldDifference(name, base, mine, theirs, "base" in was)

    return tuple(one(name) for name in found.fields)


def _words(found: Waiting, name: str, value: object) -> Value:
    """A value as a person reads it; None for none."""
    if name == TIME:
        at = moment(value)
        return on_its_clock(at, found.zone) if at else text.tr("pulled.no_time")
    if name == BODY:
        return _template_words(value) if isinstance(value, dict) else None
    if name == TEMPLATE:
        return found.titles.get(str(value), str(value)) if value else None
    if name == "kit":
        return kit_words(kit_of(value)) or None if isinstance(value, dict) else None
    if isinstance(value, bool):
        return text.tr("package.yes" if value else "package.no")
    if isinstance(value, list):
        return text.tr("package.comma").join(map(str, value)) or None
    return value if isinstance(value, int | float) else str(value or "") or None


def _with_titles(library: Library, found: Waiting) -> Waiting:
    """Templates by their titles; the id stands beside a title that several of the three sides have."""
    was = found.row.contested[TEMPLATE].get("base")
    ids = {str(one) for one in (was, found.mine.get(TEMPLATE), found.row.fields.get(TEMPLATE)) if one}
    titles: dict[str, str] = {}
    for one in ids:
        try:
            titles[one] = library.template(one).title.in_(text.language())
        except NotFound:
            titles[one] = one
    said = list(titles.values())
    return replace(found, titles={one: f"{title} [{one}]" if said.count(title) > 1 else title
                                  for one, title in titles.items()})  # fmt: skip


def _template_words(body: dict[str, Any]) -> str:
    """The dimensions of a template with their weights: "语言表达 40、逻辑思维 60"."""
    parts = (f"{one.title.in_(text.language())} {one.weight:g}" for one in template_from_body(body).dimensions)
    return text.tr("package.comma").join(parts)


def _mark(body: dict[str, Any]) -> str:
    """What tells two templates apart that differ in their anchors or bands alone."""
    whole = json.dumps(template_to_body(template_from_body(body)), sort_keys=True)
    return f"#{hashlib.sha256(whole.encode()).hexdigest()[:6]}"


def on_its_clock(at: datetime, zone: str) -> str:
    """A moment on the interview's own clock, with the day: "2026-03-29 09:30 CST"."""
    return f"{at.astimezone(zone_of(zone)):%Y-%m-%d %H:%M %Z}"
