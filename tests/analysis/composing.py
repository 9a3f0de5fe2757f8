"""Recordings put together from others: shots one after the other, windows side by side, faces far away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from tests.analysis.seeing import pictures

FPS = 10
GREY = 70

Picture = np.ndarray


def shown(path: Path, start: float, seconds: float, size: tuple[int, int]) -> list[Picture]:
    """Pictures of a recording at FPS, filling `size` (width, height); what is too short goes back and forth."""
    found = [rgb for _, rgb in pictures(path, FPS, start, start + seconds)]
    there_and_back = found + found[-2:0:-1]
    wanted = round(seconds * FPS)
    return [filling(there_and_back[place % len(there_and_back)], size) for place in range(wanted)]


def still(rgb: Picture, seconds: float) -> list[Picture]:
    """One picture for a while: somebody who listens and does not move."""
    return [rgb] * round(seconds * FPS)


def filling(rgb: Picture, size: tuple[int, int]) -> Picture:
    """The middle of a picture that fills `size`."""
    factor = max(size[0] / rgb.shape[1], size[1] / rgb.shape[0])
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=kind)
    left, top = (scaled.shape[1] - size[0]) // 2, (scaled.shape[0] - size[1]) // 2
    return scaled[top : top + size[1], left : left + size[0]]


def side_by_side(*windows: Sequence[Picture]) -> list[Picture]:
    """Windows beside each other, those of another height with a bar above and below."""
    height = max(window[0].shape[0] for window in windows)
    return [np.hstack([barred(rgb, height) for rgb in row]) for row in zip(*windows, strict=True)]


def barred(rgb: Picture, height: int) -> Picture:
    """A picture in the middle of bars."""
    above = (height - rgb.shape[0]) // 2
    return np.pad(rgb, ((above, height - rgb.shape[0] - above), (0, 0), (0, 0)), constant_values=GREY)


def far_away(rgbs: Iterable[Picture], factor: float, size: tuple[int, int], at: tuple[int, int]) -> list[Picture]:
    """Pictures shrunk by `factor`, at a place of a room of noise: a face far from the camera."""
    room = np.random.default_rng(5).normal(GREY, 12, (size[1], size[0], 3)).clip(0, 255).astype(np.uint8)
    found = []
    for rgb in rgbs:
        small, picture = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), room.copy()
        picture[at[1] : at[1] + small.shape[0], at[0] : at[0] + small.shape[1]] = small
        found.append(picture)
    return found


def video(path: Path, rgbs: Sequence[Picture], codec: str = "libx264") -> Path:
    """The pictures as a recording at FPS."""
    height, width = rgbs[0].shape[:2]
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=FPS, width=width, height=height, pix_fmt="yuv420p")
        stream.codec_context.time_base = Fraction(1, FPS)
        stream.codec_context.options = {"preset": "ultrafast", "crf": "18"}
        for number, rgb in enumerate(rgbs):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path
