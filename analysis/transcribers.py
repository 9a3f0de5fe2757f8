"""Transcribers that a person adds: local faster-whisper folders, checked once and remembered with their hashes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from analysis.disk import writing
from analysis.failures import ModelIncomplete, ModelNotLoading

REQUIRED = ("model.bin", "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.txt", "vocabulary.json")
FEATURES = "preprocessor_config.json"
DEFAULT_MELS = 80
"""Mel bands that faster-whisper assumes without a `preprocessor_config.json`; large-v3 and its kin have 128."""


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A file of an added folder as it was when it was added."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Added:
    """An added transcriber: `id` is its name among the choices (the folder's name)."""

    id: str
    folder: str
    files: tuple[AddedFile, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the weights."""
        return next(file.sha256 for file in self.files if file.name == "model.bin")


def read(data: Path) -> tuple[Added, ...]:
    """All added transcribers, in the order they were added."""
    path = data / "models.json"
    return msgspec.json.decode(path.read_bytes(), type=tuple[Added, ...]) if path.is_file() else ()


def find(data: Path, folder: Path) -> Added | None:
    """The added transcriber that lies in `folder`."""
    return next((added for added in read(data) if Path(added.folder) == folder.resolve()), None)


def add(data: Path, folder: Path, taken: set[str], sha256_of: Callable[[Path], str]) -> Added:
    """Check that the folder is complete and loads, then remember it; adding it again renews its hashes.

    `taken` are the ids of the bundled models.

    Raises ModelIncomplete, ModelNotLoading, FolderNotWritable.
    """
    folder = folder.resolve()
    names = complete(folder)
    try_loading(folder)
    others = tuple(one for one in read(data) if Path(one.folder) != folder)
    files = tuple(AddedFile(name, sha256_of(folder / name), (folder / name).stat().st_size) for name in names)
    added = Added(_free_id(folder.name, taken | {one.id for one in others}), str(folder), files)
    with writing(data):
        data.mkdir(parents=True, exist_ok=True)
        part = data / f"models.json.part-{os.getpid()}"
        part.write_bytes(msgspec.json.format(msgspec.json.encode((*others, added))))
        os.replace(part, data / "models.json")
    return added


def complete(folder: Path) -> tuple[str, ...]:
    """Names of the files that belong to the model. ModelIncomplete names those that are absent.

    Without `tokenizer.json` faster-whisper would download one, hence it is required here.
    """
    absent = [name for name in REQUIRED if not (folder / name).is_file()]
    vocabulary = [name for name in VOCABULARIES if (folder / name).is_file()]
    if not vocabulary:
        absent.append(VOCABULARIES[0])
    if absent:
        raise ModelIncomplete(folder=str(folder), files=", ".join(absent))
    return (*REQUIRED, *vocabulary, *([FEATURES] if (folder / FEATURES).is_file() else []))


def try_loading(folder: Path) -> None:
    """Load the weights once on the CPU. Raises ModelNotLoading or ModelIncomplete."""
    import ctranslate2

    try:
        model = ctranslate2.models.Whisper(str(folder), device="cpu", compute_type="int8", inter_threads=1)
    except (RuntimeError, ValueError) as error:
        raise ModelNotLoading(folder=str(folder), detail=str(error).splitlines()[0]) from error
    if model.n_mels != _mels(folder):
        raise ModelIncomplete(folder=str(folder), files=FEATURES)


def _mels(folder: Path) -> int:
    path = folder / FEATURES
    if not path.is_file():
        return DEFAULT_MELS
    return int(json.loads(path.read_text("utf-8")).get("feature_size", DEFAULT_MELS))


def _free_id(name: str, taken: set[str]) -> str:
    """The folder's name, with a number behind it where the bundled or another model has the same."""
    return next(one for n in range(1, len(taken) + 2) if (one := name if n == 1 else f"{name}-{n}") not in taken)
