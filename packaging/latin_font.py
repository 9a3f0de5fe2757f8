"""Make MianJian Sans Latin: `uv run --no-project --with fonttools==4.68.0 packaging/latin_font.py`.

Latin letters of the bundled family, which come first where the window speaks English. In the whole family quotation
marks are as wide as a Chinese character, and an ellipsis stands at half its height; here they are as wide as they are
drawn, and its points stand on the line.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[1] / "resources" / "fonts"
NAMES = (("MianJian Sans", "MianJian Sans Latin"), ("MianJianSans", "MianJianSansLatin"))
LETTERS = (*range(0x20, 0x7F), *range(0xA0, 0xB7), *range(0xB8, 0x250))
MARKS = tuple(map(ord, "–—‘’‚“”„•…€"))
WIDE = "‘’“”…"
SIDE_EM = 0.055
"""Empty on each side of these."""


def main() -> None:
    """Both weights, beside the fonts that they are of."""
    for weight in ("Regular", "Bold"):
        font = TTFont(FONTS / f"MianJianSans-{weight}.otf", recalcTimestamp=False)
        _subset(font)
        for mark in WIDE:
            _narrow(font, font.getBestCmap()[ord(mark)], lower=mark == "…")
        _rename(font)
        font.save(FONTS / f"MianJianSansLatin-{weight}.otf")


def _subset(font: TTFont) -> None:
    options = Options()
    options.layout_features = ["kern", "ccmp", "mark"]
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=(*LETTERS, *MARKS))
    subsetter.subset(font)


def _narrow(font: TTFont, glyph: str, *, lower: bool) -> None:
    glyphs, drawn = font.getGlyphSet(), font["CFF "].cff.topDictIndex[0].CharStrings
    bounds = BoundsPen(glyphs)
    glyphs[glyph].draw(bounds)
    left, bottom, right, _ = bounds.bounds
    side = round(SIDE_EM * font["head"].unitsPerEm)
    width = round(right - left) + 2 * side
    pen = T2CharStringPen(width, glyphs)
    glyphs[glyph].draw(TransformPen(pen, (1, 0, 0, 1, side - left, -bottom if lower else 0)))
    drawn[glyph] = pen.getCharString(private=drawn[glyph].private, globalSubrs=drawn[glyph].globalSubrs)
    font["hmtx"][glyph] = (width, side)


def _rename(font: TTFont) -> None:
    for record in font["name"].names:
        words = record.toUnicode()
        for old, new in NAMES:
            words = words.replace(old, new)
        record.string = words
    cff = font["CFF "].cff
    cff.fontNames[0] = cff.fontNames[0].replace(*NAMES[1])


if __name__ == "__main__":
    main()
