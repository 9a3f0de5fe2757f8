"""What the program itself writes as a comment: kept as what happened, put into words in the reader's language.

A comment whose words a person has changed since is that person's. Comments of older versions are words, and stay so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app import text
from app.domain.redaction import Reason
from app.domain.types import Comment, Told, ToldCode


def sentence(told: Told, language: str = "") -> str:
    """What happened, in words; in the language in use where no other is given."""
    spoken = language or text.language()
    if told.code is ToldCode.REDACTED:
        return text.tr_in(spoken, "redact.comment", reason=text.tr_in(spoken, f"redact.reason_{told.value}"))
    return text.tr_in(spoken, "record.retaken", question=told.value)


def sentences(told: Told | None) -> frozenset[str]:
    """The same in every language."""
    return frozenset(sentence(told, language) for language in text.LANGUAGES) if told is not None else frozenset()


def kept(told: Told | None) -> dict[str, Any] | None:
    """As it is kept."""
    return {"code": str(told.code), "value": told.value} if told is not None else None


def told_of(row: dict[str, Any] | None) -> Told | None:
    """Out of what was kept, which may have come in a package; None where this version does not know it."""
    if row is None:
        return None
    code, value = row.get("code"), row.get("value")
    if code not in tuple(ToldCode) or not isinstance(value, str):
        return None
    if code == ToldCode.REDACTED and value not in tuple(Reason):
        return None
    return Told(ToldCode(code), value)


def words_of(words: str, row: dict[str, Any] | None) -> str:
    """A comment's words as they are kept, else the sentence in the language in use."""
    told = None if words else told_of(row)
    return sentence(told) if told is not None else words


def in_language(comment: Comment, language: str) -> Comment:
    """The comment as somebody reads it in a language."""
    return comment if comment.told is None else replace(comment, text=sentence(comment.told, language))


def here(comment: Comment) -> Comment:
    """The same in the language in use, which may be another one than when it was read."""
    return in_language(comment, text.language())
