"""What stands on the page of an interview that is held, in words."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.kit import MANY
from app.recording.kinds import Kind
from app.text import tr


def drafted(draft: object) -> tuple[float | None, str]:
    """When a draft was begun, in seconds of the recording, and its words."""
    match draft:
        case {"text": str(words), "at_s": float() | int() as at}:
            return float(at), words
        case str(words):
            return None, words
        case _:
            return None, ""


def scope_words(kinds: Iterable[Kind], modalities: Iterable[str]) -> str:
    """What is recorded, and what of it will be analysed; "" for nothing."""
    lists = {
        "recorded": [tr(f"record.kind_{kind}") for kind in kinds],
        "to_analyse": [tr(f"policy.modality_{name}") for name in modalities],
    }
    comma = tr("library.list_comma")
    return " · ".join(tr(f"record.{key}", what=comma.join(names)) for key, names in lists.items() if names)


def late_words(left: float) -> str:
    """How long (s) is left of a question's time that runs out, or that it is over."""
    if left < 0:
        return tr("record.time_over")
    if left > 90:
        return tr("record.left_minutes", n=round(left / 60))
    return tr("record.left_seconds", n=int(left) + 1)


def retake_words(left: int) -> str:
    """What the button says; how often it may still be pressed, where that is limited."""
    return tr("record.retake_left", n=left) if 0 < left <= MANY // 2 else tr("record.retake")


def space_words(minutes: float) -> str:
    """How long the room on the disk lasts."""
    hours, rest = divmod(int(minutes), 60)
    return tr("record.space_hours", hours=hours) if hours > 2 else tr("record.space_minutes", n=60 * hours + rest)
