"""The kit of a position as the HR system tells it, where it does: its questions, and how they are put."""

from __future__ import annotations

from typing import Any

from app.domain.kit import LONGEST_S, MANY, Answers, Kit, Manner, kit_body, kit_of
from sync.contract import RemotePosition, RemoteQuestion

FIELDS = ("questions", "kit")


def told(remote: RemotePosition) -> dict[str, Any]:
    """`FIELDS` of a position as JSON has them; none of those of which the system says nothing.

    A system that tells the questions tells how they are put, too: what it leaves out is left to the workstation. One
    that tells no question leaves ours alone.
    """
    usual = _manner(remote)
    questions = {one.text.strip(): _manner(one) for one in remote.questions if one.text.strip()}
    if not questions and usual == Manner():
        return {}
    kit = kit_body(Kit(usual, questions))
    return {"questions": list(questions), "kit": kit} if questions else {"kit": kit}


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """The same as a position of ours has them."""
    found = dict(values)
    if "questions" in found:
        found["questions"] = tuple(found["questions"])
    if "kit" in found:
        found["kit"] = kit_of(found["kit"])
    return found


def _manner(said: RemotePosition | RemoteQuestion) -> Manner:
    """What we know of what is said: an unknown way of answering, or no time, says nothing."""
    seconds, retakes = said.seconds, said.retakes
    return Manner(
        min(seconds, LONGEST_S) if seconds is not None and seconds > 0 else None,
        Answers(said.answers) if said.answers in tuple(Answers) else None,
        max(0, min(retakes, MANY)) if retakes is not None else None,
    )
