"""Where the files that ship with the program lie, in a checkout and in a frozen program alike."""

from __future__ import annotations

import sys
from pathlib import Path


def root() -> Path:
    """The folder that holds `resources/`."""
    frozen = getattr(sys, "_MEIPASS", None)
    return Path(frozen) if frozen else Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """A file or folder below `resources/`."""
    return root().joinpath("resources", *parts)
