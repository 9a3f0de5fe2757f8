"""Metrics of what the candidate says: rates, fluency, words, keywords. De Jong & Wempe 2009 unless said otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.derive.basis import (
    IMPORTED,
    LOWER_BOUND,
    MIN_SPEECH_S,
    MIN_UNITS,
    NO_TEXT,
    TOO_LITTLE,
    UNSURE_TEXT,
    Basis,
    metric,
    share_of,
)
from analysis.derive.events import SpokenEvents
from analysis.derive.spans import total
from analysis.derive.voice import rate_unit
from analysis.document import Metric
from analysis.language.figures import as_spoken
from analysis.language.lexical import MARKER_CLASSES, content_words, first_person, marker_kind, mattr
from analysis.language.restarts import RESTART
from analysis.language.script import syllables, units
from analysis.language.structure import UNSURE
from analysis.request import Term

MIN_WORD_PROBABILITY = 0.4
"""Below this mean probability the text is no basis for rates and counts of words."""


def text_metrics(found: Basis) -> dict[str, Metric]:
    """Rates, fluency and lexical measures. Fillers are a lower bound: recognisers leave many out."""
    counted = _counted(found)
    quality = _text_quality(found, counted)
    share = _text_coverage(found)
    bound = LOWER_BOUND if quality == "ok" else quality
    f, minutes = len(found.of("filler")), (found.floor_s or 1.0) / 60
    metrics = _rates(found, counted, quality, share)
    metrics |= {
        "filler_density": metric(100 * f / max(1, counted + f), "1/100", counted, share, bound),
        "filler_rate": metric(f / minutes, "1/min", counted, share, bound),
    }
    return metrics | _lexical(found, counted, quality, share)


def _rates(found: Basis, n: int, quality: str, share: float) -> dict[str, Metric]:
    spoken_s = max(found.floor_s - total(found.pauses), 1e-3)
    syllable_count = syllables(as_spoken(found.text, found.language)) - _filler_units(found)
    return {
        "speech_rate": metric(60 * n / (found.floor_s or 1.0), rate_unit(found.language), n, share, quality),
        "articulation_rate": metric(syllable_count / spoken_s, "syll/s", n, share, quality),
        "mean_length_of_run": metric(n / (len(found.pauses) + 1), _unit(found.language), n, share, quality),
    }


def _unit(language: str) -> str:
    return "char" if language == "zh" else "word"


def _lexical(found: Basis, n: int, quality: str, share: float) -> dict[str, Metric]:
    words = content_words(found.text, found.language)
    diversity = mattr(words)
    singular, plural = first_person(found.text, found.language)
    links = {name: len(found.of(marker_kind(name))) for name in MARKER_CLASSES}
    repeated, anew, numbers = (len(found.of(kind)) for kind in ("repetition", RESTART, "quantified_result"))
    marked = {event.text for event in found.of("structure")} - {UNSURE}
    per_100 = 100 / max(1, len(words))
    faithful = LOWER_BOUND if found.imported and quality == "ok" else quality
    diverse = quality if quality != "ok" or diversity is not None else TOO_LITTLE
    return {
        "repetition_density": metric(repeated * per_100, "1/100", n, share, faithful),
        "restart_density": metric(anew * per_100, "1/100", n, share, faithful),
        "lexical_diversity": metric(diversity, "ratio", len(words), share, diverse),
        "connective_density": metric(sum(links.values()) * per_100, "1/100", len(words), share, quality),
        **{
            f"{marker_kind(name)}s": metric(float(count), "count", len(words), share, quality)
            for name, count in links.items()
        },
        "quantified_results": metric(float(numbers), "count", n, share, quality),
        "star_coverage": metric(float(len(marked)), "count", n, share, quality),
        "first_person_singular": metric(float(singular), "count", n, share, quality),
        "first_person_plural": metric(float(plural), "count", n, share, quality),
        "word_probability": _word_probability(found, share),
    }


def _word_probability(found: Basis, share: float) -> Metric:
    """The mean over the words that were heard; withheld where some are imported, as nobody knows how sure those are."""
    mean = _mean_probability(found)
    quality = "ok" if mean is not None else IMPORTED if found.words else NO_TEXT
    return metric(mean, "0-1", len(found.words), share, quality)


def _mean_probability(found: Basis) -> float | None:
    """None where there is no word, or one of unknown probability."""
    sure = [word.probability for word in found.words if word.probability is not None]
    return float(np.mean(sure)) if sure and len(sure) == len(found.words) else None


def _text_quality(found: Basis, n: int) -> str:
    if not found.words:
        return NO_TEXT if found.speech_s >= MIN_SPEECH_S else TOO_LITTLE
    if found.speech_s < MIN_SPEECH_S or n < MIN_UNITS:
        return TOO_LITTLE
    mean = _mean_probability(found)
    return UNSURE_TEXT if mean is not None and mean < MIN_WORD_PROBABILITY else "ok"


def _text_coverage(found: Basis) -> float:
    return share_of(sum(word.end - word.start for word in found.words), found.speech_s)


def answer_metrics(answers: Sequence[Basis]) -> dict[str, Metric]:
    """Length of an answer, of several the median: seconds of the floor, and characters or words without fillers."""
    sizes = [_counted(answer) for answer in answers]
    n = len(answers)
    said = share_of(sum(bool(answer.words) for answer in answers), n)
    some = "ok" if n else TOO_LITTLE
    unit = _unit(answers[0].language if n else "en")
    return {
        "answer_length": metric(float(np.median([a.floor_s for a in answers])) if n else None, "s", n, 1.0, some),
        "answer_units": metric(float(np.median(sizes)) if n else None, unit, n, said, some if said else NO_TEXT),
    }


def short_answers_metric(answers: Sequence[Basis]) -> dict[str, Metric]:
    """How many answers are too short for any measure: less than 3 s of speech with less than 8 characters or words."""
    short = sum(answer.speech_s < MIN_SPEECH_S and _counted(answer) < MIN_UNITS for answer in answers)
    return {"short_answers": metric(float(short), "count", len(answers), 1.0, "ok" if answers else TOO_LITTLE)}


def _counted(found: Basis) -> int:
    """Characters or words as spoken, fillers left out."""
    return len(units(as_spoken(found.text, found.language))) - _filler_units(found)


def _filler_units(found: Basis) -> int:
    """Characters or words of the text that are fillers; those that were only heard are no part of it."""
    return sum(len(units(event.text)) for event in found.of("filler") if event not in found.unwritten)


def keyword_metric(spoken: SpokenEvents, terms: Sequence[Term], found: Basis) -> dict[str, Metric]:
    """Distinct terms that the candidate said / terms of the position; nothing without terms."""
    if not terms:
        return {}
    named = {term for term, time_s in spoken.terms if found.span.start <= time_s < found.span.end}
    quality = "ok" if found.words else NO_TEXT
    return {"keyword_rate": metric(len(named) / len(terms), "share", len(named), _text_coverage(found), quality)}
