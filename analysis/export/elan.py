"""The transcript and events for ELAN: EAF 3.0, elements in the order of its schema (EAFv3.0.xsd)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from analysis.document import Analysis
from analysis.export.names import speaker_names

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE = "time-aligned"
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONSTRAINTS = (
    (
        "Time_Subdivision",
        "Time subdivision of parent annotation's time interval, no time gaps allowed within this interval",
    ),
    (
        "Symbolic_Subdivision",
        "Symbolic subdivision of a parent annotation. Annotations refering to the same parent are ordered",
    ),
    ("Symbolic_Association", "1-1 association with a parent annotation"),
    ("Included_In", "Time alignable annotations within the parent annotation's time interval, gaps are allowed"),
)


@dataclass(frozen=True, slots=True)
class _Mark:
    start_ms: int
    end_ms: int
    text: str


@dataclass
class _Tier:
    name: str
    participant: str = ""
    marks: list[_Mark] = field(default_factory=list)


def eaf(analysis: Analysis) -> bytes:
    """One tier a speaker, one for the questions, one for each kind of event. Marks of a tier never overlap.

    A speaker's tier bears the speaker's name, and the number, S1, as its participant.
    """
    tiers = _told_apart([tier for tier in _tiers(analysis) if tier.marks])
    ET.register_namespace("xsi", _XSI)
    root = ET.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "MianJian",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            f"{{{_XSI}}}noNamespaceSchemaLocation": _SCHEMA,
        },
    )
    header = ET.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    count = sum(len(tier.marks) for tier in tiers)
    ET.SubElement(header, "PROPERTY", {"NAME": "lastUsedAnnotationId"}).text = str(count)
    _write_tiers(root, tiers)
    ET.SubElement(
        root,
        "LINGUISTIC_TYPE",
        {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": _TYPE, "TIME_ALIGNABLE": "true"},
    )
    for name, about in _CONSTRAINTS:
        ET.SubElement(root, "CONSTRAINT", {"DESCRIPTION": about, "STEREOTYPE": name})
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _write_tiers(root: ET.Element, tiers: Sequence[_Tier]) -> None:
    """TIME_ORDER with its slots in time order, then the tiers that refer to them."""
    order = ET.SubElement(root, "TIME_ORDER")
    times = sorted({time for tier in tiers for mark in tier.marks for time in (mark.start_ms, mark.end_ms)})
    slots = {time: f"ts{number}" for number, time in enumerate(times, start=1)}
    for time, slot in slots.items():
        ET.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(time)})
    number = 0
    for tier in tiers:
        attributes = {"LINGUISTIC_TYPE_REF": _TYPE, "TIER_ID": tier.name}
        if tier.participant:
            attributes["PARTICIPANT"] = tier.participant
        element = ET.SubElement(root, "TIER", attributes)
        for mark in tier.marks:
            number += 1
            _write_mark(element, f"a{number}", slots[mark.start_ms], slots[mark.end_ms], mark.text)


def _write_mark(tier: ET.Element, name: str, start: str, end: str, text: str) -> None:
    annotation = ET.SubElement(tier, "ANNOTATION")
    aligned = ET.SubElement(
        annotation, "ALIGNABLE_ANNOTATION", {"ANNOTATION_ID": name, "TIME_SLOT_REF1": start, "TIME_SLOT_REF2": end}
    )
    ET.SubElement(aligned, "ANNOTATION_VALUE").text = _NOT_XML.sub("", text)


def _tiers(analysis: Analysis) -> list[_Tier]:
    names = speaker_names(analysis.speakers)
    tiers: list[_Tier] = []
    for speaker in analysis.speakers.roles:
        said = [_mark(s.start, s.end, s.text) for s in analysis.transcript.segments if s.speaker == speaker]
        tiers += _apart(_NOT_XML.sub("", names[speaker]) or speaker, said, speaker)
    asked = [_mark(e.question.start, e.question.end, e.question.text) for e in analysis.exchanges]
    tiers += _apart("questions", asked)
    for kind in sorted({event.kind for event in analysis.events}):
        tiers += _apart(kind, [_mark(e.start, e.end, e.text) for e in analysis.events if e.kind == kind])
    return tiers


def _mark(start: float, end: float, text: str) -> _Mark:
    begin = max(0, round(start * 1000))
    return _Mark(begin, max(begin + 1, round(end * 1000)), text)


def _apart(name: str, marks: Iterable[_Mark], participant: str = "") -> list[_Tier]:
    """As many tiers as it takes for no two marks of one tier to overlap, which ELAN does not allow."""
    tiers = [_Tier(name, participant)]
    for mark in sorted(marks, key=lambda m: (m.start_ms, m.end_ms)):
        free = next((tier for tier in tiers if not tier.marks or tier.marks[-1].end_ms <= mark.start_ms), None)
        if free is None:
            free = _Tier(f"{name} {len(tiers) + 1}", participant)
            tiers.append(free)
        free.marks.append(mark)
    return tiers


def _told_apart(tiers: list[_Tier]) -> list[_Tier]:
    """No two tiers of one name, which ELAN does not allow: a speaker may be called like another or like an event."""
    taken = {tier.name for tier in tiers if not tier.participant}
    for tier in tiers:
        if tier.participant:
            name, number = tier.name, 1
            while tier.name in taken:
                number += 1
                tier.name = f"{name} {number}"
            taken.add(tier.name)
    return tiers
