"""ELAN's annotation files: tiers become speakers.

Read is what a transcription is in practice: tiers that have no parent and hold text. Tiers below them (translations,
glosses, single words) say the same again and are passed over, unless the parent's own annotations are empty, as where
it only marks utterances. No document type is accepted: it is how XML opens other files or grows without end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from analysis import features
from analysis.failures import TranscriptMalformed, TranscriptRefused
from analysis.language.script import join_words
from analysis.reading.cues import Cue, Reading, one_line

_ROOT = "ANNOTATION_DOCUMENT"
_NUMBERED = re.compile(r"S\d+")
_DEEPEST = 32


@dataclass
class _Mark:
    """One annotation: its slots, or the annotation that it refers to."""

    id: str
    first: str = ""
    last: str = ""
    parent: str = ""
    text: str = ""


@dataclass
class _Tier:
    id: str
    participant: str
    parent: str
    marks: list[_Mark] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Characters of text."""
        return sum(len(mark.text) for mark in self.marks)


class _Refused(Exception):
    """The file declares a document type."""


class _Malformed(Exception):
    """It is not what ELAN writes."""


@dataclass
class _Document:
    """Takes what the parser tells. Times of slots in ms, None where ELAN leaves them open."""

    slots: dict[str, int | None] = field(default_factory=dict)
    tiers: list[_Tier] = field(default_factory=list)
    mark: _Mark | None = None
    in_value: bool = False
    depth: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if (self.depth == 1 and tag != _ROOT) or self.depth > _DEEPEST:
            raise _Malformed
        if tag == "TIME_SLOT":
            value = attributes.get("TIME_VALUE", "")
            self.slots[attributes.get("TIME_SLOT_ID", "")] = int(value) if re.fullmatch(r"\d{1,12}", value) else None
        elif tag == "TIER":
            named = ("TIER_ID", "PARTICIPANT", "PARENT_REF")
            tier, participant, parent = (one_line(attributes.get(each, "")) for each in named)
            self.tiers.append(_Tier(tier, participant, parent))
        elif tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION") and self.tiers:
            names = (
                attributes.get(n, "") for n in ("ANNOTATION_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2", "ANNOTATION_REF")
            )
            self.mark = _Mark(*names)
            self.tiers[-1].marks.append(self.mark)
        self.in_value = tag == "ANNOTATION_VALUE" and self.mark is not None

    def data(self, text: str) -> None:
        """Characters, of which a text may come in several pieces."""
        if self.in_value and self.mark is not None:
            self.mark.text += text

    def end(self, tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        self.in_value = False
        if tag in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION") and self.mark is not None:
            self.mark.text = one_line(self.mark.text)
            self.mark = None


def read(raw: bytes, name: str) -> Reading:
    """The speakers' annotations in time order. Raises TranscriptRefused, TranscriptMalformed."""
    document = _parsed(raw, name)
    times = _times(document.slots)
    by_id = {mark.id: mark for tier in document.tiers for mark in tier.marks}
    cues, skipped = [], 0
    for speaker, marks in _spoken(document.tiers):
        found = [_cue(mark, speaker, by_id, times) for mark in _joined(marks)]
        cues += [cue for cue in found if cue is not None]
        skipped += found.count(None)
    return Reading(tuple(sorted(cues, key=lambda cue: (cue.start or 0.0, cue.end or 0.0))), True, skipped)


def _parsed(raw: bytes, name: str) -> _Document:
    document, parser = _Document(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(raw, True)
    except _Refused as error:
        raise TranscriptRefused(name=name) from error
    except (expat.ExpatError, _Malformed, ValueError, LookupError) as error:
        raise TranscriptMalformed(name=name, line=parser.CurrentLineNumber) from error
    return document


def _refuse(*_: object) -> int:
    raise _Refused


def _times(slots: dict[str, int | None]) -> dict[str, float]:
    """Seconds of every slot; one that ELAN leaves open lies between its neighbours in the order of time."""
    names, known = list(slots), [place for place, value in enumerate(slots.values()) if value is not None]
    found = {name: value / 1000 for name, value in slots.items() if value is not None}
    for left, right in pairwise(known):
        begin, end = found[names[left]], found[names[right]]
        for place in range(left + 1, right):
            found[names[place]] = begin + (end - begin) * (place - left) / (right - left)
    return found


def _spoken(tiers: list[_Tier]) -> list[tuple[str, list[_Mark]]]:
    """(speaker, annotations) of the tiers that hold what was said."""
    tops = [(top, text) for top in tiers if not top.parent and (text := _with_text(top, tiers))]
    if any(top.participant for top, _ in tops):
        tops = [(top, text) for top, text in tops if top.participant]
    else:
        ours = {"questions", *features.event_kinds()}
        tops = [(top, text) for top, text in tops if top.id not in ours]
    return [(_speaker(top, tops), text.marks) for top, text in tops if _is_chief(top, text, tops)]


def _with_text(top: _Tier, tiers: list[_Tier]) -> _Tier | None:
    """The tier itself, or the first below it that has text; levels one after the other."""
    level, seen = [top], set()
    while level:
        for tier in level:
            if tier.size:
                return tier
        seen |= {tier.id for tier in level}
        level = [tier for tier in tiers if tier.parent in seen and tier.id not in seen]
    return None


def _is_chief(top: _Tier, text: _Tier, tops: Iterable[tuple[_Tier, _Tier]]) -> bool:
    """Whether it is what its participant says: of several tiers the one with most text.

    This program's own files number the participants, and part a speaker's tier in two where annotations overlap.
    """
    if not top.participant or _NUMBERED.fullmatch(top.participant):
        return True
    return text is max((t for other, t in tops if other.participant == top.participant), key=lambda tier: tier.size)


def _speaker(top: _Tier, tops: Iterable[tuple[_Tier, _Tier]]) -> str:
    if top.participant and not _NUMBERED.fullmatch(top.participant):
        return top.participant
    if top.participant:
        return next(other.id for other, _ in tops if other.participant == top.participant)
    return top.id.rpartition("@")[2] or top.id


def _joined(marks: list[_Mark]) -> list[_Mark]:
    """Annotations that refer to the same one, as one."""
    found: dict[str, _Mark] = {}
    for place, mark in enumerate(marks):
        key = f"ref {mark.parent}" if mark.parent and not mark.first else f"own {place}"
        if key in found:
            found[key].text = join_words([found[key].text, mark.text])
        else:
            found[key] = mark
    return [mark for mark in found.values() if mark.text]


def _cue(mark: _Mark, speaker: str, by_id: dict[str, _Mark], times: dict[str, float]) -> Cue | None:
    """None where the annotation has no time, or ends before it begins."""
    for _ in range(_DEEPEST):
        if mark.first or not mark.parent or mark.parent not in by_id:
            break
        mark = _Mark(mark.id, by_id[mark.parent].first, by_id[mark.parent].last, by_id[mark.parent].parent, mark.text)
    start, end = times.get(mark.first), times.get(mark.last)
    if start is None or end is None or end < start:
        return None
    return Cue(mark.text, speaker, start, end)
