"""Error rates of what was written down, by jiwer's alignment: where in the reference each error lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import cn2an
import inflect
import jiwer
import numpy as np
import opencc
from numpy.typing import NDArray

NUMBERS = inflect.engine()
SIMPLE = opencc.OpenCC("t2s")
Counts = NDArray[np.int64]


def plain(text: str, language: str) -> str:
    """Words only, as they are spoken: "40%" and "forty percent", 百分之四十 and 40% are the same."""
    text = SIMPLE.convert(unicodedata.normalize("NFKC", text)).lower().replace("'", "")
    text = cn2an.transform(text, "an2cn") if language == "zh" else spelt(text)
    words = re.sub(r"[^\w]+", " ", text).strip()
    return words.replace(" ", "") if language == "zh" else words


def spelt(text: str) -> str:
    """English text with its figures as words, "and" within them left out on both sides."""
    text = re.sub(r"(?<=\d)\s?,\s?(?=\d{3})", "", text).replace("%", " percent")
    text = re.sub(r"\d+(?:\.\d+)?", lambda figure: NUMBERS.number_to_words(figure[0], andword="", comma=""), text)
    text = text.replace(" and a half", " point five").replace("okay", "ok").replace("cancelled", "canceled")
    return re.sub(r"\b(hundred|thousand) and\b", r"\1", text)


def errors(reference: str, hypothesis: str, language: str) -> Counts:
    """Errors at each unit of a plain reference (a character in Chinese, else a word); their sum is the edit distance.

    What was put in counts for the unit before it, at the very start for the first one.
    """
    count = len(reference) if language == "zh" else len(reference.split())
    found = np.zeros(count, np.int64)
    aligned = (jiwer.process_characters if language == "zh" else jiwer.process_words)(reference, hypothesis)
    for chunk in aligned.alignments[0]:
        if chunk.type == "insert":
            found[max(0, chunk.ref_start_idx - 1)] += chunk.hyp_end_idx - chunk.hyp_start_idx
        elif chunk.type != "equal":
            found[chunk.ref_start_idx : chunk.ref_end_idx] += 1
    return found


def errors_by_part(parts: Sequence[str], hypothesis: str, language: str) -> tuple[Counts, Counts]:
    """(errors, units) of each part of a reference, such as a turn, aligned as one text; texts as they were written."""
    plains = [plain(part, language) for part in parts]
    lengths = np.array([len(text) if language == "zh" else len(text.split()) for text in plains])
    whole = ("" if language == "zh" else " ").join(text for text in plains if text)
    found = errors(whole, plain(hypothesis, language), language)
    ends = np.cumsum(lengths)
    return np.array([found[end - length : end].sum() for end, length in zip(ends, lengths, strict=True)]), lengths
