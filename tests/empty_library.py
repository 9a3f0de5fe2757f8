"""Libraries for tests that need very many: all tables are made once, and copied."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from app.store import Library


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mianjian-empty-")) / "library"
    with Library.open(folder, assessor="王芳"):
        pass
    return folder


def new_library(folder: Path, assessor: str = "王芳") -> Library:
    """A library without anything in it."""
    shutil.copytree(_made(), folder)
    return Library.open(folder, assessor=assessor)
