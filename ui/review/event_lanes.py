"""Lanes of things that happen at a time: questions, turns, pauses and fillers, terms, comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from analysis.document import Event, Exchange, Role, Turn
from app.domain.types import Comment
from app.text import has, timecode, tr
from ui import theme
from ui.review import strokes
from ui.review.lane import Lane, Mark, View

Doubles = NDArray[np.float64]
LEAST_LABEL = 36
"""Pixels that a block must have to be labelled."""
CROWDED = 150
"""More dots than this are drawn as squares, in one call."""
ROLE_TOKENS = {Role.INTERVIEWER: "series_7", Role.CANDIDATE: "series_1", Role.OTHER: "series_5"}
"""Whose voice it is, by colour; names stand beside it in the transcript."""


class ExchangeLane(Lane):
    """Questions and answers as blocks Q1, Q2 …, with the turns of the speakers as a stripe below.

    `named` says what a speaker is called now, in the window's language.
    """

    height = 32

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        turns: Sequence[Turn],
        roles: Mapping[str, Role],
        named: Callable[[str], str] = str,
    ) -> None:
        super().__init__("exchanges")
        self.exchanges = tuple(exchanges)
        self.turns, self._named = tuple(turns), named
        self._spoken = _spans([(turn.start, turn.end) for turn in turns])
        self.chosen: int | None = None
        self._questions = _spans([(e.question.start, e.answer.start) for e in exchanges])
        self._answers = _spans([(e.answer.start, e.answer.end) for e in exchanges])
        self._turns = {
            role: _spans([(t.start, t.end) for t in turns if roles.get(t.speaker, Role.OTHER) is role])
            for role in ROLE_TOKENS
        }

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_exchanges")

    def value_text(self, time_s: float) -> str:
        """Who speaks at a time, several where they talk over each other."""
        now = np.flatnonzero((self._spoken[:, 0] <= time_s) & (self._spoken[:, 1] >= time_s))
        speaking = dict.fromkeys(self.turns[place].speaker for place in now)
        return tr("review.comma").join(self._named(speaker) for speaker in speaking)

    def marks(self) -> tuple[Mark, ...]:
        """One mark a question with its answer."""
        return tuple(
            Mark(e.question.start, max(e.answer.end, e.question.end), exchange_text(number, e), str(number - 1))
            for number, e in enumerate(self.exchanges, 1)
        )

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Blocks above, stripe below."""
        stripe = theme.scaled(5)
        blocks = QRectF(area.left(), area.top(), area.width(), area.height() - stripe - 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("hatch"))
        strokes.draw_rects(painter, _bars(self._questions, blocks, view, 0.0))
        painter.setBrush(theme.color("accent_soft"))
        answers = _bars(self._answers, blocks, view, 0.0)
        answers[:, 2] -= 1
        strokes.draw_rects(painter, answers)
        below = QRectF(area.left(), blocks.bottom() + 3, area.width(), stripe)
        for role, token in ROLE_TOKENS.items():
            painter.setBrush(theme.color(token))
            strokes.draw_rects(painter, _bars(self._turns[role], below, view, 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._labels(painter, blocks, view)
        self._outline(painter, blocks, view)

    def _outline(self, painter: QPainter, area: QRectF, view: View) -> None:
        """A frame around the question that is being looked at."""
        if self.chosen is None or self.chosen >= len(self.exchanges):
            return
        exchange = self.exchanges[self.chosen]
        left, right = view.x(exchange.question.start), view.x(exchange.answer.end)
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(left, area.top() + 1, right - left - 1, area.height() - 2))

    def _labels(self, painter: QPainter, area: QRectF, view: View) -> None:
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(painter.font())
        if not self.exchanges:
            return
        left = np.maximum(area.left(), view.xs(self._questions[:, 0]))
        right = np.minimum(area.right(), view.xs(self._answers[:, 1]))
        for index in np.flatnonzero(right - left > LEAST_LABEL):
            room = float(right[index] - left[index]) - 12
            label = exchange_label(int(index) + 1, self.exchanges[index])
            text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                QRectF(float(left[index]) + 7, area.top(), room, area.height()), Qt.AlignmentFlag.AlignVCenter, text
            )


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


def _spans(spans: Sequence[tuple[float, float]]) -> Doubles:
    """Starts and ends as (n, 2)."""
    return np.array(spans, np.float64).reshape(-1, 2)


def _bars(times: Doubles, area: QRectF, view: View, least: float) -> Doubles:
    """Rectangles over the height of an area for the visible spans, each at least `least` pixels wide."""
    times = times[(times[:, 1] >= view.start) & (times[:, 0] <= view.end)]
    left = np.clip(view.xs(times[:, 0]), area.left(), area.right())
    right = np.clip(view.xs(times[:, 1]), area.left(), area.right())
    size = np.full(len(times), area.height())
    return np.column_stack((left, np.full(len(times), area.top()), np.maximum(right - left, least), size))


def event_text(event: Event) -> str:
    """What the pointer and the table say about an event: what, how long or which word, and when."""
    length = "" if event.text and event.kind != "pause" else f"{event.end - event.start:.1f} s"
    parts = (event_name(event.kind), event_detail(event), length, timecode(event.start))
    return " · ".join(part for part in parts if part)


def event_detail(event: Event) -> str:
    """An event's own words; where they are a code of the analysis (a part of an answer, a kind of pause), its name."""
    key = f"review.{event.kind}_{event.text}"
    return tr(key) if event.text and has(key) else event.text


def event_name(kind: str) -> str:
    """The name of a kind of event; optional rooms bring texts of their own."""
    for room in ("review", "expression_ui"):
        key = f"{room}.event_{kind}"
        if has(key):
            return tr(key)
    return kind


class BarLane(Lane):
    """Events as bars of one colour; with `round_` as soft pills, else as blocks."""

    height = 20

    def __init__(
        self,
        key: str,
        title_key: str,
        events: Sequence[Event],
        token: str,
        *,
        round_: bool = False,
    ) -> None:
        super().__init__(key)
        self.title_key, self.token, self.round = title_key, token, round_
        self.events = tuple(events)
        self.spans = _spans([(event.start, event.end) for event in events])

    def title(self) -> str:
        """The lane's name."""
        return tr(self.title_key)

    def mark_at(self, view: View, x: float) -> Mark | None:
        """The mark under a pixel; only what is near is put into words."""
        grace = 4 * view.span / view.width
        near = [e for e in self._all() if e.start - grace <= view.time(x) <= e.end + grace]
        event = min(near, key=lambda each: each.end - each.start, default=None)
        return Mark(event.start, event.end, event_text(event)) if event else None

    def _all(self) -> tuple[Event, ...]:
        return self.events

    def marks(self) -> tuple[Mark, ...]:
        """One a event; the texts follow the language, so they are made when asked for."""
        return tuple(Mark(event.start, event.end, event_text(event)) for event in self._all())

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Only what is visible."""
        inset = area.height() * (0.28 if self.round else 0.2)
        row = area.adjusted(0, inset, 0, -inset)
        bars = _bars(self.spans, row, view, 2.0 if not self.round else row.height())
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
        self._middles = _spans([(event.start, event.end) for event in fillers]).mean(axis=1)

    def _all(self) -> tuple[Event, ...]:
        """Pauses and fillers in time order."""
        return tuple(sorted((*self.events, *self.fillers), key=lambda event: event.start))

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Blocks, then dots over them, ringed in the ground's colour so that they stand out."""
        super().paint(painter, area, view)
        centre, radius = area.center().y(), theme.scaled(3)
        x = view.xs(self._middles[(self._middles >= view.start) & (self._middles <= view.end)])
        # Dots closer than two pixels would only hide each other.
        x = np.unique(np.round(x / 2)) * 2
        painter.setBrush(theme.color("series_5"))
        if len(x) > CROWDED:
            painter.setPen(Qt.PenStyle.NoPen)
            size = np.full_like(x, 3.0)
            strokes.draw_rects(painter, np.column_stack((x - 1.5, np.full_like(x, centre - 1.5), size, size)))
            return
        painter.setPen(QPen(theme.color("track_bg"), 1))
        for place in x:
            painter.drawEllipse(QPointF(float(place), centre), radius, radius)


class ChipLane(BarLane):
    """Events as labelled chips, their kinds told apart by a line of colour; only a tick where there is no room."""

    height = 24

    def __init__(self, key: str, title_key: str, events: Sequence[Event], tokens: Mapping[str, str], rest: str) -> None:
        super().__init__(key, title_key, events, rest)
        self.tokens = tokens

    def label(self, event: Event) -> str:
        """What stands on a chip."""
        return event_detail(event) or event_name(event.kind)

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Chips from left to right, never over each other; ticks below them where there is no room."""
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(painter.font())
        row = area.adjusted(0, 3, 0, -3)
        shown = np.flatnonzero((self.spans[:, 1] >= view.start) & (self.spans[:, 0] <= view.end))
        places = np.maximum(area.left(), view.xs(self.spans[shown, 0]))
        chips, ticks = self._laid_out(metrics, shown, places, area)
        painter.setPen(Qt.PenStyle.NoPen)
        for kind in dict.fromkeys(self.events[index].kind for index, _ in ticks):
            x = np.array([place for index, place in ticks if self.events[index].kind == kind])
            painter.setBrush(theme.color(self._token(kind)))
            size = np.full_like(x, row.height() - 6)
            strokes.draw_rects(painter, np.column_stack((x, np.full_like(x, row.top() + 3), np.full_like(x, 2), size)))
        for left, width, index in chips:
            event = self.events[index]
            self._chip(painter, QRectF(left, row.top(), width, row.height()), self.label(event), event.kind)

    def _laid_out(
        self, metrics: QFontMetricsF, shown: NDArray[np.intp], places: Doubles, area: QRectF
    ) -> tuple[list[tuple[float, float, int]], list[tuple[int, float]]]:
        """Chips as (left, width, event) and ticks as (event, left)."""
        chips: list[tuple[float, float, int]] = []
        ticks: list[tuple[int, float]] = []
        free_from = area.left()
        for index, place in zip(shown.tolist(), places.tolist(), strict=True):
            width = 0.0
            if place >= free_from:
                width = metrics.horizontalAdvance(self.label(self.events[index])) + 10
            if width and place + width <= area.right():
                chips.append((place, width, index))
                free_from = place + width + 3
            else:
                ticks.append((index, place))
        return chips, ticks

    def _token(self, kind: str) -> str:
        return self.tokens.get(kind, self.token)

    def _chip(self, painter: QPainter, area: QRectF, label: str, kind: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_soft"))
        painter.drawRoundedRect(area, 3, 3)
        painter.fillRect(QRectF(area.left(), area.bottom() - 2, area.width(), 2), theme.color(self._token(kind)))
        painter.setPen(theme.color("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, label)


class TermLane(ChipLane):
    """Terms of the position and quantified results."""

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__("terms", "review.lane_terms", events, {"quantified_result": "series_2"}, "series_5")

    def label(self, event: Event) -> str:
        """The term itself, without what the recogniser wrote instead of it ("负载均衡 ← 复载均衡")."""
        return event.text.split(" ← ")[0].strip() or event_name(event.kind)


class StructureLane(ChipLane):
    """Parts of an answer as suggestions (situation, task …) and the words that join its thoughts; folded at first."""

    folded_at_first = True

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__("structure", "review.lane_structure", events, {"structure": "series_6"}, "series_7")


class OtherLane(ChipLane):
    """What no other lane shows, by its name; folded at first."""

    folded_at_first = True

    def __init__(self, events: Sequence[Event]) -> None:
        super().__init__("others", "review.lane_others", events, {}, "series_7")

    def label(self, event: Event) -> str:
        """The name of what happened."""
        return event_name(event.kind)


class CommentLane(Lane):
    """The assessor's comments as flags and bookmarks as ribbons."""

    height = 24

    def __init__(self, comments: Callable[[], Sequence[Comment]]) -> None:
        super().__init__("comments")
        self.comments = comments

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_comments")

    def marks(self) -> tuple[Mark, ...]:
        """One a comment that has a time."""
        return tuple(
            Mark(c.time_s, c.time_s if c.end_s is None else c.end_s, c.text or tr("review.bookmark"), c.id)
            for c in self.comments()
            if c.time_s is not None
        )

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """A flag stands right of its time, so that its pole is the moment itself; a bar shows how far it reaches."""
        painter.setPen(Qt.PenStyle.NoPen)
        for comment in self.comments():
            if comment.time_s is not None and view.shows(comment.time_s, comment.end_s or comment.time_s):
                shape = _ribbon if comment.bookmark else _flag
                painter.setBrush(theme.color("series_3" if comment.bookmark else "accent"))
                if comment.end_s is not None:
                    painter.drawRect(_reach(view.x(comment.time_s), view.x(comment.end_s), area))
                painter.drawPath(shape(view.x(comment.time_s), area))


def _reach(left: float, right: float, area: QRectF) -> QRectF:
    unit = area.height() / 24
    return QRectF(left, area.bottom() - 4 * unit, max(2.0, right - left), 3 * unit)


def _flag(x: float, area: QRectF) -> QPainterPath:
    unit = area.height() / 24
    path = QPainterPath()
    top = area.top() + 5 * unit
    for point in ((0, 0), (13, 0), (13, 10), (6, 10), (0, 16)):
        target = QPointF(x + point[0] * unit, top + point[1] * unit)
        path.moveTo(target) if path.elementCount() == 0 else path.lineTo(target)
    path.closeSubpath()
    return path


def _ribbon(x: float, area: QRectF) -> QPainterPath:
    unit = area.height() / 24
    path = QPainterPath()
    top = area.top() + 4 * unit
    for point in ((-5, 0), (5, 0), (5, 17), (0, 12), (-5, 17)):
        target = QPointF(x + point[0] * unit, top + point[1] * unit)
        path.moveTo(target) if path.elementCount() == 0 else path.lineTo(target)
    path.closeSubpath()
    return path
