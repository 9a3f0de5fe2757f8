"""How the questions of a position's kit are put: the time for each, how it is answered, how often it may be repeated.

What a kit does not say is as the workstation is set. Questions are known by their words, as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

import msgspec

LONGEST_S = 3 * 3600.0
MANY = 99
"""So many retakes are as many as anybody wants."""


class Answers(StrEnum):
    """How the candidate answers."""

    SPEECH = "speech"
    TEXT = "text"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a question is put; None = it is not said here. `seconds` are meant for it, its answer included; `retakes` is
    how often it may be taken again, 0 = not, `MANY` = as often as wanted."""

    seconds: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_S)] | None = None
    answers: Answers | None = None
    retakes: Annotated[int, msgspec.Meta(ge=0, le=MANY)] | None = None

    def over(self, other: Manner) -> Manner:
        """The same, with what it does not say taken from another."""
        return Manner(
            other.seconds if self.seconds is None else self.seconds,
            self.answers or other.answers,
            other.retakes if self.retakes is None else self.retakes,
        )


SAYS_NOTHING = Manner()


@dataclass(frozen=True, slots=True)
class Kit:
    """What a kit says: `usual` for all its questions, and `own` of single ones, by their words."""

    usual: Manner = SAYS_NOTHING
    own: dict[str, Manner] = field(default_factory=dict, hash=False)

    def of(self, question: str) -> Manner:
        """What is said of one question alone."""
        return self.own.get(question, SAYS_NOTHING)

    def following(self, before: Sequence[str], after: Sequence[str]) -> Kit:
        """The same for other questions: one that was reworded in its place keeps what was said of it, one that is gone
        takes it along."""
        kept = {words: manner for words, manner in self.own.items() if words in after}
        if len(before) == len(after):
            moved = ((old, new) for old, new in zip(before, after, strict=True) if old not in after)
            kept |= {new: self.own[old] for old, new in moved if old in self.own and new not in before}
        return Kit(self.usual, kept)


SILENT = Kit()
"""A kit that leaves all to the workstation."""


def kit_body(kit: Kit) -> dict[str, Any] | None:
    """As JSON has it, without what is not said; None where nothing is."""
    own = {words: said for words, manner in kit.own.items() if (said := _said(manner))}
    body = _said(kit.usual) | ({"questions": own} if own else {})
    return body or None


def kit_of(body: dict[str, Any] | None) -> Kit:
    """What such a body says. Raises msgspec.ValidationError."""
    if not body:
        return SILENT
    own = msgspec.convert(body.get("questions") or {}, dict[str, Manner])
    return Kit(msgspec.convert(body, Manner), own)


def _said(manner: Manner) -> dict[str, Any]:
    values = {"seconds": manner.seconds, "answers": manner.answers and str(manner.answers), "retakes": manner.retakes}
    return {name: value for name, value in values.items() if value is not None}
