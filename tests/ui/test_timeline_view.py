"""The timeline, driven by mouse, wheel and keys as a person would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from analysis.document import Event
from app.domain.types import Comment
from tests.ui import review_data
from ui import language, theme
from ui.review import lane_list, tables
from ui.review.event_words import event_detail
from ui.review.events_page import events_table
from ui.review.lane_list import lanes_of, overview_of
from ui.review.timeline import Timeline

COMMENT = Comment("c1", 20.0, "<img src='file:///etc/passwd'>", "李静", datetime.now(UTC))


@pytest.fixture
def recording():
    return review_data.recording(60.0)


@pytest.fixture
def timeline(qtbot, recording):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1100, 700)
    timeline.show_lanes(lanes_of(recording, lambda: (COMMENT,)), overview_of(recording))
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


def click(qtbot, timeline, at):
    qtbot.mouseClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=at)


def drag(qtbot, timeline, start, end):
    qtbot.mousePress(timeline.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(timeline.viewport(), pos=start + (end - start) / 2)
    qtbot.mouseMove(timeline.viewport(), pos=end)
    qtbot.mouseRelease(timeline.viewport(), Qt.MouseButton.LeftButton, pos=end)


def wheel(timeline, at, steps, modifiers=Qt.KeyboardModifier.NoModifier):
    place = QPointF(at)
    event = QWheelEvent(
        place, timeline.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(timeline.viewport(), event)


def test_click_seeks_to_the_time_under_the_mouse(qtbot, timeline):
    with qtbot.waitSignal(timeline.seekAsked) as asked:
        click(qtbot, timeline, timeline.point("pitch", 33.0))
    assert asked.args[0] == pytest.approx(33.0, abs=0.1)


def test_click_on_an_event_seeks_to_its_beginning(qtbot, timeline, recording):
    smile = next(event for event in recording.analysis.events if event.kind == "smile")
    with qtbot.waitSignal(timeline.seekAsked) as asked:
        click(qtbot, timeline, timeline.point("smile", smile.end - 0.2))
    assert asked.args[0] == smile.start


def test_double_click_on_an_event_loops_it(qtbot, timeline, recording):
    smile = next(event for event in recording.analysis.events if event.kind == "smile")
    with qtbot.waitSignal(timeline.loopAsked) as asked:
        qtbot.mouseDClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=timeline.point("smile", smile.start + 1))
    assert asked.args == [smile.start, smile.end]


def test_wheel_zooms_at_the_mouse(timeline):
    at = timeline.point("pitch", 45.0)
    wheel(timeline, at, 5)
    assert timeline.span == pytest.approx(60 / 1.25**5, rel=0.01)
    assert timeline.view().time(at.x()) == pytest.approx(45.0, abs=0.2)
    wheel(timeline, at, -20)
    assert (timeline.start, timeline.span) == (0.0, 60.0)


def test_wheel_with_shift_pans(timeline):
    timeline.show_window(20.0, 10.0)
    wheel(timeline, timeline.point("pitch", 25.0), -2, Qt.KeyboardModifier.ShiftModifier)
    assert timeline.start == pytest.approx(22.0)


def test_drag_pans_and_does_not_seek(qtbot, timeline):
    timeline.show_window(20.0, 20.0)
    asked = []
    timeline.seekAsked.connect(asked.append)
    drag(qtbot, timeline, timeline.point("pitch", 30.0), timeline.point("pitch", 35.0))
    assert timeline.start == pytest.approx(15.0, abs=0.2)
    assert not asked


def test_window_in_the_overview_is_dragged_and_stretched(qtbot, timeline):
    timeline.show_window(20.0, 10.0)
    strip = timeline.overview_area()
    whole = timeline.overview.whole(strip)
    y = int(strip.center().y())
    drag(qtbot, timeline, QPoint(int(whole.x(25)), y), QPoint(int(whole.x(45)), y))
    assert timeline.start == pytest.approx(40.0, abs=0.3)
    drag(qtbot, timeline, QPoint(int(whole.x(timeline.start + 10)), y), QPoint(int(whole.x(55)), y))
    assert timeline.span == pytest.approx(15.0, abs=0.4)
    click(qtbot, timeline, QPoint(int(whole.x(10)), y))
    assert timeline.start == pytest.approx(2.5, abs=0.4)


def test_click_on_a_title_folds_the_lane(qtbot, timeline):
    at = timeline.point("pitch", 10.0)
    with qtbot.waitSignal(timeline.arranged) as changed:
        click(qtbot, timeline, QPoint(40, at.y()))
    assert "pitch" in changed.args[0].folded
    with qtbot.waitSignal(timeline.arranged) as changed:
        click(qtbot, timeline, QPoint(40, timeline.point("pitch", 10.0).y()))
    assert "pitch" not in changed.args[0].folded


def test_keys_do_what_the_mouse_does(qtbot, timeline):
    timeline.setFocus()
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    assert timeline.span == pytest.approx(48.0)
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    assert timeline.span == 60.0
    keys = [lane.key for lane in timeline.lanes]
    for _ in range(keys.index("pauses")):
        qtbot.keyClick(timeline, Qt.Key.Key_Down)
    with qtbot.waitSignal(timeline.seekAsked) as asked:
        qtbot.keyClick(timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert asked.args[0] == pytest.approx(3.0)
    qtbot.keyClick(timeline, Qt.Key.Key_F)
    assert "pauses" in timeline.folded
    with qtbot.waitSignal(timeline.seekAsked) as asked:
        qtbot.keyClick(timeline, Qt.Key.Key_End)
    assert asked.args[0] == 60.0


def test_playhead_turns_the_page_only_while_following(timeline):
    timeline.show_window(0.0, 10.0)
    timeline.set_playhead(30.0)
    assert timeline.start == 0.0
    timeline.set_playhead(30.0, follow=True)
    assert timeline.start == pytest.approx(29.5)


def test_gap_tells_its_reason_and_values_have_units(timeline, recording):
    lanes = {lane.key: lane for lane in timeline.lanes}
    gap = recording.tracks["head_yaw"]
    middle = float(np.flatnonzero(np.isnan(gap)).mean()) / 10
    assert lanes["head"].reason_text(middle) == "The candidate's face is not visible here."
    assert lanes["head"].value_text(middle) == ""
    assert lanes["pitch"].value_text(10.0).endswith(" st")
    assert lanes["pitch"].reason_text(10.0) == ""


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_everything_is_painted_in_both_languages_and_themes(timeline, choice):
    for spoken in ("zh", "en"):
        language.set_language(spoken)
        theme.apply(choice)
        for key in tuple(timeline.folded):
            timeline.toggle(key)
        timeline.hover = QPointF(timeline.point("pitch", 21.0))
        for window in ((0.0, 60.0), (15.0, 20.0), (21.0, 1.0)):
            timeline.show_window(*window)
            image = timeline.viewport().grab().toImage()
            colours = {image.pixelColor(x, y).rgb() for x in range(150, 1000, 13) for y in range(70, 690, 7)}
            assert len(colours) > 8
            assert theme.color("panel").rgb() in colours


def test_painting_leaves_the_theme_as_it_was(timeline):
    before = {token: theme.color(token).rgba() for token in theme.LIGHT}
    timeline.hover = QPointF(timeline.point("pitch", 21.0))
    timeline.set_loop((10.0, 20.0))
    timeline.viewport().grab()
    assert {token: theme.color(token).rgba() for token in theme.LIGHT} == before


def test_a_build_without_the_optional_lanes_shows_no_trace(recording, monkeypatch):
    monkeypatch.setattr(lane_list, "find_spec", lambda name: None)
    keys = [lane.key for lane in lanes_of(recording, tuple)]
    assert not {"expression", "smile", "seven"} & set(keys)
    assert {"exchanges", "wave", "pitch", "terms", "comments"} <= set(keys)


def with_events(recording, *events):
    return replace(recording, analysis=replace(recording.analysis, events=(*recording.analysis.events, *events)))


def test_every_kind_that_has_a_name_finds_its_lane_and_an_unknown_one_stands_in_the_table(qtbot, recording):
    made = [
        Event("restart", 5.0, 5.4, "我们用了"),
        Event("structure", 5.0, 9.0, "task", 0.6),
        Event("order_marker", 6.0, 6.3, "首先"),
        Event("overlap", 7.0, 7.5),
        Event("gaze_away", 8.0, 10.0),
        Event("moonlight", 9.0, 9.1, "?"),
    ]
    shown = {lane.key: lane for lane in lanes_of(with_events(recording, *made), tuple)}
    assert made[0] in shown["pauses"].fillers
    assert [shown["structure"].label(event) for event in shown["structure"].events] == ["task", "首先"]
    assert [shown["others"].label(event) for event in shown["others"].events] == ["Overlap", "Looking away"]
    assert shown["structure"].folded_at_first
    assert shown["others"].folded_at_first
    rows = events_table(with_events(recording, *made).analysis)
    assert "moonlight" in [rows.data(rows.index(row, 1)) for row in range(rows.rowCount())]
    assert "others" not in {lane.key for lane in lanes_of(recording, tuple)}
    language.set_language("zh")
    assert [shown[key].title() for key in ("structure", "others")] == ["结构", "其他"]
    assert shown["structure"].label(made[1]) == "任务"


def test_a_frown_is_pointed_at_clicked_and_looped_like_a_smile(qtbot, recording, timeline):
    frown = Event("frown", 30.2, 31.4, "", 0.7)
    full = with_events(recording, frown)
    timeline.show_lanes(lanes_of(full, tuple), overview_of(full))
    at = timeline.point("smile", 30.8)
    assert timeline.mark_at(QPointF(at)).text == "Frown · 1.2 s · 00:30"
    with qtbot.waitSignal(timeline.seekAsked) as asked:
        click(qtbot, timeline, at)
    assert asked.args[0] == frown.start
    with qtbot.waitSignal(timeline.loopAsked) as looped:
        qtbot.mouseDClick(timeline.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert looped.args == [frown.start, frown.end]
    lane = next(lane for lane in timeline.lanes if lane.key == "smile")
    starts = [mark.start for mark in lane.marks()]
    assert starts == sorted(starts)
    assert frown.start in starts


def test_the_chosen_lane_stays_chosen_when_lanes_come_anew(timeline, recording):
    timeline.current = "terms"
    bare = replace(recording, peaks=None)
    timeline.show_lanes(lanes_of(bare, tuple), overview_of(bare))
    assert timeline.current == "terms"
    timeline.show_lanes((), overview_of(bare))
    assert timeline.current == ""


def test_without_a_waveform_the_overview_shows_the_loudness(timeline, recording):
    loud = np.full(600, np.nan, np.float32)
    loud[100:200], loud[200:300] = -20.0, -40.0
    bare = replace(recording, peaks=None, tracks={**recording.tracks, "loudness": loud})
    strip = overview_of(bare).peaks
    assert strip.value(15.0) == pytest.approx(-1.0, abs=0.01)
    assert strip.value(25.0) == pytest.approx(-0.1, abs=0.01)
    assert np.isnan(strip.value(5.0))
    timeline.show_lanes(lanes_of(bare, tuple), overview_of(bare))
    area = timeline.overview_area()
    image = timeline.viewport().grab().toImage()
    rows = range(int(area.top()) + 2, int(area.bottom()) - 2)
    loud_x, silent_x = (int(timeline.overview.whole(area).x(at)) for at in (15.0, 5.0))
    colours = [len({image.pixelColor(x, y).rgb() for y in rows}) for x in (loud_x, silent_x)]
    assert colours[0] > colours[1]
    silence = replace(bare, tracks={"loudness": np.full(600, np.nan, np.float32)})
    assert overview_of(silence).peaks is None
    assert overview_of(replace(bare, tracks={})).peaks is None


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_what_a_search_found_is_marked_on_the_timeline_and_in_the_overview(timeline, choice):
    theme.apply(choice)
    timeline.show_window(20.0, 20.0)
    timeline.set_hits([30.0, 50.0])
    wanted, strip = theme.color("series_5").rgb(), timeline.overview_area()
    image = timeline.viewport().grab().toImage()
    whole = timeline.overview.whole(strip)
    foot = int(strip.bottom()) - 3
    assert all(image.pixelColor(int(whole.x(at)), foot).rgb() == wanted for at in (30.0, 50.0))
    ruler = int(strip.bottom() + theme.scaled(2 + 20)) - 3
    assert image.pixelColor(int(timeline.view().x(30.0)), ruler).rgb() == wanted
    timeline.set_hits([])
    image = timeline.viewport().grab().toImage()
    assert image.pixelColor(int(whole.x(50.0)), foot).rgb() != wanted


def test_thousands_of_hits_are_painted(timeline):
    timeline.set_hits([number / 100 for number in range(6000)])
    assert not timeline.viewport().grab().isNull()


def test_structure_and_other_lanes_open_and_are_painted(qtbot, timeline, recording):
    spoken = [Event("structure", 5.0 + n, 5.8 + n, "action", 0.6) for n in range(20)]
    full = with_events(recording, *spoken, Event("overlap", 7.0, 7.5))
    timeline.show_lanes(lanes_of(full, tuple), overview_of(full))
    assert {"structure", "others"} <= timeline.folded
    for key in ("structure", "others"):
        timeline.toggle(key)
        timeline.verticalScrollBar().setValue(timeline.verticalScrollBar().maximum())
        at = timeline.point(key, 7.2)
        timeline.hover = QPointF(at)
        assert not timeline.viewport().grab().isNull()
        assert timeline.mark_at(QPointF(at)) is not None


def test_scale_of_200_per_cent_paints_larger_lanes(timeline):
    small = timeline.rows()[0].area.height()
    theme.apply("light", 200)
    assert timeline.rows()[0].area.height() == pytest.approx(2 * small, abs=1)
    assert timeline.verticalScrollBar().maximum() > 0


def test_tables_hold_what_the_charts_show(qtbot, recording):
    events = events_table(recording.analysis)
    tester = QAbstractItemModelTester(events, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert events.rowCount() == len(recording.analysis.events)
    assert tester.model() is events
    assert event_detail(Event("structure", 0.0, 1.0, "task")) == "task"
    language.set_language("zh")
    assert event_detail(Event("structure", 0.0, 1.0, "task")) == "任务"
    assert event_detail(Event("pause", 0.0, 1.0, "long")) == "较长"
    language.set_language("en")
    metrics = tables.metrics_table(recording.analysis)
    texts = [metrics.data(metrics.index(row, 1)) for row in range(metrics.rowCount())]
    assert texts == ["231 char/min", "not measured"]
    curves = tables.curves_table(recording)
    assert curves.rowCount() == 6
    dialog = tables.TableDialog(recording)
    qtbot.addWidget(dialog)
    dialog.show()
    assert [dialog.tabs.tabText(page) for page in range(4)] == ["Events", "Measures", "Curves", "Plot"]
    language.set_language("zh")
    assert [dialog.tabs.tabText(page) for page in range(4)] == ["事件", "指标", "曲线", "曲线图"]
    view = dialog.tabs.widget(0).view
    with qtbot.waitSignal(dialog.seekAsked) as asked:
        view.activated.emit(view.model().index(0, 0))
    assert asked.args[0] == pytest.approx(3.0)


def test_plot_shows_one_curve_large_and_seeks(qtbot, recording):
    dialog = tables.TableDialog(recording)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.tabs.setCurrentIndex(3)
    plot = dialog.tabs.widget(3).layout().itemAt(0).widget()
    assert plot.track() == "pitch"
    assert len(plot.curve.getOriginalDataset()[1]) == len(recording.tracks["pitch"])
    plot.choice.setCurrentIndex(plot.choice.findData("loudness"))
    assert plot.plot.accessibleName() == "Plot of Loudness"
    area = plot.plot.getPlotItem().vb.sceneBoundingRect()
    with qtbot.waitSignal(dialog.seekAsked) as asked:
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.plot.mapFromScene(area.center()))
    assert 15 < asked.args[0] < 45
    theme.apply("dark")
    dialog.grab()
