"""When each sample of a sound card was heard: its own clock, measured against the computer's."""

from __future__ import annotations

from statistics import median

_OFFSET_S = 0.01
"""How uncertain the first moment is."""
_SKEW = 150e-6
"""Sound cards are within some 100 ppm of what they say."""
_SKEW_WALK = 0.3e-6
"""How much that changes in a second: temperature."""
_JITTER_S = 0.004
_LEAST_JITTER_S = 0.0005
_HUBER = 2.0


class SampleClock:
    """A filter with two states, offset and skew (Kalman), that outliers hardly move (Huber).

    A block's time says when its first sample was heard, give or take the jitter of the system's callbacks. The filter
    follows a card that is fast or slow without a lasting error, and with some 40 s of memory.
    """

    def __init__(self, rate: int, skew: float = 0.0, sure: float = _SKEW) -> None:
        """`rate` in Hz as the card claims it; `skew` as known from before, `sure` its standard deviation."""
        self._rate = rate
        self._index = 0
        self._at = 0.0
        self.skew = skew
        """By how much longer a sample lasts than the card says."""
        self._offset_var, self._cross, self._skew_var = _OFFSET_S**2, 0.0, sure**2
        self._jitter = _JITTER_S

    def start(self, seen: list[tuple[int, float]]) -> None:
        """The first blocks: (index of the first sample, time in s) each."""
        self._at = median(at - self._lasting(index) for index, at in seen)
        self._index = 0
        for index, at in seen:
            self.see(index, at)

    def time_of(self, index: float) -> float:
        """When that sample was heard, s."""
        return self._at + self._lasting(index - self._index)

    def index_of(self, at: float) -> float:
        """Which sample was heard then."""
        return self._index + (at - self._at) * self._rate / (1 + self.skew)

    def see(self, index: int, at: float) -> None:
        """A block that begins with this sample says this time."""
        self._go_to(index)
        off = at - self._at
        doubt = self._jitter**2 * max(1.0, abs(off) / (_HUBER * self._jitter))
        self._jitter += 0.02 * (min(abs(off), 4 * self._jitter) * 1.25 - self._jitter)
        self._jitter = max(_LEAST_JITTER_S, self._jitter)
        total = self._offset_var + doubt
        gain, skew_gain = self._offset_var / total, self._cross / total
        self._at += gain * off
        self.skew += skew_gain * off
        self._skew_var -= skew_gain * self._cross
        self._cross *= 1 - gain
        self._offset_var *= 1 - gain

    def _go_to(self, index: int) -> None:
        nominal = (index - self._index) / self._rate
        self._at, self._index = self.time_of(index), index
        self._offset_var += 2 * nominal * self._cross + nominal**2 * self._skew_var
        self._cross += nominal * self._skew_var
        self._skew_var += _SKEW_WALK**2 * abs(nominal)

    def _lasting(self, samples: float) -> float:
        return samples / self._rate * (1 + self.skew)
