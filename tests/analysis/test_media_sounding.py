"""What is made for an outside recogniser: one channel at 16 kHz, cut where it is quiet, nothing lost or doubled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.media import SAMPLE_RATE, SoundFile, probe, read_clip
from analysis.media.sounding import FORMATS, QUIET_S, cuts, write_parts


def noise(seconds: float, quiet: tuple[float, ...] = ()) -> SoundFile:
    """A noise that stops for a moment at some times."""
    rng = np.random.default_rng(1)
    samples = rng.integers(-9000, 9000, int(seconds * SAMPLE_RATE)).astype(np.int16)
    for at in quiet:
        samples[int(at * SAMPLE_RATE) : int((at + 1.5 * QUIET_S) * SAMPLE_RATE)] = 0
    return SoundFile(samples)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_comes_back_as_it_was(tmp_path, kind):
    sound = noise(3.0)
    (part,) = write_parts(sound, tmp_path, kind, 600.0, lambda _: None)
    back = read_clip(part.path, 60.0)
    assert back.duration == pytest.approx(3.0, abs=0.001)
    (stream,) = probe(str(part.path), "x").streams
    assert (stream.kind, stream.channels) == ("audio", 1)
    if kind != "opus":
        assert np.array_equal(back.samples, sound.samples)


def test_it_is_cut_where_it_is_quiet():
    sound = noise(60.0, (17.0, 33.0, 52.0))
    edges = [first / SAMPLE_RATE for first, _ in cuts(sound, 20.0)]
    assert edges[0] == 0
    assert edges[1] == pytest.approx(17.3, abs=0.3)
    assert edges[2] == pytest.approx(33.3, abs=0.3)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 40_000), st.floats(1.0, 3.0))
def test_parts_join_without_gap_or_overlap(count, longest_s):
    sound = SoundFile(np.zeros(count, np.int16))
    found = list(cuts(sound, longest_s))
    assert [first for first, _ in found] == ([0] + [last for _, last in found[:-1]] if count else [])
    assert not count or found[-1][1] == count
    assert all(0 < last - first <= longest_s * SAMPLE_RATE for first, last in found)
