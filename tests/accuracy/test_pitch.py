"""The made sounds have the pitch that they are said to have, and what is counted on a track."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.media import SAMPLE_RATE
from tests.accuracy.figures import Subject
from tests.accuracy.pitch import STEP, Tracked, _anew, contour, figures, noisy, voice
from tests.accuracy.sounds import write


def test_gross_errors_gaps_false_voicing_and_cents_are_told_apart():
    nan = np.nan
    truth = np.array([100.0, 100.0, 100.0, 100.0, nan, nan])
    found = np.array([100.0, 100.0 * 2 ** (50 / 1200), 200.0, nan, 120.0, nan])
    made_figures = {f.stem: f.value for f in figures(Subject("x", "made up"), [Tracked(truth, found)], "clips")}
    assert made_figures["pitch_gross_error"] == pytest.approx(1 / 3)
    assert made_figures["pitch_recall"] == 0.75
    assert made_figures["pitch_false_voicing"] == 0.5
    assert made_figures["pitch_median_cents"] == pytest.approx(25.0)


def test_the_noise_is_as_loud_as_it_should_be():
    sound = voice(contour(100.0, 200.0))
    noise = noisy(sound, 10.0, 1) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(noise**2)) == pytest.approx(10.0, abs=0.01)
    assert np.array_equal(noisy(sound, None, 1), sound.astype(np.float32))


def test_speech_that_was_made_anew_has_the_pitch_that_it_was_made_with(tmp_path):
    """The new sound repeats itself after one period of the pitch that `_anew` reports."""
    media = tmp_path / "vowel.wav"
    write(media, voice(contour(120.0, 200.0))[: 2 * SAMPLE_RATE].astype(np.float32))
    new, pitch = _anew(media)
    checked = 0
    for frame in range(20, 180, 8):
        if np.isfinite(pitch[frame]):
            period, at = round(SAMPLE_RATE / pitch[frame]), frame * STEP
            one, other = new[at : at + 2 * period], new[at + period : at + 3 * period]
            assert np.corrcoef(one, other)[0, 1] > 0.9
            checked += 1
    assert checked > 10
