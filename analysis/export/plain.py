"""The transcript as text to read: a line a segment, with its time and who speaks."""

from __future__ import annotations

from analysis.document import Analysis
from analysis.export.names import speaker_names


def plain_text(analysis: Analysis) -> str:
    """`[00:01:02] candidate: text`, one line a segment that has text; UTF-8 is for the writer to choose."""
    names = speaker_names(analysis.speakers)
    lines = []
    for segment in analysis.transcript.segments:
        words = " ".join(segment.text.split())
        if words:
            seconds = max(0, int(segment.start))
            time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
            lines.append(f"[{time}] {names.get(segment.speaker, segment.speaker)}: {words}\n")
    return "".join(lines)
