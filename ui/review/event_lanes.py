"""Lanes of things that happen at a time: questions, turns, pauses and fillers, terms, comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from analysis.document import Event, Exchange, Role, Turn
from app.domain.types import Comment
from app.text import has, timecode, tr
from ui import theme
from ui.review import strokes
from ui.review.lane import Lane, Mark, View

ROLE_TOKENS = {Role.INTERVIEWER: "series_7", Role.CANDIDATE: "series_1", Role.OTHER: "series_5"}
"""Whose voice it is, by colour; names stand beside it in the transcript."""


class ExchangeLane(Lane):
    """Questions and answers as blocks Q1, Q2 …, with the turns of the speakers as a stripe below."""

    height = 34

    def __init__(self, exchanges: Sequence[Exchange], turns: Sequence[Turn], roles: Mapping[str, Role]) -> None:
        super().__init__("exchanges")
        self.exchanges, self.turns, self.roles = tuple(exchanges), tuple(turns), dict(roles)

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_exchanges")

    def marks(self) -> tuple[Mark, ...]:
        """One mark a question with its answer."""
        return tuple(
            Mark(e.question.start, max(e.answer.end, e.question.end), exchange_text(number, e))
            for number, e in enumerate(self.exchanges, 1)
        )

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Blocks above, stripe below."""
        stripe = theme.scaled(5)
        blocks = QRectF(area.left(), area.top(), area.width(), area.height() - stripe - 3)
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(painter.font())
        for number, exchange in enumerate(self.exchanges, 1):
            if view.shows(exchange.question.start, exchange.answer.end):
                self._block(painter, blocks, view, exchange, exchange_label(number, exchange), metrics)
        self._stripe(painter, QRectF(area.left(), blocks.bottom() + 3, area.width(), stripe), view)

    def _block(
        self, painter: QPainter, area: QRectF, view: View, exchange: Exchange, label: str, metrics: QFontMetricsF
    ) -> None:
        left = max(area.left(), view.x(exchange.question.start))
        middle = min(area.right(), max(left, view.x(exchange.answer.start)))
        right = min(area.right(), max(middle, view.x(exchange.answer.end) - 1))
        painter.fillRect(QRectF(left, area.top(), middle - left, area.height()), theme.color("hatch"))
        painter.fillRect(QRectF(middle, area.top(), right - middle, area.height()), theme.color("accent_soft"))
        room = right - left - 12
        if room > 24:
            painter.setPen(theme.color("text"))
            text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left + 7, area.top(), room, area.height()), Qt.AlignmentFlag.AlignVCenter, text)

    def _stripe(self, painter: QPainter, area: QRectF, view: View) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for role, token in ROLE_TOKENS.items():
            spans = [(t.start, t.end) for t in self.turns if self.roles.get(t.speaker, Role.OTHER) is role]
            painter.setBrush(theme.color(token))
            strokes.draw_rects(painter, _bars(spans, area, view, 0.5))


def exchange_label(number: int, exchange: Exchange) -> str:
    """Q1 and the question, as asked or as the kit has it."""
    text = exchange.matched_question.text if exchange.matched_question else exchange.question.text
    return tr("review.exchange", number=number, text=text)


def exchange_text(number: int, exchange: Exchange) -> str:
    """What the pointer says about an exchange."""
    line = exchange_label(number, exchange)
    if exchange.latency_s is not None:
        line += "\n" + tr("review.exchange_latency", seconds=f"{exchange.latency_s:.1f}")
    return line


def _bars(spans: Sequence[tuple[float, float]], area: QRectF, view: View, least: float) -> np.ndarray:
    """Rectangles over the height of an area for the visible spans, each at least `least` pixels wide."""
    if not spans:
        return np.empty((0, 4))
    times = np.array(spans, np.float64)
    times = times[(times[:, 1] >= view.start) & (times[:, 0] <= view.end)]
    left = np.clip(view.xs(times[:, 0]), area.left(), area.right())
    right = np.clip(view.xs(times[:, 1]), area.left(), area.right())
    size = np.full(len(times), area.height())
    return np.column_stack((left, np.full(len(times), area.top()), np.maximum(right - left, least), size))


def event_text(event: Event) -> str:
    """What the pointer and the table say about an event: what, how long or which word, and when."""
    key = f"review.event_{event.kind}"
    name = tr(key) if has(key) else event_name(event.kind)
    detail = event.text or f"{event.end - event.start:.1f} s"
    return f"{name} · {detail} · {timecode(event.start)}"


def event_name(kind: str) -> str:
    """The name of a kind of event; optional rooms bring texts of their own."""
    for room in ("review", "expression_ui"):
        key = f"{room}.event_{kind}"
        if has(key):
            return tr(key)
    return kind


class BarLane(Lane):
    """Events as bars of one colour; with `round_` as soft pills (smiles), else as blocks."""

    height = 22

    def __init__(
        self,
        key: str,
        title_key: str,
        events: Sequence[Event],
        token: str,
        *,
        round_: bool = False,
        folded: bool = False,
    ) -> None:
        super().__init__(key)
        self.title_key, self.token, self.round, self.folded_at_first = title_key, token, round_, folded
        self.events = tuple(events)
        self._marks: tuple[Mark, ...] | None = None

    def title(self) -> str:
        """The lane's name."""
        return tr(self.title_key)

    def marks(self) -> tuple[Mark, ...]:
        """One a event; the texts follow the language, so they are made when asked for."""
        return tuple(Mark(event.start, event.end, event_text(event)) for event in self.events)

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Only what is visible."""
        inset = area.height() * (0.28 if self.round else 0.2)
        row = area.adjusted(0, inset, 0, -inset)
        bars = _bars([(e.start, e.end) for e in self.events], row, view, 2.0 if not self.round else row.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self.token))
        if self.round and len(bars) < 400:
            for x, y, width, height in bars:
                painter.drawRoundedRect(QRectF(x, y, width, height), height / 2, height / 2)
        else:
            strokes.draw_rects(painter, bars)


class PauseLane(BarLane):
    """Pauses as grey blocks, fillers and repetitions as dots on the same row."""

    def __init__(self, pauses: Sequence[Event], fillers: Sequence[Event]) -> None:
        super().__init__("pauses", "review.lane_pauses", pauses, "series_7")
        self.fillers = tuple(fillers)

    def marks(self) -> tuple[Mark, ...]:
        """Pauses and fillers in time order."""
        both = sorted((*self.events, *self.fillers), key=lambda event: event.start)
        return tuple(Mark(event.start, event.end, event_text(event)) for event in both)

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Blocks, then dots over them, ringed in the panel's colour so that they stand out."""
        super().paint(painter, area, view)
        centre, radius = area.center().y(), theme.scaled(3)
        painter.setBrush(theme.color("series_5"))
        painter.setPen(QPen(theme.color("track_bg"), 1))
        for event in self.fillers:
            if view.shows(event.start, event.end):
                painter.drawEllipse(QPointF(view.x((event.start + event.end) / 2), centre), radius, radius)


class TermLane(BarLane):
    """Terms of the position and quantified results as labelled chips; only a tick where there is no room."""

    height = 26

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__("terms", "review.lane_terms", events, "series_5")

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Chips from left to right, never over each other."""
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(painter.font())
        row = area.adjusted(0, 3, 0, -3)
        free_from = area.left()
        for event in self.events:
            if not view.shows(event.start, event.end):
                continue
            x = max(area.left(), view.x(event.start))
            label = term_label(event)
            width = metrics.horizontalAdvance(label) + 10
            if x >= free_from and x + width <= area.right():
                self._chip(painter, QRectF(x, row.top(), width, row.height()), label, event.kind)
                free_from = x + width + 3
            else:
                painter.fillRect(QRectF(x, row.top() + 3, 2, row.height() - 6), theme.color(self._token(event.kind)))

    def _token(self, kind: str) -> str:
        return "series_2" if kind == "quantified_result" else "series_5"

    def _chip(self, painter: QPainter, area: QRectF, label: str, kind: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_soft"))
        painter.drawRoundedRect(area, 3, 3)
        painter.fillRect(QRectF(area.left(), area.bottom() - 2, area.width(), 2), theme.color(self._token(kind)))
        painter.setPen(theme.color("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)


def term_label(event: Event) -> str:
    """The term itself, without what the recogniser wrote instead of it ("负载均衡 ← 复载均衡")."""
    return event.text.split(" ← ")[0].strip() or event_name(event.kind)


class CommentLane(Lane):
    """The assessor's comments as flags and bookmarks as ribbons."""

    height = 26

    def __init__(self, comments: Callable[[], Sequence[Comment]]) -> None:
        super().__init__("comments")
        self.comments = comments

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_comments")

    def marks(self) -> tuple[Mark, ...]:
        """One a comment that has a time."""
        return tuple(
            Mark(c.time_s, c.time_s, c.text or tr("review.bookmark"), c.id)
            for c in self.comments()
            if c.time_s is not None
        )

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """A flag stands right of its time, so that its pole is the moment itself."""
        painter.setPen(Qt.PenStyle.NoPen)
        for comment in self.comments():
            if comment.time_s is not None and view.shows(comment.time_s, comment.time_s):
                shape = _ribbon if comment.bookmark else _flag
                painter.setBrush(theme.color("series_3" if comment.bookmark else "accent"))
                painter.drawPath(shape(view.x(comment.time_s), area))


def _flag(x: float, area: QRectF) -> QPainterPath:
    unit = area.height() / 26
    path = QPainterPath()
    top = area.top() + 5 * unit
    for point in ((0, 0), (13, 0), (13, 10), (6, 10), (0, 16)):
        target = QPointF(x + point[0] * unit, top + point[1] * unit)
        path.moveTo(target) if path.elementCount() == 0 else path.lineTo(target)
    path.closeSubpath()
    return path


def _ribbon(x: float, area: QRectF) -> QPainterPath:
    unit = area.height() / 26
    path = QPainterPath()
    top = area.top() + 4 * unit
    for point in ((-5, 0), (5, 0), (5, 17), (0, 12), (-5, 17)):
        target = QPointF(x + point[0] * unit, top + point[1] * unit)
        path.moveTo(target) if path.elementCount() == 0 else path.lineTo(target)
    path.closeSubpath()
    return path
