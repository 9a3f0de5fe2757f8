"""A window of another program: `python -m tests.capture.meeting`. Names itself in the list of open windows."""

from __future__ import annotations

import ctypes

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget

TITLE = "Video meeting"
"""Latin letters: under X11, Qt (6.11) shows a number for others."""
XA_WINDOW = 33


class Meeting(QWidget):
    """Red, and a bar that moves."""

    at = 0

    def paintEvent(self, _) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#c00000"))
        painter.fillRect(self.at % self.width(), 0, 10, 20, QColor("white"))

    def move_bar(self) -> None:
        self.at += 7
        self.update()


def list_window(number: int) -> None:
    """Without a window manager nobody else would."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.argtypes, x11.XDefaultRootWindow.restype = [ctypes.c_void_p], ctypes.c_ulong
    x11.XInternAtom.argtypes, x11.XInternAtom.restype = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int], ctypes.c_ulong
    x11.XChangeProperty.argtypes = [
        ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
        ctypes.c_int,
    ]  # fmt: skip
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    root, listed = x11.XDefaultRootWindow(display), (ctypes.c_ulong * 1)(number)
    x11.XChangeProperty(display, root, x11.XInternAtom(display, b"_NET_CLIENT_LIST", 0), XA_WINDOW, 32, 0, listed, 1)
    x11.XCloseDisplay(display)


def main() -> None:
    application = QApplication([])
    window = Meeting()
    window.setWindowTitle(TITLE)
    window.setGeometry(100, 100, 640, 360)
    window.show()
    list_window(int(window.winId()))
    clock = QTimer(interval=40)
    clock.timeout.connect(window.move_bar)
    clock.start()
    application.exec()


if __name__ == "__main__":
    main()
