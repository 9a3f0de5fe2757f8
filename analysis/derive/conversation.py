"""The conversation as corrected: turns, segments, roles, floors, exchanges. What all events and metrics start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.derive.corrections import Corrections, correct_voices, correct_word, in_force
from analysis.derive.edges import refined
from analysis.derive.exchanges import exchanges, match_kit
from analysis.derive.floor import Backchannel, Floor, floors, speech_by_speaker
from analysis.derive.heard import heard_words
from analysis.derive.labels import named_voices
from analysis.derive.marked import by_marks
from analysis.derive.roles import assign_roles, candidate_of, correct_roles, given_names
from analysis.derive.segments import SegmentIndex, segments
from analysis.derive.spans import merged
from analysis.document import Exchange, Role, Segment, Span, Turn
from analysis.language.passage import Passage, passage_of
from analysis.language.script import leading_language
from analysis.observations import Observed
from analysis.request import AnalysisRequest
from analysis.rows import rearranged

_PASSAGE_GAP_S = 0.5


@dataclass(frozen=True)
class Conversation:
    """`names` has what people called a speaker; `speech` is voice activity by speaker; `lost` the ids of corrections
    that found no place.
    """

    language: str
    segments: tuple[Segment, ...]
    turns: tuple[Turn, ...]
    roles: dict[str, Role]
    names: dict[str, str]
    candidate: str | None
    speech: dict[str, tuple[Span, ...]]
    floors: tuple[Floor, ...]
    backchannels: tuple[Backchannel, ...]
    overlaps: tuple[Span, ...]
    exchanges: tuple[Exchange, ...]
    lost: tuple[str, ...]

    @cached_property
    def said(self) -> SegmentIndex:
        """The segments by time."""
        return SegmentIndex(self.segments)

    @cached_property
    def candidate_floors(self) -> tuple[Floor, ...]:
        """The candidate's floors."""
        return tuple(floor for floor in self.floors if floor.speaker == self.candidate)

    @cached_property
    def candidate_spans(self) -> tuple[Span, ...]:
        """The candidate's floors as spans."""
        return tuple(Span(floor.start, floor.end) for floor in self.candidate_floors)

    @property
    def candidate_speech(self) -> tuple[Span, ...]:
        """The candidate's voice activity."""
        return self.speech.get(self.candidate or "", ())

    @property
    def others_speech(self) -> tuple[Span, ...]:
        """The voice activity of everybody else."""
        return merged(span for name, spans in self.speech.items() if name != self.candidate for span in spans)

    @cached_property
    def candidate_passages(self) -> tuple[Passage, ...]:
        """The candidate's words, one passage for each floor and language in it."""
        mine = [segment for segment in self.segments if segment.speaker == self.candidate]
        passages: list[Passage] = []
        groups: list[list[Segment]] = []
        for segment in mine:
            if groups and segment.language == groups[-1][0].language and self._same_floor(groups[-1][-1], segment):
                groups[-1].append(segment)
            else:
                groups.append([segment])
        silences = tuple(pause for floor in self.candidate_floors for pause in floor.pauses())
        for group in groups:
            words = [word for segment in group for word in segment.words]
            inside = tuple(s for s in silences if s.start < words[-1].end + 1 and s.end > words[0].start - 1)
            passages.append(passage_of(words, group[0].language, inside))
        return tuple(passages)

    def _same_floor(self, left: Segment, right: Segment) -> bool:
        middle = (right.start + right.end) / 2
        return any(
            floor.start - _PASSAGE_GAP_S <= left.start and middle <= floor.end + _PASSAGE_GAP_S
            for floor in self.candidate_floors
        )


def converse(observed: Observed, request: AnalysisRequest) -> Conversation:
    """The observations of speech with the corrections in force applied."""
    corrections = in_force(request.corrections)
    said = named_voices(observed.text, _turns(observed))
    voices = correct_voices(said.turns, corrections.voices)
    lost = [*corrections.lost, *voices.lost]
    activity = observed.sound.speech if observed.sound else ()
    found_turns = refined(voices.turns, activity)
    found_segments = _segments(observed, corrections, found_turns, lost, said.voices)
    speech = speech_by_speaker(found_turns, activity)
    enrolled = observed.speakers.enrolled if observed.speakers else None
    guessed = assign_roles(speech, found_segments, enrolled)
    if observed.speakers is None and not said.voices:  # whose speech it is, only a person can say
        guessed = dict.fromkeys(guessed, Role.OTHER)
    roles, lost_roles = correct_roles(correct_roles(guessed, said.roles)[0], voices.roles)
    names, lost_names = given_names(roles, voices.names, said.names)
    index = SegmentIndex(found_segments)
    found_floors, signs = floors(speech, index)
    candidate = candidate_of(roles)
    answering = speech.get(candidate, ()) if candidate else merged(span for spans in speech.values() for span in spans)
    marked = by_marks(exchanges(found_floors, index, roles), request.asked, answering)
    asked, lost_questions = match_kit(marked, request.questions, corrections.questions)
    return Conversation(
        language=_language(observed, request, found_segments),
        segments=found_segments,
        turns=found_turns,
        roles=roles,
        names=names,
        candidate=candidate,
        speech=speech,
        floors=found_floors,
        backchannels=signs,
        overlaps=observed.speakers.overlaps if observed.speakers else (),
        exchanges=asked,
        lost=(*lost, *lost_roles, *lost_names, *lost_questions),
    )


def _turns(observed: Observed) -> tuple[Turn, ...]:
    """The turns as heard. Without the speakers' stage all speech is "S1"'s."""
    if observed.speakers is not None:
        return observed.speakers.turns
    return tuple(Turn(span.start, span.end, "S1") for span in observed.sound.speech) if observed.sound else ()


def _segments(
    observed: Observed, corrections: Corrections, turns: Sequence[Turn], lost: list[str], voices: dict[str, str]
) -> tuple[Segment, ...]:
    words = heard_words(observed.text, voices) if observed.text else ()
    for correction in corrections.words:
        corrected = correct_word(words, correction)
        if corrected is None:
            lost.append(correction.id)
        else:
            words = corrected
    sides = observed.speakers.sides if observed.speakers else ()
    rows = segments(words, turns, [Span(c.start, c.end) for c in corrections.speakers], sides)
    for correction in corrections.rows:
        changed = rearranged(rows, correction)
        if changed is None:
            lost.append(correction.id)
        else:
            rows = changed
    return rows


def _language(observed: Observed, request: AnalysisRequest, found: Sequence[Segment]) -> str:
    if observed.text and observed.text.language in ("zh", "en"):
        return observed.text.language
    if request.language in ("zh", "en"):
        return request.language
    return leading_language([segment.text for segment in found])
