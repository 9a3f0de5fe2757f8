"""The tables of questions, terms and mishearings, their chips, and the page about the numbers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QTableView

from analysis.document import Metric, Metrics
from app import glossaries
from tests.app.interviews import answer_metrics
from tests.ui import review_data, review_library
from ui import language, theme
from ui.review import found_tables
from ui.review.moments import MOMENTS, laid_out, moment_at
from ui.review.presenter import LibraryPresenter
from ui.review.tables import SIZE, TableDialog

LEFT = Qt.MouseButton.LeftButton
QUESTIONS, TERMS, MISHEARD, ORIGIN = 4, 5, 6, 7


@pytest.fixture
def recording():
    return review_data.with_findings(review_data.recording(75.0))


@pytest.fixture
def dialog(qtbot, recording):
    dialog = TableDialog(recording)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def texts(table, column):
    return [table.data(table.index(row, column)) for row in range(table.rowCount())]


def view_of(dialog, page):
    dialog.tabs.setCurrentIndex(page)
    return dialog.tabs.widget(page).findChild(QTableView)


def words_of(page):
    return [label.text() for label in page.findChildren(QLabel)]


# The rows


def test_questions_with_what_was_observed(recording):
    table = found_tables.exchanges_table(recording.analysis)
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert texts(table, 0) == ["Q1", "Q2", "Q3", "Q4", "Q5"]
    assert texts(table, 3)[:3] == [review_data.KIT["q1"], review_data.KIT["q2"], "–"]
    assert set(texts(table, 4)) == {"1.0 s"}
    assert texts(table, 6)[0] == "no. 1 of 5"
    assert texts(table, 6)[-1] == "no. 3 of 5, may stray (hint)"
    assert texts(table, 7)[:2] == ["–", "of Q1, 2 of 3 taken up"]
    assert table.times == (0.0, 15.0, 30.0, 45.0, 60.0)
    assert tester.model() is table
    bare = found_tables.exchanges_table(review_data.analysis(30.0))
    assert (texts(bare, 6), texts(bare, 7)) == (["–"] * 2, ["–"] * 2)


def test_terms_come_by_glossary_the_positions_own_first_with_exact_and_near_counts(recording):
    table = found_tables.terms_table(recording.analysis, {"ai": "AI"})
    assert texts(table, 0) == ["Position", "Position", "AI", "industry"]
    assert texts(table, 1) == ["负载均衡", "灰度发布", "Transformer", "PLC编程"]
    assert (texts(table, 2), texts(table, 3)) == (["2", "0", "5", "1"], ["1", "0", "0", "0"])
    assert texts(table, 4)[0] == "00:05, 00:20 复载均衡, 00:35"
    assert table.data(table.index(0, 4), MOMENTS) == recording.analysis.terms[0].times
    assert table.times[1] is None


def test_a_term_of_the_position_that_was_not_heard_stands_there_too(recording):
    found = recording.analysis
    asked = replace(found.provenance, settings={"terms": "负载均衡|load balancing; 复盘"})
    table = found_tables.terms_table(replace(found, provenance=asked), {})
    assert texts(table, 1)[:3] == ["负载均衡", "复盘", "灰度发布"]
    assert [texts(table, column)[1] for column in (2, 3, 4)] == ["0", "0", ""]


def test_the_match_with_the_positions_terms_is_said_where_they_were_looked_for(recording):
    found = recording.analysis
    assert found_tables.terms_summary(found) == ""
    rate = {"keyword_rate": Metric(0.5, "share", 1, 1.0)}
    asked = replace(found, metrics=Metrics({**found.metrics.overall, **rate}, found.metrics.answers))
    assert found_tables.terms_summary(asked) == "Keyword match of the position: 50 %, terms used: 1"
    language.set_language("zh")
    assert found_tables.terms_summary(replace(asked, terms=())) == "职位关键词匹配：50 %"


def test_mishearings_that_wait(recording):
    table = found_tables.suggestions_table(recording)
    assert (
        list(zip(texts(table, 1), texts(table, 2), texts(table, 3), texts(table, 4), strict=True))
        == [("响应", "相应", "96 %", "Candidate")] * 2
    )


# The chips


def test_chips_stand_in_a_row_and_what_has_no_room_is_counted(qapp):
    area = QRectF(0, 0, 300, 30)
    chips, left_out = laid_out(area, [5.0, 65.0, 3700.0])
    assert (len(chips), left_out) == (3, 0)
    assert all(area.contains(chip) for chip, _ in chips)
    assert all(later.left() > earlier.right() for (earlier, _), (later, _) in pairwise(chips))
    many, rest = laid_out(area, [float(second) for second in range(0, 600, 10)])
    assert len(many) + rest == 60
    assert many[-1][0].right() < area.right() - 20
    assert laid_out(area, []) == ([], 0)
    assert moment_at(area, [5.0, 65.0], chips[1][0].center()) == 65.0
    assert moment_at(area, [5.0, 65.0], QPointF(299, 15)) is None


def test_a_click_on_a_chip_seeks_there(qtbot, dialog, recording):
    view = view_of(dialog, TERMS)
    cell = view.visualRect(view.model().index(0, 4))
    chips, _ = laid_out(QRectF(cell), recording.analysis.terms[0].times)
    with qtbot.waitSignal(dialog.seekAsked) as asked:
        qtbot.mouseClick(view.viewport(), LEFT, pos=chips[1][0].center().toPoint())
    assert asked.args[0] == recording.analysis.terms[0].times[1]


def test_enter_goes_from_one_moment_of_a_row_to_the_next(qtbot, dialog, recording):
    view = view_of(dialog, TERMS)
    sought = []
    dialog.seekAsked.connect(sought.append)
    for row in (0, 0, 0, 0, 1, 2):
        view.setCurrentIndex(view.model().index(row, 0))
        view.activated.emit(view.currentIndex())
    times = recording.analysis.terms[0].times
    assert sought == [*times, times[0], recording.analysis.terms[3].times[0]]


def test_a_question_is_sought(qtbot, dialog):
    view = view_of(dialog, QUESTIONS)
    with qtbot.waitSignal(dialog.seekAsked) as asked:
        view.activated.emit(view.model().index(2, 0))
    assert asked.args[0] == 30.0


# The pages


def test_pages_are_named_in_both_languages_and_follow_the_language(dialog):
    pages = range(QUESTIONS, ORIGIN + 1)
    assert [dialog.tabs.tabText(n) for n in pages] == ["Questions", "Terms", "Mishearings", "About these numbers"]
    dialog.tabs.setCurrentIndex(TERMS)
    language.set_language("zh")
    assert [dialog.tabs.tabText(n) for n in pages] == ["问答", "术语", "可能听错", "数据来源"]
    assert dialog.tabs.currentIndex() == TERMS


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_where_nothing_was_found_a_sentence_says_so(qtbot, spoken):
    language.set_language(spoken)
    found = replace(review_data.analysis(30.0), exchanges=())
    dialog = TableDialog(replace(review_data.recording(30.0), analysis=found))
    qtbot.addWidget(dialog)
    dialog.show()
    wanted = {
        "zh": ["没有找到一问一答。", "没有说到任何术语。", "没有听起来像术语的词。"],
        "en": [
            "No question with an answer was found.",
            "None of the terms was said.",
            "No word sounds like a misheard term.",
        ],
    }
    shown = [words_of(dialog.tabs.widget(page)) for page in (QUESTIONS, TERMS, MISHEARD)]
    assert shown == [[sentence] for sentence in wanted[spoken]]


def test_the_page_about_the_numbers_can_be_read_and_copied(dialog):
    page = dialog.tabs.widget(ORIGIN)
    words = words_of(page)
    assert "Quality of the recording" in words
    assert "processor (CPU) in place of GPU (DirectML): odd" in words
    selectable = Qt.TextInteractionFlag.TextSelectableByMouse
    plain = [label for label in page.findChildren(QLabel) if label.textInteractionFlags() & selectable]
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in plain)
    theme.apply("dark")
    assert theme.color("panel").name() in page.styleSheet()


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_every_page_paints_at_every_scale(qtbot, recording, spoken, scale):
    language.set_language(spoken)
    theme.apply("dark", scale)
    dialog = TableDialog(recording)
    qtbot.addWidget(dialog)
    dialog.show()
    for page in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(page)
        QApplication.processEvents()
        assert not dialog.grab().isNull()
    for label in dialog.tabs.widget(ORIGIN).findChildren(QLabel):
        assert label.height() >= label.heightForWidth(label.width()), label.text()


def test_glossaries_are_called_by_their_titles_in_the_windows_language(library):
    presenter = LibraryPresenter(library, review_library.interview_in(library, None))
    assert presenter.glossary_titles()["ai"] == glossaries.title_of("ai", library.folder, "en")
    language.set_language("zh")
    assert presenter.glossary_titles()["industrial"] == glossaries.title_of("industrial", library.folder, "zh")
    (library.folder / glossaries.FOLDER).mkdir()
    (library.folder / glossaries.FOLDER / "own.toml").write_text("id =", "utf-8")
    assert presenter.glossary_titles() == {}


# The table of measures


@pytest.fixture
def measures(qtbot, recording, each_language):
    """The table of measures of five answers, all of which were measured, at the size at which it opens."""
    language.set_language(each_language)
    found = recording.analysis
    answers = tuple(answer_metrics("zh") for _ in found.exchanges)
    metrics = Metrics(found.metrics.overall | answers[0], answers)
    dialog = TableDialog(replace(recording, analysis=replace(found, metrics=metrics)))
    qtbot.addWidget(dialog)
    dialog.resize(SIZE[0], SIZE[1])
    dialog.show()
    dialog.tabs.setCurrentIndex(1)
    qtbot.waitExposed(dialog)
    return dialog.tabs.widget(1)


def cut_columns(view):
    """Columns in which a word is wider than its cell."""
    return [c for c in range(view.model().columnCount()) if view.sizeHintForColumn(c) > view.columnWidth(c)]


def test_all_measures_are_in_sight_when_the_window_opens(measures):
    assert SIZE[0] <= 1280
    assert measures.horizontalScrollBar().maximum() == 0
    assert cut_columns(measures) == []
    assert measures.model().columnCount() == 10


def test_a_narrow_window_keeps_them_in_sight_and_a_person_may_widen_one(qtbot, measures):
    window = measures.window()
    window.resize(800, 500)
    QApplication.processEvents()
    assert measures.horizontalScrollBar().maximum() == 0
    measures.setColumnWidth(2, 300)
    window.resize(900, 500)
    QApplication.processEvents()
    assert measures.columnWidth(2) == 300
