"""What people corrected, laid over the document at once.

The engine derives the document anew from its observations, which takes a moment; until then the transcript with its
rows, the roles, the names and the questions on the screen already show what was corrected since, or taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.document import Analysis, Correction, CorrectionKind, Exchange, QuestionMatch, Role, Segment, Word
from analysis.rows import rearranged
from app.review.corrections import in_force
from ui.review.passages import TOLERANCE_S, Place, place_of, word_places, words_of
from ui.review.row_edits import respoken
from ui.review.voices import ABOUT_A_VOICE, voice_of

ABOUT_ROWS = (CorrectionKind.SPLIT, CorrectionKind.MERGE)
QUESTION_TOLERANCE_S = 2.0
"""A correction of a question is about the exchange whose question begins within so many seconds, as in the engine."""


def corrected(analysis: Analysis, corrections: Sequence[Correction], kit: Mapping[str, str] | None = None) -> Analysis:
    """The document with words, speakers, roles, names and questions as people corrected them.

    Only what the document does not include yet is laid over it. `kit` has the kit's questions by id.
    """
    included = in_force(_included(analysis, corrections))
    now = in_force(corrections)
    undone = [each for each in included if each not in now]
    for correction in reversed(undone):
        if correction.kind not in ABOUT_A_VOICE:  # which role it was before, only the engine knows
            analysis = _with(analysis, _back(correction), kit or {})
    if any(correction.kind is CorrectionKind.NAME for correction in undone):
        analysis = _named_anew(analysis, [each for each in now if each in included])
    for correction in now:
        if correction not in included:
            analysis = _with(analysis, correction, kit or {})
    return analysis


def _back(correction: Correction) -> Correction:
    """What does the opposite of a correction."""
    opposite = {CorrectionKind.SPLIT: CorrectionKind.MERGE, CorrectionKind.MERGE: CorrectionKind.SPLIT}
    kind = opposite.get(correction.kind, correction.kind)
    return replace(correction, kind=kind, before=correction.after, after=correction.before)


def _included(analysis: Analysis, corrections: Sequence[Correction]) -> Sequence[Correction]:
    ids = [correction.id for correction in corrections]
    return corrections[: ids.index(analysis.correction) + 1] if analysis.correction in ids else ()


def _with(analysis: Analysis, correction: Correction, kit: Mapping[str, str]) -> Analysis:
    if correction.kind is CorrectionKind.WORD:
        segments = tuple(_with_word(segment, correction) for segment in analysis.transcript.segments)
        return replace(analysis, transcript=replace(analysis.transcript, segments=segments))
    if correction.kind is CorrectionKind.QUESTION:
        return replace(analysis, exchanges=_with_question(analysis.exchanges, correction, kit))
    if correction.kind is CorrectionKind.SPEAKER:
        return _with_speaker(analysis, correction)
    if correction.kind in ABOUT_ROWS:
        rows = rearranged(analysis.transcript.segments, correction) or analysis.transcript.segments
        return replace(analysis, transcript=replace(analysis.transcript, segments=rows))
    voice = voice_of(analysis.speakers, correction)
    if voice is None:
        return analysis
    if correction.kind is CorrectionKind.NAME:
        return _with_name(analysis, voice, correction.after)
    roles = {**analysis.speakers.roles, voice: Role(correction.after)}
    return replace(analysis, speakers=replace(analysis.speakers, roles=roles))


def _with_name(analysis: Analysis, voice: str, name: str) -> Analysis:
    """The voice called so, or by no name where that is empty."""
    names = {**analysis.speakers.names, voice: name}
    names = {speaker: names[speaker] for speaker in analysis.speakers.roles if names.get(speaker)}
    return replace(analysis, speakers=replace(analysis.speakers, names=names))


def _named_anew(analysis: Analysis, held: Sequence[Correction]) -> Analysis:
    """Only the names that still hold: what a name was before stands in no correction, only in those made earlier."""
    analysis = replace(analysis, speakers=replace(analysis.speakers, names={}))
    for correction in held:
        if correction.kind is CorrectionKind.NAME:
            analysis = _with(analysis, correction, {})
    return analysis


def _with_speaker(analysis: Analysis, correction: Correction) -> Analysis:
    turns = tuple(
        replace(t, speaker=correction.after) if _inside(t.start, t.end, correction) else t
        for t in analysis.speakers.turns
    )
    segments = tuple(
        replace(s, speaker=correction.after) if _inside(s.start, s.end, correction) else s
        for s in analysis.transcript.segments
    )
    return replace(
        analysis,
        transcript=replace(analysis.transcript, segments=segments),
        speakers=replace(analysis.speakers, turns=turns),
    )


def _inside(start: float, end: float, correction: Correction) -> bool:
    middle = (start + end) / 2
    return correction.start - 0.01 <= middle <= correction.end + 0.01


def _with_question(
    exchanges: Sequence[Exchange], correction: Correction, kit: Mapping[str, str]
) -> tuple[Exchange, ...]:
    off = [abs(exchange.question.start - correction.start) for exchange in exchanges]
    nearest = off.index(min(off)) if off and min(off) <= QUESTION_TOLERANCE_S else None
    return tuple(
        replace(each, matched_question=_asked(each, correction.after, kit)) if place == nearest else each
        for place, each in enumerate(exchanges)
    )


def _asked(exchange: Exchange, question: str, kit: Mapping[str, str]) -> QuestionMatch | None:
    known = next((match for match in exchange.candidates if match.id == question), None)
    if known is not None:
        return known
    return QuestionMatch(question, kit[question], 1.0) if question in kit else None


def _with_word(segment: Segment, correction: Correction) -> Segment:
    """The segment with the words replaced, where it says them; what reads so already stays as it is."""
    before, after = correction.before.strip(), correction.after
    apart = segment.end < correction.start - TOLERANCE_S or segment.start > correction.end + TOLERANCE_S
    place = None if apart or not before else place_of(segment, before, correction.start)
    if place is None or _reads_so(segment, place, correction):
        return segment
    if before == after:
        return _with_sure(segment, place)
    if before == segment.text.strip():
        return replace(segment, text=after, words=respoken(segment, after))
    return _with_part(segment, place, after)


def _reads_so(segment: Segment, place: Place, correction: Correction) -> bool:
    """Whether what is to be replaced is only a part of what it is to become: 服务 within 微服务."""
    there = place_of(segment, correction.after, correction.start)
    return there is not None and there != place and there[0] <= place[0] and place[1] <= there[1]


def _with_sure(segment: Segment, place: Place) -> Segment:
    """The words of a place as they are, but certain: a person has confirmed them."""
    first, last = words_of(segment, place)
    words = [replace(word, probability=1.0) if first <= at <= last else word for at, word in enumerate(segment.words)]
    return replace(segment, words=tuple(words))


def _with_part(segment: Segment, place: Place, after: str) -> Segment:
    """The characters of a place replaced. The words that it touches become one, with what it leaves of them."""
    first, last = words_of(segment, place)
    places = word_places(segment)
    start, end = places[first][0], places[last][1]
    text = segment.text[start : place[0]] + after + segment.text[place[1] : end]
    word = Word(segment.words[first].start, segment.words[last].end, text, 1.0)
    made = (word,) if text.strip() else ()
    return replace(
        segment,
        text=segment.text[:start] + text + segment.text[end:],
        words=(*segment.words[:first], *made, *segment.words[last + 1 :]),
    )
