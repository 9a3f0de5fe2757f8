"""The editor of a kit, by keys and clicks: what is set there is what the next interview is held with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import text
from app.domain.kit import MANY, SILENT, Answers, Kit, Manner
from app.domain.types import Position
from app.store.library import Library
from tests.ui.clipped import clipped
from tests.ui.rooms import drained
from ui import language, theme
from ui.kit.dialog import KitDialog
from ui.library.positions import PositionsDialog

QUESTIONS = ("请介绍一个你自豪的项目。（5分钟）", "How do you learn new things?", "你对我们有什么问题？")
RULES = Kit(Manner(180.0, Answers.BOTH, 1), {QUESTIONS[1]: Manner(90.0, Answers.TEXT, 0)})
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def position(library):
    return library.save_position(Position("", "后端工程师", questions=QUESTIONS, kit=RULES))


@pytest.fixture
def dialog(qtbot, library, position):
    return opened(qtbot, library, position)


def opened(qtbot, library, position):
    shown = KitDialog(library, position.id)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def save(dialog):
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def kit_of(library, position):
    found = library.position(position.id)
    return found.questions, found.kit


def test_what_the_kit_says_is_shown_and_saved_as_it_was(dialog, library, position):
    assert dialog.usual.manner() == RULES.usual
    assert dialog.rows.rows[1].fields.manner() == RULES.own[QUESTIONS[1]]
    assert dialog.rows.rows[0].fields.manner() == Manner()
    save(dialog)
    assert not dialog.isVisible()
    assert library.position(position.id).version == position.version, "nothing was changed"


def test_time_answers_and_retakes_are_set_by_keys(dialog, library, position, qtbot):
    dialog.usual.minutes.setFocus()
    dialog.usual.minutes.selectAll()
    QTest.keyClicks(dialog.usual.minutes, "2.5")
    QTest.keyClick(dialog.usual.answers, Qt.Key.Key_Home)
    QTest.keyClick(dialog.usual.retakes, Qt.Key.Key_End)
    row = dialog.rows.rows[2].fields
    QTest.keyClick(row.minutes, Qt.Key.Key_Up)
    QTest.keyClick(row.answers, Qt.Key.Key_End)
    QTest.keyClick(row.retakes, Qt.Key.Key_Down)
    with qtbot.waitSignal(dialog.saved):
        save(dialog)
    _, kit = kit_of(library, position)
    assert kit.usual == Manner(150.0, None, MANY)
    assert kit.own == {QUESTIONS[1]: Manner(90.0, Answers.TEXT, 0), QUESTIONS[2]: Manner(30.0, Answers.BOTH, 0)}


def test_questions_are_added_moved_and_removed(dialog, library, position, qtbot):
    qtbot.mouseClick(dialog.add, LEFT)
    drained()
    assert dialog.focusWidget() is dialog.rows.rows[3].words
    dialog.rows.rows[3].words.insert("还有别的吗？")
    qtbot.mouseClick(dialog.rows.rows[3].buttons["up"], LEFT)
    qtbot.mouseClick(dialog.rows.rows[0].buttons["remove"], LEFT)
    qtbot.mouseClick(dialog.rows.rows[0].buttons["down"], LEFT)
    assert dialog.rows.rows[0].number.text() == "1"
    qtbot.mouseClick(dialog.save, LEFT)
    assert kit_of(library, position) == (("还有别的吗？", QUESTIONS[1], QUESTIONS[2]), RULES)


def test_reworded_it_keeps_its_rules_and_removed_it_takes_them_along(dialog, library, position):
    dialog.rows.rows[1].words.setText("How do you learn?")
    dialog.rows.rows[0].words.clear()
    save(dialog)
    questions, kit = kit_of(library, position)
    assert questions == ("How do you learn?", QUESTIONS[2])
    assert kit.own == {"How do you learn?": RULES.own[QUESTIONS[1]]}


def test_escape_keeps_nothing(dialog, library, position):
    dialog.usual.minutes.setValue(9)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert kit_of(library, position) == (QUESTIONS, RULES)


def test_what_was_changed_elsewhere_is_replaced_only_when_that_was_said(dialog, library, position):
    dialog.usual.minutes.setValue(9)
    library.save_position(replace(library.position(position.id), kit=SILENT, keywords=("SQL",)))
    save(dialog)
    assert dialog.isVisible()
    assert dialog.said.text() == text.tr("kit.changed_meanwhile")
    assert library.position(position.id).kit == SILENT
    save(dialog)
    found = library.position(position.id)
    assert found.kit.usual.seconds == 540.0
    assert found.keywords == ("SQL",), "what the kit is not stays as it was made elsewhere"


def test_a_wheel_that_scrolls_past_changes_nothing(dialog, qtbot):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    for field in dialog.usual.all:
        field.clearFocus()
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), LEFT & Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        field.wheelEvent(event)
        assert not event.isAccepted()
    assert dialog.usual.manner() == RULES.usual


def test_an_unusual_number_of_retakes_is_shown(qtbot, library):
    position = library.save_position(Position("", "x", kit=Kit(Manner(retakes=7))))
    shown = opened(qtbot, library, position)
    assert shown.usual.retakes.currentText() == text.tr("kit.retakes_n", n=7)
    assert shown.usual.manner() == Manner(retakes=7)


def test_the_positions_lead_there_and_follow(qtbot, library, position):
    positions = PositionsDialog(library)
    qtbot.addWidget(positions)
    positions.show()
    positions.questions.setPlainText("\n".join((*QUESTIONS[:1], "How do you learn?", QUESTIONS[2])))
    qtbot.mouseClick(positions.kit, LEFT)
    (shown,) = positions.findChildren(KitDialog)
    assert shown.rows.questions()[1] == "How do you learn?"
    assert shown.rows.rows[1].fields.manner() == RULES.own[QUESTIONS[1]]
    shown.rows.rows[2].words.setText("最后一题")
    qtbot.mouseClick(shown.save, LEFT)
    assert positions.questions.toPlainText().splitlines()[2] == "最后一题"
    positions.accept()
    assert library.position(position.id).questions[2] == "最后一题"
    assert library.position(position.id).kit.usual == RULES.usual


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_nothing_is_cut_off(qtbot, library, position, scale, lang):
    theme.apply("light", scale)
    language.set_language(lang)
    shown = opened(qtbot, library, position)
    shown._say(text.tr("kit.changed_meanwhile"))
    drained()
    assert clipped(shown) == []


def test_it_follows_the_language(dialog):
    language.set_language("zh")
    assert dialog.windowTitle() == "题库：后端工程师"
    assert dialog.rows.rows[0].fields.answers.currentText() == "同全部题目"
    assert dialog.usual.retakes.currentText() == "可重答一次"


def test_the_tabulator_goes_through_the_rows_as_they_stand_and_to_the_buttons_last(dialog, qtbot):
    qtbot.mouseClick(dialog.add, LEFT)
    drained()
    dialog.usual.minutes.setFocus()
    seen = []
    while dialog.focusWidget() not in seen:
        seen.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    places = [seen.index(row.words) for row in dialog.rows.rows]
    assert seen.index(dialog.usual.retakes) < places[0]
    assert places == sorted(places)
    assert len({each.accessibleName() for row in dialog.rows.rows[:2] for each in row.controls()}) == 14
    assert places[-1] < seen.index(dialog.add) < seen.index(dialog.cancel) < seen.index(dialog.save)


def test_what_was_changed_is_dropped_only_when_that_was_said(each_language, dialog, library, position):
    dialog.rows.rows[0].words.setText("别的问题？")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.said.text() == text.tr("kit.unsaved")
    dialog.rows.rows[0].words.setText("别的问题呢？")
    dialog.close()
    assert dialog.isVisible(), "what was written since was not asked about"
    dialog.cancel.click()
    assert not dialog.isVisible()
    assert kit_of(library, position) == (QUESTIONS, RULES)


def test_who_may_only_read_can_scroll(qtbot, library, position):
    with Library.open(library.folder, read_only_if_held=True) as reader:
        dialog = opened(qtbot, reader, position)
        assert dialog.rows.scroller.verticalScrollBar().isEnabled()
        row = dialog.rows.rows[0]
        assert not any(each.isEnabled() for each in (row.words, *row.fields.all, *row.buttons.values(), dialog.save))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
