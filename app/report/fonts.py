"""The bundled font family, registered once: a bare Linux has no Chinese font, and boxes are no report."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from app.report.qt import ensure_gui
from app.resources import resource

FAMILY = "MianJian Sans"
LATIN = "MianJian Sans Latin"
"""Comes first in English: quotation marks of the whole family are as wide as a Chinese character."""
FAMILIES = [FAMILY, "MianJian Sans Rare", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC"]


def load_fonts() -> None:
    """Register every font file of `resources/fonts`, unless the window has done so already."""
    ensure_gui()
    if FAMILY in QFontDatabase.families():
        return
    for path in sorted(resource("fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))


def font(points: float, *, bold: bool = False, language: str = "zh") -> QFont:
    """The report's font for text, in points; glyph positions are not bent to any screen's pixels."""
    made = QFont()
    made.setFamilies(FAMILIES if language == "zh" else [LATIN, *FAMILIES])
    made.setPointSizeF(points)
    made.setBold(bold)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(
        QFont.Tag("locl"), 0
    )  # its digits have no character code: nobody could search or copy them in a PDF
    return made


def chart_font(pixels: int, language: str, *, bold: bool = False) -> QFont:
    """The report's font for charts, in document pixels: it scales with the painter, whatever the paper's resolution."""
    made = font(9, bold=bold, language=language)
    made.setPixelSize(pixels)
    return made
