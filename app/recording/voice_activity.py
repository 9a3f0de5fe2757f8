"""Who speaks now, by loudness alone: is a sound louder than the quietest that was heard of late?

The power of each 20 ms is smoothed over 60 ms. The noise floor is the lowest such level of the last eight seconds, as
in minimum statistics (Martin 2001): speech pauses between words, a fan does not. What lies `OVER_DB` above the floor is
a voice, and stays one until it falls below `OVER_DB - HYSTERESIS_DB`, and for `HANG_FRAMES` more, so that stops within
words do not count as silence. A noise that sets in is taken for a voice until the floor has followed it.

Of the 20 ms of six labelled talks (the bundled samples among them) 95 % are told right on average, of eight noisy
clips of TEN-VAD's test set 83 % (`tests/recording/test_voice_activity.py` prints them). That is enough for a ratio of
talk; what is analysed later is heard by a model.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from app.recording.kinds import SoundTrack

FRAME_S = 0.02
FRAME_NS = 20_000_000
FULL = 32_768.0
NEEDED_HZ = 16_000
"""Loudness needs no more samples than that: of 48 kHz every third is read."""
OVER_DB, HYSTERESIS_DB = 6.0, 2.0
FAINTEST_DB, LOWEST_FLOOR_DB = -62.0, -70.0
"""dB of full scale. What is fainter is no voice, and a floor is not taken for lower: headsets give pure zeros."""
SMOOTHED_FRAMES, HANG_FRAMES, ONSET_FRAMES = 3, 10, 2
FLOOR_FRAMES, FLOOR_PARTS = 50, 8
MOST_OVER_DB = 40.0
GAP_NS = 100_000_000
"""A block that comes so much later than the one before ended does not go on from it."""


class Frames:
    """Cuts blocks of any length into frames of 20 ms and gives their levels."""

    def __init__(self, track: SoundTrack) -> None:
        self._samples = track.rate // 50 * track.channels
        self._channels = track.channels
        self._step = max(1, track.rate // NEEDED_HZ)
        self._rest: NDArray[np.int16] = np.zeros(0, np.int16)
        self._next_ns = 0

    def levels(self, at_ns: int, block: NDArray[np.int16]) -> tuple[int, list[float]]:
        """When the first whole frame began, and the level of each in dB of full scale."""
        if abs(at_ns - self._next_ns) > GAP_NS:
            self._rest = block[:0]
        begins = at_ns - len(self._rest) * FRAME_NS // self._samples
        self._next_ns = at_ns + len(block) * FRAME_NS // self._samples
        whole = np.concatenate([self._rest, block]) if len(self._rest) else block
        count = len(whole) // self._samples
        self._rest = whole[count * self._samples :].copy()
        if not count:
            return begins, []
        frames = whole[: count * self._samples].reshape(count, -1, self._channels)[:, :: self._step]
        power = frames.reshape(count, -1).astype(np.float32).var(axis=1)
        levels: list[float] = (10 * np.log10(np.maximum(power / FULL**2, 1e-12))).tolist()
        return begins, levels


class VoiceActivity:
    """Takes the level of frame after frame of one source. `over_db`: how far the sound is above the floor now."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=SMOOTHED_FRAMES)
        self._lowest: deque[float] = deque(maxlen=FLOOR_PARTS)
        self._part = 0.0
        self._frames = 0
        self._onset = self._hang = 0
        self.over_db = 0.0

    @property
    def floor_db(self) -> float:
        """The noise floor in dB of full scale."""
        return max(LOWEST_FLOOR_DB, min((self._part, *self._lowest)))

    def hears(self, level_db: float) -> bool:
        """Whether somebody speaks in this frame."""
        self._recent.append(level_db)
        level = sum(self._recent) / len(self._recent)
        self._lower_floor(level)
        self.over_db = min(MOST_OVER_DB, level - self.floor_db)
        needed = OVER_DB - (HYSTERESIS_DB if self._hang else 0.0)
        if level > FAINTEST_DB and self.over_db > needed:
            self._onset += 1
            if self._onset >= ONSET_FRAMES:
                self._hang = HANG_FRAMES
        else:
            self._onset = 0
            self._hang = max(0, self._hang - 1)
        return self._hang > 0

    def _lower_floor(self, level: float) -> None:
        if self._frames % FLOOR_FRAMES == 0:
            if self._frames:
                self._lowest.append(self._part)
            self._part = level
        self._part = min(self._part, level)
        self._frames += 1
