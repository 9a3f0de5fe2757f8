"""What a transcript file comes out as."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.document import Word


@dataclass(frozen=True, slots=True)
class Cue:
    """What one person says: one line of text, never empty. `speaker` "" = the file does not say who.

    `start` <= `end` in seconds, None where the file does not say when; plain text has a start at most. `words` are
    those of a recogniser with their own times, in time order; their text may lack the marks of `text`.
    """

    text: str
    speaker: str = ""
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """An outside recogniser: what it is called, where it was asked, by which profile (its id and hash) and when.

    `model` as it was asked for, "" = the service's own choice; `at` is an ISO 8601 time with its zone.
    """

    name: str
    host: str
    profile: str
    sha256: str
    at: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All cues of a file. `timed`: each has both times, and they are in time order; else in the order of the file.

    `skipped` = pieces that are no cue although they stand where one should be; `source` = the recogniser whose words
    these are, None where people or other programs wrote them.
    """

    cues: tuple[Cue, ...]
    timed: bool
    skipped: int = field(default=0)
    source: Source | None = None


def one_line(text: str) -> str:
    """The text with every blank, line break and control character as a single blank."""
    return " ".join("".join(c if c.isprintable() or c in "\u3000" else " " for c in text).split())
