"""Metrics of the candidate's speech, over one answer or overall. Formulas: De Jong & Wempe 2009 unless said otherwise.

A number that cannot be trusted is withheld with its reason, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analysis.derive.basis import (
    LOW_SNR,
    LOWER_BOUND,
    MIN_SPEECH_S,
    NO_GAP,
    NO_PAUSES,
    ONE_SPEAKER,
    TOO_LITTLE,
    Basis,
    metric,
    share_of,
)
from analysis.derive.conversation import Conversation
from analysis.derive.floor import BRIEF_GAP_S, LONG_PAUSE_S
from analysis.derive.spans import clipped, mask, merged, total
from analysis.derive.voice import PROSODY_RATE_HZ, loudness_void, semitones
from analysis.document import TRACK_RATE_HZ, Metric, Span
from analysis.observations import Floats, Observed

MIN_VOICED_S = 10.0
MIN_SNR_DB = 20.0
MIN_SNR_LOUDNESS_DB = 25.0
"""Noise fills the quiet tenth of speech: the range of loudness comes out 0.2 dB too small at 30 dB, 0.9 dB at 25 and
2.3 dB at 20 (measured with noise added to the development interviews), while pitch stands 10 dB."""


def voice_metrics(found: Basis, observed: Observed, activation: Floats | None) -> dict[str, Metric]:
    """Pitch, loudness and vocal activation of a span; empty without the prosody stage."""
    if observed.prosody is None or observed.sound is None:
        return {}
    spoken = mask(found.speech, observed.prosody.pitch_hz.size, PROSODY_RATE_HZ)
    pitch = semitones(observed.prosody.pitch_hz[spoken])
    pitch = pitch[~np.isnan(pitch)]
    loudness = observed.prosody.loudness_db[spoken[: observed.prosody.loudness_db.size]]
    loudness = loudness[np.isfinite(loudness)]
    share = share_of(pitch.size, int(spoken.sum()))
    voiced_s = pitch.size / PROSODY_RATE_HZ
    snr = observed.sound.snr_db
    clean = "ok" if voiced_s >= MIN_VOICED_S else TOO_LITTLE
    if clean == "ok" and (snr is None or snr < MIN_SNR_DB):
        clean = LOW_SNR
    enough = "ok" if voiced_s >= 1.0 else TOO_LITTLE
    loud = loudness_void(observed.sound, found.speech) or ("ok" if found.speech_s >= MIN_SPEECH_S else TOO_LITTLE)
    spread = LOW_SNR if loud == "ok" and (snr is None or snr < MIN_SNR_LOUDNESS_DB) else loud
    low, high = _tenths(pitch)
    quiet, strong = _tenths(loudness)
    return {
        "pitch_level": metric(float(np.median(pitch)) if pitch.size else None, "st", pitch.size, share, enough),
        "pitch_sd": metric(float(np.std(pitch)) if pitch.size else None, "st", pitch.size, share, clean),
        "pitch_range": metric(high - low, "st", pitch.size, share, clean),
        "loudness_range": metric(strong - quiet, "dB", loudness.size, 1.0, spread),
        "vocal_activation": _activation(found, activation, loud),
    }


def _tenths(values: Floats) -> tuple[float, float]:
    if values.size == 0:
        return 0.0, 0.0
    low, high = np.percentile(values, [10, 90])
    return float(low), float(high)


def _activation(found: Basis, activation: Floats | None, quality: str) -> Metric:
    if activation is None:
        return Metric(None, "z", 0, 0.0, TOO_LITTLE)
    inside = activation[mask(found.speech, activation.size, TRACK_RATE_HZ)]
    present = inside[~np.isnan(inside)]
    if quality == "ok" and present.size < TRACK_RATE_HZ:
        quality = TOO_LITTLE
    value = float(np.mean(present)) if present.size else None
    return metric(value, "z", present.size, share_of(present.size, inside.size), quality)


def timing_metrics(found: Basis) -> dict[str, Metric]:
    """Pauses and phonation, from voice activity alone. Lengths of pauses are log-normal: the median is the typical one
    (Campione & Véronis 2002)."""
    enough = "ok" if found.speech_s >= MIN_SPEECH_S else TOO_LITTLE
    lengths = [pause.end - pause.start for pause in found.pauses]
    n, runs = len(lengths), len(found.speech)
    held = max(found.floor_s, found.speech_s) or 1.0  # speech that no turn holds has no floor of its own
    some = enough if n or enough != "ok" else NO_PAUSES
    return {
        "pause_rate": metric(60 * n / held, "1/min", runs, 1.0, enough),
        "pause_mean": metric(float(np.mean(lengths)) if n else None, "s", n, 1.0, some),
        "pause_median": metric(float(np.median(lengths)) if n else None, "s", n, 1.0, some),
        "pause_max": metric(max(lengths) if n else None, "s", n, 1.0, some),
        "pause_share": metric(sum(lengths) / held, "share", runs, 1.0, enough),
        **_pause_classes(found, lengths, enough),
        "phonation_ratio": metric(found.speech_s / held, "share", runs, 1.0, enough),
    }


def _pause_classes(found: Basis, lengths: Sequence[float], enough: str) -> dict[str, Metric]:
    """How many gaps are brief, medium and long. Voice activity joins what is less than 0.1 s apart, so that the brief
    ones, which are mostly closures of consonants, are a lower bound."""
    runs = len(found.speech)
    long = sum(length > LONG_PAUSE_S for length in lengths)
    brief = sum(gap.end - gap.start >= BRIEF_GAP_S for gap in found.silences) - len(lengths)
    return {
        "pause_brief": metric(float(brief), "count", runs, 1.0, LOWER_BOUND if enough == "ok" else enough),
        "pause_medium": metric(float(len(lengths) - long), "count", runs, 1.0, enough),
        "pause_long": metric(float(long), "count", runs, 1.0, enough),
    }


def latency_metric(latencies: Sequence[float | None]) -> dict[str, Metric]:
    """Median silence between question and answer (ordinary conversation about 0.2 s, Levinson & Torreira 2015)."""
    known = [latency for latency in latencies if latency is not None]
    quality = "ok" if known else NO_GAP
    value = float(np.median(known)) if known else None
    return {"response_latency": metric(value, "s", len(known), share_of(len(known), len(latencies)), quality)}


def interaction_metrics(talk: Conversation, span: Span) -> dict[str, Metric]:
    """Talk ratio, turns, overlap, back-channels and changes of the floor: of the whole interview, or of one exchange
    from its question's start to its answer's end."""
    speech = {name: clipped(spans, span.start, span.end) for name, spans in talk.speech.items()}
    mine = total(speech.get(talk.candidate or "", ()))
    others = sum(total(spans) for name, spans in speech.items() if name != talk.candidate)
    two = TOO_LITTLE if mine + others < MIN_SPEECH_S else "ok" if len(talk.speech) > 1 else ONE_SPEAKER
    turns = [f.end - f.start for f in talk.candidate_floors if span.start <= (f.start + f.end) / 2 < span.end]
    some = "ok" if turns else TOO_LITTLE
    signs = sum(s.speaker == talk.candidate and span.start <= s.start < span.end for s in talk.backchannels)
    return {
        "talk_ratio": metric(mine / max(mine + others, 1e-3), "share", len(turns), 1.0, two),
        "turn_count": metric(float(len(turns)), "count", len(turns), 1.0, some),
        "turn_median": metric(float(np.median(turns)) if turns else None, "s", len(turns), 1.0, some),
        "turn_max": metric(max(turns) if turns else None, "s", len(turns), 1.0, some),
        "overlap_share": _overlap(talk, span, list(speech.values()), two),
        "backchannel_count": metric(float(signs), "count", signs, 1.0, LOWER_BOUND if two == "ok" else two),
        "floor_transfer": _floor_transfer(talk, span),
    }


def _overlap(talk: Conversation, span: Span, speech: Sequence[Sequence[Span]], quality: str) -> Metric:
    spoken = merged(part for spans in speech for part in spans)
    overlaps = clipped(talk.overlaps, span.start, span.end)
    overlapped = sum(total(clipped(overlaps, part.start, part.end)) for part in spoken)
    return metric(overlapped / max(total(spoken), 1e-3), "share", len(overlaps), 1.0, quality)


def _floor_transfer(talk: Conversation, span: Span) -> Metric:
    """Median of start - former speaker's end over all changes of the floor; negative where the next one cuts in."""
    offsets = [
        after.start - before.end
        for before, after in pairwise(talk.floors)
        if before.speaker != after.speaker and span.start <= after.start < span.end
    ]
    value = float(np.median(offsets)) if offsets else None
    return metric(value, "s", len(offsets), 1.0, "ok" if offsets else NO_GAP)
