"""Sound and pictures lie on one clock, whatever the container does; the clean copy keeps that clock."""

from __future__ import annotations

import hashlib

import av
import cv2
import numpy as np
import pytest

from analysis.media import SAMPLE_RATE, SoundFile, frame_times, frames, probe, remux, thumbnail
from analysis.media.sides import SideMeter
from analysis.media.sound import _Writer, read_clip
from tests.analysis import media_samples as make

AT = [0.5, 1.5, 2.5]


def nothing(_done: float) -> None:
    """Progress that nobody watches."""


def onsets(sound: SoundFile) -> list[float]:
    """Where the bursts of `make.clicks` begin (s)."""
    samples = np.abs(sound.slice(0, sound.duration))
    loud = np.flatnonzero(samples > 0.25 * samples.max())
    first = loud[np.concatenate([[True], np.diff(loud) > SAMPLE_RATE // 4])]
    return [float(i) / SAMPLE_RATE for i in first]


CONTAINERS = [
    ("mp4", "libx264", "aac"), ("mov", "libx264", "pcm_s16le"), ("mkv", "libx264", "libopus"),
    ("webm", "libvpx", "libopus"),
    ("avi", "mpeg4", "mp3"), ("wav", None, "pcm_s16le"), ("mp3", None, "libmp3lame"), ("m4a", None, "aac"),
    ("flac", None, "flac"), ("ogg", None, "libopus"), ("aac", None, "aac"),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "video", "audio"), CONTAINERS)
def test_every_container_and_its_copy_keep_time(tmp_path, ending, video, audio):
    path = make.record(tmp_path / f"a.{ending}", 3, video, audio, sound=make.clicks(3, AT))
    info = probe(path, path.name)
    assert info.duration == pytest.approx(3.0, abs=0.05)
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    heard = onsets(SoundFile.extract(path, info, tmp_path / "s", nothing))
    late = 0.0 if ending not in ("avi", "aac") else 0.0225  # these two cannot say how late their encoder is
    assert heard == pytest.approx([t + late for t in AT], abs=0.005)
    remux(path, tmp_path / "copy.mkv", info)
    copy = probe(tmp_path / "copy.mkv", "copy")
    assert [s.codec for s in copy.streams] == [s.codec for s in info.streams]
    assert min(s.start for s in copy.streams) == 0
    assert onsets(SoundFile.extract(tmp_path / "copy.mkv", copy, tmp_path / "t", nothing)) == pytest.approx(
        heard, abs=0.004
    )
    if video:
        seen = [t for t, _ in frames(path, info, 5, nothing)]
        assert seen == pytest.approx([t for t, _ in frames(tmp_path / "copy.mkv", copy, 5, nothing)], abs=0.002)


@pytest.mark.parametrize(
    ("ending", "late", "sounds", "sees"),
    [
        ("mp4", {"audio_start": 0.3}, 0.3, 0.0),
        ("mkv", {"audio_start": 0.3}, 0.3, 0.0),
        ("mp4", {"video_start": 0.4}, 0.0, 0.4),
        ("mkv", {"video_start": 5.4, "audio_start": 5.0}, 0.0, 0.4),
    ],
)
def test_the_clock_starts_with_the_earliest_stream(tmp_path, ending, late, sounds, sees):
    path = make.record(tmp_path / f"a.{ending}", 3, audio="aac", sound=make.clicks(3, AT), **late)
    info = probe(path, "a")
    assert onsets(SoundFile.extract(path, info, tmp_path / "s", nothing)) == pytest.approx(
        [t + sounds for t in AT], abs=0.03
    )
    assert next(iter(frames(path, info, 5, nothing)))[0] == pytest.approx(sees, abs=0.05)
    remux(path, tmp_path / "copy.mkv", info)
    copy = probe(tmp_path / "copy.mkv", "copy")
    assert next(iter(frames(tmp_path / "copy.mkv", copy, 5, nothing)))[0] == pytest.approx(sees, abs=0.05)


def test_lost_packets_become_silence_and_nothing_moves(tmp_path):
    path = make.record(tmp_path / "a.mkv", 3, audio="libopus", sound=make.tone(3), gaps=((0.8, 1.3),))
    info = probe(path, "a")
    reported = []
    sound = SoundFile.extract(path, info, tmp_path / "s", reported.append)
    assert sound.duration == pytest.approx(info.duration, abs=0.001)
    assert np.abs(sound.slice(0.9, 1.2)).max() < 0.01
    assert np.abs(sound.slice(1.5, 2.5)).max() > 0.2
    assert reported[-1] == pytest.approx(info.duration, abs=0.01)


def test_timestamps_that_jump_back_do_not_move_what_follows(tmp_path):
    with (tmp_path / "a.pcm").open("wb") as file:
        writer = _Writer([file], SideMeter(SAMPLE_RATE), 400, nothing)
        empty = np.zeros((0, 1), np.int16)
        for time_s, block in ((0.0, empty), (None, np.full((200, 1), 1)), (100 / SAMPLE_RATE, empty)):
            writer.write(time_s, block.astype(np.int16))
        writer.write(None, np.full((60, 1), 2, np.int16))
        writer.write(None, np.full((140, 1), 3, np.int16))
        writer.finish()
    samples = np.fromfile(tmp_path / "a.pcm", np.int16)
    assert np.array_equal(samples, np.repeat([1, 3, 0], [200, 100, 100]))


def test_resampling_keeps_pitch_and_level(tmp_path):
    path = make.record(tmp_path / "a.flac", 2, None, "flac", sound=make.tone(2, 440))
    samples = SoundFile.extract(path, probe(path, "a"), tmp_path / "s", nothing).slice(0.5, 1.5)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) == 440
    assert np.abs(samples).max() == pytest.approx(0.3, abs=0.01)


def test_truly_different_channels_are_kept_apart(tmp_path):
    rng = np.random.default_rng(1)
    gate = (np.arange(48_000 * 8) // 48_000 % 2).astype(np.float32)
    noise = rng.normal(0, 0.1, (len(gate), 2)).astype(np.float32)
    two = np.stack([noise[:, 0] * gate, noise[:, 1] * (1 - gate)], axis=1)
    path = make.record(tmp_path / "two.wav", sound=two, video=None, audio="pcm_s16le", channels=2)
    sound = SoundFile.extract(path, probe(path, "two"), tmp_path / "two", nothing)
    assert len(sound.sides) == 2
    assert np.abs(sound.channel(0).slice(1.2, 1.8)).max() > 0.1
    assert np.abs(sound.channel(1).slice(1.2, 1.8)).max() < 0.001
    room = np.stack([noise[:, 0], 0.8 * noise[:, 0] + 0.2 * noise[:, 1]], axis=1)
    path = make.record(tmp_path / "room.wav", sound=room, video=None, audio="pcm_s16le", channels=2)
    same = SoundFile.extract(path, probe(path, "room"), tmp_path / "room", nothing)
    assert same.sides == ()
    with pytest.raises(IndexError):
        same.channel(0)
    assert sorted(p.name for p in (tmp_path / "room").iterdir()) == ["sound.pcm"]


def test_real_two_channel_recording(corpus, tmp_path):
    path = corpus / "audio" / "en_stereo_2ch.wav"
    assert len(SoundFile.extract(path, probe(path, "a"), tmp_path, nothing).sides) == 2


def test_a_clip_is_read_into_memory_and_cut(tmp_path):
    path = make.record(tmp_path / "a.mp3", 3, None, "libmp3lame")
    assert read_clip(path, 1.5).duration == pytest.approx(1.5)


def test_pictures_come_at_the_asked_pace_upright_and_small(tmp_path):
    path = make.record(tmp_path / "a.mp4", 2, size=(1920, 1080))
    info = probe(path, "a")
    seen = list(frames(path, info, 5, nothing))
    assert [t for t, _ in seen] == pytest.approx(np.arange(10) / 5, abs=0.05)
    assert {p.shape for _, p in seen} == {(720, 1280, 3)}
    red, _, blue = seen[0][1][26, 13]
    assert red > 200 > 130 > blue  # the yellow square, red first
    every = list(frames(path, info, 100, nothing))
    assert len(every) == 50


def test_rotation_is_honoured(tmp_path):
    path = make.record(tmp_path / "a.mp4", 1, size=(320, 240))
    make.rotate_mp4(path)
    (_, picture), *_ = frames(path, probe(path, "a"), 5, nothing)
    assert picture.shape == (320, 240, 3)


def test_thumbnail(tmp_path):
    path = make.record(tmp_path / "a.mp4", 2, size=(640, 480))
    thumbnail(path, tmp_path / "t.jpg", probe(path, "a"))
    image = cv2.imread(str(tmp_path / "t.jpg"))
    assert image.shape == (240, 320, 3)
    assert image.std() > 20
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mp4", "t.jpg"]


def test_real_video_and_memory(sample, tmp_path):
    path = sample / "sample_en.mp4"
    info = probe(path, path.name)
    done = []
    count = sum(1 for _ in frames(path, info, 5, done.append))
    assert count == pytest.approx(info.duration * 5, abs=2)
    assert done == sorted(done)
    remux(path, tmp_path / "copy.mkv", info)
    assert probe(tmp_path / "copy.mkv", "copy").duration == pytest.approx(info.duration, abs=0.05)


def test_the_copy_says_when_and_how_long_each_picture_is_shown(tmp_path):
    times = make.uneven(80)
    path, copy = make.record_numbered(tmp_path / "uneven.mp4", times), tmp_path / "copy.mkv"
    remux(path, copy, probe(path, "uneven"))
    listed = frame_times(copy)
    assert np.abs(listed / 1000 - times).max() <= 0.0006
    with av.open(str(copy)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        seconds = [(packet.pts * packet.time_base, float(packet.duration * packet.time_base)) for packet in packets]
    lengths = {round(start * 1000): length for start, length in seconds}
    assert [packet.pts for packet in packets] != sorted(packet.pts for packet in packets)
    said = np.array([lengths[start] for start in listed[:-1]])
    assert np.abs(said - np.diff(listed) / 1000).max() <= 0.0011


def test_sound_alone_and_a_damaged_end_list_what_there_is(tmp_path):
    assert len(frame_times(make.record(tmp_path / "a.wav", 1.0, None, "pcm_s16le"))) == 0
    whole = make.record_numbered(tmp_path / "whole.mkv", np.arange(100) / 25)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    listed = frame_times(cut)
    assert 0 < len(listed) < 100
    assert listed[:3].tolist() == [0, 40, 80]
