"""Every sentence that a person reads, by key, in both languages: window, command line and report use the same ones.

The texts stand in `resources/text/<room>.<language>.toml`, flat: the key `sign` of `review.zh.toml` is `review.sign`.
Placeholders are `{name}`. A third, generated language, `pseudo`, marks every translated text with ⟦ ⟧ so that a test
can find visible text that did not come through here.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Protocol

from app.resources import resource

_NUMBER = re.compile(r"\d+(\.\d*)?", re.ASCII)
LANGUAGES = ("zh", "en")
PSEUDO = "pseudo"

_current = "zh"


class Coded(Protocol):
    """A failure of `analysis`, `app` or `sync`: a code and parameters."""

    code: str
    params: dict[str, object]


def set_language(language: str) -> None:
    """Choose "zh", "en" or "pseudo" for everything said from now on."""
    if language not in (*LANGUAGES, PSEUDO):
        raise ValueError(language)
    global _current  # noqa: PLW0603  one language for the whole process
    _current = language


def language() -> str:
    """The language in use."""
    return _current


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of one language by key."""
    if language == PSEUDO:
        return {key: f"⟦{text}⟧" for key, text in catalogue("en").items()}
    texts: dict[str, str] = {}
    for path in sorted(Path(resource("text")).glob(f"*.{language}.toml")):
        room = path.name.split(".")[0]
        texts |= {f"{room}.{key}": text for key, text in tomllib.loads(path.read_text("utf-8")).items()}
    return texts


def tr(key: str, /, **params: object) -> str:
    """The text for `key` in the language in use, its placeholders filled. An unknown key is a bug: KeyError."""
    return tr_in(_current, key, **params)


def tr_in(language: str, key: str, /, **params: object) -> str:
    """The text for `key` in a given language: reports are written in the reader's, not the window's."""
    text = catalogue(language)[key]
    return text.format(**params) if params else text


def has(key: str) -> bool:
    """Whether this build has the text: an optional room's texts leave with it."""
    return key in catalogue("en")


def sentence(failure: Coded) -> str:
    """What went wrong and what to do next, in one or two plain sentences; the full stop of a detail is ours."""
    params = dict(failure.params)
    if isinstance(detail := params.get("detail"), str):
        params["detail"] = detail.rstrip(" .。")
    return tr(f"failure.{failure.code}", **params)


def joined(*sentences: str) -> str:
    """Sentences one after the other, in the language in use: Chinese has no space between them."""
    return ("" if _current == "zh" else " ").join(sentences)


def timecode(seconds: float) -> str:
    """m:ss, or h:mm:ss from one hour on: 65.2 -> "01:05"."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    tail = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{tail}" if hours else tail


def seconds_of(written: str) -> float | None:
    """The time that a person wrote as s, m:ss or h:mm:ss, in seconds: "1:05.5" -> 65.5; None where it is none."""
    parts = written.strip().replace("：", ":").split(":")
    if not 1 <= len(parts) <= 3 or not all(_NUMBER.fullmatch(part.strip()) for part in parts):
        return None
    values = [float(part) for part in parts]
    if any(value >= 60 for value in values[1:]) or any(value % 1 for value in values[:-1]):
        return None
    return sum(value * scale for value, scale in zip(reversed(values), (1, 60, 3600), strict=False))


def stretch(start: float, end: float | None) -> str:
    """From when to when: "01:05–01:20"; a moment where there is no end."""
    return timecode(start) if end is None else f"{timecode(start)}–{timecode(end)}"


def percent(share: float) -> str:
    """A share 0..1 as a whole percentage: 0.714 -> "71 %"."""
    return f"{share * 100:.0f} %"
