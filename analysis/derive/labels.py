"""Who is who in an imported transcript: its names are laid over the voices by the time that they share.

The transcript was written by somebody who knew, so what it says goes before what was told apart by ear: speech under a
cue with a name is that voice's. What people correct goes before both.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from analysis.derive.spans import merged
from analysis.document import Correction, CorrectionKind, Role, Span, Turn
from analysis.observations import HeardSegment, TextObservation

_ROLES = {
    **dict.fromkeys(("interviewer", "面试官", "面試官", "考官"), Role.INTERVIEWER),
    **dict.fromkeys(
        ("candidate", "interviewee", "applicant", "候选人", "候選人", "应聘者", "應聘者", "求职者", "应试者", "面试者"),
        Role.CANDIDATE,
    ),
}
_NUMBERED = re.compile(r"(?:S|speaker|spk|unknown|说话人|发言人)?[ _]*\d{0,3}", re.I)
_ROLE_NUMBER = re.compile(r"\s*S?\d{1,3}$")
_TOUCHING_S = 0.01
_IN_BRACKETS = re.compile(r"^(.*\S)\s*[(（]([^()（）]+)[)）]$")


@dataclass(frozen=True)
class Named:
    """The turns as the transcript has them; `voices` has the speaker of each name in it, S1 …, `names` what to call a
    speaker, and `roles` the roles that the names say, as corrections without an id."""

    turns: tuple[Turn, ...]
    voices: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    roles: tuple[Correction, ...] = ()


def named_voices(text: TextObservation | None, turns: Sequence[Turn]) -> Named:
    """The voices of the names in an imported transcript; a name that no voice is left for gets a new one."""
    cues = [segment for segment in (text.segments if text else ()) if segment.speaker]
    if not cues:
        return Named(tuple(turns))
    voices = _voices(cues, turns)
    names, roles = {}, []
    for label, voice in voices.items():
        name, role = name_and_role(label)
        if name:
            names[voice] = name
        if role:
            roles.append(Correction("", CorrectionKind.ROLE, 0.0, 0.0, voice, role.value, "", ""))
    return Named(_given(turns, cues, voices), voices, names, tuple(roles))


def name_and_role(label: str) -> tuple[str, Role | None]:
    """What a transcript's name for a speaker says: a name, "" where it is a number or a role, and a role or None."""
    name, role = label.strip(), _role(label)
    if role:
        return "", role
    bracketed = _IN_BRACKETS.match(name)
    if bracketed and (role := _role(bracketed.group(2))):
        name = bracketed.group(1)
    return ("" if _NUMBERED.fullmatch(name) else name), role


def _role(words: str) -> Role | None:
    return _ROLES.get(_ROLE_NUMBER.sub("", words.strip()).casefold())


def _voices(cues: Iterable[HeardSegment], turns: Sequence[Turn]) -> dict[str, str]:
    """The voice of each name, in order of appearance: those that share most time first, one voice a name."""
    index = _Turns(turns)
    labels: dict[str, None] = {}
    shared: dict[tuple[str, str], float] = {}
    for cue in cues:
        labels[cue.speaker] = None
        for turn in index.touching(cue.start, cue.end):
            pair = cue.speaker, turn.speaker
            shared[pair] = shared.get(pair, 0.0) + min(turn.end, cue.end) - max(turn.start, cue.start)
    found: dict[str, str] = {}
    for label, voice in sorted(shared, key=lambda pair: (-shared[pair], pair)):
        if label not in found and voice not in found.values():
            found[label] = voice
    taken = {turn.speaker for turn in turns}
    for label in labels:
        if label not in found:
            found[label] = next(name for n in range(1, len(taken) + 2) if (name := f"S{n}") not in taken)
            taken.add(found[label])
    return {label: found[label] for label in labels}


def _given(turns: Sequence[Turn], cues: Sequence[HeardSegment], voices: dict[str, str]) -> tuple[Turn, ...]:
    """The turns with the speech under each cue given to its voice; a cue without any turn becomes one."""
    owned = [Turn(cue.start, cue.end, voices[cue.speaker]) for cue in cues]
    index, by_cue = _Turns(turns), _Turns(owned)
    found = [piece for turn in turns for piece in _pieces(turn, by_cue.touching(turn.start, turn.end))]
    found += [cue for cue in owned if not index.touching(cue.start, cue.end)]
    return _joined(found)


def _joined(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """In time order; what touches of one speaker is one turn."""
    spans: dict[str, list[Span]] = {}
    for turn in turns:
        spans.setdefault(turn.speaker, []).append(Span(turn.start, turn.end))
    whole = [Turn(span.start, span.end, name) for name, own in spans.items() for span in merged(own, _TOUCHING_S)]
    return tuple(sorted(whole, key=lambda turn: (turn.start, turn.end)))


def _pieces(turn: Turn, cues: Sequence[Turn]) -> list[Turn]:
    """A turn cut at the edges of cues, each piece the speaker's of the cue over it; of two, rather the turn's own."""
    edges = sorted({turn.start, turn.end, *(t for c in cues for t in (c.start, c.end) if turn.start < t < turn.end)})
    found = []
    for start, end in pairwise(edges):
        over = [cue.speaker for cue in cues if cue.start <= start and cue.end >= end]
        found.append(Turn(start, end, turn.speaker if not over or turn.speaker in over else over[0]))
    return found


class _Turns:
    """Finds what touches a stretch of time without looking at all."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._starts = [turn.start for turn in self._turns]
        self._longest = max((turn.end - turn.start for turn in self._turns), default=0.0)

    def touching(self, start: float, end: float) -> list[Turn]:
        """Those with a part inside, in time order."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_right(self._starts, end)
        return [turn for turn in self._turns[first:last] if turn.end > start and turn.start < end]
