"""Real sound and real pictures as capture sources give them."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np

from app.recording.kinds import Picture

BEGAN_NS = 5_000_000_000_000
"""Clocks of computers do not begin at zero."""


def samples_of(path, rate=48_000, layout="mono"):
    """(frames, channels) 16-bit samples of a recording."""
    resampler = av.AudioResampler("s16", layout, rate)
    channels = 2 if layout == "stereo" else 1
    with av.open(str(path)) as container:
        parts = [
            part.to_ndarray().reshape(-1, channels)
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts)


def blocks(samples, rate=48_000, every_s=0.02, began_ns=BEGAN_NS):
    """The same as blocks with the time of each one's first sample, ns."""
    size = round(rate * every_s)
    for first in range(0, len(samples), size):
        yield began_ns + first * 1_000_000_000 // rate, samples[first : first + size].astype(np.int16).tobytes()


@dataclass(frozen=True)
class Turn:
    """Who speaks from when to when, s."""

    who: str
    start: float
    end: float


def turns_of(rttm):
    """Who spoke when in a labelled recording."""
    rows = (line.split() for line in rttm.read_text("utf-8").splitlines() if line.startswith("SPEAKER"))
    return [Turn(row[7], float(row[3]), float(row[3]) + float(row[4])) for row in rows]


def frame_at(path, at_s=0.0):
    """The picture of a recording that is shown at a time."""
    with av.open(str(path)) as container:
        return next(frame for frame in container.decode(video=0) if frame.time >= at_s)


def as_picture(frame, layout, padding=0):
    """A frame as a source gives it in a layout, each row `padding` bytes longer than needed."""
    made = frame.reformat(
        format=layout, dst_colorspace="ITU601", dst_color_range="MPEG" if _is_video(layout) else "JPEG"
    )
    planes, strides = [], []
    for plane in made.planes:
        stored = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        planes.append(np.pad(stored, ((0, 0), (0, padding))).tobytes())
        strides.append(plane.line_size + padding)
    return Picture(made.width, made.height, layout, tuple(planes), tuple(strides))


def _is_video(layout):
    return layout.startswith(("yuv", "nv", "uyvy", "yuyv"))


def darker(frame, share):
    """The same picture with so much of its light."""
    rgb = (frame.to_ndarray(format="rgb24") * share).astype(np.uint8)
    return av.VideoFrame.from_ndarray(rgb, format="rgb24")
