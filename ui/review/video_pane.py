"""Where the picture is: the frame with the marks on the face, a calm waveform for a sound recording, or a sentence."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtMultimedia import QVideoFrame
from PySide6.QtWidgets import QSizePolicy, QWidget

from analysis.document import PEAK_RATE_HZ
from ui import icons, theme
from ui.review.curve_lanes import paint_wave
from ui.review.face_marks import FaceMarks
from ui.review.lane import View
from ui.review.model import Recording
from ui.review.pyramid import Pyramid, pyramid_of

BLACK = QColor("#0e1014")
NOTICE_GROUND, NOTICE_TEXT = QColor(14, 16, 20, 205), QColor("#f2f4f7")
NOTICE_MS = 1200
WAVE_S = 16.0
"""How much of a sound recording the placeholder shows around the present moment."""


class VideoPane(QWidget):
    """Paints the newest frame, letterboxed, with the overlay."""

    clicked = Signal()
    doubleClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._frame: QVideoFrame | None = None
        self.message = ""
        self.notice = ""
        self._notice_over = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._notice_over.timeout.connect(lambda: self.say(""))
        self.marks = FaceMarks()
        self.sound_only = False
        self.time_s = 0.0
        self._wave: Pyramid | None = None
        self._gain = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        theme.changed.connect(self.update)

    def show_recording(self, recording: Recording | None, *, sound_only: bool) -> None:
        """Take what is known of the face, and the waveform, from an analysed recording."""
        self.sound_only = sound_only
        self.marks.show_recording(recording)
        peaks = recording.peaks if recording else None
        self._wave, self._gain = None, 1.0
        if peaks is not None and len(peaks):
            self._wave = pyramid_of(peaks[:, 0], PEAK_RATE_HZ, peaks[:, 1])
            self._gain = 1.0 / max(0.05, float(np.nanmax(np.abs(peaks))))
        self.update()

    def show_frame(self, frame: QVideoFrame) -> None:
        """Show the next frame; it is turned into a picture only when it is painted, so that fast play skips frames."""
        if frame.isValid():
            self._frame, self.marks.mesh = frame, None
            self.update()

    @property
    def image(self) -> QImage | None:
        """The newest picture; None before the first."""
        if self._frame is not None:
            self._image, self._frame = self._frame.toImage(), None
        return self._image

    def show_image(self, image: QImage | None) -> None:
        """Show a picture that is there already, or none."""
        self._image, self._frame, self.marks.mesh = image, None, None
        self.update()

    def show_time(self, time_s: float) -> None:
        """Tell the overlay what moment it is."""
        self.time_s = time_s
        self.update()

    def show_message(self, text: str) -> None:
        """Show a sentence in place of the picture; empty shows the picture again."""
        self.message = text
        self.update()

    def say(self, text: str) -> None:
        """Say something over the picture that is gone after a moment, such as a volume whose slider is out of sight."""
        self.notice = text
        self._notice_over.start() if text else self._notice_over.stop()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(200), theme.scaled(120))

    def picture_area(self) -> QRectF:
        """Where the frame lies in the pane."""
        image = self.image
        if image is None or image.isNull():
            return QRectF(self.rect())
        size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), theme.RADIUS - 1, theme.RADIUS - 1)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), theme.color("track_bg") if self.sound_only else BLACK)
        if self.message:
            self._paint_message(painter)
        elif self.sound_only:
            self._paint_sound(painter)
        elif (image := self.image) is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self.picture_area(), image)
            self.marks.paint(painter, self.picture_area(), self.time_s)
        if self.notice:
            self._paint_notice(painter)
        painter.end()

    def _paint_message(self, painter: QPainter) -> None:
        painter.setFont(theme.font(14))
        painter.setPen(theme.color("text") if self.sound_only else QColor("#d7dce3"))
        area = QRectF(self.rect()).adjusted(24, 16, -24, -16)
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.message)

    def _paint_notice(self, painter: QPainter) -> None:
        painter.setFont(theme.font(13))
        size = painter.fontMetrics().size(0, self.notice)
        width, height = size.width() + theme.scaled(20), size.height() + theme.scaled(10)
        place = QRectF((self.width() - width) / 2, theme.scaled(12), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(NOTICE_GROUND)
        painter.drawRoundedRect(place, height / 2, height / 2)
        painter.setPen(NOTICE_TEXT)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.notice)

    def _paint_sound(self, painter: QPainter) -> None:
        """The waveform around now, under a sign that this is sound alone."""
        side = min(theme.scaled(40), self.height() / 5)
        sign = icons.pixmap("audio", theme.color("faint").name())
        painter.drawPixmap(
            QRectF(self.width() / 2 - side / 2, self.height() * 0.16, side, side), sign, QRectF(sign.rect())
        )
        area = QRectF(0, self.height() * 0.36, self.width(), self.height() * 0.48)
        view = View(self.time_s - WAVE_S / 2, WAVE_S, 0.0, float(max(1, self.width())))
        if self._wave is not None:
            paint_wave(painter, area, view, self._wave, self._gain, "series_1")
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.drawLine(QLineF(self.width() / 2, area.top(), self.width() / 2, area.bottom()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.doubleClicked.emit()
