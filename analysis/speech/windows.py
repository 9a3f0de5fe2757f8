"""Cutting the speech of a recording into windows that the recogniser hears at once, and finding times back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span
from analysis.media import SAMPLE_RATE, SoundFile

MAX_WINDOW_S = 28.0
"""Whisper hears 30 s at once and pads what is shorter, so windows are filled as far as pauses allow."""

PAD_S = 0.2
JOIN_PAUSE_S = 0.8
"""Longer pauses are taken out (but for the padding): they cost time and invite invented text."""

_CUT_SEARCH_S = 10.0


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
    pieces = [part for piece in _pieces(speech, sound.duration) for part in _divided(sound, piece)]
    found: list[Window] = []
    waiting: list[Span] = []
    for piece in pieces:
        if waiting and Window((*waiting, piece)).length > MAX_WINDOW_S:
            found.append(Window(tuple(waiting)))
            waiting = []
        waiting.append(piece)
    return found + ([Window(tuple(waiting))] if waiting else [])


def _pieces(speech: Sequence[Span], duration: float) -> list[Span]:
    """Speech with its padding, joined over short pauses."""
    joined: list[Span] = []
    for span in speech:
        start, end = max(0.0, span.start - PAD_S), min(duration, span.end + PAD_S)
        if joined and start - joined[-1].end < JOIN_PAUSE_S - 2 * PAD_S:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(max(start, joined[-1].end) if joined else start, end))
    return joined


def _divided(sound: SoundFile, piece: Span) -> list[Span]:
    """Parts of at most MAX_WINDOW_S; the cut lies in the quietest tenth of a second of the last ten seconds."""
    parts = []
    while piece.end - piece.start > MAX_WINDOW_S:
        latest = piece.start + MAX_WINDOW_S
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
