"""From a row of a configurable HR system to our plain types: names, words, numbers in quotes, local times."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.contract import (
    InterviewStatus,
    RemoteCandidate,
    RemoteCustom,
    RemoteDocument,
    RemoteEvent,
    RemoteFeedback,
    RemoteInterview,
    RemotePosition,
    RemoteQuestion,
    RemoteTemplate,
)
from sync.paths import dig

Row = TypeVar("Row", RemotePosition, RemoteCandidate, RemoteTemplate)
_YES = frozenset({"1", "true", "y", "yes", "是"})
_NO = frozenset({"0", "false", "n", "no", "否", ""})
PARTS: dict[str, type] = {
    "interviews": RemoteInterview, "documents": RemoteDocument, "history": RemoteEvent, "feedback": RemoteFeedback,
    "custom": RemoteCustom, "questions": RemoteQuestion,
}  # fmt: skip
"""What hangs on a row as a list of its own."""
_MOMENTS, _NUMBERS, _COUNTS = ("at", "scheduled_at"), ("score", "top", "seconds"), ("size", "round", "retakes")
_LIST = re.compile(r"[,，;；、|]")


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the system writes a time: ISO 8601, "2026-03-02 16:00:00" on the clocks of `zone`, or since 1970."""

    format: Literal["iso", "local", "epoch_s", "epoch_ms"] = "iso"
    zone: str = "Asia/Shanghai"

    def wrong(self) -> str:
        """What is wrong; "" = nothing."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return f"times.zone = {self.zone!r}"
        return ""

    def read(self, value: object) -> str:
        """A time of the system as ISO 8601 in UTC. ValueError."""
        if self.format in ("epoch_s", "epoch_ms"):
            seconds = float(str(value)) / (1000 if self.format == "epoch_ms" else 1)
            return _iso(datetime.fromtimestamp(seconds, UTC))
        if self.format == "iso":
            return str(value)
        moment = datetime.fromisoformat(str(value))
        return _iso(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.zone)))

    def write(self, iso: str) -> str | int:
        """A time of ours (ISO 8601) as the system writes it. ValueError."""
        if self.format == "iso":
            return iso
        moment = datetime.fromisoformat(iso)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if self.format == "local":
            return moment.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M:%S")
        return int(moment.timestamp() * (1000 if self.format == "epoch_ms" else 1))


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the parts of one kind stand in a row (a list, or nothing), and each field's path in a part."""

    list: str
    fields: dict[str, str]


def row_of(
    row: object, paths: dict[str, str], kind: type[Row], times: Times, status: Callable[[object], InterviewStatus],
    parts: Mapping[str, Part] | None = None,
) -> Row:  # fmt: skip
    """One row as our type. ValueError when it is not what the profile describes."""
    values = {name: dig(row, path) for name, path in paths.items()}
    present = {name: _plain(name, value, times, status) for name, value in values.items() if value is not None}
    for name, part in (parts or {}).items():
        present[name] = [_part(one, part, times, status) for one in _listed(row, part)]
    try:
        return msgspec.convert(present, kind)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _listed(row: object, part: Part) -> list[Any]:
    found = dig(row, part.list)
    if found is None or found == "":
        return []
    if not isinstance(found, list):
        raise ValueError(part.list)
    return found


def _part(
    found: object, part: Part, times: Times, status: Callable[[object], InterviewStatus]
) -> dict[str, object]:  # fmt: skip
    values = {name: dig(found, path) for name, path in part.fields.items()}
    return {name: _told(name, value, times, status) for name, value in values.items() if value not in (None, "")}


def _told(name: str, value: Any, times: Times, status: Callable[[object], InterviewStatus]) -> object:
    """One value of a part: systems write numbers as text, and own fields of any type."""
    if name == "status":
        return status(value)
    if name in _MOMENTS:
        return times.read(value)
    if name in _NUMBERS:
        return float(value)
    if name in _COUNTS:
        return int(value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _plain(name: str, value: Any, times: Times, status: Callable[[object], InterviewStatus]) -> object:
    if name == "status":
        return status(value)
    if name in ("updated", "scheduled_at"):
        return times.read(value) if value != "" else ("" if name == "updated" else None)
    if name in ("deleted", "weights_locked"):
        return _yes(value)
    if name == "keywords" and isinstance(value, str):
        return tuple(filter(None, (word.strip() for word in _LIST.split(value))))
    if name in ("seconds", "retakes"):
        return _told(name, value, times, status) if value != "" else None
    if name == "version" and isinstance(value, str):
        return int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number and name != "version" else value


def _yes(value: object) -> bool:
    word = str(value).strip().lower()
    if word not in _YES | _NO:
        raise ValueError(word)
    return word in _YES


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
