"""The library room, driven as a person would: search, filter, choose, edit, drop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from analysis.document import Missing
from app import text
from app.domain.types import Candidate, Interview, InterviewStatus, Position
from app.store.importing import import_file
from tests.ui import review_data, review_library
from ui import language
from ui.library.model import COLUMNS, LARGEST_FIRST, ORDERS, InterviewTable
from ui.library.positions import PositionsDialog
from ui.library.room import LibraryRoom

PEOPLE = (("王小雨", "to_review"), ("Anna Smith", "assessed"), ("𠮷田", "in_progress"), ("陈明", "scheduled"))


def add(library, name, status, position=None):
    candidate = library.save_candidate(Candidate(id="", name=name))
    interview = Interview(
        id="", title=f"{name} 录像.mp4", round=1, status=InterviewStatus(status), candidate=candidate,
        position=position, media=None, created=datetime.now(UTC), time_zone="Asia/Shanghai",
    )  # fmt: skip
    return library.save_interview(interview)


@pytest.fixture
def filled(library):
    position = library.save_position(Position(id="", title="后端工程师", keywords=("微服务",)))
    for number, (name, status) in enumerate(PEOPLE):
        add(library, name, status, position if number % 2 == 0 else None)
    return library


@pytest.fixture
def room(qtbot, filled):
    room = LibraryRoom(filled)
    qtbot.addWidget(room)
    room.resize(1300, 760)
    room.show()
    return room


def names(room):
    return {row.candidate.name for row in room.table.rows}


def test_model_is_a_proper_qt_model(qapp, filled):
    table = InterviewTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.show(filled.interviews())
    assert table.rowCount() == 4
    assert table.columnCount() == len(COLUMNS)
    assert tester.model() is table


def test_a_hint_is_read_as_text_only(qapp, library):
    add(library, "<img src='file:///etc/hostname'>", "to_review")
    table = InterviewTable()
    table.show(library.interviews())
    hint = table.index(0, COLUMNS.index("candidate")).data(Qt.ItemDataRole.ToolTipRole)
    assert hint == "<qt>&lt;img src=&#x27;file:///etc/hostname&#x27;&gt; 录像.mp4</qt>"


def test_search_finds_by_name_and_clears(qtbot, room):
    assert len(names(room)) == 4
    qtbot.keyClicks(room.search, "anna")
    qtbot.waitUntil(lambda: names(room) == {"Anna Smith"})
    room.search.clear()
    qtbot.waitUntil(lambda: len(names(room)) == 4)


def test_nothing_found_says_so(qtbot, room):
    qtbot.keyClicks(room.search, "nobody here")
    qtbot.waitUntil(lambda: not names(room))
    assert room.pages.currentIndex() == 1
    assert room.empty_title.text() == "Nothing found"


def test_status_and_position_filters(qtbot, room):
    room.status.setCurrentIndex(room.status.findData(InterviewStatus.ASSESSED))
    assert names(room) == {"Anna Smith"}
    room.status.setCurrentIndex(0)
    room.position.setCurrentIndex(1)
    assert names(room) == {"王小雨", "𠮷田"}


def test_enter_opens_the_chosen_interview(qtbot, room):
    room.view.setFocus()
    chosen = room.chosen()
    with qtbot.waitSignal(room.openRequested) as opened:
        qtbot.keyClick(room.view, Qt.Key.Key_Return)
    assert opened.args == [chosen.id]


def test_language_and_number_of_speakers_are_chosen_for_the_next_analysis(qtbot, room, filled):
    chosen = room.chosen()
    field = room.details.speech
    assert (field.spoken.currentText(), field.speakers.currentText()) == ("Auto-detect", "2 people")
    for box, times in ((field.spoken, 1), (field.speakers, 2)):
        box.setFocus()
        for _ in range(times):
            qtbot.keyClick(box, Qt.Key.Key_Down)
    kept = filled.interview(chosen.id)
    assert (kept.spoken, kept.speakers) == ("zh", 4)
    field.speakers.setCurrentIndex(field.speakers.count() - 1)
    field.speakers.activated.emit(field.speakers.currentIndex())
    assert filled.interview(chosen.id).speakers == 0
    language.set_language("zh")
    assert (field.spoken.currentText(), field.speakers.currentText()) == ("中文", "按声音判断")


def test_renaming_the_candidate_is_saved_at_once(qtbot, room, filled):
    room.choose(next(row.id for row in room.table.rows if row.candidate.name == "陈明"))
    room.details.name.setFocus()
    room.details.name.selectAll()
    room.details.name.insert("陈一鸣")
    qtbot.keyClick(room.details.name, Qt.Key.Key_Return)
    assert "陈一鸣" in {candidate.name for candidate in filled.candidates()}


def test_choosing_a_position_is_saved_at_once(qtbot, room, filled):
    interview = next(row for row in room.table.rows if row.candidate.name == "Anna Smith")
    room.choose(interview.id)
    box = room.details.position
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert filled.interview(interview.id).position.title == "后端工程师"


def drop(room, file, at):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    room.dropEvent(
        QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )


def test_dropped_files_are_handed_on(qtbot, room, tmp_path):
    with qtbot.waitSignal(room.importRequested) as asked:
        drop(room, tmp_path / "面试 一.mp4", QPointF(5, 5))
    assert asked.args == [[tmp_path / "面试 一.mp4"]]


def test_an_interview_that_waits_takes_the_recording_dropped_on_its_details(qtbot, room, tmp_path):
    chosen = room.chosen()
    assert room.details.add_recording.isVisible()
    assert room.details.open.isHidden()
    middle = room.details.mapTo(room, room.details.rect().center())
    with qtbot.waitSignal(room.recordingGiven) as given:
        drop(room, tmp_path / "面试 一.mp4", QPointF(middle))
    assert given.args == [chosen.id, [tmp_path / "面试 一.mp4"]]


def test_the_list_says_how_many_there_are(qtbot, room):
    assert room.count.text() == "4 interviews"
    room.search.setText("anna")
    qtbot.waitUntil(lambda: room.count.text() == "1 interview")


def by_clicking(qtbot, room, column):
    header = room.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(COLUMNS.index(column)) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    return [row.candidate.name for row in room.table.rows]


@pytest.mark.parametrize("said", ["zh", "en"])
def test_interviews_are_put_in_the_order_of_their_time(said, qtbot, room, filled):
    language.set_language(said)
    for name, day in (("王小雨", 5), ("𠮷田", 3), ("陈明", 4)):
        row = next(one for one in room.table.rows if one.candidate.name == name)
        at = datetime(2126, 3, day, 1, 30, tzinfo=UTC)
        filled.save_interview(replace(row, scheduled_at=at, time_zone="Europe/London"))
    chosen = room.chosen().id
    assert by_clicking(qtbot, room, "time") == ["Anna Smith", "𠮷田", "陈明", "王小雨"]
    assert room.chosen().id == chosen
    assert by_clicking(qtbot, room, "time") == ["王小雨", "陈明", "𠮷田", "Anna Smith"]
    cells = [room.table.index(n, COLUMNS.index("time")) for n in range(4)]
    assert cells[0].data() == datetime(2126, 3, 5, 1, 30, tzinfo=UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    assert "2126-03-05 01:30 (UTC+00:00, Europe/London)" in cells[0].data(Qt.ItemDataRole.ToolTipRole)
    assert cells[3].data() == room.table.rows[3].created.astimezone().strftime("%Y-%m-%d"), "it has no time"
    assert room.table.headerData(2, Qt.Orientation.Horizontal) == {"zh": "面试时间", "en": "When"}[said]
    room.search.setText("王")
    qtbot.waitUntil(lambda: names(room) == {"王小雨"})


def test_every_column_sorts_and_what_is_large_comes_first(qtbot, room, filled):
    room.resize(1700, 760)
    assert by_clicking(qtbot, room, "candidate") == sorted(name for name, _ in PEOPLE)
    order = ("陈明", "𠮷田", "王小雨", "Anna Smith")
    assert by_clicking(qtbot, room, "status") == list(order)
    for column in ("position", "analysis", "length", "composite"):
        assert len(by_clicking(qtbot, room, column)) == 4
        asked = room._query()
        assert (asked.order, asked.descending) == (ORDERS[column], column in LARGEST_FIRST)
    assert by_clicking(qtbot, room, "created") == [name for name, _ in reversed(PEOPLE)]


def test_a_long_name_shows_its_beginning(qtbot, room):
    room.details.name.clearFocus()
    room.details.name.show_words("a very long name " * 20)
    assert room.details.name.cursorPosition() == 0


def test_language_switches_while_running(qtbot, room):
    language.set_language("zh")
    assert room.import_files.text() == "导入录像…"
    assert room.table.headerData(0, Qt.Orientation.Horizontal) == "候选人"
    assert room.status.itemText(0) == "全部状态"


def test_empty_library_invites_to_import(qtbot, library):
    room = LibraryRoom(library)
    qtbot.addWidget(room)
    assert room.empty_title.text() == "No interviews yet"
    assert room.details.body.isHidden()


def test_positions_are_added_and_edited(qtbot, library):
    dialog = PositionsDialog(library)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    dialog.title.setText("产品经理")
    dialog.keywords.setPlainText("留存\n\n  A/B 测试 ")
    dialog.accept()
    (position,) = library.positions()
    assert position.title == "产品经理"
    assert position.keywords == ("留存", "A/B 测试")


def test_a_finished_analysis_names_the_stages_that_failed(qtbot, library, sample, tmp_path):
    interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
    broken = Missing("face", "stage_failed", {"detail": "RuntimeError"})
    made = review_data.recording(57.16)
    lacking = replace(made, analysis=replace(made.analysis, missing=(broken, Missing("blink", "sampled_below_25"))))
    review_library.analysed(library, interview_id, tmp_path / "analysis", lacking)
    room = LibraryRoom(library)
    qtbot.addWidget(room)
    room.choose(interview_id)
    assert room.details.state.text() == "Analysis: Done, without face"
    language.set_language("zh")
    assert room.details.state.text() == "分析：已完成，缺：人脸"
    (library.analysis_folder(interview_id) / "analysis.json").write_bytes(b"{")
    room.choose(interview_id)
    room.details.show_interview(library.interview(interview_id))
    assert "analysis.json" in room.details.state.text()


def test_before_anybody_asked_nothing_is_said_of_a_consent_kept_elsewhere(room, filled, sample, each_language):
    language.set_language(each_language)
    asked, kept = text.tr("library.consent_not_asked"), text.tr("library.consent_kept_outside")
    for name, words in (("陈明", asked), ("𠮷田", asked), ("王小雨", kept)):
        room.choose(next(row.id for row in room.table.rows if row.candidate.name == name))
        assert room.details.consent.line.text() == words
    imported = import_file(filled, sample / "sample_zh.mp4").interview
    room.refresh()
    room.choose(imported.id)
    assert room.details.consent.line.text() == kept


def test_the_tabulator_leads_out_of_the_table_and_back(room, qtbot):
    with qtbot.waitActive(room):
        room.activateWindow()
    room.view.setFocus()
    QTest.keyClick(room.view, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is not room.view
    seen = set()
    while (here := QApplication.focusWidget()) not in seen:
        seen.add(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    assert {room.search, room.status, room.position, room.view} <= seen
    room.setFocus()
    QTest.keyClick(room.view, Qt.Key.Key_Tab)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is room.view
    QTest.keyClick(room.view, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is not room.view


def test_the_tabulator_leads_through_a_position(qtbot, filled):
    dialog = PositionsDialog(filled)
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
    dialog.keywords.setFocus()
    for wanted in (dialog.questions, dialog.kit):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is wanted
