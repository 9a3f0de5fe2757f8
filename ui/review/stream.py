"""The vault's stream as a device that the media player can read, and that can be let go of whatever the disk does."""

from __future__ import annotations

from threading import Condition, Thread
from typing import BinaryIO

from PySide6.QtCore import QIODevice, QObject

BLOCK = 1 << 17
"""So much is read at once: the player asks for less at a time, mostly one piece after the other."""


class StreamDevice(QIODevice):
    """Reads a seekable stream.

    The stream is touched by a thread of this device only. The player's threads wait for what it reads, and no longer
    than until `release`: a disk that does not answer holds neither them nor the window.
    """

    def __init__(self, stream: BinaryIO, parent: QObject | None = None) -> None:
        super().__init__()
        self.setParent(parent)
        self._stream = stream
        self._size = stream.seek(0, 2)
        self._at = 0
        self._block, self._block_at = b"", 0
        self._wanted: int | None = None
        self._closed = self._failed = False
        self._change = Condition()
        self.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)
        Thread(target=self._serve, name="recording", daemon=True).start()

    def isSequential(self) -> bool:
        return False

    def size(self) -> int:
        return self._size

    def bytesAvailable(self) -> int:
        return self._size - self.pos()

    def atEnd(self) -> bool:
        """Also where nothing more can be had: a demuxer that gets nothing and is not told so asks for ever."""
        return self._closed or self._failed or self._at >= self._size

    def seek(self, position: int) -> bool:
        with self._change:
            if self._closed or not 0 <= position <= self._size:
                return False
            self._at, self._failed = position, False
        return super().seek(position)

    def readData(self, size: int) -> object:
        """Up to `size` bytes; none at the end, where the disk fails, and once the stream is released."""
        with self._change:
            if size <= 0 or self._at >= self._size or not self._fetch():
                return b""
            begin = self._at - self._block_at
            piece = self._block[begin : begin + size]
            self._at += len(piece)
            return piece

    def writeData(self, _data: bytes | bytearray | memoryview, _size: int) -> int:
        return -1

    @property
    def waiting(self) -> bool:
        """Whether the disk was asked and has not answered yet."""
        return self._wanted is not None and not self._closed

    def release(self) -> None:
        """Let go of the stream at once. It is closed as soon as a read that is still under way has ended."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _fetch(self) -> bool:
        """Wait until the block has the byte that comes next. False where it never will."""
        if not self._block_at <= self._at < self._block_at + len(self._block):
            self._wanted = self._at
            self._change.notify_all()
            self._change.wait_for(lambda: self._closed or self._wanted is None)
        self._failed = not self._block_at <= self._at < self._block_at + len(self._block)
        return not self._closed and not self._failed

    def _serve(self) -> None:
        with self._stream:
            while (place := self._next()) is not None:
                try:
                    self._stream.seek(place)
                    block = self._stream.read(BLOCK)
                except OSError:
                    block = b""
                with self._change:
                    self._block, self._block_at, self._wanted = block, place, None
                    self._change.notify_all()

    def _next(self) -> int | None:
        """Where to read; None once it is released."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._wanted is not None)
            return None if self._closed else self._wanted
