"""A panel that lies over a window: no dialog, nothing waits for it, and the keyboard goes back to where it was."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QWidget

from ui import theme

MARGIN = 24
"""Pixels before scaling that stay free around it."""


class Over(QFrame):
    """Opened by `open()`, closed by Escape, by `close()` or once the keyboard goes elsewhere.

    `wanted_width` and `wanted_height` (pixels before scaling) are what it takes where the window has the room.
    """

    wanted_width, wanted_height = 680, 440

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("class", "panel")
        self._window = window
        self._before: QWidget | None = None
        self.hide()
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(32)
        shadow.setOffset(0, 6)
        self.setGraphicsEffect(shadow)
        self._shadow = shadow
        window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]
        theme.changed.connect(self._restyle)
        self._restyle()

    def holder(self) -> QWidget:
        """The widget that has the keyboard while this is open."""
        return self

    def open(self) -> None:
        """Show it over the window, and take the keyboard."""
        if self.isVisible():
            return
        self._before = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()
        self.holder().setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Close it and give the keyboard back."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        inside = now is None or now is self or self.isAncestorOf(now)
        if self.isVisible() and not inside:
            self._before = None
            self.hide()

    def _restyle(self) -> None:
        self._shadow.setColor(QColor(0, 0, 0, 150 if theme.is_dark() else 70))
        if self.isVisible():
            self._place()

    def _place(self) -> None:
        window = self._window.rect()
        free = theme.scaled(MARGIN)
        width = min(theme.scaled(self.wanted_width), window.width() - 2 * free)
        height = min(theme.scaled(self.wanted_height), window.height() - 2 * free)
        top = min(theme.scaled(72), max(free, (window.height() - height) // 2))
        self.setGeometry(QRect((window.width() - width) // 2, top, width, height))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: stay in the middle of a window that changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes; no other key reaches the room below."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        event.accept()
