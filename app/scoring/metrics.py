"""What a metric is called and what it means. A metric is known where this build has a text for it, so a build without
visible expression does not know the metrics of that room."""

from __future__ import annotations

from collections.abc import Mapping

from app import text

COMPANY_SETTING = "company setting, no norm"
"""Source of a band for which no published norm exists; shown in the reader's language."""

NEVER_SCORED = (
    "response_latency", "floor_transfer", "pitch_level", "vocal_activation", "talk_ratio", "first_person_singular",
    "first_person_plural", "word_probability",
)  # fmt: skip
"""Shown, but no template may score them: network delay (in both gaps between speakers), voices compared between people,
vocal activation (a reader would take it for emotion), "I" against "we" (studies disagree), and the transcript's
certainty."""

_ROOMS = ("metric", "expression")


def _key(name: str, suffix: str = "") -> str | None:
    return next((key for room in _ROOMS if text.has(key := f"{room}.{name}{suffix}")), None)


def is_known(name: str) -> bool:
    """Whether this build knows the metric."""
    return _key(name, "_about") is not None


OF_THE_FACE = ("face_coverage", "eye_contact", "blink_rate")


def modality_of(name: str) -> str:
    """The modality ("speech", "face", "expression") that a metric stems from: profiles allow or forbid by modality."""
    if text.has(f"expression.{name}_about"):
        return "expression"
    return "face" if name in OF_THE_FACE else "speech"


def metric_title(name: str, language: str) -> str:
    """The metric's name for a reader; its code name where there is no text (an analysis made by another build)."""
    key = _key(name)
    return text.tr_in(language, key) if key else name


def metric_about(name: str, language: str) -> str:
    """What the metric means, in one sentence; "" where there is no text."""
    key = _key(name, "_about")
    return text.tr_in(language, key) if key else ""


def source_text(source: str, language: str) -> str:
    """The source of a band for a reader: a citation stays as it is, the company's own setting is said in words."""
    return text.tr_in(language, "assess.company_setting") if source == COMPANY_SETTING else source


UNIT_KEYS: Mapping[str, str] = {
    "char/min": "unit_char_per_min",
    "word/min": "unit_word_per_min",
    "syll/s": "unit_syll_per_s",
    "1/min": "unit_per_min",
    "share": "unit_share",
    "st": "unit_semitone",
    "s": "unit_second",
    "per_min": "unit_per_min",
    "char": "unit_char",
    "word": "unit_word",
    "z": "unit_z",
}


BARE = ("count", "ratio", "0-1", "1/100")
"""Units that the metric's own name says already."""


def value_text(value: float, unit: str, language: str) -> str:
    """A value with its unit as a person reads it: shares as per cent, rates without needless decimals."""
    if unit == "share":
        return text.percent(value)
    whole = abs(value) >= 100 or value == int(value)
    number = f"{value:.0f}" if whole else f"{value:.2f}" if unit in ("ratio", "0-1") else f"{value:.1f}"
    key = UNIT_KEYS.get(unit)
    word = text.tr_in(language, f"assess.{key}") if key else "" if unit in BARE else unit
    return f"{number} {word}".rstrip()
