"""The recogniser's words as the document's words, before speakers are known.

A recogniser cuts text into tokens: pieces of Latin words, punctuation apart. Here pieces become words again and
punctuation joins the word before it, by laying the words along the segment's own text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from analysis.document import Word
from analysis.language.script import HAN, has_han
from analysis.observations import HeardSegment, TextObservation

_HANGING = "'’-/&"
_JOINERS = "'’-/_.&+#@"


@dataclass(frozen=True, slots=True)
class Heard:
    """A word with the language it is in, the number of the recogniser's segment that it comes from, and the channel.

    `speaker` = whose it is by the imported transcript, "" where that does not say.
    """

    word: Word
    language: str
    block: int
    side: int | None = None
    speaker: str = ""

    @property
    def middle(self) -> float:
        """The time (s) that decides whose word it is."""
        return (self.word.start + self.word.end) / 2


def heard_words(text: TextObservation, voices: dict[str, str] | None = None) -> tuple[Heard, ...]:
    """All words in time order, each with the punctuation that follows it; `voices` = who the speakers' names mean."""
    known = voices or {}
    words: list[Heard] = []
    for block, segment in enumerate(text.segments):
        language = _language(segment)
        speaker = known.get(segment.speaker, "")
        words += [Heard(word, language, block, segment.side, speaker) for word in _whole_words(segment)]
    return tuple(sorted(words, key=lambda heard: heard.middle))


def _language(segment: HeardSegment) -> str:
    if has_han(segment.text):
        return "zh"
    return "en" if segment.language != "zh" or len(segment.text.split()) >= 3 else "zh"


def _whole_words(segment: HeardSegment) -> list[Word]:
    pieces = _pieces(segment)
    words: list[Word] = []
    for spaced, piece in pieces:
        if words and (_hangs_on(words[-1].text, piece.text) or (not spaced and _belongs(words[-1].text, piece.text))):
            last = words[-1]
            words[-1] = Word(last.start, max(last.end, piece.end), last.text + piece.text, _least(last, piece))
        else:
            words.append(piece)
    return words


def _least(left: Word, right: Word) -> float | None:
    known = [word.probability for word in (left, right) if word.probability is not None]
    return min(known, default=None)


def _pieces(segment: HeardSegment) -> list[tuple[bool, Word]]:
    """(a space stands before it, word with its punctuation) for each recognised word that has text."""
    place = 0
    found: list[tuple[bool, Word]] = []
    for word in segment.words:
        text = word.text.strip()
        if not text:
            continue
        at = segment.text.find(text, place)
        between = segment.text[place:at] if at >= 0 else ""
        spaced = word.text[:1].isspace() or between[-1:].isspace() or (at < 0 and not found)
        if found and between.strip() and not any(c.isalnum() for c in between):
            before = found[-1][1]
            found[-1] = (found[-1][0], replace(before, text=before.text + between.strip()))
        found.append((spaced, replace(word, text=text)))
        place = at + len(text) if at >= 0 else place
    tail = segment.text[place:].strip()
    if found and tail and not any(c.isalnum() for c in tail):
        found[-1] = (found[-1][0], replace(found[-1][1], text=found[-1][1].text + tail))
    return found


def _belongs(left: str, right: str) -> bool:
    """Whether an unspaced piece continues the word before it: punctuation, or Latin letters and digits."""
    if not any(c.isalnum() for c in right):
        return True
    if HAN.match(right[0]) or HAN.match(left[-1]):
        return False
    return _is_latin(left[-1]) and _is_latin(right[0])


def _hangs_on(left: str, right: str) -> bool:
    """A piece such as "-third", "'s" or ",000" continues the word before it even where a space was written between."""
    number = right[0] in ",." and right[1:2].isdigit() and left[-1].isdigit()
    return number or (right[0] in _HANGING and right[1:2].isalnum() and left[-1].isalnum())


def _is_latin(character: str) -> bool:
    return character.isalnum() or character in _JOINERS
