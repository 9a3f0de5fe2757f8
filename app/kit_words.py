"""How a kit's questions are put, in words."""

from __future__ import annotations

from app.domain.kit import MANY, Kit, Manner
from app.text import tr


def manner_words(manner: Manner) -> str:
    """ "5 min, in writing, one retake", without what is not said."""
    parts = []
    if manner.seconds is not None:
        parts.append(tr("kit.minutes", n=minutes_text(manner.seconds)))
    if manner.answers is not None:
        parts.append(tr(f"record.answers_{manner.answers}"))
    if manner.retakes is not None:
        parts.append(retakes_words(manner.retakes))
    return tr("package.comma").join(parts)


def retakes_words(retakes: int) -> str:
    """How often a question may be taken again."""
    if retakes >= MANY:
        return tr("kit.retakes_many")
    return tr(f"kit.retakes_{retakes}") if retakes <= 1 else tr("kit.retakes_n", n=retakes)


def minutes_text(seconds: float) -> str:
    """Minutes without a needless decimal: "5", "1.5"."""
    return f"{round(seconds / 60, 2):g}"


def kit_words(kit: Kit) -> str:
    """What a kit says of all its questions and of single ones; "" where it says nothing."""
    parts = [manner_words(kit.usual)] + [
        tr("kit.of_question", question=words, manner=manner_words(manner)) for words, manner in kit.own.items()
    ]
    return tr("kit.semicolon").join(part for part in parts if part)
