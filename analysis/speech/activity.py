"""Where somebody speaks, and how good the recording is: Silero v6 voice activity and signal level facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper.utils import get_assets_path
from numpy.typing import NDArray

from analysis.document import PEAK_RATE_HZ, Span
from analysis.media import SAMPLE_RATE, SoundFile
from analysis.media.stretches import outside, within
from analysis.observations import SoundObservation
from analysis.speech.levels import LevelMeter
from analysis.speech.runtime import session
from analysis.speech.sides import own_speech

Progress = Callable[[float], None]

FRAME = 512
"""Silero looks at 512 samples (32 ms) at a time, with 64 samples before them."""

THRESHOLD, RELEASE = 0.5, 0.35
MIN_SILENCE_MS, PAD_MS = 100, 30
"""Measured best for pauses (F1 0.938 on 30 labelled clips); the library's defaults (2000, 400) serve transcription."""

_CONTEXT = 64
_BLOCK_FRAMES = 1875  # a minute


def observe_sound(sound: SoundFile, progress: Progress = lambda _: None, threads: int = 1) -> SoundObservation:
    """Voice activity, waveform peaks and recording quality of the whole sound, read a minute at a time.

    A recording with a microphone for each person is also heard channel by channel. `progress` gets the media seconds
    done.
    """
    meter, passes = LevelMeter(), 1 + len(sound.sides)
    speech = _activity(sound, threads, lambda done: progress(done / passes), meter.add)
    sides = [
        _activity(side, threads, lambda done, before=i: progress((before * sound.duration + done) / passes))  # type: ignore[misc]
        for i, side in enumerate(sound.sides, start=1)
    ]
    if sound.shared:
        own = outside(sound.shared, sound.duration)
        sides = [within(spans, own) for spans in sides]
    quality = meter.quality(speech)
    return SoundObservation(
        speech=speech,
        peaks=meter.peaks(round(sound.duration * PEAK_RATE_HZ)),
        snr_db=quality.snr_db,
        clipping_share=quality.clipping_share,
        gain_control=quality.gain_control,
        sides=own_speech(sound.sides, sides) if sides else (),
        shared=sound.shared or None,
    )


def _activity(
    sound: SoundFile, threads: int, progress: Progress, also: Callable[[NDArray[np.float32]], None] = lambda _: None
) -> tuple[Span, ...]:
    """Where somebody speaks. `also` gets every block that is read."""
    voice, chances = _VoiceModel(threads), []
    for start in range(0, len(sound.samples), _BLOCK_FRAMES * FRAME):
        block = sound.slice(start / SAMPLE_RATE, (start + _BLOCK_FRAMES * FRAME) / SAMPLE_RATE)
        chances.append(voice.chances(block))
        also(block)
        progress((start + len(block)) / SAMPLE_RATE)
    return spans_of(np.concatenate(chances) if chances else np.zeros(0, np.float32), len(sound.samples))


class _VoiceModel:
    """Silero v6 fed block by block: its memory and the last samples are carried over, so blocks leave no seam."""

    def __init__(self, threads: int) -> None:
        self._session = session(Path(get_assets_path()) / "silero_vad_v6.onnx", threads)
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._tail = np.zeros(_CONTEXT, np.float32)

    def chances(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Speech probability of each 32 ms of a block; only the last block may not be a multiple of 512 samples."""
        padded = np.pad(block, (0, -len(block) % FRAME))
        frames = padded.reshape(-1, FRAME)
        before = np.concatenate([self._tail[None], frames[:-1, -_CONTEXT:]])
        self._tail = frames[-1, -_CONTEXT:]
        feed = {"input": np.concatenate([before, frames], axis=1), "h": self._h, "c": self._c}
        out, self._h, self._c = self._session.run(None, feed)
        return np.asarray(out, np.float32).reshape(-1)


@dataclass
class _Run:
    start: int
    end: int


def spans_of(chances: NDArray[np.float32], total: int) -> tuple[Span, ...]:
    """Speech spans (s) from probabilities per 512 samples: on at 0.5, off below 0.35 for 100 ms, padded by 30 ms.

    `total` is the sound's length in samples. The rule is that of silero-vad's own `get_speech_timestamps`.
    """
    runs: list[_Run] = []
    open_run: _Run | None = None
    quiet_since = -1
    for i, chance in enumerate(chances.tolist()):
        if chance >= THRESHOLD:
            quiet_since = -1
            open_run = open_run or _Run(i * FRAME, total)
        elif chance < RELEASE and open_run is not None:
            quiet_since = quiet_since if quiet_since >= 0 else i * FRAME
            if i * FRAME - quiet_since >= MIN_SILENCE_MS * SAMPLE_RATE // 1000:
                open_run.end = quiet_since
                runs.append(open_run)
                open_run, quiet_since = None, -1
    if open_run is not None:
        runs.append(open_run)
    return _padded(runs, total)


def _padded(runs: list[_Run], total: int) -> tuple[Span, ...]:
    pad = PAD_MS * SAMPLE_RATE // 1000
    starts = [max(0, run.start - pad) for run in runs]
    ends = [min(total, run.end + pad) for run in runs]
    for i in range(len(runs) - 1):
        if ends[i] > starts[i + 1]:
            ends[i] = starts[i + 1] = (runs[i].end + runs[i + 1].start) // 2
    return tuple(Span(start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in zip(starts, ends, strict=True))
