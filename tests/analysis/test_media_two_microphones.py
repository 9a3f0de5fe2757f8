"""A recording that says whom its sides hear is two microphones, though each hears the other person, too."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from analysis import media
from analysis.media.opening import LEFT, RIGHT

RATE, SECONDS = 48_000, 8


def two_persons(path: Path, tags: dict[str, str]) -> Path:
    """They speak in turns of a second; each microphone has the other one 10 dB fainter."""
    dice = np.random.default_rng(4)
    turns = np.repeat(np.arange(SECONDS) % 2, RATE)
    one, other = (dice.normal(0, 0.1, SECONDS * RATE) * (turns == who) for who in (0, 1))
    sound = np.stack([one + 0.32 * other, other + 0.32 * one], axis=1)
    with av.open(str(path), "w", format="matroska") as target:
        stream = target.add_stream("libopus", rate=RATE, layout="stereo")
        stream.metadata.update(tags)
        for first in range(0, len(sound), 960):
            block = np.ascontiguousarray((sound[first : first + 960] * 32767).astype(np.int16)).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, "s16", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("tags", "sides"), [({}, 0), ({LEFT: "interviewer", RIGHT: "candidate"}, 2)])
def test_known_microphones_are_told_apart(tmp_path, tags, sides):
    file = two_persons(tmp_path / "sound.mkv", tags)
    sound = media.SoundFile.extract(file, media.probe(file, "sound"), tmp_path / "out", lambda _: None)
    assert len(sound.sides) == sides
