"""How fast the sound's colour changes: a steady vowel or hum barely does, words do all the time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.media import SAMPLE_RATE

Floats = NDArray[np.float32]

STEP = SAMPLE_RATE // 100
_SIZE = 512
_BANDS = 24
_LOW_HZ, _HIGH_HZ = 100.0, 4000.0
_CHANGE_STEPS = 3  # compared over 30 ms


def _filters() -> Floats:
    """Triangular mel bands (O'Shaughnessy's scale) over the bins of a 512-point spectrum."""
    mel = np.linspace(2595 * np.log10(1 + _LOW_HZ / 700), 2595 * np.log10(1 + _HIGH_HZ / 700), _BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(_SIZE // 2 + 1) * SAMPLE_RATE / _SIZE
    rise = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)


class SpectrumMeter:
    """Takes the sound block by block (whole multiples of 10 ms), keeps 24 band levels per 10 ms."""

    def __init__(self) -> None:
        self._filters = _filters()
        self._window = np.hanning(_SIZE).astype(np.float32)
        self._tail = np.zeros(_SIZE - STEP, np.float32)
        self._bands: list[NDArray[np.float16]] = []

    def add(self, block: Floats) -> None:
        """Take the next samples."""
        if not len(block):
            return
        joined = np.concatenate([self._tail, np.pad(block, (0, -len(block) % STEP))])
        self._tail = joined[-(_SIZE - STEP) :]
        frames = np.lib.stride_tricks.sliding_window_view(joined, _SIZE)[::STEP]
        power = np.abs(np.fft.rfft(frames * self._window, axis=1)).astype(np.float32) ** 2
        self._bands.append((10 * np.log10(power @ self._filters.T + 1e-6)).astype(np.float16))

    def change(self, count: int) -> Floats:
        """Mean change of the bands' shape (level taken off) over 30 ms, in dB, per 10 ms."""
        if not self._bands or not count:
            return np.full(count, np.inf, np.float32)
        bands = np.concatenate(self._bands).astype(np.float32)
        bands -= bands.mean(axis=1, keepdims=True)
        # a frame's centre lies (512 - 160) / 2 samples = 11 ms before its end
        moved = np.abs(bands[_CHANGE_STEPS:] - bands[:-_CHANGE_STEPS]).mean(axis=1)
        moved = np.pad(moved, (0, max(0, count - len(moved))), constant_values=np.inf)
        return moved[:count].astype(np.float32)
