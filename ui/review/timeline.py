"""The timeline: everything that was heard and seen, lane by lane, under one playhead.

The lanes are painted into one picture that holds until the window of time, the size, the theme or the lanes change;
playhead and crosshair are drawn over it, so that playing and pointing cost one copy a frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from app.text import tr
from ui import language, theme
from ui.review import crosshair, lane_help, timeline_paint, wheel
from ui.review.lane import Lane, Mark, View
from ui.review.lane_drag import LaneDrag
from ui.review.lane_layout import LaneLayout
from ui.review.overview import Grip, Overview
from ui.review.region import Region, RegionMouse
from ui.review.timeline_paint import Row
from ui.review.wheel import ZOOM_STEP

LEAST_SPAN_S = 1.0
CLICK_PX = 4
HEIGHT_STEP = 6
ZOOM_KEYS = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus)
"""Plus needs Shift on many keyboards."""
"""Pixels before scaling that a lane grows at a key."""


class Timeline(QAbstractScrollArea):
    """Shows lanes over a window of time. Times are seconds on the document's clock.

    `markChosen` has the key of a lane and the id of the mark on it that was clicked; `arranged` the new `LaneLayout`.
    """

    seekAsked = Signal(float)
    markChosen = Signal(str, str)
    loopAsked = Signal(float, float)
    arranged = Signal(object)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes: tuple[Lane, ...] = ()
        self.arrangement = LaneLayout()
        self.overview = Overview(None, 1.0, 0.0)
        self.duration = 0.0
        self.start, self.span = 0.0, 1.0
        self.playhead = 0.0
        self.loop: tuple[float, float] | None = None
        self.hits: NDArray[np.float64] = np.empty(0)
        self.hover: QPointF | None = None
        self.values_shown = False
        self.current = ""
        self.drag = LaneDrag(self)
        self._picture: QPixmap | None = None
        self._frame: QPixmap | None = None
        self._outdated = False
        self._rows: list[Row] | None = None
        self._press: _Press | None = None
        self.region = Region(self)
        self._region_mouse = RegionMouse(self)
        self.region.changed.connect(self.viewport().update)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._restyle)
        language.on_change(self, self._rename)

    # What is shown

    def show_lanes(self, lanes: Sequence[Lane], overview: Overview, arrangement: LaneLayout | None = None) -> None:
        """Show these lanes over the whole recording, arranged so, else as they are. The lane that the keys have chosen
        stays chosen."""
        self.arrangement = (arrangement or self.arrangement).met(lanes)
        self.lanes, self.overview, self.duration = self.arrangement.arranged(lanes), overview, overview.duration
        self.region.within(self.duration)
        self.start, self.span = 0.0, max(LEAST_SPAN_S, self.duration)
        self._arrange()

    def set_playhead(self, time_s: float, *, follow: bool = False) -> None:
        """Move the playhead; with `follow` the window turns a page when the playhead leaves it."""
        self.playhead = time_s
        if follow and self._press is None and not self.start <= time_s <= self.start + self.span:
            self.show_window(time_s - self.span * 0.05, self.span)
        self.viewport().update()

    def set_loop(self, loop: tuple[float, float] | None) -> None:
        """Shade the stretch that is played again and again."""
        self.loop = loop
        self.viewport().update()

    def set_hits(self, times: Sequence[float]) -> None:
        """Mark the moments (s) that a search found."""
        self.hits = np.array(times, np.float64)
        self.refresh()

    def show_values(self) -> None:
        """Show the values of all lanes at the playhead, and say them; again: no more."""
        self.values_shown = not self.values_shown
        if self.values_shown:
            crosshair.say(self, crosshair.sentence(self, self.playhead))
        self.viewport().update()

    def show_window(self, start: float, span: float) -> None:
        """Show [start, start + span], kept inside the recording."""
        span = min(max(span, LEAST_SPAN_S), max(self.duration, LEAST_SPAN_S))
        start = min(max(0.0, start), max(0.0, self.duration - span))
        if (start, span) != (self.start, self.span):
            self.start, self.span = start, span
            self.refresh()

    def zoom(self, factor: float, around_s: float) -> None:
        """Show `factor` times as much time, keeping one moment where it is."""
        span = min(max(self.span * factor, LEAST_SPAN_S), max(self.duration, LEAST_SPAN_S))
        share = (around_s - self.start) / self.span
        self.show_window(around_s - share * span, span)

    def refresh(self) -> None:
        """Paint the lanes again, because what they show has changed."""
        self._outdated = True
        self.viewport().update()

    # Arrangement

    @property
    def folded(self) -> frozenset[str]:
        """The lanes that show only their titles."""
        return self.arrangement.folded

    def shown(self) -> tuple[Lane, ...]:
        """The lanes that are not hidden, from top to bottom."""
        return tuple(lane for lane in self.lanes if lane.key not in self.arrangement.hidden)

    def chosen_lane(self) -> Lane | None:
        """The lane that the keys are about; None where none is shown."""
        return next((lane for lane in self.shown() if lane.key == self.current), None)

    def arrange(self, arrangement: LaneLayout) -> None:
        """Arrange the lanes so, and say it."""
        self.try_arrangement(arrangement.met(self.lanes))
        self.arranged.emit(self.arrangement)

    def try_arrangement(self, arrangement: LaneLayout) -> None:
        """Show an arrangement without saying that it is meant."""
        self.arrangement = arrangement
        self.lanes = arrangement.arranged(self.lanes)
        self._arrange()

    def toggle(self, key: str) -> None:
        """Fold a lane to its title, or open it."""
        self.arrange(self.arrangement.with_fold(key))

    def hide_lane(self, key: str, *, hidden: bool = True) -> None:
        """Take a lane away, or bring it back to its place. The choice of the keys goes from it to the lane below, else
        to the one above."""
        keys = [lane.key for lane in self.shown()]
        if hidden and key == self.current and len(keys) > 1:
            place = keys.index(key)
            self.current = keys[place + 1 if place + 1 < len(keys) else place - 1]
        self.arrange(self.arrangement.with_hidden(key, hidden=hidden))

    def move_lane(self, key: str, step: int) -> None:
        """Put a lane `step` places down (negative: up) among those that are shown."""
        keys = [lane.key for lane in self.shown()]
        target = keys.index(key) + step
        if 0 <= target < len(keys):
            self.arrange(self.arrangement.moved(key, keys[target], below=step > 0))
            self._bring_into_sight()

    def size_lane(self, key: str, pixels: float) -> None:
        """Make an open lane higher by so many pixels before scaling (negative: lower)."""
        lane = next(lane for lane in self.lanes if lane.key == key)
        if key not in self.folded:
            self.arrange(self.arrangement.with_height(key, self.arrangement.height(lane) + pixels))
            self._bring_into_sight()

    # Geometry

    def view(self) -> View:
        """The visible window of time with its pixels."""
        gutter = theme.scaled(timeline_paint.GUTTER)
        width = self.viewport().width() - gutter - theme.scaled(timeline_paint.RIGHT)
        return View(self.start, self.span, float(gutter), float(max(10, width)))

    def overview_area(self) -> QRectF:
        """Where the strip of the whole recording is."""
        view = self.view()
        return QRectF(view.left, theme.scaled(8), view.width, theme.scaled(timeline_paint.OVERVIEW))

    def lanes_end(self) -> int:
        """The pixel below which no lane is painted."""
        return self.viewport().height() - theme.scaled(timeline_paint.FOOT)

    def rows(self) -> list[Row]:
        """The lanes with where they lie in the viewport, top to bottom, scrolled."""
        if self._rows is None:
            view, self._rows = self.view(), []
            top = timeline_paint.head_height() - self.verticalScrollBar().value()
            for lane in self.shown():
                height = self._height(lane)
                self._rows.append(Row(lane, QRectF(view.left, top, view.width, height), lane.key in self.folded))
                top += height + theme.scaled(timeline_paint.BETWEEN)
        return self._rows

    def row_at(self, at: QPointF) -> Row | None:
        """The row under a point of the viewport."""
        if at.y() < timeline_paint.head_height():
            return None
        return next((row for row in self.rows() if row.area.top() - 2 <= at.y() <= row.area.bottom() + 2), None)

    def mark_at(self, at: QPointF) -> Mark | None:
        """What can be pointed at under a point."""
        row = self.row_at(at)
        if row is None or row.folded:
            return None
        return row.lane.mark_at(self.view(), at.x(), (at.y() - row.area.top()) / row.area.height())

    def _height(self, lane: Lane) -> int:
        folded = lane.key in self.folded
        return theme.scaled(timeline_paint.FOLDED if folded else self.arrangement.height(lane))

    def _arrange(self) -> None:
        keys = [lane.key for lane in self.shown()]
        self.current = self.current if self.current in keys else "".join(keys[:1])
        room = self.viewport().height() - timeline_paint.head_height() - theme.scaled(timeline_paint.FOOT)
        gap = theme.scaled(timeline_paint.BETWEEN)
        content = sum(self._height(lane) + gap for lane in self.shown())
        bar = self.verticalScrollBar()
        bar.setPageStep(max(1, room))
        bar.setSingleStep(theme.scaled(30))
        bar.setRange(0, max(0, content - room))
        self._frame = self._rows = None
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(900, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(320), theme.scaled(150))

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._lanes_picture())
        timeline_paint.paint_over(painter, self)
        crosshair.paint(painter, self, self.overview_area().bottom() + 2, self.lanes_end())
        painter.end()

    def _lanes_picture(self) -> QPixmap:
        frame = self._frame_picture()
        if self._picture is None or self._picture.size() != frame.size():
            self._picture, self._outdated = QPixmap(frame.size()), True
        if self._outdated:
            self._outdated = False
            self._picture.setDevicePixelRatio(frame.devicePixelRatio())
            painter = QPainter(self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(0, 0, frame)
            timeline_paint.paint_lanes(painter, self)
            painter.end()
        return self._picture

    def _frame_picture(self) -> QPixmap:
        """Titles and overview: they stay while the window of time moves."""
        ratio = self.devicePixelRatioF()
        if self._frame is None or self._frame.devicePixelRatio() != ratio:
            self._outdated = True
            self._frame = QPixmap(self.viewport().size() * ratio)
            self._frame.setDevicePixelRatio(ratio)
            self._frame.fill(theme.color("panel"))
            painter = QPainter(self._frame)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            timeline_paint.paint_frame(painter, self)
            painter.end()
        return self._frame

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.resized.emit()

    def _restyle(self) -> None:
        self._arrange()

    def _scrolled(self) -> None:
        self._frame = self._rows = None
        self.refresh()

    def _rename(self) -> None:
        self.setAccessibleName(tr("review.timeline"))
        self.setAccessibleDescription(tr("review.timeline_help"))
        self._frame = None
        self.refresh()

    # Mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not wheel.wheel(self, event):
            super().wheelEvent(event)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Qt: two fingers on a trackpad, and a pointer that rests, come to the viewport."""
        if isinstance(event, QNativeGestureEvent) and wheel.pinch(self, event):
            return True
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            return lane_help.show_tip(self, event) or super().viewportEvent(event)
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        if self.drag.press(at):
            return
        strip = self.overview_area()
        if strip.adjusted(-8, -8, 8, 4).contains(at):
            grip = self.overview.grip(strip, self.start, self.span, at)
            if grip is None:
                self.show_window(self.overview.whole(strip).time(at.x()) - self.span / 2, self.span)
                grip = Grip.BODY
            self._press = _Press(at, self.start, self.span, grip)
        else:
            self._press = _Press(at, self.start, self.span, None)
            self._region_mouse.press(at, shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hover = event.position()
        press = self._press
        if not self.drag.move(self.hover) and press is not None:
            press.moved = press.moved or (self.hover - press.at).manhattanLength() > CLICK_PX
            if press.grip is not None:
                self._drag_overview(press, self.hover.x())
            elif press.moved and self._region_mouse.drag(self.hover.x()):
                pass
            elif press.moved and press.at.x() >= self.view().left:
                shift = (self.hover.x() - press.at.x()) / self.view().width * press.span
                self.show_window(press.start - shift, press.span)
        self._point()
        self.viewport().update()

    def _drag_overview(self, press: _Press, x: float) -> None:
        strip = self.overview_area()
        shift = (x - press.at.x()) / strip.width() * self.duration
        end = press.start + press.span
        if press.grip is Grip.BODY:
            self.show_window(press.start + shift, press.span)
        elif press.grip is Grip.LEFT:
            start = min(max(0.0, press.start + shift), end - LEAST_SPAN_S)
            self.show_window(start, end - start)
        else:
            self.show_window(press.start, min(self.duration, end + shift) - press.start)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        at = event.position()
        if self.drag.release() or press is None or press.moved or press.grip is not None:
            return
        if self._region_mouse.click(at.x()) or at.x() < self.view().left:
            return
        row = self.row_at(at)
        mark = self.mark_at(at)
        self.seekAsked.emit(mark.start if mark else self._inside(self.view().time(at.x())))
        if mark is not None and row is not None:
            self.markChosen.emit(row.lane.key, mark.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        mark = self.mark_at(event.position())
        if mark is not None and event.position().x() >= self.view().left:
            self.seekAsked.emit(mark.start)
            if mark.end - mark.start > 0.05:
                self.loopAsked.emit(mark.start, mark.end)

    def leaveEvent(self, _event: QEvent) -> None:
        self.hover = None
        self.viewport().update()

    def _point(self) -> None:
        at = self.hover or QPointF()
        shape = Qt.CursorShape.ArrowCursor
        if self.overview_area().contains(at):
            grip = self.overview.grip(self.overview_area(), self.start, self.span, at)
            shape = Qt.CursorShape.SizeHorCursor if grip in (Grip.LEFT, Grip.RIGHT) else Qt.CursorShape.OpenHandCursor
        elif (held := self.drag.cursor(at)) is not None:
            shape = held
        elif about := self._region_mouse.shape(at):
            shape = about
        elif self._press and self._press.moved:
            shape = Qt.CursorShape.ClosedHandCursor
        self.viewport().setCursor(shape)

    def _inside(self, time_s: float) -> float:
        return min(max(0.0, time_s), self.duration)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._by_key(event.key(), event.modifiers()):
            event.ignore()

    def _by_key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        actions = {
            Qt.Key.Key_Plus: lambda: self.zoom(1 / ZOOM_STEP, self._focus_time()),
            Qt.Key.Key_Equal: lambda: self.zoom(1 / ZOOM_STEP, self._focus_time()),
            Qt.Key.Key_Minus: lambda: self.zoom(ZOOM_STEP, self._focus_time()),
            Qt.Key.Key_PageUp: lambda: self.show_window(self.start - self.span * 0.9, self.span),
            Qt.Key.Key_PageDown: lambda: self.show_window(self.start + self.span * 0.9, self.span),
            Qt.Key.Key_Home: lambda: self.seekAsked.emit(0.0),
            Qt.Key.Key_End: lambda: self.seekAsked.emit(self.duration),
            Qt.Key.Key_Up: lambda: self._choose(-1),
            Qt.Key.Key_Down: lambda: self._choose(1),
            Qt.Key.Key_Return: lambda: self.toggle(self.current),
            Qt.Key.Key_Enter: lambda: self.toggle(self.current),
            Qt.Key.Key_F: lambda: self.toggle(self.current),
            Qt.Key.Key_H: self._hide,
        }
        if modifiers & Qt.KeyboardModifier.AltModifier:
            actions = {
                Qt.Key.Key_Up: lambda: self.move_lane(self.current, -1),
                Qt.Key.Key_Down: lambda: self.move_lane(self.current, 1),
                Qt.Key.Key_Plus: lambda: self.size_lane(self.current, HEIGHT_STEP),
                Qt.Key.Key_Equal: lambda: self.size_lane(self.current, HEIGHT_STEP),
                Qt.Key.Key_Minus: lambda: self.size_lane(self.current, -HEIGHT_STEP),
            }
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            actions = {each: run for each, run in actions.items() if each in ZOOM_KEYS}
        if control:
            actions = {
                Qt.Key.Key_Left: lambda: self._next_mark(-1),
                Qt.Key.Key_Right: lambda: self._next_mark(1),
            }
        if key == Qt.Key.Key_Escape:
            return self.drag.cancel()
        action = actions.get(Qt.Key(key)) if self.shown() else None
        if action is not None:
            action()
        return action is not None

    def _focus_time(self) -> float:
        visible = self.start <= self.playhead <= self.start + self.span
        return self.playhead if visible else self.start + self.span / 2

    def _hide(self) -> None:
        self.hide_lane(self.current)
        if self.shown():
            self._choose(0)

    def _choose(self, step: int) -> None:
        keys = [lane.key for lane in self.shown()]
        self.current = keys[min(max(0, keys.index(self.current) + step), len(keys) - 1)]
        self._bring_into_sight()
        if (lane := self.chosen_lane()) is not None:
            crosshair.say(self, crosshair.named_value(lane, self.playhead))

    def _bring_into_sight(self) -> None:
        area = next(row.area for row in self.rows() if row.lane.key == self.current)
        bar = self.verticalScrollBar()
        bottom = self.lanes_end()
        if area.top() < timeline_paint.head_height():
            bar.setValue(bar.value() - int(timeline_paint.head_height() - area.top()))
        elif area.bottom() > bottom:
            bar.setValue(bar.value() + int(area.bottom() - bottom))
        self.viewport().update()

    def _next_mark(self, direction: int) -> None:
        lane = self.chosen_lane()
        time_s = lane.beside(self.playhead, direction) if lane else None
        if lane is not None and time_s is not None:
            self.seekAsked.emit(time_s)
            crosshair.say(self, crosshair.reached(lane, time_s))
        elif lane is not None:
            crosshair.say(self, tr("review.no_further_mark", lane=lane.title()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setAccessibleDescription(tr("review.timeline_help"))
        self.viewport().update()

    def point(self, lane_key: str, time_s: float) -> QPoint:
        """The pixel of a time on a lane: for tests and for pop-ups that belong to a moment."""
        row = next(row for row in self.rows() if row.lane.key == lane_key)
        return QPointF(self.view().x(time_s), row.area.center().y()).toPoint()


class _Press:
    """A mouse button held down: where it began, and the window at that moment."""

    def __init__(self, at: QPointF, start: float, span: float, grip: Grip | None) -> None:
        self.at, self.start, self.span, self.grip = at, start, span, grip
        self.moved = False
