"""What is found out about an analysed interview with the help of the library or of a language model.

An enrichment stands beside the document, never in it: it has its own provenance, and names the analysis and the last
correction that it was made from, so that one that has become outdated can be told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EnrichmentKind(StrEnum):
    """What an enrichment tells."""

    NOVELTY = "novelty"
    CLAIMS = "claims"
    OUTSIDE_TERMS = "outside_terms"
    OUTSIDE_SCORES = "outside_scores"
    OUTSIDE_EXPRESSION = "outside_expression"


@dataclass(frozen=True, slots=True)
class Basis:
    """What something was made from: the document's id, and the last correction that the document was derived with.

    `others` is the hex SHA-256 over the other interviews that took part, "" where none can.
    """

    analysis_id: str
    correction_id: str | None
    others: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """How it was made: `name` "sentence_similarity", "language_model" or "outside_service", the model with its version,
    and settings.

    `place` = where the model runs ("built_in", "server", "file", an outside service's host); `prompt` = version and
    SHA-256 of all that was asked.
    """

    name: str
    model: str
    version: str
    place: str
    prompt: str = ""
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewSentence:
    """A sentence of the candidate that resembles nothing in the other answers; times in s.

    `nearest` is the cosine (0..1) to the most similar sentence of anybody else: whose, and which, is not kept.
    """

    text: str
    start: float
    end: float
    nearest: float


class NoNovelty(StrEnum):
    """Why an answer was not compared."""

    TOO_FEW = "too_few"
    TOO_SHORT = "too_short"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class AnswerNovelty:
    """How much of one answer is new against other candidates' answers to the same question: an observation, no score.

    `exchange` is the index in `Analysis.exchanges`; `others` the number of other candidates who answered the question;
    `new` of `sentences` resemble nothing that they said; `typical` is the median of the same share 0..1 among them.
    `new` is None where it was not compared, and `why` says why.
    """

    exchange: int
    start: float
    others: int
    sentences: int
    new: int | None = None
    typical: float | None = None
    newest: tuple[NewSentence, ...] = ()
    why: NoNovelty | None = None


@dataclass(frozen=True, slots=True)
class Novelty:
    """The novelty of every answer; `least` = so many other answers it takes."""

    answers: tuple[AnswerNovelty, ...]
    least: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a language model claims about a dimension, with the candidate's words that it rests on.

    `quote` stands in the transcript as the candidate's words at [start, end] s of the answer of `exchange` (0-based):
    that was checked. Whether it proves the claim is for a person to say.
    """

    dimension_id: str
    claim: str
    quote: str
    exchange: int
    start: float
    end: float


class Dropped(StrEnum):
    """Why a claim of the model was not kept."""

    MALFORMED = "malformed"
    UNKNOWN_DIMENSION = "unknown_dimension"
    NOT_SAID = "not_said"
    OTHER_SPEAKER = "other_speaker"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    GRADES = "grades"
    REPEATED = "repeated"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims that were kept, and how many were dropped for which reason.

    `asked` = questions to the model (a long interview is asked in parts); `unreadable` = answers without any claim in
    the agreed form; `cut` = answers that ran out of room.
    """

    claims: tuple[Claim, ...]
    dropped: dict[Dropped, int]
    asked: int
    unreadable: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class OutsideTerm:
    """A term that an outside service found: it stands in the quote, and the quote in the answer of `exchange` (0-based)
    at [start, end] s: both were checked."""

    text: str
    quote: str
    exchange: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class OutsideTerms:
    """The terms that were kept, and how many were dropped for which reason; the counts as in `Claims`."""

    terms: tuple[OutsideTerm, ...]
    dropped: dict[Dropped, int]
    asked: int
    unreadable: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class OutsideScore:
    """What an outside service would give one answer in one dimension: 0..10, with its reason and the candidate's words.

    It is shown beside what people and this program say, and counts for nothing.
    """

    dimension_id: str
    exchange: int
    score: float
    reason: str
    quote: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class OutsideScores:
    """The scores that were kept, and how many were dropped for which reason; the counts as in `Claims`."""

    scores: tuple[OutsideScore, ...]
    dropped: dict[Dropped, int]
    asked: int
    unreadable: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class ExpressionSample:
    """What an outside service saw in one picture of the candidate at a time (s): shares 0..1 by its own names."""

    time_s: float
    exchange: int
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class OutsideExpression:
    """All that it saw, in time order; `unseen` = pictures in which it found no face."""

    samples: tuple[ExpressionSample, ...]
    unseen: int = 0


Body = Novelty | Claims | OutsideTerms | OutsideScores | OutsideExpression
KINDS: dict[EnrichmentKind, type[Body]] = {
    EnrichmentKind.NOVELTY: Novelty,
    EnrichmentKind.CLAIMS: Claims,
    EnrichmentKind.OUTSIDE_TERMS: OutsideTerms,
    EnrichmentKind.OUTSIDE_SCORES: OutsideScores,
    EnrichmentKind.OUTSIDE_EXPRESSION: OutsideExpression,
}
LOCAL = (EnrichmentKind.NOVELTY, EnrichmentKind.CLAIMS)
"""What is found out without anything leaving this computer."""


@dataclass(frozen=True, slots=True)
class Enrichment:
    """One enrichment as the library keeps it. `number` counts those of its kind: the newest one holds."""

    id: str
    interview_id: str
    kind: EnrichmentKind
    basis: Basis
    method: Method
    body: Body
    created: datetime
    assessor: str
    number: int


@dataclass(frozen=True, slots=True)
class Comparable:
    """Another candidate's analysed interview for the same position.

    `folder` (an absolute path) holds its current analysis; `consent` = the modalities that the candidate agreed to,
    None where nothing is recorded.
    """

    interview_id: str
    candidate_id: str
    basis: Basis
    folder: str
    consent: tuple[str, ...] | None
