"""A few pixels of real pictures, in every layout that sources give."""

from __future__ import annotations

import numpy as np
import pytest

from app.recording.kinds import Picture
from app.recording.small_pictures import PACKED, PLANAR, RGB, grey, light, readable, small, step_for
from tests.recording.real_media import as_picture, darker, frame_at

LAYOUTS = sorted({*RGB, *PLANAR, *PACKED, "gray"})


@pytest.fixture(scope="module")
def frame(sample):
    return frame_at(sample / "sample_zh.mp4", 3.0)


@pytest.mark.parametrize("padding", [0, 24])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_small_picture(frame, layout, padding):
    picture = as_picture(frame, layout, padding)
    whole = frame.reformat(format="rgb24", dst_color_range="JPEG").to_ndarray()
    step = step_for(picture, 480)
    expected, found = whole[::step, ::step].astype(int), small(picture, 480)
    assert readable(picture)
    assert found.shape == expected.shape
    assert max(found.shape[:2]) <= 480
    assert found.flags.c_contiguous or found.tobytes()
    if layout == "gray":
        expected = np.repeat((expected @ [0.299, 0.587, 0.114])[:, :, None], 3, axis=2)
    assert np.abs(found - expected).mean() < 6
    assert light(picture) == pytest.approx(grey(whole), abs=0.02)


@pytest.mark.parametrize("layout", ["nv12", "yuyv422", "bgra"])
def test_less_light_is_measured_as_less(frame, layout):
    full, half = (light(as_picture(darker(frame, share), layout)) for share in (1.0, 0.5))
    assert half == pytest.approx(full / 2, abs=0.02)


def test_planes_that_are_too_short_and_unknown_layouts_are_refused(frame):
    whole = as_picture(frame, "nv12")
    with pytest.raises(ValueError, match="too short"):
        light(Picture(whole.width, whole.height, "nv12", (whole.planes[0][:-500], whole.planes[1]), whole.strides))
    with pytest.raises(ValueError, match="without plane"):
        small(Picture(whole.width, whole.height, "nv12", whole.planes[:1], whole.strides), 480)
    strange = Picture(16, 16, "p010", (bytes(512),), (32,))
    assert not readable(strange)
    with pytest.raises(ValueError, match="p010"):
        light(strange)


@pytest.mark.parametrize(("width", "height"), [(641, 361), (2, 2), (1, 1)])
@pytest.mark.parametrize("layout", ["yuv420p", "nv12", "rgb24"])
def test_odd_sizes_are_read(layout, width, height):
    half = (width + 1) // 2, (height + 1) // 2
    planes = {
        "rgb24": [(width * 3, height)], "nv12": [(width, height), (half[0] * 2, half[1])],
        "yuv420p": [(width, height), half, half],
    }[layout]  # fmt: skip
    picture = Picture(
        width, height, layout, tuple(bytes([128]) * (w * h) for w, h in planes), tuple(w for w, _ in planes)
    )
    assert small(picture, 100).shape[2] == 3
    assert 0.4 < light(picture) < 0.6
