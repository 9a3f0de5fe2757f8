"""Where some words stand in the transcript: in a segment's text, near a time, whatever the marks between them."""

from __future__ import annotations

from analysis.document import Segment

TOLERANCE_S = 1.0
"""Words are looked for this near to their times: deriving anew may move a word a little (as `analysis.derive` does)."""

Place = tuple[int, int]
"""Characters [start, end) of a segment's text."""


def folded(text: str) -> str:
    """Letters and figures alone, in one case: what two writings of the same words have in common."""
    return "".join(character for character in text.casefold() if character.isalnum())


def word_places(segment: Segment) -> list[Place]:
    """Where each word stands in the segment's text, as character offsets; a word that is not found takes no room."""
    places = []
    at = 0
    for word in segment.words:
        text = word.text.strip()
        found = segment.text.find(text, at)
        if found < 0:
            places.append((at, at))
        else:
            at = found + len(text)
            places.append((found, at))
    return places


def place_of(segment: Segment, wanted: str, start: float) -> Place | None:
    """Where a segment says `wanted` nearest to the time `start` (s), within the tolerance; None where it does not."""
    found = [(abs(begin - start), place) for place in _readings(segment, wanted) for begin in _starts(segment, place)]
    nearest = min(found, default=None)
    return nearest[1] if nearest is not None and nearest[0] <= TOLERANCE_S else None


def words_of(segment: Segment, place: Place) -> tuple[int, int]:
    """The words [first, last] that a place touches. There has to be one."""
    touched = [index for index, (start, end) in enumerate(word_places(segment)) if start < place[1] and end > place[0]]
    return touched[0], touched[-1]


def _starts(segment: Segment, place: Place) -> list[float]:
    """When the word at the beginning of a place starts, as a list of one; empty where no word stands there.

    A place that begins within a word begins later, by the share of its characters that stand before.
    """
    for word, (start, end) in zip(segment.words, word_places(segment), strict=True):
        if start <= place[0] < end:
            return [word.start + (word.end - word.start) * (place[0] - start) / (end - start)]
    return []


def _readings(segment: Segment, wanted: str) -> list[Place]:
    """Every place where the segment's text reads `wanted`."""
    plain = [(letter, at) for at, character in enumerate(segment.text) for letter in folded(character)]
    text, sought = "".join(letter for letter, _ in plain), folded(wanted)
    places = []
    at = text.find(sought) if sought else -1
    while at >= 0:
        place = plain[at][1], plain[at + len(sought) - 1][1] + 1
        if not _cuts(segment.text, place[0]) and not _cuts(segment.text, place[1]):
            places.append(place)
        at = text.find(sought, at + 1)
    return places


def _cuts(text: str, at: int) -> bool:
    """Whether a place that begins or ends at a character would part a Latin word: "ab" is not said in "about"."""
    return 0 < at < len(text) and _is_latin(text[at - 1]) and _is_latin(text[at])


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
