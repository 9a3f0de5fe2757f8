"""The light on the rail's button of the sync room: offline, trouble, or how much waits; nothing while all is well."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui import theme

_TOKENS = {"offline": "muted", "trouble": "warn"}
MOST = 99


class RailLight(QWidget):
    """○ offline, ■ trouble, ● something waits; the number that waits stands in it."""

    def __init__(self, button: QWidget) -> None:
        super().__init__(button)
        self.state, self.waiting = "none", 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self._place)
        self._place()

    def show_state(self, state: str, waiting: int) -> None:
        """`state` as `TopBar.show_sync`, `waiting` = items in the queue."""
        self.state, self.waiting = state, waiting
        self.setVisible(state in _TOKENS or (waiting > 0 and state != "none"))
        self._place()
        self.update()

    def words(self) -> str:
        """The number in it; "" = none."""
        return "" if not self.waiting else str(self.waiting) if self.waiting <= MOST else f"{MOST}+"

    def _place(self) -> None:
        width = 22 if len(self.words()) > 1 else 16
        self.setGeometry(theme.scaled(42), theme.scaled(4), theme.scaled(width + 6 * (len(self.words()) > 2)),
                         theme.scaled(16))  # fmt: skip

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: the shape says what it is without its colour."""
        token = _TOKENS.get(self.state, "accent")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        hollow = self.state == "offline"
        painter.setPen(theme.color(token))
        painter.setBrush(theme.color("panel" if hollow else token))
        radius = theme.scaled(2) if self.state == "trouble" else area.height() / 2
        painter.drawRoundedRect(area, radius, radius)
        painter.setPen(theme.color(token if hollow else "on_accent"))
        painter.setFont(theme.font(10, bold=True))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.words())
