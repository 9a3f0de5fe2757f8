"""A container that is written to a file, where a disk that cannot take it says so itself.

PyAV hands on what a write of the file raises, and then raises an error of its own in closing the container, in whose
place nobody could tell a full disk from damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO
from pathlib import Path

import av
from av.container import OutputContainer


class _File(BufferedWriter):
    """Remembers the first failure of the file itself."""

    failure: OSError | None = None

    def write(self, piece: object, /) -> int:
        try:
            return super().write(piece)  # type: ignore[arg-type]
        except OSError as error:
            self.failure = self.failure or error
            raise

    def seek(self, place: int, whence: int = 0, /) -> int:
        try:
            return super().seek(place, whence)
        except OSError as error:
            self.failure = self.failure or error
            raise


@contextmanager
def container(path: Path, form: str) -> Iterator[OutputContainer]:
    """Write a container of FFmpeg's format `form` to `path`. What the file itself refuses is raised as it is, an
    OSError; what FFmpeg does not like is one of `av.FFmpegError`."""
    file = _File(FileIO(path, "w"))
    try:
        with file, av.open(file, "w", format=form) as target:
            yield target
    except (OSError, av.FFmpegError) as error:
        if file.failure is None or error is file.failure:
            raise
        raise file.failure from None
