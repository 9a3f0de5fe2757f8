"""A camera."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QVideoFrame,
    QVideoFrameFormat,
    QVideoSink,
)

from app.recording.kinds import Role
from ui.record.capture import devices
from ui.record.capture.choice import CAMERA_FPS, CAMERA_SIZE, Device
from ui.record.capture.clock import StreamClock, now_ns
from ui.record.capture.permissions import allowed
from ui.record.capture.problems import Trouble, Unavailable
from ui.record.capture.source import Outlet, Source


class Pictures(Source):
    """A source whose pictures come by a video sink: what cameras, screens and windows share."""

    def __init__(self, device: Device, role: Role, outlet: Outlet, parent: QObject | None = None) -> None:
        super().__init__(device, (role,), outlet, parent)
        self._clock = StreamClock()
        self._own_us = -1
        self._session: QMediaCaptureSession | None = None
        self._sink: QVideoSink | None = None

    def _new_session(self) -> QMediaCaptureSession:
        self._session, self._sink = QMediaCaptureSession(self), QVideoSink(self)
        self._session.setVideoSink(self._sink)
        self._clock.forget()
        self._sink.videoFrameChanged.connect(self._take)
        return self._session

    def _end_session(self) -> None:
        if self._session is not None and self._sink is not None:
            self._sink.deleteLater()
            self._session.deleteLater()
        self._session = self._sink = None

    def _take(self, frame: QVideoFrame) -> None:
        arrived = now_ns()
        if not frame.isValid() or not self._came(arrived):
            return
        self.outlet.show(self.roles[0], frame, self._taken(frame, arrived))

    def _taken(self, frame: QVideoFrame, arrived_ns: int) -> int:
        """When a picture was taken: by the source's own time, where it has one that goes on."""
        own_us = frame.startTime()
        if own_us <= self._own_us:
            self._clock.forget()
        self._own_us = own_us
        return self._clock.at(own_us * 1000, arrived_ns) if own_us >= 0 else arrived_ns


class Camera(Pictures):
    """720p at 25 pictures a second, or the nearest that the camera gives."""

    _camera: QCamera | None = None

    def _there(self) -> bool:
        return devices.camera_named(self.device.id) is not None

    def _open(self) -> None:
        found = devices.camera_named(self.device.id)
        if found is None:
            raise Unavailable(Trouble.GONE)
        if not allowed(self.device.what):
            raise Unavailable(Trouble.DENIED)
        self._camera = QCamera(found, self)
        wanted = best_format(found)
        if wanted is not None:
            self._camera.setCameraFormat(wanted)
        self._camera.errorOccurred.connect(self._erred, Qt.ConnectionType.QueuedConnection)
        self._new_session().setCamera(self._camera)
        self._camera.start()

    def _close(self) -> None:
        if self._camera is not None:
            self._camera.errorOccurred.disconnect(self._erred)
            self._camera.stop()
            self._camera.deleteLater()
            self._camera = None
        self._end_session()

    def _erred(self) -> None:
        if self._camera is not None:
            self._fail(Trouble.BUSY if self._there() else Trouble.GONE)


def best_format(camera: QCameraDevice) -> QCameraFormat | None:
    """The format nearest to `CAMERA_SIZE` at `CAMERA_FPS`: enough pictures first, then size, then unpacked ones."""

    def farness(each: QCameraFormat) -> tuple[float, float, bool]:
        size = each.resolution()
        away = abs(size.width() - CAMERA_SIZE[0]) + abs(size.height() - CAMERA_SIZE[1])
        return max(0.0, CAMERA_FPS - 1 - each.maxFrameRate()), away, _packed(each)

    return min(camera.videoFormats(), key=farness, default=None)


def _packed(each: QCameraFormat) -> bool:
    return each.pixelFormat() is QVideoFrameFormat.PixelFormat.Format_Jpeg
