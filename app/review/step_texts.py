"""How steps are named: the text's key and its arguments, for what needs more than one word."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.document import Correction, CorrectionKind
from app import text
from app.domain.types import Conclusion
from app.review.history import Words

LONGEST = 24
"""So many characters of what a person wrote stand in the name of a step."""
_CONCLUSIONS = {
    Conclusion.HIRE: "review.hire", Conclusion.UNSURE: "review.unsure",
    Conclusion.NO_HIRE: "review.no_hire", Conclusion.CANNOT_TELL: "review.cannot_tell",
}  # fmt: skip
Named = tuple[str, dict[str, Words]]


def shortened(words: str) -> str:
    """The beginning of what a person wrote, on one line."""
    whole = " ".join(words.split())
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1].rstrip()}…"


def quoted(question: str) -> Words:
    """A question of the kit, by its beginning."""
    return lambda: text.tr("history.quoted", words=shortened(question))


def corrected(made: Sequence[Correction]) -> Named:
    """Corrections that were made together."""
    first, kinds = made[0], {each.kind for each in made}
    rows = kinds & {CorrectionKind.SPLIT, CorrectionKind.MERGE}
    if rows:
        return f"history.corrected_{rows.pop()}", {}
    if len(kinds) > 1 or (len(made) > 1 and first.kind is CorrectionKind.WORD):
        return "history.corrections", {"count": str(len(made))}
    if first.kind is CorrectionKind.WORD:
        key = "history.confirmed" if first.before == first.after else "history.word"
        return key, {"before": shortened(first.before), "after": shortened(first.after)}
    return f"history.corrected_{first.kind}", {}


def rated(name: Words, score: float | None) -> Named:
    """A rating, or its taking back."""
    if score is None:
        return "history.rating_taken_back", {"name": name}
    return "history.rating", {"name": name, "score": f"{score:g}"}


def concluded(conclusion: Conclusion | None) -> Named:
    """A recommendation, or none any more."""
    if conclusion is None:
        return "history.conclusion_taken_back", {}
    key = _CONCLUSIONS[conclusion]
    return "history.conclusion", {"what": lambda: text.tr(key)}


def commented(act: str, words: str, time_s: float | None) -> Named:
    """Something done ("added", "edited", "removed") to a comment; what has no words is a bookmark."""
    if words:
        return f"history.comment_{act}", {"words": shortened(words)}
    return f"history.bookmark_{act}", {"time": text.timecode(time_s or 0.0)}
