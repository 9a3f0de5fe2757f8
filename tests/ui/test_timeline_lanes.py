"""Lanes hidden, moved and resized by mouse, keys and menu, and found again as one person left them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.settings import SettingsFile
from app.text import timecode, tr
from tests.ui import review_data
from ui import language, theme
from ui.review.lane_layout import LaneLayout
from ui.review.lane_list import lanes_of, overview_of
from ui.review.lane_menu import lane_menu, reset
from ui.review.timeline import HEIGHT_STEP, Timeline
from ui.shell import start
from ui.shell.layout import SettingsLayout

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def timeline(qtbot):
    recording = review_data.recording(60.0)
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1100, 800)
    timeline.show_lanes(lanes_of(recording, tuple), overview_of(recording))
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


def keys_of(timeline):
    return [row.lane.key for row in timeline.rows()]


def area_of(timeline, key):
    return next(row.area for row in timeline.rows() if row.lane.key == key)


def title_of(timeline, key):
    return QPoint(50, int(area_of(timeline, key).center().y()))


def drag(qtbot, timeline, start, *stops):
    viewport = timeline.viewport()
    qtbot.mousePress(viewport, LEFT, pos=start)
    for stop in stops:
        qtbot.mouseMove(viewport, pos=(start + stop) / 2)
        qtbot.mouseMove(viewport, pos=stop)
    qtbot.mouseRelease(viewport, LEFT, pos=stops[-1])


def test_a_title_is_dragged_to_another_place(qtbot, timeline):
    assert keys_of(timeline)[:2] == ["exchanges", "wave"]
    target = area_of(timeline, "pitch")
    with qtbot.waitSignal(timeline.arranged) as said:
        drag(qtbot, timeline, title_of(timeline, "exchanges"), QPoint(60, int(target.bottom()) - 2))
    keys = keys_of(timeline)
    assert keys[0] == "wave"
    assert keys.index("exchanges") == keys.index("pitch") + 1
    assert said.args[0] is timeline.arrangement
    assert "exchanges" not in timeline.folded


def test_a_drag_of_a_title_shows_where_it_comes_and_escape_lets_go(qtbot, timeline):
    before = keys_of(timeline)
    timeline.setFocus()
    start, target = title_of(timeline, "exchanges"), area_of(timeline, "pitch")
    qtbot.mousePress(timeline.viewport(), LEFT, pos=start)
    qtbot.mouseMove(timeline.viewport(), pos=QPoint(60, int(target.bottom()) - 2))
    image = timeline.viewport().grab().toImage()
    line = [image.pixelColor(70, y).rgb() for y in range(int(target.bottom()) - 1, int(target.bottom()) + 5)]
    assert theme.color("accent").rgb() in line
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    qtbot.mouseRelease(timeline.viewport(), LEFT, pos=QPoint(60, int(target.bottom()) - 2))
    assert keys_of(timeline) == before


LATE = ("pitch", "loudness")


@pytest.fixture
def growing(timeline):
    """A timeline on which some lanes are still to come, and what brings them, under the arrangement that was kept."""
    recording = review_data.recording(60.0)
    lanes, overview = lanes_of(recording, tuple), overview_of(recording)
    few = [lane for lane in lanes if lane.key not in LATE]
    kept = LaneLayout().met(few)
    timeline.show_lanes(few, overview, kept)
    timeline.arrangement = kept
    return timeline, lambda: timeline.show_lanes(lanes, overview, kept)


def test_a_title_that_is_held_while_lanes_arrive_is_put_among_them(qtbot, growing):
    timeline, arrive = growing
    viewport = timeline.viewport()
    start = title_of(timeline, "exchanges")
    qtbot.mousePress(viewport, LEFT, pos=start)
    qtbot.mouseMove(viewport, pos=start + QPoint(0, 20))
    arrive()
    target = QPoint(60, int(area_of(timeline, "pitch").bottom()) - 2)
    qtbot.mouseMove(viewport, pos=target)
    assert not viewport.grab().isNull()
    qtbot.mouseRelease(viewport, LEFT, pos=target)
    keys = keys_of(timeline)
    assert keys.index("exchanges") == keys.index("pitch") + 1
    assert set(LATE) <= set(keys)


@pytest.mark.parametrize("edge", [True, False])
def test_escape_lets_go_of_it_while_lanes_arrive(qtbot, growing, edge):
    timeline, arrive = growing
    timeline.setFocus()
    viewport = timeline.viewport()
    start = QPoint(60, int(area_of(timeline, "wave").bottom()) + 1) if edge else title_of(timeline, "wave")
    qtbot.mousePress(viewport, LEFT, pos=start)
    qtbot.mouseMove(viewport, pos=start + QPoint(0, 20))
    arrive()
    there = keys_of(timeline)
    qtbot.mouseMove(viewport, pos=start + QPoint(0, 40))
    qtbot.keyClick(timeline, Qt.Key.Key_Escape)
    qtbot.mouseRelease(viewport, LEFT, pos=start + QPoint(0, 40))
    assert keys_of(timeline) == there
    assert timeline.arrangement.heights == {}


def test_a_lane_dropped_beside_one_that_went_stays_where_it_was(qtbot, growing):
    timeline, arrive = growing
    viewport, few = timeline.viewport(), [lane for lane in timeline.lanes if lane.key not in LATE]
    start = title_of(timeline, "exchanges")
    qtbot.mousePress(viewport, LEFT, pos=start)
    arrive()
    target = QPoint(60, int(area_of(timeline, "pitch").bottom()) - 2)
    qtbot.mouseMove(viewport, pos=target)
    timeline.show_lanes(few, timeline.overview, LaneLayout().met(few))
    there = keys_of(timeline)
    qtbot.mouseRelease(viewport, LEFT, pos=target)
    assert keys_of(timeline) == there


def test_the_lower_edge_makes_a_lane_higher_and_says_so_once(qtbot, timeline):
    said = []
    timeline.arranged.connect(said.append)
    area = area_of(timeline, "pitch")
    edge = QPoint(60, int(area.bottom()) + 1)
    drag(qtbot, timeline, edge, edge + QPoint(0, 20), edge + QPoint(0, 40))
    assert area_of(timeline, "pitch").height() == pytest.approx(area.height() + 40, abs=1)
    assert len(said) == 1
    assert said[0].heights == {"pitch": round(area.height() + 40)}
    edge = QPoint(60, int(area_of(timeline, "pitch").bottom()) + 1)
    drag(qtbot, timeline, edge, edge - QPoint(0, 500))
    assert area_of(timeline, "pitch").height() == 16
    assert not timeline.viewport().grab().isNull()


def test_a_lane_made_higher_at_200_per_cent_is_as_high_at_100(qtbot, timeline):
    theme.apply("light", 200)
    area = area_of(timeline, "exchanges")
    edge = QPoint(60, int(area.bottom()) + 2)
    drag(qtbot, timeline, edge, edge + QPoint(0, 40))
    theme.apply("light", 100)
    assert area_of(timeline, "exchanges").height() == pytest.approx(area.height() / 2 + 20, abs=1)


def test_keys_move_size_and_hide_the_chosen_lane(qtbot, timeline):
    timeline.setFocus()
    timeline.current = "pitch"
    place, height = keys_of(timeline).index("pitch"), area_of(timeline, "pitch").height()
    qtbot.keyClick(timeline, Qt.Key.Key_Up, ALT)
    assert keys_of(timeline).index("pitch") == place - 1
    for _ in range(30):
        qtbot.keyClick(timeline, Qt.Key.Key_Down, ALT)
    assert keys_of(timeline)[-1] == "pitch"
    qtbot.keyClick(timeline, Qt.Key.Key_Plus, ALT)
    qtbot.keyClick(timeline, Qt.Key.Key_Equal, ALT)
    qtbot.keyClick(timeline, Qt.Key.Key_Minus, ALT)
    assert area_of(timeline, "pitch").height() == height + HEIGHT_STEP
    assert timeline.span == 60.0
    above = keys_of(timeline)[-2]
    qtbot.keyClick(timeline, Qt.Key.Key_H)
    assert "pitch" not in keys_of(timeline)
    assert timeline.current == above


def test_after_hiding_a_lane_the_keys_are_about_its_neighbour(qtbot, timeline, each_language):
    timeline.setFocus()
    keys = keys_of(timeline)
    timeline.current = keys[2]
    qtbot.keyClick(timeline, Qt.Key.Key_H)
    assert timeline.current == keys[3]
    assert timeline.accessibleDescription().startswith(timeline.chosen_lane().title())
    qtbot.keyClick(timeline, Qt.Key.Key_H)
    assert timeline.current == keys[4]
    timeline.hide_lane(keys[0])
    assert timeline.current == keys[4]
    assert set(keys) - set(keys_of(timeline)) == {keys[0], keys[2], keys[3]}


def test_a_reader_of_the_screen_is_told_which_mark_was_reached(qtbot, timeline, each_language):
    timeline.setFocus()
    timeline.current = "pauses"
    timeline.seekAsked.connect(timeline.set_playhead)
    reached = []
    for _ in range(40):
        qtbot.keyClick(timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        reached.append(timeline.accessibleDescription())
    lane = timeline.chosen_lane()
    first = lane.beside(0.0, 1)
    assert reached[0] == sentence_of(lane, first)
    assert lane.title() in reached[0]
    assert timecode(first) in reached[0]
    assert reached[-1] == tr("review.no_further_mark", lane=lane.title())
    qtbot.keyClick(timeline, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert timecode(timeline.playhead) in timeline.accessibleDescription()


def sentence_of(lane, time_s):
    said = tr("review.value_of", lane=lane.title(), value=lane.value_text(time_s))
    return tr("review.semicolon").join([timecode(time_s), said])


def test_with_every_lane_hidden_keys_and_mouse_do_no_harm(qtbot, timeline):
    timeline.setFocus()
    for _ in range(30):
        qtbot.keyClick(timeline, Qt.Key.Key_H)
    assert keys_of(timeline) == []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_F, Qt.Key.Key_H, Qt.Key.Key_Plus):
        qtbot.keyClick(timeline, key)
    qtbot.mouseClick(timeline.viewport(), LEFT, pos=QPoint(50, 200))
    assert not timeline.viewport().grab().isNull()
    reset(timeline)
    assert len(keys_of(timeline)) == len(timeline.lanes)


@pytest.mark.parametrize(("spoken", "pitch"), [("en", "Pitch st"), ("zh", "音高")])
def test_the_menu_has_a_check_mark_a_lane_and_stays_open(qtbot, timeline, spoken, pitch):
    language.set_language(spoken)
    menu = lane_menu(timeline, timeline)
    menu.popup(timeline.mapToGlobal(QPoint(0, 0)))
    marks = [action for action in menu.actions() if action.isCheckable()]
    assert [action.text() for action in marks] == [lane.title() for lane in timeline.lanes]
    assert all(action.isChecked() for action in marks)
    action = next(action for action in marks if action.text().startswith(pitch))
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    assert "pitch" not in keys_of(timeline)
    assert menu.isVisible()
    menu.setActiveAction(action)
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert "pitch" in keys_of(timeline)
    assert menu.isVisible()
    timeline.move_lane("pitch", -2)
    menu.actions()[-1].trigger()
    assert timeline.arrangement == LaneLayout().met(timeline.lanes)
    menu.close()


def test_a_hidden_lane_comes_back_to_its_place(timeline):
    before = keys_of(timeline)
    timeline.hide_lane("wave")
    assert [key for key in before if key != "wave"] == keys_of(timeline)
    timeline.hide_lane("wave", hidden=False)
    assert keys_of(timeline) == before


def test_the_mouse_shows_what_it_would_do(qtbot, timeline):
    area = area_of(timeline, "pitch")
    qtbot.mouseMove(timeline.viewport(), pos=title_of(timeline, "pitch"))
    assert timeline.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(timeline.viewport(), pos=QPoint(60, int(area.bottom()) + 1))
    assert timeline.viewport().cursor().shape() is Qt.CursorShape.SizeVerCursor
    qtbot.mouseMove(timeline.viewport(), pos=QPoint(400, int(area.bottom()) + 1))
    assert timeline.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor
    assert timeline.drag.cursor(QPointF(60, 2)) is None


# In the room, for each assessor


def test_it_is_kept_for_each_assessor(qtbot, reviewed_copy):
    folder, interview_id = reviewed_copy
    first = start.open_window(folder, SettingsFile(folder))
    first.open_review(interview_id)
    timeline = first.window.room("review").timeline
    timeline.hide_lane("wave")
    timeline.move_lane("pitch", 1)
    timeline.size_lane("pitch", 20)
    timeline.toggle("terms")
    left = timeline.arrangement
    who = first.context.library.assessor
    first.window.close()
    second = start.open_window(folder, SettingsFile(folder))
    try:
        second.open_review(interview_id)
        assert second.window.room("review").timeline.arrangement == left
        second.context.library.assessor = "另一位"
        second.open_review(interview_id)
        timeline = second.window.room("review").timeline
        assert timeline.arrangement == LaneLayout().met(timeline.lanes)
        timeline.hide_lane("pitch")
        second.context.library.assessor = who
        second.open_review(interview_id)
        assert second.window.room("review").timeline.arrangement == left
    finally:
        second.window.close()


def test_what_was_kept_for_everybody_holds_for_each_until_changed(tmp_path):
    settings = SettingsFile(tmp_path)
    settings.change(layout={"window": "abc", "review.left": [1, 2], "people": {"A": {"review.left": [3, 4]}, "B": "?"}})
    who = ["A"]
    store = SettingsLayout(settings, lambda: who[0], keep=True)
    assert store.get("review.left", None) == [3, 4]
    who[0] = "B"
    assert store.get("review.left", None) == [1, 2]
    store.put("review.left", [5, 6])
    kept = SettingsFile(tmp_path).values.layout
    assert kept["people"] == {"A": {"review.left": [3, 4]}, "B": {"review.left": [5, 6]}}
    assert (kept["window"], kept["review.left"]) == ("abc", [1, 2])
    assert store.get("people", None) is None


def test_the_room_offers_the_lanes_by_button_key_and_palette(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    qtbot.mouseClick(room.lanes, LEFT)
    menu = next(menu for menu in room.findChildren(type(lane_menu(room.timeline, room))) if menu.isVisible())
    assert menu.activeAction() is menu.actions()[0]
    menu.close()
    titles = [action.title for action in opened_window.window.actions_here()]
    assert "Hide lane: Sound" in titles
    hide = next(action for action in opened_window.window.actions_here() if action.title == "Hide lane: Sound")
    hide.run()
    assert "wave" not in keys_of(room.timeline)
    assert "Show lane: Sound" in [action.title for action in opened_window.window.actions_here()]
    assert "1 hidden" in room.lanes.toolTip()
    language.set_language("zh")
    assert "已隐藏 1 条" in room.lanes.toolTip()
    assert "已隐藏 1 条" in room.lanes.accessibleName()
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    assert "已隐藏 1 条" in room.lanes.toolTip()
    lit = room.lanes.icon().pixmap(18, 18).toImage()
    reset(room.timeline)
    assert "已隐藏" not in room.lanes.toolTip()
    assert room.lanes.icon().pixmap(18, 18).toImage() != lit
    language.set_language("en")
    sides = [button.geometry() for button in (room.zoom_out, room.zoom_in, room.zoom_all, room.lanes, room.table)]
    assert all(first.right() < second.left() for first, second in pairwise(sides))
    assert sides[-1].right() < room.timeline.view().left


def test_a_question_whose_lane_is_hidden_still_has_its_card(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    room.timeline.hide_lane("exchanges")
    room.questions.show(0)
    assert room.questions.card.isVisible()
