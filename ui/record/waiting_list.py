"""Reads the interviews that can be held away from the window's thread: thousands of them cost it nothing."""

from __future__ import annotations

import threading

import shiboken6
from PySide6.QtCore import QObject, Signal

from analysis.failures import Failure
from app.recording.to_be_held import to_be_held
from app.store.library import Library

END_S = 5.0


class WaitingList(QObject):
    """`came(words, groups or Failure)` in the window's thread: what the newest question found, older ones tell nothing.

    At most one question is with the library; a newer one follows it.
    """

    came = Signal(str, object)
    _read = Signal(str, object)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._thread: threading.Thread | None = None
        self._next: str | None = None
        self._closed = False
        self._read.connect(self._tell)

    def ask(self, words: str = "") -> None:
        """Read those in which all of these words occur."""
        if self._closed:
            return
        if self._thread is not None:
            self._next = words
            return
        self._thread = threading.Thread(target=self._work, args=(words,), name="waiting-interviews", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nothing is read any more."""
        self._closed = True
        if self._thread is not None:
            self._thread.join(END_S)

    def _work(self, words: str) -> None:
        found: object
        try:
            found = to_be_held(self._library, words)
        except Failure as failure:
            found = failure
        if shiboken6.isValid(self):
            self._read.emit(words, found)

    def _tell(self, words: str, found: object) -> None:
        self._thread = None
        following, self._next = self._next, None
        if self._closed:
            return
        if following is None:
            self.came.emit(words, found)
        else:
            self.ask(following)
