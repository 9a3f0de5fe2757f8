"""Texts of people and of other systems, shown as text and as nothing else."""

from __future__ import annotations

import html


def plain_tip(words: str) -> str:
    """A hint that shows its text and nothing else: Qt would read tags in it, and load what they point at."""
    return f"<qt>{html.escape(words).replace(chr(10), '<br>')}</qt>" if words else ""


def literal(words: str) -> str:
    """A text of people's for a button or a menu: an ampersand is one, and no key to press."""
    return words.replace("&", "&&")
