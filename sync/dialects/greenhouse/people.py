"""Names and addresses of candidates: Greenhouse wants two halves of a name, and people here often have one word."""

from __future__ import annotations

import re
from typing import Any

Row = dict[str, Any]
NONE = "–"
"""Stands for the half of a name that somebody does not have."""
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_DOUBLE = ("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙", "司徒")
"""Common surnames of two characters."""


def halves(name: str) -> tuple[str, str]:
    """First and last name."""
    name = " ".join(name.split())
    if _HAN.fullmatch(name) and len(name) > 1:
        surname = name[:2] if name[:2] in _DOUBLE and len(name) > 2 else name[0]
        return name.removeprefix(surname), surname
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last or NONE, NONE)


def whole(candidate: Row) -> str:
    """A name as people write it: surname first and without a space in Chinese."""
    first, last = (str(candidate.get(part) or "").strip() for part in ("first_name", "last_name"))
    first, last = (part if part != NONE else "" for part in (first, last))
    if _HAN.fullmatch(first) and _HAN.fullmatch(last):
        return last + first
    return f"{first} {last}".strip()


def values(candidate: Row, name: str) -> list[str]:
    """E-mail addresses or phone numbers."""
    return [str(one["value"]) for one in candidate.get(name) or [] if isinstance(one, dict) and one.get("value")]
