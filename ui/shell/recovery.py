"""Which interview was under review when the program ended without being closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ui.shell.window import MainWindow

if TYPE_CHECKING:
    from ui.review.model import LayoutStore

OPEN = "review.open"
SETTLED_MS = 10_000


class Recovery(QObject):
    """Marks an interview in the settings while its review is on the screen; whoever closes the window takes that back.

    `left` is what the run before left marked. It is unmarked at once, and what is opened because of it is marked only
    once it has been open for `SETTLED_MS`: an interview that ends the program opens by itself no second time.
    """

    def __init__(self, window: MainWindow, layout: LayoutStore, reviewed: Callable[[], str]) -> None:
        super().__init__(window)
        self._window, self._layout, self._reviewed = window, layout, reviewed
        self.left = str(layout.get(OPEN, ""))
        self._soon = QTimer(self, singleShot=True, interval=SETTLED_MS if self.left else 0)
        self._soon.timeout.connect(self._mark)
        self._put("")
        window.pages.currentChanged.connect(self._see)
        window.closing.connect(self._end)

    def _see(self) -> None:
        if self._window.pages.currentWidget() is self._window.room("review"):
            self._soon.start()
        else:
            self._end()

    def _mark(self) -> None:
        self._soon.setInterval(0)
        self._put(self._reviewed())

    def _put(self, interview_id: str) -> None:
        if self._layout.get(OPEN, "") != interview_id:
            self._layout.put(OPEN, interview_id)

    def _end(self) -> None:
        self._soon.stop()
        self._put("")
