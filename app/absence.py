"""What an analysis does not have, in words: for the review room, the library, the report and the command line alike."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

from analysis.document import Missing
from app import text

WITHHELD = "withheld"
"""A stretch (params `start`, `end`) for which the candidate had not agreed to it."""


def absences(missing: Iterable[Missing], language: str) -> tuple[str, ...]:
    """One phrase for each reason, naming everything that is absent for it: "face, blinks (no face was seen)".

    Where a stage failed, its failure says in its own sentence why, and what to do next.
    """
    groups: dict[tuple[str, ...], list[Missing]] = {}
    for each in missing:
        groups.setdefault((each.why, *each.params.values()), []).append(each)
    return tuple(_phrase(group, language) for group in groups.values())


def _phrase(group: list[Missing], language: str) -> str:
    key = "report.failed_line" if is_failure(group[0]) else "report.missing_line"
    return text.tr_in(language, key, what=named(group, language), why=reason(group[0], language))


def named(missing: Iterable[Missing], language: str) -> str:
    """What is absent, without the reasons: "transcript, face"."""
    names = dict.fromkeys(_coded("what", each.what.partition(":")[0], language) for each in missing)
    return text.tr_in(language, "report.list_comma").join(names)


def failed(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """What is absent because its stage failed: analysing again can bring it."""
    return tuple(each for each in missing if is_failure(each))


def is_failure(missing: Missing) -> bool:
    """Whether the reason is a failure of the stage, and not that there was nothing to see or hear."""
    return not text.has(f"report.why_{missing.why}") and text.has(f"failure.{missing.why}")


def reason(missing: Missing, language: str) -> str:
    """Why something is absent: in a few words, or in the sentence of the failure."""
    for stretch in withheld([missing]):
        return text.tr_in(language, "report.why_withheld", stretch=text.stretch(*stretch))
    if not is_failure(missing):
        return _coded("why", missing.why, language)
    key = f"failure.{missing.why}"
    wanted = {name for _, name, _, _ in Formatter().parse(text.tr_in(language, key)) if name}
    return text.tr_in(language, key, **missing.params) if wanted <= missing.params.keys() else missing.why


def withheld(missing: Iterable[Missing]) -> tuple[tuple[float, float], ...]:
    """The stretches (s) for which the candidate had not agreed to the analysis."""
    return tuple((float(each.params["start"]), float(each.params["end"])) for each in missing if each.why == WITHHELD)


def _coded(kind: str, code: str, language: str) -> str:
    """The words for a code of the analysis; the code itself where it was made by another build."""
    key = f"report.{kind}_{code}"
    return text.tr_in(language, key) if text.has(key) else code
