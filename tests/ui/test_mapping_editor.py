"""The mapping editor as a person uses it, by keys and clicks, against a real sandbox and a real signed assessment."""

from __future__ import annotations

import json
import tomllib

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import text
from app.mapping_desk import MappingDesk
from app.settings import SettingsFile
from app.sync_service import SyncService
from sync.mapping import Entry
from sync.sandbox.server import Sandbox
from tests.sync.ehr import CONTRACT
from ui import language, theme
from ui.post import Post
from ui.sync.mapping_editor.editor import MappingEditor

KEY = "key-of-the-editor-test"
COMM, LEVEL, VERDICT = (f"custom_fields.{name}" for name in ("communication", "level", "recommendation"))


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as running:
        yield running


@pytest.fixture
def desk(reviewed_copy, sandbox, qapp):
    """The desk of a library in which an assessment was signed, connected with the sandbox."""
    from app.store.library import Library

    folder, _ = reviewed_copy
    settings, post = SettingsFile(folder), Post()
    settings.change(ehr_url=sandbox.url, ehr_profile="sandbox")
    with Library.open(folder, assessor="李静") as library:
        service = SyncService(library, settings, post, secret=lambda _: KEY)
        yield MappingDesk(library, settings, service, post)
        post.close()
        service.close()


@pytest.fixture
def editor(qtbot, desk):
    made = MappingEditor(desk)
    qtbot.addWidget(made)
    made.show()
    qtbot.mouseClick(made.read_fields, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: made.theirs.list.count() == 8)
    yield made
    made.draft.entries = list(made.draft.saved)


def pair(qtbot, editor, ours, theirs):
    """Choose on both sides by the keyboard and press Enter."""
    editor.ours.choose(ours)
    editor.theirs.choose(theirs)
    editor.theirs.list.setFocus()
    qtbot.keyClick(editor.theirs.list, Qt.Key.Key_Return)


def test_without_a_pair_there_is_nothing_to_scroll(qtbot, editor):
    assert not editor.entry_area.isVisible()
    pair(qtbot, editor, "composite", COMM)
    assert editor.entry_area.isVisible()


def test_connecting_two_fields_suggests_what_fits_and_shows_the_example(qtbot, editor):
    pair(qtbot, editor, "composite", COMM)
    assert editor.draft.entries == [Entry("composite", COMM, "integer", scale=(0, 10, 1, 5))]
    assert "✓" in editor.pairs.item(0).text()
    assert editor.told.text().startswith("Example: ")
    pair(qtbot, editor, "conclusion", VERDICT)
    assert editor.draft.entries[1].options == {"unsure": "opt_102"}, "待定 is called the same on both sides"
    assert editor.problem.text() == text.tr("mapping.trouble_word_missing")
    assert editor.pairs.currentRow() == 1
    for word, key in (("hire", "opt_101"), ("unsure", "opt_102"), ("no_hire", "opt_103"), ("cannot_tell", "opt_102")):
        field = editor.form.options.fields[word]
        field.setCurrentIndex(field.findData(key))
        field.activated.emit(field.currentIndex())
    assert editor.draft.entries[1].options["cannot_tell"] == "opt_102"
    assert "✓" in editor.pairs.item(1).text()
    assert "Recommendation" in editor.pairs.item(1).text()
    assert editor.save.isEnabled()


def test_trouble_is_named_at_the_row_at_once(qtbot, editor):
    pair(qtbot, editor, "composite", COMM)
    editor.form.ends["scale_to_high"].setValue(9)
    assert "1 to 5" in editor.problem.text()
    assert editor.problem.text() in editor.pairs.item(0).text()
    assert editor.save.isEnabled(), "the HR system may be changed instead"
    editor.form.ends["scale_from_high"].setValue(0)
    assert editor.problem.text() == text.tr("mapping.trouble_scale")
    assert not editor.save.isEnabled()
    assert not editor.preview.isEnabled()
    pair(qtbot, editor, "coverage", COMM)
    assert "mapped twice" in editor.problem.text()


@pytest.mark.parametrize("said", ["zh", "en"])
def test_everything_of_an_entry_is_reached_at_800_pixels(said, qtbot, editor):
    theme.apply("light", 100)
    language.set_language(said)
    editor.resize(780, 740)
    for ours, theirs in (("composite", LEVEL), ("conclusion", VERDICT), ("composite", COMM)):
        pair(qtbot, editor, ours, theirs)
        qtbot.waitUntil(lambda: editor.entry_area.horizontalScrollBar().maximum() == 0)
        assert editor.width() <= 800
    assert (
        editor.ours.mapTo(editor, editor.ours.rect().bottomLeft()).y()
        <= editor.theirs.mapTo(editor, editor.theirs.rect().topLeft()).y()
    ), "both lists stand above each other"
    assert editor.ours.list.height() > 60
    editor.pairs.setCurrentRow(0)
    _, choice = editor.form.levels.rows[1]
    right = choice.mapTo(editor.entry_area.viewport(), choice.rect().topRight()).x()
    assert right <= editor.entry_area.viewport().width()
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert editor.draft.entries[0].levels[1].value == choice.value()
    editor.resize(1300, 800)
    assert (
        editor.ours.mapTo(editor, editor.ours.rect().topLeft()).y()
        == editor.theirs.mapTo(editor, editor.theirs.rect().topLeft()).y()
    )
    assert editor.ours.x() < editor.theirs.x()


def test_levels_are_edited_by_hand(qtbot, editor):
    pair(qtbot, editor, "composite", LEVEL)
    assert [level.upto for level in editor.draft.entries[0].levels] == [2.5, 5.0, 7.5, None]
    qtbot.mouseClick(editor.form.levels.turn, Qt.MouseButton.LeftButton)
    assert editor.draft.entries[0].levels[0].value == "grade_a"
    editor.form.levels.rows[0][0].setValue(9)
    assert editor.problem.text() == text.tr("mapping.trouble_levels")
    qtbot.mouseClick(editor.form.levels.spread, Qt.MouseButton.LeftButton)
    assert not editor.problem.isVisible()
    assert editor.draft.entries[0].levels[0].value == "grade_d"
    qtbot.mouseClick(editor.form.levels.add, Qt.MouseButton.LeftButton)
    assert len(editor.draft.entries[0].levels) == 5


def test_words_are_told_in_a_language_or_in_the_company_s_own(qtbot, editor):
    pair(qtbot, editor, "conclusion", "custom_fields.remarks")
    assert editor.draft.entries[0].options["hire"] == "Recommend"
    editor.form.words.setCurrentIndex(editor.form.words.findData("zh"))
    editor.form.words.activated.emit(editor.form.words.currentIndex())
    assert editor.draft.entries[0].options["hire"] == "推荐"
    editor.form.options.fields["hire"].setEditText("录取")
    assert editor.draft.entries[0].options["hire"] == "录取"
    assert editor.form.words.currentData() == "own"
    editor.form.words.setCurrentIndex(editor.form.words.findData(""))
    editor.form.words.activated.emit(0)
    assert editor.draft.entries[0].options == {}


def test_preview_is_the_exact_body_and_follows_edits(qtbot, editor, sandbox):
    pair(qtbot, editor, "composite", COMM)
    qtbot.mouseClick(editor.preview, Qt.MouseButton.LeftButton)
    field = editor.trial.body.field
    qtbot.waitUntil(lambda: '"communication"' in field.toPlainText())
    assert "PUT /v1/assessments/" in editor.trial.body.heading.text()
    qtbot.mouseClick(editor.trial.body.copy, Qt.MouseButton.LeftButton)
    exact = QApplication.clipboard().text()
    assert json.loads(exact)["custom_fields"]["communication"] in (1, 2, 3, 4, 5)
    editor.form.ends["scale_to_low"].setValue(3)
    editor.form.ends["scale_to_high"].setValue(3)
    qtbot.waitUntil(lambda: '"communication": 3' in field.toPlainText())
    assert sandbox.store.assessments() == []


def test_a_dry_run_names_what_changed_in_the_hr_system(qtbot, editor, sandbox):
    pair(qtbot, editor, "composite", COMM)
    sandbox.faults.set("field_renamed")
    qtbot.mouseClick(editor.dry_run, Qt.MouseButton.LeftButton)
    field = editor.trial.body.field
    qtbot.waitUntil(lambda: "✕ Mapping" in field.toPlainText())
    assert "✓ Key and rights" in field.toPlainText()
    assert "is not in the HR system any more" in editor.pairs.item(0).text()
    assert sandbox.store.assessments() == []


def test_saving_makes_an_own_profile_and_closing_asks_in_place(qtbot, editor, desk):
    pair(qtbot, editor, "composite", COMM)
    editor.close()
    assert editor.isVisible()
    assert editor.said.text() == text.tr("mapping.unsaved")
    qtbot.mouseClick(editor.save_close, Qt.MouseButton.LeftButton)
    assert not editor.isVisible()
    file = desk.profile().file
    assert file.name == "sandbox-own.toml"
    assert tomllib.loads(file.read_text("utf-8"))["mapping"][0]["target"] == COMM


def test_what_was_removed_comes_back(qtbot, editor):
    pair(qtbot, editor, "composite", COMM)
    pair(qtbot, editor, "coverage", "custom_fields.total_score")
    editor.pairs.setCurrentRow(0)
    editor.pairs.setFocus()
    qtbot.keyClick(editor.pairs, Qt.Key.Key_Delete)
    assert [entry.source for entry in editor.draft.entries] == ["coverage"]
    qtbot.mouseClick(editor.undo, Qt.MouseButton.LeftButton)
    assert [entry.source for entry in editor.draft.entries] == ["composite", "coverage"]
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    qtbot.mouseClick(editor.discard, Qt.MouseButton.LeftButton)
    assert editor.draft.entries == []


def test_it_opens_with_the_fields_last_read_and_in_chinese(qtbot, editor, desk):
    language.set_language("zh")
    again = MappingEditor(desk)
    qtbot.addWidget(again)
    assert again.theirs.list.count() == 8
    assert again.theirs.note.text().startswith("读取于")
    assert "沟通表达" in again.theirs.list.item(0).text()
    assert again.windowTitle() == "字段映射"


def test_profiles_are_given_and_taken(qtbot, editor, desk, tmp_path):
    pair(qtbot, editor, "composite", COMM)
    editor.give_file(tmp_path / "acme.toml")
    editor.draft.entries.clear()
    editor.take_file(tmp_path / "acme.toml")
    assert editor.draft.entries == [Entry("composite", COMM, "integer", scale=(0, 10, 1, 5))]
    (tmp_path / "bad.toml").write_text("name = 3")
    editor.take_file(tmp_path / "bad.toml")
    assert "bad" in editor.said.text()


def test_every_field_has_a_name_for_a_screen_reader(qtbot, editor):
    pair(qtbot, editor, "composite", LEVEL)
    shown = (editor.ours.list, editor.theirs.list, editor.pairs, editor.source, editor.target, editor.example,
             editor.form.kind, *editor.form.ends.values(), *(field for _, field in editor.form.levels.rows),
             *(bound for bound, _ in editor.form.levels.rows if bound))  # fmt: skip
    assert all(widget.accessibleName() for widget in shown)


def test_a_field_of_several_choices_is_told_a_list(qtbot, editor):
    pair(qtbot, editor, "conclusion", "custom_fields.talent_pool")
    for word in ("hire", "unsure", "no_hire", "cannot_tell"):
        field = editor.form.options.fields[word]
        field.setCurrentIndex(field.findData("tag_core" if word == "hire" else "tag_watch"))
        field.activated.emit(field.currentIndex())
    chosen = dict(editor.draft.entries[0].options)
    assert "Core reserve" in editor.told.text()
    qtbot.mouseClick(editor.preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: '"talent_pool"' in editor.trial.body.field.toPlainText(), timeout=20000)
    assert json.loads(editor.trial.body.field.toPlainText())["custom_fields"] == {"talent_pool": ["tag_core"]}
    for kind, problem in (("option", text.tr("mapping.trouble_type", field="Talent pool tags")), ("options", "")):
        editor.form.kind.setCurrentIndex(editor.form.kind.findData(kind))
        editor.form.kind.activated.emit(editor.form.kind.currentIndex())
        assert editor.problem.text() == problem
        assert editor.draft.entries[0].options == chosen, "the choices stay"


def dry_run(qtbot, editor):
    qtbot.mouseClick(editor.dry_run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(editor.dry_run.isEnabled, timeout=20000)


def test_how_a_dry_run_went_is_not_shown_as_if_it_still_held(qtbot, editor, sandbox):
    pair(qtbot, editor, "composite", COMM)
    dry_run(qtbot, editor)
    assert editor.trial.body.heading.text() == text.tr("mapping.dry_run_good")
    editor.form.ends["scale_to_high"].setValue(9)
    assert editor.trial.body.heading.text() == text.tr("mapping.dry_run_before")
    editor.form.ends["scale_to_high"].setValue(5)
    dry_run(qtbot, editor)
    assert editor.trial.body.heading.text() == text.tr("mapping.dry_run_good")
    sandbox.faults.set("field_renamed")
    qtbot.mouseClick(editor.read_fields, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "✕" in editor.pairs.item(0).text(), timeout=20000)
    assert not editor.trial.isVisible()
    sandbox.faults.set("")
    dry_run(qtbot, editor)
    editor.load()
    assert not editor.trial.isVisible(), "it was about another draft"


def test_while_a_dry_run_goes_on_the_space_bar_does_not_save(qtbot, editor):
    pair(qtbot, editor, "composite", COMM)
    editor.dry_run.setFocus()
    qtbot.keyClick(editor.dry_run, Qt.Key.Key_Space)
    assert not editor.dry_run.isEnabled()
    assert editor.focusWidget() is editor.trial.body.field
    qtbot.waitUntil(editor.dry_run.isEnabled, timeout=20000)


def test_a_renamed_field_keeps_its_title_and_what_was_set_up_for_it(qtbot, editor, sandbox):
    pair(qtbot, editor, "composite", COMM)
    editor.form.ends["scale_from_high"].setValue(8)
    before = editor.draft.entries[0]
    sandbox.faults.set("field_renamed")
    qtbot.mouseClick(editor.read_fields, Qt.MouseButton.LeftButton)
    named = f"Communication (1 to 5) [{COMM}]"
    qtbot.waitUntil(lambda: named in editor.pairs.item(0).text(), timeout=20000)
    assert named in editor.problem.text()
    assert editor.target.currentText() == named
    editor.target.setCurrentIndex(editor.target.findData(f"{COMM}_v2"))
    editor.target.activated.emit(editor.target.currentIndex())
    assert editor.draft.entries[0] == msgspec.structs.replace(before, target=f"{COMM}_v2")
    editor.target.setCurrentIndex(editor.target.findData("custom_fields.total_score"))
    editor.target.activated.emit(editor.target.currentIndex())
    assert editor.draft.entries[0].scale == (0, 10, 0, 100), "another field takes something else"
