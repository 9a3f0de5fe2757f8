"""The one document: `Analysis` (`analysis.json`) with its tracks (`tracks.npz`), and `Correction`.

Plain frozen types only, so that every room of the house may import this module. An Analysis is never edited: it is
addressed by media, settings and model hashes. What people change is a `Correction`; every view is both together.
All times are seconds from the earliest stream timestamp of the media. Missing is missing: NaN in a track, None in a
metric; never 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

SCHEMA_VERSION = 2
TRACK_RATE_HZ = 10.0
PEAK_RATE_HZ = 100.0
CLIP_LEVEL = 0.985
"""Samples from here on, of a full scale of 1, count as being at the limit."""
HOLD_S = 0.3
"""A sampled value holds for this long, then the track is NaN."""


class Role(StrEnum):
    """Who a speaker is in the interview."""

    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording, seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of the media file; fields that its kind does not have are None."""

    kind: str
    codec: str
    start: float = 0.0
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    sample_rate: int | None = None
    channels: int | None = None


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """The analysed file: its SHA-256 (hex), duration (s) and streams. `claimed_s` is the length that its header states,
    only where the file holds clearly less: it is cut short."""

    sha256: str
    duration: float
    streams: tuple[Stream, ...]
    claimed_s: float | None = None


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model that took part: its manifest id, role and the SHA-256 of its file."""

    id: str
    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Fallback:
    """A part that runs on something slower than what was asked for or could be had.

    `part` is "transcriber", "face" or "decoder"; `wanted` and `used` name devices ("cuda", "directml", "vaapi", "cpu"
    …); `why` is a code that `app.text` turns into a sentence.
    """

    part: str
    wanted: str
    used: str
    why: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers come from: models, settings, versions, device, and seconds spent per stage."""

    models: tuple[ModelUse, ...]
    settings: dict[str, str]
    versions: dict[str, str]
    device: str
    stages: dict[str, float]
    fallbacks: tuple[Fallback, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word (one or two characters in Chinese) with the recogniser's probability 0..1, None where none heard it: it
    stands in a transcript that was imported."""

    start: float
    end: float
    text: str
    probability: float | None

    def doubted(self, below: float) -> bool:
        """Whether the recogniser was less sure of it than that; of what none heard there is no telling."""
        return self.probability is not None and self.probability < below


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of one speaker's speech. `speaker` is a key of `Speakers.roles`; `language` is "zh" or "en"."""

    start: float
    end: float
    speaker: str
    language: str
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """The whole text in time order; `language` is the leading one."""

    language: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's turn."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Speakers:
    """Turns in time order, and each speaker's role. Speakers are named "S1", "S2" … in order of appearance.

    `suggested` = how many people it sounds like, where that is another number than was asked for. `names` has what
    people called a speaker, one line of text; only those that somebody named are in it.
    """

    turns: tuple[Turn, ...]
    roles: dict[str, Role]
    suggested: int | None = None
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """The interviewer's question of an exchange."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class QuestionMatch:
    """A question of the kit that an asked question resembles; `score` is a cosine 0..1 for ranking only.

    `marked` = the interviewer marked while it was asked that it is this one.
    """

    id: str
    text: str
    score: float
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Relevance:
    """A hint whether an answer is about its question, for a person to look at; weak evidence, never a score.

    `rank` is the place (1 = best) of the answer's own question among the `of` questions of this interview, by
    similarity of meaning; `off_topic` = the answer may be about something else.
    """

    rank: int
    of: int
    off_topic: bool


@dataclass(frozen=True, slots=True)
class Uptake:
    """Something that a question brought in and the answer took up: `text` as said in [start, end] of the answer."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Learning:
    """How an answer takes up what its follow-up question added: an observation with its evidence, never a score.

    `follows` is the index of the exchange that the question goes on from; `added` the content words that the question
    brought in and nobody had said before; `taken_up` where the answer says them; `latency_s` from the answer's start to
    the first of them, None without one; `elaboration` how many characters (zh) or words (en) the answer says in the
    sentences that take something up and in those directly after.
    """

    follows: int
    added: tuple[str, ...]
    taken_up: tuple[Uptake, ...]
    latency_s: float | None
    elaboration: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer. `latency_s` = answer's start - question's end, None where they overlap.

    `relevance` and `learning` are None where there is nothing to compare with.
    """

    question: Question
    answer: Span
    matched_question: QuestionMatch | None = None
    candidates: tuple[QuestionMatch, ...] = ()
    latency_s: float | None = None
    relevance: Relevance | None = None
    learning: Learning | None = None


@dataclass(frozen=True, slots=True)
class TrackInfo:
    """Describes one float32 array of `tracks.npz` (10 Hz, all of one length). `coverage` = share of non-NaN samples."""

    unit: str
    source: str
    source_rate_hz: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something at a time: `kind` is one of the kinds that this build's rooms register (see `analysis.features`).

    `text` says what was heard or seen ("嗯", "负载均衡 ← 复载均衡"); `confidence` 0..1, None where it has no meaning.
    """

    kind: str
    start: float
    end: float
    text: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One number with its basis.

    `value` None = not measurable here, `quality` then says why ("too_little_speech", "low_snr", "no_face" …), else "ok"
    or "lower_bound". `n` = items it rests on (words, pauses, samples …); `coverage` = share 0..1 of the span observed.
    """

    value: float | None
    unit: str
    n: int
    coverage: float
    quality: str = "ok"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics of the candidate: overall, and per exchange in the order of `Analysis.exchanges`."""

    overall: dict[str, Metric]
    answers: tuple[dict[str, Metric], ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """Quality of the recording. None = not measurable (no such stream)."""

    snr_db: float | None = None
    face_coverage: float | None = None
    mean_word_probability: float | None = None
    clipping_share: float | None = None
    lighting: float | None = None
    sharpness: float | None = None
    suppressed_segments: int | None = None
    """Stretches of text dropped as invented by the recogniser on silence, noise or music."""


@dataclass(frozen=True, slots=True)
class TermUse:
    """How often the candidate used a term, exactly and as something that sounds like it.

    `glossary` is the id of the domain glossary, "" for the position's own terms; `times` (s) has every use, in order.
    `heard` has what was written at each of the times, "" where it is the term itself.
    """

    term: str
    glossary: str
    exact: int
    fuzzy: int
    times: tuple[float, ...]
    heard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A likely mishearing, for a person to accept as a correction: `before` at [start, end] sounds like `after`.

    Nothing is replaced by itself. `similarity` 0..1 compares the sounds.
    """

    start: float
    end: float
    speaker: str
    before: str
    after: str
    similarity: float


TO_COME = "to_come"
"""Why a running analysis does not have a stage yet; no document that is kept says so."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that this analysis does not have: `what` (a stage, track or event kind) and a code `why`.

    Where a stage failed, `why` is the failure's code and `params` are what its sentence names.
    """

    what: str
    why: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The document. `id` is the hex SHA-256 over media hash, settings and model hashes.

    `correction` is the id of the newest correction that it includes, with all before; None where there was none.
    """

    id: str
    media: MediaInfo
    provenance: Provenance
    transcript: Transcript
    speakers: Speakers
    exchanges: tuple[Exchange, ...]
    tracks: dict[str, TrackInfo]
    events: tuple[Event, ...]
    metrics: Metrics
    quality: Quality
    missing: tuple[Missing, ...]
    terms: tuple[TermUse, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    correction: str | None = None
    schema_version: int = field(default=SCHEMA_VERSION)


class CorrectionKind(StrEnum):
    """What a person may correct."""

    WORD = "word"
    SPEAKER = "speaker"
    ROLE = "role"
    QUESTION = "question"
    NAME = "name"
    SPLIT = "split"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Correction:
    """One append-only correction, anchored to a time and the machine's text there.

    WORD: [start, end] with the machine's `before` becomes `after`. SPEAKER: speech in [start, end] belongs to speaker
    `after`. ROLE: speaker `before` has the role `after`. NAME: speaker `before` is called `after` ("" = no name any
    more). QUESTION: the exchange whose question starts at `start` matches the kit's question id `after` ("" = none).

    SPLIT: a new row begins with the word at `start`; `before` is the row's text, `after` both rows' with a line break
    between them. MERGE: the row that begins at `start` goes on the one above, which is the same speaker's; `before` and
    `after` are the other way round. `end` is where the second row ends.

    A ROLE and a NAME carry a time at which their speaker speaks, since a new analysis may number the voices anew: who
    speaks most in [start, end] is meant, whatever it is numbered now. Without a length, `before` alone says who.

    `reverts` names the correction that this one undoes; what that one did is then not done, and nothing else is: the
    `before` and `after` of such a correction are the undone one's the other way round, and only to be read.
    """

    id: str
    kind: CorrectionKind
    start: float
    end: float
    before: str
    after: str
    author: str
    created: str
    reverts: str | None = None
