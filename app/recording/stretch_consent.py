"""What was agreed to when each stretch of an interview was recorded that went on after a crash.

Whoever refuses an analysis, and agrees to it when the interview goes on, has not agreed to it for what was recorded
before. A consent that is given when the interview is over is about the whole of it; taking something back gives none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app import policy, text
from app.domain.marks import Mark, MarkKind
from app.domain.types import Consent, Interview
from app.failures import ConsentMissing

if TYPE_CHECKING:
    from app.store.library import Library


@dataclass(frozen=True, slots=True)
class _Stretch:
    """When it began, and what was agreed to from there to its end; None = an earlier version did not say."""

    begun: datetime
    agreed: frozenset[str] | None


def refused_before(library: Library, interview_id: str) -> frozenset[str]:
    """Modalities that the newest consent allows, and that were not agreed to in an earlier stretch of the recording."""
    consents = library.consents(interview_id)
    stretches = _stretches(library.marks(interview_id))
    if not consents or len(stretches) < 2 or _given(consents).recorded > stretches[-1].begun:
        return frozenset()
    allowed = frozenset(consents[-1].modalities)
    return allowed - allowed.intersection(*(each.agreed for each in stretches if each.agreed is not None))


def require_throughout(
    library: Library, interview_id: str, rules: policy.Profile, wanted: tuple[str, ...]
) -> tuple[str, ...]:
    """Those of the wanted modalities that profile and consent allow, in every stretch. Raises ConsentMissing."""
    allowed = policy.require_modalities(rules, library.consent(interview_id), wanted)
    refused = refused_before(library, interview_id)
    if refused.issuperset(allowed):
        raise ConsentMissing(what=", ".join(text.tr(f"policy.modality_{name}") for name in allowed))
    return tuple(name for name in allowed if name not in refused)


def kept_back(library: Library, interview: Interview, rules: policy.Profile) -> tuple[str, ...]:
    """The modalities of an interview's recording that are not agreed to in some stretch: it does not leave for them."""
    media = interview.media
    if media is None:
        return ()
    has = {"speech": media.has_audio, "face": media.has_video}
    consent = library.consent(interview.id)
    kept = {
        *policy.kept_back(rules, consent, has_sound=media.has_audio, has_picture=media.has_video),
        *refused_before(library, interview.id),
    }
    return tuple(name for name, there in has.items() if there and name in kept)


def _given(consents: Sequence[Consent]) -> Consent:
    """The newest by which something was agreed to, and not only taken back."""
    for before, now in zip(reversed(consents[:-1]), reversed(consents), strict=False):
        if not now.agreed < before.agreed:
            return now
    return consents[0]


def _stretches(marks: Iterable[Mark]) -> list[_Stretch]:
    """Those that are in the recording: one that does not go on with it left what was before behind."""
    found: list[_Stretch] = []
    for mark in marks:
        told = frozenset(mark.body["modalities"]) if "modalities" in mark.body else None
        if mark.kind is MarkKind.BEGUN and mark.body.get("recorded"):
            found = [*(found if mark.body.get("goes_on") else ()), _Stretch(mark.created, told)]
        elif mark.kind is MarkKind.WITHDRAWN and found and told is not None:
            last = found.pop()
            found.append(replace(last, agreed=told if last.agreed is None else last.agreed & told))
    return found
