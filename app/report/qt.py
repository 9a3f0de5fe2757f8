"""Qt without a window: a QGuiApplication where none exists, so that reports can be made from the command line."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QGuiApplication

_kept: list[QGuiApplication] = []


def ensure_gui() -> None:
    """Have a QGuiApplication; made offscreen where there is none, and kept until the process ends."""
    if QGuiApplication.instance() is not None:
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and sys.platform.startswith("linux"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    _kept.append(QGuiApplication(["mianjian"]))


def ensure_dispatcher() -> None:
    """Let timers be started in this thread, as the layout of a text does; Qt gives them to threads of its own only."""
    QEventLoop()
