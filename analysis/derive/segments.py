"""Words to speakers, and segments: one speaker's speech, cut at changes of speaker, sentence ends and pauses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from analysis.derive.heard import Heard
from analysis.document import Segment, Span, Turn, Word
from analysis.language.passage import ends_sentence
from analysis.language.script import join_words

PAUSE_CUT_S = 0.8
LONG_S = 8.0
"""A segment this long is also cut where the recogniser cut: Chinese text may have no full stops at all."""
LONGEST_S = 30.0


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


def segments(words: Sequence[Heard], turns: Sequence[Turn]) -> tuple[Segment, ...]:
    """Segments in time order. Every word is in exactly one of them."""
    index = TurnIndex(turns)
    owners = [index.speaker(heard.middle) for heard in words]
    found: list[Segment] = []
    begin = 0
    for place in range(1, len(words) + 1):
        if place == len(words) or owners[place] != owners[begin] or _cut(words[begin:place], words[place]):
            found.append(_segment(words[begin:place], owners[begin]))
            begin = place
    return tuple(found)


def _cut(before: Sequence[Heard], following: Heard) -> bool:
    last = before[-1]
    length = last.word.end - before[0].word.start
    return (
        following.language != last.language
        or ends_sentence(last.word.text)
        or following.word.start - last.word.end >= PAUSE_CUT_S
        or (following.block != last.block and length >= LONG_S)
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
