"""Voices get their names once: typed on the card, kept everywhere, undone, and found again in a new analysis."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from analysis.document import Correction, CorrectionKind, Role, Turn
from app.store.library import Library
from tests.ui import review_data, review_library, rooms
from tests.ui.rooms import shown
from ui import language, theme
from ui.review.corrected import corrected
from ui.review.found_tables import suggestions_table
from ui.review.lane import View
from ui.review.lane_list import lanes_of
from ui.review.presenter import LibraryPresenter
from ui.review.voices import longest_turn, name_drafts, role_drafts, role_words, voice_name

LEFT = Qt.MouseButton.LeftButton
NAME, ROLE, SPEAKER = CorrectionKind.NAME, CorrectionKind.ROLE, CorrectionKind.SPEAKER


@pytest.fixture
def room(qtbot, library, tmp_path):
    with rooms.made(qtbot, library, tmp_path, review_data.with_findings(review_data.recording())) as room:
        yield room


def card_of(qtbot, room):
    qtbot.mouseClick(room.transcript.speakers, LEFT)
    assert room.speakers.card.isVisible()
    return room.speakers.card


def give(qtbot, room, **names):
    """Give voices names and save them by key."""
    card = card_of(qtbot, room)
    for speaker, name in names.items():
        card.rows[speaker].name.setText(name)
    qtbot.keyClick(card.rows[next(iter(names))].name, Qt.Key.Key_Return)


def shown_names(room):
    return list(dict.fromkeys(line.name for line in room.transcript.list.rows.lines))


def kept(room):
    return room.presenter.session.library.corrections(room.presenter.interview.id)


def correction(kind, before, after, span, name="a", reverts=None):
    return Correction(name, kind, *span, before, after, "李静", "2026-11-21T00:00:00+00:00", reverts)


# On the card


def test_a_name_is_typed_once_and_undone_and_made_again_by_key(qtbot, room):
    card = card_of(qtbot, room)
    first, second = card.rows.values()
    assert first.name.hasFocus()
    assert (first.name.placeholderText(), second.name.placeholderText()) == ("Interviewer", "王小雨")
    assert (first.mark.role, second.mark.role) == (Role.INTERVIEWER, Role.CANDIDATE)
    qtbot.keyClicks(first.name, " Li  Jing ")
    qtbot.keyClick(first.name, Qt.Key.Key_Return)
    assert not card.isVisible()
    assert room.hasFocus()
    assert shown_names(room) == ["Li Jing", "王小雨"]
    rows = room.transcript.list.rows
    assert "Li Jing: " in rows.data(rows.index(0), Qt.ItemDataRole.AccessibleTextRole)
    turn = longest_turn(room.recording.analysis.speakers.turns, "S1")
    assert [(c.kind, c.start, c.end, c.before, c.after) for c in kept(room)] == [
        (NAME, turn.start, turn.end, "S1", "Li Jing")
    ]
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown_names(room) == ["Interviewer", "王小雨"]
    qtbot.mouseClick(room.transcript.redo, LEFT)
    assert shown_names(room) == ["Li Jing", "王小雨"]


def test_all_names_are_saved_together_and_undone_together(qtbot, room):
    give(qtbot, room, S1="李静", S2="小雨")
    assert shown_names(room) == ["李静", "小雨"]
    assert [c.before for c in kept(room)] == ["S1", "S2"]
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert shown_names(room) == ["Interviewer", "王小雨"]
    assert not room.presenter.can_undo


def test_escape_leaves_everything_and_what_was_typed_is_gone(qtbot, room):
    card = card_of(qtbot, room)
    qtbot.keyClicks(card.rows["S1"].name, "abc")
    qtbot.keyClick(card.rows["S1"].name, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert room.hasFocus()
    assert kept(room) == ()
    assert card_of(qtbot, room).rows["S1"].name.text() == ""
    qtbot.mouseClick(room.transcript.speakers, LEFT)
    assert not card.isVisible()
    card_of(qtbot, room)
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_Escape)
    assert not card.isVisible()


def test_nothing_typed_saves_nothing(qtbot, room):
    card = card_of(qtbot, room)
    qtbot.mouseClick(card.save_it, LEFT)
    assert not card.isVisible()
    assert kept(room) == ()


def test_the_menu_of_a_row_goes_to_the_name_of_who_speaks_there(qtbot, room):
    give(qtbot, room, S1="R&D <b>")
    menu = room.transcript.list.row_menu(1, None)
    next(action for action in menu.actions() if action.text() == "Names of the speakers …").trigger()
    card = room.speakers.card
    assert card.rows["S2"].name.hasFocus()
    moved = next(action.menu() for action in menu.actions() if action.text() == "Said by")
    assert [action.text() for action in moved.actions()] == ["R&&D <b> (S1)"]
    menu.close()


def test_a_role_is_one_click_and_what_is_being_typed_stays(qtbot, room):
    card = card_of(qtbot, room)
    qtbot.keyClicks(card.rows["S1"].name, "Li")
    qtbot.mouseClick(card.rows["S1"].roles[Role.CANDIDATE], LEFT)
    lines = room.transcript.list.rows.lines
    assert [line.role for line in lines[:2]] == [Role.CANDIDATE, Role.INTERVIEWER]
    assert [row.mark.role for row in card.rows.values()] == [Role.CANDIDATE, Role.INTERVIEWER]
    assert card.rows["S1"].roles[Role.CANDIDATE].isChecked()
    assert not card.rows["S1"].roles[Role.INTERVIEWER].isChecked()
    assert card.rows["S1"].name.text() == "Li"
    assert card.rows["S1"].name.placeholderText() == "王小雨"
    assert all((c.start, c.end) != (0.0, 0.0) for c in kept(room))
    qtbot.mouseClick(card.rows["S1"].roles[Role.CANDIDATE], LEFT)
    assert len(kept(room)) == 2
    assert card.rows["S1"].roles[Role.CANDIDATE].isChecked()
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert [line.role for line in room.transcript.list.rows.lines[:2]] == [Role.INTERVIEWER, Role.CANDIDATE]


def test_the_keyboard_goes_through_names_turns_and_roles(qtbot, room):
    card = card_of(qtbot, room)
    first, second = card.rows.values()
    qtbot.keyClick(first.name, Qt.Key.Key_Tab)
    reached = []
    for _ in range(20):
        widget = room.window().focusWidget()
        reached.append(widget)
        if widget is card.save_it:
            break
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    roles = [*first.roles.values(), second.name, *second.roles.values()]
    assert [widget for widget in reached if widget in roles] == roles
    assert reached[-1] is card.save_it
    second.name.setText("小雨")
    second.roles[Role.OTHER].setFocus()
    qtbot.keyClick(second.roles[Role.OTHER], Qt.Key.Key_Return)
    assert not card.isVisible()
    assert shown_names(room) == ["Interviewer", "小雨"]


def test_every_control_says_whose_it_is_in_both_languages(qtbot, room, each_language):
    language.set_language(each_language)
    card = card_of(qtbot, room)
    wanted = {
        "en": (
            "Name of Interviewer (S1)",
            "Play the longest turn of Interviewer (S1)",
            "Interviewer (S1) is: Candidate",
        ),
        "zh": ("面试官（S1）的姓名", "播放面试官（S1）最长的一段话", "面试官（S1）的角色：候选人"),
    }[each_language]
    row = card.rows["S1"]
    said = (row.name, row.play, row.roles[Role.CANDIDATE])
    assert tuple(widget.accessibleName() for widget in said) == wanted
    assert card.title.text() == {"en": "Names and roles of the speakers", "zh": "说话人的姓名和角色"}[each_language]
    other = {"en": "zh", "zh": "en"}[each_language]
    language.set_language(other)
    assert card.rows["S1"].name.placeholderText() == {"en": "Interviewer", "zh": "面试官"}[other]


@pytest.mark.parametrize(("size", "scale"), [((1528, 952), 100), ((960, 600), 100), ((1900, 1000), 200)])
def test_the_card_lies_within_the_room_and_nothing_of_it_is_cut(qtbot, room, size, scale):
    theme.apply("light", scale)
    room.resize(*size)
    card = card_of(qtbot, room)
    QApplication.processEvents()
    assert room.rect().contains(card.geometry())
    for row in card.rows.values():
        for button in row.roles.values():
            assert button.width() >= button.sizeHint().width()
            assert row.rect().contains(button.geometry().translated(button.parentWidget().pos()))
    theme.apply("dark", scale)
    assert not card.grab().isNull()


def test_a_read_only_library_shows_the_names_and_changes_nothing(qtbot, room):
    give(qtbot, room, S1="李静")
    library, interview_id = room.presenter.session.library, room.presenter.interview.id
    with Library.open(library.folder, read_only_if_held=True) as second:
        other = shown(qtbot, LibraryPresenter(second, interview_id))
        card = card_of(qtbot, other)
        assert card.rows["S1"].name.text() == "李静"
        assert not card.rows["S1"].name.isEnabled()
        assert not any(button.isEnabled() for button in card.rows["S1"].roles.values())
        assert not card.save_it.isVisible()
        qtbot.keyClick(card, Qt.Key.Key_Return)
        assert not card.isVisible()
        other.leave()


# Everywhere


def test_a_name_stands_in_tables_and_at_the_crosshair(qtbot, room):
    give(qtbot, room, S2="小雨")
    table = suggestions_table(room.recording)
    assert {table.data(table.index(row, 4)) for row in range(table.rowCount())} == {"小雨"}
    lane = next(lane for lane in room.timeline.lanes if lane.key == "exchanges")
    said = next(turn for turn in room.recording.analysis.speakers.turns if turn.speaker == "S2")
    assert lane.value_text((said.start + said.end) / 2) == "Q1 · 小雨"
    assert lane.value_text(said.start - 0.5) == "Q1"
    assert lane.mark_at(View(0.0, 60.0, 0.0, 600.0), 10 * said.start + 20, 0.9).text.startswith("小雨 · ")


def test_the_crosshair_says_who_speaks_in_the_language_in_use():
    recording = replace(review_data.recording(30.0), candidate="王小雨")
    speakers = recording.analysis.speakers
    both = replace(speakers, turns=(*speakers.turns, Turn(4.0, 6.0, "S1"), Turn(5.0, 6.0, "S3")))
    recording = replace(recording, analysis=replace(recording.analysis, speakers=both))
    lane = next(lane for lane in lanes_of(recording, tuple) if lane.key == "exchanges")
    assert lane.value_text(1.0) == "Q1 · Interviewer"
    assert lane.value_text(5.5) == "Q1 · 王小雨, Interviewer, Speaker S3"
    language.set_language("zh")
    assert lane.value_text(5.5) == "Q1 · 王小雨、面试官、说话人 S3"


def test_the_candidates_name_in_the_library_stays_and_is_used_without_another(qtbot, room):
    give(qtbot, room, S2="Rainy")
    library = room.presenter.session.library
    assert [candidate.name for candidate in library.candidates()] == ["王小雨"]
    assert room.presenter.interview.candidate.name == "王小雨"
    assert shown_names(room) == ["Interviewer", "Rainy"]
    card = card_of(qtbot, room)
    assert card.rows["S2"].name.selectedText() or card.rows["S2"].name.text() == "Rainy"
    card.rows["S2"].name.clear()
    qtbot.keyClick(card.rows["S2"].name, Qt.Key.Key_Return)
    assert shown_names(room) == ["Interviewer", "王小雨"]


def test_signing_waits_for_a_name_as_for_every_correction(qtbot, room, tmp_path):
    give(qtbot, room, S1="李静")
    assert room.presenter.is_behind()
    made = room.recording.analysis
    document = replace(made, correction=kept(room)[-1].id)
    library, interview_id = room.presenter.session.library, room.presenter.interview.id
    review_library.analysed(
        library, interview_id, tmp_path / "again", replace(review_data.recording(), analysis=document)
    )
    room.presenter.reload()
    room.refresh()
    assert not room.presenter.is_behind()
    assert shown_names(room) == ["李静", "王小雨"]
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert shown_names(room) == ["Interviewer", "王小雨"]


def test_what_an_analysis_brings_while_one_types_does_not_take_it_away(qtbot, room):
    card = card_of(qtbot, room)
    qtbot.keyClicks(card.rows["S1"].name, "Li")
    room.presenter.reload()
    room.refresh()
    assert card.isVisible()
    assert card.rows["S1"].name.text() == "Li"


# Laid over the document


def test_a_name_that_the_document_has_already_and_that_was_undone_gives_way_to_the_one_before():
    talk = review_data.analysis(60.0)
    turn = longest_turn(talk.speakers.turns, "S1")
    span = (turn.start, turn.end)
    first, second = correction(NAME, "S1", "Li", span, "1"), correction(NAME, "S1", "Lin", span, "2")
    undo = correction(NAME, "Lin", "S1", span, "3", reverts="2")
    assert corrected(talk, [first]).speakers.names == {"S1": "Li"}
    derived = replace(talk, correction="2", speakers=replace(talk.speakers, names={"S1": "Lin"}))
    assert corrected(derived, [first, second]) == derived
    assert corrected(derived, [first, second, undo]).speakers.names == {"S1": "Li"}
    redo = correction(NAME, "S1", "Lin", span, "4", reverts="3")
    assert corrected(derived, [first, second, undo, redo]).speakers.names == {"S1": "Lin"}
    cleared = correction(NAME, "S1", "", span, "5")
    assert corrected(derived, [first, second, cleared]).speakers.names == {}


def test_names_and_roles_find_their_voice_by_time_where_voices_are_numbered_anew():
    talk = review_data.analysis(60.0)
    turn = longest_turn(talk.speakers.turns, "S1")
    other = {"S1": "S2", "S2": "S1"}
    turns = tuple(replace(each, speaker=other[each.speaker]) for each in talk.speakers.turns)
    roles = {"S1": Role.CANDIDATE, "S2": Role.INTERVIEWER}
    anew = replace(talk, speakers=replace(talk.speakers, turns=turns, roles=roles))
    made = [
        correction(NAME, "S1", "Li", (turn.start, turn.end), "1"),
        correction(ROLE, "S1", "other", (turn.start, turn.end), "2"),
    ]
    found = corrected(anew, made).speakers
    assert found.names == {"S2": "Li"}
    assert found.roles == {"S1": Role.CANDIDATE, "S2": Role.OTHER}
    nobody = correction(NAME, "S1", "Li", (500.0, 501.0))
    assert corrected(anew, [nobody, correction(NAME, "S9", "Li", (0.0, 0.0), "b")]) == anew


def test_drafts_say_only_what_changes():
    talk = review_data.analysis(60.0)
    named = replace(talk, speakers=replace(talk.speakers, names={"S1": "Li"}))
    assert name_drafts(named, {"S1": " Li ", "S2": "  "}) == []
    assert [(d.before, d.after) for d in name_drafts(named, {"S1": "", "S2": "A  B"})] == [("S1", ""), ("S2", "A B")]
    assert role_drafts(talk, "S1", Role.INTERVIEWER) == []
    both = [("S1", "candidate"), ("S2", "interviewer")]
    assert [(d.before, d.after) for d in role_drafts(talk, "S1", Role.CANDIDATE)] == both
    moved = [("S2", "other"), ("S1", "candidate")]
    assert [(d.before, d.after) for d in role_drafts(talk, "S2", Role.OTHER)] == moved
    assert voice_name(talk.speakers, "S3", role_words("")) == "Speaker S3"
    assert voice_name(talk.speakers, "S2", role_words("")) == "Candidate"


# Listening


def test_the_longest_turn_is_played_to_its_end(qtbot, library, sample, tmp_path):
    interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
    review_library.analysed(library, interview_id, tmp_path / "analysis", review_data.recording(57.16))
    room = shown(qtbot, LibraryPresenter(library, interview_id))
    playback = room.player.playback
    qtbot.waitUntil(lambda: playback.loaded, timeout=20_000)
    card = card_of(qtbot, room)
    turn = longest_turn(room.recording.analysis.speakers.turns, "S2")
    qtbot.mouseClick(card.rows["S2"].play, LEFT)
    qtbot.waitUntil(lambda: playback.playing and playback.position > turn.start + 0.1, timeout=20_000)
    assert playback.position < turn.end
    qtbot.mouseClick(card.rows["S2"].play, LEFT)
    qtbot.waitUntil(lambda: not playback.playing, timeout=20_000)
    qtbot.mouseClick(card.rows["S2"].play, LEFT)
    qtbot.waitUntil(lambda: playback.playing and turn.start < playback.position < turn.end, timeout=20_000)
    playback.seek(turn.end - 0.4)
    qtbot.waitUntil(lambda: not playback.playing, timeout=20_000)
    assert turn.end - 0.5 <= playback.position <= turn.end + 1.0
    assert card.isVisible()
    room.leave()
