"""What is there again when an interview is left and opened once more: words half written, the player's place."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.settings import SettingsFile
from tests.ui import review_library
from tests.ui.rooms import shown
from ui import theme
from ui.review.drafts import COMMENT, COMMENT_EDIT, CORRECTION, NAMES
from ui.review.face_marks import Mark
from ui.review.model import PassingLayout
from ui.review.presenter import LibraryPresenter
from ui.review.remembered import MOST, PLACES, PerInterview
from ui.review.room import ReviewRoom
from ui.shell import start
from ui.shell.layout import SettingsLayout


@pytest.fixture
def layout():
    return PassingLayout()


@pytest.fixture
def enter(qtbot, opened, layout):
    """Opens the interview in a room; every room is left at the end."""
    left = []

    def enter() -> ReviewRoom:
        left.append(shown(qtbot, LibraryPresenter(*opened), layout))
        return left[-1]

    yield enter
    for room in left:
        room.leave()


def active(qtbot, room):
    """A room whose window has the keys."""
    room.activateWindow()
    qtbot.waitUntil(room.isActiveWindow)
    return room


# Words


def test_a_comment_half_written_is_there_again_about_its_own_moment(qtbot, enter, opened):
    room = enter()
    room.seek(12.0)
    qtbot.keyClick(room, Qt.Key.Key_C)
    qtbot.keyClicks(room.scorecard.comments.field, "half a thought")
    room.seek(40.0)
    room.close()
    assert room.presenter.comments() == ()
    again = enter()
    field = again.scorecard.comments.field
    assert field.text() == "half a thought"
    again.seek(30.0)
    assert field.text() == "half a thought"
    field.setFocus()
    qtbot.keyClicks(field, ", finished")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [(c.time_s, c.text) for c in again.presenter.comments()] == [(12.0, "half a thought, finished")]
    assert opened[0].draft(opened[1], COMMENT) is None
    again.close()
    assert enter().scorecard.comments.field.text() == ""


def test_words_that_stand_there_go_on_about_their_own_stretch(qtbot, enter, opened):
    opened[0].keep_draft(opened[1], COMMENT, [12.0, "half", 15.0])
    room = active(qtbot, enter())
    field = room.scorecard.comments.field
    room.seek(30.0)
    qtbot.keyClick(room, Qt.Key.Key_C)
    assert field.hasFocus()
    field.end(False)
    qtbot.keyClicks(field, " a thought")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_C)
    qtbot.keyClicks(field, "now")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    told = [(c.time_s, c.end_s, c.text) for c in room.presenter.comments()]
    assert told == [(12.0, 15.0, "half a thought"), (30.0, None, "now")]


def test_a_comment_begun_on_a_stretch_stays_on_it_when_it_is_written_anew(qtbot, enter):
    room = active(qtbot, enter())
    comments, field = room.scorecard.comments, room.scorecard.comments.field
    comments.start(5.0, 9.0)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    room.seek(20.0)
    qtbot.keyClicks(field, "again")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [(c.time_s, c.end_s) for c in room.presenter.comments()] == [(5.0, 9.0)]
    qtbot.keyClicks(field, "y")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    room.seek(40.0)
    qtbot.keyClicks(field, "later")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [c.time_s for c in room.presenter.comments()] == [5.0, 40.0]
    comments.start(6.0, 8.0)
    room.setFocus()
    room.seek(50.0)
    field.setFocus()
    qtbot.keyClicks(field, "left")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [(c.time_s, c.end_s) for c in room.presenter.comments()][-1] == (50.0, None)


def test_a_pause_is_enough_to_keep_a_draft(qtbot, enter, opened):
    room = enter()
    field = room.scorecard.comments.field
    field.setFocus()
    with qtbot.waitSignal(room.scorecard.comments.draftChanged):
        qtbot.keyClicks(field, "x")
    assert opened[0].draft(opened[1], COMMENT) == [0.0, "x"]


def test_each_interview_and_each_assessor_has_an_own_draft(qtbot, enter, opened):
    library, interview_id = opened
    library.keep_draft(review_library.interview_in(library, None), COMMENT, [3.0, "about somebody else"])
    library.assessor = "王芳"
    library.keep_draft(interview_id, COMMENT, [3.0, "by somebody else"])
    library.assessor = "李静"
    assert enter().scorecard.comments.field.text() == ""


@pytest.mark.parametrize("kept", ["text", [1.0], ["a", "b"], [1.0, ""], {"time": 1.0}])
def test_what_is_no_draft_is_not_shown(enter, opened, kept):
    for field in (COMMENT, COMMENT_EDIT, CORRECTION, NAMES):
        opened[0].keep_draft(opened[1], field, kept)
    room = enter()
    assert room.scorecard.comments.field.text() == ""
    assert room.scorecard.comments.editor is None
    assert room.transcript.list.editor is None
    assert not room.speakers.card.isVisible() or not room.speakers.card.being_written()


def naming(qtbot, room):
    qtbot.mouseClick(room.transcript.speakers, Qt.MouseButton.LeftButton)
    return room.speakers.card


def test_names_typed_and_not_saved_are_there_again(qtbot, enter, opened):
    room = enter()
    naming(qtbot, room).rows["S1"].name.setText("李静")
    room.close()
    assert opened[0].corrections(opened[1]) == ()
    again = enter()
    card = again.speakers.card
    qtbot.waitUntil(card.isVisible)
    assert {key: row.name.text() for key, row in card.rows.items()} == {"S1": "李静", "S2": ""}
    card.rows["S2"].name.setText("小雨")
    qtbot.keyClick(card.rows["S2"].name, Qt.Key.Key_Return)
    assert not card.isVisible()
    assert [each.after for each in opened[0].corrections(opened[1])] == ["李静", "小雨"]
    again.close()
    assert opened[0].draft(opened[1], NAMES) is None


def test_names_are_kept_at_a_pause_and_forgotten_with_escape(qtbot, enter, opened):
    library, interview_id = opened
    room = enter()
    card = naming(qtbot, room)
    card.rows["S2"].name.setText("小雨")
    qtbot.waitUntil(lambda: library.draft(interview_id, NAMES) == {"S2": "小雨"})
    qtbot.keyClick(card.rows["S2"].name, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: library.draft(interview_id, NAMES) is None)
    naming(qtbot, room).rows["S1"].name.setText("李静")
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    room.close()
    assert library.draft(interview_id, NAMES) is None


def test_a_name_whose_voice_is_gone_is_said(qtbot, enter, opened):
    opened[0].keep_draft(opened[1], NAMES, {"S9": "赵敏", "S1": "李静"})
    room = enter()
    with qtbot.waitSignal(room.noticed) as said:
        pass
    assert said.args == ["review.draft_lost", {"time": "–", "words": "赵敏"}]
    assert room.speakers.card.being_written() == {"S1": "李静"}
    room.close()
    assert opened[0].draft(opened[1], NAMES) == {"S1": "李静"}


def test_a_room_that_is_never_shown_keeps_the_names(opened):
    opened[0].keep_draft(opened[1], NAMES, {"S1": "李静"})
    room = ReviewRoom(LibraryPresenter(*opened))
    room.leave()
    assert opened[0].draft(opened[1], NAMES) == {"S1": "李静"}
    room.deleteLater()


def test_a_comment_being_changed_is_changed_when_the_room_is_left(qtbot, enter, opened):
    one = opened[0].add_comment(opened[1], 12.0, "good")
    room = enter()
    room.scorecard.comments.edit(one.id)
    room.scorecard.comments.editor.words.setPlainText("better")
    room.close()
    assert [c.text for c in enter().presenter.comments()] == ["better"]
    assert opened[0].draft(opened[1], COMMENT_EDIT) is None


def test_a_change_that_cannot_be_saved_is_there_again(qtbot, enter, opened):
    one = opened[0].add_comment(opened[1], 12.0, "good")
    room = enter()
    room.scorecard.comments.edit(one.id)
    room.scorecard.comments.editor.time.setText("soon")
    room.scorecard.comments.editor.words.setPlainText("better")
    room.close()
    editor = enter().scorecard.comments.editor
    assert (editor.time.text(), editor.words.toPlainText()) == ("soon", "better")
    qtbot.mouseClick(editor.cancel, Qt.MouseButton.LeftButton)
    assert opened[0].draft(opened[1], COMMENT_EDIT) is None


def test_what_lost_its_place_is_said_word_for_word(qtbot, enter, opened):
    opened[0].keep_draft(opened[1], CORRECTION, [4.0, "nothing like it", "my words"])
    room = enter()
    with qtbot.waitSignal(room.noticed) as said:
        pass
    assert said.args == ["review.draft_lost", {"time": "00:04", "words": "my words"}]
    assert opened[0].draft(opened[1], CORRECTION) is None


@pytest.mark.parametrize("whole", [False, True])
def test_words_over_the_transcript_are_kept_at_a_pause_and_typed_on(qtbot, enter, opened, whole):
    room = enter()
    rows = room.transcript.list
    rows.edit_row(1) if whole else rows.edit_word(1, 3)
    before = rows.being_written()
    rows.editor.selectAll()
    qtbot.keyClicks(rows.editor, "half a w")
    with qtbot.waitSignal(room.drafts._pause.timeout):
        pass
    kept = opened[0].draft(opened[1], CORRECTION)
    assert kept == [*before[:2], "half a w"]
    qtbot.keyClick(rows.editor, Qt.Key.Key_Escape)
    assert opened[0].draft(opened[1], CORRECTION) is None
    room.close()
    opened[0].keep_draft(opened[1], CORRECTION, kept)
    again = enter().transcript.list
    qtbot.waitUntil(lambda: again.editor is not None)
    assert again.being_written() == kept
    qtbot.keyClick(again.editor, Qt.Key.Key_End)
    qtbot.keyClicks(again.editor, "ord")
    qtbot.keyClick(again.editor, Qt.Key.Key_Return)
    assert "half a word" in again.rows.lines[1].segment.text
    assert opened[0].draft(opened[1], CORRECTION) is None


def test_a_word_being_corrected_is_corrected_when_the_room_is_left(qtbot, enter):
    room = enter()
    rows = room.transcript.list
    rows.edit_word(1, 3)
    rows.editor.setText("正在")
    room.close()
    assert "正在" in enter().transcript.list.rows.lines[1].segment.text


def test_a_word_that_was_not_changed_is_no_correction(qtbot, enter):
    room = enter()
    room.transcript.list.edit_word(1, 3)
    room.close()
    assert not room.presenter.can_undo


# The player


def test_it_goes_on_where_it_was_left(qtbot, enter):
    room = enter()
    qtbot.waitUntil(lambda: room.player.pane.image is not None, timeout=20_000)
    room.seek(20.0)
    room.close()
    again = enter()
    playback = again.player.playback
    assert playback.position == 20.0
    assert again.timeline.playhead == 20.0
    assert again.player.seek_bar.position == 20.0
    assert again.transcript.list.delegate.current_row == 3
    qtbot.waitUntil(lambda: abs(playback._player.position() - 20_000) < 50, timeout=20_000)
    starts = []
    playback.frameArrived.connect(lambda frame: starts.append(frame.startTime() / 1e6))
    playback.play()
    qtbot.waitUntil(lambda: playback.position > 20.2, timeout=20_000)
    playback.pause()
    assert playback.position < 25.0
    assert min(starts) > 19.5


def test_play_pressed_at_once_plays_from_there(qtbot, enter):
    room = enter()
    room.seek(30.0)
    room.close()
    again = enter()
    again.player.playback.play()
    qtbot.waitUntil(lambda: again.player.playback.position > 30.2, timeout=20_000)
    assert again.player.playback.position < 35.0


def test_the_row_that_is_being_said_is_in_sight_at_once(qtbot, enter):
    theme.apply("light", 200)
    room = enter()
    room.seek(50.0)
    room.close()
    rows = enter().transcript.list
    row = rows.delegate.current_row
    assert row == 5
    assert rows.verticalScrollBar().maximum() > 0
    qtbot.waitUntil(lambda: rows.viewport().rect().contains(rows.visualRect(rows.rows.index(row)).topLeft()))


def test_what_was_watched_to_its_end_begins_anew(enter):
    room = enter()
    room.seek(57.1)
    room.close()
    assert enter().player.playback.position == 0.0


def test_speed_volume_and_overlay_stay(qtbot, enter, layout):
    room = enter()
    qtbot.keyClick(room, Qt.Key.Key_BracketRight)
    room.player.volume.setValue(40)
    room.player.overlay.ticks[Mark.BOX].trigger()
    room.close()
    again = enter().player
    assert again.playback.speed == 1.25
    assert again.speed.text() == "1.25×"
    assert again.volume.value() == 40
    assert not again.overlay.isChecked()
    assert Mark.BOX not in again.pane.marks.wanted


@pytest.mark.parametrize("kept", ["soon", -3.0, True, None, [1.0]])
def test_a_place_that_is_none_is_the_beginning(enter, layout, opened, kept):
    layout.put(PLACES, {opened[1]: kept})
    layout.put("review.speed", "fast")
    layout.put("review.volume", 900)
    room = enter()
    assert room.player.playback.position <= 1.0
    assert (room.player.playback.speed, room.player.volume.value()) == (1.0, 100)


def test_the_place_is_written_down_while_the_room_is_open(qtbot, enter, layout, opened):
    room = enter()
    room.memory._soon.setInterval(1)
    room.seek(9.0)
    qtbot.waitUntil(lambda: layout.get(PLACES, None) == {opened[1]: 9.0})


def test_going_to_another_room_is_enough(enter, layout, opened):
    room = enter()
    room.seek(9.0)
    room.hide()
    assert layout.get(PLACES, None) == {opened[1]: 9.0}


def test_only_the_newest_interviews_are_remembered(layout):
    for number in range(MOST + 3):
        PerInterview(layout, PLACES, f"i{number}").put(float(number))
    kept = layout.get(PLACES, None)
    assert len(kept) == MOST
    assert "i2" not in kept
    assert "i3" in kept
    PerInterview(layout, PLACES, "i3").put(7.5)
    PerInterview(layout, PLACES, "new").put(1.0)
    kept = layout.get(PLACES, None)
    assert (kept["i3"], kept["new"], "i4" in kept) == (7.5, 1.0, False)
    PerInterview(layout, PLACES, "new").put(None)
    assert "new" not in layout.get(PLACES, None)


def test_a_damaged_list_of_interviews_is_begun_anew(layout):
    layout.put(PLACES, "nonsense")
    PerInterview(layout, PLACES, "a").put(2.0)
    assert layout.get(PLACES, None) == {"a": 2.0}


def test_it_is_all_in_the_settings_of_this_workstation(qtbot, copied):
    folder, interview_id = copied
    first = start.open_window(folder, SettingsFile(folder))
    first.open_review(interview_id)
    room = first.window.room("review")
    room.seek(15.0)
    room.player.playback.set_speed(1.5)
    room.scorecard.comments.field.setText("未写完")
    first.window.close()
    again = SettingsLayout(SettingsFile(folder), lambda: first.context.library.assessor, keep=True)
    assert again.get(PLACES, None) == {interview_id: 15.0}
    second = start.open_window(folder, SettingsFile(folder))
    try:
        second.open_review(interview_id)
        room = second.window.room("review")
        assert room.player.playback.position == 15.0
        assert room.player.playback.speed == 1.5
        assert room.scorecard.comments.field.text() == "未写完"
    finally:
        second.window.close()
