"""Menus at what they are about, by right click, menu key and Shift+F10: what they offer does what it says."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame

from app.domain.types import AnalysisState
from app.store.library import Library
from app.text import tr
from tests.app.interviews import answer_metrics
from tests.ui import review_data, review_library
from ui import language
from ui.review.comments import Words
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom

LEFT, Key, SHIFT = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier.ShiftModifier
Reason = QContextMenuEvent.Reason


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, sample):
    """A folder with a library in which the sample is imported and analysed; tests work on copies."""
    folder = tmp_path_factory.mktemp("菜单")
    with Library.open(folder / "library", assessor="李静") as library:
        interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
        made = review_data.recording(57.16)
        answers = tuple(answer_metrics("zh") for _ in made.analysis.exchanges)
        found = replace(made.analysis, metrics=replace(made.analysis.metrics, answers=answers))
        review_library.analysed(library, interview_id, folder / "analysis", replace(made, analysis=found))
        library.add_comment(interview_id, 12.0, "讲得 & 清楚", end_s=15.0)
        library.add_comment(interview_id, 20.0, "", bookmark=True)
        library.assessor = "王强"
        library.add_comment(interview_id, 30.0, "我的看法")
    return folder / "library", interview_id


@pytest.fixture
def opened(prepared, tmp_path):
    shutil.copytree(prepared[0], tmp_path / "library")
    with Library.open(tmp_path / "library", assessor="李静") as library:
        yield library, prepared[1]


def shown(qtbot, presenter):
    room = ReviewRoom(presenter)
    qtbot.addWidget(room)
    room.resize(1528, 952)
    room.show()
    room.activateWindow()
    qtbot.waitExposed(room)
    return room


@pytest.fixture
def room(qtbot, opened):
    room = shown(qtbot, LibraryPresenter(*opened))
    yield room
    if menu := QApplication.activePopupWidget():
        menu.close()
    room.leave()


def ask(widget, at=None):
    """Ask for the menu of a widget, with the mouse at a point or by key, as Qt does."""
    place = at if at is not None else widget.rect().center()
    reason = Reason.Keyboard if at is None else Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    return QApplication.activePopupWidget()


def texts(menu):
    return [action.text().split("\t")[0] for action in menu.actions() if action.text()]


def offered(menu, beginning):
    return next(action for action in menu.actions() if action.text().startswith(beginning))


def pick(qtbot, menu, *path):
    """Choose what begins so, through the menus below it."""
    for beginning in path[:-1]:
        menu = offered(menu, beginning).menu()
    action = offered(menu, path[-1])
    assert action.isEnabled()
    if len(path) > 1:
        action.trigger()
        QApplication.activePopupWidget().close()
    else:
        menu.setActiveAction(action)
        qtbot.keyClick(menu, Key.Key_Return)
    QApplication.processEvents()


def comment_rows(room):
    rows = [
        room.scorecard.comments.list.itemAt(place).widget() for place in range(room.scorecard.comments.list.count())
    ]
    assert all(isinstance(row, QFrame) for row in rows)
    return rows


def at(room):
    return pytest.approx(room.player.playback.position, abs=0.1)


# Comments


def test_a_comment_is_gone_to_copied_changed_tagged_and_removed(qtbot, room):
    row = comment_rows(room)[0]
    words = row.findChild(Words)
    menu = ask(words, QPoint(5, 5))
    assert texts(menu) == ["Play from 00:12", "Go to 00:12–00:15", "Copy the text", "Change …", "Speaks of", "Remove"]
    pick(qtbot, menu, "Go to")
    assert at(room) == 12.0
    pick(qtbot, ask(comment_rows(room)[0], QPoint(2, 2)), "Copy")
    assert QApplication.clipboard().text() == "讲得 & 清楚"
    pick(qtbot, ask(comment_rows(room)[0]), "Speaks of", "Communication")
    assert room.presenter.comments()[0].dimension_id == "communication"
    pick(qtbot, ask(comment_rows(room)[0]), "Change")
    assert room.scorecard.comments.editor.isVisible()
    room.scorecard.comments.close_editor()
    pick(qtbot, ask(comment_rows(room)[0]), "Remove")
    assert [comment.text for comment in room.presenter.comments()] == ["", "我的看法"]
    qtbot.mouseClick(room.scorecard.comments.removed.undo, LEFT)
    assert room.presenter.comments()[0].text == "讲得 & 清楚"


def test_what_somebody_else_wrote_is_read_and_not_changed(qtbot, room, each_language):
    language.set_language(each_language)
    menu = ask(comment_rows(room)[2])
    why = tr("menu.of_other", author="王强")
    refused = [action for action in menu.actions() if why in action.text()]
    assert len(refused) == 3
    assert not any(action.isEnabled() for action in refused)
    pick(qtbot, menu, tr("menu.copy"))
    assert QApplication.clipboard().text() == "我的看法"


def test_a_bookmark_has_nothing_to_copy(room):
    assert "Copy the text" not in texts(ask(comment_rows(room)[1]))


def test_the_menu_key_reaches_a_comment_from_its_buttons(qtbot, room):
    row = comment_rows(room)[0]
    row.layout().itemAt(0).widget().setFocus()
    menu = ask(QApplication.focusWidget())
    assert texts(menu)[0] == "Play from 00:12"
    assert menu.activeAction() is menu.actions()[0]
    qtbot.keyClick(menu, Key.Key_Return)
    assert room.player.playback.playing
    assert at(room) == 12.0


# The scorecard


def test_a_dimension_is_rated_looked_at_and_taken_back(qtbot, room):
    card = room.scorecard.cards["communication"]

    def menu():
        return ask(card, QPoint(4, 4))

    assert texts(menu()) == [
        "Rate", "Not assessed", "Look at the machine's score before rating (is recorded)",
        "Give the reason for the rating (not rated yet)", "Play evidence (shown once you have rated)",
    ]  # fmt: skip
    QApplication.activePopupWidget().close()
    pick(qtbot, menu(), "Look at")
    assert not room.presenter.veiled("communication")
    assert not offered(menu(), "Look at").isEnabled()
    QApplication.activePopupWidget().close()
    pick(qtbot, menu(), "Rate", "7")
    assert room.presenter.assessment.ratings["communication"].score == 7.0
    assert offered(offered(menu(), "Rate").menu(), "7").isChecked()
    QApplication.activePopupWidget().close()
    pick(qtbot, menu(), "Give the reason")
    assert room.focusWidget() is card.reason
    pick(qtbot, ask(card.picker), "Take the rating back")
    assert room.presenter.assessment.ratings["communication"].score is None


def test_evidence_is_played_gone_to_and_copied(qtbot, room):
    card = room.scorecard.cards["communication"]
    room.scorecard._rate("communication", 7.0)
    heaviest = card.evidence.heaviest()[0]
    pick(qtbot, ask(card), "Play evidence", f"{int(heaviest.start) // 60:02d}:")
    assert room.player.playback.playing
    room.player.playback.pause()
    chip = card.evidence.chips.itemAt(0).widget()
    pick(qtbot, ask(chip), "Copy")
    assert QApplication.clipboard().text()
    pick(qtbot, ask(card), "Show all evidence")
    view = card.evidence.view
    row = next(place for place, each in enumerate(view.rows) if each.times and each.times[0] > 1)
    view.selectRow(row)
    view.setCurrentIndex(view.model().index(row, 0))
    menu = ask(view)
    assert texts(menu)[-2:] == [f"Go to {view.model().index(row, 0).data()}", "Copy the text"]
    pick(qtbot, menu, "Go to")
    assert at(room) == view.rows[row].times[0]
    assert not room.player.playback.playing
    pick(qtbot, ask(view.viewport(), view.visualRect(view.model().index(row, 0)).center()), "Play from")
    assert room.player.playback.playing


# The player


def test_the_player_offers_what_it_does_with_its_keys(qtbot, room, each_language):
    language.set_language(each_language)
    menu = ask(room.player.pane, QPoint(40, 40))
    keys = {action.text().split("\t")[0]: action.text().partition("\t")[2] for action in menu.actions()}
    assert keys[tr("actions.play")] == "Space"
    assert keys[tr("actions.full_screen")] == "F11"
    assert keys[tr("actions.bookmark")] == "M"
    assert keys[tr("actions.comment")] == "C"
    assert keys[tr("actions.frame_forward")] == "."
    pick(qtbot, menu, tr("actions.play"))
    assert room.player.playback.playing
    pick(qtbot, ask(room.player.play), tr("menu.speed"), "1.5×")
    assert room.player.playback.speed == 1.5
    before = room.player.overlay.ticks["box"].isChecked()
    pick(qtbot, ask(room.player.pane), tr("menu.overlay"), tr("review.mark_box"))
    assert room.player.overlay.ticks["box"].isChecked() is not before
    pick(qtbot, ask(room.player.foot), tr("actions.bookmark"))
    assert sum(comment.bookmark for comment in room.presenter.comments()) == 2
    pick(qtbot, ask(room), tr("actions.comment"))
    assert room.focusWidget() is room.scorecard.comments.field


def test_a_right_click_neither_plays_nor_seeks(qtbot, room):
    room.seek(5.0)
    for widget in (room.player.pane, room.player.seek_bar):
        qtbot.mouseClick(widget, Qt.MouseButton.RightButton)
    assert not room.player.playback.playing
    assert at(room) == 5.0
    assert ask(room, QPoint(1, 1)) is None


def test_a_moment_of_the_line_is_noted_played_and_copied(qtbot, room):
    bar = room.player.seek_bar
    place = QPoint(bar.width() // 2, bar.height() // 2)
    moment = bar.time_at(place.x())
    pick(qtbot, ask(bar, place), "Bookmark at 00:28")
    assert [c.time_s for c in room.presenter.comments() if c.bookmark][-1] == pytest.approx(moment, abs=0.01)
    pick(qtbot, ask(bar, place), "Copy the time")
    assert QApplication.clipboard().text() == "00:28"
    pick(qtbot, ask(bar, place), "Comment at")
    room.scorecard.comments.field.insert("半场")
    qtbot.keyClick(room.scorecard.comments.field, Key.Key_Return)
    assert [c.time_s for c in room.presenter.comments() if c.text == "半场"] == [pytest.approx(moment, abs=0.01)]
    room.seek(12.0)
    bar.setFocus()
    menu = ask(bar)
    assert "Bookmark at 00:12" in texts(menu)
    pick(qtbot, menu, "Loop selection")
    assert room.player.playback.loop is not None


def test_who_may_only_read_is_offered_what_reads(qtbot, opened):
    library, interview_id = opened
    with Library.open(library.folder, read_only_if_held=True, assessor="李静") as reader:
        room = shown(qtbot, LibraryPresenter(reader, interview_id))
        assert texts(ask(comment_rows(room)[0])) == ["Play from 00:12", "Go to 00:12–00:15", "Copy the text"]
        QApplication.activePopupWidget().close()
        card = room.scorecard.cards["communication"]
        assert all(text.startswith("Play evidence") for text in texts(ask(card)))
        QApplication.activePopupWidget().close()
        for menu in (ask(room.player.pane), ask(room.player.seek_bar)):
            assert not [text for text in texts(menu) if "omment" in text or "ookmark" in text]
            menu.close()
        room.leave()


def test_without_a_recording_the_player_says_so(qtbot, library):
    room = shown(qtbot, LibraryPresenter(library, review_library.interview_in(library, None)))
    menu = ask(room.player.pane)
    assert not offered(menu, "Play or pause (there is no recording yet)").isEnabled()
    menu.close()
    room.leave()


# The library, and Shift+F10 in the window


def row_of(room, interview_id):
    index = room.view.model().index(room.table.row_of(interview_id), 0)
    return room.view.visualRect(index).center()


def test_an_interview_of_the_list_is_opened_analysed_and_exported(
    qtbot, opened_window, reviewed_copy, tmp_path, monkeypatch, each_language
):
    language.set_language(each_language)
    conductor, interview_id = opened_window, reviewed_copy[1]
    room = conductor.library_room

    def menu():
        return ask(room.view.viewport(), row_of(room, interview_id))

    assert texts(menu()) == [
        tr("library.open_review"), tr("library.analyse_again"), tr("menu.invite"), tr("menu.suggestions"),
        tr("menu.feedback"), tr("consent.open"), tr("menu.export"), tr("menu.positions"),
    ]  # fmt: skip
    QApplication.activePopupWidget().close()
    file = tmp_path / "words.txt"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    with qtbot.waitSignal(conductor.context.work.exportEnded, timeout=20_000):
        pick(qtbot, menu(), tr("menu.export"), tr("actions.format_txt"))
    assert file.read_text("utf-8")
    pick(qtbot, menu(), tr("library.open_review"))
    assert conductor.window.pages.currentWidget() is conductor.window.room("review")


def test_while_an_analysis_runs_the_menu_says_why_none_can_be_started(qtbot, opened_window, reviewed_copy):
    conductor, interview_id = opened_window, reviewed_copy[1]
    conductor.context.library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    conductor.library_room.refresh()
    menu = ask(conductor.library_room.view.viewport(), row_of(conductor.library_room, interview_id))
    assert not offered(menu, "Analyse (an analysis is running)").isEnabled()
    assert not offered(menu, "Export (an analysis is running)").isEnabled()
    assert offered(menu, "Cancel the analysis").isEnabled()
    menu.close()


def test_below_the_last_row_there_is_no_menu(opened_window):
    view = opened_window.library_room.view
    assert ask(view.viewport(), QPoint(20, view.viewport().height() - 5)) is None


def test_shift_f10_opens_the_menu_of_what_has_the_keyboard(qtbot, opened_window, reviewed_copy):
    window = opened_window.window
    window.activateWindow()
    opened_window.library_room.choose(reviewed_copy[1])
    opened_window.library_room.view.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_F10, SHIFT)
    menu = QApplication.activePopupWidget()
    assert texts(menu)[0] == "Open the review"
    qtbot.keyClick(menu, Key.Key_Return)
    room = window.room("review")
    room.setFocus()
    qtbot.keyClick(room, Key.Key_F10, SHIFT)
    assert "Play or pause" in texts(QApplication.activePopupWidget())
    QApplication.activePopupWidget().close()
    next(iter(room.scorecard.cards.values())).picker.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_F10, SHIFT)
    assert texts(QApplication.activePopupWidget())[0] == "Rate"
    QApplication.activePopupWidget().close()
