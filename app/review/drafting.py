"""Strengths and what to improve, drafted as lines for a person to edit: a pure function of what that person may see.

A line rests on the interviewer's own words (reasons, comments, ratings of questions) or on evidence of a dimension that
is no longer veiled, and says when it was heard. Nothing is judged here: the person's own rating says on which side a
person's words stand, the template's bands say it of what was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.document import Exchange
from app import text
from app.domain.scores import DimensionScore, Evidence, Scorecard
from app.domain.template import Template
from app.domain.types import Assessment, Comment, QuestionRating
from app.scoring.metrics import metric_title, value_text
from app.scoring.wording import score_text
from app.text import stretch, timecode

GOOD, WEAK = 7.0, 4.0
"""Points of a band, or a rating, from which on something is named as a strength, and up to which as a weakness."""
MIDDLE = 6.0
"""A person's own words are never left out: from this rating on they stand among the strengths, below it not."""
MOST_LINES, MOST_TIMES = 3, 3
"""Measured lines for a dimension on each side, and times in a line."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines for both fields; empty where there is nothing to say."""

    strengths: tuple[str, ...] = ()
    to_improve: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    good: bool
    words: str


def draft(
    card: Scorecard,
    template: Template,
    assessment: Assessment,
    comments: Sequence[Comment],
    exchanges: Sequence[Exchange],
    language: str,
) -> Draft:
    """What can be drafted now. `card` has the veil applied; comments of other people are left out."""
    own = [each for each in comments if each.author == assessment.assessor and each.text.strip()]
    titles = {d.id: d.title.in_(language) for d in template.dimensions}
    lines: list[_Line] = []
    for row in card.dimensions:
        lines += _of_dimension(row, titles[row.dimension_id], assessment, own, language)
    for rating in assessment.questions.values():
        lines += _of_question(rating, own, exchanges, language)
    return Draft(
        tuple(dict.fromkeys(line.words for line in lines if line.good)),
        tuple(dict.fromkeys(line.words for line in lines if not line.good)),
    )


def missing_lines(written: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines that do not stand in a text yet."""
    there = {line.strip() for line in written.splitlines()}
    return tuple(line for line in lines if line not in there)


def _of_dimension(
    row: DimensionScore, title: str, assessment: Assessment, own: Sequence[Comment], language: str
) -> Iterator[_Line]:
    rating = assessment.ratings.get(row.dimension_id)
    if rating is not None and rating.score is not None:
        good = rating.score >= MIDDLE
        if rating.comment.strip():
            yield _Line(good, _rated(title, rating.score, rating.comment, (), language))
        for comment in own:
            if comment.dimension_id == row.dimension_id:
                yield _Line(good, _said(title, comment, language))
    for side in (True, False):
        yield from (_Line(side, words) for words in _measured(row.machine.evidence, title, side, language))


def _of_question(
    rating: QuestionRating, own: Sequence[Comment], exchanges: Sequence[Exchange], language: str
) -> Iterator[_Line]:
    """A rated question, and the comments made while it was asked and answered that speak of no dimension."""
    if rating.score is None:
        return
    asked = [each for each in exchanges if each.matched_question and each.matched_question.text == rating.question]
    good = rating.score >= MIDDLE
    if rating.comment.strip() or rating.score >= GOOD or rating.score <= WEAK:
        times = [each.answer.start for each in asked]
        yield _Line(good, _rated(rating.question, rating.score, rating.comment, times, language))
    spans = [(each.question.start, max(each.question.end, each.answer.end)) for each in asked]
    for comment in own:
        time_s = comment.time_s
        if comment.dimension_id is None and time_s is not None and any(a <= time_s <= b for a, b in spans):
            yield _Line(good, _said(rating.question, comment, language))


def _measured(evidence: Sequence[Evidence], title: str, good: bool, language: str) -> list[str]:
    """One line a metric, the heaviest first: its clearest value, and when."""
    groups: dict[str, list[Evidence]] = {}
    for item in evidence:
        if (item.points >= GOOD) if good else (item.points <= WEAK):
            groups.setdefault(item.metric, []).append(item)
    heaviest = sorted(groups.values(), key=lambda items: -sum(item.weight for item in items))
    return [_measured_line(items, title, good, language) for items in heaviest[:MOST_LINES]]


def _measured_line(items: Sequence[Evidence], title: str, good: bool, language: str) -> str:
    clearest = min(items, key=lambda item: (-item.points if good else item.points, item.start))
    first = [clearest, *(item for item in items if item is not clearest)][:MOST_TIMES]
    times = sorted(item.moments[0] if item.moments else item.start for item in first)
    return text.tr_in(
        language,
        "review.draft_measured",
        when=_when(times),
        title=title,
        metric=metric_title(clearest.metric, language),
        value=value_text(clearest.value, clearest.unit, language),
        points=score_text(clearest.points),
    )


def _rated(title: str, score: float, words: str, times: Sequence[float], language: str) -> str:
    key = "review.draft_rated" if words.strip() else "review.draft_score"
    told = {"when": _when(times[:MOST_TIMES]), "title": title, "score": f"{score:g}", "words": _one_line(words)}
    return text.tr_in(language, key, **told)


def _said(title: str, comment: Comment, language: str) -> str:
    when = "" if comment.time_s is None else f"[{stretch(comment.time_s, comment.end_s)}] "
    return text.tr_in(language, "review.draft_said", when=when, title=title, words=_one_line(comment.text))


def _when(times: Sequence[float]) -> str:
    return f"[{', '.join(map(timecode, times))}] " if times else ""


def _one_line(words: str) -> str:
    return " ".join(words.split())
