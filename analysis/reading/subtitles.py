"""WebVTT and SubRip: blocks of a line of times and lines of text, as they come out of many programs.

WebVTT by its standard (https://www.w3.org/TR/webvtt1/, section 6.3) where it matters for text: notes, styles and
regions are passed over, voice tags name the speaker. SubRip has no standard: a blank line within a subtitle, a missing
one between two, and a point in place of the comma are all read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from analysis.reading.cues import Cue, Reading, one_line
from analysis.reading.labels import labelled

_TIME = r"(?:(\d{1,5}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,6}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s|$)")
_NO_CUE = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)(?:\s|$)")
_VTT_TAG = re.compile(r"<(/?)([A-Za-z0-9]*)(?:\.[^\s<>]*)?\s*([^<>]*)>")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|em|strong|font|span|c|ruby|rt)(?:\s[^<>]*)?>|\{\\[^{}]{0,100}\}", re.I)
_ROLLING_S = 0.3
_LOOKED_AT = 400


@dataclass
class _Block:
    """One cue as it stands: times in seconds and lines of raw text."""

    start: float
    end: float
    lines: list[str] = field(default_factory=list)


def looks_timed(text: str) -> bool:
    """Whether a plain text is subtitles by another name."""
    return any(_TIMING.match(line) for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT])


def webvtt(text: str) -> Reading:
    """The cues of WebVTT; a voice that changes within a cue makes two of it."""
    blocks = list(_blocks(text, blank_ends=True))
    return _reading(blocks, [list(_voices(block)) for block in _unrolled(blocks)])


def srt(text: str) -> Reading:
    """The subtitles of SubRip. Angle brackets that are no tag are text."""
    blocks = list(_blocks(text, blank_ends=False))
    cues = [_cue(block, "", one_line(_SRT_TAG.sub("", " ".join(block.lines)))) for block in _unrolled(blocks)]
    return _reading(blocks, [[cue] for cue in cues])


def _reading(blocks: list[_Block], found: list[list[Cue]]) -> Reading:
    """All cues with text in time order; those that end before they begin are counted as broken."""
    whole = [[cue for cue in cues if cue.text] for cues in found]
    good = [cue for cues in whole for cue in cues if _span(cue) >= 0]
    skipped = sum(block.end < block.start for block in blocks)
    return Reading(labelled(sorted(good, key=lambda cue: (cue.start or 0.0, cue.end or 0.0))), True, skipped)


def _span(cue: Cue) -> float:
    return (cue.end or 0.0) - (cue.start or 0.0)


def _blocks(text: str, *, blank_ends: bool) -> Iterator[_Block]:
    """Blocks with a line of times, in the order of the file. `blank_ends`: a blank line ends a cue's text."""
    block: _Block | None = None
    open_text = False
    for line in text.split("\n"):
        times = _TIMING.match(line) if "-->" in line else None
        if times:
            if block is not None:
                yield _without_number(block, blank_ends)
            block = _Block(_seconds(*times.groups()[:4]), _seconds(*times.groups()[4:]))
            open_text = True
        elif not line.strip():
            open_text = open_text and not blank_ends
        if block is not None and open_text and not times:
            block.lines.append(line)
    if block is not None:
        yield block


def _without_number(block: _Block, numbered_apart: bool) -> _Block:
    """A line of digits right before the next line of times is that cue's number, unless a blank line ended the text."""
    if not numbered_apart and block.lines and block.lines[-1].strip().isdigit():
        block.lines.pop()
    return block


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0)


def _unrolled(blocks: list[_Block]) -> list[_Block]:
    """Captions that roll up show their lines twice: what the cue before showed last is left out here."""
    found: list[_Block] = []
    shown, until = "", -1.0
    for block in blocks:
        lines = [line for line in block.lines if line.strip()]
        rolls = bool(lines) and lines[0].strip() == shown and abs(block.start - until) <= _ROLLING_S
        flashes = block.end - block.start <= _ROLLING_S
        if lines:
            shown, until = lines[-1].strip(), block.end
        kept = lines[1:] if rolls and (len(lines) > 1 or flashes) else lines
        found.append(replace(block, lines=kept))
    return found


def _voices(block: _Block) -> Iterator[Cue]:
    """The cue for each voice in a block, its time shared by the length of what each says."""
    parts: list[tuple[str, str]] = []
    speaker, place, words = "", 0, ""
    text = "\n".join(block.lines)
    for tag in _VTT_TAG.finditer(text):
        words += text[place : tag.start()]
        place = tag.end()
        closing, kind, rest = tag.groups()
        if kind.lower() == "v":
            parts.append((speaker, words))
            speaker, words = ("" if closing else _plain(rest)), ""
    parts.append((speaker, words + text[place:]))
    said = [(name, _plain(part)) for name, part in parts if _plain(part)]
    total, before = sum(len(part) for _, part in said), 0
    for name, part in said:
        share = (block.end - block.start) / total
        piece = _Block(block.start + before * share, block.start + (before + len(part)) * share)
        before += len(part)
        yield _cue(replace(piece, end=block.end) if before == total else piece, name, part)


def _plain(text: str) -> str:
    return one_line(html.unescape(text))


def _cue(block: _Block, speaker: str, text: str) -> Cue:
    return Cue(text, speaker, block.start, block.end)
