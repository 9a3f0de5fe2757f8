"""Contrast of what is read and of what is drawn, in both themes, by the formula of WCAG 2.2."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from ui import theme

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
