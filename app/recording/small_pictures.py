"""A few pixels of a large picture: taken out of its planes by steps before anything is computed."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from app.recording.kinds import Picture

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

RGB = {
    "rgb24": (3, (0, 1, 2)), "bgr24": (3, (2, 1, 0)), "bgra": (4, (2, 1, 0)), "bgr0": (4, (2, 1, 0)),
    "argb": (4, (1, 2, 3)), "0rgb": (4, (1, 2, 3)), "rgba": (4, (0, 1, 2)), "rgb0": (4, (0, 1, 2)),
    "abgr": (4, (3, 2, 1)), "0bgr": (4, (3, 2, 1)),
}  # fmt: skip
"""Bytes a pixel, and where red, green and blue lie in them."""
PLANAR = {"yuv420p": (1, 2), "yuv422p": (1, 1), "nv12": (2, 2), "nv21": (2, 2)}
"""Bytes from one value of a colour plane to the next, and the rows of the picture for one of it."""
PACKED = {"yuyv422": (0, 1, 3), "uyvy422": (1, 0, 2)}
"""Where the first brightness, and both colours, of two pixels lie in their four bytes."""
GREY = "gray"
DARKEST, SPAN = 16.0, 219.0
"""Brightness in video goes from 16 to 235 (ITU-R BT.601)."""
WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


def readable(picture: Picture) -> bool:
    """Whether its layout is known here."""
    return picture.layout in (*RGB, *PLANAR, *PACKED, GREY)


def step_for(picture: Picture, most_side: int) -> int:
    """Every how manieth pixel to take, so that neither side is longer."""
    return max(1, ceil(max(picture.width, picture.height) / most_side))


def light(picture: Picture, most_side: int = 96) -> float:
    """Its mean brightness, 0 (black) to 1 (white), from at most `most_side` ** 2 pixels.

    Raises ValueError for a layout that is not known, or planes that are too short.
    """
    step = step_for(picture, most_side)
    if picture.layout in RGB:
        return grey(_red_green_blue(picture, step))
    bright = float(_bright(picture, step).mean())
    return min(1.0, max(0.0, bright / 255 if picture.layout == GREY else (bright - DARKEST) / SPAN))


def grey(rgb: Bytes) -> float:
    """The mean brightness of (height, width, 3) RGB, 0..1."""
    return float(rgb.reshape(-1, 3).mean(axis=0) @ WEIGHTS) / 255


def small(picture: Picture, most_side: int) -> Bytes:
    """(height, width, 3) RGB of every nth pixel. Raises ValueError as `light`."""
    step = step_for(picture, most_side)
    if picture.layout in RGB:
        return _red_green_blue(picture, step)
    bright = _bright(picture, step)
    if picture.layout == GREY:
        return np.repeat(bright[:, :, None], 3, axis=2)
    return _unpacked(bright, *_colours(picture, step))


def _red_green_blue(picture: Picture, step: int) -> Bytes:
    size, places = RGB[picture.layout]
    pixels = _plane(picture, 0, picture.height, picture.width, size)[::step, ::step]
    return np.stack([pixels[:, :, place] for place in places], axis=2)


def _bright(picture: Picture, step: int) -> Bytes:
    if picture.layout in PACKED:
        first = PACKED[picture.layout][0]
        return _plane(picture, 0, picture.height, picture.width, 2)[::step, ::step, first]
    if picture.layout not in PLANAR and picture.layout != GREY:
        raise ValueError(picture.layout)
    return _plane(picture, 0, picture.height, picture.width, 1)[::step, ::step, 0]


def _colours(picture: Picture, step: int) -> tuple[Bytes, Bytes]:
    """Cb and Cr at the pixels that `_bright` takes."""
    rows, columns = np.arange(0, picture.height, step), np.arange(0, picture.width, step) // 2
    if picture.layout in PACKED:
        pairs = _plane(picture, 0, picture.height, picture.width // 2, 4)
        columns = np.minimum(columns, pairs.shape[1] - 1)
        chosen = pairs[rows[:, None], columns[None, :]]
        _, blue, red = PACKED[picture.layout]
        return chosen[:, :, blue], chosen[:, :, red]
    size, every = PLANAR[picture.layout]
    high, wide = ceil(picture.height / every), ceil(picture.width / 2)
    place = (rows[:, None] // every, columns[None, :])
    if size == 1:
        return _plane(picture, 1, high, wide, 1)[place][:, :, 0], _plane(picture, 2, high, wide, 1)[place][:, :, 0]
    both = _plane(picture, 1, high, wide, 2)[place]
    blue, red = (1, 0) if picture.layout == "nv21" else (0, 1)
    return both[:, :, blue], both[:, :, red]


def _unpacked(bright: Bytes, blue: Bytes, red: Bytes) -> Bytes:
    """RGB by ITU-R BT.601; what is wrong of it for BT.709 is too little to matter here."""
    y = (bright.astype(np.float32) - DARKEST) * (255 / SPAN)
    b, r = blue.astype(np.float32) - 128, red.astype(np.float32) - 128
    whole = np.stack([y + 1.596 * r, y - 0.392 * b - 0.813 * r, y + 2.017 * b], axis=2)
    rgb: Bytes = np.clip(whole, 0, 255).astype(np.uint8)
    return rgb


def _plane(picture: Picture, number: int, rows: int, columns: int, size: int) -> Bytes:
    """A view of (rows, columns, size) bytes; nothing is copied. Raises ValueError where the plane is too short."""
    if number >= len(picture.planes):
        raise ValueError(f"{picture.layout} without plane {number}")
    plane = picture.planes[number]
    stride, width = picture.strides[number], columns * size
    if stride < width or len(plane) < (rows - 1) * stride + width:
        raise ValueError(f"plane {number} of {picture.layout} is too short")
    return np.ndarray((rows, columns, size), np.uint8, plane, 0, (stride, size, 1))
