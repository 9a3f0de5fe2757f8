"""Figures as they are spoken: "12,000" is two words and 40% five characters, however short they are written.

Recognisers write figures, people say words. Rates count what is said.
"""

from __future__ import annotations

import re
from itertools import pairwise

_FIGURE = re.compile(r"(?<![0-9A-Za-z])([0-9]+(?:[.,:][0-9]+)*)\s?([%％]?)(?=(年?))")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_LONGEST = 12
"""More digits than these, or digits after a leading zero, are a number that is read digit by digit."""
_ZH_DIGITS = "零一二三四五六七八九"
_ZH_PLACES = ("", "十", "百", "千")
_ZH_GROUPS = ("", "万", "亿")
_EN_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_GROUPS = ("", "thousand", "million", "billion")


def as_spoken(text: str, language: str) -> str:
    """The text with its figures in words: Chinese characters for "zh", English words else. Years are read by digit in
    Chinese."""

    def words(match: re.Match[str]) -> str:
        figure, percent, year = match.groups()
        if language == "zh":
            said = _by_digit(figure, _ZH_DIGITS, "") if year and len(figure) == 4 else _chinese(figure)
            return ("百分之" if percent else "") + said
        return f" {_english(figure)}{' percent' if percent else ''} "

    return _FIGURE.sub(words, text)


def _parts(figure: str) -> list[str]:
    """A figure at its marks, the commas between thousands left out: "12,000.5" is 12000 and 5."""
    plain = _GROUPED.sub(lambda match: match.group().replace(",", ""), figure)
    return re.split(r"[.,:]", plain)


def _by_digit(figure: str, names: str | list[str], between: str) -> str:
    return between.join(names[int(digit)] for digit in figure if digit.isdigit())


def _is_listed(part: str) -> bool:
    return len(part) > _LONGEST or (len(part) > 1 and part[0] == "0")


def _chinese(figure: str) -> str:
    whole, *rest = _parts(figure)
    said = _by_digit(whole, _ZH_DIGITS, "") if _is_listed(whole) else _chinese_cardinal(int(whole))
    if ":" in figure:
        return said + "".join("点" + _chinese_cardinal(int(part)) for part in rest)
    return said + "".join("点" + _by_digit(part, _ZH_DIGITS, "") for part in rest)


def _chinese_cardinal(number: int) -> str:
    if number == 0:
        return _ZH_DIGITS[0]
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    said = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group:
            gap = said and (group < 1000 or groups[place + 1] == 0)
            said += ("零" if gap else "") + _chinese_group(group) + _ZH_GROUPS[place]
    return said.removeprefix("一") if said.startswith("一十") else said


def _chinese_group(group: int) -> str:
    """Up to 9999."""
    digits = str(group)
    named = [(int(digit), len(digits) - 1 - place) for place, digit in enumerate(digits)]
    said = _ZH_DIGITS[named[0][0]] + _ZH_PLACES[named[0][1]]
    for (before, _), (digit, place) in pairwise(named):
        if digit:
            said += ("零" if before == 0 else "") + _ZH_DIGITS[digit] + _ZH_PLACES[place]
    return said


def _english(figure: str) -> str:
    whole, *rest = _parts(figure)
    said = _by_digit(whole, _EN_SMALL, " ") if _is_listed(whole) else _english_cardinal(int(whole))
    if ":" in figure:
        return " ".join([said, *(_english_cardinal(int(part)) for part in rest)])
    return said + "".join(" point " + _by_digit(part, _EN_SMALL, " ") for part in rest)


def _english_cardinal(number: int) -> str:
    if number == 0:
        return _EN_SMALL[0]
    said: list[str] = []
    for group in _EN_GROUPS:
        number, part = divmod(number, 1000)
        if part:
            said.insert(0, " ".join([_english_group(part), *([group] if group else [])]))
    return " ".join(said)


def _english_group(part: int) -> str:
    """Up to 999, without "and"."""
    hundreds, rest = divmod(part, 100)
    said = [_EN_SMALL[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        said += [_EN_TENS[rest // 10], *([_EN_SMALL[rest % 10]] if rest % 10 else [])]
    elif rest:
        said.append(_EN_SMALL[rest])
    return " ".join(said)
