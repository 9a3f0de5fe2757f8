"""Whether a stereo recording holds two persons' microphones or one room twice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MAX_CORRELATION = 0.3
"""One room heard by two microphones correlates far above this, separate microphones far below."""

_WINDOW_S = 0.5
_DOMINANCE_DB = 6.0
_QUIET_RMS = 1e-3  # -60 dB full scale
_MIN_SHARE = 0.05


@dataclass
class SideMeter:
    """Fed with stereo samples, it measures how alike the two sides are."""

    rate: int
    _sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    _levels: list[tuple[float, float]] = field(default_factory=list)
    _rest: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))

    def add(self, block: NDArray[np.int16]) -> None:
        """Take int16 samples (n, 2)."""
        values = block.astype(np.float32) / 32768
        left, right = values[:, 0], values[:, 1]
        self._sums += (float(left @ right), float(left @ left), float(right @ right))
        self._rest = np.concatenate([self._rest, values])
        size = round(_WINDOW_S * self.rate)
        whole = len(self._rest) // size
        if whole:
            windows = self._rest[: whole * size].reshape(whole, size, 2)
            self._levels.extend(map(tuple, np.sqrt((windows**2).mean(axis=1)).tolist()))
            self._rest = self._rest[whole * size :]

    def differ(self, *, two_microphones: bool = False) -> bool:
        """Each side is clearly the louder one for a while, and the two do not sound alike.

        Two microphones that are known to be two persons' may: each hears the other person, too.
        """
        cross, left, right = self._sums
        if left <= 0 or right <= 0:
            return False
        if not two_microphones and abs(cross) / np.sqrt(left * right) > MAX_CORRELATION:
            return False
        levels = np.array(self._levels or [(0.0, 0.0)])
        levels = levels[levels.max(axis=1) > _QUIET_RMS]
        if not len(levels):
            return False
        lead = 20 * np.log10((levels[:, 0] + 1e-6) / (levels[:, 1] + 1e-6))
        shares = (lead > _DOMINANCE_DB).mean(), (lead < -_DOMINANCE_DB).mean()
        return bool(min(shares) >= _MIN_SHARE)
