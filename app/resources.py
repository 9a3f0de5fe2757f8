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


def program(*, window: bool = False) -> list[str]:
    """The words that start this program again, as the console one or as the window.

    A frozen program has one of each side by side; child processes are the console one, because a windowed program has
    no pipes on Windows.
    """
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "app"]
    beside = Path(sys.executable)
    return [str(beside.with_name(f"mianjian{'' if window else '-cli'}{beside.suffix}"))]
