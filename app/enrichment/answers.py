"""The candidate's answers, as words and as sentences with their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from analysis.document import Exchange, Role, Span, Speakers, Transcript, Word
from analysis.export import DocumentDamaged, DocumentMissing
from analysis.language.passage import Passage, passage_of
from analysis.language.script import HAN, folded, leading_language, units

LEAST_HAN, LEAST_WORDS = 8, 6
"""Sentences of fewer Han characters, or other words, say nothing that could be new ("好的。谢谢您。", "Thank you for
inviting me."); where both are mixed their shares add up."""
MOST_WEIGHT = 120
"""Longer ones (see `weight`) are cut at their clauses: a recogniser that set no full stop must not make one sentence of
an answer."""


DOCUMENT = "analysis.json"


class Document(msgspec.Struct, frozen=True):
    """The parts of an analysis that are read here; its tracks and metrics stay on the disk."""

    id: str
    transcript: Transcript
    speakers: Speakers
    exchanges: tuple[Exchange, ...]
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a long one's part, with its times (s)."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one exchange (0-based) with its question, both as they are compared.

    `kit` is the folded text of the kit's question that was asked, "" where it was none of the kit: ids of the kit move
    when somebody inserts a question. `follows` = the question goes on from what this candidate had said.
    """

    exchange: int
    start: float
    question: str
    kit: str
    follows: bool
    language: str
    sentences: tuple[Sentence, ...]


def read_document(folder: Path) -> Document:
    """These parts of the analysis in a folder. Raises DocumentInvalid."""
    try:
        return msgspec.json.decode((folder / DOCUMENT).read_bytes(), type=Document)
    except OSError as missing:
        raise DocumentMissing(folder=str(folder)) from missing
    except (msgspec.MsgspecError, UnicodeDecodeError) as damaged:
        raise DocumentDamaged(folder=str(folder), file=DOCUMENT) from damaged


def answers(document: Document) -> tuple[Answer, ...]:
    """All answers in time order; one without a sentence long enough has none."""
    return tuple(_answer(document, place, exchange) for place, exchange in enumerate(document.exchanges))


def _answer(document: Document, place: int, exchange: Exchange) -> Answer:
    words = candidate_words(document.transcript, document.speakers, exchange.answer)
    language = leading_language([word.text for word in words])
    matched = exchange.matched_question
    return Answer(
        place, exchange.answer.start, exchange.question.text, folded(matched.text) if matched else "",
        exchange.learning is not None, language, tuple(_sentences(passage_of(words, language))),
    )  # fmt: skip


def candidate_words(transcript: Transcript, speakers: Speakers, span: Span) -> tuple[Word, ...]:
    """What candidates say within a span, word by word; a word belongs where its middle is."""
    said = (
        word
        for segment in transcript.segments
        if speakers.roles.get(segment.speaker) is Role.CANDIDATE
        for word in segment.words
    )
    return tuple(word for word in said if span.start <= (word.start + word.end) / 2 <= span.end)


def _sentences(passage: Passage) -> Sequence[Sentence]:
    places = [piece for sentence in passage.sentences() for piece in _cut(passage, *sentence)]
    found = []
    for begin, end in places:
        text = passage.text[begin:end].strip()
        if says_something(text):
            span = passage.span(begin, end)
            found.append(Sentence(text, span.start, span.end))
    return found


def _cut(passage: Passage, begin: int, end: int) -> list[tuple[int, int]]:
    """A sentence as it is, or in pieces of bearable length that end where clauses do."""
    if weight(passage.text[begin:end]) <= MOST_WEIGHT:
        return [(begin, end)]
    pieces = [(begin, begin)]
    for left, right in passage.clauses():
        if not begin <= left < end:
            continue
        first, _ = pieces[-1]
        whole = weight(passage.text[first : min(right, end)]) <= MOST_WEIGHT
        pieces[-1:] = [(first, min(right, end))] if whole else [pieces[-1], (left, min(right, end))]
    return [(left, right) for left, right in pieces if right > left]


def says_something(text: str) -> bool:
    """Whether a sentence is long enough to be compared."""
    found = [HAN.match(unit.text) is not None for unit in units(text)]
    return sum(found) / LEAST_HAN + found.count(False) / LEAST_WORDS >= 1


def weight(text: str) -> int:
    """How long a text is: 1 for a Han character, 2 for any other word, as in `script.leading_language`."""
    return sum(1 if HAN.match(unit.text) else 2 for unit in units(text))
