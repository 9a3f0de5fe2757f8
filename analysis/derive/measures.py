"""Metrics of the candidate's speech, over one answer or overall. Formulas: De Jong & Wempe 2009 unless said otherwise.

A number that cannot be trusted is withheld with its reason, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.derive.conversation import Conversation
from analysis.derive.events import SpokenEvents
from analysis.derive.floor import is_pause
from analysis.derive.spans import clipped, gaps, mask, merged, total
from analysis.derive.voice import PROSODY_RATE_HZ, rate_unit, semitones
from analysis.document import TRACK_RATE_HZ, Event, Metric, Span, Word
from analysis.language.lexical import connectives, content_words, first_person, mattr
from analysis.language.script import join_words, syllables, units
from analysis.language.structure import UNSURE
from analysis.observations import Floats, Observed
from analysis.request import Term

MIN_SPEECH_S = 3.0
MIN_UNITS = 8
MIN_VOICED_S = 10.0
MIN_SNR_DB = 20.0
MIN_WORD_PROBABILITY = 0.4
"""Below this mean probability the text is no basis for rates and counts of words."""
TOO_LITTLE, LOW_SNR, GAIN, NO_TEXT, UNSURE_TEXT = (
    "too_little_speech",
    "low_snr",
    "gain_control",
    "no_text",
    "low_confidence",
)
NO_PAUSES, NO_GAP, ONE_SPEAKER = "no_pauses", "no_gap", "one_speaker"
LOWER_BOUND = "lower_bound"


@dataclass(frozen=True)
class Basis:
    """What one answer, or the whole interview, rests on: the candidate's floor, speech, pauses, words and events."""

    span: Span
    floor_s: float
    speech: tuple[Span, ...]
    pauses: tuple[Span, ...]
    words: tuple[Word, ...]
    text: str
    language: str
    events: tuple[Event, ...]
    unwritten: frozenset[Event]

    @property
    def speech_s(self) -> float:
        """Seconds of voice activity."""
        return total(self.speech)

    def of(self, kind: str) -> tuple[Event, ...]:
        """The events of one kind."""
        return tuple(event for event in self.events if event.kind == kind)


def basis(talk: Conversation, spoken: SpokenEvents, span: Span) -> Basis:
    """The candidate's part of a span."""
    floors = clipped(talk.candidate_spans, span.start, span.end)
    speech = clipped(talk.candidate_speech, span.start, span.end)
    silences = [gap for floor in floors for gap in gaps(clipped(speech, floor.start, floor.end))]
    pauses = tuple(gap for gap in silences if is_pause(gap))
    words = tuple(talk.said.words(span, talk.candidate)) if talk.candidate else ()
    return Basis(
        span=span,
        floor_s=total(floors),
        speech=speech,
        pauses=pauses,
        words=words,
        text=join_words([word.text for word in words]),
        language=talk.language,
        events=spoken.within(span),
        unwritten=spoken.unwritten,
    )


def voice_metrics(found: Basis, observed: Observed, activation: Floats | None) -> dict[str, Metric]:
    """Pitch, loudness and vocal activation of a span; empty without the prosody stage."""
    if observed.prosody is None or observed.sound is None:
        return {}
    spoken = mask(found.speech, observed.prosody.pitch_hz.size, PROSODY_RATE_HZ)
    pitch = semitones(observed.prosody.pitch_hz[spoken])
    pitch = pitch[~np.isnan(pitch)]
    loudness = observed.prosody.loudness_db[spoken[: observed.prosody.loudness_db.size]]
    loudness = loudness[np.isfinite(loudness)]
    share = _share(pitch.size, int(spoken.sum()))
    voiced_s = pitch.size / PROSODY_RATE_HZ
    snr = observed.sound.snr_db
    clean = "ok" if voiced_s >= MIN_VOICED_S else TOO_LITTLE
    if clean == "ok" and (snr is None or snr < MIN_SNR_DB):
        clean = LOW_SNR
    enough = "ok" if voiced_s >= 1.0 else TOO_LITTLE
    loud = GAIN if observed.sound.gain_control else "ok" if found.speech_s >= MIN_SPEECH_S else TOO_LITTLE
    low, high = _tenths(pitch)
    quiet, strong = _tenths(loudness)
    return {
        "pitch_level": _metric(float(np.median(pitch)) if pitch.size else None, "st", pitch.size, share, enough),
        "pitch_sd": _metric(float(np.std(pitch)) if pitch.size else None, "st", pitch.size, share, clean),
        "pitch_range": _metric(high - low, "st", pitch.size, share, clean),
        "loudness_range": _metric(strong - quiet, "dB", loudness.size, 1.0, loud),
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
    return _metric(value, "z", present.size, _share(present.size, inside.size), quality)


def timing_metrics(found: Basis) -> dict[str, Metric]:
    """Pauses and phonation, from voice activity alone."""
    enough = "ok" if found.speech_s >= MIN_SPEECH_S else TOO_LITTLE
    lengths = [pause.end - pause.start for pause in found.pauses]
    n, runs = len(lengths), len(found.speech)
    held = found.floor_s or 1.0
    some = enough if n or enough != "ok" else NO_PAUSES
    return {
        "pause_rate": _metric(60 * n / held, "1/min", runs, 1.0, enough),
        "pause_mean": _metric(float(np.mean(lengths)) if n else None, "s", n, 1.0, some),
        "pause_max": _metric(max(lengths) if n else None, "s", n, 1.0, some),
        "pause_share": _metric(sum(lengths) / held, "share", runs, 1.0, enough),
        "phonation_ratio": _metric(found.speech_s / held, "share", runs, 1.0, enough),
    }


def text_metrics(found: Basis) -> dict[str, Metric]:
    """Rates, fluency and lexical measures. Fillers are a lower bound: recognisers leave many out."""
    fillers = found.of("filler")
    filler_units = sum(len(units(event.text)) for event in fillers if event not in found.unwritten)
    counted = len(units(found.text)) - filler_units
    quality = _text_quality(found, counted)
    share = _text_coverage(found)
    bound = LOWER_BOUND if quality == "ok" else quality
    f, minutes = len(fillers), (found.floor_s or 1.0) / 60
    metrics = _rates(found, counted, filler_units, quality, share)
    metrics |= {
        "filler_density": _metric(100 * f / max(1, counted + f), "1/100", counted, share, bound),
        "filler_rate": _metric(f / minutes, "1/min", counted, share, bound),
    }
    return metrics | _lexical(found, counted, quality, share)


def _rates(found: Basis, n: int, filler_units: int, quality: str, share: float) -> dict[str, Metric]:
    spoken_s = max(found.floor_s - total(found.pauses), 1e-3)
    syllable_count = syllables(found.text) - filler_units
    return {
        "speech_rate": _metric(60 * n / (found.floor_s or 1.0), rate_unit(found.language), n, share, quality),
        "articulation_rate": _metric(syllable_count / spoken_s, "syll/s", n, share, quality),
        "mean_length_of_run": _metric(n / (len(found.pauses) + 1), _unit(found.language), n, share, quality),
    }


def _unit(language: str) -> str:
    return "char" if language == "zh" else "word"


def _lexical(found: Basis, n: int, quality: str, share: float) -> dict[str, Metric]:
    words = content_words(found.text, found.language)
    diversity = mattr(words)
    singular, plural = first_person(found.text, found.language)
    links = sum(connectives(found.text, found.language).values())
    repeated, numbers = len(found.of("repetition")), len(found.of("quantified_result"))
    marked = {event.text for event in found.of("structure")} - {UNSURE}
    per_100 = 100 / max(1, len(words))
    sure = [word.probability for word in found.words]
    mean = float(np.mean(sure)) if sure else None
    diverse = quality if quality != "ok" or diversity is not None else TOO_LITTLE
    return {
        "repetition_density": _metric(repeated * per_100, "1/100", n, share, quality),
        "lexical_diversity": _metric(diversity, "ratio", len(words), share, diverse),
        "connective_density": _metric(links * per_100, "1/100", len(words), share, quality),
        "quantified_results": _metric(float(numbers), "count", n, share, quality),
        "star_coverage": _metric(float(len(marked)), "count", n, share, quality),
        "first_person_singular": _metric(float(singular), "count", n, share, quality),
        "first_person_plural": _metric(float(plural), "count", n, share, quality),
        "word_probability": _metric(mean, "0-1", len(sure), share, "ok" if sure else NO_TEXT),
    }


def _text_quality(found: Basis, n: int) -> str:
    if not found.words:
        return NO_TEXT if found.speech_s >= MIN_SPEECH_S else TOO_LITTLE
    if found.speech_s < MIN_SPEECH_S or n < MIN_UNITS:
        return TOO_LITTLE
    if float(np.mean([word.probability for word in found.words])) < MIN_WORD_PROBABILITY:
        return UNSURE_TEXT
    return "ok"


def _text_coverage(found: Basis) -> float:
    return _share(sum(word.end - word.start for word in found.words), found.speech_s)


def keyword_metric(spoken: SpokenEvents, terms: Sequence[Term], found: Basis) -> dict[str, Metric]:
    """Distinct terms that the candidate said / terms of the position; nothing without terms."""
    if not terms:
        return {}
    named = {term for term, time_s in spoken.terms if found.span.start <= time_s < found.span.end}
    quality = "ok" if found.words else NO_TEXT
    return {"keyword_rate": _metric(len(named) / len(terms), "share", len(named), _text_coverage(found), quality)}


def latency_metric(latencies: Sequence[float | None]) -> dict[str, Metric]:
    """Median silence between question and answer (ordinary conversation about 0.2 s, Levinson & Torreira 2015)."""
    known = [latency for latency in latencies if latency is not None]
    quality = "ok" if known else NO_GAP
    value = float(np.median(known)) if known else None
    return {"response_latency": _metric(value, "s", len(known), _share(len(known), len(latencies)), quality)}


def interaction_metrics(talk: Conversation) -> dict[str, Metric]:
    """Talk ratio, turns, overlap and back-channels of the whole interview."""
    mine = total(talk.candidate_speech)
    others = sum(total(spans) for name, spans in talk.speech.items() if name != talk.candidate)
    turns = [floor.end - floor.start for floor in talk.candidate_floors]
    two = (
        "ok" if len(talk.speech) > 1 and mine + others >= MIN_SPEECH_S else ONE_SPEAKER if mine + others else TOO_LITTLE
    )
    some = "ok" if turns else TOO_LITTLE
    signs = sum(1 for sign in talk.backchannels if sign.speaker == talk.candidate)
    spoken = merged(span for spans in talk.speech.values() for span in spans)
    overlapped = sum(total(clipped(talk.overlaps, span.start, span.end)) for span in spoken)
    return {
        "talk_ratio": _metric(mine / max(mine + others, 1e-3), "share", len(turns), 1.0, two),
        "turn_count": _metric(float(len(turns)), "count", len(turns), 1.0, some),
        "turn_median": _metric(float(np.median(turns)) if turns else None, "s", len(turns), 1.0, some),
        "turn_max": _metric(max(turns) if turns else None, "s", len(turns), 1.0, some),
        "overlap_share": _metric(overlapped / max(total(spoken), 1e-3), "share", len(talk.overlaps), 1.0, two),
        "backchannel_count": _metric(float(signs), "count", signs, 1.0, LOWER_BOUND if two == "ok" else two),
    }


def _metric(value: float | None, unit: str, n: int, coverage: float, quality: str) -> Metric:
    shown = value if quality in ("ok", LOWER_BOUND) else None
    return Metric(None if shown is None else round(shown, 4), unit, int(n), round(min(1.0, coverage), 4), quality)


def _share(part: float, whole: float) -> float:
    return min(1.0, part / whole) if whole else 0.0
