"""What one analysed interview gets right and wrong, counted against its truth; several of them make pooled figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.document import Analysis, Event, Exchange, Role, Span
from analysis.language.script import folded, units
from tests.accuracy import diarization
from tests.accuracy.analyses import Analysed, written
from tests.accuracy.corpus import Interview
from tests.accuracy.diarization import Diarized
from tests.accuracy.figures import Figure, Subject
from tests.accuracy.timing import NEAR_S, PAIRED_S, anything, overlap, pairs
from tests.accuracy.words import Counts, errors_by_part

PAUSE_WITHIN_S, TERM_WITHIN_S = 0.3, 0.5
QUESTION_END_S = 1.0


@dataclass(frozen=True)
class Events:
    """Events of a kind: `hits` of `found` shown and `there` true ones, and the errors in time of those that pair up.

    `offsets`: (start, end) shown minus true, seconds; `within` = true ones that are shown close enough.
    """

    hits: int
    found: int
    there: int
    offsets: tuple[tuple[float, float], ...]
    within: int


@dataclass(frozen=True, slots=True)
class Rate:
    """The speech rate of an answer, characters or words a minute."""

    question: str
    true: float
    shown: float

    @property
    def deviation(self) -> float:
        """Relative: 0.1 = a tenth too fast."""
        return self.shown / self.true - 1


@dataclass(frozen=True)
class Findings:
    """One interview. `errors` and `units` are per turn, `plain_errors` the same without the position's terms;
    `right_s` and `spoken_s` per stretch of speech; None where the analysis has no such thing."""

    language: str
    errors: Counts
    units: Counts
    plain_errors: Counts | None
    diarized: Diarized
    right_s: tuple[float, ...]
    spoken_s: tuple[float, ...]
    suggested_right: bool
    pauses: Events
    fillers: Events
    terms: Events
    asked: int
    exchanges: tuple[tuple[str, Exchange, int], ...]
    latency_errors: tuple[float, ...]
    rates: tuple[Rate, ...]
    matches: tuple[tuple[bool, bool], ...]
    off_topic: tuple[tuple[bool, bool], ...]
    corrections: tuple[bool, ...]


def findings(analysed: Analysed, plain_text: str | None) -> Findings:
    """Count."""
    interview, analysis, truth = analysed.interview, analysed.analysis, analysed.interview.truth
    turns = [turn["text"] for turn in truth["turns"]]
    errors, counts = errors_by_part(turns, written(analysis), interview.language)
    plain = None if plain_text is None else errors_by_part(turns, plain_text, interview.language)[0]
    right, spoken = _roles(analysis, truth)
    known = _exchanges(interview, analysis)
    return Findings(
        language=interview.language,
        errors=errors,
        units=counts,
        plain_errors=plain,
        diarized=_diarized(analysis, truth),
        right_s=right,
        spoken_s=spoken,
        suggested_right=analysed.suggested == len({span["speaker"] for span in truth["speech"]}),
        pauses=_pauses(analysis, truth),
        fillers=_fillers(analysis, truth),
        terms=_terms(analysis, truth),
        asked=len(interview.questions),
        exchanges=known,
        latency_errors=_latencies(truth, known),
        rates=_rates(interview, analysis, known),
        matches=_matches(interview, known),
        off_topic=_off_topic(truth, known),
        corrections=_corrections(analysis, truth),
    )


def of_kind(analysis: Analysis, kind: str) -> list[Event]:
    """The events of one kind."""
    return [event for event in analysis.events if event.kind == kind]


def _diarized(analysis: Analysis, truth: dict[str, Any]) -> Diarized:
    reference = [(span["start"], span["end"], span["speaker"]) for span in truth["speech"]]
    found = [(turn.start, turn.end, turn.speaker) for turn in analysis.speakers.turns]
    return diarization.compare(reference, found, truth["duration_s"])


def _roles(analysis: Analysis, truth: dict[str, Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds of each stretch of true speech that are given to the right role, and its seconds."""
    right, spoken = [], []
    for part in truth["speech"]:
        span = Span(part["start"], part["end"])
        own = [Span(t.start, t.end) for t in analysis.speakers.turns
               if analysis.speakers.roles.get(t.speaker) == Role(part["speaker"])]  # fmt: skip
        spoken.append(span.end - span.start)
        right.append(min(spoken[-1], sum(overlap(span, turn) for turn in own)))
    return tuple(right), tuple(spoken)


def _pauses(analysis: Analysis, truth: dict[str, Any]) -> Events:
    """Inserted silences inside answers. Natural pauses are not listed, so there is no precision."""
    silences = [s for s in truth.get("inserted_silences", []) if s["kind"] == "within_answer"]
    wanted = [Span(silence["start"], silence["end"]) for silence in silences]
    shown = of_kind(analysis, "pause")
    found = pairs(shown, wanted, anything, 0.0)
    offsets = _offsets(found, wanted)
    within = sum(max(abs(start), abs(end)) <= PAUSE_WITHIN_S for start, end in offsets)
    return Events(len(found), len(shown), len(wanted), offsets, within)


def _fillers(analysis: Analysis, truth: dict[str, Any]) -> Events:
    """Fillers by time alone: what is found by sound has no text."""
    wanted = [Span(f["time"], f["end"]) for f in truth.get("fillers", [])]
    shown = of_kind(analysis, "filler")
    found = pairs(shown, wanted, anything, NEAR_S)
    return Events(len(found), len(shown), len(wanted), _offsets(found, wanted), len(found))


def _terms(analysis: Analysis, truth: dict[str, Any]) -> Events:
    """The candidate's terms of the position; an event is right where the same term was said within half a second."""
    wanted_words = tuple(folded(word) for word in truth.get("keywords", []))
    own = [term for term in truth.get("terms", []) if term["speaker"] == "candidate"]
    spoken = [term for term in own if folded(term["term"]).startswith(wanted_words)]
    wanted = [Span(term["time"], term["end"]) for term in spoken]
    shown = of_kind(analysis, "term")

    def same(event: Event, number: int) -> bool:
        term, said = folded(event.text.split(" ← ")[0]), folded(spoken[number]["term"])
        return said.startswith(term)  # "stakeholders" is the term "stakeholder"

    hits = len(pairs(shown, wanted, same, NEAR_S))
    offsets = _offsets(pairs(shown, wanted, same, PAIRED_S), wanted)
    return Events(hits, len(shown), len(wanted), offsets, sum(abs(start) <= TERM_WITHIN_S for start, _ in offsets))


def _offsets(found: Sequence[tuple[Event, int]], wanted: Sequence[Span]) -> tuple[tuple[float, float], ...]:
    return tuple((event.start - wanted[n].start, event.end - wanted[n].end) for event, n in found)


def _exchanges(interview: Interview, analysis: Analysis) -> tuple[tuple[str, Exchange, int], ...]:
    """(question id, exchange, its place) of the true questions whose end an exchange meets within a second."""
    found = []
    for question in interview.questions:
        turn = interview.turn(question, "interviewer")
        if turn is None or not analysis.exchanges:
            continue
        ends = [abs(exchange.question.end - turn["end"]) for exchange in analysis.exchanges]
        place = int(np.argmin(ends))
        if ends[place] < QUESTION_END_S:
            found.append((question, analysis.exchanges[place], place))
    return tuple(found)


def _latencies(truth: dict[str, Any], known: Iterable[tuple[str, Exchange, int]]) -> tuple[float, ...]:
    wanted = {item["question_id"]: item["latency"] for item in truth.get("response_latencies", [])}
    return tuple(
        abs(exchange.latency_s - wanted[question])
        for question, exchange, _ in known
        if exchange.latency_s is not None and question in wanted
    )


def _rates(interview: Interview, analysis: Analysis, known: Iterable[tuple[str, Exchange, int]]) -> tuple[Rate, ...]:
    """Of each answer that has one; fillers do not count as words."""
    found = []
    for question, _, place in known:
        metric = analysis.metrics.answers[place].get("speech_rate")
        turn = interview.turn(question, "candidate")
        if metric is None or metric.value is None or turn is None:
            continue
        fillers = [f["text"] for f in interview.truth.get("fillers", []) if f.get("question_id") == question]
        said = len(units(turn["text"])) - sum(len(units(filler)) for filler in fillers)
        found.append(Rate(question, 60 * said / (turn["end"] - turn["start"]), metric.value))
    return tuple(found)


def _matches(interview: Interview, known: Iterable[tuple[str, Exchange, int]]) -> tuple[tuple[bool, bool], ...]:
    """(taken for the right question of the kit, the right one is among the offered) of each known exchange."""
    found = []
    for question, exchange, _ in known:
        text, taken = interview.questions[question], exchange.matched_question
        offered = text in [match.text for match in exchange.candidates]
        found.append((taken is not None and taken.text == text, offered))
    return tuple(found)


def _off_topic(truth: dict[str, Any], known: Iterable[tuple[str, Exchange, int]]) -> tuple[tuple[bool, bool], ...]:
    """(hinted at, true) of each answer that has a hint at all."""
    return tuple(
        (exchange.relevance.off_topic, question in truth.get("off_topic", []))
        for question, exchange, _ in known
        if exchange.relevance is not None
    )


def _corrections(analysis: Analysis, truth: dict[str, Any]) -> tuple[bool, ...]:
    """Whether the suggested words stand in what was truly said at that time."""
    found = []
    for suggestion in analysis.suggestions:
        said = [t["text"] for t in truth["turns"] if t["start"] < suggestion.end and suggestion.start < t["end"]]
        found.append(any(folded(suggestion.after) in folded(text) for text in said))
    return tuple(found)


def figures(subject: Subject, all_found: Sequence[Findings]) -> list[Figure]:
    """The figures of one interview, or pooled over several of one language."""
    return [
        *_word_figures(subject, all_found),
        *_speaker_figures(subject, all_found),
        *_pause_figures(subject, [each.pauses for each in all_found]),
        *_word_event_figures(subject, all_found),
        *_exchange_figures(subject, all_found),
    ]


def _word_figures(subject: Subject, all_found: Sequence[Findings]) -> list[Figure]:
    name = "cer" if all_found[0].language == "zh" else "wer"
    items = "characters" if name == "cer" else "words"
    units_said = np.concatenate([each.units for each in all_found])
    n = int(units_said.sum())
    errors = np.concatenate([each.errors for each in all_found])
    made = subject.ratio(name, errors, units_said, items, n=n, over="turns")
    plain = [each.plain_errors for each in all_found if each.plain_errors is not None]
    if len(plain) == len(all_found):
        made += subject.ratio(f"{name}_no_terms", np.concatenate(plain), units_said, items, n=n, over="turns")
    return made


def _speaker_figures(subject: Subject, all_found: Sequence[Findings]) -> list[Figure]:
    right = [seconds for each in all_found for seconds in each.right_s]
    spoken = [seconds for each in all_found for seconds in each.spoken_s]
    guesses = [each.suggested_right for each in all_found]
    return [
        *diarization.figures(subject, [each.diarized for each in all_found]),
        *subject.ratio("role_share", right, spoken, "stretches of speech", n=len(spoken), over="stretches"),
        *subject.share("speakers_suggested", sum(guesses), len(guesses), "recordings"),
    ]


def _pause_figures(subject: Subject, all_found: Sequence[Events]) -> list[Figure]:
    items, there = "inserted silences", sum(each.there for each in all_found)
    offsets = [pair for each in all_found for pair in each.offsets]
    return [
        *subject.share("pause_recall", sum(each.hits for each in all_found), there, items),
        *subject.share("pause_within_share", sum(each.within for each in all_found), there, items),
        *subject.mean("pause_error_s", [abs(end - start) for start, end in offsets], items),
        *subject.mean("pause_start_error_s", [abs(start) for start, _ in offsets], items),
        *subject.mean("pause_end_error_s", [abs(end) for _, end in offsets], items),
        *subject.worst("pause_worst_s", [max(abs(start), abs(end)) for start, end in offsets], items),
    ]


def _word_event_figures(subject: Subject, all_found: Sequence[Findings]) -> list[Figure]:
    made: list[Figure] = []
    for kind, each in (("filler", [f.fillers for f in all_found]), ("term", [f.terms for f in all_found])):
        hits, shown, there = (sum(getattr(e, name) for e in each) for name in ("hits", "found", "there"))
        made += subject.found(kind, hits, shown, there, f"{kind}s")
    terms = [each.terms for each in all_found]
    starts = [abs(start) for each in terms for start, _ in each.offsets]
    return [
        *made,
        *subject.share("term_within_share", sum(e.within for e in terms), sum(e.there for e in terms), "spoken terms"),
        *subject.mean("term_error_s", starts, "spoken terms"),
        *subject.worst("term_worst_s", starts, "spoken terms"),
    ]


def _exchange_figures(subject: Subject, all_found: Sequence[Findings]) -> list[Figure]:
    latencies = [error for each in all_found for error in each.latency_errors]
    rates = [rate.deviation for each in all_found for rate in each.rates]
    matches = [pair for each in all_found for pair in each.matches]
    hints = [pair for each in all_found for pair in each.off_topic]
    corrections = [right for each in all_found for right in each.corrections]
    right = sum(hinted and true for hinted, true in hints)
    hinted, true = sum(h for h, _ in hints), sum(t for _, t in hints)
    matched = sum(len(each.exchanges) for each in all_found)
    return [
        *subject.share("exchange_recall", matched, sum(each.asked for each in all_found), "questions"),
        *subject.mean("latency_error_s", latencies, "answers"),
        *subject.worst("latency_worst_s", latencies, "answers"),
        *subject.mean("rate_error", [abs(deviation) for deviation in rates], "answers"),
        *subject.worst("rate_worst", [abs(deviation) for deviation in rates], "answers"),
        *subject.mean("rate_bias", rates, "answers"),
        *subject.share("question_top1", sum(taken for taken, _ in matches), len(matches), "questions"),
        *subject.share("question_top3", sum(offered for _, offered in matches), len(matches), "questions"),
        *subject.share("offtopic_precision", right, hinted, "hinted answers"),
        *subject.share("offtopic_recall", right, true, "off-topic answers"),
        *subject.share("suggestion_precision", sum(corrections), len(corrections), "suggestions"),
    ]
