"""Han characters, Latin words and digit groups: the units that speech is counted in, and how words join to text."""

from __future__ import annotations

import re
from dataclasses import dataclass

import rjieba

from analysis.language.writing import HAN_RANGES as _HAN
from analysis.language.writing import folded as folded
from analysis.language.writing import join_words as join_words
from analysis.language.writing import needs_space as needs_space

HAN = re.compile(f"[{_HAN}]")
_LATIN = "A-Za-z\u00c0-\u024f"
UNIT = re.compile(f"[{_HAN}]|[{_LATIN}][{_LATIN}0-9]*(?:['’-][{_LATIN}0-9]+)*|[0-9]+(?:[.,:][0-9]+)*")
"""One Han character, one Latin word (with digits, apostrophe, hyphen), or one digit group as read."""
_RUN = re.compile(f"[{_HAN}]+|[{_LATIN}][{_LATIN}0-9]*(?:['’-][{_LATIN}0-9]+)*|[0-9]+(?:[.,:][0-9]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
SENTENCE_END = "。！？!?…"
CLAUSE_END = SENTENCE_END + "，,；;：:、"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text with its place [begin, end) in it."""

    text: str
    begin: int
    end: int


def units(text: str) -> list[Token]:
    """The units that rates are counted in: Han characters, Latin words, digit groups."""
    return [Token(m.group(), m.start(), m.end()) for m in UNIT.finditer(text)]


def tokens(text: str) -> list[Token]:
    """Words: Latin words and digit groups as they stand, Han runs cut by rjieba; punctuation is left out."""
    found: list[Token] = []
    for match in _RUN.finditer(text):
        if not HAN.match(match.group()):
            found.append(Token(match.group(), match.start(), match.end()))
            continue
        place = match.start()
        for piece in rjieba.cut(match.group()):
            found.append(Token(piece, place, place + len(piece)))
            place += len(piece)
    return found


def has_han(text: str) -> bool:
    """Whether there is a Han character in it."""
    return HAN.search(text) is not None


def leading_language(texts: list[str]) -> str:
    """ "zh" where Han characters outweigh Latin words (a word counts as much as two characters), else "en"."""
    han = sum(len(HAN.findall(text)) for text in texts)
    latin = sum(1 for text in texts for unit in units(text) if not HAN.match(unit.text))
    return "zh" if han > 2 * latin else "en"


def spoken_words(text: str) -> list[str]:
    """Words of a text, each with the marks that follow it (and marks before the first one)."""
    text = text.strip()
    listed = tokens(text)
    if not listed:
        return [text] if text else []
    ends = [token.begin for token in listed[1:]] + [len(text)]
    begins = [0] + [token.begin for token in listed[1:]]
    pieces: list[str] = []
    for begin, end in zip(begins, ends, strict=True):
        piece = text[begin:end]
        if pieces and not pieces[-1][-1].isspace() and needs_space(pieces[-1], piece):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return ["".join(piece.split()) for piece in pieces]


def syllables(text: str) -> int:
    """Syllables as spoken: 1 a Han character; a Latin word by its vowel groups (silent final e left out), at least 1.

    The English rule is the usual estimate, within about 10 % on running speech.
    """
    total = 0
    for unit in units(text):
        if HAN.match(unit.text) or unit.text[0].isdigit():
            total += 1
            continue
        word = unit.text.casefold()
        groups = len(_VOWELS.findall(word))
        if word.endswith("e") and not word.endswith(("le", "ee", "ye", "oe")) and groups > 1:
            groups -= 1
        total += max(1, groups)
    return total
