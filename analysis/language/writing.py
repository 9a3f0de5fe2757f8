"""How words are written: which stand together without a space, and what two writings have in common."""

from __future__ import annotations

import re
import unicodedata

HAN_RANGES = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, for the inside of a regular expression's brackets."""
_CLOSED_UP = re.compile(f"[{HAN_RANGES}\u3000-\u303f\uff00-\uffef“”‘’…—]")


def needs_space(left: str, right: str) -> bool:
    """Whether a space stands between two neighbouring words: never next to Han or full-width characters."""
    if not left or not right:
        return False
    return not (_CLOSED_UP.match(left[-1]) or _CLOSED_UP.match(right[0]))


def join_words(words: list[str]) -> str:
    """Words as running text."""
    text = ""
    for word in words:
        text += (" " if needs_space(text, word) else "") + word
    return text


def folded(text: str) -> str:
    """For comparing: NFKC, case folded, letters and digits only."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())
