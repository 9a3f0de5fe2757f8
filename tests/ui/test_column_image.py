"""Strokes of one pixel, painted as one picture, at every resolution of the screen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from ui.review.column_image import ColumnImage, joined
from ui.review.lane import covered

RATIOS = (1.0, 1.25, 1.5, 2.0)
RED, BLUE, WHITE = "#ff0000", "#0000ff", "#ffffff"
NAN = float("nan")


def painted(ratio, *strokes, area=(10, 5, 20, 12)):
    """A picture of 40 × 24 pixels with strokes (x, tops, bottoms, colour) put into an area."""
    picture = QImage(round(40 * ratio), round(24 * ratio), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    image = ColumnImage(painter, QRectF(*area))
    for x, tops, bottoms, colour in strokes:
        image.put(x, np.array(tops, np.float64), np.array(bottoms, np.float64), QColor(colour))
    image.draw(painter)
    painter.end()
    return picture


def pixels(picture, colour):
    """The places (x, y) of a colour."""
    wide, high = picture.width(), picture.height()
    return {(x, y) for x in range(wide) for y in range(high) if picture.pixelColor(x, y).name() == colour}


@pytest.mark.parametrize("ratio", RATIOS)
def test_each_stroke_is_on_its_pixels_of_the_screen(qapp, ratio):
    picture = painted(ratio, (12.0, [6.0, NAN, 8.0], [9.0, 9.0, 16.0], RED))
    edges = [round(x * ratio) for x in (12, 13, 14, 15)]
    middles = (np.arange(edges[0], edges[3]) + 0.5) / ratio
    wanted = {
        (edges[0] + place, y)
        for place, x in enumerate(middles.tolist())
        for top, bottom in [{12: (6, 9), 13: (0, 0), 14: (8, 16)}[int(x)]]
        for y in range(round(top * ratio), round(bottom * ratio))
    }
    assert pixels(picture, RED) == wanted
    assert pixels(picture, RED) | pixels(picture, WHITE) == pixels(painted(ratio), WHITE)


@pytest.mark.parametrize("ratio", RATIOS)
def test_what_lies_outside_of_the_area_is_cut_off(qapp, ratio):
    picture = painted(ratio, (0.0, [-40.0] * 60, [90.0] * 60, RED))
    found = pixels(picture, RED)
    assert (min(found), max(found)) == (
        (round(10 * ratio), round(5 * ratio)), (round(30 * ratio) - 1, round(17 * ratio) - 1)
    )  # fmt: skip
    assert len(found) == (round(30 * ratio) - round(10 * ratio)) * (round(17 * ratio) - round(5 * ratio))
    for x in (-70.0, 30.0, 500.0):
        assert not pixels(painted(ratio, (x, [6.0] * 60, [9.0] * 60, RED)), RED)


def test_what_comes_later_lies_on_top_and_nothing_is_lower_than_a_pixel(qapp):
    picture = painted(1.0, (12.0, [6.0], [12.0], BLUE), (12.0, [8.2], [8.2], RED))
    assert pixels(picture, RED) == {(12, 8)}
    assert pixels(picture, BLUE) == {(12, y) for y in (6, 7, 9, 10, 11)}


def test_strokes_touch_the_one_before_and_leave_gaps():
    top, bottom = np.array([5.0, 20.0, NAN, 1.0]), np.array([10.0, 30.0, NAN, 5.0])
    upper, lower = joined(top, bottom)
    assert upper.tolist()[:2] == [5.0, 10.0]
    assert lower.tolist()[:2] == [10.0, 30.0]
    assert np.isnan([upper[2], lower[2]]).all()
    assert (upper[3], lower[3]) == (1.0, 5.0)
    upper, lower = joined(top[::-1], bottom[::-1])
    assert (upper[3], lower[3]) == (5.0, 20.0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=30))
def test_what_rectangles_cover_is_the_same_in_fewer_of_them(spans):
    starts = sorted((start / 3, length / 3) for start, length in spans)
    rects = np.array([(start, 2.0, length, 9.0) for start, length in starts], np.float64).reshape(-1, 4)
    found = covered(rects).tolist()
    wanted = {
        pixel
        for start, length in starts
        for begin in [int(np.floor(start + 0.5))]
        for pixel in range(begin, max(begin + 1, int(np.floor(start + length + 0.5))))
    }
    assert [pixel for x, _, width, _ in found for pixel in range(int(x), int(x + width))] == sorted(wanted)
    assert all((y, height) == (2.0, 9.0) for _, y, _, height in found)
    assert all(one[0] + one[2] < other[0] for one, other in pairwise(found))
