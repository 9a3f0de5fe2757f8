"""A candidate's consent on paper: what was answered, how it was given, the text that was shown, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPagedPaintDevice, QPainter, QPen, QPolygonF

from app import __version__
from app.recording.consent_words import ConsentWords
from app.recording.evidence import Drawing, Evidence
from app.report.charts import Chart
from app.report.layout import Block, prose, table
from app.report.palette import LINE, TEXT
from app.report.pdf import laid_out, new_pdf, put_on_pages

SIGNATURE_PX = 360.0, 110.0
_STROKE = 2.0


def write_consent(shown: Evidence, language: str, path: Path) -> None:
    """Write it to `path` as PDF (A4)."""
    put_consent_on(new_pdf(path, ConsentWords(shown, language).title(), __version__), shown, language)


def put_consent_on(device: QPagedPaintDevice, shown: Evidence, language: str) -> None:
    """Print it on a file or a printer."""
    words = ConsentWords(shown, language)
    made = words.say("made_at", when=words.time(datetime.now(UTC)), version=__version__)
    put_on_pages(
        device,
        lambda page: laid_out(consent_blocks(words), page, language),
        lambda number, pages: (made, words.say("page", page=number, pages=pages)),
        language,
    )


def consent_blocks(words: ConsentWords) -> Iterator[Block]:
    """The whole sheet."""
    shown = words.shown
    yield f'<p class="small">MianJian 面鉴 · {escape(words.say("sheet"))}</p>'
    yield f'<h1>{escape(shown.interview.candidate.name)}</h1><p class="who">{escape(words.who())}</p>'
    yield f"<p>{escape(words.given())}</p>"
    yield _heading(words, "answers")
    yield table([_row(words, number) for number in range(len(shown.points))], (62, 38))
    yield from _proof(words)
    yield from _text(words)
    yield _heading(words, "changes")
    rows = [[f'<span class="small">{escape(when)}</span>', escape(said)] for when, said in words.history()]
    yield table(rows, (30, 70)) if rows else f'<p class="muted">{escape(words.say("none"))}</p>'


def paint_drawing(painter: QPainter, area: QRectF, drawing: Drawing, colour: QColor, stroke: float) -> None:
    """A drawn signature, as large as fits into `area`, in its own proportions."""
    scale = min(area.width() / drawing.width, area.height() / drawing.height)
    left = area.left() + (area.width() - drawing.width * scale) / 2
    top = area.top() + (area.height() - drawing.height * scale) / 2
    pen = QPen(colour, stroke)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in drawing.lines:
        painter.drawPolyline(QPolygonF([QPointF(left + x * scale, top + y * scale) for x, y in line]))


def _heading(words: ConsentWords, key: str) -> str:
    return f"<h2>{escape(words.say(key))}</h2>"


def _row(words: ConsentWords, number: int) -> list[str]:
    point = words.shown.points[number]
    read = f'<br><span class="small">{prose(point.words)}</span>' if point.words else ""
    return [f"<b>{escape(words.point(point))}</b>{read}", escape(words.answer(point))]


def _proof(words: ConsentWords) -> Iterator[Block]:
    lines, drawing = words.proof(), words.shown.drawing
    if not lines:
        return
    yield _heading(words, "proof")
    if drawing is not None:

        def paint(painter: QPainter, area: QRectF) -> None:
            painter.setPen(QPen(QColor(LINE), 1))
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
            paint_drawing(painter, area.adjusted(6, 6, -6, -6), drawing, QColor(TEXT), _STROKE)

        yield Chart(*SIGNATURE_PX, paint)
    yield "".join(f"<p>{escape(line)}</p>" for line in lines)


def _text(words: ConsentWords) -> Iterator[Block]:
    if not (line := words.fingerprint()):
        return
    yield _heading(words, "text")
    yield f'<p class="small">{escape(line)}</p>'
    style = "small" if words.shown.same_words else "warn"
    yield f'<p class="{style}">{escape(words.sameness())}</p>'
    if (notice := words.shown.notice) is not None:
        yield f"<p><b>{escape(notice.title)}</b></p>"
        yield "".join(f"<p>{prose(each)}</p>" for each in notice.paragraphs())
