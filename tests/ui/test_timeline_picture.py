"""The picture of the lanes that the timeline keeps: it is painted anew when it must be, and only then."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QPainter, QPixmap

from app.domain.types import Comment
from tests.bench.timeline_bench import busy
from tests.ui import review_data
from ui import language, theme
from ui.review.chip_stamps import MOST, ChipStamps
from ui.review.lane_list import lanes_of, overview_of
from ui.review.timeline import Timeline

COMMENT = Comment("c1", 20.0, "好例子", "李静", datetime.now(UTC))
MINUTE = 60.0


@pytest.fixture(scope="module")
def recording():
    return busy(review_data.recording(7200.0), 2000)


def shown(qtbot, recording, comments=(COMMENT,)):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, 620)
    timeline.show_lanes(lanes_of(recording, lambda: comments), overview_of(recording))
    for key in tuple(timeline.folded):
        timeline.toggle(key)
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture
def timeline(qtbot, recording):
    return shown(qtbot, recording)


@pytest.fixture
def painted(timeline, monkeypatch):
    """How often each lane has been painted."""
    counts = dict.fromkeys((lane.key for lane in timeline.lanes), 0)
    for lane in timeline.lanes:
        monkeypatch.setattr(lane, "paint", _counting(lane, counts))
    timeline.refresh()
    return counts


def _counting(lane, counts):
    paint = lane.paint

    def counted(*given):
        counts[lane.key] += 1
        paint(*given)

    return counted


def picture(timeline):
    return timeline.viewport().grab().toImage()


def test_playing_pointing_and_selecting_paint_no_lane_again(qtbot, timeline, painted):
    picture(timeline)
    first = dict(painted)
    assert max(first.values()) == 1
    for step in range(5):
        timeline.set_playhead(30.0 + step)
        qtbot.mouseMove(timeline.viewport(), pos=QPoint(400 + 20 * step, 300))
        timeline.region.select(40.0, 50.0 + step)
        timeline.set_loop((100.0, 140.0 + step))
        picture(timeline)
    timeline.show_values()
    timeline.setFocus()
    picture(timeline)
    assert painted == first


CHANGES = {
    "panned": lambda timeline: timeline.show_window(1830.0, 600.0),
    "zoomed": lambda timeline: timeline.zoom(0.5, 2000.0),
    "found": lambda timeline: timeline.set_hits([1900.0, 2000.0]),
    "folded": lambda timeline: timeline.toggle("pitch"),
    "hidden": lambda timeline: timeline.hide_lane("wave"),
    "moved": lambda timeline: timeline.move_lane("pitch", -1),
    "sized": lambda timeline: timeline.size_lane("pitch", 20),
    "scrolled": lambda timeline: timeline.verticalScrollBar().setValue(90),
    "resized": lambda timeline: timeline.resize(820, 600),
    "language": lambda timeline: language.set_language("en"),
    "dark": lambda timeline: theme.apply("dark"),
    "large": lambda timeline: theme.apply("light", 150),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_each_change_it_is_what_a_new_timeline_paints(qtbot, timeline, recording, change):
    for window in ((0.0, 7200.0), (3000.0, 30.0), (1800.0, 600.0)):
        timeline.show_window(*window)
        picture(timeline)
    CHANGES[change](timeline)
    other = Timeline()
    qtbot.addWidget(other)
    other.resize(timeline.size())
    other.show_lanes(lanes_of(recording, lambda: (COMMENT,)), overview_of(recording), timeline.arrangement)
    other.show()
    qtbot.waitExposed(other)
    other.set_hits(timeline.hits.tolist())
    other.show_window(timeline.start, timeline.span)
    other.verticalScrollBar().setValue(timeline.verticalScrollBar().value())
    other.clearFocus()
    timeline.clearFocus()
    assert picture(timeline) == picture(other)


def test_a_new_comment_is_seen_after_refresh(qtbot, recording):
    comments = []
    timeline = shown(qtbot, recording, comments)
    timeline.show_window(0.0, MINUTE)
    before = picture(timeline)
    lane = next(lane for lane in timeline.lanes if lane.key == "comments")
    lane.comments = lambda: (COMMENT,)
    timeline.refresh()
    assert picture(timeline) != before


def test_the_next_frame_is_painted_into_the_same_memory(timeline):
    picture(timeline)
    kept = timeline._picture
    for step in range(4):
        timeline.show_window(60.0 * step, 600.0)
        picture(timeline)
        assert timeline._picture is kept
    timeline.resize(800, 500)
    picture(timeline)
    assert timeline._picture.size() == timeline.viewport().size()


def test_on_a_finer_screen_it_is_painted_finer(timeline, monkeypatch):
    timeline.show_window(1800.0, MINUTE)
    coarse = picture(timeline)
    monkeypatch.setattr(timeline, "devicePixelRatioF", lambda: 2.0)
    picture(timeline)
    fine = timeline._picture
    assert (fine.devicePixelRatio(), fine.width()) == (2.0, 2 * timeline.viewport().width())
    wave = timeline.point("wave", 1830.0)
    assert fine.toImage().pixelColor(2 * wave) == coarse.pixelColor(wave) == theme.color("series_7")


# Chips


def test_chips_are_painted_once_a_look_and_never_too_many(qapp):
    stamps = ChipStamps(("series_5", "series_2"))
    painter = QPainter(target := QPixmap(100, 40))
    stamps.prepare(painter, 20.0)
    light = stamps.chip("缓存", second=True)
    assert light.height() == 20
    stamps.prepare(painter, 20.0)
    assert stamps.chip("缓存", second=True) is light
    assert stamps.chip("缓存", second=False).toImage() != light.toImage()
    theme.apply("dark")
    stamps.prepare(painter, 20.0)
    assert stamps.chip("缓存", second=True).toImage() != light.toImage()
    for number in range(2 * MOST):
        stamps.prepare(painter, 20.0)
        stamps.chip(f"{number}", second=False)
        assert len(stamps) <= MOST + 1
    assert stamps.chip("字" * 100_000, second=False).width() <= 1010
    painter.end()
    target.setDevicePixelRatio(2.0)
    painter.begin(target)
    stamps.prepare(painter, 20.0)
    sharp = stamps.chip("缓存", second=True)
    assert (sharp.height(), sharp.deviceIndependentSize().width()) == (40, light.width())
    painter.end()


def test_a_chip_under_the_mouse_is_the_one_that_is_painted(timeline):
    timeline.show_window(1800.0, MINUTE)
    lane = next(lane for lane in timeline.lanes if lane.key == "terms")
    event = next(event for event in lane.events if event.start > 1805.0)
    at = timeline.point("terms", event.start)
    ground = picture(timeline).pixelColor(at + QPoint(4, -5))
    assert ground == theme.color("accent_soft")
    assert timeline.mark_at(QPointF(at)).start == pytest.approx(event.start)
