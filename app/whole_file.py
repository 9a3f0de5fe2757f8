"""Files that are written for a person: whole or not at all, and an older one stays until the new one is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from app.failures import ValueInvalid
from app.store.vault import writing_into


@contextmanager
def whole_file(path: Path, suffix: str | None = None) -> Iterator[Path]:
    """A new empty file beside `path` to write into; it takes the place of `path` where the block succeeds.

    `suffix` = the ending of the file beside, where it matters to who writes it. Raises ValueInvalid where `path` is a
    folder, FolderNotWritable, DiskFull.
    """
    if path.is_dir():
        raise ValueInvalid(what="--out", value=path, allowed="FILE")
    part = path.with_name(f".{uuid4().hex[:12]}{path.suffix if suffix is None else suffix}")
    try:
        with writing_into(path.parent):
            part.touch(exist_ok=False)
            yield part
            os.replace(part, path)
    finally:
        with suppress(OSError):  # where it could not be made, it cannot be removed either
            part.unlink()
