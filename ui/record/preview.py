"""What a camera or a screen shows now, or a sentence in its place."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import icons, theme

MARK = 40


class Preview(QWidget):
    """`painted`: the last picture has been painted, and another may come."""

    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._fresh = False
        self.heading, self.hint, self._icon = "", "", "video"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def shows_picture(self) -> bool:
        """Whether there is something to see."""
        return self._image is not None

    def show_picture(self, image: QImage) -> None:
        """A picture; the next one is asked for by `painted`."""
        self._image, self._fresh = image, True
        self.setAccessibleDescription("")
        self.update()
        if not self.isVisible():
            self._ask()

    def say(self, icon: str, heading: str, hint: str = "") -> None:
        """Words in the place of a picture."""
        self._image, self._icon, self.heading, self.hint = None, icon, heading, hint
        self.setAccessibleDescription(f"{heading} {hint}".strip())
        self.update()
        self._ask()

    def sizeHint(self) -> QSize:
        """Qt: a video's shape."""
        return QSize(theme.scaled(640), theme.scaled(360))

    def minimumSizeHint(self) -> QSize:
        """Qt: as small as one still recognises a face in."""
        return QSize(theme.scaled(256), theme.scaled(144))

    def _ask(self) -> None:
        if self._fresh:
            self._fresh = False
            self.painted.emit()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Qt: the whole picture, as large as it fits."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QPainterPath()
        ground.addRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        painter.fillPath(ground, theme.color("track_bg"))
        painter.setClipPath(ground)
        if self._image is None:
            self._paint_words(painter)
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, *size.toTuple())
        painter.drawImage(place, self._image)
        self._ask()

    def _paint_words(self, painter: QPainter) -> None:
        inner = QRectF(self.rect()).adjusted(*(theme.scaled(each) for each in (16, 8, -16, -8)))
        mark = theme.scaled(MARK)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.setFont(theme.font(14, bold=True))
        heading = painter.boundingRect(inner, flags, self.heading)
        painter.setFont(theme.font(13))
        hint = painter.boundingRect(inner, flags, self.hint) if self.hint else QRectF()
        gap = theme.scaled(8)
        top = inner.center().y() - (mark + 2 * gap + heading.height() + hint.height()) / 2
        pixmap = icons.icon(self._icon, "faint").pixmap(mark, mark)
        painter.drawPixmap(round(inner.center().x() - mark / 2), round(top), pixmap)
        top += mark + gap
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font(14, bold=True))
        painter.drawText(QRectF(inner.left(), top, inner.width(), heading.height() + 2), flags, self.heading)
        painter.setPen(theme.color("muted"))
        painter.setFont(theme.font(13))
        top += heading.height() + gap
        painter.drawText(QRectF(inner.left(), top, inner.width(), hint.height() + 2), flags, self.hint)
