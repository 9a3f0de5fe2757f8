"""Who speaks, by loudness: on real speech, in noise, and however the sound is cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest

from app.recording.kinds import Role, SoundTrack
from app.recording.voice_activity import FLOOR_FRAMES, FLOOR_PARTS, FRAME_S, HANG_FRAMES, Frames, VoiceActivity
from tests.recording.real_media import BEGAN_NS, Turn, blocks, samples_of, turns_of

RATE = 48_000


def levels_of(samples, rate=RATE, every_s=0.02):
    frames = Frames(SoundTrack(Role.ROOM, rate, samples.shape[1]))
    return [
        level
        for at, block in blocks(samples, rate, every_s)
        for level in frames.levels(at, np.frombuffer(block, np.int16))[1]
    ]


def heard(levels):
    activity = VoiceActivity()
    return np.array([activity.hears(level) for level in levels])


def spoken(turns, count):
    truth = np.zeros(count, bool)
    for turn in turns:
        truth[int(turn.start / FRAME_S) : int(turn.end / FRAME_S)] = True
    return truth


@pytest.mark.parametrize(("name", "least"), [("sample_zh", 0.92), ("sample_en", 0.90)])
def test_speech_of_the_samples_is_found(sample, name, least):
    found = heard(levels_of(samples_of(sample / f"{name}.mp4")))
    truth = spoken(turns_of(sample / f"{name}.rttm"), len(found))
    assert (found == truth).mean() >= least
    assert abs(found.mean() - truth.mean()) < 0.03


def labelled(sample, corpus):
    """Sound and its labels: the samples, meetings and talks, and clips with loud noise."""
    audio = corpus / "audio"
    pairs = [(sample / f"{name}.mp4", sample / f"{name}.rttm") for name in ("sample_zh", "sample_en")]
    pairs += [(path.with_suffix(".wav"), path) for path in audio.glob("*.rttm") if path.with_suffix(".wav").is_file()]
    talks = [(samples_of(media), turns_of(labels)) for media, labels in pairs]
    return talks, [(samples_of(path.with_suffix(".wav")), cells_of(path)) for path in sorted(audio.glob("*.scv"))]


def cells_of(scv):
    """The speech of a clip whose labels are start, end, 0 or 1."""
    cells = scv.read_text("utf-8").strip().split(",")[1:]
    rows = zip(cells[::3], cells[1::3], cells[2::3], strict=True)
    return [Turn("", float(start), float(end)) for start, end, flag in rows if int(flag)]


@pytest.mark.corpus
def test_most_of_real_talks_and_of_loud_noise_is_told_right(sample, corpus):
    shares = []
    for kind in labelled(sample, corpus):
        found = [(heard(levels_of(samples)), turns) for samples, turns in kind]
        shares.append([float((voice == spoken(turns, len(voice))).mean()) for voice, turns in found])
    print(f"told right: talks {np.mean(shares[0]):.3f} {np.round(shares[0], 2)}, noise {np.mean(shares[1]):.3f}")
    assert np.mean(shares[0]) >= 0.93
    assert np.mean(shares[1]) >= 0.79


@pytest.mark.parametrize("every_s", [0.005, 0.0107, 0.064, 0.5])
def test_blocks_of_any_length_give_the_same_levels(sample, every_s):
    samples = samples_of(sample / "sample_zh.mp4")[: 10 * RATE]
    assert levels_of(samples, every_s=every_s) == pytest.approx(levels_of(samples))


@pytest.mark.parametrize(("rate", "layout"), [(16_000, "mono"), (44_100, "mono"), (48_000, "stereo"), (8_000, "mono")])
def test_any_rate_and_both_channels_are_heard_alike(sample, rate, layout):
    path = sample / "sample_zh.mp4"
    other = heard(levels_of(samples_of(path, rate, layout), rate))
    assert abs(other.mean() - heard(levels_of(samples_of(path))).mean()) < 0.03


def test_a_fan_is_no_voice_once_it_is_known_and_speech_over_it_still_is_one(sample):
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 130, (40 * RATE, 1))
    quiet = heard(levels_of(noise))
    assert not quiet.any()
    noise[10 * RATE :] *= 5
    louder = heard(levels_of(noise))
    learnt = int(10 / FRAME_S) + FLOOR_FRAMES * (FLOOR_PARTS + 1) + HANG_FRAMES
    assert louder[int(10.2 / FRAME_S)]
    assert not louder[learnt:].any()
    speech = samples_of(sample / "sample_zh.mp4")[: 30 * RATE].astype(float)
    both = heard(levels_of(speech + rng.normal(0, 130, speech.shape)))
    truth = spoken(turns_of(sample / "sample_zh.rttm"), len(both))
    assert (both == truth).mean() > 0.88


@pytest.mark.parametrize("value", [0, 900])
def test_silence_and_a_constant_are_no_voice(value):
    assert not heard(levels_of(np.full((5 * RATE, 1), value))).any()


def test_what_comes_after_a_gap_does_not_go_on_from_before():
    frames = Frames(SoundTrack(Role.ROOM))
    half = np.full(480, 1000, np.int16)
    assert frames.levels(BEGAN_NS, half) == (BEGAN_NS, [])
    later = BEGAN_NS + 5_000_000_000
    assert frames.levels(later, half) == (later, [])
    begins, levels = frames.levels(later + 10_000_000, half)
    assert begins == later
    assert len(levels) == 1
