"""What a running analysis would have found of one that is whole: for tests and pictures of the review meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.derive import Derived
from analysis.document import TO_COME, Analysis, Missing, Speakers
from app.jobs.partial import Partial

VOICE = ("pitch", "loudness", "vocal_activation")
HEARD = ("speech", "speech_rate", *VOICE, "peaks")
AFTER_SOUND = ("text", "speakers", "prosody", "face", "expression")
SEEN = frozenset({"smile", "frown", "blink", "gaze_away", "face_lost"})


def partial_of(whole: Derived, awaited: Sequence[str]) -> Partial:
    """The document and tracks of an analysis that has still to bring these."""
    found = replace(whole.analysis, missing=tuple(Missing(what, TO_COME) for what in (*awaited, "meaning")))
    names = set(whole.tracks)
    if "face" in awaited:
        names &= set(HEARD)
        found = replace(found, events=tuple(event for event in found.events if event.kind not in SEEN))
    if "prosody" in awaited:
        names -= set(VOICE)
    if "speakers" in awaited:
        names -= {"speech", "speech_rate"}
        found = _unattributed(found)
    if "text" in awaited:
        found = replace(found, transcript=replace(found.transcript, segments=()))
    return Partial(found, {name: values for name, values in whole.tracks.items() if name in names})


def _unattributed(found: Analysis) -> Analysis:
    segments = tuple(replace(segment, speaker="") for segment in found.transcript.segments)
    return replace(
        found,
        transcript=replace(found.transcript, segments=segments),
        speakers=Speakers((), {}),
        exchanges=(),
        events=(),
        suggestions=(),
    )
