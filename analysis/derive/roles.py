"""Who is the candidate: the enrolled voice, else the one who talks more and asks less; one click flips it. And what
people call the speakers."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from analysis.derive.spans import total
from analysis.document import Correction, Role, Segment, Span
from analysis.language.questions import asks
from analysis.observations import SpeakerObservation

_ASKING_SHARE = 0.3
LONGEST_NAME = 100
"""Characters of a speaker's name that are kept."""
MIN_TOLD_APART_S = 20.0
"""Less speech does not tell how many people there are."""


def assign_roles(
    speech: dict[str, tuple[Span, ...]], segments: Sequence[Segment], enrolled: str | None
) -> dict[str, Role]:
    """A role for every speaker, in order of names. One is the candidate; who asks most of the rest the interviewer.

    A further voice is an interviewer too where a third of its sentences ask, else "other".
    """
    talk = {name: total(spans) for name, spans in speech.items()}
    for segment in segments:
        talk.setdefault(segment.speaker, 0.0)
    if not talk:
        return {}
    asked = {name: sum(asks(s.text, s.language) for s in segments if s.speaker == name) for name in talk}
    said = {name: sum(1 for s in segments if s.speaker == name) for name in talk}
    all_talk, all_asked = sum(talk.values()) or 1.0, sum(asked.values()) or 1
    names = sorted(talk, key=_by_number)
    leaning = {name: talk[name] / all_talk - asked[name] / all_asked for name in names}
    candidate = enrolled if enrolled in talk else max(names, key=lambda name: leaning[name])
    rest = [name for name in names if name != candidate]
    lead = max(rest, key=lambda name: (asked[name], talk[name])) if rest else None
    roles = {}
    for name in names:
        interviewing = name == lead or asked[name] > _ASKING_SHARE * said[name]
        roles[name] = Role.CANDIDATE if name == candidate else Role.INTERVIEWER if interviewing else Role.OTHER
    return roles


def _by_number(name: str) -> tuple[int, str]:
    return (len(name), name)


def correct_roles(roles: dict[str, Role], corrections: Iterable[Correction]) -> tuple[dict[str, Role], list[str]]:
    """The roles with the corrections applied in order, and the ids of those that found no speaker or role.

    There is one candidate: making another one the candidate gives the former the other's role, and with two speakers
    taking the role from the candidate gives it to the other one. A role that a person set is not moved by that.
    """
    now, lost = dict(roles), []
    fixed: set[str] = set()
    for correction in corrections:
        if correction.before not in now or correction.after not in tuple(Role):
            lost.append(correction.id)
            continue
        speaker, role, former = correction.before, Role(correction.after), now[correction.before]
        now[speaker] = role
        fixed.add(speaker)
        others = [name for name in now if name != speaker and name not in fixed]
        if role is Role.CANDIDATE:
            now |= {name: former for name in others if now[name] is Role.CANDIDATE and former is not role}
        elif former is Role.CANDIDATE and len(now) == 2:
            now |= dict.fromkeys(others, Role.CANDIDATE)
    return now, lost


def given_names(
    roles: dict[str, Role], corrections: Iterable[Correction], imported: dict[str, str] | None = None
) -> tuple[dict[str, str], list[str]]:
    """What people called the speakers, in the order of `roles`, and the ids of corrections that found no speaker.

    The last name holds, an empty one takes the name away; `imported` are those that a transcript came with.
    """
    given = {speaker: one_line(name)[:LONGEST_NAME].strip() for speaker, name in (imported or {}).items()}
    lost = []
    for correction in corrections:
        if correction.before in roles:
            given[correction.before] = one_line(correction.after)[:LONGEST_NAME].strip()
        else:
            lost.append(correction.id)
    return {speaker: given[speaker] for speaker in roles if given.get(speaker)}, lost


def one_line(text: str) -> str:
    """The text without control characters, its blanks and line breaks as single blanks."""
    return "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in ("Cc", "Cs"))


def candidate_of(roles: dict[str, Role]) -> str | None:
    """The candidate's name, None where nobody has the role."""
    return next((name for name, role in roles.items() if role is Role.CANDIDATE), None)


def suggested_count(found: SpeakerObservation | None, asked: int | None) -> int | None:
    """How many people it sounds like, None where that is what was asked for, or too little is said to tell.

    Right on 42 of 42 tapes with one to four voices, most of them put together from few distinct voices: a suggestion.
    """
    if found is None or asked is None or found.suggested in (0, asked):
        return None
    spoken = sum(turn.end - turn.start for turn in found.turns)
    return found.suggested if spoken >= MIN_TOLD_APART_S else None
