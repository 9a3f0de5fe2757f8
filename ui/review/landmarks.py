"""Landmarks of the picture that stands still, asked of a child process and drawn when they are there."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from analysis.failures import Failure
from app.jobs.landmarks import Asked, LandmarkChild, MakeChild, Points
from ui.post import telling
from ui.review.face_marks import Mark
from ui.review.playback import Playback
from ui.review.video_pane import VideoPane

STANDS_MS = 60
"""A picture that stands for so long is asked for: not each one while the bar is dragged."""
MOST_SIDE = 1280
"""Landmarks are found as well in a picture of this size as in a larger one."""


class Landmarks(QObject):
    """Has the shown picture looked at while the player stands still and somebody wants to see its landmarks.

    `failed`: why there are none. While it plays nothing is asked, and what comes for another picture is dropped.
    """

    failed = Signal(object)

    def __init__(self, pane: VideoPane, playback: Playback, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pane, self._playback = pane, playback
        self._make: MakeChild | None = None
        self._child: LandmarkChild | None = None
        self._number = 0
        self._soon = QTimer(self, singleShot=True, interval=STANDS_MS)
        self._soon.timeout.connect(self._ask)
        playback.playingChanged.connect(self.look)
        playback.frameArrived.connect(self.look)

    def begin(self, make: MakeChild | None) -> None:
        """Another recording: how its child is made; None where its faces must not be looked at."""
        self.end()
        self._make = make

    def end(self) -> None:
        """End the child, and ask no more."""
        self._soon.stop()
        self._number += 1
        self._make = None
        self._pane.marks.mesh = None
        if self._child is not None:
            self._child.close()
            self._child = None

    def choose(self) -> None:
        """Somebody chose other marks: the landmarks of the picture that stands are asked for, or let go of."""
        if self._pane.marks.mesh is None or not self._wanted():
            self.look()

    def look(self, _changed: object = None) -> None:
        """Something changed: ask for the picture that is shown now, if it stands and that is wanted."""
        self._number += 1
        self._pane.marks.mesh = None
        if self._child is not None:
            self._child.forget()
        if self._wanted():
            self._soon.start()
        else:
            self._soon.stop()

    def _wanted(self) -> bool:
        marks = self._pane.marks
        return self._make is not None and not self._playback.playing and Mark.MESH in marks.wanted & marks.possible()

    def _ask(self) -> None:
        image = self._pane.image
        if image is None or self._make is None or not self._wanted():
            return
        if self._pane.marks.box(self._pane.time_s) is None:
            return
        if self._child is None:
            self._child = self._make(telling(self._take), telling(self._fail))
        self._child.ask(asked(self._number, image))

    def _fail(self, failure: Failure) -> None:
        self.failed.emit(failure)

    def _take(self, number: int, faces: tuple[Points, ...]) -> None:
        if number == self._number and self._wanted():
            marks = self._pane.marks
            marks.mesh = marks.nearest(faces, self._pane.time_s)
            self._pane.update()


def asked(number: int, image: QImage) -> Asked:
    """A picture as the child wants it: RGB, rows without gaps, no larger than needed."""
    if max(image.width(), image.height()) > MOST_SIDE:
        image = image.scaled(
            MOST_SIDE, MOST_SIDE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height, stride = image.width(), image.height(), image.bytesPerLine()
    whole = bytes(image.constBits())
    rows = whole if stride == width * 3 else b"".join(
        whole[row * stride : row * stride + width * 3] for row in range(height)
    )  # fmt: skip
    return Asked(number, width, height, rows)
