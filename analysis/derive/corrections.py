"""What people corrected, laid over the observations. Undo = a correction whose `reverts` names the one undone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.derive.heard import Heard
from analysis.document import Correction, CorrectionKind, Span, Turn, Word
from analysis.language.script import folded, spoken_words
from analysis.turns import speaks_most

ANCHOR_TOLERANCE_S = 1.0
"""A correction finds its text within this many seconds of its times; a new analysis may have moved words a little."""
_SLIVER_S = 0.25


@dataclass(frozen=True)
class Corrections:
    """The corrections in force, by kind and in the order they were made; `lost` = reverts of what is not there.

    `rows` are splits and merges. `voices` are those about who speaks (SPEAKER, ROLE, NAME) together: which voice a role
    or a name is for depends on the speech that was given to somebody before.
    """

    words: tuple[Correction, ...]
    voices: tuple[Correction, ...]
    questions: tuple[Correction, ...]
    rows: tuple[Correction, ...]
    lost: tuple[str, ...]

    @property
    def speakers(self) -> tuple[Correction, ...]:
        """Those that give speech to somebody."""
        return tuple(each for each in self.voices if each.kind is CorrectionKind.SPEAKER)


@dataclass(frozen=True)
class Voices:
    """The turns as people corrected them, and the corrections of roles and names, each with its voice in `before`;
    `lost` = the ids of those that found no place.
    """

    turns: tuple[Turn, ...]
    roles: tuple[Correction, ...]
    names: tuple[Correction, ...]
    lost: tuple[str, ...]


def in_force(corrections: Iterable[Correction]) -> Corrections:
    """Undo resolved from the last correction to the first, so that an undo can itself be undone."""
    listed = list(corrections)
    known = {correction.id for correction in listed}
    undone: set[str] = set()
    active: list[Correction] = []
    lost: list[str] = []
    for correction in reversed(listed):
        if correction.id in undone:
            continue
        if correction.reverts is None:
            active.insert(0, correction)
        elif correction.reverts in known:
            undone.add(correction.reverts)
        else:
            lost.insert(0, correction.id)

    def of(*kinds: CorrectionKind) -> tuple[Correction, ...]:
        return tuple(correction for correction in active if correction.kind in kinds)

    return Corrections(
        words=of(CorrectionKind.WORD),
        voices=of(CorrectionKind.SPEAKER, CorrectionKind.ROLE, CorrectionKind.NAME),
        questions=of(CorrectionKind.QUESTION),
        rows=of(CorrectionKind.SPLIT, CorrectionKind.MERGE),
        lost=tuple(lost),
    )


def correct_word(words: Sequence[Heard], correction: Correction) -> tuple[Heard, ...] | None:
    """The words with `before` replaced by `after` at the nearest place within the tolerance; None = no place.

    The new words share the old ones' time character by character; a corrected word has probability 1. An empty `before`
    inserts, an empty `after` deletes.
    """
    if not folded(correction.before):
        return _inserted(words, correction) if correction.after.strip() else None
    found = _anchor(words, correction)
    if found is None:
        return None
    first, first_char, last, last_char = found
    left, right = words[first].word, words[last].word
    lead, tail = left.text[:first_char], right.text[last_char:]
    marks = correction.before.strip()
    lead = lead.removesuffix(marks[: _leading_marks(marks)])
    tail = tail.removeprefix(marks[len(marks) - _leading_marks(marks[::-1]) :])
    times = _character_times([heard.word for heard in words[first : last + 1]])
    inner = times[first_char : len(times) - (len(right.text) - last_char)]
    return (
        *words[:first],
        *_replaced(words[first], words[last], lead, tail, times, inner, correction.after),
        *words[last + 1 :],
    )


def _replaced(
    left: Heard, right: Heard, lead: str, tail: str, times: list[float], inner: list[float], after: str
) -> list[Heard]:
    """The new words between what is left of the first and of the last old word. `inner` = the replaced time marks."""
    made = [replace(left, word=word) for word in _spread(after, inner)]
    if any(c.isalnum() for c in lead):
        made.insert(0, replace(left, word=Word(times[0], inner[0], lead, left.word.probability)))
    elif lead and made:
        made[0] = replace(made[0], word=replace(made[0].word, text=lead + made[0].word.text))
    if any(c.isalnum() for c in tail):
        made.append(replace(right, word=Word(inner[-1], times[-1], tail, right.word.probability)))
    elif tail and made:
        made[-1] = replace(made[-1], word=replace(made[-1].word, text=made[-1].word.text + tail))
    return made


def _leading_marks(text: str) -> int:
    return next((i for i, c in enumerate(text) if c.isalnum()), len(text))


def _anchor(words: Sequence[Heard], correction: Correction) -> tuple[int, int, int, int] | None:
    """(first word, its first character, last word, its end character) of the nearest place that reads `before`."""
    wanted = folded(correction.before)
    middles = [heard.middle for heard in words]
    low = bisect_left(middles, correction.start - 2 * ANCHOR_TOLERANCE_S)
    high = bisect_left(middles, correction.end + 2 * ANCHOR_TOLERANCE_S)
    read = ""
    places: list[tuple[int, int]] = []
    for index in range(low, high):
        for at, character in enumerate(words[index].word.text):
            plain = folded(character)
            read += plain
            places += [(index, at)] * len(plain)
    best, distance = None, 2 * ANCHOR_TOLERANCE_S
    at = read.find(wanted)
    while at >= 0:
        (first, begin), (last, end) = places[at], places[at + len(wanted) - 1]
        start, stop = _time(words[first].word, begin), _time(words[last].word, end + 1)
        off = abs(start - correction.start) + abs(stop - correction.end)
        if off <= distance:
            best, distance = (first, begin, last, end + 1), off
        at = read.find(wanted, at + 1)
    return best


def _time(word: Word, character: int) -> float:
    return word.start + (word.end - word.start) * character / max(1, len(word.text))


def _character_times(words: Sequence[Word]) -> list[float]:
    """The time marks between the characters of neighbouring words: one more than there are characters."""
    marks = [words[0].start]
    for word in words:
        marks += [_time(word, place) for place in range(1, len(word.text) + 1)]
    return marks


def _spread(text: str, marks: Sequence[float]) -> list[Word]:
    """The words of `text` over the time marks of the characters that they replace."""
    pieces = spoken_words(text)
    if not pieces:
        return []
    bounds = np.cumsum([0, *(len(piece) for piece in pieces)]) / sum(len(piece) for piece in pieces)
    times = np.interp(bounds, np.linspace(0.0, 1.0, len(marks)), np.asarray(marks, dtype=np.float64))
    return [
        Word(round(float(times[i]), 3), round(float(times[i + 1]), 3), piece, 1.0) for i, piece in enumerate(pieces)
    ]


def _inserted(words: Sequence[Heard], correction: Correction) -> tuple[Heard, ...] | None:
    middle = (correction.start + correction.end) / 2
    place = bisect_left([heard.middle for heard in words], middle)
    if not words:
        return None
    near = words[min(place, len(words) - 1)]
    new = [replace(near, word=word) for word in _spread(correction.after, [correction.start, correction.end])]
    return (*words[:place], *new, *words[place:])


def correct_voices(turns: Sequence[Turn], corrections: Iterable[Correction]) -> Voices:
    """SPEAKER, ROLE and NAME corrections in the order in which they were made."""
    now, lost = tuple(turns), []
    placed: dict[CorrectionKind, list[Correction]] = {CorrectionKind.ROLE: [], CorrectionKind.NAME: []}
    for correction in corrections:
        if correction.kind is CorrectionKind.SPEAKER:
            changed = correct_speaker(now, correction)
            now = now if changed is None else changed
            found = changed is not None
        else:
            voice = _voice(now, correction)
            found = voice is not None
            if voice is not None:
                placed[correction.kind].append(replace(correction, before=voice))
        if not found:
            lost.append(correction.id)
    return Voices(now, tuple(placed[CorrectionKind.ROLE]), tuple(placed[CorrectionKind.NAME]), tuple(lost))


def _voice(turns: Sequence[Turn], correction: Correction) -> str | None:
    """Who speaks most in the correction's time, of equals the one that it names; None where nobody does."""
    if correction.end <= correction.start:
        return correction.before
    return speaks_most(turns, correction.start, correction.end, correction.before)


def correct_speaker(turns: Sequence[Turn], correction: Correction) -> tuple[Turn, ...] | None:
    """The turns with all speech in [start, end] given to the speaker `after`; None where nobody speaks there.

    `before` may name the speaker that it was: then that one has to be there.
    """
    span = Span(correction.start, correction.end)
    inside = [turn for turn in turns if turn.start < span.end and turn.end > span.start]
    names = {turn.speaker for turn in turns}
    if not inside or not correction.after or (correction.before in names and correction.before not in _names(inside)):
        return None
    kept: list[Turn] = []
    for turn in turns:
        if turn not in inside:
            kept.append(turn)
            continue
        pieces = [
            Turn(turn.start, min(turn.end, span.start), turn.speaker),
            Turn(max(turn.start, span.end), turn.end, turn.speaker),
        ]
        kept += [piece for piece in pieces if piece.end - piece.start > _SLIVER_S]
    start = max(span.start, min(turn.start for turn in inside))
    end = min(span.end, max(turn.end for turn in inside))
    kept.append(Turn(_snap(start, inside, "start"), _snap(end, inside, "end"), correction.after))
    return _joined(kept)


def _snap(time: float, turns: Sequence[Turn], edge: str) -> float:
    edges = [getattr(turn, edge) for turn in turns]
    nearest = min(edges, key=lambda other: abs(other - time))
    return float(nearest if abs(nearest - time) <= _SLIVER_S else time)


def _names(turns: Iterable[Turn]) -> set[str]:
    return {turn.speaker for turn in turns}


def _joined(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Sorted; touching turns of one speaker are one."""
    found: list[Turn] = []
    for turn in sorted(turns, key=lambda t: (t.start, t.end)):
        if found and found[-1].speaker == turn.speaker and turn.start <= found[-1].end + 0.01:
            found[-1] = replace(found[-1], end=max(found[-1].end, turn.end))
        else:
            found.append(turn)
    return tuple(found)
