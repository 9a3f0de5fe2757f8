"""The sound of one source on the recording's clock: in step with the picture for hours, gaps as silence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.recording.clock import SampleClock
from analysis.recording.sampling import Interpolator

Samples = NDArray[np.float32]
RATE = 48_000
"""What is written, Hz."""

GATHER_S = 0.25
"""So much sound is looked at before it is said when a stretch began."""
BATCH_S = 0.1
JUMP_S = 0.06
"""A block further off than this is late, or sound before it is missing."""
DECIDE_S = 0.5
"""Blocks that were only late are in step again within this time; where they are not, sound is missing."""
CATCH_UP_S = 1.0
MOST_STRETCH = 0.002
"""Sound is stretched by no more than that to come back into step: nobody hears it."""


class Lane:
    """Takes blocks with times, gives float32 samples at 48 kHz from `begin` on, without a hole.

    Sample i of what it gives stands for the time i / 48000 s of the recording. `end` = up to which sample it is known.
    """

    def __init__(self, rate: int, channels: int, begin: int = 0) -> None:
        self._rate, self._channels = rate, channels
        self._done: list[Samples] = []
        self.end = begin
        self._stretch: _Stretch | None = None
        self._new: list[tuple[float, Samples]] = []
        """Blocks that nobody knows yet where to put."""
        self._skew: tuple[float, float] | None = None

    def take(self, at: float, samples: NDArray[np.int16]) -> None:
        """A block, interleaved, the first sample of which was heard at `at` s."""
        block = _mono(samples, self._channels)
        stretch = self._stretch
        if stretch is None:
            self._new.append((at, block))
            if self._new_s() >= GATHER_S:
                self._begin()
        elif abs(at - stretch.expected(self._new)) <= JUMP_S:
            self._catch_up(stretch)
            stretch.put(block, at)
            self._read(stretch)
        else:
            self._new.append((at, block))
            if self._new_s() >= DECIDE_S or abs(at - stretch.expected(self._new[:-1])) > CATCH_UP_S:
                self._jump()

    def fill(self, until: float) -> None:
        """What is not known before `until` (s) will not come: what waits is placed, the rest is silence."""
        if self.end >= round(until * RATE):
            return
        if self._new and self._new[0][0] < until:
            self._jump()
        if self.end < round(until * RATE):
            self._close()
            self._silence(round(until * RATE))

    def cut(self, at: float) -> None:
        """The clock stood still: what was heard before goes up to `at` s, and what comes is a stretch of its own."""
        self._jump()
        self._close()
        self._silence(round(at * RATE))

    def give(self, count: int) -> Samples:
        """(count,) the next samples, which must be there."""
        held = np.concatenate(self._done) if self._done else np.zeros(0, np.float32)
        self._done = [held[count:]]
        return held[:count]

    def _new_s(self) -> float:
        return sum(len(block) for _, block in self._new) / self._rate

    def _catch_up(self, stretch: _Stretch) -> None:
        """They were late only: their times say nothing."""
        for _, block in self._new:
            stretch.put(block, None)
        self._new.clear()

    def _jump(self) -> None:
        """What waits begins a new stretch."""
        if self._new:
            self._close()
            self._begin()

    def _begin(self) -> None:
        new, self._new = self._new, []
        stretch = _Stretch(self._rate, new, self._skew)
        self._silence(round(stretch.starts * RATE))
        stretch.place = stretch.clock.index_of(self.end / RATE)
        self._stretch = stretch
        self._read(stretch)

    def _close(self) -> None:
        """The stretch ends with its last sample."""
        stretch, self._stretch = self._stretch, None
        if stretch is not None:
            self._skew = (stretch.clock.skew, 20e-6)
            stretch.finish()
            self._append(stretch.read(self.end, whole=True))

    def _read(self, stretch: _Stretch) -> None:
        self._append(stretch.read(self.end))

    def _append(self, block: Samples) -> None:
        if len(block):
            self._done.append(block)
            self.end += len(block)

    def _silence(self, until: int) -> None:
        self._append(np.zeros(max(0, until - self.end), np.float32))


class _Stretch:
    """Sound without a gap: the source's samples, its clock, and where reading has come to."""

    def __init__(self, rate: int, blocks: list[tuple[float, Samples]], known: tuple[float, float] | None) -> None:
        self._rate = rate
        self._ratio = rate / RATE
        self._source = Interpolator(self._ratio)
        self.clock = SampleClock(rate, *(known or ()))
        counts = np.cumsum([0, *(len(block) for _, block in blocks)])
        self.clock.start([(int(count), at) for count, (at, _) in zip(counts, blocks, strict=False)])
        self._source.put(np.concatenate([block for _, block in blocks]))
        self._waiting: list[Samples] = []
        self._waits = 0
        self.place = 0.0
        """Of the next sample to read, in the source's samples."""

    @property
    def starts(self) -> float:
        """When its first sample was heard, s."""
        return self.clock.time_of(0)

    def expected(self, before: list[tuple[float, Samples]]) -> float:
        """When the next block should have been heard, if all those before it belong here."""
        return self.clock.time_of(self._end + sum(len(block) for _, block in before))

    @property
    def _end(self) -> int:
        return self._source.end + self._waits

    def put(self, block: Samples, at: float | None) -> None:
        if at is not None:
            self.clock.see(self._end, at)
        self._waiting.append(block)
        self._waits += len(block)

    def finish(self) -> None:
        """No more comes: what was put in can be read to the end."""
        self.put(np.zeros(self._source.half + 1, np.float32), None)

    def read(self, end: int, *, whole: bool = False) -> Samples:
        """What can be read by now, from sample `end` of the recording on; little at a time is not worth it."""
        if self._waits and (whole or self._waits >= BATCH_S * self._rate):
            self._source.put(np.concatenate(self._waiting))
            self._waiting, self._waits = [], 0
        elif self._waits:
            return np.zeros(0, np.float32)
        off = (self.clock.index_of(end / RATE) - self.place) / self._rate
        stretch = min(MOST_STRETCH, max(-MOST_STRETCH, off / CATCH_UP_S))
        step = self._ratio / (1 + self.clock.skew) * (1 + stretch)
        count = self._source.readable(self.place, step)
        if not count:
            return np.zeros(0, np.float32)
        read = self._source.read(self.place, step, count)
        self.place += step * count
        return read


def _mono(samples: NDArray[np.int16], channels: int) -> Samples:
    """(n,) the mean of the channels, as float32 in -1..1; a last sample that is not whole is left out."""
    whole = samples[: len(samples) // channels * channels].reshape(-1, channels)
    return np.asarray(whole.mean(axis=1, dtype=np.float32) / np.float32(32768), np.float32)
