"""What a language model is asked: the dimensions, and the answers in parts that fit a small model's window.

The frame stands in `resources/prompts`, in the language of the interview. The transcript goes in as data between
markers that nobody who is being recorded can know. That keeps honest models from following words of the recording; what
protects from the others is that no answer is believed: see `claims` and `quotes`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import msgspec

from analysis.language.passage import Passage
from analysis.language.script import HAN
from app.domain.template import Template
from app.enrichment.answers import Document
from app.enrichment.quotes import Quotable
from app.resources import resource
from sync.providers import Message
from sync.providers.language_model import MOST_ANSWER_TOKENS
from sync.providers.local_gguf import CONTEXT_TOKENS

LEAST_ROOM = 400
"""Tokens for the material of one question, however long a template is."""
MOST_QUESTION = 240
"""Characters of the interviewer's question that go with an answer."""
_HAN_TOKENS, _CHARACTERS_A_TOKEN = 1.5, 3
"""A cautious estimate for any tokenizer: what a server cannot hold it cuts off without a word."""


class _Frame(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    system: str
    user: str
    dimension: str
    asked: str
    said: str


@dataclass(frozen=True, slots=True)
class Asking:
    """All questions to the model about one interview, and what tells which they were."""

    questions: tuple[tuple[Message, ...], ...]
    prompt: str


def asking(document: Document, quotable: Quotable, template: Template, about: str = "claims") -> Asking:
    """The questions `about` something (a frame's name), each over as many answers as fit; `prompt` is "version SHA-256"
    over all of them."""
    language = document.transcript.language
    frame = _frame(about, language)
    listed = "\n".join(
        frame.dimension.format(id=d.id, title=d.title.in_(language), description=_line(d.description.in_(language)))
        for d in template.dimensions
    )
    room = max(LEAST_ROOM, CONTEXT_TOKENS - MOST_ANSWER_TOKENS - tokens(frame.system + frame.user + listed))
    marker = f"=={hashlib.sha256(chr(10).join(quotable.texts).encode()).hexdigest()[:12]}=="
    questions = tuple(
        (
            Message("system", frame.system.format(marker=marker).strip()),
            Message("user", frame.user.format(marker=marker, dimensions=listed, material=material).strip()),
        )
        for material in _materials(document, quotable, frame, room)
    )
    digest = hashlib.sha256(msgspec.json.encode(questions)).hexdigest()
    return Asking(questions, f"{frame.version} {digest}")


def tokens(text: str) -> int:
    """How many tokens a text takes at most, for any tokenizer in use."""
    han = len(HAN.findall(text))
    return round(han * _HAN_TOKENS + (len(text) - han) / _CHARACTERS_A_TOKEN) + 1


def _materials(document: Document, quotable: Quotable, frame: _Frame, room: int) -> list[str]:
    """The answers with their questions, packed into as few pieces as there is room for."""
    pieces: list[str] = []
    for number, (exchange, passage) in enumerate(zip(document.exchanges, quotable.passages(), strict=True), start=1):
        question = frame.asked.format(number=number, text=_line(exchange.question.text)[:MOST_QUESTION])
        for text in _parts(passage, max(LEAST_ROOM // 2, room - tokens(question))):
            piece = f"{question}\n{frame.said.format(number=number, text=text)}"
            if pieces and tokens(pieces[-1]) + tokens(piece) <= room:
                pieces[-1] += f"\n{piece}"
            else:
                pieces.append(piece)
    return pieces


def _parts(passage: Passage, room: int) -> Sequence[str]:
    """An answer whole, or in parts that end where clauses do; one without any mark is cut where the room ends."""
    parts = [""]
    for begin, end in passage.clauses():
        for text in _pieces(passage.text[begin:end], room):
            if tokens(parts[-1] + text) <= room:
                parts[-1] += f" {text}" if parts[-1] else text
            else:
                parts.append(text)
    return [_line(part) for part in parts if part.strip()]


def _pieces(text: str, room: int) -> Sequence[str]:
    length = max(1, int(room / _HAN_TOKENS)) if tokens(text) > room else len(text)
    return [text[at : at + length] for at in range(0, len(text), max(1, length))]


def _line(text: str) -> str:
    """One line that can neither close a marker nor pass for another part of the question."""
    return re.sub(r"\s+", " ", text.translate(_HARMLESS)).strip()


_HARMLESS = str.maketrans("[]<>{}=`", "()()()- ")


@cache
def _frame(about: str, language: str) -> _Frame:
    path = resource("prompts", f"{about}.{'zh' if language.startswith('zh') else 'en'}.toml")
    return msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Frame)
