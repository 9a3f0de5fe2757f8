"""Who speaks, where a file says so by a name before the words: `Name: words`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analysis.reading.cues import Cue

LONGEST = 40
"""Characters of a name before a colon; a longer one is the beginning of a sentence."""
_MOST_WORDS = 5
_LABEL = re.compile(rf"\s*([^\s:：][^:：\n]{{0,{LONGEST - 1}}})[:：](?!//|\d\d)\s*")
_SENTENCE = re.compile(r"[，,。！!？?；;、“”\"<>\[\]]|^\d+$")
_KNOWN = re.compile(r"(?:speaker|spk|s|说话人|发言人)[ _]?\d{1,2}|(?:interviewer|candidate)(?: S\d{1,2})?", re.I)
USUAL = 0.8
_OFTEN = 3
_MOST_PEOPLE = 12


def split_label(text: str) -> tuple[str, str]:
    """(name, words) where the text may begin with a name and a colon, else ("", text)."""
    match = _LABEL.match(text)
    if match is None:
        return "", text
    name = match.group(1).strip()
    if not name or _SENTENCE.search(name) or len(name.split()) > _MOST_WORDS:
        return "", text
    return name, text[match.end() :]


def speakers_of(names: Sequence[str], usual: float = USUAL) -> frozenset[str]:
    """Which of the names before a colon are speakers, as one for each cue ("" = none before it).

    All of them where a share `usual` of the cues have one; else those that nobody would
    write otherwise, and those that come often.
    """
    counted = Counter(name for name in names if name)
    known = {name for name in counted if _KNOWN.fullmatch(name)}
    if len(counted) <= _MOST_PEOPLE and sum(counted.values()) >= usual * len(names):
        return frozenset(counted)
    return frozenset(known | {name for name, count in counted.items() if count >= _OFTEN})


def labelled(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues with the names before their words as their speakers; a cue that has a speaker is left as it is."""
    parts = [("", cue.text) if cue.speaker else split_label(cue.text) for cue in cues]
    speakers = speakers_of([name for (name, _), cue in zip(parts, cues, strict=True) if not cue.speaker])
    found = []
    for (name, words), cue in zip(parts, cues, strict=True):
        if name not in speakers:
            found.append(cue)
        elif words:
            found.append(replace(cue, speaker=name, text=words))
    return tuple(found)
