"""Seven visible expressions per frame, from the eye-aligned face."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analysis.expression import OBSERVED, SEVEN
from analysis.face.inference import Array, Network, Picture
from analysis.face.look import FaceLook

_SIZE = 112
_MARGIN = 1.0
"""The square that just holds the landmarks: of the margins tried, the one with the best accuracy on labelled faces."""


class Observer:
    """Runs the expression model on the face that `FaceObserver` found in the same frame."""

    def __init__(self, model: Path, threads: int) -> None:
        """Load the model. Raises ModelMissing, ModelDamaged."""
        self._network = Network(model, threads)
        self._rows: list[Array | None] = []

    def look(self, rgb: Picture, face: FaceLook | None) -> None:
        """See one frame; call it for every frame that `FaceObserver.look` saw, with its answer."""
        faces = (face, *face.beside) if face is not None else ()
        self._rows += [self.probabilities(rgb, each) for each in faces] or [None]

    def probabilities(self, rgb: Picture, face: FaceLook) -> Array:
        """(7,) probabilities in the order of SEVEN. The model was trained on 0..255 RGB and normalises by itself."""
        crop = face.region.scaled(_MARGIN).cut(rgb, _SIZE)
        (rows,) = self._network.run(crop[None].astype(np.float32))
        return rows.reshape(-1)

    def finish(self) -> dict[str, Array]:
        """{"expression": (n, 7)} over the rows of the FaceObservation, NaN where no face was seen."""
        table = np.full((len(self._rows), len(SEVEN)), np.nan, np.float32)
        for number, row in enumerate(self._rows):
            if row is not None:
                table[number] = row
        return {OBSERVED: table}
