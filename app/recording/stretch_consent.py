"""What was agreed to when each stretch of an interview was recorded that went on after a crash.

Whoever refuses an analysis, and agrees to it when the interview goes on, has not agreed to it for what was recorded
before. A consent that is given when the interview is over is about the whole of it; taking something back gives none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.document import Span
from app import policy, text
from app.domain.marks import Mark, MarkKind
from app.domain.types import Consent, Interview
from app.failures import ConsentMissing

if TYPE_CHECKING:
    from app.store.library import Library

SPEECH, FACE = "speech", "face"
LONGEST_S = 7 * 24 * 3600.0
"""No recording is longer."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """When it began, by the clock and in the recording (s), and what was agreed to from there to its end; None = an
    earlier version did not say."""

    begun: datetime
    at_s: float
    agreed: frozenset[str] | None


def refused_before(library: Library, interview_id: str) -> frozenset[str]:
    """Modalities that the newest consent allows, and that were not agreed to in an earlier stretch of the recording."""
    consents = library.consents(interview_id)
    stretches = _stretches(library.marks(interview_id))
    if not consents or len(stretches) < 2 or _given(consents).recorded > stretches[-1].begun:
        return frozenset()
    allowed = frozenset(consents[-1].modalities)
    return allowed - allowed.intersection(*(each.agreed for each in stretches if each.agreed is not None))


def to_analyse(library: Library, interview_id: str, rules: policy.Profile, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The same as `require_throughout`, and what is read from the face where its stretches can be left out: see
    `unseen`. Raises ConsentMissing."""
    allowed = policy.require_modalities(rules, library.consent(interview_id), wanted)
    if FACE in allowed and unseen(library, interview_id):
        refused = refused_before(library, interview_id)
        same = _without(library, interview_id, FACE)
        kept = {name for name in refused if name != SPEECH and _without(library, interview_id, name) <= same}
        return tuple(name for name in allowed if name not in refused or name in kept)
    return require_throughout(library, interview_id, rules, wanted)


def unseen(library: Library, interview_id: str) -> tuple[Span, ...]:
    """The stretches (s) whose pictures are not to be looked at: the face was not to be analysed then. None where that
    is so of all of them."""
    if FACE not in refused_before(library, interview_id):
        return ()
    media = library.interview(interview_id).media
    stretches, left_out = _stretches(library.marks(interview_id)), _without(library, interview_id, FACE)
    if len(left_out) == len(stretches):
        return ()
    edges = [0.0, *(max(0.0, each.at_s) for each in stretches[1:]), (media.duration_s if media else None) or LONGEST_S]
    return tuple(Span(start, end) for number, (start, end) in enumerate(pairwise(edges)) if number in left_out)


def _without(library: Library, interview_id: str, modality: str) -> frozenset[int]:
    """The how manyeth stretches it was not agreed to in."""
    found = enumerate(_stretches(library.marks(interview_id)))
    return frozenset(number for number, each in found if each.agreed is not None and modality not in each.agreed)


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
            found = [*(found if mark.body.get("goes_on") else ()), _Stretch(mark.created, mark.at_s, told)]
        elif mark.kind is MarkKind.WITHDRAWN and found and told is not None:
            last = found.pop()
            found.append(replace(last, agreed=told if last.agreed is None else last.agreed & told))
    return found
