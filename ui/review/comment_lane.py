"""The lane of the assessor's own comments and bookmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from app.domain.types import Comment
from app.text import tr
from app.told import here
from ui import theme
from ui.review.event_index import EventIndex
from ui.review.lane import Mark, MarkedLane, Sample, View

NEAR_S = 0.5
"""The crosshair tells a comment that is so near: a comment is at one moment only."""
MOST_LETTERS = 24
COMMENT, BOOKMARK = "accent", "series_3"
FLAG = ((0, 5), (13, 5), (13, 15), (6, 15), (0, 21))
RIBBON = ((-5, 4), (5, 4), (5, 21), (0, 16), (-5, 21))
"""Corners of the shapes in a lane of 24 pixels, from the moment and from the lane's top."""


class CommentLane(MarkedLane):
    """Comments as flags and bookmarks as ribbons. `comments` gives them as they are now."""

    height = 28

    def __init__(self, comments: Callable[[], Sequence[Comment]]) -> None:
        super().__init__("comments")
        self.comments = comments
        self._read: Sequence[Comment] = ()
        self._timed: list[tuple[float, Comment]] = []

    def title(self) -> str:
        """The lane's name."""
        return tr("review.lane_comments")

    @property
    def index(self) -> EventIndex:
        """The comments that have a time; made anew when they have changed."""
        now = self.comments()
        if now is not self._read:
            self._read = now
            timed = [(comment.time_s, comment) for comment in now if comment.time_s is not None]
            self._timed = sorted(timed, key=lambda each: each[0])
            self._index = EventIndex((time_s, comment.end_s or time_s) for time_s, comment in self._timed)
        return self._index

    def mark(self, place: int) -> Mark:
        time_s, comment = self._timed[place]
        return Mark(time_s, comment.end_s or time_s, here(comment).text or tr("review.bookmark"), comment.id)

    def value_text(self, time_s: float) -> str:
        """The comment at a moment, its beginning only."""
        place = self.index.at(time_s, NEAR_S)
        if place is None:
            return ""
        said = " ".join(self.mark(place).text.split())
        return said if len(said) <= MOST_LETTERS else f"{said[:MOST_LETTERS]}…"

    def legend(self) -> tuple[Sample, ...]:
        """Flag and ribbon."""
        return (
            Sample(tr("review.legend_comment"), lambda painter, area: _draw(painter, area, bookmark=False)),
            Sample(tr("review.bookmark"), lambda painter, area: _draw(painter, area, bookmark=True)),
        )

    def paint(self, painter: QPainter, area: QRectF, view: View) -> None:
        """A flag stands right of its time, so that its pole is the moment itself; a bar shows how far it reaches."""
        high = min(area.height(), theme.scaled(24))
        top = area.center().y() - high / 2
        for place in self.index.within(view.start - grace_s(view), view.end).tolist():
            time_s, comment = self._timed[place]
            if comment.end_s is not None:
                _reach(painter, view.x(time_s), view.x(comment.end_s), top, high / 24, bookmark=comment.bookmark)
            _shape(painter, view.x(time_s), top, high / 24, bookmark=comment.bookmark)


def grace_s(view: View) -> float:
    """How long before the window (s) a flag begins that reaches into it."""
    return theme.scaled(14) * view.span / view.width


def _reach(painter: QPainter, left: float, right: float, top: float, unit: float, *, bookmark: bool) -> None:
    bar = QRectF(left, top + 20 * unit, max(2.0, right - left), 3 * unit)
    painter.fillRect(bar, theme.color(BOOKMARK if bookmark else COMMENT))


def _shape(painter: QPainter, x: float, top: float, unit: float, *, bookmark: bool) -> None:
    path = QPainterPath()
    for place, (right, down) in enumerate(RIBBON if bookmark else FLAG):
        corner = QPointF(x + right * unit, top + down * unit)
        path.lineTo(corner) if place else path.moveTo(corner)
    path.closeSubpath()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(BOOKMARK if bookmark else COMMENT))
    painter.drawPath(path)


def _draw(painter: QPainter, area: QRectF, *, bookmark: bool) -> None:
    """A sample for the legend: the shape without the room around it."""
    unit = area.height() / 18
    left = area.center().x() - (0 if bookmark else 6 * unit)
    _shape(painter, left, area.top() - 4 * unit, unit, bookmark=bookmark)
