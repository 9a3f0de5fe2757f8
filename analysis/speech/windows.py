"""Cutting the speech of a recording into windows that the recogniser hears at once, and finding times back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span
from analysis.media import SAMPLE_RATE, SoundFile

MAX_WINDOW_S = 29.0
"""Whisper hears 30 s at once and pads what is shorter, so windows are filled as far as pauses allow."""

PAD_S = 0.2
JOIN_PAUSE_S = 0.8
"""Longer pauses are taken out (but for the padding): they cost time and invite invented text."""

_CUT_SEARCH_S = 10.0
_ROOM_WORTH_S = 2.5  # a full window is worth as much as a pause that is so much longer


@dataclass(frozen=True)
class Window:
    """Pieces of the recording, heard one after the other."""

    pieces: tuple[Span, ...]

    @property
    def start(self) -> float:
        """Where it begins in the recording (s)."""
        return self.pieces[0].start

    @property
    def end(self) -> float:
        """Where it ends in the recording (s)."""
        return self.pieces[-1].end

    @property
    def length(self) -> float:
        """How long it sounds (s)."""
        return sum(piece.end - piece.start for piece in self.pieces)

    def samples(self, sound: SoundFile) -> NDArray[np.float32]:
        """The pieces' samples, joined."""
        return np.concatenate([sound.slice(piece.start, piece.end) for piece in self.pieces])

    def piece_at(self, heard_s: float) -> tuple[Span, float]:
        """The piece that sounds `heard_s` after the window's beginning, and what to add for the recording's time."""
        offset = 0.0
        for piece in self.pieces:
            length = piece.end - piece.start
            if heard_s < offset + length or piece is self.pieces[-1]:
                return piece, piece.start - offset
            offset += length
        raise AssertionError("a window has at least one piece")

    def span(self, heard_start: float, heard_end: float) -> Span:
        """A heard stretch on the recording's clock; one that reaches over a left-out pause stays in the piece where
        most of it sounds."""
        piece, shift = self.piece_at((heard_start + heard_end) / 2)
        start = min(max(heard_start + shift, piece.start), piece.end)
        return Span(start, max(start, min(heard_end + shift, piece.end)))


def windows(sound: SoundFile, speech: Sequence[Span]) -> list[Window]:
    """All speech in windows of at most MAX_WINDOW_S, cut at pauses; speech without one is cut where it is quietest."""
    units = [part for span in speech for part in _divided(sound, span)]
    found: list[Window] = []
    first = 0
    while first < len(units):
        after = _cut(units, first)
        found.append(Window(_pieces(units, first, after, sound.duration)))
        first = after
    return found


def _cut(units: Sequence[Span], first: int) -> int:
    """The index after the last unit of the window that begins with `first`: a long pause, but not much room lost."""
    best, best_worth = first + 1, -1.0
    heard = 0.0
    for after in range(first + 1, len(units) + 1):
        last = units[after - 1]
        heard += last.end - last.start + (0.0 if after - 1 == first else _sounding_gap(units[after - 2], last))
        if heard + 2 * PAD_S > MAX_WINDOW_S and after > first + 1:
            break
        pause = 2.0 if after == len(units) else units[after].start - last.end
        worth = min(pause, 1.0) + heard / MAX_WINDOW_S * _ROOM_WORTH_S
        if worth >= best_worth:
            best, best_worth = after, worth
    else:
        return len(units)
    return best


def _sounding_gap(before: Span, after: Span) -> float:
    """How much of a pause is heard: all of a short one, the padding of a long one."""
    gap = after.start - before.end
    return gap if gap < JOIN_PAUSE_S else 2 * PAD_S


def _pieces(units: Sequence[Span], first: int, after: int, duration: float) -> tuple[Span, ...]:
    """Units with padding, joined over short pauses; at the window's ends the padding is half the pause at most."""
    pieces: list[Span] = []
    for i in range(first, after):
        before = units[i - 1].end if i else -2 * PAD_S
        behind = units[i + 1].start if i + 1 < len(units) else duration + 2 * PAD_S
        start = units[i].start - min(PAD_S, max(0.0, units[i].start - before) / 2)
        end = units[i].end + min(PAD_S, max(0.0, behind - units[i].end) / 2)
        start, end = max(0.0, start), min(duration, end)
        if pieces and units[i].start - units[i - 1].end < JOIN_PAUSE_S:
            pieces[-1] = Span(pieces[-1].start, end)
        else:
            pieces.append(Span(start, end))
    return tuple(pieces)


def _divided(sound: SoundFile, piece: Span) -> list[Span]:
    """Parts of at most MAX_WINDOW_S; the cut lies in the quietest tenth of a second of the last ten seconds."""
    parts = []
    while piece.end - piece.start > MAX_WINDOW_S - 2 * PAD_S:
        latest = piece.start + MAX_WINDOW_S - 2 * PAD_S
        cut = _quietest(sound, latest - _CUT_SEARCH_S, latest)
        parts.append(Span(piece.start, cut))
        piece = Span(cut, piece.end)
    return [*parts, piece]


def _quietest(sound: SoundFile, start: float, end: float) -> float:
    step = SAMPLE_RATE // 50
    samples = sound.slice(start, end)
    power = (samples[: len(samples) // step * step].reshape(-1, step) ** 2).mean(axis=1)
    smooth = np.convolve(power, np.ones(5) / 5, mode="same")
    return start + (float(np.argmin(smooth[5:-5])) + 5.5) * step / SAMPLE_RATE
