"""Brings calls from other threads back to the window's thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class Post(QObject):
    """A callable: `post(function)` runs the function on the window's thread, in order, as soon as it is idle."""

    _called = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._called.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def __call__(self, function: Callable[[], None]) -> None:
        """Queue a function; may be called from any thread."""
        if self._open:
            self._called.emit(function)

    def close(self) -> None:
        """Drop what comes from now on: the window is going."""
        self._open = False

    def _run(self, function: Callable[[], None]) -> None:
        if self._open:
            function()
