"""Small recordings made on the spot, and the files that pretend to be recordings."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 48_000
FPS = 25


def tone(seconds: float, hz: float = 440.0, rate: int = RATE, level: float = 0.3) -> np.ndarray:
    """A sine as float32."""
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def clicks(seconds: float, at: list[float], rate: int = RATE) -> np.ndarray:
    """Silence with 20 ms bursts of 1 kHz that start at the given times."""
    sound = np.zeros(round(seconds * rate), np.float32)
    burst = tone(0.02, 1000, rate, 0.8)
    for time_s in at:
        first = round(time_s * rate)
        sound[first : first + len(burst)] += burst[: len(sound) - first]
    return sound


def picture(index: int, width: int = 320, height: int = 240) -> np.ndarray:
    """A grey gradient with a bright square that moves."""
    base = np.tile(np.linspace(40, 160, width, dtype=np.uint8), (height, 1))
    rgb = np.stack([base, base, base], axis=2)
    left = (index * 4) % (width - 40)
    rgb[20:60, left : left + 40] = (250, 220, 60)
    return rgb


BITS, BIT_SIDE = 16, 40


def numbered(index: int) -> np.ndarray:
    """A grey picture, 320 x 240, with its number drawn in: bright and dark squares are its bits, the lowest first."""
    rgb = np.full((240, 320, 3), 110, np.uint8)
    for bit in range(BITS):
        top, left = bit // 8 * BIT_SIDE, bit % 8 * BIT_SIDE
        rgb[top : top + BIT_SIDE, left : left + BIT_SIDE] = 255 if index >> bit & 1 else 0
    return rgb


def number_in(grey: Callable[[int, int], int]) -> int:
    """The number that is drawn into a picture, whose brightness 0-255 is asked for by x and y."""
    middle = BIT_SIDE // 2
    squares = ((bit % 8 * BIT_SIDE + middle, bit // 8 * BIT_SIDE + middle) for bit in range(BITS))
    return sum((grey(x, y) > 127) << bit for bit, (x, y) in enumerate(squares))


def record_numbered(path: Path, times_s: Sequence[float], *, key_every: int = 50, reordered: int = 2) -> Path:
    """A recording without sound whose pictures are `numbered` and shown at these times, however uneven.

    `reordered` pictures may be decoded out of order, as cameras and call programs write them.
    """
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, width=320, height=240, pix_fmt="yuv420p")
        stream.codec_context.time_base = Fraction(1, 90_000)
        stream.codec_context.options = {"preset": "ultrafast", "g": str(key_every), "bf": str(reordered)}
        for index, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(numbered(index), format="rgb24")
            frame.pts, frame.time_base = round(time_s * 90_000), Fraction(1, 90_000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def uneven(count: int, seed: int = 1) -> np.ndarray:
    """(count,) times of a recording with a variable rate: quick pictures, slow ones, and slides that stand still."""
    lengths = np.random.default_rng(seed).choice(
        [1 / 60, 1 / 30, 1 / 15, 0.5, 2.0], count - 1, p=[0.4, 0.3, 0.2, 0.08, 0.02]
    )
    return np.concatenate([[0.0], np.cumsum(lengths)])


def record(
    path: Path,
    seconds: float = 2.0,
    video: str | None = "libx264",
    audio: str | None = "aac",
    *,
    sound: np.ndarray | None = None,
    channels: int = 1,
    video_start: float = 0.0,
    audio_start: float = 0.0,
    gaps: tuple[tuple[float, float], ...] = (),
    size: tuple[int, int] = (320, 240),
    pixels: str = "yuv420p",
    container: str | None = None,
) -> Path:
    """Write a recording. `sound` is (n,) or (n, channels) at 48 kHz; packets inside `gaps` are left out."""
    with av.open(str(path), "w", format=container) as out:
        v = a = None
        if video:
            v = out.add_stream(video, rate=FPS, width=size[0], height=size[1], pix_fmt=pixels)
            v.codec_context.time_base = Fraction(1, FPS)
            if video == "libx264":
                v.codec_context.options = {"preset": "ultrafast", "g": "10"}
        if audio:
            a = out.add_stream(audio, rate=RATE, layout="stereo" if channels == 2 else "mono")
        if v is not None:
            _write_video(out, v, seconds, video_start, size)
        if a is not None:
            data = tone(seconds) if sound is None else sound
            _write_audio(out, a, data, audio_start, channels, gaps)
    return path


def _write_video(out, stream, seconds, start, size) -> None:
    for i in range(round(seconds * FPS)):
        frame = av.VideoFrame.from_ndarray(picture(i, *size), format="rgb24")
        frame.pts, frame.time_base = i + round(start * FPS), Fraction(1, FPS)
        out.mux(stream.encode(frame))
    out.mux(stream.encode())


def _write_audio(out, stream, data, start, channels, gaps) -> None:
    data = data.reshape(len(data), -1)
    if data.shape[1] != channels:
        data = np.repeat(data, channels, axis=1)
    size = stream.codec_context.frame_size or 1024
    layout = "stereo" if channels == 2 else "mono"
    resampler = av.AudioResampler(stream.codec_context.format.name, layout, RATE)
    packets = []
    for first in range(0, len(data), size):
        block = data[first : first + size]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, first + round(start * RATE), Fraction(1, RATE)
        for part in resampler.resample(frame):
            packets += stream.encode(part)
    packets += stream.encode()
    for packet in packets:
        time_s = None if packet.pts is None else float(packet.pts * packet.time_base)
        if time_s is None or not any(low <= time_s < high for low, high in gaps):
            out.mux(packet)


def eight_hour_wav(path: Path, seconds: float = 1.0) -> Path:
    """A WAV whose header claims eight hours of sound, of which there is a second."""
    samples = (tone(seconds, rate=16_000) * 32767).astype("<i2").tobytes()
    claimed = 8 * 3600 * 16_000 * 2
    head = (
        b"RIFF"
        + struct.pack("<I", claimed + 36)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
    )
    path.write_bytes(head + b"data" + struct.pack("<I", claimed) + samples)
    return path


def stretch_mp4_header(path: Path, seconds: float) -> None:
    """Make an MP4's movie, track and media headers claim another length (version 0 boxes)."""
    data = bytearray(path.read_bytes())
    for box, scale_at, length_at in ((b"mvhd", 16, 20), (b"mdhd", 16, 20)):
        place = data.find(box)
        while place >= 0:
            scale = struct.unpack_from(">I", data, place + scale_at)[0]
            struct.pack_into(">I", data, place + length_at, int(scale * seconds))
            place = data.find(box, place + 4)
    path.write_bytes(bytes(data))


def huge_picture(path: Path, width: int = 12_000, height: int = 9_000) -> Path:
    """A small QuickTime file whose sample description and JPEG frames both say that the picture is huge."""
    with av.open(str(path), "w", format="mov") as out:
        stream = out.add_stream("mjpeg", rate=1, width=320, height=240, pix_fmt="yuvj420p")
        frame = av.VideoFrame.from_ndarray(picture(0), format="rgb24")
        frame.pts, frame.time_base = 0, Fraction(1, 1)
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    data = bytearray(path.read_bytes())
    struct.pack_into(">HH", data, data.find(b"\xff\xc0") + 5, height, width)
    entry = data.find(b"jpeg", data.find(b"stsd"))
    struct.pack_into(">HH", data, entry + 28, width, height)
    path.write_bytes(bytes(data))
    return path


def damage(path: Path, share: float = 0.5, length: int = 4000, seed: int = 3) -> None:
    """Overwrite a stretch in the middle of a file with noise."""
    data = bytearray(path.read_bytes())
    at = int(len(data) * share)
    noise = np.random.default_rng(seed).integers(0, 256, length, dtype=np.uint8).tobytes()
    data[at : at + length] = noise
    path.write_bytes(bytes(data[: len(data)]))


def join_far_apart(path: Path, source: Path, seconds: float) -> Path:
    """The packets of `source` twice, the second time `seconds` later."""
    with av.open(str(path), "w") as out:
        copy = None
        for shift in (0.0, seconds):
            with av.open(str(source)) as once:
                stream = once.streams[0]
                copy = copy or out.add_stream_from_template(stream)
                for packet in once.demux(stream):
                    if packet.size:
                        move = round(shift / packet.time_base)
                        packet.pts, packet.dts = packet.pts + move, packet.dts + move
                        packet.stream = copy
                        out.mux(packet)
    return path


def rotate_mp4(path: Path) -> None:
    """Write a display matrix of 90 degrees into the (first) track header."""
    data = bytearray(path.read_bytes())
    place = data.find(b"tkhd") + 4 + 40
    struct.pack_into(">9i", data, place, 0, 0x10000, 0, -0x10000, 0, 0, 240 << 16, 0, 0x40000000)
    path.write_bytes(bytes(data))
