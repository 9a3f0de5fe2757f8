"""A profile: how one HR system names, wraps and pages what the contract says. Data from a TOML file, checked on load.

A profile holds no code: a field is found by a dotted path, a body is built from dotted paths, and that is all.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from sync.contract import (
    AssessmentResult,
    InterviewStatus,
    Pulled,
    RemoteCandidate,
    RemotePosition,
    RemoteTemplate,
)
from sync.failures import ProfileInvalid

SHIPPED = Path(__file__).parent / "profiles"
SIGNED_HASH = "signed_sha256"
"""What a derived body may name besides the fields of the assessment: the SHA-256 of the signed bytes."""

Pulled_ = TypeVar("Pulled_", RemotePosition, RemoteCandidate, RemoteTemplate)


class Auth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the key is sent: as a bearer token, as a header of its own, or as the user of basic authentication."""

    kind: str = "bearer"
    header: str = "Authorization"


class Paths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths below the address; `{id}` stands for the id."""

    health: str
    changes: str
    interviews: str
    status: str
    assessment: str


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of the query parameters, and how many rows a page has."""

    cursor: str = "cursor"
    limit: str = "limit"
    size: int = 100


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dotted paths in an answer: to what was asked for ("" = the whole answer), and to an error's parts."""

    data: str = ""
    code: str = "code"
    message: str = "message"
    theirs: str = "theirs"


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the rows of one kind stand in a page, and each field's path in a row."""

    list: str
    fields: dict[str, str]


class Pull(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is pulled."""

    positions: Rows
    candidates: Rows
    templates: Rows


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an assessment is sent: as the signed bytes, or as a body of `target path = source path`.

    `statuses` gives the other system's word for a status, where it has another.
    """

    identity: bool = True
    fields: dict[str, str] = {}
    statuses: dict[str, str] = {}


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole profile file, its base merged in."""

    name: str
    title: dict[str, str]
    paths: Paths
    pull: Pull
    push: Push = Push()
    auth: Auth = Auth()
    paging: Paging = Paging()
    envelope: Envelope = Envelope()


@dataclass(frozen=True, slots=True)
class Profile:
    """One HR system's way to speak the contract."""

    shape: Shape

    @property
    def name(self) -> str:
        """The profile's id."""
        return self.shape.name

    def page(self, answer: object) -> Pulled:
        """One page of changes. ValueError when it is not what the profile describes."""
        data = dig(answer, self.shape.envelope.data)
        pull = self.shape.pull
        return Pulled(
            positions=tuple(self._rows(data, pull.positions, RemotePosition)),
            candidates=tuple(self._rows(data, pull.candidates, RemoteCandidate)),
            templates=tuple(self._rows(data, pull.templates, RemoteTemplate)),
            cursor=str(dig(data, "cursor") or ""),
            more=bool(dig(data, "more")),
        )

    def assessment_body(self, signed: bytes) -> bytes:
        """What is sent for a signed assessment: its very bytes, or a body derived from them with their hash."""
        if self.shape.push.identity:
            return signed
        source = json.loads(signed) | {SIGNED_HASH: hashlib.sha256(signed).hexdigest()}
        body: dict[str, Any] = {}
        for target, path in self.shape.push.fields.items():
            put(body, target, dig(source, path))
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    def word(self, status: InterviewStatus) -> str:
        """The other system's word for a status."""
        return self.shape.push.statuses.get(status.value, status.value)

    def status(self, word: object) -> InterviewStatus:
        """The status that the other system's word means. ValueError for an unknown one."""
        words = {theirs: ours for ours, theirs in self.shape.push.statuses.items()}
        return InterviewStatus(words.get(str(word), str(word)))

    def _rows(self, data: object, rows: Rows, kind: type[Pulled_]) -> list[Pulled_]:
        found = dig(data, rows.list)
        if not isinstance(found, list):
            raise ValueError(rows.list)
        return [self._row(row, rows.fields, kind) for row in found]

    def _row(self, row: object, paths: dict[str, str], kind: type[Pulled_]) -> Pulled_:
        values = {name: dig(row, path) for name, path in paths.items()}
        present = {name: value for name, value in values.items() if value is not None}
        if "status" in present:
            present["status"] = self.status(present["status"])
        try:
            return msgspec.convert(present, kind)
        except msgspec.ValidationError as error:
            raise ValueError(str(error)) from error


def dig(value: object, path: str) -> Any:
    """The value at a dotted path; None where there is nothing. "" is the value itself."""
    for step in filter(None, path.split(".")):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def put(body: dict[str, Any], path: str, value: object) -> None:
    """Set the value at a dotted path, making what is in between."""
    *steps, last = path.split(".")
    for step in steps:
        body = body.setdefault(step, {})
    body[last] = value


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


@cache
def shipped_profile(name: str) -> Profile:
    """A profile that comes with the program. ProfileInvalid for an unknown one."""
    if not name.isidentifier():
        raise ProfileInvalid(name=name, reason="name")
    return load_profile(SHIPPED / f"{name}.toml")


def load_profile(path: Path) -> Profile:
    """A profile from a TOML file. ProfileInvalid says what is wrong."""
    try:
        shape = msgspec.convert(_read(path), Shape)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ProfileInvalid(name=path.stem, reason=str(error)) from error
    reason = _wrong(shape)
    if reason:
        raise ProfileInvalid(name=shape.name, reason=reason)
    return Profile(shape)


def _read(path: Path) -> dict[str, Any]:
    own = tomllib.loads(path.read_text("utf-8"))
    base = own.pop("base", None)
    if base is None:
        return own
    if not str(base).isidentifier():
        raise ProfileInvalid(name=path.stem, reason=f"base = {base!r}")
    return _merged(tomllib.loads((SHIPPED / f"{base}.toml").read_text("utf-8")), own)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in own.items():
        there = result.get(key)
        result[key] = _merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return result


def _wrong(shape: Shape) -> str:
    """What a file that has the right shape still gets wrong; "" = nothing."""
    for name in Paths.__struct_fields__:
        path = getattr(shape.paths, name)
        if not path.startswith("/") or "//" in path or (name in ("status", "assessment")) != ("{id}" in path):
            return f"paths.{name} = {path!r}"
    if shape.auth.kind not in ("bearer", "header", "basic"):
        return f"auth.kind = {shape.auth.kind!r}"
    if not 1 <= shape.paging.size <= 1000:
        return f"paging.size = {shape.paging.size}"
    return _wrong_fields(shape)


def _wrong_fields(shape: Shape) -> str:
    kinds: dict[str, tuple[Rows, type]] = {
        "positions": (shape.pull.positions, RemotePosition),
        "candidates": (shape.pull.candidates, RemoteCandidate),
        "templates": (shape.pull.templates, RemoteTemplate),
    }
    for name, (rows, kind) in kinds.items():
        known = {field.name for field in fields(kind)}
        unknown = set(rows.fields) - known
        if unknown or "remote_id" not in rows.fields:
            return f"pull.{name}.fields: {', '.join(sorted(unknown)) or 'remote_id'}"
    return _wrong_push(shape.push)


def _wrong_push(push: Push) -> str:
    if push.identity == bool(push.fields):
        return "push: identity or fields"
    sources = {field.name for field in fields(AssessmentResult)} | {SIGNED_HASH}
    unknown = {path for path in push.fields.values() if path.split(".")[0] not in sources}
    if unknown:
        return f"push.fields: {', '.join(sorted(unknown))}"
    if push.fields and SIGNED_HASH not in push.fields.values():
        return f"push.fields: {SIGNED_HASH}"
    targets = sorted(push.fields)
    if any(later.startswith(f"{earlier}.") for earlier in targets for later in targets):
        return "push.fields: overlapping targets"
    words = set(InterviewStatus)
    if set(push.statuses) - words or len(set(push.statuses.values())) != len(push.statuses):
        return "push.statuses"
    return ""
