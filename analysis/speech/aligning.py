"""A text laid along the words that a recogniser heard, by their characters: difflib between passages that occur once.

difflib alone takes time with the square of the text, and loses its way in an hour of it. So what occurs once on either
side anchors the rest (Cohen's patience diff), as nobody says the same ten characters twice by chance.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.language.script import HAN, folded

_ANCHOR = {True: 5, False: 12}
"""Characters of an anchor, in Chinese and in Latin script."""
_LARGEST = 10_000_000
"""Product of two lengths without any anchor from which nothing is compared: they have nothing to do with each other."""
_SHORTEST = {True: 2, False: 4}
"""Characters that must agree in a row: fewer agree by chance."""
_CHARACTER_S = {True: 0.2, False: 0.07}
"""How long a character takes to say, where nothing else tells."""


@dataclass(frozen=True, slots=True)
class Known:
    """A recognised word with its times (s)."""

    text: str
    start: float
    end: float


def aligned(words: Sequence[str], known: Sequence[Known], duration: float) -> tuple[list[tuple[float, float]], float]:
    """(start, end) in s of each word, never running backwards, and the share 0..1 of their characters that were found.

    `known` is in time order. What was not found lies evenly between what was; before the first and after the last, at
    the pace of ordinary speech, within [0, `duration`].
    """
    text, lengths = _characters(words)
    heard, begins, ends = _timed(known)
    chinese = HAN.search(text) is not None
    blocks = [block for block in _blocks(text, heard, chinese) if block[2] >= _SHORTEST[chinese]]
    found = sum(size for _, _, size in blocks)
    if not found:
        return [(0.0, 0.0)] * len(words), 0.0
    marks = _marks(len(text), blocks, begins, ends, _CHARACTER_S[chinese], duration)
    edges = np.concatenate([[0], np.cumsum(lengths)])
    starts, stops = marks[0], marks[1]
    times = []
    for first, last in pairwise(edges):
        if last > first:
            times.append((float(starts[first]), float(stops[last - 1])))
        else:  # nothing but marks
            here = float(stops[first - 1]) if first else float(starts[0])
            times.append((here, here))
    return times, found / max(1, len(text))


def _characters(words: Sequence[str]) -> tuple[str, list[int]]:
    """The folded characters of all words, and how many each has."""
    plain = [folded(word) for word in words]
    return "".join(plain), [len(word) for word in plain]


def _timed(known: Sequence[Known]) -> tuple[str, NDArray[np.float64], NDArray[np.float64]]:
    """The folded characters of the recognised words with when each begins and ends."""
    text, lengths = _characters([word.text for word in known])
    begins, ends = np.empty(len(text)), np.empty(len(text))
    place = 0
    for word, count in zip(known, lengths, strict=True):
        edges = np.linspace(word.start, word.end, count + 1)
        begins[place : place + count], ends[place : place + count] = edges[:-1], edges[1:]
        place += count
    return text, begins, ends


Block = tuple[int, int, int]
"""(place in the text, place in what was heard, how many characters agree)."""


def _blocks(text: str, heard: str, chinese: bool) -> list[Block]:
    """What agrees, in order: anchors first, and difflib in what lies between two of them."""
    size = _ANCHOR[chinese]
    found: list[Block] = []
    left = right = 0
    for here, there in [*_anchors(text, heard, size), (len(text), len(heard))]:
        if here < left or there < right:
            continue
        found += _between(text, heard, left, here, right, there)
        if here < len(text):
            found.append((here, there, size))
            left, right = here + size, there + size
    return _merged(found)


def _anchors(text: str, heard: str, size: int) -> list[tuple[int, int]]:
    """Places of the passages of `size` characters that occur once in each, as many as are in one order in both."""
    ours, theirs = _once(text, size), _once(heard, size)
    pairs = sorted((ours[passage], theirs[passage]) for passage in ours.keys() & theirs.keys())
    return _longest_rise(pairs)


def _once(text: str, size: int) -> dict[str, int]:
    places: dict[str, int] = {}
    again: set[str] = set()
    for place in range(len(text) - size + 1):
        passage = text[place : place + size]
        if passage in places:
            again.add(passage)
        places[passage] = place
    return {passage: place for passage, place in places.items() if passage not in again}


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises in both (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for place, (_, there) in enumerate(pairs):
        pile = bisect_left(tops, there)
        before.append(piles[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(there)
            piles.append(place)
        else:
            tops[pile], piles[pile] = there, place
    found, place = [], piles[-1] if piles else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


def _between(text: str, heard: str, left: int, here: int, right: int, there: int) -> list[Block]:
    ours, theirs = text[left:here], heard[right:there]
    if not ours or not theirs or len(ours) * len(theirs) > _LARGEST:
        return []
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return [(left + a, right + b, size) for a, b, size in matcher.get_matching_blocks() if size]


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """Blocks that touch on both sides, as one."""
    found: list[Block] = []
    for here, there, size in blocks:
        if found and found[-1][0] + found[-1][2] == here and found[-1][1] + found[-1][2] == there:
            found[-1] = (found[-1][0], found[-1][1], found[-1][2] + size)
        else:
            found.append((here, there, size))
    return found


def _marks(
    count: int,
    blocks: Sequence[Block],
    begins: NDArray[np.float64],
    ends: NDArray[np.float64],
    pace: float,
    duration: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When each character of the text begins and ends."""
    starts, stops = np.full(count, np.nan), np.full(count, np.nan)
    for here, there, size in blocks:
        starts[here : here + size] = begins[there : there + size]
        stops[here : here + size] = ends[there : there + size]
    first, last = blocks[0][0], blocks[-1][0] + blocks[-1][2]
    places = np.flatnonzero(~np.isnan(starts))
    known_at = np.ravel(np.column_stack([places, places + 1])).astype(np.float64)
    known = np.ravel(np.column_stack([starts[places], stops[places]]))
    lead = max(0.0, starts[first] - pace * first)
    trail = min(duration, stops[last - 1] + pace * (count - last))
    at = np.concatenate([[0.0] if first else [], known_at, [float(count)] if last < count else []])
    times = np.concatenate([[lead] if first else [], known, [trail] if last < count else []])
    times = np.maximum.accumulate(times)
    open_ones = np.isnan(starts)
    grid = np.arange(count, dtype=np.float64)
    starts[open_ones] = np.interp(grid, at, times)[open_ones]
    stops[open_ones] = np.interp(grid + 1, at, times)[open_ones]
    return starts, stops
