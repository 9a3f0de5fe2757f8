"""What a person in HR may change on the sandbox's page: which fields a form has, and what is done with their values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.sandbox.faults import EDIT, MORTAL, NAMES, SLOW, Fault, Faults
from sync.sandbox.fields import PREFIX, described, refuse_strange
from sync.sandbox.standing import read
from sync.sandbox.store import CANCELLED, STATUSES, Store, StoreRefuses

CONCLUSIONS = ("hire", "unsure", "no_hire", "cannot_tell")
_STANDS = ("id", "updated", "deleted", "interview", "interviews")
"""What an entity says that is no part of its body."""
_WAITING = ("429", "503")
"""Faults whose answer may say how long to wait."""
_KEPT, _DELETED = "kept", "deleted"
Row = dict[str, Any]
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `label` is a key of the page's words, or (`said`) what a person reads; `choices` = key and
    words of each, which are keys of the page's words too unless `said`."""

    name: str
    label: str
    value: str = ""
    kind: Literal["line", "text", "number", "choice", "time"] = "line"
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    said: bool = False


_THERE = Field("there", "here", _KEPT, "choice", ((_KEPT, _KEPT), (_DELETED, _DELETED)))
"""Whether it stays in this system."""


@dataclass(frozen=True, slots=True)
class Form:
    """All fields of one thing. `title` = what is changed, as a person reads it."""

    kind: str
    id: str
    title: str
    fields: tuple[Field, ...] = ()

    def with_entered(self, given: Given) -> Form:
        """The same with what was entered."""
        return replace(self, fields=tuple(replace(one, value=given.get(one.name, one.value)) for one in self.fields))


def form_of(kind: str, name: str, store: Store, language: str) -> Form | None:
    """The form for one thing; None where there is none of that name."""
    make: Callable[[Store, str, str], Form | None] | None = {
        "position": _position, "candidate": _candidate, "result": _result,
    }.get(kind)  # fmt: skip
    return make(store, name, language) if make else None


def save(form: Form, given: Given, store: Store, faults: Faults) -> None:
    """Carry out what was entered. StoreRefuses says what cannot be."""
    if form.kind == "position":
        _save_position(store, form.id, given)
    elif form.kind == "candidate":
        _save_candidate(store, form.id, given)
    else:
        _save_result(store, form, given, faults)


# positions


def _position(store: Store, name: str, _: str) -> Form | None:
    there = store.entity("position", name)
    if there is None or there["deleted"]:
        return None
    fields = (
        Field("title", "title_of_position", there["title"]),
        Field("department", "department", there["department"]),
        Field("description", "description", there["description"], "text"),
        Field("requirements", "requirements", there["requirements"], "text"),
        Field("keywords", "terms", "\n".join(there["keywords"]), "text"),
        _THERE,
    )
    return Form("position", name, there["title"], fields)


def _save_position(store: Store, name: str, given: Given) -> None:
    changes: Row = {one: _words(given, one) for one in ("title", "department", "description", "requirements")}
    if not changes["title"]:
        raise StoreRefuses(422, "title_missing", "A position needs a title.")
    changes["keywords"] = [word for line in _words(given, "keywords").splitlines() if (word := line.strip())]
    _put(store, "position", name, changes, deleted=given.get("there") == _DELETED)


# candidates and their interview


def _candidate(store: Store, name: str, _: str) -> Form | None:
    there = store.entity("candidate", name)
    if there is None or there["deleted"]:
        return None
    positions = (("", "–"), *((one["id"], one["title"]) for one in store.all("position")))
    fields = [
        Field("name", "name", there["name"]),
        Field("email", "email", there["email"]),
        Field("phone", "phone", there["phone"]),
        Field("position_id", "position", there["position_id"] or "", "choice", positions),
    ]
    if interview := there["interview"]:
        stages = tuple((one, one) for one in (*STATUSES, CANCELLED))
        fields += [
            Field("status", "status", interview["status"], "choice", stages),
            Field("scheduled_at", "planned", _wall(interview["scheduled_at"], interview["time_zone"]), "time"),
            Field("time_zone", "zone", interview["time_zone"]),
        ]
    return Form("candidate", name, there["name"], (*fields, _THERE))


def _save_candidate(store: Store, name: str, given: Given) -> None:
    there = store.entity("candidate", name) or {}
    changes: Row = {one: _words(given, one) for one in ("name", "email", "phone")}
    if not changes["name"]:
        raise StoreRefuses(422, "name_missing", "A candidate needs a name.")
    changes["position_id"] = given.get("position_id") or None
    if changes["position_id"] and store.entity("position", changes["position_id"]) is None:
        raise StoreRefuses(422, "position_unknown", "There is no such position.")
    interview, plan = there.get("interview"), None
    if interview and "status" in given:
        plan = _plan(interview, given)
    deleted = given.get("there") == _DELETED
    _put(store, "candidate", name, changes, deleted=deleted)
    if interview and plan and not deleted:
        store.rearrange(interview["id"], plan)


def _plan(interview: Row, given: Given) -> Row:
    """What is new about an interview; {} = nothing."""
    zone = _words(given, "time_zone")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise StoreRefuses(422, "zone_invalid", f"There is no time zone {zone}.") from error
    if given["status"] not in (*STATUSES, CANCELLED):
        raise StoreRefuses(422, "field_invalid", f"There is no stage {given['status']}.")
    wanted: Row = {"status": given["status"], "time_zone": zone}
    wall = _words(given, "scheduled_at")
    if (wall, zone) != (_wall(interview["scheduled_at"], interview["time_zone"]), interview["time_zone"]):
        wanted["scheduled_at"] = _moment(wall, zone)
    return {one: value for one, value in wanted.items() if interview[one] != value}


def _wall(moment: str | None, zone: str) -> str:
    """A time on the clocks of a zone as a browser's field wants it; "" = none."""
    if not moment:
        return ""
    try:
        return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def _moment(wall: str, zone: str) -> str | None:
    if not wall:
        return None
    try:
        at = datetime.fromisoformat(wall)
    except ValueError as error:
        raise StoreRefuses(422, "time_invalid", f"{wall} is no time.") from error
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).isoformat().replace("+00:00", "Z")


# results


def _result(store: Store, name: str, language: str) -> Form | None:
    standing = store.standing(name)
    if standing is None:
        return None
    body = standing.body
    score: Row = {"kind": "number", "low": 0.0, "high": 10.0}
    fields = [
        Field("conclusion", "conclusion", body["conclusion"], "choice", tuple((one, one) for one in CONCLUSIONS)),
        Field("composite", "composite", _number(body["composite"]), **score),
        Field("summary", "summary", body["summary"], "text"),
    ]
    fields += [Field(one, one, body[one], "text") for one in ("strengths", "to_improve") if body.get(one)]
    for row in body["dimensions"]:
        path = f"dimensions.{row['id']}"
        fields.append(Field(f"{path}.combined", row["title"], _number(row["combined"]), said=True, **score))
        fields.append(Field(f"{path}.comment", "", row["comment"], "text"))
    fields += _own(body.get("custom_fields") or {}, language)
    return Form("result", name, f"{body['candidate_name']} · {body['position_title']}", tuple(fields))


def _own(values: Row, language: str) -> Iterable[Field]:
    """The company's own fields that a result has and a person can write."""
    for one in described():
        name, kind = one["id"].removeprefix(PREFIX), one["type"]
        if name not in values or isinstance(values[name], list):
            continue
        choices: tuple[tuple[str, str], ...] = ()
        if kind == "option":
            choices = (("", "–"), *((option["key"], option["titles"][language]) for option in one["options"]))
        elif kind == "boolean":
            choices = (("", "–"), ("true", "✓"), ("false", "✗"))
        shape: Literal["number", "choice", "line"] = "number" if kind in ("number", "integer") else "line"
        yield Field(
            one["id"], one["titles"][language], _number(values[name]), "choice" if choices else shape, choices,
            one.get("low"), one.get("high"), said=True,
        )  # fmt: skip


def _save_result(store: Store, form: Form, given: Given, faults: Faults) -> None:
    """Only what was changed is written, so that everything else stays as it was agreed."""
    standing = store.standing(form.id)
    if standing is None:
        raise StoreRefuses(404, "assessment_unknown", "Nothing is kept of this assessment.")
    changes = dict[str, Any]()
    for field in form.fields:
        entered = given.get(field.name, field.value).replace("\r\n", "\n").strip()
        if entered != field.value:
            changes[field.name] = _value(field, entered)
    own = {path.removeprefix(PREFIX): value for path, value in changes.items() if path.startswith(PREFIX)}
    refuse_strange(own, faults)
    changes = {path: value for path, value in changes.items() if read(standing.body, path) != value}
    if changes:
        store.edit_result(form.id, changes)


def _value(field: Field, entered: str) -> object:
    """What was entered as the result has it. StoreRefuses."""
    if field.kind == "number":
        return _score(field, entered)
    if field.kind == "choice":
        if entered not in {key for key, _ in field.choices}:
            raise StoreRefuses(422, "field_invalid", f"{field.name} does not take {entered!r}.")
        ticked = {key for key, _ in field.choices} == {"", "true", "false"}
        return (entered == "true" if ticked else entered) if entered else None
    return entered


def _score(field: Field, entered: str) -> float | int | None:
    if not entered:
        return None
    try:
        number = float(entered)
    except ValueError as error:
        raise StoreRefuses(422, "number_invalid", f"{entered} is no number.") from error
    low, high = field.low, field.high
    if not ((low is None or number >= low) and (high is None or number <= high)):  # nan is none of either
        raise StoreRefuses(422, "number_invalid", f"{entered} is not between {low} and {high}.")
    return int(number) if number.is_integer() else number


def _number(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


# faults


def switches(faults: Faults) -> list[Row]:
    """Each fault with how it stands, for the page; of two under one name the first."""
    there = dict[str, Fault]()
    for fault in faults.in_force():
        there.setdefault(fault.name, fault)
    shown = [name for name in NAMES if faults.mortal or name not in MORTAL]
    return [_switch(name, there.get(name)) for name in shown]


def _switch(name: str, fault: Fault | None) -> Row:
    said = fault or Fault(name)
    return {
        "name": name, "on": fault is not None, "chance": f"{said.chance * 100:g}",
        "times": "" if said.times is None else str(said.times),
        "seconds": f"{said.seconds:g}" if name == SLOW else None,
        "retry": said.retry_after if name in _WAITING else None,
        "field": said.field if name == EDIT else None,
    }  # fmt: skip


def specification(given: Given) -> str:
    """The faults that were switched on, as `Faults.set` reads them; what is no number is left for it to refuse."""
    parts = [_part(name, given) for name in NAMES if given.get(f"on.{name}")]
    parts += [f"{name}={said}" for name in ("seed", "skew") if (said := _words(given, name)) not in ("", "0")]
    return ",".join(parts)


def _part(name: str, given: Given) -> str:
    chance, seconds = _words(given, f"chance.{name}") or "100", _words(given, f"seconds.{name}")
    try:
        share = f"{float(chance) / 100:g}"
    except ValueError:
        share = chance
    words = [name] if share == "1" and not seconds else [name, share, *([seconds] if seconds else [])]
    for option in ("retry", "times", "field"):
        said = _words(given, f"{option}.{name}")
        if said and (option, said) != ("field", Fault(EDIT).field):
            words.append(f"{option}={said}")
    return ":".join(words)


def _words(given: Given, name: str) -> str:
    return given.get(name, "").replace("\r\n", "\n").strip()


def _put(store: Store, kind: str, name: str, changes: Row, *, deleted: bool) -> None:
    """Change an entity, unless nothing is new about it. StoreRefuses 404 where it is no more."""
    there = store.entity(kind, name)
    if there is None or there["deleted"]:
        raise StoreRefuses(404, f"{kind}_unknown", f"There is no {kind} {name}.")
    if deleted or any(there.get(one) != value for one, value in changes.items()):
        body = {one: value for one, value in there.items() if one not in _STANDS} | changes
        store.put(kind, name, body, deleted=deleted)
