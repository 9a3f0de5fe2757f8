"""What was seen in each sampled picture, gathered into the arrays of a FaceObservation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.face.blendshapes import COUNT
from analysis.face.inference import Array
from analysis.face.look import FaceLook
from analysis.face.series import rate_of
from analysis.observations import FaceObservation

_COLUMNS = 11


class Record:
    """Grows by one row per picture, and by one more for each further face in it.

    Rows are kept as plain numbers: two hours at 5 a second are some 20 MB.
    """

    def __init__(self) -> None:
        self._times: list[float] = []
        self._rows: list[tuple[float, ...] | None] = []
        self._shapes: list[Array | None] = []
        self._faces: list[int] = []
        self._followings: list[int] = []

    def add(self, time_s: float, looks: Sequence[tuple[int, FaceLook]], faces: int) -> None:
        """One picture: the faces that were followed, each with its following's number, and how many there were."""
        found: Sequence[tuple[int, FaceLook | None]] = looks or [(0, None)]
        for number, look in found:
            self._times.append(time_s)
            self._faces.append(faces)
            self._followings.append(number)
            self._shapes.append(look.blendshapes if look else None)
            self._rows.append(_row(look) if look else None)

    def observation(self, persons: dict[int, int]) -> FaceObservation:
        """All of it, float32, NaN where no face was seen; `persons` says whose each following was."""
        rows, times = _table(self._rows, _COLUMNS), np.array(self._times, np.float32)
        return FaceObservation(
            times=times,
            rate_hz=rate_of(np.unique(times)),
            box=rows[:, 0:4],
            head=rows[:, 4:7],
            gaze=rows[:, 7:9],
            blendshapes=_table(self._shapes, COUNT),
            faces=np.array(self._faces, np.float32),
            lighting=rows[:, 9],
            sharpness=rows[:, 10],
            person=np.array([persons.get(number, np.nan) for number in self._followings], np.float32),
        )


def _row(look: FaceLook) -> tuple[float, ...]:
    return (
        *look.box, look.yaw, look.pitch, look.roll, look.gaze_yaw, look.gaze_pitch, look.lighting, look.sharpness,
    )  # fmt: skip


def _table(rows: Sequence[tuple[float, ...] | Array | None], width: int) -> Array:
    """(n, width) float32, NaN for the rows without a face."""
    table = np.full((len(rows), width), np.nan, np.float32)
    for number, row in enumerate(rows):
        if row is not None:
            table[number] = row
    return table
