"""How loud a block of sound is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLOOR_DB = -60.0
FULL = 32_768
CLIPS = 32_700
"""From here on a sample counts as clipped: converters seldom reach the very last value."""
CLIPPED_SAMPLES = 3
"""So many of them in a block are no accident."""


@dataclass(frozen=True, slots=True)
class Level:
    """Peak and root mean square in dB of full scale, not below `FLOOR_DB`; `clipped`: too loud for the converter."""

    peak_db: float
    rms_db: float
    clipped: bool = False

    def louder(self, other: Level) -> Level:
        """Of two blocks one after the other, what a meter shows."""
        return Level(max(self.peak_db, other.peak_db), max(self.rms_db, other.rms_db), self.clipped or other.clipped)


SILENCE = Level(FLOOR_DB, FLOOR_DB)


def level_of(samples: bytes) -> Level:
    """The level of 16-bit samples, whatever their channels."""
    values = np.frombuffer(samples, np.int16)
    if not len(values):
        return SILENCE
    loud = np.abs(values.astype(np.int32))
    rms = math.sqrt(float(np.mean(np.square(values, dtype=np.float32))))
    return Level(_db(int(loud.max())), _db(rms), int(np.count_nonzero(loud >= CLIPS)) >= CLIPPED_SAMPLES)


def _db(value: float) -> float:
    return max(FLOOR_DB, 20 * math.log10(value / FULL)) if value > 0 else FLOOR_DB


def sixteen_bit(values: NDArray[np.float32]) -> bytes:
    """Samples of -1..1 as the 16-bit ones that a recording has."""
    return np.clip(np.rint(values * 32_767), -32_768, 32_767).astype(np.int16).tobytes()
