"""What people corrected, laid over the document at once.

The engine derives the document anew from its observations, which takes a moment; until then the transcript and the
roles on the screen already show the correction. What is corrected already stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.document import Analysis, Correction, CorrectionKind, Role, Segment, Word

TOLERANCE_S = 0.6


def in_force(corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """Corrections that nothing has undone, in the order in which they were made; an undo can itself be undone."""
    undone: set[str] = set()
    kept: list[Correction] = []
    for correction in reversed(corrections):
        if correction.id in undone:
            continue
        if correction.reverts is not None:
            undone.add(correction.reverts)
        else:
            kept.append(correction)
    return tuple(reversed(kept))


def corrected(analysis: Analysis, corrections: Sequence[Correction]) -> Analysis:
    """The document with words, speakers and roles as people corrected them."""
    segments = analysis.transcript.segments
    roles = dict(analysis.speakers.roles)
    turns = analysis.speakers.turns
    for correction in in_force(corrections):
        if correction.kind is CorrectionKind.WORD:
            segments = tuple(_with_word(segment, correction) for segment in segments)
        elif correction.kind is CorrectionKind.ROLE and correction.before in roles:
            roles[correction.before] = Role(correction.after)
        elif correction.kind is CorrectionKind.SPEAKER:
            segments = tuple(
                replace(s, speaker=correction.after) if _inside(s.start, s.end, correction) else s for s in segments
            )
            turns = tuple(
                replace(t, speaker=correction.after) if _inside(t.start, t.end, correction) else t for t in turns
            )
    return replace(
        analysis,
        transcript=replace(analysis.transcript, segments=segments),
        speakers=replace(analysis.speakers, roles=roles, turns=turns),
    )


def _inside(start: float, end: float, correction: Correction) -> bool:
    middle = (start + end) / 2
    return correction.start - 0.01 <= middle <= correction.end + 0.01


def _with_word(segment: Segment, correction: Correction) -> Segment:
    before = correction.before.strip()
    apart = segment.end < correction.start - TOLERANCE_S or segment.start > correction.end + TOLERANCE_S
    if apart or not before or before not in segment.text:
        return segment
    if before == segment.text.strip():
        word = Word(segment.start, segment.end, correction.after, 1.0)
        return replace(segment, text=correction.after, words=(word,) if correction.after else ())
    return _with_part(segment, correction, before)


def _with_part(segment: Segment, correction: Correction, before: str) -> Segment:
    places = word_places(segment)
    near = [
        index
        for index, word in enumerate(segment.words)
        if before in word.text and abs(word.start - correction.start) <= TOLERANCE_S
    ]
    if not near:
        return segment
    index = min(near, key=lambda at: abs(segment.words[at].start - correction.start))
    start, end = places[index]
    old = segment.words[index]
    new = replace(old, text=old.text.replace(before, correction.after, 1), probability=1.0)
    text = segment.text[:start] + segment.text[start:end].replace(before, correction.after, 1) + segment.text[end:]
    return replace(segment, text=text, words=(*segment.words[:index], new, *segment.words[index + 1 :]))


def word_places(segment: Segment) -> list[tuple[int, int]]:
    """Where each word stands in the segment's text, as character offsets; a word that is not found takes no room."""
    places = []
    at = 0
    for word in segment.words:
        text = word.text.strip()
        found = segment.text.find(text, at)
        if found < 0:
            places.append((at, at))
        else:
            at = found + len(text)
            places.append((found, at))
    return places
