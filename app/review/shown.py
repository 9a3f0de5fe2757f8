"""What a jurisdiction's profile lets a reviewer see of an analysis: findings of the other modalities are left out.

An analysis may hold more than may be shown here: it was made under another profile, or came from another library. The
recording itself and what was said in it are no findings, and stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from analysis.document import Analysis, Metric, Metrics, Quality
from analysis.features import modalities as all_modalities
from analysis.features import modality_of_event, modality_of_track
from app.policy import Profile, shown_modalities
from app.scoring.metrics import modality_of

if TYPE_CHECKING:
    from analysis.derive import Derived

Track = TypeVar("Track")


def shown(whole: Derived, rules: Profile) -> Derived:
    """An analysis as it may leave the library under these rules, its tracks with it; the same where all of it may."""
    modalities = shown_modalities(rules)
    analysis = showable(whole.analysis, modalities)
    if analysis is whole.analysis:
        return whole
    return replace(whole, analysis=analysis, tracks=showable_tracks(whole.tracks, modalities))


def showable(analysis: Analysis, modalities: Collection[str]) -> Analysis:
    """The document with the tracks, events, metrics and figures of these modalities only; the same one where these are
    all that this build has."""
    if set(all_modalities()) <= set(modalities):
        return analysis
    kinds = {kind for kind in {event.kind for event in analysis.events} if modality_of_event(kind) in modalities}
    measured = analysis.metrics
    return replace(
        analysis,
        tracks=showable_tracks(analysis.tracks, modalities),
        events=tuple(event for event in analysis.events if event.kind in kinds),
        metrics=Metrics(_of(measured.overall, modalities), tuple(_of(each, modalities) for each in measured.answers)),
        quality=analysis.quality if "face" in modalities else _without_face(analysis.quality),
    )


def showable_tracks(tracks: Mapping[str, Track], modalities: Collection[str]) -> dict[str, Track]:
    """The tracks, or what belongs to them, of these modalities."""
    return {name: track for name, track in tracks.items() if modality_of_track(name) in modalities}


def _of(found: Mapping[str, Metric], modalities: Collection[str]) -> dict[str, Metric]:
    return {name: metric for name, metric in found.items() if modality_of(name) in modalities}


def _without_face(quality: Quality) -> Quality:
    return replace(quality, face_coverage=None, lighting=None, sharpness=None)
