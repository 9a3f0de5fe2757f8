"""Voice tracks: what the numbers mean, on made-up sound."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.derive import derive
from analysis.derive.spans import mask
from analysis.derive.voice import activation_track, loudness_track, pitch_track, semitones, track_length
from analysis.document import Span
from tests.analysis.ideal import observed, provenance, request

LENGTH = 300
SPEECH = (Span(2.0, 12.0), Span(15.0, 28.0))
SPOKEN = mask(SPEECH, LENGTH, 10)


def hundred(values):
    """A 100 Hz array out of a function of time, as long as the tracks."""
    return np.asarray(values(np.arange(LENGTH * 10) / 100), dtype=np.float32)


def test_pitch_is_told_in_semitones_against_the_own_median():
    rising = hundred(lambda t: np.where(t < 15, 200.0, 400.0))
    track = pitch_track(rising, SPEECH, SPOKEN)
    assert np.isnan(track[~SPOKEN]).all()
    assert np.nanmax(track) - np.nanmin(track) == pytest.approx(12.0, abs=0.01)
    assert np.nanmedian(track) == pytest.approx(0.0, abs=0.01)
    assert semitones(np.array([55.0, 110.0, np.nan])).tolist()[:2] == [0.0, 12.0]


def test_unvoiced_speech_has_no_pitch():
    track = pitch_track(hundred(lambda t: np.full_like(t, np.nan)), SPEECH, SPOKEN)
    assert np.isnan(track).all()


def test_loudness_is_mean_power():
    level = hundred(lambda t: np.where(np.round(t * 100) % 2 == 0, -20.0, -80.0))
    track = loudness_track(level, SPOKEN)
    assert np.isnan(track[~SPOKEN]).all()
    assert np.nanmedian(track) == pytest.approx(-23.0, abs=0.1)


def test_activation_rises_with_loudness_and_pitch_and_has_no_scale_of_its_own():
    lively = np.arange(LENGTH) > 200
    pitch = np.where(SPOKEN, np.where(lively, 4.0, 0.0) + np.sin(np.arange(LENGTH)), np.nan).astype(np.float32)
    loud = np.where(SPOKEN, np.where(lively, -15.0, -25.0) + np.cos(np.arange(LENGTH)), np.nan).astype(np.float32)
    track = activation_track(pitch, loud, SPOKEN, void=False)
    assert np.nanmean(track[lively]) > np.nanmean(track[~lively]) + 1
    louder = activation_track(pitch, loud + 20, SPOKEN, void=False)
    assert np.allclose(track, louder, equal_nan=True, atol=1e-4)
    assert np.isnan(activation_track(pitch, loud, SPOKEN, void=True)).all()
    assert np.isnan(activation_track(np.full_like(pitch, np.nan), loud, SPOKEN, void=False)).all()


def test_speech_rate_follows_what_is_said():
    derived = derive(observed("zh"), request("zh"), provenance())
    rate = derived.tracks["speech_rate"]
    floors = mask([Span(4.709, 12.879), Span(17.104, 39.717), Span(45.934, 51.934)], rate.size, 10)
    assert np.isnan(rate[~floors]).mean() > 0.97
    inside = rate[200:350]
    assert np.nanmean(inside) == pytest.approx(derived.analysis.metrics.answers[1]["speech_rate"].value, rel=0.15)


@given(st.floats(0, 20_000))
def test_every_moment_of_the_recording_has_a_sample(duration):
    length = track_length(duration)
    assert length / 10 >= duration - 1e-6
    assert (length - 1) / 10 < duration or length == 0


def test_prosody_shorter_than_the_media_leaves_the_rest_empty():
    seen = observed("zh")
    short = dataclasses.replace(
        seen.prosody, pitch_hz=seen.prosody.pitch_hz[:3000], loudness_db=seen.prosody.loudness_db[:2990]
    )
    derived = derive(dataclasses.replace(seen, prosody=short), request("zh"), provenance())
    assert np.isnan(derived.tracks["pitch"][301:]).all()
    assert np.isnan(derived.tracks["loudness"][301:]).all()
    assert derived.analysis.metrics.overall["pitch_level"].value is not None


def test_without_prosody_the_rest_is_there():
    derived = derive(dataclasses.replace(observed("zh"), prosody=None), request("zh"), provenance())
    assert set(derived.analysis.tracks) == {"speech", "speech_rate"}
    assert ("prosody", "not_observed") in {(m.what, m.why) for m in derived.analysis.missing}
    assert "pitch_level" not in derived.analysis.metrics.overall
