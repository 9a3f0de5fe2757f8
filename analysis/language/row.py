"""All that somebody said as one row of units, so that many terms can be looked for at once.

Two hours of speech are some 25,000 units. Similarities of sounds are worked out once for every pair of distinct sounds
and then only looked up, for all places at a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from analysis.language.passage import Passage
from analysis.language.script import Token, folded, has_han, tokens, units
from analysis.language.sounds import sounds_of

BREAK = re.compile(r"[，。！？、；：,.!?;:…]")
"""A mark over which no term is heard, unless the term itself has one."""
Places = NDArray[np.int64]


class Row:
    """The units of passages in their order.

    `owners` = number of the passage, `runs` = number of the stretch without a mark, one each for every unit.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self.units: list[Token] = []
        self.sounds: list[str] = []
        owners: list[int] = []
        runs: list[int] = []
        run = 0
        for number, passage in enumerate(self.passages):
            listed = units(passage.text)
            self.sounds += sounds_of(passage.text, listed)
            self.units += listed
            owners += [number] * len(listed)
            last = 0
            for unit in listed:
                run += BREAK.search(passage.text, last, unit.begin) is not None
                runs.append(run)
                last = unit.end
            run += 1
        self.owners: Places = np.asarray(owners, dtype=np.int64)
        self.runs: Places = np.asarray(runs, dtype=np.int64)
        self.letters = [folded(unit.text) for unit in self.units]

    def __len__(self) -> int:
        return len(self.units)

    @cached_property
    def distinct(self) -> list[str]:
        """Every sound once."""
        return list(dict.fromkeys(self.sounds))

    @cached_property
    def codes(self) -> Places:
        """For every unit the number of its sound in `distinct`."""
        numbers = {sound: number for number, sound in enumerate(self.distinct)}
        return np.asarray([numbers[sound] for sound in self.sounds], dtype=np.int64)

    def whole(self, width: int, *, over_marks: bool) -> NDArray[np.bool_]:
        """For each place whether `width` units from there on belong together; `over_marks` = even with marks inside."""
        groups = self.owners if over_marks else self.runs
        places = max(0, len(groups) - width + 1)
        return np.equal(groups[:places], groups[width - 1 : width - 1 + places])

    def text(self, first: int, last: int) -> str:
        """The text as it stands from unit `first` to unit `last`."""
        passage = self.passages[int(self.owners[first])]
        return passage.text[self.units[first].begin : self.units[last].end]

    @cached_property
    def _joined(self) -> dict[bool, tuple[str, dict[int, int], dict[int, int]]]:
        return {over_marks: self._join(self.owners if over_marks else self.runs) for over_marks in (False, True)}

    def _join(self, groups: Places) -> tuple[str, dict[int, int], dict[int, int]]:
        """The letters in one text, a line for each group; where each unit begins and ends in it."""
        begins: dict[int, int] = {}
        ends: dict[int, int] = {}
        parts: list[str] = []
        length = 0
        for _, members in groupby(range(len(self.letters)), key=lambda place: groups[place]):
            for place in members:
                begins[length] = place
                parts.append(self.letters[place])
                length += len(self.letters[place])
                ends[length] = place
            parts.append("\n")
            length += 1
        return "".join(parts), begins, ends

    def spelt(self, letters: str, *, over_marks: bool) -> list[tuple[int, int]]:
        """(first, last) unit of every place where the letters stand as whole units; an English plural counts too."""
        text, begins, ends = self._joined[over_marks]
        tails = ("", "s", "es") if letters[-1:].isascii() else ("",)
        found = []
        at = text.find(letters) if letters else -1
        while at >= 0:
            stop = at + len(letters)
            last = next(
                (ends[stop + len(t)] for t in tails if text.startswith(t, stop) and stop + len(t) in ends), None
            )
            if at in begins and last is not None:
                found.append((begins[at], last))
            at = text.find(letters, at + 1)
        return found

    def latin_windows(self, width: int) -> dict[str, list[int]]:
        """The letters of every `width` neighbouring units without a Han character, with the places where they begin."""
        found: dict[str, list[int]] = {}
        for place in np.flatnonzero(self.whole(width, over_marks=False)):
            window = self.letters[place : place + width]
            if not any(map(has_han, window)):
                found.setdefault("".join(window), []).append(int(place))
        return found

    def cuts_words(self, first: int, last: int) -> bool:
        """Whether the units from `first` to `last` take a part of a word only: 工单 in 员工|单独, not in 工单系统."""
        begin, end = self.units[first].begin, self.units[last].end
        words = self._words[int(self.owners[first])]
        return any(a < begin < b < end or begin < a < end < b for a, b in words if a < end and b > begin)

    def on_edges(self, first: int, last: int) -> bool:
        """Whether words begin at the first and end at the last unit: 复盘 is not heard across 一副|盘子."""
        edges = self._edges[int(self.owners[first])]
        return self.units[first].begin in edges and self.units[last].end in edges

    @cached_property
    def _words(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        return tuple(tuple((t.begin, t.end) for t in tokens(passage.text)) for passage in self.passages)

    @cached_property
    def _edges(self) -> tuple[frozenset[int], ...]:
        return tuple(frozenset(place for word in words for place in word) for words in self._words)
