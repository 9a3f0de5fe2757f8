"""Every model file: what it is (the manifest), where it lies, and that it is what it should be (SHA-256).

A path is handed out only after the file's hash was checked; nothing is ever downloaded. A missing or damaged file is
`ModelMissing` or `ModelDamaged`, a sentence for a person.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

import msgspec

from analysis import assembly, transcribers
from analysis.document import ModelUse
from analysis.failures import ModelDamaged, ModelMissing, OwnModelDamaged, OwnModelMissing

TRANSCRIBER = "transcriber"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model folder. `parts` (PACKAGE/PATH) joined are its content."""

    name: str
    sha256: str
    bytes: int
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One entry of the manifest. `place`: "resources", "package" or "assembled" (a folder made of `files`)."""

    id: str
    role: str
    place: str
    file: str
    licence: str
    licence_file: str
    origin: str
    sha256: str = ""
    bytes: int = 0
    files: tuple[ModelFile, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 that names this model: the file's own; in a folder that of the largest file, the weights."""
        return self.sha256 or max(self.files, key=lambda file: file.bytes).sha256

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.bytes or sum(file.bytes for file in self.files)


class _Document(msgspec.Struct):
    model: list[ModelEntry]


@dataclass(frozen=True, slots=True)
class Manifest:
    """All entries of this build: `manifest.toml` and the manifests of the optional rooms that this build has."""

    entries: tuple[ModelEntry, ...]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read every `manifest*.toml` in `resources/models`."""
        entries: list[ModelEntry] = []
        for path in sorted(folder.glob("manifest*.toml")):
            entries += msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Document).model
        return cls(tuple(entries))

    def entry(self, role: str) -> ModelEntry:
        """The model with this role; KeyError for a role that this build does not have, which is a bug."""
        for entry in self.entries:
            if entry.role == role:
                return entry
        raise KeyError(role)


class ModelState(StrEnum):
    """What is known of a model's files. PRESENT = there with the right size, hash not looked at yet."""

    VERIFIED = "verified"
    PRESENT = "present"
    PACKED = "packed"
    """To be assembled from its installed packages at first use."""
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of `models list` and `models verify`."""

    id: str
    role: str
    file: str
    state: ModelState
    licence: str
    origin: str
    bytes: int


_hashes: dict[tuple[str, int, int], str] = {}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, remembered in this process by path, size and modification time."""
    stat = path.stat()
    key = (str(path), stat.st_size, stat.st_mtime_ns)
    if key not in _hashes:
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        _hashes[key] = digest.hexdigest()
    return _hashes[key]


class ModelStore:
    """Hands out verified model files.

    `resources` is the program's `resources` folder (read only), `cache` is for what can be made again (the assembled
    transcriber), `data` remembers the transcribers that a person added (`models.json`).
    """

    def __init__(self, resources: Path, cache: Path, data: Path) -> None:
        self.folder = resources / "models"
        self.cache = cache
        self.data = data
        self.manifest = Manifest.read(self.folder)

    def path(self, role: str) -> Path:
        """The verified file of a role, or the verified folder of the bundled transcriber.

        Raises ModelMissing, ModelDamaged; DiskFull or FolderNotWritable where the transcriber cannot be assembled.
        """
        entry = self.manifest.entry(role)
        if entry.place == "assembled":
            return self._assembled(entry)
        path = self._locate(entry)
        check_file(path, entry.sha256, entry.bytes, entry.id)
        return path

    def transcriber(self, folder: str | None) -> tuple[Path, ModelUse]:
        """The folder to transcribe with, verified, and its line of provenance. None = the bundled model.

        An added folder has to be the same as when it was added.
        """
        if folder is None:
            entry = self.manifest.entry(TRANSCRIBER)
            return self.path(TRANSCRIBER), ModelUse(entry.id, entry.role, entry.digest)
        added = transcribers.find(self.data, Path(folder))
        if added is None:
            raise OwnModelMissing(model=Path(folder).name, file=str(folder))
        for file in added.files:
            _check_own(added, file)
        return Path(added.folder), ModelUse(added.id, TRANSCRIBER, added.digest)

    def use(self, role: str) -> ModelUse:
        """The line of provenance of a role."""
        entry = self.manifest.entry(role)
        return ModelUse(entry.id, role, entry.digest)

    def list(self) -> tuple[ModelStatus, ...]:
        """What is there, by size alone: quick. Added transcribers come last."""
        bundled = tuple(_status(entry, self._state(entry)) for entry in self.manifest.entries)
        return bundled + tuple(_added_status(added, _added_state(added)) for added in self.added())

    def verify(self) -> tuple[ModelStatus, ...]:
        """Check every file's SHA-256; the bundled transcriber is assembled where it was not yet."""
        bundled = tuple(_status(entry, self._verified(entry)) for entry in self.manifest.entries)
        return bundled + tuple(_added_status(added, _added_verified(added)) for added in self.added())

    def add(self, folder: Path) -> transcribers.Added:
        """Make a local faster-whisper folder available as a transcriber, after a check that it loads.

        Raises ModelIncomplete, ModelNotLoading, FolderNotWritable.
        """
        return transcribers.add(self.data, folder, {entry.id for entry in self.manifest.entries}, sha256_of)

    def added(self) -> tuple[transcribers.Added, ...]:
        """The transcribers that a person added."""
        return transcribers.read(self.data)

    def _locate(self, entry: ModelEntry) -> Path:
        return package_file(entry.file) if entry.place == "package" else self.folder / entry.file

    def _assembled(self, entry: ModelEntry) -> Path:
        """The bundled folder of a frozen program, else the one in the cache, assembled where it is not there yet."""
        folder = self._assembled_folder(entry)
        if not folder.is_dir():
            assembly.assemble(folder, {file.name: _parts(file, entry) for file in entry.files})
        for file in entry.files:
            check_file(folder / file.name, file.sha256, file.bytes, entry.id)
        return folder

    def _assembled_folder(self, entry: ModelEntry) -> Path:
        shipped = self.folder / entry.file
        return shipped if shipped.is_dir() else self.cache / entry.file

    def _state(self, entry: ModelEntry) -> ModelState:
        if entry.place != "assembled":
            return _size_state(self._locate(entry), entry.bytes)
        folder = self._assembled_folder(entry)
        if folder.is_dir():
            return _worst(_size_state(folder / file.name, file.bytes) for file in entry.files)
        parts = [package_file(part) for file in entry.files for part in file.parts]
        return ModelState.PACKED if all(part.is_file() for part in parts) else ModelState.MISSING

    def _verified(self, entry: ModelEntry) -> ModelState:
        try:
            self.path(entry.role)
        except ModelMissing:
            return ModelState.MISSING
        except ModelDamaged:
            return ModelState.DAMAGED
        return ModelState.VERIFIED


def check_file(path: Path, sha256: str, size: int, model: str) -> None:
    """Raise ModelMissing or ModelDamaged unless the file is exactly the one of the manifest."""
    if not path.is_file():
        raise ModelMissing(model=model, file=path.name)
    if path.stat().st_size != size or sha256_of(path) != sha256:
        raise ModelDamaged(model=model, file=path.name)


def _check_own(added: transcribers.Added, file: transcribers.AddedFile) -> None:
    """The same for a file of an added transcriber, where another next step helps."""
    try:
        check_file(Path(added.folder) / file.name, file.sha256, file.bytes, added.id)
    except ModelMissing as missing:
        raise OwnModelMissing(**missing.params) from None
    except ModelDamaged as damaged:
        raise OwnModelDamaged(**damaged.params) from None


def package_file(name: str) -> Path:
    """PACKAGE/PATH as a path, without importing the package; a path that is not there where it is not installed."""
    package, _, rest = name.partition("/")
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0], *rest.split("/")) if places else Path(os.devnull) / name


def _parts(file: ModelFile, entry: ModelEntry) -> tuple[Path, ...]:
    paths = tuple(package_file(part) for part in file.parts)
    for path in paths:
        if not path.is_file():
            raise ModelMissing(model=entry.id, file=path.name)
    return paths


def _size_state(path: Path, size: int) -> ModelState:
    if not path.is_file():
        return ModelState.MISSING
    return ModelState.PRESENT if path.stat().st_size == size else ModelState.DAMAGED


def _worst(states: Iterable[ModelState]) -> ModelState:
    found = set(states)
    return next((state for state in (ModelState.MISSING, ModelState.DAMAGED) if state in found), ModelState.PRESENT)


def _status(entry: ModelEntry, state: ModelState) -> ModelStatus:
    return ModelStatus(entry.id, entry.role, entry.file, state, entry.licence, entry.origin, entry.size)


def _added_status(added: transcribers.Added, state: ModelState) -> ModelStatus:
    return ModelStatus(added.id, TRANSCRIBER, added.folder, state, "", added.folder, sum(f.bytes for f in added.files))


def _added_state(added: transcribers.Added) -> ModelState:
    return _worst(_size_state(Path(added.folder) / file.name, file.bytes) for file in added.files)


def _added_verified(added: transcribers.Added) -> ModelState:
    try:
        for file in added.files:
            _check_own(added, file)
    except ModelMissing:
        return ModelState.MISSING
    except ModelDamaged:
        return ModelState.DAMAGED
    return ModelState.VERIFIED
