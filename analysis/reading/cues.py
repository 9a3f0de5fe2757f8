"""What a transcript file comes out as."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cue:
    """What one person says: one line of text, never empty. `speaker` "" = the file does not say who.

    `start` <= `end` in seconds, None where the file does not say when; plain text has a start at most.
    """

    text: str
    speaker: str = ""
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All cues of a file. `timed`: each has both times, and they are in time order; else in the order of the file.

    `skipped` = pieces that are no cue although they stand where one should be.
    """

    cues: tuple[Cue, ...]
    timed: bool
    skipped: int = field(default=0)


def one_line(text: str) -> str:
    """The text with every blank, line break and control character as a single blank."""
    return " ".join("".join(c if c.isprintable() or c in "\u3000" else " " for c in text).split())
