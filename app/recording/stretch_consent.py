"""What was agreed to when each stretch of an interview was recorded that went on after a crash.

Whoever refuses an analysis, and agrees to it when the interview goes on, has not agreed to it for what was recorded
before. A consent that is given when the interview is over is about the whole of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.marks import Mark, MarkKind

if TYPE_CHECKING:
    from app.store.library import Library


def refused_before(library: Library, interview_id: str) -> frozenset[str]:
    """Modalities that the newest consent allows, and that were not agreed to in an earlier stretch of the recording."""
    consent = library.consent(interview_id)
    stretches = _stretches(library.marks(interview_id))
    if consent is None or len(stretches) < 2 or consent.recorded > stretches[-1].created:
        return frozenset()
    agreed = (frozenset(each.body["modalities"]) for each in stretches if "modalities" in each.body)
    return frozenset(consent.modalities).difference(frozenset(consent.modalities).intersection(*agreed))


def _stretches(marks: tuple[Mark, ...]) -> list[Mark]:
    """The beginnings of what is in the recording: one that does not go on with it left what was before behind."""
    found: list[Mark] = []
    for mark in marks:
        if mark.kind is MarkKind.BEGUN and mark.body.get("recorded"):
            found = [*found, mark] if mark.body.get("goes_on") else [mark]
    return found
