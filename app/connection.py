"""What a test of the connection to the HR system found, in words."""

from __future__ import annotations

from app import text
from sync.diagnosis import Finding, Seen


def finding_words(finding: Finding) -> str:
    """What is wrong and what to do about it, or what can be seen; "" where there is nothing to say."""
    if finding.failure is not None:
        return text.sentence(finding.failure)
    if not finding.needed:
        return text.tr("settings.check_no_certificate")
    return _seen(finding.seen) if finding.seen else ""


def _seen(seen: Seen) -> str:
    counts = text.tr(
        "settings.check_seen_more" if seen.more else "settings.check_seen",
        positions=seen.positions, candidates=seen.candidates,
    )  # fmt: skip
    return f"{seen.name}{text.tr('settings.check_colon')}{counts}" if seen.name else counts
