"""The report as a Word document: the same words and charts as the PDF, editable."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from app.report.charts import Chart
from app.report.data import ReportData
from app.report.fonts import FAMILY, load_fonts
from app.report.layout import bars_chart, curves_chart
from app.report.palette import ACCENT, MUTED
from app.report.words import Words
from app.scoring.wording import score_text

_SCALE = 3
_WIDTH_MM = 178.0
_WIDTH_PX = 672.0
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])
"""Characters that XML cannot hold."""


def write_docx(data: ReportData, language: str, path: Path) -> None:
    """Write the report to `path` as DOCX (A4)."""
    load_fonts()
    words = Words(data, language)
    document = Document()
    _page(document, words)
    _head(document, words)
    _dimensions(document, words)
    _questions(document, words)
    _written(document, words)
    _evidence(document, words)
    chart = curves_chart(words, _WIDTH_PX)
    if chart is not None:
        _heading(document, words.say("curves"))
        _picture(document, chart)
        _small(document, words.say("curves_note"))
    _said(document, words)
    _ending(document, words)
    with path.open("wb") as file:
        document.save(file)


def plain(text: str) -> str:
    """Text that a Word file can hold: control characters are left out."""
    return text.translate(_CONTROL)


def _page(document: Any, words: Words) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(16)
    for name in ("Normal", "Title", "Heading 1"):
        style = document.styles[name]
        style.font.name = FAMILY
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for slot in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(slot), FAMILY)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    document.styles["Normal"].font.size = Pt(9.5)
    document.styles["Heading 1"].font.size = Pt(12)
    document.styles["Heading 1"].font.color.rgb = RGBColor.from_string(ACCENT[1:].upper())
    document.core_properties.title = plain(f"{words.say('title')} – {words.data.interview.candidate.name}")
    document.core_properties.author = plain(words.data.assessment.assessor)
    document.core_properties.comments = words.say("notice")


def _heading(document: Any, text: str) -> None:
    document.add_heading(plain(text), level=1)


def _small(document: Any, text: str) -> None:
    run = document.add_paragraph().add_run(plain(text))
    run.font.size = Pt(8)
    run.font.color.rgb = RGBColor.from_string(MUTED[1:].upper())


def _table(document: Any, rows: list[list[str]], widths: list[float], head: bool = True) -> None:
    table = document.add_table(rows=len(rows), cols=len(widths))
    table.style = "Light List Accent 1" if head else "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    for number, (line, row) in enumerate(zip(table.rows, rows, strict=True)):
        for cell, value, width in zip(line.cells, row, widths, strict=True):
            cell.width = Mm(_WIDTH_MM * width)
            cell.text = plain(value)
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(8.5)
                run.font.bold = head and number == 0


def _picture(document: Any, chart: Chart) -> None:
    document.add_picture(io.BytesIO(png(chart)), width=Mm(_WIDTH_MM))


def png(chart: Chart) -> bytes:
    """The chart as PNG on white, three times the size of the page's pixels."""
    image = QImage(round(chart.width * _SCALE), round(chart.height * _SCALE), QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_SCALE, _SCALE)
    chart.paint(painter, QRectF(0, 0, chart.width, chart.height))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


def _head(document: Any, words: Words) -> None:
    document.add_heading(plain(words.data.interview.candidate.name), level=0)
    _table(document, [[name, value] for name, value in words.facts()[1:]], [0.25, 0.75], head=False)
    number, lines = words.composite()
    _heading(document, words.say("composite"))
    run = document.add_paragraph().add_run(number)
    run.font.size, run.font.bold = Pt(24), True
    run.font.color.rgb = RGBColor.from_string(ACCENT[1:].upper())
    _small(document, " · ".join(lines))
    document.add_paragraph(plain(f"{words.say('conclusion')}: {words.conclusion()}"))
    if words.data.assessment.summary.strip():
        document.add_paragraph(plain(words.data.assessment.summary))
    for title, said in words.own_words():
        _heading(document, title)
        document.add_paragraph(plain(said))


def _dimensions(document: Any, words: Words) -> None:
    _heading(document, words.say("dimensions"))
    _picture(document, bars_chart(words, _WIDTH_PX))
    rows = [[words.say(key) for key in ("dimension", "weight", "machine", "mine", "combined", "comment")]]
    for row in words.data.card.dimensions:
        pairs = [words.weight(row), words.machine(row), (score_text(row.mine), ""), words.combined(row)]
        told = ["\n".join(part for part in pair if part) for pair in pairs]
        rows.append([words.title(row), *told, words.comment(row)])
    _table(document, rows, [0.18, 0.13, 0.15, 0.12, 0.13, 0.29])
    if words.weights_changed():
        _small(document, words.say("weights_changed", reason=words.data.assessment.weight_reason or "–"))
    _small(document, words.how_combined())


def _questions(document: Any, words: Words) -> None:
    rated = words.questions()
    if rated:
        _heading(document, words.say("kit_questions"))
        head = [words.say(key) for key in ("kit_question", "mine", "comment")]
        _table(document, [head, *(list(row) for row in rated)], [0.5, 0.12, 0.38])


def _written(document: Any, words: Words) -> None:
    if words.data.written:
        _heading(document, words.say("written_answers"))
        _table(document, [list(row) for row in words.data.written], [0.34, 0.66], head=False)


def _evidence(document: Any, words: Words) -> None:
    _heading(document, words.say("evidence"))
    rows = [[words.say(key) for key in ("dimension", "answer", "measured", "value", "points", "source")]]
    for row in words.data.card.dimensions:
        for item in row.machine.evidence:
            answer = words.say("answer_number", number=item.answer + 1)
            told = [words.metric(item.metric), words.value(item), f"{item.points:g}", words.source(item)]
            rows.append([words.title(row), answer, *told])
    if len(rows) == 1:
        _small(document, words.say("evidence_none"))
        return
    _table(document, rows, [0.17, 0.1, 0.21, 0.17, 0.09, 0.26])


def _said(document: Any, words: Words) -> None:
    comments = [[words.moment(c), words.said_of(c), c.author] for c in words.data.comments if c.text.strip()]
    if comments:
        _heading(document, words.say("comments"))
        _table(document, comments, [0.15, 0.68, 0.17], head=False)
    speech = [list(line) for line in words.speech()]
    if speech:
        _heading(document, words.say("transcript" if words.data.full_transcript else "transcript_excerpt"))
        _small(document, words.say("transcript_note"))
        _table(document, speech, [0.09, 0.17, 0.74], head=False)


def _ending(document: Any, words: Words) -> None:
    _heading(document, words.say("provenance"))
    _table(document, [[name, value] for name, value in words.provenance()], [0.25, 0.75], head=False)
    _heading(document, words.say("signature"))
    for line in words.signature():
        document.add_paragraph(plain(line))
    _small(document, words.say("notice"))
    made = words.say("made_at", when=words.time(words.data.made_at), version=words.data.app_version)
    _small(document, made)
