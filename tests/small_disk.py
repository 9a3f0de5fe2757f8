"""A real disk of a few megabytes that fills up; needs the right to mount."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, megabytes: float) -> Iterator[Path]:
    """A tmpfs of this size at `folder`; skips the test where mounting is not allowed."""
    folder.mkdir()
    options = f"size={round(megabytes * 1024)}k"
    try:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
        made = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if made.returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
