"""Sound at a rate that is nearly, or not at all, the one that is wanted: band-limited interpolation in blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

HALF = 12
"""Taps on each side at a ratio of 1."""
PHASES = 512
_BETA = 8.0
_PASS = 0.94
"""Of the lower Nyquist frequency: what is passed at least 6 dB above the cut."""


class Interpolator:
    """Reads a growing signal at any place between its samples (windowed sinc, Kaiser β = 8; Smith, DAFX resampling).

    Places are counted in input samples from the first one that was put in; before it and after the last one is silence.
    """

    def __init__(self, ratio: float) -> None:
        """`ratio` = input rate / output rate; above 1 the cut is lowered, so that nothing folds back."""
        self.half = int(np.ceil(HALF * max(1.0, ratio)))
        self._table = _table(self.half, _PASS / max(1.0, ratio))
        self._held = np.zeros(self.half, np.float32)
        self._first = -self.half
        """The place of the first sample that is held."""

    @property
    def end(self) -> int:
        """How many samples were put in."""
        return self._first + len(self._held)

    def put(self, block: Samples) -> None:
        """The signal goes on."""
        self._held = np.concatenate((self._held, block))

    def read(self, start: float, step: float, count: int) -> Samples:
        """(count,) the signal at start, start + step, ...; all within `half` samples of the end at most."""
        places = start + step * np.arange(count) - self._first
        whole = np.floor(places).astype(np.int64)
        phases = np.round((places - whole) * PHASES).astype(np.int64)
        windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self.half)
        read = np.einsum("ij,ij->i", windows[whole - self.half + 1], self._table[phases])
        self._forget(int(whole[-1]) - self.half if count else 0)
        return np.asarray(read, np.float32)

    def readable(self, start: float, step: float) -> int:
        """How many samples can be read from there."""
        return max(0, int(np.floor((self.end - self.half - 1 - start) / step)) + 1)

    def _forget(self, count: int) -> None:
        if count > 0:
            self._held, self._first = self._held[count:], self._first + count


def _table(half: int, cut: float) -> Samples:
    """(PHASES + 1, 2 half) weights of the samples around a place, each row with the sum 1."""
    offsets = np.arange(PHASES + 1)[:, None] / PHASES - (np.arange(2 * half) - half + 1)[None, :]
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (offsets / half) ** 2, 0, 1))) / np.i0(_BETA)
    weights = np.sinc(cut * offsets) * window
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)
