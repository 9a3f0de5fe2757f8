"""Turns the operating system's refusals to write into failures that a person can act on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.failures import DiskFull, FolderNotWritable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG})


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Whatever is written inside concerns `folder`: a full disk is DiskFull, a refusal FolderNotWritable."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(folder=str(folder)) from error
        if error.errno in REFUSED:
            raise FolderNotWritable(folder=str(folder)) from error
        raise


def sync_file(path: Path) -> None:
    """What was written into it by now survives a power cut. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
