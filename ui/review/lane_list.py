"""Which lanes an analysed recording has, from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import numpy as np

from analysis.document import PEAK_RATE_HZ, TRACK_RATE_HZ, Analysis, Event
from app.domain.types import Comment
from app.text import has
from ui.review import legend
from ui.review.bar_lanes import PauseLane
from ui.review.chip_lanes import OtherLane, StructureLane, TermLane
from ui.review.comment_lane import CommentLane
from ui.review.curve_lanes import Curve, CurveLane, WaveLane
from ui.review.exchange_lane import ExchangeLane
from ui.review.lane import Lane
from ui.review.model import Floats, Recording
from ui.review.overview import Overview
from ui.review.pyramid import Pyramid, pyramid_of
from ui.review.reasons import Reasons
from ui.review.voices import role_words, voice_name

OPTIONAL = "ui.review.expression_lanes"
FILLERS = ("filler", "repetition", "restart")
TERMS = ("term", "quantified_result")
MARKER = "_marker"
"""How kinds of words that join thoughts end: "cause_marker", "order_marker" …"""


def optional_lanes() -> ModuleType | None:
    """The lanes that a build can leave out, or None where it does."""
    return import_module(OPTIONAL) if find_spec(OPTIONAL) else None


def lanes_of(recording: Recording, comments: Callable[[], Sequence[Comment]]) -> tuple[Lane, ...]:
    """All lanes that have something to show. An empty lane says that nothing happened: what is missing has none."""
    analysis = recording.analysis
    events = _by_kind(analysis.events)
    missing = {each.what for each in analysis.missing}
    reasons = Reasons(recording)
    lanes: list[Lane] = []
    if "speakers" not in missing or analysis.speakers.turns:
        lanes.append(_exchanges(recording, reasons))
    if recording.peaks is not None and len(recording.peaks):
        lanes.append(WaveLane(recording.peaks, PEAK_RATE_HZ, reasons.of_sound))
    extra = optional_lanes()
    if extra is not None:
        lanes += extra.lanes(recording, reasons)
    lanes += _voice(recording, reasons)
    pauses, fillers = events.get("pause", ()), _merged(events, *FILLERS)
    if "text" not in missing or pauses:
        lanes.append(PauseLane(pauses, fillers, reasons.of_sound))
    if "text" not in missing:
        lanes.append(TermLane(_merged(events, *TERMS), reasons.of_sound))
        lanes.append(StructureLane(_merged(events, *_structure_kinds(events)), reasons.of_sound))
    lanes.append(CommentLane(comments))
    lanes += _face(recording, reasons)
    others = _merged(events, *_other_kinds(events))
    return (*lanes, *([OtherLane(others)] if others else []))


def same_lanes(one: Recording | None, other: Recording | None) -> bool:
    """Whether two states of a recording have the same lanes: only words differ, or nothing does."""
    if one is None or other is None:
        return False
    return (
        _shown(one) == _shown(other)
        and one.tracks.keys() == other.tracks.keys()
        and all(values is other.tracks[name] for name, values in one.tracks.items())
        and one.peaks is other.peaks
    )


def _shown(recording: Recording) -> tuple[object, ...]:
    """What of the document the lanes are made of."""
    found = recording.analysis
    return (
        found.events, found.exchanges, found.speakers, found.missing, found.transcript.language, recording.candidate
    )  # fmt: skip


def _exchanges(recording: Recording, reasons: Reasons) -> ExchangeLane:
    """Questions and turns. What voices are called follows the language, so it is asked for when it is shown."""
    speakers = recording.analysis.speakers

    def named(speaker: str) -> str:
        return voice_name(speakers, speaker, role_words(recording.candidate))

    return ExchangeLane(recording.analysis.exchanges, speakers.turns, speakers.roles, named, reasons.of_sound)


def _structure_kinds(events: Mapping[str, tuple[Event, ...]]) -> list[str]:
    """The parts of an answer, and each kind of the words that join them."""
    return [kind for kind in events if kind == "structure" or kind.endswith(MARKER)]


def _other_kinds(events: Mapping[str, tuple[Event, ...]]) -> list[str]:
    """Kinds that have a name here and no lane of their own. One without a name stands in the table only: what an
    optional room shows, or another build wrote."""
    shown = {"pause", *FILLERS, *TERMS, *_structure_kinds(events)}
    return [kind for kind in events if kind not in shown and has(f"review.event_{kind}")]


def overview_of(recording: Recording) -> Overview:
    """The strip of the whole recording: its waveform, else the loudness of the voice."""
    duration = recording.analysis.media.duration
    peaks = recording.peaks
    if peaks is None or not len(peaks):
        return _loudness_overview(recording.tracks.get("loudness"), duration)
    loudest = float(np.nanmax(np.abs(peaks)))
    return Overview(pyramid_of(peaks[:, 0], PEAK_RATE_HZ, peaks[:, 1]), 1.0 / max(loudest, 0.05), duration)


def _loudness_overview(loudness: Floats | None, duration: float) -> Overview:
    """The strip from loudness (dBFS), as amplitude relative to its loudest tenth; empty where nothing was measured."""
    if loudness is None or not np.isfinite(loudness).any():
        return Overview(None, 1.0, duration)
    amplitude = 10 ** ((loudness - np.nanpercentile(loudness, 90)) / 20)
    # As dense as a waveform: a short recording has more pixels than loudness has values.
    amplitude = np.repeat(amplitude, round(PEAK_RATE_HZ / TRACK_RATE_HZ))
    return Overview(Pyramid(-amplitude, PEAK_RATE_HZ, amplitude), 0.5, duration)


def _by_kind(events: Sequence[Event]) -> dict[str, tuple[Event, ...]]:
    kinds: dict[str, list[Event]] = {}
    for event in events:
        kinds.setdefault(event.kind, []).append(event)
    return {kind: tuple(sorted(found, key=lambda event: event.start)) for kind, found in kinds.items()}


def _merged(events: Mapping[str, tuple[Event, ...]], *kinds: str) -> tuple[Event, ...]:
    found = [event for kind in kinds for event in events.get(kind, ())]
    return tuple(sorted(found, key=lambda event: event.start))


def curve(recording: Recording, track: str, token: str, name_key: str = "") -> tuple[Curve, ...]:
    """A curve of a track, if the recording has the track and anything is in it."""
    values = recording.tracks.get(track)
    if values is None or not np.isfinite(values).any():
        return ()
    return (Curve(pyramid_of(values, TRACK_RATE_HZ), token, name_key),)


def _voice(recording: Recording, reasons: Reasons) -> list[Lane]:
    lanes: list[Lane] = []
    rate_unit = _rate_unit(recording.analysis)
    rows = (
        ("pitch", "series_1", "review.unit_st", 0.0, 1, 36),
        ("loudness", "series_4", "review.unit_db", None, 0, 26),
        ("speech_rate", "series_5", rate_unit, None, 0, 26),
        ("vocal_activation", "series_6", "", 0.0, 1, 26),
    )
    for track, token, unit, zero, decimals, height in rows:
        curves = curve(recording, track, token)
        if curves:
            lanes.append(
                CurveLane(
                    track, f"review.lane_{track}", curves, unit_key=unit, zero=zero, decimals=decimals,
                    gaps=reasons.of_voice(track), height=height,
                )
            )  # fmt: skip
    return lanes


def _rate_unit(analysis: Analysis) -> str:
    return "review.unit_char_min" if analysis.transcript.language == "zh" else "review.unit_word_min"


def _face(recording: Recording, reasons: Reasons) -> list[Lane]:
    lanes: list[Lane] = []
    contact = curve(recording, "eye_contact", "series_2")
    if contact:
        lanes.append(
            CurveLane(
                "eye_contact", "review.lane_eye_contact", contact, limits=(-0.05, 1.05), height=22, folded=True,
                gaps=reasons.of_face("eye_contact"),
            )
        )  # fmt: skip
    lanes += _angles(recording, reasons, "head", ("head_yaw", "head_pitch", "head_roll"))
    lanes += _angles(recording, reasons, "gaze", ("gaze_yaw", "gaze_pitch"))
    return lanes


ANGLES = {"yaw": "series_1", "pitch": "series_3", "roll": "series_7"}


def _angles(recording: Recording, reasons: Reasons, key: str, tracks: Sequence[str]) -> list[Lane]:
    """One lane of angles in degrees, if any of them was measured."""
    kinds = [track.rpartition("_")[2] for track in tracks]
    curves = tuple(
        found
        for track, kind in zip(tracks, kinds, strict=True)
        for found in curve(recording, track, ANGLES[kind], f"review.{kind}")
    )
    if not curves:
        return []
    lane = CurveLane(
        key, f"review.lane_{key}", curves, unit_key="review.unit_deg", limits=(-45.0, 45.0), zero=0.0,
        gaps=reasons.of_face(*tracks), height=legend.room_for(2), folded=True,
    )  # fmt: skip
    return [lane]
