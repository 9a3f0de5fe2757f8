"""Events in any order and of one kind, the way to the longest pause, and open tables that follow corrections."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton

from analysis.document import Event, Metric, Metrics
from tests.ui import review_data, rooms
from ui import language
from ui.review.events_page import EventRows, EventsPage, Listing, events_table
from ui.review.found_tables import exchanges_table
from ui.review.moments import laid_out
from ui.review.pauses import longest_pause, moments_of
from ui.review.table_view import TableView
from ui.review.tables import TableDialog

LEFT = Qt.MouseButton.LeftButton
EVENTS, METRICS, PLOT = 0, 1, 3


def with_pauses(recording):
    """The same with pauses inside the answers, and their measures."""
    found = recording.analysis
    silent = [
        Event("pause", 6.0, 6.4, "medium", 0.9),
        Event("pause", 8.0, 9.3, "long", 0.9),
        Event("pause", 22.0, 24.5, "long", 0.8),
        Event("pause", 36.5, 37.0, "medium", 0.7),
    ]
    lengths = (Metric(1.3, "s", 2, 1.0), Metric(2.5, "s", 1, 1.0), Metric(0.5, "s", 1, 1.0))
    answers = [{**answer, "pause_max": m} for answer, m in zip(found.metrics.answers, lengths, strict=False)]
    answers += list(found.metrics.answers[len(lengths) :])
    overall = {
        **found.metrics.overall,
        "pause_max": Metric(2.5, "s", 4, 1.0),
        "pause_long": Metric(2.0, "count", 4, 1.0),
    }
    events = [event for event in found.events if event.kind != "pause"] + silent
    metrics = Metrics(overall, tuple(answers))
    return replace(recording, analysis=replace(found, events=tuple(events), metrics=metrics))


@pytest.fixture
def recording():
    return with_pauses(review_data.with_findings(review_data.recording(75.0)))


@pytest.fixture
def dialog(qtbot, recording):
    dialog = TableDialog(recording)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


@pytest.fixture
def page(dialog):
    return dialog.tabs.widget(EVENTS)


@pytest.fixture
def room(qtbot, library, tmp_path, recording):
    with rooms.made(qtbot, library, tmp_path, recording) as room:
        yield room


def column(view, number):
    model = view.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def click_heading(qtbot, view, number):
    heads = view.horizontalHeader()
    at = QPoint(heads.sectionViewportPosition(number) + 20, heads.height() // 2)
    qtbot.mouseClick(heads.viewport(), LEFT, pos=at)


# Order and kind


def test_the_rows_are_a_proper_qt_model(recording):
    rows = EventRows(recording.analysis)
    tester = QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert rows.rowCount() == len(recording.analysis.events)
    rows.show_kind("pause")
    rows.sort(3, Qt.SortOrder.DescendingOrder)
    assert tester.model() is rows
    assert rows.rowCount() == 4


def test_events_come_in_time_order_and_by_every_heading_by_value(qtbot, page):
    view = page.view
    assert column(view, 0) == sorted(column(view, 0))
    click_heading(qtbot, view, 3)
    lengths = [float(length.split()[0]) for length in column(view, 3)]
    assert lengths == sorted(lengths)
    click_heading(qtbot, view, 3)
    lengths = [float(length.split()[0]) for length in column(view, 3)]
    assert lengths == sorted(lengths, reverse=True)
    click_heading(qtbot, view, 1)
    assert column(view, 1) == sorted(column(view, 1))
    click_heading(qtbot, view, 2)
    details = [detail.casefold() for detail in column(view, 2)]
    assert details == sorted(details)
    click_heading(qtbot, view, 4)
    shares = [float(share.split()[0]) if share else -1.0 for share in column(view, 4)]
    assert shares == sorted(shares)
    assert page.order.currentData() == 4


def test_one_kind_alone_longest_first_by_keys(qtbot, page):
    assert page.kind.itemText(0) == f"All kinds ({page.view.model().rowCount()})"
    page.kind.setFocus()
    qtbot.keyClicks(page.kind, "Pau")
    assert page.kind.currentText() == "Pause (4)"
    assert set(column(page.view, 1)) == {"Pause"}
    page.order.setFocus()
    qtbot.keyClicks(page.order, "Len")
    assert column(page.view, 3) == ["2.5 s", "1.3 s", "0.5 s", "0.4 s"]
    assert column(page.view, 0)[0] == "00:22"


def test_a_row_leads_to_its_own_moment_in_any_order(qtbot, dialog, page):
    page.kind.setCurrentIndex(page.kind.findData("pause"))
    click_heading(qtbot, page.view, 3)
    click_heading(qtbot, page.view, 3)
    sought = []
    dialog.seekAsked.connect(sought.append)
    page.view.setFocus()
    for row in range(4):
        page.view.setCurrentIndex(page.view.model().index(row, 0))
        page.view.activated.emit(page.view.currentIndex())
    assert sought == [22.0, 8.0, 36.5, 6.0]


@pytest.mark.parametrize(("spoken", "wanted"), [("en", ["Kind", "Ordered by"]), ("zh", ["类型", "排序"])])
def test_the_choices_have_names_and_stay_when_the_language_changes(dialog, page, spoken, wanted):
    page.kind.setCurrentIndex(page.kind.findData("pause"))
    page.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    language.set_language("en" if spoken == "zh" else "zh")
    language.set_language(spoken)
    page = dialog.tabs.widget(EVENTS)
    assert [page.kind.accessibleName(), page.order.accessibleName()] == wanted
    assert page.kind.currentText() == {"en": "Pause (4)", "zh": "停顿（4）"}[spoken]
    assert column(page.view, 0) == ["00:22", "00:08", "00:36", "00:06"]
    assert page.order.currentData() == 3


def test_ten_thousand_events_are_ordered_at_once(qtbot):
    found = review_data.analysis(30.0)
    many = tuple(Event("filler", n * 0.7 % 7000, n * 0.7 % 7000 + n % 13 / 10, "嗯") for n in range(10_000))
    page = EventsPage(replace(found, events=many), Listing())
    qtbot.addWidget(page)
    begun = time.thread_time()
    page.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert time.thread_time() - begun < 2.0
    assert column(page.view, 3)[0] == "1.2 s"


# The longest pause


def test_the_longest_pause_is_found_in_an_answer_and_in_all(recording):
    found = recording.analysis
    assert longest_pause(found).start == 22.0
    assert [p.start if (p := longest_pause(found, e.answer)) else None for e in found.exchanges] == [
        8.0, 22.0, 36.5, None, None,
    ]  # fmt: skip
    assert moments_of(found, "pause_max") == (22.0,)
    assert moments_of(found, "pause_long") == (8.0, 22.0)
    assert moments_of(found, "speech_rate") == ()
    assert longest_pause(replace(found, events=())) is None
    assert moments_of(replace(found, events=()), "pause_max") == ()


@pytest.mark.parametrize(("spoken", "wanted"), [("en", "00:22 2.5 s"), ("zh", "00:22 2.5 秒")])
def test_the_card_of_a_question_leads_to_the_longest_pause_of_its_answer(qtbot, room, spoken, wanted):
    language.set_language(spoken)
    room.questions.show(1)
    card = room.questions.card
    chip = next(b for b in card.scroller.widget().findChildren(QPushButton) if b.text() == wanted)
    with qtbot.waitSignal(card.seekAsked) as sought:
        qtbot.mouseClick(chip, LEFT)
    assert sought.args[0] == 22.0
    room.questions.show(3)
    chips = [chip.text() for chip in card.scroller.widget().findChildren(QPushButton)]
    assert chips
    assert not any(words.endswith(wanted.split()[-1]) for words in chips)


def test_a_key_goes_to_the_longest_pause_of_all(qtbot, room):
    with qtbot.waitSignal(room.player.playback.positionChanged):
        qtbot.keyClick(room, Qt.Key.Key_P)
    action = next(action for action in room.actions_here() if action.id == "longest_pause")
    assert action.enabled()
    room.recording = replace(room.recording, analysis=replace(room.recording.analysis, events=()))
    assert not action.enabled()


def test_the_table_of_measures_leads_to_the_longest_pause(qtbot, dialog):
    dialog.tabs.setCurrentIndex(METRICS)
    view = dialog.tabs.widget(METRICS)
    last = view.model().columnCount() - 1
    assert view.model().headerData(last, Qt.Orientation.Horizontal) == "At"
    row = column(view, 0).index("Longest pause")
    assert column(view, last)[row] == "00:22"
    view.scrollTo(view.model().index(row, last))
    chips, _ = laid_out(QRectF(view.visualRect(view.model().index(row, last))), (22.0,))
    with qtbot.waitSignal(dialog.seekAsked) as sought:
        qtbot.mouseClick(view.viewport(), LEFT, pos=chips[0][0].center().toPoint())
    assert sought.args[0] == 22.0
    with qtbot.waitSignal(dialog.seekAsked) as sought:
        view.activated.emit(view.model().index(row, 0))
    assert sought.args[0] == 22.0


def test_without_pauses_the_measures_have_no_column_of_moments(qtbot):
    dialog = TableDialog(review_data.recording(30.0))
    qtbot.addWidget(dialog)
    model = dialog.tabs.widget(METRICS).model()
    assert model.headerData(model.columnCount() - 1, Qt.Orientation.Horizontal) == "Quality"


def test_the_real_sample_s_pauses_are_those_that_were_measured(reviewed):
    from app.store.library import Library

    with Library.open(reviewed[0], read_only_if_held=True) as library:
        found = library.load_analysis(reviewed[1].interview_id).analysis
    measured = [answer["pause_max"] for answer in found.metrics.answers]
    longest = [longest_pause(found, exchange.answer) for exchange in found.exchanges]
    pairs = [(pause, metric.value) for pause, metric in zip(longest, measured, strict=True) if metric.value is not None]
    assert pairs
    assert [pause.end - pause.start for pause, _ in pairs] == pytest.approx([value for _, value in pairs], abs=0.02)
    overall = longest_pause(found)
    assert overall.end - overall.start == pytest.approx(found.metrics.overall["pause_max"].value, abs=0.02)
    assert len(moments_of(found, "pause_long")) == found.metrics.overall["pause_long"].value


# Tables that are open while something is corrected


def test_an_open_table_shows_a_correction_at_the_same_place(qtbot, room):
    room.timeline.current = "pitch"
    dialog = room.open_tables()
    page = dialog.tabs.widget(EVENTS)
    page.kind.setCurrentIndex(page.kind.findData("filler"))
    page.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    dialog.tabs.setCurrentIndex(6)
    waiting = dialog.tabs.widget(6).findChild(TableView)
    count = waiting.model().rowCount()
    waiting.setCurrentIndex(waiting.model().index(1, 0))
    waiting.setFocus()
    room.transcript.list.accept(room.transcript.list.suggestions()[:1])
    assert dialog.tabs.currentIndex() == 6
    again = dialog.tabs.widget(6).findChild(TableView)
    assert again is not waiting
    assert again.model().rowCount() == count - 1
    page = dialog.tabs.widget(EVENTS)
    assert page.kind.currentData() == "filler"
    assert column(page.view, 0) == sorted(column(page.view, 0), reverse=True)
    assert room.timeline.current == "pitch"
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert dialog.tabs.widget(6).findChild(TableView).model().rowCount() == count
    dialog.close()


def test_scroll_place_and_curve_stay_when_a_table_is_made_anew(qtbot, dialog, recording):
    view = dialog.tabs.widget(EVENTS).view
    view.setCurrentIndex(view.model().index(9, 0))
    view.verticalScrollBar().setValue(5)
    scrolled = view.verticalScrollBar().value()
    assert scrolled > 0
    dialog.show_recording(recording)
    view = dialog.tabs.widget(EVENTS).view
    assert view.currentIndex().row() == 9
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() == scrolled)
    dialog.tabs.setCurrentIndex(PLOT)
    dialog._plot.choice.setCurrentIndex(dialog._plot.choice.findData("loudness"))
    dialog.show_recording(recording)
    assert dialog._plot.track() == "loudness"


def test_tables_close_where_there_is_nothing_to_show_any_more(qtbot, recording):
    dialog = TableDialog(recording)
    dialog.show()
    with qtbot.waitSignal(dialog.destroyed):
        dialog.show_recording(None)


@pytest.mark.parametrize(("spoken", "unit"), [("en", " s"), ("zh", " 秒")])
def test_lengths_are_told_in_the_language_in_use(spoken, unit):
    language.set_language(spoken)
    analysis = review_data.recording().analysis
    events, exchanges = events_table(analysis), exchanges_table(analysis)
    cells = [table.index(row, column).data() for table, columns in ((events, (3,)), (exchanges, (4, 5)))
             for row in range(table.rowCount()) for column in columns]  # fmt: skip
    assert {cell.lstrip("0123456789.") for cell in cells if cell != "–"} == {unit}
