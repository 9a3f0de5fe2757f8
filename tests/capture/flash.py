"""A window that flashes in the very moment in which a loudspeaker beeps: `python -m tests.capture.flash SECONDS SINK`.

The sound server says when what is written now will be heard; the flash is painted then.
"""

from __future__ import annotations

import sys
import threading
import time

import numpy as np
import soundcard
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget

RATE, BLOCK = 48_000, 480
EVERY_S, LASTS_S = 0.73, 0.15
"""Not a whole number of pictures, so that flashes fall everywhere between two of them."""


class Flash(QWidget):
    """Black, and white while it flashes."""

    def __init__(self) -> None:
        super().__init__()
        self.white = False
        self.setGeometry(self.screen().geometry())
        self.show()

    def light(self, on: bool) -> None:
        self.white = on
        self.repaint()

    def paintEvent(self, _) -> None:
        QPainter(self).fillRect(self.rect(), QColor("white" if self.white else "black"))


class Beeps(QObject):
    """Writes sound without a pause; `heard_at` tells when a beep will be heard (`time.monotonic`)."""

    heard_at = Signal(float)

    def play(self, seconds: float, sink: str) -> None:
        speaker = next(each for each in soundcard.all_speakers() if each.id == sink)
        tone = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(BLOCK) / RATE)).astype(np.float32)
        silence = np.zeros(BLOCK, np.float32)
        end, due, left = time.monotonic() + seconds, time.monotonic() + 1.0, 0
        with speaker.player(RATE, 1, BLOCK) as player:
            while time.monotonic() < end:
                if left == 0 and time.monotonic() >= due:
                    left, due = round(LASTS_S * RATE / BLOCK), due + EVERY_S
                    self.heard_at.emit(time.monotonic() + player.latency)
                player.play(tone if left else silence)
                left = max(0, left - 1)


def main() -> None:
    application = QApplication([])
    seconds, sink = float(sys.argv[1]), sys.argv[2]
    window, beeps = Flash(), Beeps()

    def flash(at: float) -> None:
        wait_ms = max(0, round((at - time.monotonic()) * 1000))
        QTimer.singleShot(wait_ms, lambda: window.light(True))
        QTimer.singleShot(wait_ms + round(LASTS_S * 1000), lambda: window.light(False))

    beeps.heard_at.connect(flash)
    thread = threading.Thread(target=beeps.play, args=(seconds, sink))
    thread.start()
    QTimer.singleShot(round(seconds * 1000) + 500, application.quit)
    application.exec()
    thread.join()


if __name__ == "__main__":
    main()
