"""Which sources the stretches of a recording had: one that went on after a crash may have gone on with others.

A stream of this program says what it has in tags of its own. Where that changed on the way, one more tag lists the
stretches, each with the tags that hold from its start on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from analysis.document import Span
from analysis.media.opening import LEFT, RIGHT, ROLE

STRETCHES = "MIANJIAN_STRETCHES"
KINDS = (LEFT, RIGHT, ROLE)


class Stretch(msgspec.Struct, frozen=True):
    """From `start` on (s, the file's own time) a stream has the sources that `tags` name."""

    start: float
    tags: dict[str, str]


def stretches_of(metadata: Mapping[str, str], start: float = 0.0) -> tuple[Stretch, ...]:
    """What a stream that begins at `start` says of itself, in order of time. Tags that nobody can read say nothing."""
    listed = metadata.get(STRETCHES)
    if listed:
        try:
            found = msgspec.json.decode(listed, type=tuple[Stretch, ...])
        except (msgspec.ValidationError, msgspec.DecodeError):
            found = ()
        if found:
            return tuple(sorted(found, key=lambda one: one.start))
    return (Stretch(start, {name: metadata[name] for name in KINDS if name in metadata}),)


def tags_of(stretches: Iterable[Stretch]) -> dict[str, str]:
    """The tags of a stream that has these stretches, one after the other."""
    different: list[Stretch] = []
    for one in stretches:
        if not different or different[-1].tags != one.tags:
            different.append(one)
    if len(different) == 1:
        return dict(different[0].tags)
    return {STRETCHES: msgspec.json.encode(different).decode()} if different else {}


def untagged(metadata: Mapping[str, str]) -> dict[str, str]:
    """What else a stream says of itself."""
    return {name: value for name, value in metadata.items() if name not in (*KINDS, STRETCHES)}


def own_microphones(metadata: Mapping[str, str], origin_s: float, duration: float) -> tuple[Span, ...] | None:
    """Where each side of a stream is a person's own microphone, on the document's clock; None where nothing is said."""
    found = stretches_of(metadata)
    if not any(one.tags for one in found):
        return None
    edges = [0.0, *(max(0.0, one.start - origin_s) for one in found[1:]), duration]
    return tuple(
        Span(start, end)
        for one, (start, end) in zip(found, pairwise(edges), strict=True)
        if LEFT in one.tags and RIGHT in one.tags and start < end
    )


def outside(spans: Sequence[Span], duration: float) -> tuple[Span, ...]:
    """What of [0, duration) none of the spans has, which are in order."""
    edges = [0.0, *(edge for span in spans for edge in (span.start, span.end)), duration]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Span(start, end) for start, end in pairs if end - start > 1e-6)


def within(spans: Iterable[Span], limits: Sequence[Span]) -> tuple[Span, ...]:
    """The parts of the spans that lie within the limits, in order."""
    found = (
        Span(max(span.start, limit.start), min(span.end, limit.end))
        for span in spans
        for limit in limits
        if span.start < limit.end and limit.start < span.end
    )
    return tuple(sorted(found, key=lambda span: (span.start, span.end)))


def sides_tags(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The tags that a copy of a stream goes on saying."""
    return {name: metadata[name] for name in (*KINDS, STRETCHES) if name in metadata}
