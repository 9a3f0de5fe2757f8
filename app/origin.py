"""Where the numbers of an analysis come from, in words: for the review room and the report alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.document import Analysis, Fallback, Quality
from app import text

LEAST_SNR_DB = 20.0
"""Below it the engine withholds what noise would falsify (`analysis.derive.measures.MIN_SNR_DB`)."""
HASH = 12
"""Characters of a hash that tell two models apart at a glance; the whole one stands in the document."""

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its rows of a name and what it is."""

    title: str
    rows: tuple[Row, ...]


def origin(analysis: Analysis, language: str) -> tuple[Section, ...]:
    """Everything that the numbers rest on, in sections; a section without a row is left out."""
    found, unit = analysis.provenance, text.tr_in(language, "assess.unit_second")
    sections = (
        ("quality", _quality_rows(analysis.quality, language)),
        ("fallbacks", tuple((_part(each.part, language), fallback_text(each, language)) for each in found.fallbacks)),
        ("analysis_id", _identity(analysis, language)),
        ("models", tuple((_coded("model", m.role, language), f"{m.id} · {m.sha256[:HASH]}") for m in found.models)),
        ("stages", tuple((_stage(name, language), f"{spent:.1f} {unit}") for name, spent in found.stages.items())),
        (
            "settings",
            tuple((_coded("setting", k, language), _chosen(k, v, language)) for k, v in found.settings.items()),
        ),
        ("versions", tuple(found.versions.items())),
    )
    return tuple(Section(text.tr_in(language, f"report.{key}"), rows) for key, rows in sections if rows)


def _identity(analysis: Analysis, language: str) -> tuple[Row, ...]:
    def row(key: str, value: str) -> Row:
        return text.tr_in(language, f"report.{key}"), value

    return (
        row("document", analysis.id[: 2 * HASH]),
        row("media_hash", analysis.media.sha256[: 2 * HASH]),
        row("device", _coded("device", analysis.provenance.device, language)),
    )


def fallback_text(fallback: Fallback, language: str) -> str:
    """What a part runs on in place of what was wanted, and why."""
    return text.tr_in(
        language,
        "report.fallback_line",
        wanted=_coded("device", fallback.wanted, language),
        used=_coded("device", fallback.used, language),
        why=_coded("fallback", fallback.why, language),
    )


def fallback_lines(analysis: Analysis, language: str) -> tuple[str, ...]:
    """Each fallback in one line, with the part that it is about."""
    colon = text.tr_in(language, "report.colon")
    return tuple(
        f"{_part(each.part, language)}{colon}{fallback_text(each, language)}" for each in analysis.provenance.fallbacks
    )


def imported_from(analysis: Analysis) -> str:
    """What the file is called that the words of an analysis come from, "" where the machine heard them."""
    return analysis.provenance.settings.get("transcript", "").rpartition(" (")[0]


def recognised_by(analysis: Analysis) -> str:
    """What the outside service is called that recognised the words, "" where none did."""
    return analysis.provenance.settings.get("recogniser", "")


def _whose_words(settings: Mapping[str, str], name: str, language: str) -> str:
    if not (service := settings.get("recogniser")):
        return text.tr_in(language, "report.imported_from", name=name)
    at = settings.get("recogniser_at", "").replace("T", " ").removesuffix("+00:00")
    host = settings.get("recogniser_host", "?")
    return text.tr_in(language, "report.recognised_by", name=service, host=host, at=f"{at} UTC")


def not_outside(analysis: Analysis, language: str) -> str:
    """Why this computer heard the words where an outside service was to; "" where none was."""
    for each in analysis.provenance.fallbacks:
        if (each.part, each.used) == ("transcriber", "here"):
            why = _coded("fallback", each.why, language)
            return text.tr_in(language, "report.heard_here", wanted=each.wanted, why=why)
    return ""


def imported_line(analysis: Analysis, language: str) -> str:
    """Where the words come from and how well they fit, in a sentence; "" where the machine heard them."""
    name, settings = imported_from(analysis), analysis.provenance.settings
    if not name:
        return ""
    said = [_whose_words(settings, name, language)]
    if recognised_by(analysis):
        return said[0]
    if share := settings.get("transcript_aligned"):
        said.append(text.tr_in(language, "report.imported_aligned", share=share))
    if count := settings.get("transcript_left_out"):
        said.append(text.tr_in(language, "report.imported_left_out", count=count))
    return ("" if language == "zh" else " ").join(said)


def quality_lines(quality: Quality, language: str) -> tuple[str, ...]:
    """The quality of the recording, one fact each."""
    return tuple(f"{name} {value}" for name, value in _quality_rows(quality, language))


def _quality_rows(quality: Quality, language: str) -> tuple[Row, ...]:
    """What was measured of the recording, with what it means; what was not measurable is left out."""

    def say(key: str, **params: object) -> str:
        return text.tr_in(language, f"report.{key}", **params)

    rows: list[Row] = []
    if quality.snr_db is not None:
        key = "snr_clear" if quality.snr_db >= LEAST_SNR_DB else "snr_noisy"
        rows.append((say("quality_snr"), say(key, value=f"{quality.snr_db:.0f}")))
    if quality.clipping_share is not None:
        clipped = say("clipping_some", share=f"{quality.clipping_share * 100:.2g} %")
        rows.append((say("quality_clipping"), clipped if quality.clipping_share > 0 else say("clipping_none")))
    if quality.mean_word_probability is not None:
        value = f"{quality.mean_word_probability:.2f}"
        rows.append((say("quality_words"), say("words_scale", value=value)))
    if quality.suppressed_segments is not None:
        rows.append((say("quality_suppressed"), say("suppressed_count", count=quality.suppressed_segments)))
    if quality.face_coverage is not None:
        rows.append((say("quality_face"), text.percent(quality.face_coverage)))
    if quality.lighting is not None:
        rows.append((say("quality_lighting"), say("lighting_scale", value=f"{quality.lighting:.2f}")))
    if quality.sharpness is not None:
        rows.append((say("quality_sharpness"), say("sharpness_scale", value=f"{quality.sharpness:.0f}")))
    return tuple(rows)


def _chosen(setting: str, value: str, language: str) -> str:
    """A setting's value; the names of modalities and languages, and yes and no, in words."""
    if setting == "modalities":
        keys = [(name, f"policy.modality_{name}") for name in value.split(",")]
        names = (text.tr_in(language, key) if text.has(key) else name for name, key in keys)
        return text.tr_in(language, "report.list_comma").join(names)
    return _coded("value", value, language) if value else "–"


def _part(code: str, language: str) -> str:
    return _coded("part", code, language)


def _stage(name: str, language: str) -> str:
    key = f"jobs.stage_{name}"
    return text.tr_in(language, key) if text.has(key) else _coded("stage", name, language)


def _coded(kind: str, code: str, language: str) -> str:
    """The words for a code of the analysis; the code itself where it was made by another build."""
    key = f"report.{kind}_{code}"
    return text.tr_in(language, key) if text.has(key) else code
