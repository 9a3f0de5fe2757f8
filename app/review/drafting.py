"""Strengths and what to improve, drafted as lines for a person to edit: a pure function of what that person may see.

A line rests on the interviewer's own words (reasons, comments, ratings of questions) or on evidence of a dimension that
is no longer veiled, and says when it was heard. Nothing is judged here: the person's own rating says on which side a
person's words stand, the template's bands say it of what was measured.

What stands in a field already is not drafted again. A line is told by what it is about, which is how it begins in any
language (dimension and metric, dimension or question and "rated", a comment's time or words): so also one whose value
has changed since, that was drafted in the other language, or whose end a person has put in other words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
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
_PARTS = re.compile(r"\s*-?\s*(\[[^\]]*\])?\s*(.*?)\s*")
"""A line's times and the rest of it."""
_CUT = "\N{NULL}"
Titled = Callable[[str], str]
"""The name of a dimension or a question, by language."""


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """A line in the language in use. `heads`: how it begins in any language, without its times. `comment`: its time and
    words, which tell it from others that begin so."""

    words: str
    heads: tuple[str, ...]
    comment: tuple[str, str] | None = None

    def likeness(self, written: str) -> tuple[bool, int]:
        """How surely a written line is this one: word for word, then by the length of what it begins with; 0 = not."""
        parts = _PARTS.fullmatch(written)
        assert parts is not None
        when, rest = parts[1] or "", parts[2]
        length = max((len(head) for head in self.heads if rest.startswith(head)), default=0)
        if length and self.comment is not None:
            its_time, its_words = self.comment
            length = length if (when and when == its_time) or rest.endswith(its_words) else 0
        return written.strip() == self.words, length


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines for both fields; empty where there is nothing to say."""

    strengths: tuple[DraftedLine, ...] = ()
    to_improve: tuple[DraftedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    good: bool
    drafted: DraftedLine


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
    titles: dict[str, Titled] = {d.id: d.title.in_ for d in template.dimensions}
    lines: list[_Line] = []
    for row in card.dimensions:
        lines += _of_dimension(row, titles[row.dimension_id], assessment, own, language)
    for rating in assessment.questions.values():
        lines += _of_question(rating, own, exchanges, language)
    return Draft(
        tuple(dict.fromkeys(line.drafted for line in lines if line.good)),
        tuple(dict.fromkeys(line.drafted for line in lines if not line.good)),
    )


def missing_lines(written: str, lines: Sequence[DraftedLine]) -> tuple[str, ...]:
    """The words of the lines that do not stand in a text yet. A written line is at most one of them."""
    there = set()
    for each in written.splitlines():
        alike = [(line.likeness(each), line) for line in lines]
        surest = max(alike, key=lambda pair: pair[0], default=None)
        if surest is not None and any(surest[0]):
            there.add(surest[1])
    return tuple(line.words for line in lines if line not in there)


def _of_dimension(
    row: DimensionScore, title: Titled, assessment: Assessment, own: Sequence[Comment], language: str
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
        yield from (_Line(side, line) for line in _measured(row.machine.evidence, title, side, language))


def _of_question(
    rating: QuestionRating, own: Sequence[Comment], exchanges: Sequence[Exchange], language: str
) -> Iterator[_Line]:
    """A rated question, and the comments made while it was asked and answered that speak of no dimension."""
    if rating.score is None:
        return

    def title(_language: str) -> str:
        return rating.question

    asked = [each for each in exchanges if each.matched_question and each.matched_question.text == rating.question]
    good = rating.score >= MIDDLE
    if rating.comment.strip() or rating.score >= GOOD or rating.score <= WEAK:
        times = [each.answer.start for each in asked]
        yield _Line(good, _rated(title, rating.score, rating.comment, times, language))
    spans = [(each.question.start, max(each.question.end, each.answer.end)) for each in asked]
    for comment in own:
        time_s = comment.time_s
        if comment.dimension_id is None and time_s is not None and any(a <= time_s <= b for a, b in spans):
            yield _Line(good, _said(title, comment, language))


def _measured(evidence: Sequence[Evidence], title: Titled, good: bool, language: str) -> list[DraftedLine]:
    """One line a metric, the heaviest first: its clearest value, and when."""
    groups: dict[str, list[Evidence]] = {}
    for item in evidence:
        if (item.points >= GOOD) if good else (item.points <= WEAK):
            groups.setdefault(item.metric, []).append(item)
    heaviest = sorted(groups.values(), key=lambda items: -sum(item.weight for item in items))
    return [_measured_line(items, title, good, language) for items in heaviest[:MOST_LINES]]


def _measured_line(items: Sequence[Evidence], title: Titled, good: bool, language: str) -> DraftedLine:
    clearest = min(items, key=lambda item: (-item.points if good else item.points, item.start))
    first = [clearest, *(item for item in items if item is not clearest)][:MOST_TIMES]
    times = sorted(item.moments[0] if item.moments else item.start for item in first)

    def said(spoken: str, when: str, value: str) -> str:
        metric, points = metric_title(clearest.metric, spoken), score_text(clearest.points)
        told = {"when": when, "title": title(spoken), "metric": metric, "value": value, "points": points}
        return text.tr_in(spoken, "review.draft_measured", **told)

    words = said(language, _when(times), value_text(clearest.value, clearest.unit, language))
    return DraftedLine(words, _heads(lambda spoken: said(spoken, "", _CUT)))


def _rated(title: Titled, score: float, words: str, times: Sequence[float], language: str) -> DraftedLine:
    key = "review.draft_rated" if words.strip() else "review.draft_score"

    def said(spoken: str, when: str, points: str) -> str:
        return text.tr_in(spoken, key, when=when, title=title(spoken), score=points, words=_one_line(words))

    whole = said(language, _when(times[:MOST_TIMES]), f"{score:g}")
    return DraftedLine(whole, _heads(lambda spoken: said(spoken, "", _CUT)))


def _said(title: Titled, comment: Comment, language: str) -> DraftedLine:
    when = "" if comment.time_s is None else f"[{stretch(comment.time_s, comment.end_s)}]"
    words = _one_line(comment.text)

    def said(spoken: str, when: str, words: str) -> str:
        return text.tr_in(spoken, "review.draft_said", when=when, title=title(spoken), words=words)

    whole = said(language, when and f"{when} ", words)
    return DraftedLine(whole, _heads(lambda spoken: said(spoken, "", _CUT)), (when, words))


def _heads(said: Callable[[str], str]) -> tuple[str, ...]:
    """How a line begins in each language, up to what may change in it, without the dash before it."""
    return tuple(said(spoken).partition(_CUT)[0].removeprefix("- ") for spoken in text.LANGUAGES)


def _when(times: Sequence[float]) -> str:
    return f"[{', '.join(map(timecode, times))}] " if times else ""


def _one_line(words: str) -> str:
    return " ".join(words.split())
