"""A consent as it can be shown afterwards: what was read, each point's answer, how it was given, and all that changed.

Everything is read from what was kept; nothing is added to it but a withdrawal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from analysis.features import modalities
from app import policy, text
from app.domain.marks import Mark
from app.domain.outside import OutsideConsent
from app.domain.types import Consent, ConsentGiven, ConsentRecord, Interview
from app.outside import gate
from app.recording import consent
from app.recording.consent import MOST_POINTS, Notice
from app.recording.holding import said_aloud
from app.recording.kinds import Kind
from app.store.library import Library

DESK = "desk-1"
"""Names the way of recording: somebody notes here what the candidate signed or said elsewhere."""
MOST_SIDE = 100_000.0
"""A drawn signature's field is at most so wide and high."""


class Stands(StrEnum):
    """The candidate's answer to one point. UNKNOWN = nothing was kept here about it."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Point:
    """One point: a kind of recording, a modality to be analysed, or an outside service.

    `words` are those that the candidate read, "" where they are not here; `since` is when the answer was given.
    """

    stands: Stands
    since: datetime | None = None
    kind: Kind | None = None
    modality: str = ""
    service: OutsideConsent | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that the candidate said: `added` and `taken_back` are kinds and modalities, or the service is named."""

    at: datetime
    kept_by: str
    how: ConsentGiven
    version: str
    language: str = ""
    added: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    service: OutsideConsent | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn signature: lines of points in a field of `width` × `height`, all inside it."""

    width: float
    height: float
    lines: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to show for one interview.

    `given` = the newest giving that names a text; `notice` is that text and `same_words` whether it is still word for
    word what was shown; `said` = when in the recording it was said aloud, with whether that can still be heard.
    """

    interview: Interview
    points: tuple[Point, ...]
    entries: tuple[Entry, ...]
    given: Consent | None = None
    kept_by: str = ""
    notice: Notice | None = None
    same_words: bool = False
    drawing: Drawing | None = None
    said: tuple[tuple[Mark, bool], ...] = ()


def evidence(library: Library, interview_id: str, rules: policy.Profile) -> Evidence:
    """All that is known of an interview's consent. Raises NotFound."""
    interview = library.interview(interview_id)
    records, services = library.consent_records(interview_id), library.outside_consents(interview_id)
    entries = tuple(_entries(records))
    record = _given(records, entries)
    given = record.consent if record is not None else None
    shown, same = (
        consent.named(given.text_version, given.language, given.notice_sha256, library.folder)
        if given is not None
        else (None, False)
    )
    told = (*entries, *(_of_service(each) for each in services))
    return Evidence(
        interview,
        (*_points(records, rules, shown), *_services(services, shown)),
        tuple(sorted(told, key=lambda each: each.at)),
        given,
        record.kept_by if record is not None else "",
        shown,
        same,
        drawing_of(record.evidence) if record is not None else None,
        _said(library, interview),
    )


def take_back(library: Library, interview_id: str, rules: policy.Profile, point: Point) -> None:
    """Keep that the candidate withdrew one point: what rests on it goes with it. Raises NotFound, ReadOnly."""
    name = library.interview(interview_id).candidate.name
    if (service := point.service) is not None:
        library.record_outside_consent(
            interview_id, service.purpose, service.host, service.service, agreed=False, text_version=gate.TEXT_VERSION,
            by=name,
        )  # fmt: skip
        return
    before = library.consent(interview_id)
    if before is not None and before.kinds is not None:
        kinds = (str(point.kind),) if point.kind is not None else ()
        consent.withdraw(library, interview_id, kinds, (point.modality,), ConsentGiven.DESK)
        return
    held = before.modalities if before is not None else policy.allowed_modalities(rules, None)
    left = tuple(each for each in held if each != point.modality)
    library.record_consent(interview_id, left, before.text_version if before is not None else DESK, name)


def taken_back(library: Library, interview_id: str) -> tuple[Point, ...]:
    """The kinds and modalities that were agreed to once and are not any more."""
    records = library.consent_records(interview_id)
    keys = dict.fromkeys(key for each in records for key in each.consent.agreed)
    points = (_point(key, records, None) for key in sorted(keys, key=_order))
    return tuple(point for point in points if point.stands is Stands.WITHDRAWN)


def drawing_of(kept: dict[str, Any] | None) -> Drawing | None:
    """A drawn signature out of what was kept, which may have come from anywhere; None where it is none."""
    if kept is None:
        return None
    try:
        width, height = (_within(kept[name], MOST_SIDE) for name in ("width", "height"))
        lines = tuple(
            tuple((min(_within(x, MOST_SIDE), width), min(_within(y, MOST_SIDE), height)) for x, y in line)
            for line in kept["strokes"]
        )
    except (KeyError, TypeError, ValueError):
        return None
    if not width or not height or not any(lines) or sum(map(len, lines)) > MOST_POINTS:
        return None
    return Drawing(width, height, lines)


def _within(value: Any, most: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return min(max(0.0, number), most)


def _entries(records: Sequence[ConsentRecord]) -> Iterator[Entry]:
    before: frozenset[str] = frozenset()
    for number, each in enumerate(records):
        given, now = each.consent, each.consent.agreed
        added, gone = (tuple(sorted(keys, key=_order)) for keys in (now - before, before - now))
        yield Entry(given.recorded, each.kept_by, given.how, given.text_version, given.language, added, gone,
                    first=number == 0)  # fmt: skip
        before = now


def _given(records: Sequence[ConsentRecord], entries: Sequence[Entry]) -> ConsentRecord | None:
    """The newest that names a text and takes nothing back by word of mouth alone."""
    for each, entry in zip(reversed(records), reversed(entries), strict=True):
        how, narrows = each.consent.how, bool(entry.taken_back) and not entry.added
        by_word = how is ConsentGiven.SPOKEN and narrows
        if each.consent.notice_sha256 and how is not ConsentGiven.DESK and not by_word:
            return each
    return None


def _points(records: Sequence[ConsentRecord], rules: policy.Profile, shown: Notice | None) -> Iterator[Point]:
    asked = any(each.consent.kinds is not None for each in records)
    keys = {key for each in records for key in each.consent.agreed}
    keys |= {name for name in modalities() if rules.rule(name).analyse and (shown is None or name in shown.analyse)}
    keys |= {str(kind) for kind in Kind} if asked else set()
    for key in sorted(keys, key=_order):
        yield _point(key, records, shown)


def _point(key: str, records: Sequence[ConsentRecord], shown: Notice | None) -> Point:
    kind = Kind(key) if key in tuple(Kind) else None
    answers = [
        (each.consent.recorded, key in each.consent.agreed)
        for each in records
        if kind is None or each.consent.kinds is not None
    ]
    words = "" if shown is None else (shown.record if kind is not None else shown.analyse).get(key, "")
    stands, since = _standing(answers)
    return Point(stands, since, kind, "" if kind is not None else key, words=words)


def _standing(answers: Sequence[tuple[datetime, bool]]) -> tuple[Stands, datetime | None]:
    """What answers that were given one after the other come to, and since when that holds."""
    if not answers:
        return Stands.UNKNOWN, None
    holds, since = answers[-1][1], answers[-1][0]
    for at, agreed in reversed(answers):
        if agreed != holds:
            return (Stands.AGREED if holds else Stands.WITHDRAWN), since
        since = at
    return (Stands.AGREED if holds else Stands.REFUSED), since


def _services(said: Sequence[OutsideConsent], shown: Notice | None) -> Iterator[Point]:
    by_service: dict[tuple[str, str], list[OutsideConsent]] = {}
    for each in said:
        by_service.setdefault((str(each.purpose), each.host), []).append(each)
    for answers in by_service.values():
        stands, since = _standing([(each.recorded, each.agreed) for each in answers])
        yield Point(stands, since, service=answers[-1], words=_words_of(answers[-1], shown))


def _words_of(said: OutsideConsent, shown: Notice | None) -> str:
    """What was agreed to with a service, where this version still has the words; in the notice's language."""
    if shown is None or said.text_version != gate.TEXT_VERSION or not text.has(f"outside.purpose_{said.purpose}"):
        return ""
    return text.tr_in(
        shown.language, "outside.consent", data=gate.data_words(said.purpose, shown.language), service=said.service,
        host=said.host, what=text.tr_in(shown.language, f"outside.purpose_{said.purpose}"),
    )  # fmt: skip


def _of_service(said: OutsideConsent) -> Entry:
    return Entry(said.recorded, "", ConsentGiven.DESK, said.text_version, service=said)


def _said(library: Library, interview: Interview) -> tuple[tuple[Mark, bool], ...]:
    if interview.media is None:
        return ()
    gone = [(each.start, each.end) for each in library.redactions(interview.id)]
    return tuple(
        (mark, not any(start <= mark.at_s < end for start, end in gone)) for mark in said_aloud(library, interview.id)
    )


def _order(key: str) -> tuple[int, str]:
    """Recording before analysis, sound before picture, then as a notice lists them."""
    known = (str(Kind.SOUND), str(Kind.PICTURE), "speech", "face", "expression")
    return (known.index(key) if key in known else len(known)), key
