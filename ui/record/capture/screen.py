"""A screen, or a window of another program."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtMultimedia import QScreenCapture, QWindowCapture

from ui.record.capture import devices
from ui.record.capture.camera import Pictures
from ui.record.capture.choice import What
from ui.record.capture.problems import Trouble, Unavailable


class Screen(Pictures):
    """A screen or a window, as it changes. One that stands still may give nothing."""

    silent_s = None
    _capture: QScreenCapture | QWindowCapture | None = None

    def _there(self) -> bool:
        if self.device.what is What.SCREEN:
            return devices.screen_named(self.device.id) is not None
        return self._capture is not None or devices.window_named(self.device.id) is not None

    def _open(self) -> None:
        session = self._new_session()
        if self.device.what is What.SCREEN:
            shown = devices.screen_named(self.device.id)
            if shown is None:
                raise Unavailable(Trouble.GONE)
            screen = QScreenCapture(self)
            screen.setScreen(shown)
            session.setScreenCapture(screen)
            self._capture = screen
        else:
            found = devices.window_named(self.device.id)
            if found is None:
                raise Unavailable(Trouble.GONE)
            window = QWindowCapture(self)
            window.setWindow(found)
            session.setWindowCapture(window)
            self._capture = window
        self._capture.errorOccurred.connect(self._erred, Qt.ConnectionType.QueuedConnection)
        self._capture.start()

    def _close(self) -> None:
        if self._capture is not None:
            self._capture.errorOccurred.disconnect(self._erred)
            self._capture.stop()
            self._capture.deleteLater()
            self._capture = None
        self._end_session()

    def _erred(self) -> None:
        if self._capture is not None:
            gone = self.device.what is What.WINDOW or not self._there()
            self._fail(Trouble.GONE if gone else Trouble.DENIED)
