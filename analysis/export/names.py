"""What speakers are called in exported files: by role, so that a reader need not know who S1 is."""

from __future__ import annotations

from analysis.document import Role, Speakers


def speaker_names(speakers: Speakers) -> dict[str, str]:
    """ "interviewer", "candidate"; where a role has several speakers their numbers too; others by number alone."""
    names = {}
    for speaker, role in speakers.roles.items():
        several = sum(other is role for other in speakers.roles.values()) > 1
        names[speaker] = speaker if role is Role.OTHER else f"{role.value} {speaker}" if several else role.value
    return names
