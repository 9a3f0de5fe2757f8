"""How words sound: toneless pinyin for Han characters, letters for the rest, and which syllables are easily confused.

Confusions that every recogniser and many speakers make (zh/z, ch/c, sh/s, n/l, -ng/-n) are folded away at once; pairs
that are only near (b/p, f/h, en/an …) count as kin.
"""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from analysis.language.script import HAN, Token, folded

_FOLDED_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))
_INITIALS = frozenset("bpmfdtngkhjqxzcsryw")
_KIN_INITIALS = frozenset(
    frozenset(pair)
    for pair in ("bp", "dt", "gk", "jq", "zc", "cs", "zs", "jz", "qc", "xs", "fh", "gh", "kh", "nr", "mn")
)
"""Initials that differ in one feature: breath (b/p …), place (j/z, f/h), or both stop and rub (g/h, z/s)."""
_KIN_FINALS = frozenset(
    frozenset(pair)
    for pair in (
        ("an", "en"), ("in", "en"), ("ian", "an"), ("uan", "an"), ("un", "en"), ("on", "en"), ("on", "un"), ("e", "uo"),
        ("o", "uo"), ("ou", "o"), ("u", "ou"), ("ao", "ou"), ("ai", "ei"), ("ei", "i"), ("ui", "ei"), ("ie", "e"),
        ("ue", "ie"), ("ie", "i"), ("i", "u"), ("u", "v"), ("ia", "a"), ("ua", "a"), ("iu", "ou"), ("iao", "ao"),
    )
)  # fmt: skip
"""Finals that differ in one vowel or in a glide."""


def sounds_of(text: str, listed: list[Token]) -> list[str]:
    """One sound per unit of a text. Whole Han runs go through pypinyin together, so that 重 in 重新 is chong."""
    sounds: list[str] = []
    while len(sounds) < len(listed):
        place = len(sounds)
        run = _han_run(listed, place)
        heard = _syllables(text[listed[place].begin : listed[run - 1].end]) if run > place else ()
        if heard and len(heard) == run - place:
            sounds += heard
        else:
            sounds += [folded(unit.text) for unit in listed[place : max(run, place + 1)]]
    return sounds


def _han_run(listed: list[Token], place: int) -> int:
    """The end of the unbroken run of Han characters that begins at a unit."""
    run = place
    begin = listed[place].begin
    while run < len(listed) and HAN.match(listed[run].text) and listed[run].begin - begin == run - place:
        run += 1
    return run


@lru_cache(maxsize=8192)
def _syllables(run: str) -> tuple[str, ...]:
    """The folded syllables of a run of Han characters; kept, since a corrected interview differs in few of them."""
    return tuple(fold_syllable(syllable) for syllable in lazy_pinyin(run))


def fold_syllable(syllable: str) -> str:
    """Pinyin without the distinctions that recognisers and speakers confuse."""
    for wide, narrow in _FOLDED_INITIALS:
        if syllable.startswith(wide):
            syllable = narrow + syllable[len(wide) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


@lru_cache(maxsize=8192)
def same_tones(left: str, right: str) -> bool:
    """Whether two short words sound the same, tones included."""
    return bool(lazy_pinyin(left, style=Style.TONE3) == lazy_pinyin(right, style=Style.TONE3))


def is_kin(left: str, right: str) -> bool:
    """Whether two folded syllables may be taken for each other: one of initial and final the same, the other near."""
    (a, rest_a), (b, rest_b) = _parts(left), _parts(right)
    if a == b:
        return rest_a == rest_b or frozenset((rest_a, rest_b)) in _KIN_FINALS
    return rest_a == rest_b and frozenset((a, b)) in _KIN_INITIALS


def _parts(syllable: str) -> tuple[str, str]:
    """Initial and final of a folded syllable; no initial = ""."""
    first = syllable[:1] if syllable[:1] in _INITIALS else ""
    return first, syllable[len(first) :]
