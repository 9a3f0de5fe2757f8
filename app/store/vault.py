"""The vault: the only way to recordings and what is derived from them.

A recording is known by the SHA-256 of the file that was imported, and lies in a folder of its own: the imported file as
it came (`original.*`), the one copy that the window plays (`playable.mkv`), and what the preparing child found out.
A recording arrives in `incoming/` and moves into place as a whole, so that nothing is ever half there. Files are the
owner's alone. Callers get streams and leases, so that encryption can come behind this interface.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from analysis.disk import sync_file
from analysis.failures import DiskFull, FolderNotWritable, MediaEmpty, MediaMissing
from app import text
from app.failures import NotFound

CHUNK = 1 << 20
ORIGINAL = "original.mkv"
"""What the program recorded itself; an import keeps its own ending."""
PLAYABLE = "playable.mkv"
THUMBNAIL = "thumbnail.jpg"
FACTS = "media.json"
FRAMES = "frames.json"
TRANSCRIPTS = "transcripts"
DOCUMENT = "analysis.json"
ANALYSIS, PARTIAL = "analysis-", "partial-"
"""How folders of whole analyses, and of what a running one has found so far, begin among what is derived."""
SUFFIXES = frozenset(
    {
        *(".mp4", ".m4v", ".mkv", ".mov", ".webm", ".avi", ".wmv", ".ts", ".3gp", ".flv", ".mpg"),
        *(".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".wma"),
    }
)
"""Endings of recordings: what a folder import picks up, and what an imported file keeps of its name."""

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A recording on its way in: the folder it is prepared in, the copy there, its hash and size."""

    folder: Path
    original: Path
    sha256: str
    bytes: int
    name: str


class Vault:
    """The recordings of one library, below its folder `vault`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._media = folder / "media"
        self._incoming = folder / "incoming"
        self._arriving = folder / "arriving"
        self._recording = folder / "recording"
        self._derived = folder / "derived"
        self._made = folder / "made"
        self._documents = folder / "documents"

    def has(self, sha256: str) -> bool:
        """Whether the recording lies here."""
        return self._home(sha256).is_dir()

    def has_playable(self, sha256: str) -> bool:
        """Whether the recording has a copy that is played."""
        return (self._home(sha256) / PLAYABLE).exists()

    def recording(self, interview_id: str) -> Path:
        """The folder, which may not be there yet, of what is being recorded of an interview, until it is admitted."""
        return self._recording / _named(interview_id.replace("-", ""))

    def recordings(self) -> list[Path]:
        """The folders of what is being recorded, or was when the program ended."""
        return sorted(path for path in self._recording.glob("*") if path.is_dir())

    def facts(self, sha256: str) -> bytes | None:
        """What was found out about the recording when it came; None where nothing was."""
        try:
            return (self._home(sha256) / FACTS).read_bytes()
        except FileNotFoundError:
            return None

    def known(self) -> frozenset[str]:
        """The hashes of all recordings here."""
        return frozenset(home.name for home in self._media.glob("*/*"))

    def open(self, sha256: str) -> BinaryIO:
        """The playable copy as a seekable stream; the recording as it came where there is none. NotFound otherwise."""
        try:
            return self._playable(sha256).open("rb")
        except OSError as missing:
            raise NotFound(what=text.tr("store.media"), id=sha256) from missing

    @contextmanager
    def lease(self, sha256: str) -> Iterator[Path]:
        """Lends the recording as it came, as a path for one child job; do not keep it beyond the block."""
        yield self._original(sha256)

    @contextmanager
    def lease_playable(self, sha256: str) -> Iterator[Path]:
        """Lends the playable copy as a path for one child job."""
        yield self._playable(sha256)

    @contextmanager
    def working(self) -> Iterator[Path]:
        """Lends a folder for the temporary files of one job. It is gone afterwards, at the latest at the next opening.

        Raises DiskFull, FolderNotWritable.
        """
        folder = self._incoming / uuid4().hex
        try:
            with writing_into(self.folder):
                private_folder(folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep_made(self, made: Path) -> str:
        """Take in a file that was made of an interview and has to stay until it is sent; gives its SHA-256.

        Raises DiskFull, FolderNotWritable.
        """
        return self._keep(made, self._made)

    def open_made(self, sha256: str) -> BinaryIO:
        """A file that was made of an interview. NotFound."""
        return _opened(self._made, sha256, "store.made")

    def made(self) -> frozenset[str]:
        """The hashes of all files here that were made of interviews."""
        return _names_in(self._made)

    def drop_made(self, gone: Collection[str]) -> None:
        """Remove files that were made of interviews."""
        _drop_from(self._made, gone)

    def keep_document(self, arrived: Path) -> str:
        """Take in a candidate's file from the HR system; gives its SHA-256. Raises DiskFull, FolderNotWritable."""
        return self._keep(arrived, self._documents)

    def has_document(self, sha256: str) -> bool:
        """Whether a candidate's file lies here."""
        return (self._documents / _named(sha256)).is_file()

    def open_document(self, sha256: str) -> BinaryIO:
        """A candidate's file. NotFound."""
        return _opened(self._documents, sha256, "store.document")

    def documents(self) -> frozenset[str]:
        """The hashes of all candidates' files here."""
        return _names_in(self._documents)

    def drop_documents(self, gone: Collection[str]) -> None:
        """Remove files of candidates."""
        _drop_from(self._documents, gone)

    def _keep(self, file: Path, folder: Path) -> str:
        digest = digest_of(file)
        with writing_into(self.folder):
            private_folder(folder)
            os.replace(file, folder / digest)
            keep_private(folder / digest)
            sync_folder(folder)
        return digest

    def derived(self, sha256: str) -> Path:
        """The folder (made if need be) for what engine jobs derive from the recording."""
        folder = self._derived / _named(sha256)
        private_folder(folder)
        return folder

    def transcripts(self, sha256: str) -> Path:
        """The folder, which may not be there yet, of the transcripts that people gave for the recording."""
        return self._home(sha256) / TRANSCRIPTS

    def drop_unfinished(self, sha256: str) -> None:
        """Remove what a crash or a power cut left: analyses without their document, and partial results."""
        folder = self._derived / _named(sha256)
        unfinished = [each for each in folder.glob(f"{ANALYSIS}*") if not (each / DOCUMENT).is_file()]
        for left in (*unfinished, *folder.glob(f"{PARTIAL}*")):
            shutil.rmtree(left, ignore_errors=True)

    def thumbnail(self, sha256: str) -> bytes | None:
        """A small picture (JPEG) of the recording; None for sound alone."""
        try:
            return (self._home(sha256) / THUMBNAIL).read_bytes()
        except FileNotFoundError:
            return None

    def frames(self, sha256: str) -> bytes | None:
        """When each picture of the playable copy begins, as it was kept; None where nobody has looked yet."""
        try:
            return (self._home(sha256) / FRAMES).read_bytes()
        except FileNotFoundError:
            return None

    def keep_frames(self, sha256: str, listed: bytes) -> None:
        """Keep that list, whole or not at all. Raises DiskFull, FolderNotWritable."""
        home = self._home(sha256)
        part = home / f"part-{uuid4().hex}"
        with writing_into(home):
            try:
                with private_file(part) as file:
                    file.write(listed)
                os.replace(part, home / FRAMES)
            finally:
                part.unlink(missing_ok=True)

    def remove(self, sha256: str) -> None:
        """Remove the recording and everything derived from it. Nothing happens where it is not here."""
        for folder in (self._derived / _named(sha256), self._home(sha256)):
            if folder.exists():
                shutil.rmtree(folder)
        self.settle(sha256)

    @contextmanager
    def receive(self, source: Path, progress: Progress | None = None) -> Iterator[Incoming]:
        """Copy a file in while hashing it. What is not admitted within the block is gone after it, whatever happens.

        Raises MediaMissing, MediaEmpty, DiskFull, FolderNotWritable.
        """
        folder = self._incoming / uuid4().hex
        try:
            with writing_into(self.folder):
                private_folder(folder)
            yield self._copied(source, folder, progress)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _copied(self, source: Path, folder: Path, progress: Progress | None) -> Incoming:
        suffix = source.suffix.lower()
        target = folder / f"original{suffix if suffix in SUFFIXES else ''}"
        size = size_of(source)
        with reading_from(source) as reader, writing_into(self.folder), private_file(target) as writer:
            digest = _copy(reader, writer, size, source.name, progress)
            writer.flush()
            os.fsync(writer.fileno())
        return Incoming(folder, target, digest, target.stat().st_size, source.name)

    def admit(self, incoming: Incoming, coming_from: Path | None = None) -> None:
        """Move a prepared recording into its place, as a whole; `settle` it once its rows are written.

        A folder that no row knows gives way. What has a place that it is `coming_from` goes back there where its rows
        are not written; anything else is removed.
        """
        home = self._home(incoming.sha256)
        with writing_into(self.folder):
            private_folder(home.parent)
            private_folder(self._arriving)
            mark = self._arriving / incoming.sha256
            mark.touch(mode=0o600)
            if coming_from is not None:
                mark.write_text(str(coming_from.relative_to(self.folder)), "utf-8")
                sync_folder(self._arriving)
            for file in incoming.folder.iterdir():
                keep_private(file)
                sync_file(file)
            if home.exists():
                shutil.rmtree(home)
            os.rename(incoming.folder, home)
            sync_folder(home.parent)

    def settle(self, sha256: str) -> None:
        """The recording's rows are written: it is here to stay."""
        (self._arriving / sha256).unlink(missing_ok=True)

    def give_back(self, sha256: str) -> bool:
        """Where an arrival came from, there it goes back. False where it came from nowhere, or went back already."""
        try:
            origin = (self._arriving / sha256).read_text("utf-8")
        except OSError:
            return False
        place = self.folder / origin
        if not origin or not place.parent.is_dir() or not self.has(sha256):
            return False
        os.rename(self._home(sha256), place)
        self.settle(sha256)
        return True

    def sweep(self, recorded: Callable[[str], bool]) -> None:
        """Remove what an interrupted import left behind: arrivals, and recordings whose rows were not written.

        A recording that was settled once is never removed here, even if no row knows it any more: the database may
        have been restored from an older backup.
        """
        shutil.rmtree(self._incoming, ignore_errors=True)
        for mark in list(self._arriving.glob("*")):
            if not recorded(mark.name) and not self.give_back(mark.name):
                self.remove(mark.name)
            self.settle(mark.name)

    def _home(self, sha256: str) -> Path:
        return self._media / sha256[:2] / _named(sha256)

    def _playable(self, sha256: str) -> Path:
        path = self._home(sha256) / PLAYABLE
        return path if path.exists() else self._original(sha256)

    def _original(self, sha256: str) -> Path:
        for path in self._home(sha256).glob("original*"):
            return path
        raise NotFound(what=text.tr("store.media"), id=sha256)


def _opened(folder: Path, sha256: str, what: str) -> BinaryIO:
    try:
        return (folder / _named(sha256)).open("rb")
    except OSError as missing:
        raise NotFound(what=text.tr(what), id=sha256) from missing


def _names_in(folder: Path) -> frozenset[str]:
    return frozenset(file.name for file in folder.glob("*"))


def _drop_from(folder: Path, gone: Collection[str]) -> None:
    for name in gone:
        with suppress(PermissionError):  # Windows keeps what somebody reads: it goes the next time
            (folder / name).unlink(missing_ok=True)


def _named(sha256: str) -> str:
    """The name of a recording's folder; what could lead out of the vault names nothing in it."""
    if not sha256.isalnum():
        raise NotFound(what=text.tr("store.media"), id=sha256)
    return sha256


def size_of(source: Path) -> int:
    """The size of a file to import, bytes. Raises MediaMissing, MediaEmpty."""
    try:
        size = source.stat().st_size if source.is_file() else -1
    except OSError as missing:
        raise MediaMissing(name=source.name) from missing
    if size < 0:
        raise MediaMissing(name=source.name)
    if size == 0:
        raise MediaEmpty(name=source.name)
    return size


def digest_of(source: Path) -> str:
    """The hex SHA-256 of a file. Raises MediaMissing."""
    digest = hashlib.sha256()
    with reading_from(source) as reader:
        for chunk in _chunks(reader, source.name):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(reader: BinaryIO, name: str) -> Iterator[bytes]:
    """What is in a file, piece by piece. Raises MediaMissing where it cannot be read on: its drive went away."""
    while True:
        try:
            chunk = reader.read(CHUNK)
        except OSError as gone:
            raise MediaMissing(name=name) from gone
        if not chunk:
            return
        yield chunk


def _copy(reader: BinaryIO, writer: BinaryIO, size: int, name: str, progress: Progress | None) -> str:
    digest = hashlib.sha256()
    done = 0
    for chunk in _chunks(reader, name):
        digest.update(chunk)
        writer.write(chunk)
        done += len(chunk)
        if progress:
            progress(done, max(size, done))
    return digest.hexdigest()


_REFUSED = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG}
)


@contextmanager
def reading_from(source: Path) -> Iterator[BinaryIO]:
    """The source of an import. Raises MediaMissing where it cannot be opened."""
    try:
        stream = source.open("rb")
    except OSError as missing:
        raise MediaMissing(name=source.name) from missing
    with stream:
        yield stream


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Turns a full disk and a folder that may not be written into known failures."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=str(folder)) from error
        if error.errno in _REFUSED:
            raise FolderNotWritable(folder=str(folder)) from error
        raise


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        yield stream


def private_folder(folder: Path) -> None:
    """The folder, made if need be with all above it, each for its owner alone."""
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def keep_private(file: Path) -> None:
    """Only its owner can read the file, as far as the disk knows owners: a memory stick does not."""
    with suppress(PermissionError):
        file.chmod(0o600)


def sync_folder(folder: Path) -> None:
    """Make a rename within a folder last through a power cut, where the system and the disk have that notion."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
