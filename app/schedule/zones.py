"""A moment on the clock of an interview's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from app import text


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def clock_time(moment: datetime, zone: str) -> str:
    """Hour and minute there, with the zone's short name: "09:30 CST"."""
    return f"{moment.astimezone(zone_of(zone)):%H:%M %Z}"


def here_and_there(moment: datetime, zone: str, now: datetime | None = None) -> str:
    """A moment as `both_clocks` gives it, without its date where it is today."""
    here = moment.astimezone()
    today = here.date() == (now or datetime.now(UTC)).astimezone().date()
    return _both(here, f"{here:%H:%M}" if today else f"{here:%Y-%m-%d %H:%M}", zone)


def both_clocks(moment: datetime, zone: str) -> str:
    """A moment by this computer's clock, as lists show it; where the clocks of `zone` show another time, that too:
    "2026-11-28 17:00 (09:00 GMT)"."""
    here = moment.astimezone()
    return _both(here, f"{here:%Y-%m-%d %H:%M}", zone)


def _both(here: datetime, words: str, zone: str) -> str:
    there = here.astimezone(zone_of(zone))
    if here.utcoffset() == there.utcoffset():
        return words
    return f"{words} ({there:%H:%M %Z})" if here.date() == there.date() else f"{words} ({there:%m-%d %H:%M %Z})"


def full_time(moment: datetime, zone: str) -> str:
    """Date and time there, with offset and zone: "2026-03-29 09:30 (UTC+01:00, Europe/London)"."""
    there = moment.astimezone(zone_of(zone))
    offset = f"{there:%z}"
    return f"{there:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:5]}, {zone})"


def time_text(moment: datetime, zone: str) -> str:
    """Date and time there, with the distance from UTC: "2026-03-29 09:30 (UTC+01:00)"; in UTC where none is known."""
    there = moment.astimezone(zone_of(zone))
    if there.tzinfo is UTC:
        return f"{there:%Y-%m-%d %H:%M} UTC"
    offset = f"{there:%z}"
    return f"{there:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:]})"


def spoken_time(moment: datetime, zone: str, language: str) -> str:
    """The same within a sentence of a language; of an unknown zone in UTC."""
    there = moment.astimezone(zone_of(zone))
    name, offset = getattr(there.tzinfo, "key", "UTC"), f"{there:%z}"
    if name != "UTC":
        name = text.tr_in(language, "schedule.place_of_zone", offset=f"{offset[:3]}:{offset[3:5]}", zone=name)
    return text.tr_in(language, "schedule.moment", time=f"{there:%Y-%m-%d %H:%M}", place=name)


@cache
def zones() -> tuple[str, ...]:
    """All places that have a zone, as IANA names them."""
    places = {name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))}
    return tuple(sorted({*places, "UTC"}))


def exists(wall: datetime, zone: str) -> bool:
    """Whether a time without a zone is on the clocks there: summer time skips an hour."""
    there = wall.replace(tzinfo=zone_of(zone))
    return there.astimezone(UTC).astimezone(zone_of(zone)).replace(tzinfo=None) == wall
