"""What the machine wrote where a person corrected it: both versions are kept, and the transcript can tell the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from analysis.document import Correction, CorrectionKind, Segment
from ui.review.passages import TOLERANCE_S, Place, folded, place_of

_PIECE = re.compile(r"[A-Za-z0-9'’-]+|\s+|.", re.DOTALL)
"""What is compared piece by piece: Latin words and figures as wholes, Chinese by characters."""


@dataclass(frozen=True, slots=True)
class Original:
    """A stretch of a row that a person corrected or confirmed, and the machine's words there.

    `changed` are the characters that differ from the machine's; none where a person confirmed them. `imported`: it was
    not the machine that wrote them, but an imported transcript.
    """

    place: Place
    machine: str
    correction: Correction
    changed: tuple[Place, ...]
    imported: bool = False

    @property
    def text_key(self) -> str:
        """The text that tells of it."""
        if not self.changed:
            return "review.confirmed"
        return "review.file_wrote" if self.imported else "review.machine_wrote"


def originals(segment: Segment, corrections: Sequence[Correction], *, imported: bool = False) -> tuple[Original, ...]:
    """Everything corrected in a segment, the shortest stretches first; `corrections` are those in force, in order."""
    words = [each for each in corrections if each.kind is CorrectionKind.WORD]
    near = [
        (number, each)
        for number, each in enumerate(words)
        if each.start <= segment.end + TOLERANCE_S and each.end >= segment.start - TOLERANCE_S
    ]
    found = []
    for number, each in near:
        place = _place(segment, each)
        if place is not None:
            machine = machine_text(each, words[:number])
            found.append(Original(place, machine, each, _changed(segment.text, place, machine, each), imported))
    return tuple(sorted(found, key=lambda original: original.place[1] - original.place[0]))


def machine_text(correction: Correction, earlier: Sequence[Correction]) -> str:
    """What the machine wrote in place of `correction.before`: what was corrected there earlier is peeled off."""
    words = correction.before
    for each in reversed(earlier):
        if each.start > correction.end or each.end < correction.start or not each.after:
            continue
        if each.after in words:
            words = words.replace(each.after, each.before, 1)
        elif words in each.after:
            words = each.before
    return words


def _place(segment: Segment, correction: Correction) -> Place | None:
    """Where the corrected words stand; the whole segment where a longer passage was corrected that it is a part of."""
    place = place_of(segment, correction.after, correction.start)
    if place is None and folded(segment.text) and folded(segment.text) in folded(correction.after):
        return 0, len(segment.text)
    return place


def _changed(text: str, place: Place, machine: str, correction: Correction) -> tuple[Place, ...]:
    if correction.before == correction.after:
        return ()
    if folded(text) != folded(text[slice(*place)]):
        return (place,)
    return tuple((place[0] + start, place[0] + end) for start, end in _differences(machine, text[slice(*place)]))


def _differences(machine: str, shown: str) -> Iterator[Place]:
    """The characters of `shown` that `machine` does not have."""
    pieces = _PIECE.findall(shown)
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    matcher = SequenceMatcher(None, _PIECE.findall(machine), pieces, autojunk=False)
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind in ("replace", "insert") and shown[ends[first] : ends[last]].strip():
            yield ends[first], ends[last]
