"""Plain text: a line or a paragraph for what somebody says, with or without names and times before it.

Read are `Name: words`, `[00:01:02] Name: words`, and a line `Name  00:01:02` above the words, as recorders of
meetings write it. A line without a name goes on with who spoke before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from analysis.reading.cues import Cue, Reading, one_line
from analysis.reading.labels import LONGEST, speakers_of, split_label

_CLOCK = r"(?:(\d{1,5}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
_STAMP = re.compile(rf"\s*(?:\[\s*{_CLOCK}\s*\]|\(\s*{_CLOCK}\s*\)|{_CLOCK}(?=\s))\s*(?:[-–—]\s+)?")
_HEADER = re.compile(rf"\s*(\S[^\n]{{0,{LONGEST - 1}}}?)[\s(\[]+{_CLOCK}[)\]]?\s*$")
_USUAL = 0.5
"""Share of lines with a name: paragraphs go on without one."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its words, the name before them, when, and whether the name is surely one (it stood above a time)."""

    words: str
    name: str = ""
    start: float | None = None
    sure: bool = False


def read(text: str) -> Reading:
    """The lines with words; a start, never an end."""
    lines = [_line(raw) for raw in text.split("\n") if raw.strip()]
    speakers = speakers_of([line.name for line in lines if not line.sure], _USUAL)
    cues: list[Cue] = []
    speaker, start = "", None
    for line in lines:
        named = line.sure or line.name in speakers
        if line.name and not named:
            line = replace(line, words=f"{line.name}: {line.words}", name="")
        if named and line.name:
            speaker = line.name
        start = line.start if line.start is not None else start
        words = one_line(line.words)
        if words:
            cues.append(Cue(words, speaker, start))
            start = None
    return Reading(tuple(cues), timed=False)


def _line(raw: str) -> _Line:
    stamp = _STAMP.match(raw)
    start = _seconds(stamp.groups()) if stamp else None
    rest = raw[stamp.end() :] if stamp else raw
    header = None if stamp else _HEADER.match(rest)
    if header:
        name = one_line(header.group(1)).rstrip(":：")
        if split_label(f"{name}:")[0]:
            return _Line("", name, _seconds(header.groups()[1:]), sure=True)
    name, words = split_label(rest)
    return _Line(words, name, start)


def _seconds(groups: tuple[str | None, ...]) -> float:
    """The time of the one alternative that matched: hours, minutes, seconds, fraction."""
    for place in range(0, len(groups), 4):
        hours, minutes, seconds, fraction = groups[place : place + 4]
        if minutes and seconds:
            whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
            return whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)
    return 0.0
