"""Who spoke when, as RTTM (NIST Rich Transcription): one SPEAKER line a turn."""

from __future__ import annotations

from analysis.document import Analysis
from analysis.export.names import speaker_labels


def rttm(analysis: Analysis) -> str:
    """Lines `SPEAKER file 1 start duration <NA> <NA> name <NA> <NA>`; the file is called by its hash's first half."""
    name = analysis.media.sha256[:32] or "recording"
    labels = speaker_labels(analysis.speakers)
    return "".join(
        f"SPEAKER {name} 1 {turn.start:.3f} {turn.end - turn.start:.3f} <NA> <NA> "
        f"{labels.get(turn.speaker, turn.speaker)} <NA> <NA>\n"
        for turn in analysis.speakers.turns
        if turn.end - turn.start >= 0.0005
    )
