"""The file itself: a zip, written in one order with fixed times, and read with distrust.

Members stream: a recording is never in memory. What is read is compared with the manifest's size and SHA-256 before
anything of it counts.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from app import text
from app.failures import PackageDamaged, PackageNewer, PassphraseNeeded
from app.handover.package import (
    FORMAT,
    FREE_BYTES,
    MANIFEST,
    MOST_BYTES,
    MOST_DATA_BYTES,
    MOST_MANIFEST_BYTES,
    MOST_MEMBERS,
    MOST_RATIO,
    VERSION,
    Manifest,
    Member,
    is_name,
    is_recording,
    is_stored,
)
from app.handover.sealing import MAGIC, SealedReader, SealedWriter, is_sealed

CHUNK = 1 << 20
_THEN = (1980, 1, 1, 0, 0, 0)
_PLAIN = 0o600 << 16
_ZIP = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_END_64 = 56 + 20
"""Bytes of the large end of a zip and its locator, which stand before the end where a package is larger than 4 GiB."""
_ENTRY = 46 + 32 + 200
"""At most so many bytes in the list for each member."""

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done; raises Cancelled to stop."""


@dataclass(frozen=True, slots=True)
class Content:
    """A member to be written: `open` gives its bytes, which have this size and SHA-256."""

    member: Member
    open: Callable[[], BinaryIO]


def of_bytes(name: str, body: bytes) -> Content:
    """A member that is in memory."""
    return Content(Member(name, len(body), hashlib.sha256(body).hexdigest()), lambda: io.BytesIO(body))


def of_file(name: str, path: Path) -> Content:
    """A member that lies in a file; the file is read twice."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Content(Member(name, size, digest.hexdigest()), lambda: path.open("rb"))


def write(out: BinaryIO, manifest: Manifest, contents: Sequence[Content], passphrase: str, progress: Progress) -> None:
    """Write the package into `out`; sealed where there is a passphrase. PackageDamaged where a source has changed."""
    total, done = sum(each.member.bytes for each in contents), 0
    with ExitStack() as stack:
        target: io.RawIOBase | BinaryIO = out
        if passphrase:
            target = stack.enter_context(SealedWriter(out, passphrase))
        archive = stack.enter_context(zipfile.ZipFile(_Forward(target), "w"))
        described = msgspec.json.format(msgspec.json.encode(manifest))
        archive.writestr(_info(MANIFEST), described)
        for each in contents:
            done = _put(archive, each, done, total, progress)


class _Forward:
    """A file that is only written forward, so that plain and sealed packages have the same zip in them."""

    def __init__(self, out: io.RawIOBase | BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes, /) -> int:
        """Python: write on."""
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Python: write out."""
        self._out.flush()

    def close(self) -> None:
        """Python: whoever opened the file closes it."""


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _THEN)
    info.compress_type = zipfile.ZIP_STORED if is_stored(name) else zipfile.ZIP_DEFLATED
    info.external_attr, info.create_system = _PLAIN, 3
    return info


def _put(archive: zipfile.ZipFile, content: Content, done: int, total: int, progress: Progress) -> int:
    member, digest, size = content.member, hashlib.sha256(), 0
    large = member.bytes > CHUNK * 1024
    with content.open() as source, archive.open(_info(member.name), "w", force_zip64=large) as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
            progress(done + size, max(total, done + size))
    if digest.hexdigest() != member.sha256:
        raise PackageDamaged(name=member.name, what=member.name)
    return done + size


def needs_passphrase(path: Path) -> bool:
    """Whether a package is sealed. PackageDamaged where it cannot be read."""
    try:
        with path.open("rb") as source:
            return is_sealed(source.read(len(MAGIC)))
    except OSError as missing:
        raise PackageDamaged(name=path.name, what=text.tr("package.whole")) from missing


class Archive:
    """A package that is open for reading; its manifest was checked against what is there."""

    def __init__(self, name: str, source: zipfile.ZipFile) -> None:
        self._name, self._zip = name, source
        self.manifest = self._described()
        self.members = {member.name: member for member in self.manifest.members}
        self._check_members()

    def names(self, start: str) -> list[str]:
        """The names of members that begin so, in the manifest's order."""
        return [name for name in self.members if name.startswith(start)]

    def read(self, name: str) -> bytes:
        """A whole member that is no recording; b"" where there is none."""
        if name not in self.members:
            return b""
        kept = io.BytesIO()
        self.copy(name, kept)
        return kept.getvalue()

    def copy(self, name: str, out: BinaryIO, progress: Callable[[int], None] = lambda _: None) -> None:
        """Write a member's content to `out`, and make sure that it is what the manifest says."""
        member = self.members[name]
        digest, size = hashlib.sha256(), 0
        with self._known(), self._zip.open(name) as source:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                if size > member.bytes:
                    break
                digest.update(chunk)
                out.write(chunk)
                progress(len(chunk))
        if size != member.bytes or digest.hexdigest() != member.sha256:
            raise self._damaged(name)

    def verify(self, progress: Progress) -> None:
        """Read everything once. PackageDamaged names what was altered."""
        total, done = sum(member.bytes for member in self.members.values()), 0
        for name in self.members:
            nowhere = _Nowhere()
            self.copy(name, nowhere, lambda _, at=done, out=nowhere: progress(at + out.size, total))  # type: ignore[arg-type, misc]
            done += self.members[name].bytes

    def _described(self) -> Manifest:
        with self._known():
            info = self._zip.getinfo(MANIFEST) if MANIFEST in self._zip.namelist() else None
            if info is None or info.file_size > MOST_MANIFEST_BYTES:
                raise self._damaged(MANIFEST)
            body = self._zip.read(MANIFEST)
        try:
            heading = msgspec.json.decode(body, type=_Heading)
            if heading.format != FORMAT:
                raise self._damaged(MANIFEST)
            if heading.version > VERSION:
                raise PackageNewer(name=self._name)
            return msgspec.json.decode(body, type=Manifest)
        except msgspec.MsgspecError as error:
            raise self._damaged(MANIFEST) from error

    def _check_members(self) -> None:
        infos = {info.filename: info for info in self._zip.infolist()}
        told = [MANIFEST, *(member.name for member in self.manifest.members)]
        if len(told) > MOST_MEMBERS or len(infos) != len(self._zip.infolist()) or len(set(told)) != len(told):
            raise self._damaged(MANIFEST)
        if set(infos) != set(told):
            raise self._damaged(sorted(set(infos) ^ set(told))[0])
        for member in self.manifest.members:
            info = infos[member.name]
            if not is_name(member.name) or info.file_size != member.bytes or not _is_sane(info):
                raise self._damaged(member.name)

    @contextmanager
    def _known(self) -> Iterator[None]:
        """What zip and disk say of a damaged file becomes one known failure."""
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise self._damaged("") from error

    def _damaged(self, what: str) -> PackageDamaged:
        return PackageDamaged(name=self._name, what=what or text.tr("package.whole"))


class _Heading(msgspec.Struct):
    format: str
    version: int


class _Nowhere(io.RawIOBase):
    """Counts what is written, and forgets it."""

    size = 0

    def writable(self) -> bool:
        """Python: it can be written."""
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Python: count."""
        self.size += len(data)
        return len(data)


def _is_sane(info: zipfile.ZipInfo) -> bool:
    """Not encrypted by the zip itself, of a kind that is used here, and no bomb."""
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return False
    if info.file_size > (MOST_BYTES if is_recording(info.filename) else MOST_DATA_BYTES):
        return False
    return info.file_size <= FREE_BYTES or info.file_size <= MOST_RATIO * max(1, info.compress_size)


def _has_short_list(source: BinaryIO) -> bool:
    """Whether the list of members at the end is one that this program writes: no comment, no more bytes than members
    may need. It is read as a whole before anything else can be checked."""
    size = source.seek(0, io.SEEK_END)
    if size < _END.size:
        return False
    source.seek(max(0, size - _END.size - _END_64))
    tail = source.read()
    mark, *_, length, _, comment = _END.unpack(tail[-_END.size :])
    if tail[_END_64 - 20 : _END_64 - 16] == b"PK\x06\x07":
        if not tail.startswith(b"PK\x06\x06"):
            return False
        length = int.from_bytes(tail[40:48], "little")
    return bool(mark == b"PK\x05\x06" and not comment and length <= MOST_MEMBERS * _ENTRY)


@contextmanager
def opened(path: Path, passphrase: str = "") -> Iterator[Archive]:
    """Open a package. Raises PackageDamaged, PackageNewer, PassphraseNeeded, PassphraseWrong."""
    name = path.name
    with ExitStack() as stack:
        try:
            source: BinaryIO = stack.enter_context(path.open("rb"))
        except OSError as missing:
            raise PackageDamaged(name=name, what=text.tr("package.whole")) from missing
        start = source.read(len(MAGIC))
        if is_sealed(start):
            if not passphrase:
                raise PassphraseNeeded(name=name)
            sealed = stack.enter_context(SealedReader(source, passphrase, name))
            source = stack.enter_context(io.BufferedReader(sealed, CHUNK))
        elif not start.startswith(_ZIP):
            raise PackageDamaged(name=name, what=text.tr("package.whole"))
        if not _has_short_list(source):
            raise PackageDamaged(name=name, what=text.tr("package.whole"))
        try:
            archive = stack.enter_context(zipfile.ZipFile(source))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as damaged:
            raise PackageDamaged(name=name, what=text.tr("package.whole")) from damaged
        yield Archive(name, archive)
