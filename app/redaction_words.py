"""The log of what was taken out of a recording, in words: the window's details and the command line say the same."""

from __future__ import annotations

from collections.abc import Iterable

from app import text
from app.domain.redaction import Redaction


def log_lines(log: Iterable[Redaction]) -> tuple[str, ...]:
    """A line each: the stretch, why, who, when."""
    return tuple(
        text.tr(
            "redact.log_line", stretch=text.stretch(each.start, each.end), by=each.by,
            reason=text.tr(f"redact.reason_{each.reason}"), at=each.at.astimezone().strftime("%Y-%m-%d %H:%M"),
        )
        for each in log
    )  # fmt: skip
