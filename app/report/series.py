"""The curves of an interview outside of a document: as down-sampled numbers, and as one picture."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.report.data import ReportData, Series
from app.report.fonts import load_fonts
from app.report.layout import curves_chart
from app.report.qt import ensure_gui
from app.report.words import Words

MARGIN = 16.0
SCALE = 2


def series_json(data: ReportData, rate_hz: float) -> bytes:
    """All curves as JSON: `values` at `rate_hz`, the mean of what was measured in each step, null where nothing was."""
    assert data.analysis is not None
    body = {
        "duration_s": round(data.analysis.media.duration, 3),
        "rate_hz": rate_hz,
        "curves": [
            {"name": one.name, "title": one.title, "unit": one.unit, "values": _thinned(one, rate_hz)}
            for one in data.series
        ],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _thinned(series: Series, rate_hz: float) -> list[float | None]:
    step = max(1, round(series.rate_hz / rate_hz))
    padded = np.full(-(-len(series.values) // step) * step, np.nan)
    padded[: len(series.values)] = series.values
    return [None if not np.isfinite(value) else round(float(value), 4) for value in _means(padded.reshape(-1, step))]


def _means(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(blocks)
    counts = known.sum(axis=1)
    sums = np.where(known, blocks, 0.0).sum(axis=1)
    means: NDArray[np.float64] = np.divide(sums, counts, out=np.full(len(blocks), np.nan), where=counts > 0)
    return means


def curves_picture(data: ReportData, language: str, width: float) -> bytes | None:
    """The chart of the report as a PNG, twice as fine as `width` (document pixels); None where there is nothing."""
    ensure_gui()
    load_fonts()
    chart = curves_chart(Words(data, language), width)
    if chart is None:
        return None
    size = chart.size.toSize()
    frame = int(MARGIN * 2)
    image = QImage(
        (size.width() + frame) * SCALE, (size.height() + frame) * SCALE, QImage.Format.Format_RGB32
    )  # fmt: skip
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(SCALE, SCALE)
    chart.paint(painter, QRectF(MARGIN, MARGIN, chart.width, chart.height))
    painter.end()
    kept = QBuffer()
    kept.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(kept, "PNG")  # type: ignore[call-overload]  # PySide wants words, its stubs want bytes
    return bytes(kept.data().data())
