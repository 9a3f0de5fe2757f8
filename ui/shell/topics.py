"""What messages above the room are about, so that they go when it holds no more."""

from __future__ import annotations

from pathlib import Path

IMPORT, EXPORT = "import", "export"
"""What failed of these is told no more once it is tried again."""


def analysed(interview_id: str) -> str:
    """The analysis of an interview is finished."""
    return f"analysed {interview_id}"


def cut_off(interview_id: str) -> str:
    """An interview's recording was found that a crash cut off."""
    return f"cut off {interview_id}"


def enriched(interview_id: str, kind: str) -> str:
    """Why nothing came of an enrichment of an interview."""
    return f"enriched {interview_id} {kind}"


def unreadable(folder: Path) -> str:
    """A watched folder cannot be read."""
    return f"unreadable {folder}"
