"""Redacted recordings, decoded again: nothing of the stretch is heard or seen, all else is, on the same clock."""

from __future__ import annotations

import av
import numpy as np
import pytest

from analysis.media import frames, probe, redact, remux
from analysis.media.opening import LEFT, RIGHT, ROLE, SHOWN
from analysis.media.redacting import merged
from tests.analysis.media_samples import FPS, clicks, number_in, picture, record, record_numbered
from tests.analysis.test_media_clips import bursts, heard, number, shown


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """4 s of numbered pictures, a key frame each 0.4 s, with clicks at 0.5, 1.5, 2.2 and 3.5 s."""
    return record(tmp_path_factory.mktemp("redact") / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))


def redacted(source, out, spans):
    info = probe(source, source.name)
    copy = out.with_name(f"copy-{out.name}")
    remux(source, copy, info)
    told: list[float] = []
    redact(copy, out, spans, info.duration, told.append)
    assert told == sorted(told)
    return out


def test_nothing_of_the_stretch_is_heard_and_the_rest_is_when_it_was(talk, tmp_path):
    out = redacted(talk, tmp_path / "out.mkv", [(1.4, 2.3)])
    samples, rate = heard(out)
    assert bursts(samples, rate) == pytest.approx([0.5, 3.5], abs=0.012)
    assert np.abs(samples[round(1.45 * rate) : round(2.25 * rate)]).max() == 0
    assert probe(out, out.name).duration == pytest.approx(probe(talk, talk.name).duration, abs=0.05)


def test_no_picture_of_the_stretch_stays_and_the_others_are_themselves(talk, tmp_path):
    out = redacted(talk, tmp_path / "out.mkv", [(1.4, 2.3)])
    before = {round(time_s, 3): rgb for time_s, rgb in shown(talk)}
    pictures = shown(out)
    times = [time_s for time_s, _ in pictures]
    assert not any(1.4 <= time_s < 2.3 for time_s in times)
    assert max(time_s for time_s in times if time_s < 1.4) == pytest.approx(1.4, abs=0.041)
    assert min(time_s for time_s in times if time_s > 2.3) <= 2.3 + 0.4 + 0.041
    for time_s, rgb in pictures:
        assert number(rgb) == number(before[min(before, key=lambda at: abs(at - time_s))])


def test_a_stretch_at_the_beginning_leaves_the_clock_alone(talk, tmp_path):
    out = redacted(talk, tmp_path / "out.mkv", [(0.0, 1.0)])
    samples, rate = heard(out)
    assert bursts(samples, rate) == pytest.approx([1.5, 2.2, 3.5], abs=0.012)
    assert all(time_s >= 1.0 - 1e-6 for time_s, _ in shown(out))
    assert probe(out, out.name).duration == pytest.approx(4.0, abs=0.05)


@pytest.mark.parametrize("spans", [[(1.4, 2.3)], [(0.0, 1.0)]])
def test_pictures_alone_and_rare_key_pictures(tmp_path, monkeypatch, spans):
    monkeypatch.setattr("analysis.media.redacting.TAIL_S", 0.0)
    source = record(tmp_path / "still.mp4", 4.0, sound=None)
    out = redacted(source, tmp_path / "out.mkv", spans)
    ((start, end),) = spans
    pictures = shown(out)
    inside = [rgb for time_s, rgb in pictures if start <= time_s < end - 1e-3]
    outside = [time_s for time_s, _ in pictures if not start - 1e-3 <= time_s < end - 1e-3]
    assert all(rgb.max() <= 8 for rgb in inside)
    assert len(outside) == pytest.approx((4.0 - (end - start)) * FPS, abs=2)
    assert pictures[0][0] == 0.0


def test_it_can_be_redacted_again_and_sound_alone_too(talk, tmp_path):
    once = redacted(talk, tmp_path / "once.mkv", [(1.4, 2.3)])
    twice = redacted(once, tmp_path / "twice.mkv", [(3.4, 3.6)])
    samples, rate = heard(twice)
    assert bursts(samples, rate) == pytest.approx([0.5], abs=0.012)
    sound = tmp_path / "sound.wav"
    with av.open(str(talk)) as source, av.open(str(sound), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=48_000, layout="mono")
        resampler = av.AudioResampler("s16", "mono", 48_000)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                part.pts = None
                target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    out = redacted(sound, tmp_path / "sound.mkv", [(0.4, 0.7), (1.4, 1.6)])
    samples, rate = heard(out)
    assert bursts(samples, rate) == pytest.approx([2.2, 3.5], abs=0.012)


def test_the_pictures_between_are_read_by_the_analysis(talk, tmp_path):
    out = redacted(talk, tmp_path / "out.mkv", [(1.4, 2.3)])
    info = probe(out, out.name)
    times = [picture[0] for picture in frames(out, info, FPS, lambda _: None)]
    assert times == sorted(times)
    assert not any(1.45 <= time_s < 2.25 for time_s in times)


def test_stretches_that_touch_are_one():
    assert merged([(5.0, 6.0), (1.0, 2.0), (1.5, 3.0), (6.0, 7.0)]) == ((1.0, 3.0), (5.0, 7.0))


def test_pictures_that_are_decoded_out_of_order_stay_whole(tmp_path):
    source = record_numbered(tmp_path / "b.mp4", [at / 25 for at in range(200)], key_every=25, reordered=2)
    out = redacted(source, tmp_path / "out.mkv", [(2.5, 3.1)])
    with av.open(str(out)) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        pictures = [(float(frame.pts * frame.time_base), frame) for frame in container.decode(video=0)]
    assert not any(frame.is_corrupt for _, frame in pictures)
    times = [time_s for time_s, _ in pictures]
    assert not any(2.5 <= time_s < 3.1 for time_s in times)
    assert len(times) == pytest.approx(200 - 13 - 25 * 0.6, abs=16)
    for time_s, frame in pictures:
        grey = frame.to_ndarray(format="gray")
        assert number_in(lambda x, y, grey=grey: int(grey[y, x])) == round(time_s * 25)
    copy = tmp_path / "again.mkv"
    remux(out, copy, probe(out, out.name))
    assert [round(time_s, 2) for time_s, _ in shown(copy)] == [round(time_s, 2) for time_s in times]


def test_whom_the_sides_hear_is_still_said(talk, tmp_path):
    original = tmp_path / "original.mkv"
    with av.open(str(talk)) as source, av.open(str(original), "w") as target:
        stream = target.add_stream("libopus", rate=48_000, layout="stereo")
        stream.metadata.update({LEFT: "interviewer", RIGHT: "candidate"})
        resampler = av.AudioResampler("s16", "stereo", 48_000)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                part.pts = None
                target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    copy, out = tmp_path / "copy.mkv", tmp_path / "out.mkv"
    info = probe(original, original.name)
    remux(original, copy, info)
    redact(copy, out, [(1.4, 2.3)], info.duration, lambda _: None, like=original)
    with av.open(str(out)) as container:
        tags = container.streams.audio[0].metadata
    assert (tags[LEFT], tags[RIGHT]) == ("interviewer", "candidate")


def both_tracks(path, key_every=10, seconds=4.0):
    """Camera, which is the one to show, and a larger screen, numbered pictures each; clicks as in `talk`."""
    sound = record(path.with_name("sound.mkv"), seconds, video=None, sound=clicks(seconds, [0.5, 1.5, 2.2, 3.5]))
    with av.open(str(path), "w") as out, av.open(str(sound)) as heard_in:
        videos = []
        for role, size in (("camera", (320, 240)), ("screen", (640, 480))):
            stream = out.add_stream("libvpx", rate=FPS, width=size[0], height=size[1], pix_fmt="yuv420p")
            stream.codec_context.gop_size = key_every
            stream.codec_context.options = {"deadline": "realtime", "cpu-used": "8"}
            stream.metadata[ROLE] = role
            videos.append((stream, size))
        videos[0][0].metadata[SHOWN] = "1"
        audio = out.add_stream_from_template(heard_in.streams.audio[0])
        for number_ in range(round(seconds * FPS)):
            for stream, size in videos:
                frame = av.VideoFrame.from_ndarray(picture(number_, *size), format="rgb24")
                frame.pts = number_
                out.mux(stream.encode(frame))
        for stream, _ in videos:
            out.mux(stream.encode())
        for packet in heard_in.demux(audio=0):
            if packet.dts is not None:
                packet.stream = audio
                out.mux(packet)
    return path


def pictures_of(path, place):
    with av.open(str(path)) as container:
        stream = container.streams.video[place]
        return [(float(f.pts * f.time_base), f.to_ndarray(format="rgb24")) for f in container.decode(stream)]


@pytest.mark.parametrize("key_every", [10, 1000], ids=["carried", "encoded"])
def test_camera_and_screen_stay_and_both_are_without_the_stretch(tmp_path, key_every, monkeypatch):
    if key_every > 100:
        monkeypatch.setattr("analysis.media.redacting.TAIL_S", 1.0)
    source = both_tracks(tmp_path / "both.mkv", key_every)
    info, copy, out = probe(source, source.name), tmp_path / "copy.mkv", tmp_path / "out.mkv"
    remux(source, copy, info)
    redact(copy, out, [(1.4, 2.3)], info.duration, lambda _: None, like=source)
    with av.open(str(out)) as container:
        assert [stream.metadata.get(ROLE) for stream in container.streams.video] == ["camera", "screen"]
        assert [SHOWN in stream.metadata for stream in container.streams.video] == [True, False]
        assert [(one.width, one.height) for one in container.streams.video] == [(320, 240), (640, 480)]
    samples, rate = heard(out)
    assert bursts(samples, rate) == pytest.approx([0.5, 3.5], abs=0.012)
    for place in (0, 1):
        before, after = pictures_of(source, place), pictures_of(out, place)
        inside = [rgb for time_s, rgb in after if 1.4 <= time_s < 2.3]
        assert all(rgb.max() < 40 for rgb in inside)
        assert max(time_s for time_s, _ in after) == pytest.approx(before[-1][0], abs=0.06)
        for time_s, rgb in after:
            if time_s < 1.35 or time_s >= 2.75:
                same = before[min(range(len(before)), key=lambda n, at=time_s: abs(before[n][0] - at))][1]
                assert np.abs(rgb.astype(int) - same).mean() < 12
    redacted_info = probe(out, out.name)
    assert (redacted_info.streams[0].width, redacted_info.streams[0].height) == (320, 240)
    again = tmp_path / "again.mkv"
    redact(out, again, [(0.4, 0.6)], info.duration, lambda _: None, like=out)
    assert bursts(*heard(again)) == pytest.approx([3.5], abs=0.012)
    with av.open(str(again)) as container:
        assert len(container.streams.video) == 2
