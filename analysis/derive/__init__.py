"""From observations and corrections to the document: a pure function, no media, no model of sound or picture.

`conversation` (who said what, corrected) → `events` → `voice` tracks → `measures` → `Analysis`. The same observations,
request and provenance always give the same document.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np

from analysis import features
from analysis.derive.absence import MEANING, absences, not_looked_at
from analysis.derive.basis import basis
from analysis.derive.comparing import compared
from analysis.derive.conversation import Conversation, converse
from analysis.derive.corrections import in_force
from analysis.derive.events import SpokenEvents, in_order, spoken_events
from analysis.derive.measures import interaction_metrics, latency_metric, timing_metrics, voice_metrics
from analysis.derive.roles import suggested_count
from analysis.derive.voice import track_length, voice_tracks
from analysis.derive.word_measures import answer_metrics, keyword_metric, short_answers_metric, text_metrics
from analysis.document import (
    TRACK_RATE_HZ,
    Analysis,
    Event,
    Exchange,
    MediaInfo,
    Metric,
    Metrics,
    Missing,
    Provenance,
    Quality,
    Span,
    Speakers,
    TrackInfo,
    Transcript,
)
from analysis.language.meaning import absent
from analysis.observations import Floats, Observed
from analysis.provenance import unseen
from analysis.request import AnalysisRequest

__all__ = ["PEAKS", "Derived", "analysis_id", "derive"]

NO_CANDIDATE = "no_candidate"
PEAKS = "peaks"
"""Name of the (n, 2) waveform array at 100 Hz among the tracks; it is not described in `Analysis.tracks`."""


@dataclass(frozen=True)
class Derived:
    """The document with its arrays: every track of `analysis.tracks` (10 Hz, one length), and `peaks`."""

    analysis: Analysis
    tracks: dict[str, Floats]


@dataclass(frozen=True)
class _Seen:
    """What the rooms of the picture give: `metrics` first overall, then per exchange."""

    tracks: dict[str, Floats]
    infos: dict[str, TrackInfo]
    events: list[Event]
    missing: list[Missing]
    metrics: list[dict[str, Metric]]


def derive(observed: Observed, request: AnalysisRequest, provenance: Provenance) -> Derived:
    """The document and its tracks. Pure: nothing is read or written, and equal arguments give equal results."""
    compares = all(missing.what != MEANING for missing in observed.failed)
    with nullcontext() if compares else absent():
        return _derive(observed, request, provenance)


def _derive(observed: Observed, request: AnalysisRequest, provenance: Provenance) -> Derived:
    talk = compared(converse(observed, request))
    observed = _only_the_candidate(observed, talk)
    length = track_length(observed.media.duration)
    words = in_force(request.corrections).words
    spoken = spoken_events(talk, observed.prosody, request.terms, request.glossaries, words)
    voice = voice_tracks(talk, observed.sound, observed.prosody, length)
    seen = _look(observed, request, talk, length)
    _blank(seen.tracks, unseen(provenance))
    spoken_metrics = _metrics(observed, request, talk, spoken, voice.tracks.get("vocal_activation"))
    tracks = {**voice.tracks, **seen.tracks}
    infos = {**voice.infos, **seen.infos}
    if observed.sound is not None:
        tracks[PEAKS] = observed.sound.peaks
    missing = [*absences(observed, request), *voice.missing, *seen.missing]
    missing += not_looked_at(unseen(provenance)) if observed.face is not None else []
    missing += [Missing(f"correction:{lost}", "no_place") for lost in talk.lost]
    merged = [speech | face for speech, face in zip(spoken_metrics, seen.metrics, strict=True)]
    analysis = Analysis(
        id=analysis_id(observed.media, provenance),
        media=observed.media,
        provenance=provenance,
        transcript=Transcript(talk.language, talk.segments),
        speakers=Speakers(talk.turns, talk.roles, suggested_count(observed.speakers, request.speakers), talk.names),
        exchanges=talk.exchanges,
        tracks=infos,
        events=in_order([*spoken.events, *seen.events]),
        metrics=Metrics(merged[0], tuple(merged[1:])),
        quality=_quality(observed, merged[0]),
        missing=tuple(missing),
        correction=request.corrections[-1].id if request.corrections else None,
        terms=spoken.vocabulary.uses,
        suggestions=spoken.vocabulary.suggestions,
    )
    return Derived(analysis, tracks)


def _blank(tracks: Mapping[str, Floats], spans: Iterable[Span]) -> None:
    """Nothing is known in these, not even what a sample before them holds for."""
    for span in spans:
        first, after = math.ceil(span.start * TRACK_RATE_HZ - 1e-6), math.ceil(span.end * TRACK_RATE_HZ - 1e-6)
        for track in tracks.values():
            track[first:after] = np.nan


def analysis_id(media: MediaInfo, provenance: Provenance) -> str:
    """Hex SHA-256 over the media's hash, the settings and the models' hashes; corrections do not change it."""
    basis_of_id = [
        media.sha256,
        sorted(provenance.settings.items()),
        sorted([model.role, model.id, model.sha256] for model in provenance.models),
    ]
    return hashlib.sha256(json.dumps(basis_of_id, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _metrics(
    observed: Observed, request: AnalysisRequest, talk: Conversation, spoken: SpokenEvents, activation: Floats | None
) -> list[dict[str, Metric]]:
    """The speech metrics: first overall, then one dict per exchange."""
    if observed.sound is None:
        return [{} for _ in range(len(talk.exchanges) + 1)]
    answers = [basis(talk, spoken, exchange.answer) for exchange in talk.exchanges]
    whole = Span(0.0, observed.media.duration)
    found = []
    for place, part in enumerate([basis(talk, spoken, whole), *answers]):
        exchanges = talk.exchanges if place == 0 else talk.exchanges[place - 1 : place]
        metrics = timing_metrics(part) | voice_metrics(part, observed, activation)
        if observed.text is not None:
            metrics |= text_metrics(part) | keyword_metric(spoken, request.terms, part)
        metrics |= answer_metrics(answers if place == 0 else [part])
        metrics |= latency_metric([exchange.latency_s for exchange in exchanges])
        metrics |= interaction_metrics(talk, _asked_and_answered(exchanges[0]) if place else whole)
        found.append(metrics)
    found[0] |= short_answers_metric(answers)
    return found if talk.candidate else [_withheld(metrics) for metrics in found]


def _asked_and_answered(exchange: Exchange) -> Span:
    return Span(exchange.question.start, max(exchange.question.end, exchange.answer.end))


def _withheld(metrics: dict[str, Metric]) -> dict[str, Metric]:
    """No number without a candidate: the voices could not be told apart, or nobody was given the role."""
    return {name: Metric(None, metric.unit, 0, 0.0, NO_CANDIDATE) for name, metric in metrics.items()}


def _only_the_candidate(observed: Observed, talk: Conversation) -> Observed:
    """The same with the faces of other people left out."""
    if observed.face is None:
        return observed
    chosen = import_module("analysis.face.candidate").choose(
        observed.face, talk.candidate_speech, talk.others_speech if talk.candidate else ()
    )
    extra = {name: chosen.of(values) for name, values in observed.extra.items()} if observed.extra else observed.extra
    return replace(observed, face=chosen.face, extra=extra)


def _look(observed: Observed, request: AnalysisRequest, talk: Conversation, length: int) -> _Seen:
    """Face and, where built and allowed, visible expression."""
    groups = _groups(observed, talk)
    if observed.face is None:
        return _Seen({}, {}, [], [], [{} for _ in groups])
    room = import_module("analysis.face.derive")
    tracks, infos, events, missing = room.derive(observed.face, length)
    metrics: list[dict[str, Metric]] = [dict(found) for found in room.metrics(observed.face, groups)]
    extra_room = features.expression()
    if extra_room is not None and extra_room.OBSERVED in request.modalities and observed.extra:
        more, more_infos, more_events, more_metrics = extra_room.derive(observed.face, observed.extra, length, groups)
        tracks, infos = {**tracks, **more}, {**infos, **more_infos}
        events = [*events, *more_events]
        metrics = [first | second for first, second in zip(metrics, more_metrics, strict=True)]
    return _Seen(tracks, infos, list(events), list(missing), metrics)


def _groups(observed: Observed, talk: Conversation) -> list[Sequence[Span]]:
    """The stretches that the picture's metrics are about: the whole recording, then each answer."""
    return [[Span(0.0, observed.media.duration)], *([exchange.answer] for exchange in talk.exchanges)]


def _quality(observed: Observed, overall: dict[str, Metric]) -> Quality:
    said = [word for segment in (observed.text.segments if observed.text else ()) for word in segment.words]
    sure = [word.probability for word in said if word.probability is not None]
    face_share = overall.get("face_coverage")
    return Quality(
        snr_db=_rounded(observed.sound.snr_db) if observed.sound else None,
        face_coverage=_rounded(face_share.value) if face_share else None,
        mean_word_probability=_rounded(float(np.mean(sure))) if sure else None,
        clipping_share=_rounded(observed.sound.clipping_share, 6) if observed.sound else None,
        lighting=_typical(observed.face.lighting) if observed.face else None,
        sharpness=_typical(observed.face.sharpness) if observed.face else None,
        suppressed_segments=observed.text.suppressed if observed.text else None,
    )


def _typical(values: Floats) -> float | None:
    present = values[np.isfinite(values)]
    return _rounded(float(np.median(present))) if present.size else None


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(float(value), digits)
