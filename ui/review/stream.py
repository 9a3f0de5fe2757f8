"""The vault's stream as a device that the media player can read."""

from __future__ import annotations

from threading import Lock
from typing import BinaryIO

from PySide6.QtCore import QIODevice, QObject


class StreamDevice(QIODevice):
    """Reads a seekable stream. The player reads from threads of its own, one at a time, hence the lock."""

    def __init__(self, stream: BinaryIO, parent: QObject | None = None) -> None:
        super().__init__()
        self.setParent(parent)
        self._stream = stream
        self._lock = Lock()
        self._size = stream.seek(0, 2)
        self._closed = False
        stream.seek(0)
        self.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)

    def isSequential(self) -> bool:
        return False

    def size(self) -> int:
        return self._size

    def bytesAvailable(self) -> int:
        return self._size - self.pos()

    def seek(self, position: int) -> bool:
        with self._lock:
            if self._closed or not 0 <= position <= self._size:
                return False
            self._stream.seek(position)
        return super().seek(position)

    def readData(self, size: int) -> object:
        """Up to `size` bytes; none at the end, and none once the stream is released."""
        with self._lock:
            return b"" if self._closed else self._stream.read(max(0, size))

    def writeData(self, _data: bytes | bytearray | memoryview, _size: int) -> int:
        return -1

    def release(self) -> None:
        """Close the stream. A read that is still under way gets nothing more."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._stream.close()
