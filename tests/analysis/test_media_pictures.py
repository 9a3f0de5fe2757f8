"""Pictures of every kind of recording, decoded ahead in a thread of their own, by a chip where there is one."""

from __future__ import annotations

import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from analysis import failures as f
from analysis.document import Fallback
from analysis.media import DETAIL_SIDE, Pictures, frames, hardware, pictures, probe
from analysis.media.ahead import ahead
from app import text
from tests.analysis import media_samples as make

YELLOW = (250, 220, 60)


def nothing(_done: float) -> None:
    """Progress that nobody watches."""


def looking(path, fps=5.0, device="cpu", **more):
    """The pictures of a file, not decoded yet."""
    return Pictures(path, probe(path, path.name), fps, nothing, device=device, **more)


def decoders():
    """Threads that decode."""
    return [thread for thread in threading.enumerate() if thread.name == "decoder"]


def is_yellow(rgb, at):
    """Whether the pixel at (x, y) is the square's of `make.picture`."""
    return np.abs(rgb[at[1], at[0]].astype(int) - YELLOW).max() < 40


def sized(path, *sizes, codec="libvpx"):
    """A second of each size, one after the other in one stream, as a browser records a call whose windows change."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=make.FPS, width=sizes[0][0], height=sizes[0][1], pix_fmt="yuv420p")
        for number, size in enumerate(sizes):
            coder = av.CodecContext.create(codec, "w")
            coder.width, coder.height, coder.pix_fmt, coder.time_base = *size, "yuv420p", Fraction(1, make.FPS)
            shown = [av.VideoFrame.from_ndarray(make.picture(0, *size), format="rgb24") for _ in range(make.FPS)]
            for place, frame in enumerate([*shown, None]):
                if frame is not None:
                    frame.pts, frame.time_base = number * make.FPS + place, Fraction(1, make.FPS)
                for packet in coder.encode(frame):
                    packet.stream = stream
                    out.mux(packet)
    return path


def spoiled(path, source, at_s):
    """The same recording with noise in place of the packet at `at_s`, which no decoder takes."""
    with av.open(str(source)) as whole, av.open(str(path), "w") as out:
        stream = whole.streams.video[0]
        copy = out.add_stream_from_template(stream)
        for packet in whole.demux(stream):
            if not packet.size:
                continue
            if packet.dts == round(at_s / packet.time_base):
                noise = av.Packet(b"\xff" * packet.size)
                noise.pts, noise.dts, noise.time_base = packet.pts, packet.dts, packet.time_base
                packet = noise
            packet.stream = copy
            out.mux(packet)
    return path


def test_items_come_in_order_and_not_too_far_ahead():
    made, looked = [], threading.Event()

    def make_them():
        for number in range(6):
            made.append(number)
            if number == 3:
                looked.set()
            yield number

    items = ahead(make_them, 2, "decoder")
    assert next(items) == 0
    assert looked.wait(60), "it works on while the first item is looked at"
    assert made == [0, 1, 2, 3], "two wait, and a third is in the hand of the one who makes them"
    assert list(items) == [1, 2, 3, 4, 5]
    assert decoders() == []


def test_a_failure_comes_after_the_items_before_it():
    def make_them():
        yield 1
        raise f.MediaUnreadable(name="a")

    items = ahead(make_them, 2, "decoder")
    assert next(items) == 1
    with pytest.raises(f.MediaUnreadable):
        next(items)
    assert decoders() == []


@pytest.mark.parametrize("how", ["break", "raise", "close"])
def test_however_the_looking_ends_no_thread_and_no_open_file_is_left(tmp_path, how):
    path = make.record(tmp_path / "a.mp4", 4)
    seen = iter(looking(path, 25))
    next(seen)
    assert len(decoders()) == 1
    if how == "close":
        seen.close()
    else:
        with pytest.raises(KeyError):
            _leave(seen, how)
    del seen
    assert decoders() == []
    path.rename(tmp_path / "b.mp4")


def _leave(seen, how):
    for _ in seen:
        if how == "break":
            break
        raise KeyError
    seen.close()
    raise KeyError


def test_progress_that_cancels_ends_it(tmp_path):
    path = make.record(tmp_path / "a.mp4", 4)

    def cancel(done):
        if done > 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(frames(path, probe(path, "a"), 5, cancel))
    assert decoders() == []


def test_a_failure_of_opening_is_raised_where_the_pictures_are_taken(tmp_path):
    blind = make.record(tmp_path / "blind.wav", 1, None, "pcm_s16le")
    with pytest.raises(f.NothingToAnalyse):
        list(looking(blind))
    with pytest.raises(f.MediaMissing):
        list(Pictures(tmp_path / "none.mp4", probe(blind, "a"), 5, nothing))
    assert decoders() == []


KINDS = {
    "ten bits": {"video": "ffv1", "ending": "mkv", "pixels": "yuv420p10le"},
    "422 of ten bits": {"video": "prores_ks", "ending": "mov", "pixels": "yuv422p10le"},
    "grey": {"video": "ffv1", "ending": "mkv", "pixels": "gray"},
    "444": {"video": "ffv1", "ending": "mkv", "pixels": "yuv444p"},
    "rgb": {"video": "ffv1", "ending": "mkv", "pixels": "bgr0"},
    "full range": {"video": "mjpeg", "ending": "mov", "pixels": "yuvj420p"},
    "old": {"video": "mpeg4", "ending": "avi", "pixels": "yuv420p"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_pixels_becomes_rgb(tmp_path, kind):
    made = dict(KINDS[kind])
    path = make.record(tmp_path / f"a.{made.pop('ending')}", 1, audio=None, **made)
    seen = [rgb for _, rgb in looking(path)]
    assert len(seen) == 5
    assert {rgb.shape for rgb in seen} == {(240, 320, 3)}
    assert {rgb.dtype for rgb in seen} == {np.dtype(np.uint8)}
    assert kind == "grey" or is_yellow(seen[0], (20, 40))
    assert seen[0][200, 300].mean() - seen[0][200, 10].mean() > 80, "the gradient"


@pytest.mark.parametrize(
    ("size", "shape"),
    [((16, 16), (16, 16, 3)), ((270, 480), (480, 270, 3)), ((1080, 1920), (1280, 720, 3)), ((162, 90), (90, 162, 3))],
)
def test_small_portrait_and_odd_pictures(tmp_path, size, shape):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=make.FPS, width=size[0], height=size[1], pix_fmt="yuv420p")
        for number in range(make.FPS):
            rgb = np.full((size[1], size[0], 3), number * 5, np.uint8)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, make.FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    assert {rgb.shape for _, rgb in looking(path)} == {shape}


def test_pixels_that_are_not_square_are_stretched(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=make.FPS, width=320, height=240, pix_fmt="yuv420p")
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(make.picture(0), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, make.FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    (_, rgb), *_ = looking(path)
    assert rgb.shape == (240, 640, 3)
    assert is_yellow(rgb, (60, 40))
    assert not is_yellow(rgb, (90, 40))


def test_interlaced_pictures_are_read(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=make.FPS, width=320, height=240, pix_fmt="yuv420p")
        stream.codec_context.options = {"x264-params": "interlaced=1:tff=1"}
        make._write_video(out, stream, 2, 0.0, (320, 240))
    seen = list(looking(path))
    assert len(seen) == 10
    assert is_yellow(seen[0][1], (20, 40))


def test_a_size_that_changes_on_the_way_changes_nothing_else(tmp_path):
    path = sized(tmp_path / "a.webm", (320, 240), (640, 360), (160, 120))
    seen = list(looking(path))
    assert [time_s for time_s, _ in seen] == pytest.approx(np.arange(15) / 5, abs=0.05)
    assert [rgb.shape for _, rgb in seen[::5]] == [(240, 320, 3), (360, 640, 3), (120, 160, 3)]
    assert all(is_yellow(rgb, (20, 40)) for _, rgb in seen)


def test_damage_half_way_costs_only_its_own_frames(tmp_path):
    path = make.record(tmp_path / "a.mkv", 8, audio=None, size=(640, 360))
    whole = [time_s for time_s, _ in looking(path)]
    make.damage(path, 0.5, 6000)
    left = list(looking(path))
    assert len(left) > 0.6 * len(whole)
    assert left[-1][0] > 7, "what comes after the damage is seen again"
    assert {rgb.shape for _, rgb in left} == {(360, 640, 3)}


def test_changing_gaps_between_frames_keep_their_times(tmp_path):
    path, at = tmp_path / "a.mkv", [0.0, 0.04, 0.5, 0.54, 0.58, 2.0, 2.04, 2.2, 3.0]
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=make.FPS, width=320, height=240, pix_fmt="yuv420p")
        stream.codec_context.time_base = Fraction(1, make.FPS)
        for number, time_s in enumerate(at):
            frame = av.VideoFrame.from_ndarray(make.picture(number), format="rgb24")
            frame.pts, frame.time_base = round(time_s * make.FPS), Fraction(1, make.FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    assert [time_s for time_s, _ in looking(path)] == pytest.approx([0, 0.5, 2.0, 2.2, 3.0], abs=0.05)


def test_4k_is_shrunk_on_the_way_and_more_of_it_can_be_asked_for(tmp_path):
    path = make.record(tmp_path / "a.mp4", 1, audio=None, size=(3840, 2160))
    seen = looking(path)
    shapes = []
    for _, rgb in seen:
        shapes.append(rgb.shape)
        seen.max_side = DETAIL_SIDE
    assert shapes[0] == (720, 1280, 3)
    assert shapes[-1] == (1440, 2560, 3)


def test_on_the_processor_no_chip_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, "_opens", lambda *_: pytest.fail("a chip was tried"))
    seen = looking(make.record(tmp_path / "a.mp4", 1))
    assert len(list(seen)) == 5
    assert seen.fallback is None


def test_a_chip_that_was_asked_for_and_is_not_there_is_told_and_replaced(tmp_path):
    if hardware.accelerated("cuda", "h264")[0]:
        pytest.skip("this machine decodes with CUDA")
    path = make.record(tmp_path / "a.mp4", 1)
    asked, ordinary = looking(path, device="cuda"), looking(path, device="auto")
    assert len(list(asked)) == len(list(ordinary)) == 5
    assert asked.fallback == Fallback("decoder", "cuda", "cpu", "decoder_not_there")
    assert ordinary.fallback is None, "a machine without a chip is nothing to tell about"


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux", "freebsd"])
def test_only_ways_that_this_ffmpeg_knows_are_tried(platform):
    built = set(hardware.hwdevices_available())
    assert set(hardware.candidates("auto", platform)) <= built
    assert hardware.candidates("cpu", platform) == ()


def test_a_chip_that_does_not_know_the_codec_is_told(monkeypatch):
    monkeypatch.setattr(hardware, "candidates", lambda _: ("vaapi",))
    monkeypatch.setattr(hardware, "_opens", lambda name, codec: codec == "h264")
    assert hardware.accelerated("auto", "h264") == ("vaapi", None)
    assert hardware.accelerated("auto", "vp9") == (None, Fallback("decoder", "vaapi", "cpu", "codec_unsupported"))


def test_a_chip_that_gives_out_on_the_way_is_replaced_from_there(tmp_path, monkeypatch):
    """The software decoder stands for the chip: it stops at the first error, as one decodes on the chip."""
    path = spoiled(tmp_path / "spoiled.mkv", make.record(tmp_path / "a.mkv", 4, audio=None), at_s=2)
    plain = list(looking(path))
    monkeypatch.setattr(pictures, "accelerated", lambda *_: ("vaapi", None))
    monkeypatch.setattr(pictures, "acceleration", lambda _: None)
    seen = looking(path, device="auto")
    again = list(seen)
    assert [time_s for time_s, _ in again] == [time_s for time_s, _ in plain]
    assert all(np.array_equal(one, other) for (_, one), (_, other) in zip(again, plain, strict=True))
    assert seen.fallback == Fallback("decoder", "vaapi", "cpu", "decoder_failed")


def test_a_chip_that_hands_the_stream_back_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "accelerated", lambda *_: ("vaapi", None))
    monkeypatch.setattr(pictures, "acceleration", lambda _: None)
    seen = looking(make.record(tmp_path / "a.mp4", 1), device="auto")
    assert len(list(seen)) == 5
    assert seen.fallback == Fallback("decoder", "vaapi", "cpu", "codec_unsupported")


def test_every_reason_has_a_sentence(each_language):
    for why in (hardware.NOT_THERE, hardware.CODEC_UNSUPPORTED, hardware.GAVE_OUT):
        assert text.has(f"report.fallback_{why}")
        assert text.tr_in(each_language, f"report.fallback_{why}")
