"""Words to speakers, and segments: one speaker's speech, cut at changes of speaker, sentence ends and pauses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from analysis.derive.heard import Heard
from analysis.document import Segment, Span, Turn, Word
from analysis.language.passage import ends_sentence
from analysis.language.script import CLAUSE_END, has_han, join_words, tokens

PAUSE_CUT_S = 0.8
LONG_S = 8.0
"""A segment this long is also cut where the recogniser cut: Chinese text may have no full stops at all."""
LONGEST_S = 30.0
CHANGE_S = 0.5
"""How far a change of speaker may move to the end of a clause."""
_NEAR_WORDS = 5
_BREATH_S = 0.2


class TurnIndex:
    """Finds who speaks at a time, in logarithmic time for turns that hardly overlap."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._starts = [turn.start for turn in self._turns]
        self._longest = max((turn.end - turn.start for turn in self._turns), default=0.0)

    def speaker(self, time_s: float) -> str:
        """Who speaks then: of several the one with the longest turn, of none the nearest. "S1" without any turn."""
        upto = bisect_right(self._starts, time_s)
        covering = []
        for place in range(upto - 1, -1, -1):
            if self._starts[place] < time_s - self._longest:
                break
            if self._turns[place].end > time_s:
                covering.append(self._turns[place])
        if covering:
            return max(covering, key=lambda turn: turn.end - turn.start).speaker
        return self._nearest(time_s, upto)

    def _nearest(self, time_s: float, upto: int) -> str:
        if not self._turns:
            return "S1"
        before = self._turns[max(0, upto - 8) : upto]
        after = self._turns[upto : upto + 1]
        return min([*before, *after], key=lambda t: max(t.start - time_s, time_s - t.end)).speaker


def segments(
    words: Sequence[Heard], turns: Sequence[Turn], fixed: Sequence[Span] = (), sides: Sequence[str] = ()
) -> tuple[Segment, ...]:
    """Segments in time order. Every word is in exactly one of them.

    A word that was heard on one of two channels is the speaker's of that one in `sides`, whoever else speaks then, and
    one that an imported transcript gives to somebody is that one's.
    Words inside `fixed` (stretches that a person gave to a speaker) go strictly by the turns.
    """
    found: list[Segment] = []
    for side, speaker in sorted({_source(heard) for heard in words}):
        part = [heard for heard in words if _source(heard) == (side, speaker)]
        own = speaker or (sides[side] if 0 <= side < len(sides) else None)
        found += _in_segments(part, word_owners(part, turns, fixed, own))
    return tuple(sorted(found, key=lambda segment: (segment.start, segment.end)))


def _source(heard: Heard) -> tuple[int, str]:
    """What words are put together by: the channel, -1 = all that there is, and whose they are, "" = to be found out."""
    return -1 if heard.side is None else heard.side, heard.speaker


def _in_segments(words: Sequence[Heard], owners: Sequence[str]) -> list[Segment]:
    found: list[Segment] = []
    begin = 0
    for place in range(1, len(words) + 1):
        if place == len(words) or owners[place] != owners[begin] or _cut(words[begin:place], words[place]):
            found.append(_segment(words[begin:place], owners[begin]))
            begin = place
    return found


def word_owners(
    words: Sequence[Heard], turns: Sequence[Turn], fixed: Sequence[Span], own: str | None = None
) -> list[str]:
    """Whose each word is: by its middle, but a change in mid-clause moves to the pause or mark beside it.

    Turn edges are sharp to about half a second, while people change at the ends of clauses. `own` = whose they all
    are, but for what a person said.
    """
    index = TurnIndex(turns)
    held = [any(span.start <= heard.middle <= span.end for span in fixed) for heard in words]
    owners = [own if own and not hold else index.speaker(heard.middle) for heard, hold in zip(words, held, strict=True)]
    for place in [p for p in range(1, len(words)) if owners[p] != owners[p - 1]]:
        target = _natural_change(words, place)
        low, high = sorted((place, target))
        if not any(held[low:high]) and len(set(owners[low:high])) <= 1:
            owners[low:high] = [owners[place] if target < place else owners[place - 1]] * (high - low)
    return owners


def _natural_change(words: Sequence[Heard], place: int) -> int:
    """The nearest place within half a second at which a clause ends or a pause is, else the nearest edge of a word.

    A recogniser's word may be half a Chinese one (珍|惜): inside of that nobody changes, and no pause is meant.
    """
    first, last = max(0, place - _NEAR_WORDS), min(len(words), place + _NEAR_WORDS + 1)
    whole = _word_edges(words[first:last], first)
    natural = [p for p in whole if _is_natural(words[p - 1], words[p])]
    for places in (natural, whole):
        near = [p for p in places if _apart(words, p, place) <= CHANGE_S]
        if near:
            return min(near, key=lambda p: _apart(words, p, place))
    return place


def _word_edges(near: Sequence[Heard], first: int) -> list[int]:
    """The places between the words that are not inside a word of the language."""
    text = "".join(heard.word.text for heard in near)
    inside = {place for token in tokens(text) if has_han(token.text) for place in range(token.begin + 1, token.end)}
    edges, offset = [], 0
    for place, heard in enumerate(near):
        if place and offset not in inside:
            edges.append(first + place)
        offset += len(heard.word.text)
    return edges


def _apart(words: Sequence[Heard], place: int, other: int) -> float:
    """Seconds between two places: by the words that end there or by those that begin there, what is less."""
    ends = abs(words[place - 1].word.end - words[other - 1].word.end)
    return min(ends, abs(words[place].word.start - words[other].word.start))


def _is_natural(last: Heard, following: Heard) -> bool:
    return last.word.text[-1:] in CLAUSE_END or following.word.start - last.word.end >= _BREATH_S


def _cut(before: Sequence[Heard], following: Heard) -> bool:
    last = before[-1]
    length = last.word.end - before[0].word.start
    return (
        following.language != last.language
        or ends_sentence(last.word.text)
        or following.word.start - last.word.end >= PAUSE_CUT_S
        or (following.block != last.block and length >= LONG_S)
        or (following.speaker and following.block > last.block + 1)
        or length >= LONGEST_S
    )


def _segment(words: Sequence[Heard], speaker: str) -> Segment:
    listed = tuple(heard.word for heard in words)
    start, end = min(word.start for word in listed), max(word.end for word in listed)
    return Segment(start, end, speaker, words[0].language, join_words([word.text for word in listed]), listed)


class SegmentIndex:
    """Finds the segments near a time without looking at all of them."""

    def __init__(self, found: Sequence[Segment]) -> None:
        self._segments = sorted(found, key=lambda segment: segment.start)
        self._starts = [segment.start for segment in self._segments]
        self._longest = max((segment.end - segment.start for segment in self._segments), default=0.0)

    def touching(self, start: float, end: float) -> list[Segment]:
        """The segments that have a part in [start, end], in time order."""
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_right(self._starts, end)
        return [segment for segment in self._segments[first:last] if segment.end >= start]

    def words(self, span: Span, speaker: str) -> list[Word]:
        """The speaker's words whose middle lies in the span."""
        return [
            word
            for segment in self.touching(span.start, span.end)
            if segment.speaker == speaker
            for word in segment.words
            if span.start <= (word.start + word.end) / 2 < span.end
        ]
