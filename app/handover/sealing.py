"""A passphrase over a whole file: scrypt for the key, AES-256-GCM in chunks, so that gigabytes stream both ways.

    magic(8) salt(16) check(16) | chunk, chunk, …, last chunk

A chunk is up to 1 MiB of content and a tag of 16 bytes. The nonce of each is its number and whether it is the last one
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): chunks cannot be exchanged, dropped or
added. `check` is the tag of nothing under a nonce of its own, so that a wrong passphrase is told from a damaged file.
"""

from __future__ import annotations

import io
import os
import unicodedata
from typing import TYPE_CHECKING, BinaryIO

from app import text
from app.failures import PackageDamaged, PassphraseWrong

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"MJSEAL01"
SALT, TAG = 16, 16
HEADER = len(MAGIC) + SALT + TAG
CHUNK = 1 << 20
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 17, 8, 1
"""128 MiB and about a third of a second for each guess (OWASP, password storage cheat sheet, 2024)."""
_CHECK = b"\xff" * 12


def is_sealed(start: bytes) -> bool:
    """Whether a file that begins so needs a passphrase."""
    return start.startswith(MAGIC)


class SealedWriter(io.RawIOBase):
    """Encrypts what is written into `out`, which has to be closed by its owner. Not seekable."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        super().__init__()
        salt = os.urandom(SALT)
        self._out, self._header = out, MAGIC + salt
        self._cipher = _cipher(passphrase, salt)
        self._rest, self._number = bytearray(), 0
        out.write(self._header + self._cipher.encrypt(_CHECK, b"", self._header))

    def writable(self) -> bool:
        """Python: it can be written."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Python: take the bytes; whole chunks go out once it is known that they are not the last."""
        view = memoryview(data).cast("B")
        self._rest += view
        while len(self._rest) > CHUNK:
            self._put(bytes(self._rest[:CHUNK]), last=False)
            del self._rest[:CHUNK]
        return len(view)

    def close(self) -> None:
        """Write the last chunk, which may be empty."""
        if not self.closed:
            self._put(bytes(self._rest), last=True)
            self._rest.clear()
        super().close()

    def _put(self, content: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), content, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Decrypts as it is read; seekable. Raises PassphraseWrong at once, PackageDamaged where a chunk was altered."""

    def __init__(self, source: BinaryIO, passphrase: str, name: str) -> None:
        super().__init__()
        self._source, self._name = source, name
        size = source.seek(0, io.SEEK_END)
        source.seek(0)
        head = source.read(HEADER)
        if len(head) < HEADER or size < HEADER + TAG:
            raise PackageDamaged(name=name, what=text.tr("package.whole"))
        self._header = head[: len(MAGIC) + SALT]
        self._cipher = _cipher(passphrase, head[len(MAGIC) : len(MAGIC) + SALT])
        if self._open(_CHECK, head[-TAG:]) is None:
            raise PassphraseWrong(name=name)
        body = size - HEADER
        self._chunks = max(1, -(-body // (CHUNK + TAG)))
        self._size = body - self._chunks * TAG
        if self._size < 0 or (self._size <= (self._chunks - 1) * CHUNK and self._chunks > 1):
            raise PackageDamaged(name=name, what=text.tr("package.whole"))
        self._at, self._kept = 0, (-1, b"")
        self._load(self._chunks - 1)

    def readable(self) -> bool:
        """Python: it can be read."""
        return True

    def seekable(self) -> bool:
        """Python: it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Python: go to a place of the content."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Python: the place in the content."""
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Python: read on, at most to the end of the chunk."""
        view = memoryview(buffer).cast("B")
        if self._at >= self._size or not len(view):
            return 0
        number, offset = divmod(self._at, CHUNK)
        part = self._load(number)[offset : offset + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _load(self, number: int) -> bytes:
        if self._kept[0] != number:
            self._source.seek(HEADER + number * (CHUNK + TAG))
            content = self._open(_nonce(number, number == self._chunks - 1), self._source.read(CHUNK + TAG))
            if content is None:
                raise PackageDamaged(name=self._name, what=text.tr("package.whole"))
            self._kept = (number, content)
        return self._kept[1]

    def _open(self, nonce: bytes, sealed: bytes) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(nonce, sealed, self._header)
        except InvalidTag:
            return None


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    """The same passphrase typed on another system is the same bytes: NFKC, UTF-8."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    words = unicodedata.normalize("NFKC", passphrase).encode()
    return AESGCM(Scrypt(salt=salt, length=32, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P).derive(words))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
