"""Clips, decoded again: which pictures they show when, what is heard when, and how long they are."""

from __future__ import annotations

import errno
from fractions import Fraction

import av
import numpy as np
import pytest

from analysis.failures import DiskFull, FolderNotWritable, MediaUnreadable, NothingToAnalyse
from analysis.media import clip, frames, probe
from tests.analysis.media_samples import FPS, clicks, damage, picture, record, rotate_mp4, tone
from tests.small_disk import mounted

TURN = 70
"""Made pictures look the same again after so many."""


def shown(path):
    """Every picture of a clip as (time s, RGB)."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [
            (float(frame.pts * frame.time_base), frame.to_ndarray(format="rgb24")) for frame in container.decode(stream)
        ]


def number(rgb):
    """Which made picture this is, 0..69: where its bright square stands."""
    row = rgb[20:60, :, 0].astype(int) - rgb[20:60, :, 2]
    left = int(np.flatnonzero(row.mean(axis=0) > 80)[0])
    return round(left / 4)


def heard(path):
    """The samples of a clip, mono float, and their rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler, parts = av.AudioResampler("flt", "mono", stream.rate), []
        for frame in container.decode(stream):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        return np.concatenate(parts), stream.rate


def bursts(samples, rate):
    """When a sound begins after silence (s)."""
    loud = np.abs(samples) > 0.2
    starts = [at for at in np.flatnonzero(loud) if not loud[max(0, at - rate // 20) : at].any()]
    return [start / rate for start in starts]


def length(path):
    with av.open(str(path)) as container:
        return container.duration / av.time_base


def cut(source, out, start, end, **parts):
    told = []
    has = clip(source, out, start, end, told.append, **parts)
    assert told == sorted(told)
    return has


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """4 s of numbered pictures, a key frame each 0.4 s, with clicks at 1.5 and 2.2 s."""
    folder = tmp_path_factory.mktemp("clips")
    return record(folder / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))


@pytest.mark.parametrize("start", [0.0, 1.0, 1.02, 1.5])
def test_a_clip_begins_with_the_picture_that_is_shown_there_and_ends_where_it_should(talk, tmp_path, start):
    out, end = tmp_path / "clip.webm", start + 1.48
    assert cut(talk, out, start, end) == (True, True)
    pictures = shown(out)
    first = int(start * FPS + 1e-6)
    wanted = [first + place for place in range(len(pictures))]
    assert [number(rgb) for _, rgb in pictures] == [index % TURN for index in wanted]
    times = [max(0.0, index / FPS - start) for index in wanted]
    assert [time_s for time_s, _ in pictures] == pytest.approx(times, abs=0.0015)
    assert wanted[-1] / FPS < end <= (wanted[-1] + 1) / FPS + 1e-6
    assert length(out) == pytest.approx(1.48, abs=0.025)


def test_what_is_heard_is_heard_when_it_was(talk, tmp_path):
    cut(talk, tmp_path / "clip.webm", 1.02, 2.5)
    samples, rate = heard(tmp_path / "clip.webm")
    assert bursts(samples, rate) == pytest.approx([0.48, 1.18], abs=0.012)
    assert len(samples) / rate == pytest.approx(1.48, abs=0.021)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 48_000),
        ("b.mp3", "libmp3lame", 48_000),
        ("c.m4a", "aac", 48_000),
        ("d.ogg", "libopus", 48_000),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_of_sound_alone_a_clip_is_exact_to_the_sample(tmp_path, name, codec, rate, channels):
    source = record(
        tmp_path / name, 6.0, video=None, audio=codec, sound=clicks(6.0, [1.0, 3.0, 4.5]), channels=channels
    )
    out = tmp_path / "clip.flac"
    assert cut(source, out, 2.5, 5.0) == (False, True)
    samples, found = heard(out)
    assert (found, len(samples)) == (rate, 2.5 * rate)
    assert bursts(samples, rate) == pytest.approx([0.5, 2.0], abs=0.004)
    with av.open(str(out)) as container:
        assert container.streams.audio[0].channels == channels


def test_sound_keeps_the_rate_of_its_recording(tmp_path):
    source = tmp_path / "low.wav"
    with av.open(str(source), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=16_000, layout="mono")
        block = (tone(3.0, rate=16_000) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, "s16", "mono")
        frame.sample_rate = 16_000
        target.mux(stream.encode(frame))
        target.mux(stream.encode())
    cut(source, tmp_path / "clip.flac", 1.0, 2.0)
    samples, rate = heard(tmp_path / "clip.flac")
    assert (rate, len(samples)) == (16_000, 16_000)
    assert np.allclose(samples, tone(3.0, rate=16_000)[16_000:32_000], atol=1e-3)


def test_sound_that_begins_late_stops_early_or_has_a_gap_stays_in_step(tmp_path):
    source = record(
        tmp_path / "late.mkv",
        4.0,
        sound=clicks(2.5, [0.5, 1.9]),
        audio_start=1.0,
        audio="pcm_s16le",
        gaps=((1.7, 2.6),),
    )
    cut(source, tmp_path / "clip.webm", 0.5, 4.0)
    samples, rate = heard(tmp_path / "clip.webm")
    assert bursts(samples, rate) == pytest.approx([1.0, 2.4], abs=0.012)
    assert len(samples) / rate == pytest.approx(3.5, abs=0.021)
    assert len(shown(tmp_path / "clip.webm")) == 4 * FPS - 12


def test_a_clip_has_only_what_it_may_have(talk, tmp_path):
    assert cut(talk, tmp_path / "silent.webm", 1.0, 2.0, sound=False) == (True, False)
    with av.open(str(tmp_path / "silent.webm")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
    assert cut(talk, tmp_path / "heard.flac", 1.0, 2.0, picture=False) == (False, True)
    assert heard(tmp_path / "heard.flac")[0].shape == (48_000,)
    with pytest.raises(NothingToAnalyse):
        cut(talk, tmp_path / "none.flac", 1.0, 2.0, picture=False, sound=False)


def test_only_codecs_that_a_product_may_ship(talk, tmp_path):
    cut(talk, tmp_path / "clip.webm", 1.0, 2.0)
    with av.open(str(tmp_path / "clip.webm")) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["vp9", "opus"]
        assert not {key.lower() for key in container.metadata} - {"encoder"}


def test_a_turned_recording_stands_upright(tmp_path):
    source = record(tmp_path / "turned.mp4", 2.0)
    rotate_mp4(source)
    cut(source, tmp_path / "clip.webm", 0.5, 1.5)
    _, rgb = shown(tmp_path / "clip.webm")[0]
    _, whole = next(iter(frames(source, probe(source, source.name), 25, lambda _: None)))
    assert rgb.shape == whole.shape == (320, 240, 3)
    assert np.abs(rgb[150:250].astype(int) - whole[150:250]).mean() < 6


def test_a_large_picture_becomes_smaller(tmp_path):
    source = record(tmp_path / "large.mp4", 0.6, size=(1920, 1080))
    cut(source, tmp_path / "clip.webm", 0.0, 0.5)
    assert shown(tmp_path / "clip.webm")[0][1].shape == (720, 1280, 3)


@pytest.mark.parametrize("name", ["sample_zh.mp4", "sample_en.mp4"])
def test_a_clip_of_the_sample_shows_and_says_what_the_sample_does(sample, tmp_path, name):
    source, out, start = sample / name, tmp_path / "clip.webm", 20.3
    assert cut(source, out, start, start + 3.0) == (True, True)
    assert length(out) == pytest.approx(3.0, abs=0.025)
    pictures = shown(out)
    whole = frames(source, probe(source, source.name), 1000, lambda _: None)
    there = [(time_s, rgb) for time_s, rgb in whole if start - 0.2 < time_s < start + 3.0]
    for time_s, rgb in (pictures[0], pictures[len(pictures) // 2], pictures[-1]):
        of_then = [old for at, old in there if at <= start + time_s + 0.002][-1]
        assert np.abs(of_then.astype(int) - rgb).mean() < 4
    samples, rate = heard(out)
    with av.open(str(source)) as container:
        resampler, parts = av.AudioResampler("flt", "mono", rate), []
        for frame in container.decode(container.streams.audio[0]):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    original = np.concatenate(parts)[round(start * rate) :][: len(samples)]
    loud, loud_then = (
        np.sqrt(np.convolve(np.square(each), np.ones(960) / 960, "same")) for each in (samples, original)
    )
    assert np.corrcoef(loud[: len(loud_then)], loud_then)[0, 1] > 0.98


def test_pictures_at_uneven_times_keep_theirs(tmp_path):
    ticks = [0, 40, 200, 210, 500, 900, 1300, 1310, 1700]
    source = tmp_path / "uneven.mkv"
    with av.open(str(source), "w") as target:
        stream = target.add_stream("mpeg4", rate=25, width=320, height=240, pix_fmt="yuv420p")
        stream.codec_context.time_base = Fraction(1, 1000)
        for index, at in enumerate(ticks):
            frame = av.VideoFrame.from_ndarray(picture(index), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    cut(source, tmp_path / "clip.webm", 0.3, 1.5)
    pictures = shown(tmp_path / "clip.webm")
    assert [number(rgb) for _, rgb in pictures] == [3, 4, 5, 6, 7]
    assert [time_s for time_s, _ in pictures] == pytest.approx([0.0, 0.2, 0.6, 1.0, 1.01], abs=0.0015)
    assert length(tmp_path / "clip.webm") == pytest.approx(1.2, abs=0.002)


def test_damage_costs_its_own_pictures_only(tmp_path):
    source = record(tmp_path / "hurt.mkv", 4.0)
    damage(source, 0.5)
    cut(source, tmp_path / "clip.webm", 0.5, 3.5)
    assert length(tmp_path / "clip.webm") == pytest.approx(3.0, abs=0.03)
    assert len(shown(tmp_path / "clip.webm")) > 20


def test_what_is_no_recording_or_has_nothing_there_is_said(talk, tmp_path):
    (tmp_path / "text.mp4").write_text("not a recording " * 50)
    with pytest.raises(MediaUnreadable):
        cut(tmp_path / "text.mp4", tmp_path / "clip.webm", 0.0, 1.0)
    sound = record(tmp_path / "short.wav", 1.0, video=None, audio="pcm_s16le")
    with pytest.raises(MediaUnreadable):
        cut(sound, tmp_path / "clip.flac", 5.0, 6.0)


def test_a_full_disk_and_a_folder_that_is_not_there_are_said(talk, tmp_path):
    with pytest.raises((FolderNotWritable, OSError)) as refused:
        cut(talk, tmp_path / "gone" / "clip.webm", 1.0, 2.0)
    assert getattr(refused.value, "errno", errno.ENOENT) == errno.ENOENT
    long = record(tmp_path / "long.wav", 60.0, video=None, audio="pcm_s16le", sound=noise(60.0))
    with mounted(tmp_path / "disk", 1) as disk, pytest.raises(DiskFull):
        cut(long, disk / "clip.flac", 0.0, 60.0)


def noise(seconds):
    return (np.random.default_rng(1).normal(size=round(seconds * 48_000)) * 0.2).astype(np.float32)
