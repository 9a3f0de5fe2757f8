"""The sounds of clips as the product reads them."""

from __future__ import annotations

import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.media import SAMPLE_RATE, SoundFile, probe

Samples = NDArray[np.float32]


@contextmanager
def opened(media: Path) -> Iterator[SoundFile]:
    """The sound of a file."""
    with tempfile.TemporaryDirectory(prefix="mianjian-accuracy-") as folder:
        yield SoundFile.extract(media, probe(media, media.name), Path(folder), lambda _: None)


def write(media: Path, samples: Samples) -> None:
    """Write samples of 16 kHz, -1..1, as a WAV file."""
    with wave.open(str(media), "wb") as out:
        out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


@contextmanager
def made(samples: Samples) -> Iterator[SoundFile]:
    """Samples as the product would read them from a file."""
    with tempfile.TemporaryDirectory(prefix="mianjian-accuracy-") as folder:
        media = Path(folder) / "made.wav"
        write(media, samples)
        yield SoundFile.extract(media, probe(media, media.name), Path(folder), lambda _: None)
