"""What speakers are called in exported files: as people named them, else by role, so that a reader need not know who
S1 is."""

from __future__ import annotations

from analysis.derive.roles import one_line
from analysis.document import Role, Speakers


def speaker_names(speakers: Speakers) -> dict[str, str]:
    """The names that people gave; without one "interviewer", "candidate", where a role has several speakers with their
    numbers, and others by number alone. Each is one line of text, and two speakers may share a name.
    """
    names = {}
    for speaker, role in speakers.roles.items():
        several = sum(other is role for other in speakers.roles.values()) > 1
        by_role = speaker if role is Role.OTHER else f"{role.value} {speaker}" if several else role.value
        names[speaker] = one_line(speakers.names.get(speaker, "")) or by_role
    return names


def speaker_labels(speakers: Speakers) -> dict[str, str]:
    """The same for formats whose names are one word: blanks become "_". Without a name its number, S1."""
    named = {speaker: one_line(speakers.names.get(speaker, "")) for speaker in speakers.roles}
    return {speaker: "_".join(name.split()) or speaker for speaker, name in named.items()}
