"""Readers of the files that a person writes: terms of a position and questions of a kit.

Text files hold one item a line, `#` starts a comment line; UTF-8 (with or without a mark) or GB 18030 (GBK). Files that
end in .json hold a list of strings or of objects.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from analysis.failures import InputInvalid
from analysis.request import KitQuestion, Term

MAX_BYTES = 1_000_000
MAX_ITEMS = 5000
_ID = re.compile(r"^([A-Za-z0-9_.-]{1,40})\s*[:：]\s*(\S.*)$")


class InputMissing(InputInvalid):
    """There is no such file, or it may not be read. params: name"""

    code = "input_missing"


class InputNotText(InputInvalid):
    """The file is not text in UTF-8 or GBK. params: name"""

    code = "input_not_text"


class InputMalformed(InputInvalid):
    """A line or item is not what it should be. params: name, line"""

    code = "input_malformed"


class InputEmpty(InputInvalid):
    """The file holds no item. params: name"""

    code = "input_empty"


class InputTooLarge(InputInvalid):
    """The file is larger than any list of terms or questions. params: name"""

    code = "input_too_large"


def read_terms(path: Path) -> tuple[Term, ...]:
    """Terms, one a line: `term | alias | alias`; in JSON `"term"` or `{"text": …, "aliases": […]}`.

    Raises InputInvalid (one of its kinds).
    """
    terms = [_term(path, line, item) for line, item in _items(path)]
    return tuple({term.text: term for term in terms}.values())


def read_questions(path: Path) -> tuple[KitQuestion, ...]:
    """Questions, one a line: `text` or `id: text`; in JSON `"text"` or `{"id": …, "text": …}`.

    Questions without an id are numbered q1, q2 … by their place. Raises InputInvalid (one of its kinds), also for an id
    that stands twice.
    """
    questions: list[KitQuestion] = []
    for number, (line, item) in enumerate(_items(path), start=1):
        question = _question(path, line, item, f"q{number}")
        if any(question.id == other.id for other in questions):
            raise InputMalformed(name=path.name, line=line)
        questions.append(question)
    return tuple(questions)


def _items(path: Path) -> list[tuple[int, Any]]:
    """(line or item number, item) of the file; an item is a str or, in JSON, a dict."""
    text = read_text(path)
    if path.suffix.casefold() == ".json":
        items = _json_items(path, text)
    else:
        lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
        items = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not items:
        raise InputEmpty(name=path.name)
    if len(items) > MAX_ITEMS:
        raise InputTooLarge(name=path.name)
    return items


def _json_items(path: Path, text: str) -> list[tuple[int, Any]]:
    try:
        listed = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputMalformed(name=path.name, line=error.lineno) from error
    if not isinstance(listed, list):
        raise InputMalformed(name=path.name, line=1)
    return list(enumerate(listed, start=1))


def read_text(path: Path) -> str:
    """The text of a file that a person wrote. Raises InputMissing, InputTooLarge, InputNotText."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputTooLarge(name=path.name)
        raw = path.read_bytes()
    except OSError as error:
        raise InputMissing(name=path.name) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise InputNotText(name=path.name)


def _term(path: Path, line: int, item: Any) -> Term:
    if isinstance(item, str):
        names = [name.strip() for name in re.split(r"[|｜]", item)]
    elif isinstance(item, dict) and isinstance(item.get("aliases", []), list):
        names = [item.get("text"), *item.get("aliases", [])]
    else:
        raise InputMalformed(name=path.name, line=line)
    if not all(isinstance(name, str) for name in names) or not names[0].strip():
        raise InputMalformed(name=path.name, line=line)
    return Term(names[0].strip(), tuple(name.strip() for name in names[1:] if name.strip()))


def _question(path: Path, line: int, item: Any, number: str) -> KitQuestion:
    if isinstance(item, dict):
        given, text = item.get("id", number), item.get("text")
    elif isinstance(item, str):
        match = _ID.match(item)
        given, text = match.groups() if match else (number, item)
    else:
        raise InputMalformed(name=path.name, line=line)
    if not isinstance(given, str) or not isinstance(text, str) or not text.strip() or not given.strip():
        raise InputMalformed(name=path.name, line=line)
    return KitQuestion(given.strip(), text.strip())
