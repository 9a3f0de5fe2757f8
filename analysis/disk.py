"""Turns the operating system's refusals to write into failures that a person can act on."""

from __future__ import annotations

import errno
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
