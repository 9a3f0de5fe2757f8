"""The words of a text that carry its content: what a question brings in and an answer can take up."""

from __future__ import annotations

import rjieba

from analysis.language.lexicon import lexicon
from analysis.language.script import has_han, tokens

_CONTENT_FLAGS = ("n", "v", "a", "i", "j", "l", "eng")
_NEITHER = ("nr", "vshi", "vyou", "ad")
_MIN_LATIN = 3
_ENDINGS = ("ing", "ed", "es", "s", "e")
_MIN_STEM = 3


def significant_words(text: str, language: str) -> list[str]:
    """Nouns, verbs and adjectives of a text, case folded, each once and in order.

    Words of everyday interviews (the lexicon's `common` and `function`) are left out, and so is what only points back
    to an answer (you mentioned, 刚才).
    """
    words = lexicon(language)
    skip = words.common_words | words.function_words | words.fillers_always
    listed = [word for word in _content(words.follow_up.sub(" ", text)) if word not in skip]
    return list(dict.fromkeys(listed))


def _content(text: str) -> list[str]:
    if has_han(text):
        return [word.casefold() for word, flag in rjieba.tag(text) if _carries(word, flag)]
    return [t.text.casefold() for t in tokens(text) if len(t.text) >= _MIN_LATIN and not t.text[0].isdigit()]


def _carries(word: str, flag: str) -> bool:
    if not has_han(word):
        return len(word) >= _MIN_LATIN and word[0].isalpha()
    return len(word) > 1 and flag.startswith(_CONTENT_FLAGS) and flag not in _NEITHER


def stem(word: str) -> str:
    """A word for comparing: a Latin one without its ending (deploy, deployed, deploying), case folded."""
    word = word.casefold()
    if has_han(word):
        return word
    tail = next((end for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _MIN_STEM), "")
    return word[: len(word) - len(tail)]
