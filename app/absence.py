"""What an analysis does not have, in words: for the review room and the report alike."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.document import Missing
from app import text


def absences(missing: Iterable[Missing], language: str) -> tuple[str, ...]:
    """One phrase for each reason, naming everything that is absent for it: "face, blinks (no face was seen)"."""
    groups: dict[str, dict[str, None]] = {}
    for each in missing:
        what = _named("what", each.what.partition(":")[0], language)
        groups.setdefault(each.why, {})[what] = None
    comma = text.tr_in(language, "report.list_comma")
    return tuple(
        text.tr_in(language, "report.missing_line", what=comma.join(names), why=reason(why, language))
        for why, names in groups.items()
    )


def reason(why: str, language: str) -> str:
    """Why something is absent."""
    return _named("why", why, language)


def _named(kind: str, code: str, language: str) -> str:
    """The words for a code of the analysis; the code itself where it was made by another build."""
    key = f"report.{kind}_{code}"
    return text.tr_in(language, key) if text.has(key) else code
