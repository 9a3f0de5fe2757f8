"""Qt's video frames as pictures of a recording, as they come: nothing is converted that the writer can read."""

from __future__ import annotations

import sys

from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from app.recording.kinds import Picture

_Pixel = QVideoFrameFormat.PixelFormat
LAYOUTS = {
    _Pixel.Format_YUV420P: "yuv420p", _Pixel.Format_YUV422P: "yuv422p", _Pixel.Format_NV12: "nv12",
    _Pixel.Format_NV21: "nv21", _Pixel.Format_YUYV: "yuyv422", _Pixel.Format_UYVY: "uyvy422",
    _Pixel.Format_BGRA8888: "bgra", _Pixel.Format_BGRX8888: "bgr0", _Pixel.Format_ARGB8888: "argb",
    _Pixel.Format_XRGB8888: "0rgb", _Pixel.Format_RGBA8888: "rgba", _Pixel.Format_RGBX8888: "rgb0",
    _Pixel.Format_ABGR8888: "abgr", _Pixel.Format_XBGR8888: "0bgr", _Pixel.Format_Y8: "gray",
}  # fmt: skip
"""What FFmpeg calls them. All others (packed JPEG, 10 bits, pictures on a graphics chip) Qt unpacks itself."""


def picture_of(frame: QVideoFrame) -> Picture | None:
    """The planes of a frame, copied out of the source's memory; None where the frame holds nothing readable."""
    upright = frame.surfaceFormat().scanLineDirection() is QVideoFrameFormat.Direction.TopToBottom
    layout = LAYOUTS.get(frame.pixelFormat()) if upright else None
    if layout is None or not frame.map(QVideoFrame.MapMode.ReadOnly):
        return _unpacked(frame)
    try:
        planes = range(frame.planeCount())
        return Picture(
            frame.width(), frame.height(), layout, tuple(bytes(frame.bits(plane)) for plane in planes),
            tuple(frame.bytesPerLine(plane) for plane in planes),
        )  # fmt: skip
    finally:
        frame.unmap()


def _unpacked(frame: QVideoFrame) -> Picture | None:
    image = frame.toImage()
    if image.isNull():
        return None
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    layout = "bgr0" if sys.byteorder == "little" else "0rgb"
    return Picture(image.width(), image.height(), layout, (bytes(image.constBits()),), (image.bytesPerLine(),))
