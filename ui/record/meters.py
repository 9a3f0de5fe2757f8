"""How loud a source is, as a bar that a glance reads: level, the highest of the last moments, a mark for too loud."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import text
from ui import theme
from ui.record.capture.levels import FLOOR_DB, SILENCE, Level

HOLD_S, CLIP_HOLD_S = 1.5, 3.0
FALL_DB_S = 24.0
"""How fast bar and peak fall back, as in studio meters: fast enough to follow speech, slow enough to read."""
LOUD_DB, FULL_DB = -12.0, -3.0
"""From here on the bar is drawn as loud, and as nearly too loud."""
TICK_MS = 66
TELL_DB = 3.0
SILENT_AFTER_S = 0.5


class Meter(QWidget):
    """Shows `Level`s as they come; `say` names what it measures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.level, self.peak_db = SILENCE, FLOOR_DB
        self.clipped = False
        self._peak_at = self._clip_at = self._heard_at = 0.0
        self._told_db = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._fall)
        self._describe()

    def say(self, what: str) -> None:
        """Whose level it is."""
        self.setAccessibleName(text.tr("capture.level", what=what))
        self._describe()

    def show_level(self, level: Level) -> None:
        """What was heard since the last time."""
        now = time.monotonic()
        self._heard_at = now
        self.level = Level(level.peak_db, max(level.rms_db, self.level.rms_db - self._fallen), level.clipped)
        if level.peak_db >= self.peak_db:
            self.peak_db, self._peak_at = level.peak_db, now
        if level.clipped:
            self.clipped, self._clip_at = True, now
        self._timer.start()
        self._tell()
        self.update()

    def reset(self) -> None:
        """Nothing is heard."""
        self.level, self.peak_db, self.clipped = SILENCE, FLOOR_DB, False
        self._timer.stop()
        self._describe()
        self.update()

    @property
    def _fallen(self) -> float:
        return FALL_DB_S * TICK_MS / 1000

    def _fall(self) -> None:
        now = time.monotonic()
        if now - self._heard_at > SILENT_AFTER_S:
            self.level = Level(FLOOR_DB, max(FLOOR_DB, self.level.rms_db - self._fallen))
        if now - self._peak_at > HOLD_S:
            self.peak_db = max(self.level.peak_db, self.peak_db - self._fallen)
        if self.clipped and now - self._clip_at > CLIP_HOLD_S:
            self.clipped = False
            self._describe()
        if self.peak_db <= FLOOR_DB and not self.clipped:
            self._timer.stop()
        self._tell()
        self.update()

    def _tell(self) -> None:
        """Those who hear the screen are told of changes that matter, not at each."""
        if abs(self.level.rms_db - self._told_db) >= TELL_DB or self.clipped:
            self._describe()

    def _describe(self) -> None:
        self._told_db = self.level.rms_db
        silent = self.level.rms_db <= FLOOR_DB
        words = text.tr("capture.silent") if silent else text.tr("capture.decibel", db=f"{self.level.rms_db:.0f}")
        words = text.tr("capture.clipping") if self.clipped else words
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            self.setToolTip(words)

    def sizeHint(self) -> QSize:
        """Qt: as wide as there is room."""
        return QSize(theme.scaled(160), theme.scaled(14))

    def minimumSizeHint(self) -> QSize:
        """Qt: still readable."""
        return QSize(theme.scaled(60), theme.scaled(14))

    def paintEvent(self, _: QPaintEvent) -> None:
        """Qt: track, bar, peak, and the mark at its end."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        mark, gap = float(self.height()), theme.scaled(4)
        width, height = self.width() - mark - gap, float(self.height())
        bar = QRectF(0, height * 0.2, width, height * 0.6)
        round_by = bar.height() / 2
        painter.setBrush(theme.color("stack"))
        painter.drawRoundedRect(bar, round_by, round_by)
        self._paint_bar(painter, bar)
        if self.peak_db > FLOOR_DB:
            painter.setBrush(theme.color(_tone(self.peak_db)))
            painter.drawRect(QRectF(bar.left() + bar.width() * _share(self.peak_db) - 2, 0, 2, height))
        painter.setBrush(theme.color("bad" if self.clipped else "stack"))
        painter.drawRoundedRect(QRectF(width + gap, 0, mark, height), 3, 3)
        if self.clipped:
            painter.setPen(theme.color("panel"))
            painter.setFont(theme.font(11, bold=True))
            painter.drawText(QRectF(width + gap, 0, mark, height), Qt.AlignmentFlag.AlignCenter, "!")

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        """The level in the colour of each range, so that what is loud is seen to be."""
        right = bar.left() + bar.width() * _share(self.level.rms_db)
        painter.save()
        for from_db, to_db in ((FLOOR_DB, LOUD_DB), (LOUD_DB, FULL_DB), (FULL_DB, 0.0)):
            left, end = (bar.left() + bar.width() * _share(db) for db in (from_db, to_db))
            if right > left:
                painter.setClipRect(QRectF(left, bar.top(), min(right, end) - left, bar.height()))
                painter.setBrush(theme.color(_tone(from_db)))
                painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
        painter.restore()


def _share(db: float) -> float:
    return min(1.0, max(0.0, 1 - db / FLOOR_DB))


def _tone(db: float) -> str:
    return "bad" if db >= FULL_DB else "warn" if db >= LOUD_DB else "ok"
