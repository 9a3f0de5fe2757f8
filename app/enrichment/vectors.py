"""The sentences of an interview's answers as vectors of their meaning, kept beside its analysis in the vault.

One file an analysis (`answers.npz`, about 1 KB a sentence) holds all that a comparison needs, so that hundreds of
interviews are compared without reading their documents. It holds no words, and goes when its recording goes.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from analysis.embedding import encoder
from app.enrichment.answers import DOCUMENT, Answer
from app.store.vault import keep_private, writing_into

Floats = NDArray[np.floating[Any]]
FILE = "answers.npz"
FORMAT = 1
"""Goes up when `answers` takes other sentences, too."""
_DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, msgspec.DecodeError, msgspec.ValidationError)


class Compared(msgspec.Struct, frozen=True):
    """What is known of an answer besides its vectors; see `app.enrichment.answers.Answer`."""

    kit: str
    follows: bool
    language: str
    count: int


class _Facts(msgspec.Struct):
    made_by: str
    document: str
    answers: tuple[Compared, ...]


@dataclass(frozen=True)
class AnswerVectors:
    """(n, 512) vectors of length 1: one row a question, and for each answer one row a sentence."""

    answers: tuple[Compared, ...]
    questions: Floats
    sentences: tuple[Floats, ...]


def texts(found: Sequence[Answer]) -> tuple[str, ...]:
    """All that is turned into vectors: the questions, then the sentences answer by answer."""
    return (*(one.question for one in found), *(said.text for one in found for said in one.sentences))


def arranged(found: Sequence[Answer], vectors: Floats) -> AnswerVectors:
    """The vectors of `texts` put in order."""
    compared = tuple(Compared(one.kit, one.follows, one.language, len(one.sentences)) for one in found)
    return _arranged(compared, vectors)


def _arranged(compared: tuple[Compared, ...], vectors: Floats) -> AnswerVectors:
    ends = np.cumsum([len(compared), *(one.count for one in compared)])
    if len(vectors) != ends[-1]:
        raise ValueError(f"{len(vectors)} vectors of {ends[-1]}")
    rows = tuple(np.asarray(vectors[start:end], np.float32) for start, end in pairwise(ends))
    return AnswerVectors(compared, np.asarray(vectors[: ends[0]], np.float32), rows)


def load(folder: Path) -> AnswerVectors | None:
    """What was kept for the analysis in a folder; None where there is nothing, or nothing that fits any more."""
    try:
        with (folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            facts = msgspec.json.decode(stored["facts"].tobytes(), type=_Facts)
            if (facts.made_by, facts.document) != (_made_by(), _stamp(folder)):
                return None
            return _arranged(facts.answers, stored["vectors"])
    except _DAMAGE:
        return None


def keep(folder: Path, kept: AnswerVectors) -> None:
    """Keep vectors beside their analysis. Raises DiskFull, FolderNotWritable."""
    facts = msgspec.json.encode(_Facts(_made_by(), _stamp(folder), kept.answers))
    vectors = np.concatenate([kept.questions, *kept.sentences]).astype(np.float16)
    packed = io.BytesIO()
    np.savez(packed, facts=np.frombuffer(facts, np.uint8), vectors=vectors)
    part = folder / f"part-{FILE}"
    with writing_into(folder):
        part.write_bytes(packed.getvalue())
        keep_private(part)
        os.replace(part, folder / FILE)


def _made_by() -> str:
    return f"{FORMAT} {encoder()}"


def _stamp(folder: Path) -> str:
    """Which document it belongs to."""
    found = (folder / DOCUMENT).stat()
    return f"{found.st_size}-{found.st_mtime_ns}"
