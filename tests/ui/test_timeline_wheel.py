"""Wheel, trackpad and pinch on the timeline, by the events that Qt sends for them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.ui import review_data
from ui.review.lane_list import lanes_of, overview_of
from ui.review.timeline import Timeline

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
STILL = QPoint()
Phase, Gesture = Qt.ScrollPhase, Qt.NativeGestureType


@pytest.fixture
def timeline(qtbot):
    recording = review_data.recording(60.0)
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1100, 300)
    timeline.show_lanes(lanes_of(recording, tuple), overview_of(recording))
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture(scope="module")
def pad(qapp):
    return QPointingDevice(
        "pad", 7, QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position | QInputDevice.Capability.PixelScroll, 2, 3,
    )  # fmt: skip


def swipe(timeline, at, pixels, angle=STILL, held=NONE, phase=Phase.ScrollUpdate, device=None):
    place = QPointF(at)
    where = timeline.viewport().mapToGlobal(place)
    more = (Qt.MouseEventSource.MouseEventNotSynthesized, device) if device else ()
    event = QWheelEvent(place, where, pixels, angle, Qt.MouseButton.NoButton, held, phase, False, *more)
    QApplication.sendEvent(timeline.viewport(), event)


def pinch(timeline, pad, at, value, kind=Gesture.ZoomNativeGesture):
    place = QPointF(at)
    event = QNativeGestureEvent(kind, pad, 2, place, place, place, value, QPointF())
    QApplication.sendEvent(timeline.viewport(), event)


def test_two_fingers_move_time_and_lanes_as_the_picture_under_them(timeline):
    timeline.show_window(20.0, 10.0)
    at = timeline.point("exchanges", 25.0)
    swipe(timeline, at, QPoint(-50, 0))
    assert timeline.start == pytest.approx(20.0 + 50 * 10.0 / timeline.view().width)
    assert timeline.span == 10.0
    swipe(timeline, at, QPoint(0, -40))
    assert timeline.verticalScrollBar().value() == 40
    before = timeline.start
    swipe(timeline, at, QPoint(30, 15), phase=Phase.ScrollMomentum)
    assert timeline.start < before
    assert timeline.verticalScrollBar().value() == 25


def test_shift_turns_up_and_down_into_along(timeline):
    timeline.show_window(20.0, 10.0)
    swipe(timeline, timeline.point("exchanges", 25.0), QPoint(0, -50), held=SHIFT)
    assert timeline.start > 20.0
    assert timeline.verticalScrollBar().value() == 0


def test_a_trackpad_that_counts_in_clicks_moves_too(timeline, pad):
    timeline.show_window(20.0, 10.0)
    swipe(timeline, timeline.point("exchanges", 25.0), QPoint(), QPoint(-120, 0), phase=Phase.NoScrollPhase, device=pad)
    assert timeline.start == pytest.approx(20.0 + 60 * 10.0 / timeline.view().width)
    assert timeline.span == 10.0


@pytest.mark.parametrize("phase", [Phase.NoScrollPhase, Phase.ScrollUpdate])
def test_with_ctrl_it_zooms_at_the_mouse(timeline, phase):
    at = timeline.point("exchanges", 45.0)
    swipe(timeline, at, QPoint(0, 30), QPoint(0, 60), held=CTRL, phase=phase)
    assert timeline.span == pytest.approx(60 / 1.25**0.5)
    assert timeline.view().time(at.x()) == pytest.approx(45.0, abs=0.1)
    assert timeline.verticalScrollBar().value() == 0


def test_a_wheel_over_the_titles_scrolls_the_lanes(timeline):
    at = QPoint(40, timeline.point("wave", 0.0).y())
    swipe(timeline, at, QPoint(), QPoint(0, -120), phase=Phase.NoScrollPhase)
    assert timeline.span == 60.0
    assert timeline.verticalScrollBar().value() > 0


def test_fingers_that_spread_zoom_in_where_they_are(timeline, pad):
    at = timeline.point("exchanges", 45.0)
    pinch(timeline, pad, at, 0.25)
    assert timeline.span == pytest.approx(48.0)
    assert timeline.view().time(at.x()) == pytest.approx(45.0, abs=0.1)
    for _ in range(30):
        pinch(timeline, pad, at, -0.9)
    assert (timeline.start, timeline.span) == (0.0, 60.0)
    pinch(timeline, pad, at, 30.0, Gesture.RotateNativeGesture)
    assert timeline.span == 60.0
