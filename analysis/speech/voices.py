"""Voices as numbers: who sounds in a ten-second window (pyannote segmentation), and how a voice sounds (CAM++)."""

from __future__ import annotations

from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

from analysis.media import SAMPLE_RATE
from analysis.speech.runtime import session

Floats = NDArray[np.float32]

WINDOW_S = 10.0
FRAMES = 589
FRAME_S = WINDOW_S / FRAMES
LOCAL_SPEAKERS = 3

SAME_VOICE = 0.61
"""Cosine of two CAM++ embeddings of one person, at the equal error point of 990 pairs of 12 speakers (zh, en)."""

_POWERSET = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=bool)
_BATCH = 8
_MIN_FBANK_FRAMES = 20


class Segmenter:
    """pyannote segmentation-3.0: which of up to three local speakers sound in each frame of a window."""

    def __init__(self, model: str | Path, threads: int) -> None:
        self._session = session(model, threads)

    def active(self, samples: Floats) -> NDArray[np.bool_]:
        """(windows, 589, 3) for consecutive ten-second windows of `samples`; the last one is padded with silence."""
        size = int(WINDOW_S * SAMPLE_RATE)
        padded = np.pad(samples, (0, -len(samples) % size)).reshape(-1, 1, size)
        found = [
            _POWERSET[self._session.run(None, {"x": padded[i : i + _BATCH]})[0].argmax(axis=2)]
            for i in range(0, len(padded), _BATCH)
        ]
        return np.concatenate(found)


class VoicePrint:
    """CAM++: a unit vector of 192 numbers per piece of speech."""

    def __init__(self, model: str | Path, threads: int) -> None:
        self._session = session(model, threads)
        self._options = knf.FbankOptions()
        self._options.frame_opts.samp_freq = SAMPLE_RATE
        self._options.frame_opts.dither = 0.0
        self._options.mel_opts.num_bins = 80

    def of(self, samples: Floats) -> Floats | None:
        """The voice in these float32 samples (at least a quarter of a second), None where they are too few."""
        fbank = knf.OnlineFbank(self._options)
        fbank.accept_waveform(SAMPLE_RATE, samples)
        fbank.input_finished()
        if fbank.num_frames_ready < _MIN_FBANK_FRAMES:
            return None
        rows = np.stack([fbank.get_frame(i) for i in range(fbank.num_frames_ready)])
        rows -= rows.mean(axis=0)
        vector = np.asarray(self._session.run(None, {"x": rows[None].astype(np.float32)})[0][0], np.float32)
        length = float(np.linalg.norm(vector))
        return vector / length if length > 0 else None
