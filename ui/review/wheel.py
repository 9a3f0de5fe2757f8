"""The timeline under a wheel, a trackpad, and two fingers that pinch.

A wheel zooms where the mouse is. A trackpad moves what is shown, in both directions, as everywhere else; with Ctrl, or
by pinching, it zooms too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QWheelEvent

from ui.review import timeline_paint

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

ZOOM_STEP = 1.25
"""A click of the wheel shows so much less time."""
CLICK = 120
"""What Qt counts for a click of a wheel."""
PIXELS_A_CLICK = 60
"""How far a trackpad moves that counts in clicks only."""
LEAST_PINCH = 0.2


def wheel(timeline: Timeline, event: QWheelEvent) -> bool:
    """Zoom or move; False where the lanes are to be scrolled as in any list: a wheel over the titles."""
    turned, at = event.angleDelta(), event.position()
    held = event.modifiers()
    beside = at.x() < timeline.view().left and at.y() > timeline_paint.head_height()
    if held & Qt.KeyboardModifier.ControlModifier:
        _zoom(timeline, turned.y() or turned.x(), at)
    elif is_trackpad(event):
        _move(timeline, _pixels(event), held)
    elif beside:
        return False
    elif held & Qt.KeyboardModifier.ShiftModifier or abs(turned.x()) > abs(turned.y()):
        timeline.show_window(timeline.start - (turned.x() or turned.y()) / CLICK * timeline.span * 0.1, timeline.span)
    else:
        _zoom(timeline, turned.y(), at)
    return True


def is_trackpad(event: QWheelEvent) -> bool:
    """Whether fingers moved, not a wheel: only they begin and end, and have pixels of their own."""
    pad = event.deviceType() is QInputDevice.DeviceType.TouchPad
    return pad or (event.phase() is not Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull())


def pinch(timeline: Timeline, event: QNativeGestureEvent) -> bool:
    """Zoom by as much as the fingers spread; False for any other gesture."""
    if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
        return False
    event.accept()
    timeline.zoom(1 / max(LEAST_PINCH, 1 + event.value()), timeline.view().time(event.position().x()))
    return True


def _zoom(timeline: Timeline, turned: int, at: QPointF) -> None:
    timeline.zoom(ZOOM_STEP ** (-turned / CLICK), timeline.view().time(at.x()))


def _pixels(event: QWheelEvent) -> QPoint:
    return event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() * PIXELS_A_CLICK / CLICK


def _move(timeline: Timeline, pixels: QPoint, held: Qt.KeyboardModifier) -> None:
    """Time goes along, lanes go up and down; with Shift what goes up and down goes along."""
    along, down = pixels.x(), pixels.y()
    if held & Qt.KeyboardModifier.ShiftModifier:
        along, down = along or down, 0
    view, bar = timeline.view(), timeline.verticalScrollBar()
    timeline.show_window(timeline.start - along * view.span / view.width, timeline.span)
    bar.setValue(bar.value() - down)
