"""Suggestions in the window, from a real signed assessment: shown with their reason, sent, dismissed; rules edited."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from app import text
from app.domain.types import Candidate
from app.settings import SettingsFile
from app.suggestions.rules import Outcome, Rule, When, Whose, company_rules, rules_file, write_rules
from sync import listing
from sync.outbox import Kind
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign
from tests.ui.clipped import clipped
from ui import language, theme
from ui.shell import start
from ui.suggestions.dialog import SuggestionsDialog
from ui.suggestions.rules_dialog import COLUMNS, NAME_WIDTH, RulesDialog
from ui.widgets.plain import plain_tip

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qtbot, tmp_path):
    """A window with a signed assessment (every dimension 9) that two of three rules mark."""
    folder = tmp_path / "library"
    conductor = start.open_window(folder, SettingsFile(folder))
    library = conductor.context.library
    interview = library.save_interview(an_interview(library.save_candidate(Candidate("", "陈明"))))
    sign(library, interview.id, score=9)
    first = library.template("default").dimensions[0].id
    write_rules(
        folder,
        (
            Rule(
                "course", When(dimension=first, op=">=", value=9, score=Whose.MINE), Outcome.COURSE, "沟通 <b>进阶</b>"
            ),
            Rule("focus", When(dimension=first, op="<=", value=6), Outcome.PROBATION, "表达"),
            Rule("pool", When(conclusion="hire"), Outcome.POOL, "2027"),
        ),
    )
    conductor.interview_id = interview.id
    conductor.window.show()
    yield conductor
    conductor.window.close()
    conductor.window.deleteLater()


def dialog(opened, what="suggestions"):
    opened.people.open(opened.interview_id if what != "rules" else "", what)
    return next(each for (_, name), each in opened.people.dialogs.items() if name == what)


def notes(opened):
    with opened.context.library.reading() as session:
        return [json.loads(item.payload) for item in listing.items(session) if item.kind is Kind.NOTE]


def test_a_suggestion_says_what_and_why_and_goes_only_when_it_is_sent(opened, qtbot):
    there = dialog(opened)
    assert [card.standing.suggestion.rule.id for card in there.cards] == ["course", "pool"]
    assert "<b>进阶</b>" in there.cards[0].title.text()
    assert "9 ≥ 9" in there.cards[0].why.text()
    assert notes(opened) == []
    qtbot.mouseClick(there.cards[0].send, LEFT)
    assert [note["details"]["rule"] for note in notes(opened)] == ["course"]
    assert there.cards[0].send.isHidden()
    assert opened.context.library.assessor in there.cards[0].state.text()
    qtbot.mouseClick(there.cards[1].dismiss, LEFT)
    assert not there.cards[1].state.isHidden()
    assert len(notes(opened)) == 1


def test_after_signing_the_message_leads_to_what_follows(opened):
    opened.signed.begin(opened.interview_id)
    assert opened.signed.waiting == 2
    assert opened.window.message.action.text() == text.tr("suggest.show")
    opened.window.message.action.click()
    assert any(isinstance(each, SuggestionsDialog) for each in opened.people.dialogs.values())


def test_without_rules_or_with_broken_ones_it_says_so(opened):
    rules_file(opened.context.library.folder).unlink()
    there = dialog(opened)
    assert there.said.text() == text.tr("suggest.no_rules")
    rules_file(opened.context.library.folder).write_text("[[rule]]", "utf-8")
    there.refresh()
    assert "suggestions.toml" in there.said.text()
    table = dialog(opened, "rules")
    assert not table.add.isEnabled()
    assert "suggestions.toml" in table.said.text()
    assert rules_file(opened.context.library.folder).read_text("utf-8") == "[[rule]]"


def test_hr_edits_a_rule_and_sees_what_it_would_mark(opened, qtbot):
    shown, table = dialog(opened), dialog(opened, "rules")
    assert isinstance(table, RulesDialog)
    marks = [table.table.item(row, 9).text() for row in range(3)]
    assert marks == [text.tr("suggest.marks", n=n, of=1) for n in (1, 0, 1)]
    table.number(1, "value").setValue(9.5)
    assert company_rules(opened.context.library.folder)[1].when.value == 9.5
    assert table.table.item(1, 9).text() == text.tr("suggest.marks", n=1, of=1)
    assert len(shown.cards) == 3
    table.line(1, "name").setText("")
    assert table.said.text().startswith(text.tr("suggest.not_kept", reason="")[:8])
    assert company_rules(opened.context.library.folder)[1].name == "表达"
    table.line(1, "name").setText("改")
    table.table.selectRow(2)
    qtbot.mouseClick(table.remove, LEFT)
    assert [each.name for each in company_rules(opened.context.library.folder)] == ["沟通 <b>进阶</b>", "改"]


def test_a_new_rule_for_a_dimension_of_hr_own_and_the_example(opened, qtbot):
    table = dialog(opened, "rules")
    qtbot.mouseClick(table.add, LEFT)
    assert len(company_rules(opened.context.library.folder)) == 3
    table.box(3, "subject").setEditText("客户服务意识")
    table.line(3, "name").setText("课程")
    assert company_rules(opened.context.library.folder)[3].when.dimension == "客户服务意识"
    table.box(3, "subject").setCurrentText(text.tr("suggest.composite"))
    assert company_rules(opened.context.library.folder)[3].when.composite
    assert table.cell(3, "coverage").isEnabled()
    assert not table.cell(3, "whose").isEnabled()
    qtbot.mouseClick(table.example, LEFT)
    assert len(company_rules(opened.context.library.folder)) == 7
    language.set_language("zh")
    assert company_rules(opened.context.library.folder)[3].when.composite
    assert len(company_rules(opened.context.library.folder)) == 7


def test_a_rules_name_is_seen_as_a_whole(opened, qtbot):
    table = dialog(opened, "rules")
    table.resize(1500, 520)
    qtbot.mouseClick(table.example, LEFT)
    qtbot.wait(30)
    assert table.table.horizontalScrollBar().maximum() == 0
    for row in range(table.table.rowCount()):
        for name in ("id", "name", "code"):
            line = table.line(row, name)
            frame = 2 * theme.scaled(12)
            assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width() - frame, line.text()
            assert line.toolTip() == plain_tip(line.text()), "a longer one is told on pointing"
    table.resize(900, 520)
    assert table.table.columnWidth(COLUMNS.index("name")) >= theme.scaled(NAME_WIDTH), "the table is scrolled instead"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_text_is_cut_off(opened, look, qtbot):
    theme.apply(look, 100)
    for tongue in text.LANGUAGES:
        language.set_language(tongue)
        for each in (dialog(opened), dialog(opened, "rules")):
            qtbot.wait(30)
            assert clipped(each) == []
            assert not each.grab().isNull()
