"""A line of text that folds and unfolds what stands below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.text import tr
from ui import icons, language, theme
from ui.review.controls import icon_size
from ui.widgets.plain import plain_tip


class FoldLine(QPushButton):
    """Shows as much of its text as there is room for; a press unfolds `body`, which is folded at first."""

    def __init__(self, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.open = False
        self.body = body
        self._words, self._help = "", ""
        body.hide()
        self.setProperty("class", "quiet")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setStyleSheet("text-align: left;")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: self.show_open(not self.open))
        language.on_change(self, self._tell)
        theme.changed.connect(self._tell)

    def say(self, words: str, explained: str = "") -> None:
        """What the line says, and what its hint adds."""
        self._words, self._help = words, explained
        self._tell()

    def show_open(self, open_: bool) -> None:
        """Unfold what stands below, or fold it."""
        self.open = open_
        self.body.setVisible(open_)
        self._tell()

    def _tell(self) -> None:
        self.setAccessibleName(self._words)
        self.setAccessibleDescription(tr("findings.unfolded" if self.open else "findings.folded"))
        self.setIcon(icons.icon("chevron_down" if self.open else "chevron_right", "muted"))
        self.setIconSize(icon_size())
        self.setToolTip(plain_tip("\n".join(filter(None, (self._words, self._help)))))
        self._fit()

    def _fit(self) -> None:
        room = max(0, self.width() - icon_size().width() - theme.scaled(20))
        self.setText(QFontMetricsF(self.font()).elidedText(self._words, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
