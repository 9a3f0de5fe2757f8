"""The lane of questions and answers, with the turns of the speakers below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from analysis.document import Exchange, Role, Turn
from app.text import timecode, tr
from ui import theme
from ui.review import strokes
from ui.review.bar_lanes import merged
from ui.review.event_index import EventIndex
from ui.review.lane import NO_GAPS, Gaps, Lane, Mark, Sample, View, grace, stretches, tint

Doubles = NDArray[np.float64]
LEAST_LABEL = 36
"""Pixels that a block must have to be labelled."""
ROLE_TOKENS = {Role.INTERVIEWER: "series_7", Role.CANDIDATE: "series_1", Role.OTHER: "series_5"}
"""Whose voice it is, by colour; names stand beside it in the transcript."""
ROLE_KEYS = {Role.INTERVIEWER: "review.role_interviewer", Role.CANDIDATE: "review.role_candidate",
             Role.OTHER: "review.role_other"}  # fmt: skip
TURNS_PX, TURNS_SHARE = 12, 0.4
"""Height of the turns, in pixels before scaling and at most as a share of the lane."""


class ExchangeLane(Lane):
    """Questions and answers as blocks Q1, Q2 …; below them a row for each role with its turns, so that more than the
    colour tells whose they are.

    `named` says what a speaker is called now, in the window's language.
    """

    height = 42

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        turns: Sequence[Turn],
        roles: Mapping[str, Role],
        named: Callable[[str], str] = str,
        gaps: Gaps = NO_GAPS,
    ) -> None:
        super().__init__("exchanges")
        self.exchanges = tuple(exchanges)
        self.turns, self._named, self.gaps = tuple(sorted(turns, key=lambda turn: turn.start)), named, gaps
        self.chosen: int | None = None
        self._spoken = EventIndex((turn.start, turn.end) for turn in self.turns)
        self._whole = EventIndex((e.question.start, max(e.answer.end, e.question.end)) for e in exchanges)
        self._questions = EventIndex((e.question.start, e.answer.start) for e in exchanges)
        self._answers = EventIndex((e.answer.start, e.answer.end) for e in exchanges)
        by_role = {role: [t for t in self.turns if roles.get(t.speaker, Role.OTHER) is role] for role in ROLE_TOKENS}
        self._turns = {role: EventIndex((t.start, t.end) for t in own) for role, own in by_role.items() if own}

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_exchanges")

    def legend(self) -> tuple[Sample, ...]:
        """The roles, each with its row."""
        return tuple(Sample(tr(ROLE_KEYS[role]), partial(self._sample, role)) for role in self._turns)

    def _sample(self, role: Role, painter: QPainter, area: QRectF) -> None:
        for each, row in self._rows(area):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(ROLE_TOKENS[role]) if each is role else tint("hatch", 120))
            painter.drawRect(row)

    def value_text(self, time_s: float) -> str:
        """The question, and who speaks at a time, several where they talk over each other."""
        place = self._whole.at(time_s)
        question = [] if place is None else [tr("review.exchange_number", number=place + 1)]
        speaking = dict.fromkeys(self.turns[turn].speaker for turn in self._spoken.within(time_s, time_s))
        names = tr("review.comma").join(self._named(speaker) for speaker in speaking)
        return " · ".join([*question, *([names] if names else [])])

    def marks(self) -> tuple[Mark, ...]:
        """One mark a question with its answer, one a turn."""
        questions = [self._question(place) for place in range(len(self.exchanges))]
        return tuple(sorted((*questions, *map(self._turn, range(len(self.turns)))), key=lambda mark: mark.start))

    def mark_at(self, view: View, x: float, level: float = 0.0) -> Mark | None:
        """The turn under a pixel among the turns, the question among the questions."""
        time_s, near = view.time(x), grace(view)
        if level > 1 - TURNS_SHARE and (turn := self._spoken.at(time_s, near)) is not None:
            return self._turn(turn)
        place = self._whole.at(time_s, near)
        return None if place is None else self._question(place)

    def beside(self, time_s: float, direction: int) -> float | None:
        """The next beginning of a question or a turn."""
        found = [(index, index.beside(time_s, direction)) for index in (self._whole, self._spoken)]
        starts = [float(index.starts[place]) for index, place in found if place is not None]
        return (min if direction > 0 else max)(starts, default=None)

    def _question(self, place: int) -> Mark:
        start, end = self._whole.spans[place].tolist()
        return Mark(start, end, exchange_text(place + 1, self.exchanges[place]), str(place))

    def _turn(self, place: int) -> Mark:
        turn = self.turns[place]
        length = tr("review.seconds", seconds=f"{turn.end - turn.start:.1f}")
        return Mark(turn.start, turn.end, f"{self._named(turn.speaker)} · {length} · {timecode(turn.start)}")

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """Blocks above, turns below."""
        high = min(theme.scaled(TURNS_PX), area.height() * TURNS_SHARE)
        blocks = QRectF(area.left(), area.top(), area.width(), area.height() - high - 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for index, ground, edge in ((self._questions, "hatch", "series_7"), (self._answers, "accent_soft", "accent")):
            painter.setPen(QPen(theme.color(edge), 1))
            painter.setBrush(theme.color(ground))
            rects = stretches(index, blocks, view)
            strokes.draw_rects(painter, rects - np.array([0.0, 0.0, 1.0, 1.0]))
        painter.setPen(Qt.PenStyle.NoPen)
        for role, row in self._rows(QRectF(area.left(), blocks.bottom() + 3, area.width(), high)):
            painter.setBrush(theme.color(ROLE_TOKENS[role]))
            strokes.draw_rects(painter, merged(stretches(self._turns[role], row, view, 1.0)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._outline(painter, blocks, view)
        self._labels(painter, blocks, view)

    def _rows(self, area: QRectF) -> list[tuple[Role, QRectF]]:
        """A row for each role that speaks, one below the other."""
        if not self._turns:
            return []
        high = area.height() / len(self._turns)
        return [
            (role, QRectF(area.left(), area.top() + place * high, area.width(), max(1.0, high - 1)))
            for place, role in enumerate(self._turns)
        ]

    def _outline(self, painter: QPainter, area: QRectF, view: View) -> None:
        """The question that is being looked at."""
        if self.chosen is None or self.chosen >= len(self.exchanges):
            return
        exchange = self.exchanges[self.chosen]
        left, right = view.x(exchange.question.start), view.x(exchange.answer.end)
        painter.setPen(QPen(theme.color("accent"), 2))
        painter.setBrush(tint("accent", 60))
        painter.drawRect(QRectF(left + 1, area.top() + 1, right - left - 2, area.height() - 2))

    def _labels(self, painter: QPainter, area: QRectF, view: View) -> None:
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text"))
        metrics = QFontMetricsF(painter.font())
        shown = self._whole.within(view.start, view.end)
        left = np.maximum(area.left(), view.xs(self._questions.starts[shown]))
        right = np.minimum(area.right(), view.xs(self._answers.ends[shown]))
        for place in np.flatnonzero(right - left > LEAST_LABEL).tolist():
            index = int(shown[place])
            room = float(right[place] - left[place]) - 12
            label = exchange_label(index + 1, self.exchanges[index])
            text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                QRectF(float(left[place]) + 7, area.top(), room, area.height()), Qt.AlignmentFlag.AlignVCenter, text
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
