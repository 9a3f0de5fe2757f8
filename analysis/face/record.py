"""What was seen in each sampled frame, gathered into the arrays of a FaceObservation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.face.blendshapes import COUNT
from analysis.face.inference import Array
from analysis.face.look import FaceLook
from analysis.observations import FaceObservation

_COLUMNS = 11


class Record:
    """Grows by one row per frame. Rows are kept as plain numbers: two hours at 5 a second are some 20 MB."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._rows: list[tuple[float, ...] | None] = []
        self._shapes: list[Array | None] = []
        self._faces: list[int] = []

    def add(self, time_s: float, look: FaceLook | None, faces: int) -> None:
        """One frame: the candidate's face or None, and how many faces there were."""
        self._times.append(time_s)
        self._faces.append(faces)
        self._shapes.append(look.blendshapes if look else None)
        self._rows.append(
            (*look.box, look.yaw, look.pitch, look.roll, look.gaze_yaw, look.gaze_pitch, look.lighting, look.sharpness)
            if look
            else None
        )

    def observation(self) -> FaceObservation:
        """All of it, float32, NaN where no face was seen."""
        rows = _table(self._rows, _COLUMNS)
        return FaceObservation(
            times=np.array(self._times, np.float32),
            rate_hz=float(1.0 / np.median(np.diff(self._times))) if len(self._times) > 1 else 0.0,
            box=rows[:, 0:4],
            head=rows[:, 4:7],
            gaze=rows[:, 7:9],
            blendshapes=_table(self._shapes, COUNT),
            faces=np.array(self._faces, np.float32),
            lighting=rows[:, 9],
            sharpness=rows[:, 10],
        )


def _table(rows: Sequence[tuple[float, ...] | Array | None], width: int) -> Array:
    """(n, width) float32, NaN for the frames without a face."""
    table = np.full((len(rows), width), np.nan, np.float32)
    for number, row in enumerate(rows):
        if row is not None:
            table[number] = row
    return table
