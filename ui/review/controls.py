"""Small controls of the room: an icon button that follows theme and language, and the thin slider of the player."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QToolButton, QWidget

from app.text import timecode, tr
from ui import icons, language, theme
from ui.widgets.keys import is_plain
from ui.widgets.plain import plain_tip


class IconButton(QToolButton):
    """A button with an icon only; its name for screen readers and its hint come from one text."""

    def __init__(self, icon: str, text_key: str, parent: QWidget | None = None, *, checkable: bool = False) -> None:
        super().__init__(parent)
        self._icon, self._text_key, self._ink = icon, text_key, "text"
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self._restyle)
        self._restyle()
        language.on_change(self, self._rename)

    def become(self, icon: str, text_key: str) -> None:
        """Turn into another button: play becomes pause."""
        self._icon, self._text_key = icon, text_key
        self._restyle()
        self._rename()

    def light(self, lit: bool) -> None:
        """Show the icon in the accent's colour, or as others are."""
        self._ink = "accent" if lit else "text"
        self._restyle()

    def _restyle(self) -> None:
        self.setIcon(icons.icon(self._icon, self._ink))
        self.setIconSize(QSize(theme.scaled(18), theme.scaled(18)))

    def _rename(self) -> None:
        self.tell(tr(self._text_key))

    def tell(self, text: str) -> None:
        """Name it and hint at it by this text, whose end may tell the keys in brackets, until the language changes."""
        self.setAccessibleName(text.rsplit(" (", 1)[0].rsplit("（", 1)[0])
        self.setToolTip(text if "<" not in text else plain_tip(text))


def icon_size() -> QSize:
    """The size of an icon beside a text, at the chosen scale."""
    return QSize(theme.scaled(14), theme.scaled(14))


def plain_label(text_class: str = "", parent: QWidget | None = None) -> QLabel:
    """A label that never reads its text as anything but text."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if text_class:
        label.setProperty("class", text_class)
    return label


def wrapped_label(text_class: str = "", parent: QWidget | None = None) -> QLabel:
    """A plain label over several lines. One word that is too long is cut, it does not widen what is around it."""
    label = plain_label(text_class, parent)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    return label


def restyle(widget: QWidget, style_class: str) -> None:
    """Give a widget another class of the style sheet, at once."""
    if widget.property("class") != style_class:
        widget.setProperty("class", style_class)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))  # it may need another size now


class SeekBar(QWidget):
    """The thin line of the player: played part, loop, and a knob that can be dragged."""

    seekAsked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.duration, self.position = 0.0, 0.0
        self.loop: tuple[float, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        language.bind(self.setAccessibleName, "review.seek_bar")
        theme.changed.connect(self.updateGeometry)

    def show_position(self, position: float, duration: float) -> None:
        """Move the knob."""
        self.position, self.duration = position, duration
        self.setAccessibleDescription(f"{timecode(position)} / {timecode(duration)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, theme.scaled(16))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(60), theme.scaled(16))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        margin, middle, thick = theme.scaled(7), self.height() / 2, theme.scaled(4)
        groove = QRectF(margin, middle - thick / 2, self.width() - 2 * margin, thick)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(groove, thick / 2, thick / 2)
        share = min(1.0, self.position / self.duration) if self.duration else 0.0
        played = QRectF(groove.left(), groove.top(), groove.width() * share, thick)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(played, thick / 2, thick / 2)
        if self.loop and self.duration:
            left = groove.left() + self.loop[0] / self.duration * groove.width()
            right = groove.left() + self.loop[1] / self.duration * groove.width()
            painter.setBrush(theme.color("series_5"))
            painter.drawRect(QRectF(left, groove.top() - 2, max(2.0, right - left), thick + 4))
        radius = theme.scaled(5)
        painter.setBrush(theme.color("panel"))
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.drawEllipse(QRectF(played.right() - radius, middle - radius, 2 * radius, 2 * radius))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def time_at(self, x: float) -> float:
        """The moment (s) at a pixel."""
        margin = theme.scaled(7)
        return min(max(0.0, (x - margin) / max(1, self.width() - 2 * margin)), 1.0) * self.duration

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.seekAsked.emit(self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.seekAsked.emit(self.time_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1.0, Qt.Key.Key_Right: 1.0, Qt.Key.Key_Down: -1.0, Qt.Key.Key_Up: 1.0}
        if is_plain(event) and Qt.Key(event.key()) in steps:
            self.seekAsked.emit(self.position + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
