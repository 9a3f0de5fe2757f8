"""Reads the interviews that can be held away from the window's thread: thousands of them cost it nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from analysis.failures import Failure
from app.recording.to_be_held import to_be_held
from app.store.library import Library
from ui.post import telling

END_S = 5.0


class WaitingList(QObject):
    """`came(words, groups or Failure)`: what the newest question found, older ones tell nothing.

    At most one question is with the library; a newer one follows it.
    """

    came = Signal(str, object)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._thread: threading.Thread | None = None
        self._next: str | None = None
        self._closed = False

    def ask(self, words: str = "") -> None:
        """Read those in which all of these words occur."""
        if self._closed:
            return
        if self._thread is not None:
            self._next = words
            return
        given = (self._library, words, telling(self._tell))
        self._thread = threading.Thread(target=_read, args=given, name="waiting-interviews", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nothing is read any more."""
        self._closed = True
        if self._thread is not None:
            self._thread.join(END_S)

    def _tell(self, words: str, found: object) -> None:
        self._thread = None
        following, self._next = self._next, None
        if self._closed:
            return
        if following is None:
            self.came.emit(words, found)
        else:
            self.ask(following)


def _read(library: Library, words: str, tell: Callable[[str, object], None]) -> None:
    found: object
    try:
        found = to_be_held(library, words)
    except Failure as failure:
        found = failure
    tell(words, found)
