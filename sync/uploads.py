"""Uploads that go on where they were cut: tus 1.0 (core, creation, checksum; tus.io/protocols/resumable-upload), or
pieces within an HR system's own calls.

Nothing is remembered here of an unfinished upload: the announcement is repeated under the same id, and the HR system
says how far it has come.
"""

from __future__ import annotations

import base64
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, NoReturn, Protocol
from urllib.parse import urlsplit

from sync.client import Answer, Wire, unsure
from sync.failures import RemoteConflict, RemoteFailure, RemoteNonsense
from sync.system import Attachment, Progress

CHUNK_BYTES = 1 << 20
_TUS = {"Tus-Resumable": "1.0.0"}
CHECKSUM_DIFFERS = 460


class Judge(Protocol):
    """Gives the failure that a bad answer is, as the dialect understands it."""

    def __call__(self, answer: Answer) -> RemoteFailure: ...


class Carrying(ABC):
    """One file on its way, piece by piece."""

    attachment: Attachment
    chunk: int

    @abstractmethod
    def _announced(self) -> tuple[str, int]:
        """Where the file goes, and how much of it is there."""

    @abstractmethod
    def _piece(self, content: BinaryIO, place: str, offset: int) -> int:
        """Send what comes at an offset; gives how much is there then."""

    @abstractmethod
    def _id(self, place: str) -> str:
        """The HR system's id of the file that goes there."""

    def _read(self, content: BinaryIO, offset: int) -> bytes:
        content.seek(offset)
        return content.read(min(self.chunk, self.attachment.size - offset))

    def send(self, content: BinaryIO, progress: Progress = lambda _: None) -> str:
        """Send what is missing; gives the HR system's id of the file.

        A failure that may pass is borne as long as at least one piece arrived since the last one.
        """
        place, offset = self._announced()
        moved = True
        while offset < self.attachment.size:
            try:
                offset = self._piece(content, place, offset)
            except RemoteFailure as failure:
                if not failure.retry or not moved:
                    raise
                moved = False
                place, offset = self._announced()
                continue
            moved = True
            progress(offset)
        return self._id(place)


@dataclass(slots=True)
class Upload(Carrying):
    """By tus to `path` of an HR system."""

    wire: Wire
    path: str
    judge: Judge
    attachment: Attachment
    operation: str
    chunk: int = CHUNK_BYTES

    def _id(self, place: str) -> str:
        return place.rsplit("/", 1)[-1]

    def _announced(self) -> tuple[str, int]:
        file = self.attachment
        told = {
            "external_id": file.external_id, "assessment_external_id": file.assessment_external_id, "role": file.role,
            "name": file.name, "media_type": file.media_type, "sha256": file.sha256,
        }  # fmt: skip
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
        headers = _TUS | {
            "Upload-Length": str(file.size), "Upload-Metadata": metadata, "Idempotency-Key": self.operation,
        }  # fmt: skip
        answer = self.wire.send("POST", self.path, headers=headers)
        if not answer.good:
            raise self.judge(answer)
        return self._place(answer.headers.get("location", "")), self._offset(answer)

    def _place(self, location: str) -> str:
        """The path below the address; only on the same host."""
        there, base = urlsplit(location), urlsplit(self.wire.address.base)
        if not there.path or (there.netloc and there.netloc != base.netloc) or not there.path.startswith(base.path):
            self._nonsense()
        return there.path.removeprefix(base.path)

    def _piece(self, content: BinaryIO, place: str, offset: int) -> int:
        piece = self._read(content, offset)
        checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
        headers = _TUS | {
            "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {checksum}",
        }  # fmt: skip
        answer = self.wire.send("PATCH", place, body=piece, headers=headers)
        if answer.status in (409, CHECKSUM_DIFFERS):
            raise unsure(RemoteNonsense(host=self.wire.host))
        if not answer.good:
            raise self.judge(answer)
        return self._offset(answer)

    def _offset(self, answer: Answer) -> int:
        said = answer.headers.get("upload-offset", "")
        if not said.isdecimal() or int(said) > self.attachment.size:
            self._nonsense()
        return int(said)

    def _nonsense(self) -> NoReturn:
        raise unsure(RemoteNonsense(host=self.wire.host))


Asked = Callable[[Mapping[str, Any]], tuple[str, int]]
"""Makes one call about a file and gives its id and how much of it is there."""


@dataclass(slots=True)
class Pieces(Carrying):
    """Within calls of the HR system's own: each says what the file is, where the piece begins, and the piece (base64).

    An empty piece announces the file. `host` = what a person is told.
    """

    ask: Asked
    attachment: Attachment
    host: str
    chunk: int = CHUNK_BYTES

    def _id(self, place: str) -> str:
        return place

    def _announced(self) -> tuple[str, int]:
        return self._told(0, b"")

    def _piece(self, content: BinaryIO, place: str, offset: int) -> int:  # noqa: ARG002  a call says whose it is
        try:
            return self._told(offset, self._read(content, offset))[1]
        except RemoteConflict as failure:  # it stands elsewhere: it is asked where
            raise unsure(RemoteNonsense(host=self.host)) from failure

    def _told(self, offset: int, piece: bytes) -> tuple[str, int]:
        said = asdict(self.attachment) | {"offset": offset, "content": base64.b64encode(piece).decode()}
        place, there = self.ask(said)
        if not 0 <= there <= self.attachment.size:
            raise unsure(RemoteNonsense(host=self.host))
        return place, there
