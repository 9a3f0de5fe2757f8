"""Events in words: for the pointer, the crosshair, the chips and the table."""

from __future__ import annotations

from analysis.document import Event
from app.text import has, timecode, tr


def event_text(event: Event) -> str:
    """What the pointer and the table say about an event: what, how long or which word, and when."""
    parts = (event_name(event.kind), event_detail(event), _length(event), timecode(event.start))
    return " · ".join(part for part in parts if part)


def event_value(event: Event) -> str:
    """What the crosshair says about an event that it runs through."""
    parts = (event_name(event.kind), event_detail(event), _length(event))
    return " ".join(part for part in parts if part)


def event_detail(event: Event) -> str:
    """An event's own words; where they are a code of the analysis (a part of an answer, a kind of pause), its name."""
    key = f"review.{event.kind}_{event.text}"
    return tr(key) if event.text and has(key) else event.text


def event_name(kind: str) -> str:
    """The name of a kind of event; optional rooms bring texts of their own."""
    for room in ("review", "expression_ui"):
        key = f"{room}.event_{kind}"
        if has(key):
            return tr(key)
    return kind


def event_length(event: Event) -> str:
    """How long an event lasts."""
    return tr("review.seconds", seconds=f"{event.end - event.start:.1f}")


def _length(event: Event) -> str:
    return "" if event.text and event.kind != "pause" else event_length(event)
