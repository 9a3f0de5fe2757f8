"""Finished stages on disk, each under a key of all that it depends on: an interrupted analysis goes on from them."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from analysis.disk import writing
from analysis.document import MediaInfo, Missing, Provenance
from analysis.failures import DocumentInvalid
from analysis.observations import DAMAGE, Floats, load, load_arrays, save

T = TypeVar("T")
INDEX = "stages.json"
EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Kept:
    """One finished stage: the name of its files and the seconds that it took."""

    name: str
    seconds: float


@dataclass(slots=True)
class Index:
    """What the last finished analysis was made from."""

    stages: dict[str, Kept] = field(default_factory=dict)
    media: MediaInfo | None = None
    provenance: Provenance | None = None
    failed: tuple[Missing, ...] = ()


def key(*parts: object) -> str:
    """Sixteen hex digits that change with any of the parts."""
    return hashlib.sha256(msgspec.json.encode([str(part) for part in parts])).hexdigest()[:16]


class Shelf:
    """The kept stages in one `observed_dir`. Thread safe: stages that run beside each other finish when they like."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self.index = self._read()

    def _read(self) -> Index:
        path = self.folder / INDEX
        try:
            return msgspec.json.decode(path.read_bytes(), type=Index)
        except FileNotFoundError:
            return Index()
        except msgspec.DecodeError:
            path.unlink()  # of another version: everything is observed anew
            return Index()

    def get(self, stage: str, digest: str, kind: type[T]) -> T | None:
        """The observation of a stage under this key, None where it is not finished."""
        name = f"{stage}-{digest}"
        kept = self.index.stages.get(stage)
        return load(self.folder, name, kind) if kept and kept.name == name else None

    def put(self, stage: str, digest: str, observation: Any, seconds: float) -> None:
        """Keep a finished stage."""
        with writing(self.folder):
            save(self.folder, f"{stage}-{digest}", observation)
            self._note(stage, digest, seconds)

    def get_arrays(self, digest: str) -> dict[str, Floats] | None:
        """The arrays of the optional room, by name, None where it did not look under this key or they are damaged."""
        kept = self.index.stages.get(EXTRA)
        return self._arrays(kept.name) if kept and kept.name == f"{EXTRA}-{digest}" else None

    def put_arrays(self, digest: str, arrays: dict[str, Floats]) -> None:
        """Keep the arrays of the optional room; its seconds are part of the stage that it looks along with."""
        with writing(self.folder):
            part = self.folder / f"part-{EXTRA}.npz"
            np.savez(part, **arrays)  # type: ignore[arg-type]
            os.replace(part, self.folder / f"{EXTRA}-{digest}.npz")
            self._note(EXTRA, digest, 0.0)

    def finish(
        self, media: MediaInfo, provenance: Provenance, stages: Collection[str], failed: tuple[Missing, ...] = ()
    ) -> None:
        """The analysis is done: remember what it was made from and drop what no longer belongs to it."""
        kept = {name: stage for name, stage in self.index.stages.items() if name in stages}
        self.index = Index(kept, media, provenance, failed)
        names = {stage.name for stage in kept.values()}
        with writing(self.folder):
            self._write()
            for path in self.folder.glob("*-*.*"):
                if path.stem not in names:
                    path.unlink()

    def latest(self, stage: str, kind: type[T]) -> T | None:
        """The stage of the last analysis, whatever its key, None where it had none. DocumentInvalid: it is damaged."""
        kept = self.index.stages.get(stage)
        if kept is None:
            return None
        found = load(self.folder, kept.name, kind)
        if found is None:
            raise DocumentInvalid(folder=str(self.folder), reason=kept.name)
        return found

    def latest_arrays(self) -> dict[str, Floats] | None:
        """The arrays of the optional room of the last analysis. DocumentInvalid: they are damaged."""
        kept = self.index.stages.get(EXTRA)
        if kept is None:
            return None
        found = self._arrays(kept.name)
        if found is None:
            raise DocumentInvalid(folder=str(self.folder), reason=kept.name)
        return found

    def _arrays(self, name: str) -> dict[str, Floats] | None:
        try:
            return load_arrays(self.folder / f"{name}.npz")
        except DAMAGE:
            return None

    def took(self, stages: Collection[str]) -> dict[str, float]:
        """Seconds that each kept stage took when it was observed."""
        return {name: self.index.stages[name].seconds for name in stages}

    def _note(self, stage: str, digest: str, seconds: float) -> None:
        with self._lock:
            self.index.stages[stage] = Kept(f"{stage}-{digest}", seconds)
            self._write()

    def _write(self) -> None:
        part = self.folder / f"part-{INDEX}"
        part.write_bytes(msgspec.json.encode(self.index))
        os.replace(part, self.folder / INDEX)
