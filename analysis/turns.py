"""Who speaks in a stretch of time: what a correction about a voice is anchored by, in the engine and on the screen."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.document import Turn


def speaks_most(turns: Iterable[Turn], start: float, end: float, of_equals: str = "") -> str | None:
    """The speaker with the most time between `start` and `end` (s), of equals the one named.

    None where nobody speaks there.
    """
    spoken: dict[str, float] = {}
    for turn in turns:
        shared = min(turn.end, end) - max(turn.start, start)
        if shared > 0:
            spoken[turn.speaker] = spoken.get(turn.speaker, 0.0) + shared
    return max(spoken, key=lambda name: (spoken[name], name == of_equals), default=None)
