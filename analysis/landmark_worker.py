"""The landmark child's main: picture in, the landmarks of its faces out, until nobody asks any more.

The first line on standard input says where the models are. Then comes picture after picture, a `PictureHead` as a JSON
line and its pixels right behind it; each is answered by one JSON line. A picture is looked at for itself: nothing is
followed, and nothing of it is kept or written anywhere. When standard input ends, the child ends at once.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import numpy as np
import psutil
from numpy.typing import NDArray

from analysis.failures import Failure
from analysis.protocol import Places

if TYPE_CHECKING:
    from analysis.face import FaceObserver

NICE = 10
"""Playing goes first."""
THREADS = 1
ROLES = ("face_detector", "face_landmarks", "face_blendshapes", "face_mesh")
PIECE = 1 << 16
MOST_PIXELS = 4096 * 4096
BYTES_A_PIXEL = 3


class PictureHead(msgspec.Struct, frozen=True):
    """What follows: `height` rows of `width` pixels, RGB, 8 bits each, nothing between the rows."""

    number: int
    width: int
    height: int


class FaceShape(msgspec.Struct, frozen=True):
    """One face: its 478 landmarks, x and y in turns, as shares of the picture's width and height."""

    points: tuple[float, ...]


class Marked(msgspec.Struct, frozen=True, tag_field="type", tag="marked"):
    """The faces of the picture with this number, the most prominent first."""

    number: int
    faces: tuple[FaceShape, ...]


class NotMarked(msgspec.Struct, frozen=True, tag_field="type", tag="not_marked"):
    """A known failure, with its parameters as text."""

    number: int
    code: str
    params: dict[str, str]


Reply = Marked | NotMarked


def main() -> int:
    """Answer until standard input ends. A bug ends with a traceback and status 1."""
    out = _private_output()
    asked: queue.SimpleQueue[tuple[PictureHead, bytes]] = queue.SimpleQueue()
    listening = _Input(asked)
    places = msgspec.json.decode(listening.line(), type=Places)
    threading.Thread(target=listening.listen, name="parent", daemon=True).start()
    _settle()
    marker = _Marker(places)
    while True:
        head, pixels = asked.get()
        out.write(msgspec.json.encode(marker.reply(head, pixels)) + b"\n")
        out.flush()


class _Marker:
    """Loads the models at the first picture and keeps them."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._observer: FaceObserver | None = None

    def reply(self, head: PictureHead, pixels: bytes) -> Reply:
        try:
            return Marked(head.number, self._faces(head, pixels))
        except Failure as failure:
            params = {name: str(value) for name, value in failure.params.items()}
            return NotMarked(head.number, failure.code, params)

    def _faces(self, head: PictureHead, pixels: bytes) -> tuple[FaceShape, ...]:
        observer = self._observer = self._observer or self._load()
        picture = np.frombuffer(pixels, np.uint8).reshape(head.height, head.width, BYTES_A_PIXEL)
        observer.forget()
        look = observer.look(0.0, picture)
        size = (head.width, head.height)
        return tuple(_shape(one.landmarks, size) for one in ((look, *look.beside) if look else ()))

    def _load(self) -> FaceObserver:
        from analysis.face import FaceObserver
        from analysis.models import ModelStore

        places = self._places
        models = ModelStore(Path(places.resources), Path(places.cache), Path(places.data))
        detector, landmarks, blendshapes, mesh = (models.path(role) for role in ROLES)
        return FaceObserver(detector, landmarks, blendshapes, mesh, THREADS)


def _shape(landmarks: NDArray[np.float32], size: tuple[int, int]) -> FaceShape:
    shares = np.round(landmarks[:, :2] / np.array(size), 5)
    return FaceShape(tuple(shares.ravel().tolist()))


class _Input:
    """Standard input, read from the descriptor itself: a thread that waits in a buffered stream holds its lock when
    Python closes."""

    def __init__(self, asked: queue.SimpleQueue[tuple[PictureHead, bytes]]) -> None:
        self._asked = asked
        self._received = bytearray()

    def line(self) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            self._more()
        return self._taken(end + 1)

    def listen(self) -> None:
        while True:
            head = msgspec.json.decode(self.line(), type=PictureHead)
            size = head.width * head.height * BYTES_A_PIXEL
            if not 0 < size <= MOST_PIXELS * BYTES_A_PIXEL:
                os._exit(1)
            while len(self._received) < size:
                self._more()
            self._asked.put((head, self._taken(size)))

    def _more(self) -> None:
        piece = os.read(0, PIECE)
        if not piece:
            os._exit(0)
        self._received += piece

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken


def _private_output() -> BinaryIO:
    """The original standard output, kept apart; whatever prints from now on prints to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def _settle() -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    if sys.platform == "win32":
        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS)
    else:
        os.nice(NICE)


if __name__ == "__main__":
    sys.exit(main())
