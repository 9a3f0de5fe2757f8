"""A service profile: how one outside AI service is asked and how its answer is read. Data from a TOML file, no code.

A profile names requests in their order (`steps`), what goes into each (`fields`: a target, and one of the closed list
of sources), what of an answer later steps need (`keep`), and where in the last answer the result stands. Everything is
checked on load. What a profile cannot do: name another host, read a file, see a key, or compute.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec

from sync.providers.failures import ServiceProfileInvalid

SHIPPED = Path(__file__).parent / "services"
MAX_PROFILE_BYTES = 65_536
Scalar = str | int | float | bool


class Kind(StrEnum):
    """What a service is asked for."""

    SPEECH = "speech"
    TERMS = "terms"
    SCORING = "scoring"
    EXPRESSION = "expression"


COMMON = frozenset({"model", "language", "nonce"})
_OF_SOUND = frozenset(
    ("sound", "sound_base64", "sound_name", "sound_format", "sound_bytes", "sound_s", "sound_ms", "terms", "terms_text")
)
_OF_CHAT = frozenset(("messages", "system", "user"))
SOURCES: dict[Kind, frozenset[str]] = {
    Kind.SPEECH: COMMON | _OF_SOUND,
    Kind.TERMS: COMMON | _OF_CHAT,
    Kind.SCORING: COMMON | _OF_CHAT,
    Kind.EXPRESSION: COMMON | {"picture", "picture_base64", "picture_url"},
}
"""What a request may be built from, by kind of service; besides, what an earlier step kept."""
FILES = frozenset({"sound", "picture"})
"""Sources that are a file: only as a field of a form, or as the whole body."""
MATERIAL: dict[Kind, frozenset[str]] = {
    Kind.SPEECH: frozenset({"sound", "sound_base64"}),
    Kind.TERMS: frozenset({"messages", "user"}),
    Kind.SCORING: frozenset({"messages", "user"}),
    Kind.EXPRESSION: frozenset({"picture", "picture_base64", "picture_url"}),
}
"""One of these some step must send: without it there is nothing to answer."""


class Auth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the key is shown: `bearer`, a `header` of its own, `basic`, or `signed`. Never in the address, where logs and
    proxies would see it.

    `signed` needs a key of two parts, "ID:SECRET". `text` says what is signed, with the placeholders of
    `sync.providers.signing`; `prehash` digests it first; HMAC with the secret gives the signature, which `headers` and
    `parameters` carry where they say `{signature}`.
    """

    kind: Literal["none", "bearer", "header", "basic", "signed"] = "bearer"
    name: str = "Authorization"
    text: str = ""
    prehash: Literal["", "md5", "sha256"] = ""
    algorithm: Literal["sha256", "sha1", "md5"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    headers: dict[str, str] = {}
    parameters: dict[str, str] = {}


class Until(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step is repeated until the value at `path` is one of `done`; one of `failed` ends it. Seconds."""

    path: str
    done: list[str | int]
    failed: list[str | int] = []
    every_s: float = 3.0
    longest_s: float = 3600.0


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request. `fields` = target: source, `fixed` = target: constant; dotted targets nest in a JSON body.

    `path` stands below the address; `{name}` in it is a source or what an earlier step kept. `query` = parameter:
    source, `params` = parameter: constant.
    """

    path: str
    method: Literal["GET", "POST", "PUT"] = "POST"
    body: Literal["none", "json", "form", "file"] = "none"
    file: str = ""
    fields: dict[str, str] = {}
    fixed: dict[str, Scalar | list[Scalar] | dict[str, Scalar]] = {}
    query: dict[str, str] = {}
    params: dict[str, Scalar] = {}
    headers: dict[str, str] = {}
    keep: dict[str, str] = {}
    until: Until | None = None


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the sound is sent: one voice channel at 16 kHz, in parts of at most `max_s` seconds."""

    format: Literal["flac", "wav", "opus"] = "flac"
    max_s: float = 1200.0


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the result stands in the last answer, by dotted paths (a number is a place in a list).

    Speech: `segments` with the fields of `segment`, `words` in the answer or `words_in` each segment with the fields of
    `word`; fields are start, end, text, speaker, probability. Chat: `text`, and `finish` with its word for "cut off".
    Expression: `values`, a table of name: share.
    """

    language: str = ""
    segments: str = ""
    segment: dict[str, str] = {}
    words: str = ""
    words_in: str = ""
    word: dict[str, str] = {}
    unit: Literal["s", "ms"] = "s"
    percent: bool = False
    model: str = ""
    text: str = ""
    finish: str = ""
    cut: str = "length"
    values: str = ""


class Errors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an error stands in an answer. `good` = codes that are none, in an answer with status 200.

    `codes` says what a code means: unauthorized, busy, rejected, too_large, empty.
    """

    code: str = ""
    message: str = ""
    good: list[str | int] = []
    codes: dict[str, Literal["unauthorized", "busy", "rejected", "too_large", "empty"]] = {}


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the service takes: megabytes a request, requests a minute (0 = any number), seconds for one answer."""

    max_mb: float = 25.0
    per_minute: float = 0.0
    timeout_s: float = 300.0


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole profile file. `languages` = the service's word for a language of the product ("zh", "en")."""

    kind: Kind
    title: dict[str, str]
    steps: list[Step]
    check: Step
    answer: Answer
    address: str = ""
    model: str = ""
    languages: dict[str, str] = {}
    auth: Auth = Auth()
    sound: Sound = Sound()
    errors: Errors = Errors()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class ServiceProfile:
    """A profile that was checked. `id` = the file's name, `sha256` (hex) its bytes."""

    id: str
    sha256: str
    shape: Shape

    @property
    def kind(self) -> Kind:
        """What it is asked for."""
        return self.shape.kind

    def title(self, language: str) -> str:
        """The service's name as a person is told it."""
        return self.shape.title.get(language) or self.shape.title["en"]


def load_service(path: Path) -> ServiceProfile:
    """A profile from a TOML file. ServiceProfileInvalid says what is wrong."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_PROFILE_BYTES:
            raise ServiceProfileInvalid(name=path.stem, reason=f"> {MAX_PROFILE_BYTES} bytes")
        table = tomllib.loads(raw.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ServiceProfileInvalid(name=path.stem, reason=str(error)) from error
    return ServiceProfile(path.stem, hashlib.sha256(raw).hexdigest(), shape_of(path.stem, table))


def shape_of(name: str, table: dict[str, Any]) -> Shape:
    """What a profile called `name` says, checked. ServiceProfileInvalid."""
    from sync.providers.checking import wrong

    try:
        shape = msgspec.convert(table, Shape)
    except msgspec.ValidationError as error:
        raise ServiceProfileInvalid(name=name, reason=str(error)) from error
    if reason := wrong(name, shape):
        raise ServiceProfileInvalid(name=name, reason=reason)
    return shape


def dig(value: object, path: str) -> Any:
    """The value at a dotted path, where a number is a place in a list; None where there is nothing. "" is the value."""
    for step in filter(None, path.split(".")):
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value
