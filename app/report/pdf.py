"""The report as PDF: laid out by QTextDocument, charts painted as vectors, written page by page by QPdfWriter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QMarginsF, QObject, QRect, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.report.charts import Chart
from app.report.data import ReportData
from app.report.fonts import chart_font, font, load_fonts
from app.report.layout import STYLE, Block, blocks
from app.report.palette import FAINT
from app.report.qt import ensure_dispatcher
from app.report.words import Words

PX_PER_INCH = 96.0
_MARGIN_MM = 16.0
_FOOT_PX = 30.0
_HEADING = 2
_ROOM_BELOW_PX = 150.0
_CHART = int(QTextFormat.ObjectTypes.UserObject) + 1
_INDEX = int(QTextFormat.Property.UserProperty) + 1
Foot = Callable[[int, int], tuple[str, str]]
"""What stands left and right at the foot of a page, by its number and how many there are."""


class SealedDocument(QTextDocument):
    """A document that loads nothing: no picture, no style sheet, from nowhere. What it shows is in it.

    A blank picture is returned, because Qt goes on to look for the file itself when it gets nothing.
    """

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: ARG002
        """Refuse every resource."""
        return QImage(1, 1, QImage.Format.Format_Mono)


class _ChartObject(QPyTextObject):
    """Paints the charts that stand in the text."""

    def __init__(self, charts: list[Chart], parent: QObject) -> None:
        super().__init__(parent)
        self._charts = charts

    def intrinsicSize(self, doc: QTextDocument, position: int, form: QTextFormat) -> QSizeF:  # noqa: ARG002
        """The chart's own size."""
        return self._charts[form.intProperty(_INDEX)].size

    def drawObject(self, painter: QPainter, rect: QRectF | QRect, *rest: Any) -> None:
        """Paint it where the text has put it."""
        form: QTextFormat = rest[2]
        self._charts[form.intProperty(_INDEX)].paint(painter, QRectF(rect))


def write_pdf(data: ReportData, language: str, path: Path) -> None:
    """Write the report to `path` as PDF (A4)."""
    words = Words(data, language)
    made = words.say("made_at", when=words.time(data.made_at), version=data.app_version)
    writer = new_pdf(path, f"{words.say('title')} – {data.interview.candidate.name}", data.app_version)
    put_on_pages(
        writer,
        lambda page: text_document(data, language, page),
        lambda number, pages: (made, words.say("page", page=number, pages=pages)),
        language,
    )


def new_pdf(path: Path, title: str, version: str) -> QPdfWriter:
    """A PDF file (A4) to write pages into."""
    load_fonts()
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, 12.0), QPageLayout.Unit.Millimeter)
    writer.setResolution(600)
    writer.setTitle(title)
    writer.setCreator(f"MianJian {version}")
    return writer


def put_on_pages(device: QPagedPaintDevice, made: Callable[[QSizeF], QTextDocument], foot: Foot, language: str) -> None:
    """Print a document that is `made` for the room of a page on a file or a printer."""
    scale = device.logicalDpiX() / PX_PER_INCH
    page = QSizeF(device.width() / scale, device.height() / scale - _FOOT_PX)
    document = made(page)
    painter = QPainter(device)
    painter.scale(scale, scale)
    painter.setFont(chart_font(10, language))
    _print(document, painter, device, page, foot)
    painter.end()


def text_document(data: ReportData, language: str, page: QSizeF) -> QTextDocument:
    """The laid-out report; `page` is the size for text in document pixels (96 to the inch)."""
    return laid_out(blocks(Words(data, language), page.width()), page, language)


def laid_out(parts: Iterable[Block], page: QSizeF, language: str) -> QTextDocument:
    """Pieces of escaped HTML and charts, in a language, as a document for pages of this size."""
    load_fonts()
    ensure_dispatcher()
    document = SealedDocument()
    document.setUseDesignMetrics(True)
    document.setDefaultFont(font(9, language=language))
    document.setDefaultStyleSheet(STYLE)
    document.setDocumentMargin(0)
    document.setPageSize(page)
    charts: list[Chart] = []
    document.documentLayout().registerHandler(_CHART, _ChartObject(charts, document))
    mark = f"chart-{uuid4().hex}"
    document.setHtml("".join(_html(block, charts, mark) for block in parts))
    _place_charts(document, len(charts), mark)
    _keep_headings(document, page.height())
    return document


def _html(block: Block, charts: list[Chart], mark: str) -> str:
    if isinstance(block, str):
        return block
    charts.append(block)
    return f"<p>{mark}-{len(charts) - 1}-</p>"


def _place_charts(document: QTextDocument, count: int, mark: str) -> None:
    for index in range(count):
        form = QTextCharFormat()
        form.setObjectType(_CHART)
        form.setProperty(_INDEX, index)
        document.find(f"{mark}-{index}-").insertText("\ufffc", form)


def _keep_headings(document: QTextDocument, page_height: float) -> None:
    """No heading stands alone at the foot of a page: it moves on with what follows."""
    block = document.begin()
    while block.isValid():
        top = document.documentLayout().blockBoundingRect(block).top() % page_height
        if block.blockFormat().headingLevel() == _HEADING and top > page_height - _ROOM_BELOW_PX:
            form = block.blockFormat()
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            QTextCursor(block).setBlockFormat(form)
            _lay_out_anew(document)
        block = block.next()


def _lay_out_anew(document: QTextDocument) -> None:
    """Lay everything out again: after a changed format Qt leaves some of the blocks below without a place."""
    size = document.pageSize()
    document.setPageSize(QSizeF(size.width() + 1, size.height()))
    document.pageCount()
    document.setPageSize(size)
    document.pageCount()


def _print(document: QTextDocument, painter: QPainter, device: QPagedPaintDevice, page: QSizeF, foot: Foot) -> None:
    pages = document.pageCount()
    context = QAbstractTextDocumentLayout.PaintContext()
    for number in range(pages):
        if number:
            device.newPage()
        painter.save()
        painter.translate(0, -number * page.height())
        visible = QRectF(0, number * page.height(), page.width(), page.height())
        painter.setClipRect(visible)
        context.clip = visible
        document.documentLayout().draw(painter, context)
        painter.restore()
        _foot(painter, page, *foot(number + 1, pages))


def _foot(painter: QPainter, page: QSizeF, made: str, count: str) -> None:
    painter.setPen(QColor(FAINT))
    area = QRectF(0, page.height() + 12, page.width(), _FOOT_PX - 12)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), made)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)
