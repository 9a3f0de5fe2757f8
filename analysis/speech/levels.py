"""Level facts of a sound: waveform peaks, clipping, signal to noise, and a noise floor that does not stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.document import CLIP_LEVEL, PEAK_RATE_HZ, Span
from analysis.media import SAMPLE_RATE

Floats = NDArray[np.float32]

STEP = SAMPLE_RATE // int(PEAK_RATE_HZ)
"""Samples per peak and per level (10 ms)."""

_CLIP_RUN = 3  # so many neighbouring samples at the limit are clipping, fewer may be a true peak
_DIGITAL_SILENCE_DB = -100.0
_MIN_LEVELS = 50  # half a second of speech, and of silence, to measure a ratio
_EDGE_S = 0.15  # speech rings and breath beside speech are not the noise floor
_FLOOR_WINDOW_S = 15.0
_FLOOR_MIN_LEVELS = 30
_FLOOR_STEP_DB = 8.0
_PAUSE_LEVELS = 90  # 0.9 s: a third of it is long enough for a floor, and for a breath not to fill two
_RISE_DB, _RISING_SHARE, _LEAST_PAUSES = 2.0, 0.75, 2


@dataclass(frozen=True)
class SoundQuality:
    """See SoundObservation."""

    snr_db: float | None
    clipping_share: float
    gain_control: bool


class LevelMeter:
    """Takes the sound in order, block by block (multiples of 10 ms but for the last), keeps 100 values a second."""

    def __init__(self) -> None:
        self._peaks: list[Floats] = []
        self._power: list[Floats] = []
        self._clipped = 0
        self._total = 0

    def add(self, block: Floats) -> None:
        """Take the next float32 samples."""
        if not len(block):
            return
        self._total += len(block)
        self._clipped += _clipped_samples(block)
        rows = np.pad(block, (0, -len(block) % STEP)).reshape(-1, STEP)
        self._peaks.append(np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1))
        self._power.append((rows**2).mean(axis=1))

    def peaks(self, count: int) -> Floats:
        """Waveform minimum and maximum, (count, 2)."""
        found = np.concatenate(self._peaks) if self._peaks else np.zeros((0, 2), np.float32)
        return np.pad(found, ((0, max(0, count - len(found))), (0, 0)))[:count].astype(np.float32)

    def quality(self, speech: tuple[Span, ...]) -> SoundQuality:
        """Signal to noise, clipping and gain control, given where speech is."""
        power = np.concatenate(self._power) if self._power else np.zeros(0, np.float32)
        spoken, quiet = _masks(len(power), speech)
        level = 10 * np.log10(np.maximum(power, 1e-12))
        quiet &= level > _DIGITAL_SILENCE_DB
        return SoundQuality(
            snr_db=_ratio(power, spoken, quiet),
            clipping_share=self._clipped / self._total if self._total else 0.0,
            gain_control=_floor_steps(level, quiet) or _floor_rises(level, quiet),
        )


def _clipped_samples(block: Floats) -> int:
    high = np.abs(block) >= CLIP_LEVEL
    if not high.any():
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], high.view(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= _CLIP_RUN].sum())


def _masks(count: int, speech: tuple[Span, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which levels lie within speech, and which lie clearly outside."""
    spoken, near = np.zeros(count, bool), np.zeros(count, bool)
    for span in speech:
        spoken[int(span.start * PEAK_RATE_HZ) : int(span.end * PEAK_RATE_HZ)] = True
        near[max(0, int((span.start - _EDGE_S) * PEAK_RATE_HZ)) : int((span.end + _EDGE_S) * PEAK_RATE_HZ) + 1] = True
    return spoken, ~near


def _ratio(power: Floats, spoken: NDArray[np.bool_], quiet: NDArray[np.bool_]) -> float | None:
    """Speech power over noise power in dB; None where there is too little of either.

    The noise is the median outside speech, so that a cough or a door does not count; it is taken off the speech.
    """
    if spoken.sum() < _MIN_LEVELS or quiet.sum() < _MIN_LEVELS:
        return None
    noise = float(np.median(power[quiet]))
    signal = float(power[spoken].mean()) - noise
    return round(10 * float(np.log10(max(signal, 1e-12) / max(noise, 1e-12))), 1)


def _floor_steps(level: Floats, quiet: NDArray[np.bool_]) -> bool:
    """Whether the noise floor jumps: its median in windows of 15 s changes by 8 dB and stays for the next window.

    Automatic gain and a moved microphone both show so, and both make loudness void.
    """
    size = int(_FLOOR_WINDOW_S * PEAK_RATE_HZ)
    floors = []
    for start in range(0, len(level), size):
        part = level[start : start + size][quiet[start : start + size]]
        if len(part) >= _FLOOR_MIN_LEVELS:
            floors.append(float(np.median(part)))
    for i in range(1, len(floors) - 1):
        before, after = floors[i - 1], min(floors[i], floors[i + 1])
        low = max(floors[i], floors[i + 1])
        if after - before >= _FLOOR_STEP_DB or before - low >= _FLOOR_STEP_DB:
            return True
    return False


def _floor_rises(level: Floats, quiet: NDArray[np.bool_]) -> bool:
    """Whether the noise comes up while nobody speaks, as automatic gain lets it: by 2 dB from the first third of a
    pause to its middle, in three of four pauses. (A room's echo goes down; a breath comes in the last third.)

    Compressors and normalisers of FFmpeg raise it by 2.6 to 4 dB, untouched recordings by 0.3 at most.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.view(np.int8), [0]])))
    rises = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        third = (last - first) // 3
        if last - first >= _PAUSE_LEVELS:
            floors = [np.percentile(level[start : start + third], 20) for start in (first, first + third)]
            rises.append(floors[1] - floors[0])
    return len(rises) >= _LEAST_PAUSES and float(np.mean(np.asarray(rises) >= _RISE_DB)) >= _RISING_SHARE
