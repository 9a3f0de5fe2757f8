"""The transcript as WebVTT with voice tags and as SubRip."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.document import Analysis, Segment
from analysis.export.names import speaker_names

_SHORTEST_MS = 1


def timecode(seconds: float, mark: str) -> str:
    """hh:mm:ss and milliseconds behind `mark`; hours grow beyond 99."""
    milliseconds = _ms(seconds)
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{rest:03d}"


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _cues(analysis: Analysis) -> Iterator[tuple[Segment, str, float, str]]:
    """(segment, speaker's name, end in s, text of one line); nothing without text, nothing of no length."""
    names = speaker_names(analysis.speakers)
    for segment in analysis.transcript.segments:
        text = " ".join(segment.text.split())
        if text:
            end = max(segment.end, (_ms(segment.start) + _SHORTEST_MS) / 1000)
            yield segment, names.get(segment.speaker, segment.speaker), end, text


def webvtt(analysis: Analysis) -> str:
    """WebVTT, one cue a segment: `<v candidate>text`, with & < > escaped."""
    blocks = ["WEBVTT"]
    for number, (segment, name, end, text) in enumerate(_cues(analysis), start=1):
        times = f"{timecode(segment.start, '.')} --> {timecode(end, '.')}"
        blocks.append(f"{number}\n{times}\n<v {escaped(name)}>{escaped(text)}")
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """As cue text: what a player could take for a tag is spelled out."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def srt(analysis: Analysis) -> str:
    """SubRip, one subtitle a segment: `candidate: text`. Angle brackets become look-alikes, as players read tags."""
    blocks = []
    for number, (segment, name, end, text) in enumerate(_cues(analysis), start=1):
        times = f"{timecode(segment.start, ',')} --> {timecode(end, ',')}"
        shown = f"{name}: {text}".replace("<", "‹").replace(">", "›")
        blocks.append(f"{number}\n{times}\n{shown}\n")
    return "\n".join(blocks)
