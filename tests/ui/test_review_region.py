"""The selected stretch of the timeline: by mouse and keys; played, looped, commented, exported."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.failures import ValueInvalid
from app.text import tr
from tests.ui import review_data
from tests.ui.rooms import reviewing
from ui import language, theme
from ui.review.lane_list import lanes_of, overview_of
from ui.review.region import LEAST_S, Region, hint, length_text, ruler_area
from ui.review.timeline import Timeline
from ui.review.timeline_menu import timeline_menu

Mod = Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def timeline(qtbot):
    recording, timeline = review_data.recording(60.0), Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1100, 700)
    timeline.show_lanes(lanes_of(recording, lambda: ()), overview_of(recording))
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture
def room(qtbot, opened_window, reviewed_copy):
    """The review of the analysed sample in the product's window."""
    return reviewing(qtbot, opened_window, reviewed_copy[1])


def drag(qtbot, timeline, start, end, modifier=Mod.NoModifier):
    qtbot.mousePress(timeline.viewport(), LEFT, modifier, pos=start)
    for at in (start + (end - start) / 2, end):
        qtbot.mouseMove(timeline.viewport(), pos=at)
    qtbot.mouseRelease(timeline.viewport(), LEFT, modifier, pos=end)


def in_ruler(timeline, time_s):
    return QPointF(timeline.view().x(time_s), ruler_area(timeline).center().y()).toPoint()


def spans(timeline):
    start, end = timeline.region.span
    return pytest.approx(start, abs=0.1), pytest.approx(end, abs=0.1)


# The mouse


def test_shift_and_drag_select_in_both_directions_and_neither_pan_nor_seek(qtbot, timeline):
    asked = []
    timeline.seekAsked.connect(asked.append)
    timeline.show_window(10.0, 40.0)
    for first, last in ((20.0, 30.0), (30.0, 20.0)):
        drag(qtbot, timeline, timeline.point("pitch", first), timeline.point("pitch", last), Mod.ShiftModifier)
        assert spans(timeline) == (20.0, 30.0)
        timeline.region.clear()
    assert (timeline.start, timeline.span) == (10.0, 40.0)
    assert not asked


def test_a_drag_on_the_ruler_selects_and_a_click_on_it_seeks(qtbot, timeline):
    drag(qtbot, timeline, in_ruler(timeline, 12.0), in_ruler(timeline, 24.0))
    assert spans(timeline) == (12.0, 24.0)
    with qtbot.waitSignal(timeline.seekAsked) as asked:
        qtbot.mouseClick(timeline.viewport(), LEFT, pos=in_ruler(timeline, 40.0))
    assert asked.args[0] == pytest.approx(40.0, abs=0.1)
    assert spans(timeline) == (12.0, 24.0)


def test_its_edges_are_dragged_on_the_lanes_and_the_ruler_and_past_each_other(qtbot, timeline):
    timeline.region.select(12.0, 24.0)
    drag(qtbot, timeline, timeline.point("pitch", 24.0), timeline.point("pitch", 30.0))
    assert spans(timeline) == (12.0, 30.0)
    drag(qtbot, timeline, in_ruler(timeline, timeline.region.span[0]), in_ruler(timeline, 40.0))
    assert spans(timeline) == (30.0, 40.0)
    assert (timeline.start, timeline.span) == (0.0, 60.0)


def test_elsewhere_a_drag_pans_with_a_selection_too(qtbot, timeline):
    timeline.show_window(20.0, 20.0)
    timeline.region.select(22.0, 38.0)
    drag(qtbot, timeline, timeline.point("pitch", 30.0), timeline.point("pitch", 35.0))
    assert timeline.start == pytest.approx(15.0, abs=0.2)
    assert timeline.region.span == (22.0, 38.0)


def test_shift_and_click_move_the_nearer_edge_or_reach_from_the_playhead(qtbot, timeline):
    timeline.set_playhead(10.0)
    qtbot.mouseClick(timeline.viewport(), LEFT, Mod.ShiftModifier, pos=timeline.point("pitch", 20.0))
    assert spans(timeline) == (10.0, 20.0)
    qtbot.mouseClick(timeline.viewport(), LEFT, Mod.ShiftModifier, pos=timeline.point("pitch", 26.0))
    assert spans(timeline) == (10.0, 26.0)
    qtbot.mouseClick(timeline.viewport(), LEFT, Mod.ShiftModifier, pos=timeline.point("pitch", 12.0))
    assert spans(timeline) == (12.0, 26.0)


def test_the_pointer_says_what_a_drag_would_do(qtbot, timeline):
    timeline.region.select(12.0, 24.0)
    expected = {
        Qt.CursorShape.IBeamCursor: in_ruler(timeline, 40.0),
        Qt.CursorShape.SizeHorCursor: timeline.point("pitch", 24.0),
        Qt.CursorShape.ArrowCursor: timeline.point("pitch", 40.0),
    }
    for shape, at in expected.items():
        qtbot.mouseMove(timeline.viewport(), pos=at + QPoint(0, 1))
        qtbot.mouseMove(timeline.viewport(), pos=at)
        assert timeline.viewport().cursor().shape() is shape


def test_the_lanes_menu_selects_an_event(qtbot, room):
    lane = next(lane for lane in room.timeline.lanes if lane.key == "exchanges")
    mark = lane.marks()[0]
    menu = timeline_menu(room, QPointF(room.timeline.point("exchanges", (mark.start + mark.end) / 2)))
    next(action for action in menu.actions() if action.text() == "Select this").trigger()
    assert spans(room.timeline) == (mark.start, mark.end)
    menu.close()


@pytest.mark.parametrize(("spoken", "begins"), [("en", "Drag to select"), ("zh", "拖动可选中")])
def test_the_ruler_says_what_a_drag_on_it_does(qtbot, timeline, spoken, begins):
    language.set_language(spoken)
    at = QPointF(in_ruler(timeline, 30.0))
    assert hint(timeline, at).startswith(begins)
    assert not hint(timeline, QPointF(timeline.point("pitch", 30.0)))
    before = timeline.viewport().grab().toImage()
    for place in (at.toPoint() + QPoint(1, 0), at.toPoint()):
        qtbot.mouseMove(timeline.viewport(), pos=place)
    qtbot.waitUntil(lambda: timeline.viewport().grab().toImage() != before, timeout=2000)
    timeline.region.select(10.0, 20.0)
    assert not hint(timeline, at)


# What it is


def test_a_region_stays_inside_the_recording_and_keeps_its_order():
    region, told = Region(), []
    region.changed.connect(lambda: told.append(region.span))
    region.within(60.0)
    region.select(70.0, 50.0)
    assert region.span == (50.0, 60.0)
    region.move(20.0, 0.0)
    assert region.span == (pytest.approx(60.0 - LEAST_S), 60.0)
    region.begin_at(10.0)
    assert region.span == (10.0, 60.0)
    region.end_at(20.0)
    region.begin_at(30.0)
    assert region.span == (30.0, 60.0)
    region.end_at(20.0)
    assert region.span == (0.0, 20.0)
    region.move(0.0, -30.0)
    assert region.span == (0.0, LEAST_S)
    region.within(60.0)
    assert region.span is not None
    region.select(55.0, 60.0)
    region.within(30.0)
    assert region.span is None
    region.select(3.0, 3.05)
    assert region.span is None
    assert told[0] == (50.0, 60.0)
    assert told[-1] is None
    assert all(one != other for one, other in pairwise(told))


@pytest.mark.parametrize(
    ("span", "said"), [((1.0, 13.4), "12.4 s"), ((0.0, 59.97), "01:00.0"), ((5.0, 67.44), "01:02.4")]
)
def test_its_length_in_words(span, said):
    assert length_text(span) == said


def test_it_is_painted_with_its_length_in_both_themes(qtbot, timeline):
    at = QPointF(timeline.view().x(20.0), timeline.lanes_end() - 3.0).toPoint()
    for choice in ("light", "dark"):
        theme.apply(choice)
        timeline.region.clear()
        QApplication.processEvents()
        before = QColor(timeline.viewport().grab().toImage().pixel(at))
        timeline.region.select(10.0, 30.0)
        after = QColor(timeline.viewport().grab().toImage().pixel(at))
        assert before != after
        edge = QPointF(timeline.view().x(10.0), ruler_area(timeline).center().y()).toPoint()
        painted = QColor(timeline.viewport().grab().toImage().pixel(edge))
        assert abs(painted.red() - theme.color("series_5").red()) < 30


# The keys


def test_keys_set_and_move_both_edges(qtbot, room):
    region = room.timeline.region
    room.seek(20.0)
    qtbot.keyClick(room, Qt.Key.Key_I)
    assert region.span == (20.0, region.duration)
    room.seek(30.0)
    qtbot.keyClick(room, Qt.Key.Key_O)
    assert region.span == (20.0, 30.0)
    qtbot.keyClick(room, Qt.Key.Key_Right, Mod.ShiftModifier)
    qtbot.keyClick(room, Qt.Key.Key_Left, Mod.AltModifier)
    assert region.span == (19.9, 30.1)
    for _ in range(3):
        qtbot.keyClick(room, Qt.Key.Key_Left, Mod.ShiftModifier)
    qtbot.keyClick(room, Qt.Key.Key_Right, Mod.AltModifier)
    assert region.span == (20.0, 29.8)
    room.timeline.setFocus()
    qtbot.keyClick(room.timeline, Qt.Key.Key_Right, Mod.ShiftModifier)
    assert region.span == (20.0, 29.9)
    qtbot.keyClick(room.timeline, Qt.Key.Key_Escape)
    assert region.span is None
    qtbot.keyClick(room, Qt.Key.Key_Right, Mod.ShiftModifier)
    assert region.span == (30.0, 31.0)


def test_the_keys_are_letters_in_a_field(qtbot, room):
    field = room.scorecard.comments.field
    field.setFocus()
    qtbot.keyClicks(field, "io")
    assert field.text() == "io"
    assert room.timeline.region.span is None


# What is done with it


def test_it_is_played_once_and_stands_still_at_its_end(qtbot, room):
    playback = room.player.playback
    qtbot.waitUntil(lambda: room.player.pane.image is not None, timeout=20_000)
    room.timeline.region.select(10.0, 10.6)
    qtbot.keyClick(room, Qt.Key.Key_Space, Mod.ShiftModifier)
    qtbot.waitUntil(lambda: playback.playing, timeout=20_000)
    assert playback.loop is None
    qtbot.waitUntil(lambda: not playback.playing, timeout=20_000)
    assert playback.position == pytest.approx(10.6)
    playback.play()
    qtbot.waitUntil(lambda: playback.position > 10.9, timeout=20_000)
    playback.pause()


def test_a_seek_while_it_is_played_once_lets_playing_go_on(qtbot, room):
    playback = room.player.playback
    qtbot.waitUntil(lambda: room.player.pane.image is not None, timeout=20_000)
    playback.play_once(10.0, 10.4)
    playback.seek(20.0)
    qtbot.waitUntil(lambda: playback.position > 20.5, timeout=20_000)
    assert playback.playing
    playback.pause()


def test_key_and_buttons_loop_the_selection_and_end_it(qtbot, room):
    playback, player = room.player.playback, room.player
    room.timeline.region.select(10.0, 12.0)
    for start in (
        lambda: qtbot.keyClick(room, Qt.Key.Key_R, Mod.ShiftModifier),
        lambda: qtbot.mouseClick(player.loop, LEFT),
        lambda: qtbot.mouseClick(room.region.loop, LEFT),
    ):
        start()
        assert playback.loop == (10.0, 12.0)
        assert 10.0 <= playback.position <= 12.0
        assert player.loop.isChecked()
        assert room.timeline.loop == (10.0, 12.0)
        start()
        assert playback.loop is None
        assert not player.loop.isChecked()
    playback.pause()


def test_without_a_selection_the_key_loops_the_event_or_the_row_here(qtbot, room):
    playback = room.player.playback
    mark = next(lane for lane in room.timeline.lanes if lane.key == "pauses").marks()[-1]
    room.timeline.current = "pauses"
    room.timeline.setFocus()
    room.seek(mark.start)
    qtbot.keyClick(room.timeline, Qt.Key.Key_R, Mod.ShiftModifier)
    assert playback.loop == (mark.start, mark.end)
    playback.pause()
    qtbot.keyClick(room.timeline, Qt.Key.Key_Escape)
    rows = room.transcript.list
    said = rows.rows.lines[2].segment
    room.seek(said.start + 0.2)
    qtbot.keyClick(room, Qt.Key.Key_R, Mod.ShiftModifier)
    assert playback.loop == (said.start, said.end)
    qtbot.keyClick(room, Qt.Key.Key_R, Mod.ShiftModifier)
    rows.setFocus()
    rows.setCurrentIndex(rows.rows.index(4))
    qtbot.keyClick(rows, Qt.Key.Key_R, Mod.ShiftModifier)
    chosen = rows.rows.lines[4].segment
    assert playback.loop == (chosen.start, chosen.end)
    playback.pause()


@pytest.mark.parametrize(("spoken", "field_says"), [("en", "Comment @00:10–00:14 …"), ("zh", "评论 @00:10–00:14 …")])
def test_a_comment_on_it_keeps_both_its_times_everywhere(qtbot, room, spoken, field_says):
    language.set_language(spoken)
    comments, before = room.scorecard.comments, {each.id for each in room.presenter.comments()}
    room.timeline.region.select(10.0, 14.5)
    room.seek(30.0)
    qtbot.keyClick(room, Qt.Key.Key_C)
    assert comments.field.hasFocus()
    assert comments.field.placeholderText() == field_says
    comments.field.insert("讲得清楚")
    qtbot.keyClick(comments.field, Qt.Key.Key_Return)
    given = next(each for each in room.presenter.comments() if each.id not in before)
    assert (given.time_s, given.end_s, given.text) == (10.0, 14.5, "讲得清楚")
    lane = next(lane for lane in room.timeline.lanes if lane.key == "comments")
    assert (10.0, 14.5) in [(mark.start, mark.end) for mark in lane.marks()]
    room.timeline.viewport().grab()
    texts = [button.text() for button in comments.findChildren(type(room.scorecard.verdict.sign))]
    assert "00:10–00:14" in texts
    room.timeline.region.clear()
    comments.start()
    assert "–" not in comments.field.placeholderText()


def test_a_comment_on_a_stretch_is_moved_removed_and_undone_as_a_whole(qtbot, room):
    presenter, before = room.presenter, {each.id for each in room.presenter.comments()}

    def spans():
        return [(each.time_s, each.end_s) for each in presenter.comments() if each.id not in before]

    room.scorecard.add_comment(10.0, "一段", 14.5)
    given = next(each for each in presenter.comments() if each.id not in before)
    presenter.edit_comment(given.id, "一段话", 12.0)
    assert spans() == [(12.0, 16.5)]
    with pytest.raises(ValueInvalid):
        presenter.edit_comment(given.id, "一段话", room.timeline.duration - 1)
    room.undoing.undo()
    assert spans() == [(10.0, 14.5)]
    presenter.remove_comment(given.id)
    assert spans() == []
    room.undoing.undo()
    assert spans() == [(10.0, 14.5)]
    room.undoing.undo()
    assert spans() == []


def test_half_a_comment_on_a_stretch_is_kept_with_its_end(qtbot, room):
    comments, drafts = room.scorecard.comments, []
    comments.draftChanged.connect(drafts.append)
    comments.start(10.0, 14.5)
    comments.field.insert("half")
    comments.keep_draft()
    assert drafts == [[10.0, "half", 14.5]]
    comments.field.clear()
    comments.show_draft(drafts[0])
    with qtbot.waitSignal(comments.commentGiven) as given:
        qtbot.keyClick(comments.field, Qt.Key.Key_Return)
    assert given.args == [10.0, "half", 14.5]


def test_its_buttons_come_and_go_with_it_and_do_the_same(qtbot, room):
    tools, region = room.region, room.timeline.region
    assert not tools.isVisible()
    region.select(10.0, 12.0)
    assert tools.isVisible()
    assert "00:10" in tools.accessibleName()
    for height in (700, 940):
        room.window().resize(1300, height)
        qtbot.waitUntil(lambda: tools.geometry().top() == room.timeline.lanes_end() + 1, timeout=2000)
        assert tools.geometry().right() <= room.timeline.view().left
        assert tools.geometry().bottom() <= room.timeline.viewport().height()
    qtbot.mouseClick(tools.comment, LEFT)
    assert room.scorecard.comments.field.hasFocus()
    menu = timeline_menu(room, QPointF(room.timeline.point("pitch", 11.0)))
    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles[:2] == ["Play the selection once", "Loop the selection"]
    menu.close()
    qtbot.mouseClick(tools.drop, LEFT)
    assert region.span is None
    assert not tools.isVisible()


# As a clip


@pytest.mark.parametrize("chosen", ["a.webm", "a", "a.mp4"])
def test_the_selection_becomes_a_file_and_the_window_says_where(qtbot, opened_window, room, tmp_path, chosen):
    asked, bar = [], opened_window.window.message
    room.exporting.choose = lambda offered, kinds: asked.append((offered, kinds)) or str(tmp_path / chosen)
    room.timeline.region.select(20.0, 22.5)
    with qtbot.waitSignal(opened_window.context.work.clipEnded, timeout=60_000) as ended:
        qtbot.keyClick(room, Qt.Key.Key_E, Mod.ControlModifier)
        qtbot.waitUntil(lambda: "Writing the clip" in bar.label.text(), timeout=20_000)
        assert bar.action.text() == "Cancel"
    file, failure = ended.args
    assert failure is None
    assert Path(file).parent == tmp_path
    assert Path(file).suffix == ".webm"
    assert file in bar.label.text()
    assert bar.action.text() == "Show the folder"
    offered, kinds = asked[0]
    assert offered.endswith("-00m20s-00m22s.webm")
    assert kinds == "Clip (*.webm)"
    with av.open(file) as container:
        assert container.duration / av.time_base == pytest.approx(2.5, abs=0.025)


def test_a_clip_is_cancelled_from_the_message(qtbot, opened_window, room, tmp_path):
    language.set_language("zh")
    bar = opened_window.window.message
    room.exporting.choose = lambda *_: str(tmp_path / "a.webm")
    room.timeline.region.select(0.0, 57.0)
    with qtbot.waitSignal(opened_window.context.work.clipEnded, timeout=60_000):
        qtbot.mouseClick(room.region.clip, LEFT)
        qtbot.waitUntil(lambda: "写出片段" in bar.label.text() and "：0 %" not in bar.label.text(), timeout=60_000)
        qtbot.mouseClick(bar.action, LEFT)
    assert bar.label.text() == "片段未写出。"
    assert not list(tmp_path.glob("*.webm"))


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_where_the_rules_keep_recordings_in_nothing_is_asked_and_it_says_so(qtbot, opened_window, room, spoken):
    language.set_language(spoken)
    opened_window.context.settings.change(jurisdiction="strictest")
    asked = []
    room.exporting.choose = lambda *given: asked.append(given) or ""
    room.timeline.region.select(20.0, 22.5)
    qtbot.keyClick(room, Qt.Key.Key_E, Mod.ControlModifier)
    assert not asked
    assert tr("policy.profile_strictest") in opened_window.window.message.label.text()


def test_closing_the_window_ends_a_clip(qtbot, opened_window, room, tmp_path):
    room.exporting.choose = lambda *_: str(tmp_path / "a.webm")
    room.timeline.region.select(0.0, 57.0)
    with qtbot.waitSignal(opened_window.context.work.clipMoved, timeout=60_000):
        room.region.export_clip()
    opened_window.window.close()
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".webm"]
