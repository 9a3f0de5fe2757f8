"""Which of the files that are dropped on the window are packages."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent

from app.handover.package import SUFFIX


def is_package(path: Path) -> bool:
    """Whether a file is a package by its name."""
    return path.suffix.lower() == SUFFIX


def dropped_packages(event: QDropEvent) -> list[Path]:
    """The packages among what is dropped."""
    files = (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
    return [file for file in files if is_package(file)]
