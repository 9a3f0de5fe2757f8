"""Contrast of what is read and of what is drawn, in both themes, by the formula of WCAG 2.2."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from ui import theme
from ui.review.lane import hatch

GROUNDS = ("panel", "window", "raised", "hover")
TEXT = ("text", "muted", "faint", "accent", "ok", "warn", "bad")
MARKS = ("accent", "ok", "warn", "bad", *(f"series_{number}" for number in range(1, 9)))


def luminance(color: QColor) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    return sum(share * channel for share, channel in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def contrast(first: str, second: str, colors: dict[str, str]) -> float:
    high, low = sorted((luminance(QColor(colors[name])) for name in (first, second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_stands_out(colors, ground):
    assert {
        name: round(contrast(name, ground, colors), 2) for name in TEXT if contrast(name, ground, colors) < 4.5
    } == {}


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_on_accents_stands_out(colors):
    for name, ground in (("on_accent", "accent"), ("accent", "accent_soft"), ("text", "accent_soft")):
        assert contrast(name, ground, colors) >= 4.5, (name, ground)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["panel", "track_bg"])
def test_marks_stand_out(colors, ground):
    assert {name for name in MARKS if contrast(name, ground, colors) < 3.0} == set()


ON_LANES = (
    ("hatch_line", "track_bg"),  # a gap
    ("series_2", "stack"), ("series_3", "stack"),  # the shares of expression on the neutral one
    ("series_7", "track_bg"), ("accent", "track_bg"),  # the frames of question and answer
    ("series_5", "accent_soft"), ("series_2", "accent_soft"),  # the lines of terms and results on their chips
    ("series_6", "accent_soft"), ("series_7", "accent_soft"),  # those of the parts of an answer
    ("text", "hatch"), ("text", "accent_soft"),  # what is written on blocks
)  # fmt: skip


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_what_lies_on_the_lanes_stands_out_of_its_ground(colors):
    found = {pair: round(contrast(*pair, colors), 2) for pair in ON_LANES}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 3.0} == {}


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_a_gap_is_painted_in_lines_that_stand_out(qapp, choice):
    theme.apply(choice)
    colors = theme.DARK if choice == "dark" else theme.LIGHT
    picture = QImage(80, 40, QImage.Format.Format_RGB32)
    picture.fill(theme.color("track_bg"))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    hatch(painter, np.array([[0.0, 0.0, 80.0, 40.0]]))
    painter.end()
    pixels = [picture.pixelColor(x, y).name() for x in range(80) for y in range(40)]
    assert set(pixels) == {colors["track_bg"], colors["hatch_line"]}
    assert 0.08 < pixels.count(colors["hatch_line"]) / len(pixels) < 0.25
