"""Packages in the window: chosen, written, dropped, taken and decided, in both languages, with real libraries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog

from app import text
from app.domain.types import Candidate, Position
from app.failures import TakenInPart
from app.handover import taking
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.said import said_of
from app.settings import SettingsFile
from app.store.library import Library
from sync import ledger
from sync.ledger import KnownRow
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign
from tests.ui.clipped import clipped
from tests.ui.review_library import analysed
from tests.ui.rooms import drained
from ui import language, theme
from ui.shell import start
from ui.sync.hand_over import HandOverDialog


@pytest.fixture
def laptop(tmp_path):
    with Library.open(tmp_path / "laptop", assessor="李静") as opened:
        yield opened


@pytest.fixture
def opened(qtbot, tmp_path):
    """The office's window; its library has a planned interview and a position more."""
    conductor = start.open_window(tmp_path / "office", SettingsFile(tmp_path / "office"))
    library = conductor.context.library
    position = library.save_position(Position("", "后端工程师"))
    library.save_position(Position("", "产品经理"))
    library.save_interview(an_interview(library.save_candidate(Candidate("", "秦𠮷雅", phone="138")), position))
    conductor.window.resize(1400, 900)
    conductor.window.show()
    yield conductor
    conductor.window.close()
    conductor.window.deleteLater()


def planned(opened):
    (interview,) = opened.context.library.interviews()
    return interview


def page(opened):
    opened.window.enter("sync")
    room = opened.window.room("sync")
    room.show_packages()
    return room.packages


def choose_file(monkeypatch, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


def drop(widget, path):
    """Drag a file in and let go of it over the middle."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    middle = widget.rect().center()
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(middle), copy, mime, left, plain)
    QApplication.sendEvent(widget, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(middle), copy, mime, left, plain))


def results(opened, laptop, tmp_path, **edits):
    """A package with a signed assessment from the laptop."""
    there, back = tmp_path / "there.mianjian", tmp_path / "结果 1.mianjian"
    interview_id = planned(opened).id
    write_package(opened.context.library, Choice(Kind.OUTWARD, (interview_id,)), there)
    take_package(laptop, there)
    sign(laptop, interview_id)
    if edits:
        laptop.save_candidate(replace(laptop.interview(interview_id).candidate, **edits))
    write_package(laptop, Choice(Kind.RESULTS, (interview_id,)), back)
    return back


def said(opened, words):
    return words in opened.window.message.label.text()


@pytest.mark.parametrize("name", ["zh", "en"])
def test_a_choice_is_written_and_opens_on_the_laptop(qtbot, opened, laptop, tmp_path, monkeypatch, name):
    language.set_language(name)
    file = tmp_path / "out.mianjian"
    choose_file(monkeypatch, file.with_suffix(""))
    qtbot.mouseClick(page(opened).out, Qt.MouseButton.LeftButton)
    dialog = opened.window.findChild(HandOverDialog)
    assert not dialog.write.isEnabled()
    assert dialog.note.text() == text.tr("package.note_none_chosen")
    assert dialog.list.count() == 3
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert dialog.note.text() == text.tr("package.note_no_words")
    dialog.words.setText("骏马 42")
    assert dialog.note.text() == text.tr("package.note_words_differ")
    dialog.again.setText("骏马 42")
    assert dialog.note.text() == text.tr("package.note_protected")
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.exists)
    qtbot.waitUntil(lambda: said(opened, str(file)))
    assert take_package(laptop, file, "骏马 42").new["interview"] == 1
    assert [one.title for one in laptop.positions()] == ["后端工程师"]
    assert text.tr("package.n_interview", n=1) in page(opened).summary.text()
    assert page(opened).lines.rowCount() == 1


def test_without_protection_it_is_said_what_that_means(qtbot, opened):
    opened.packages.hand_over(Kind.OUTWARD)
    dialog = opened.window.findChild(HandOverDialog)
    dialog.every.click()
    assert len(dialog.choice().positions) == 2
    dialog.protect.click()
    assert dialog.note.text() == text.tr("package.note_unprotected")
    assert dialog.write.isEnabled()
    dialog.every.click()
    assert not dialog.write.isEnabled()
    dialog.reject()


def test_results_offer_recordings_only_where_the_rules_let_them_travel(qtbot, opened):
    sign(opened.context.library, planned(opened).id)
    opened.packages.hand_over(Kind.RESULTS)
    dialog = opened.window.findChild(HandOverDialog)
    assert dialog.list.count() == 1
    assert not dialog.attached["recordings"].isEnabled()
    assert dialog.stay.isVisible()
    assert dialog.attached["analyses"].isEnabled()
    dialog.reject()


def test_results_bring_the_files_for_the_hr_system_unless_somebody_says_no(qtbot, opened):
    sign(opened.context.library, planned(opened).id)
    opened.packages.hand_over(Kind.RESULTS)
    dialog = opened.window.findChild(HandOverDialog)
    dialog.every.click()
    assert dialog.choice().files
    dialog.attached["files"].click()
    assert not dialog.choice().files
    dialog.reject()


@pytest.fixture
def told(opened):
    """The HR system said something of the candidate, and gave a résumé of 2 MB."""
    library = opened.context.library
    candidate = library.save_candidate(replace(planned(opened).candidate, remote_id="cand-1"))
    document = {"remote_id": "doc-1", "name": "简历.pdf", "media_type": "application/pdf", "size": 2_000_000}
    history = [{"at": "2026-01-01", "kind": "applied", "text": "内推", "by": "HR"}]
    with library.vault.working() as folder:
        (folder / "cv").write_bytes(bytes(2_000_000))
        sha256 = library.vault.keep_document(folder / "cv")
    with library.session() as session:
        ledger.write_state(session, "https://ehr", "cursor", "1")
        said = {"documents": [document], "history": history}
        for row in (
            KnownRow("candidate", "cand-1", candidate.id, said),
            KnownRow("document", "doc-1", candidate.id, {"told": document, "sha256": sha256, "problem": ""}),
        ):
            ledger.keep_row(session, "https://ehr", row)


@pytest.mark.parametrize("name", ["zh", "en"])
def test_what_the_hr_system_says_goes_along_by_choice_with_its_size_and_a_passphrase(
    qtbot, opened, laptop, tmp_path, monkeypatch, told, name
):
    language.set_language(name)
    file = tmp_path / "out.mianjian"
    choose_file(monkeypatch, file)
    opened.packages.hand_over(Kind.OUTWARD)
    dialog = opened.window.findChild(HandOverDialog)
    files = dialog.attached["documents"]
    assert not files.isEnabled(), "nobody is chosen yet"
    assert (dialog.choice().said, dialog.choice().documents) == (False, False)
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert files.text() == text.tr("package.with_documents_size", n=1, size="2.0 MB")
    qtbot.mouseClick(files, Qt.MouseButton.LeftButton, pos=QPoint(10, files.height() // 2))
    qtbot.mouseClick(dialog.attached["said"], Qt.MouseButton.LeftButton, pos=QPoint(10, files.height() // 2))
    dialog.protect.click()
    rules = text.tr("policy.profile_cn")
    assert dialog.note.text() == text.tr("package.note_protect_said", rules=rules)
    assert not dialog.write.isEnabled()
    dialog.protect.click()
    dialog.words.setText("骏马 42")
    dialog.again.setText("骏马 42")
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: said(opened, str(file)), timeout=30_000)
    take_package(laptop, file, "骏马 42")
    there = said_of(laptop, laptop.interview(planned(opened).id))
    assert [line.text for line in there.history] == ["内推"]
    assert there.documents[0].sha256


def test_taking_a_large_package_is_stopped_and_goes_on_later(qtbot, opened, laptop, tmp_path, monkeypatch):
    monkeypatch.setattr(taking, "SLICE_S", 0.0)
    for number in range(8):
        laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", f"候选人 {number}"))))
    there = tmp_path / "many.mianjian"
    write_package(laptop, Choice(Kind.OUTWARD, tuple(one.id for one in laptop.interviews())), there)
    library, shown = opened.context.library, page(opened)
    monkeypatch.setattr(taking, "PAUSE_S", 0.2)
    drop(opened.window, there)
    qtbot.waitUntil(lambda: len(library.interviews()) > 2, timeout=30_000)
    assert shown.work.isVisible()
    assert 0 < shown.progress.value() < 100
    qtbot.mouseClick(shown.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not shown.work.isVisible(), timeout=30_000)
    assert said(opened, text.sentence(TakenInPart(name="many.mianjian")))
    assert len(library.interviews()) < 9
    monkeypatch.setattr(taking, "PAUSE_S", 0.0)
    drop(opened.window, there)
    qtbot.waitUntil(lambda: len(library.interviews()) == 9, timeout=30_000)


@pytest.mark.parametrize("room", ["library", "sync", "settings"])
def test_a_package_is_dropped_anywhere(qtbot, opened, laptop, tmp_path, room):
    back = results(opened, laptop, tmp_path)
    opened.window.enter(room)
    drop(opened.window.room(room) if room == "library" else opened.window, back)
    library = opened.context.library
    qtbot.waitUntil(lambda: library.interview(planned(opened).id).signed)
    qtbot.waitUntil(lambda: said(opened, text.tr("package.n_signature", n=1)))
    assert opened.window.message.action.text() == text.tr("package.show")
    qtbot.mouseClick(opened.window.message.action, Qt.MouseButton.LeftButton)
    shown = opened.window.room("sync")
    assert shown.tabs.currentWidget() is shown.packages
    assert not shown.panel.isVisible()
    assert text.tr("package.to_send", n=1) in shown.packages.summary.text()
    language.set_language("zh")
    assert "将由本机发往 HR 系统的已签字评估：1 份。" in shown.packages.summary.text()
    assert "李静" in shown.packages.summary.text()


@pytest.mark.parametrize(("button", "phone"), [("mine", "139"), ("theirs", "136")])
def test_a_difference_is_decided_by_a_click(qtbot, opened, laptop, tmp_path, button, phone):
    back = results(opened, laptop, tmp_path, phone="136")
    library = opened.context.library
    library.save_candidate(replace(planned(opened).candidate, phone="139"))
    shown = page(opened)
    assert not shown.decisions.isVisible()
    drop(opened.window, back)
    qtbot.waitUntil(shown.decisions.isVisible)
    index = shown.cards.index(0, 0)
    cells = [index.siblingAtColumn(column).data() for column in range(5)]
    assert cells == ["Candidate “秦𠮷雅”: phone", "138", "139", "136", "李静"]
    assert planned(opened).candidate.phone == "139", "nothing is overwritten unasked"
    qtbot.mouseClick(getattr(shown, button), Qt.MouseButton.LeftButton)
    assert not shown.decisions.isVisible()
    assert planned(opened).candidate.phone == phone


def test_a_passphrase_is_asked_for_until_it_is_right(qtbot, opened, laptop, tmp_path, monkeypatch):
    file = tmp_path / "p.mianjian"
    there = laptop.save_position(Position("", "仓库主管"))
    write_package(laptop, Choice(Kind.OUTWARD, (), (there.id,)), file, "骏马 42")
    asked, answers = [], ["wrong", "骏马 42"]

    def answer(_parent, _title, words, _echo):
        asked.append(words)
        return answers[len(asked) - 1], True

    monkeypatch.setattr(QInputDialog, "getText", answer)
    choose_file(monkeypatch, file)
    qtbot.mouseClick(page(opened).take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened.context.library.positions()) == 3, timeout=30_000)
    assert "p.mianjian" in asked[0]
    assert "The passphrase does not open" in asked[1]


def test_a_damaged_package_is_a_sentence_and_nothing_comes(qtbot, opened, tmp_path):
    broken = tmp_path / "broken.mianjian"
    broken.write_bytes(b"PK\x03\x04 cut off")
    before = opened.context.library.audit()
    drop(opened.window, broken)
    qtbot.waitUntil(lambda: said(opened, "broken.mianjian"))
    assert said(opened, "Nothing of it was taken in")
    assert opened.context.library.audit() == before
    assert not page(opened).work.isVisible()


def test_the_menu_of_the_library_and_the_palette_lead_there(qtbot, opened):
    opened.window.enter("library")
    menu = opened.library_room.hand_over.choices
    assert [action.text() for action in menu.actions() if action.text()] == [
        text.tr("package.button_outward"), text.tr("package.button_results"), text.tr("package.button_take"),
    ]  # fmt: skip
    menu.actions()[0].trigger()
    dialog = opened.window.findChild(HandOverDialog)
    assert dialog.windowTitle() == text.tr("package.title_outward")
    dialog.reject()
    ids = {action.id for action in opened.window.actions_here() if action.enabled()}
    assert {"package_outward", "package_results", "package_take"} <= ids


def test_a_window_that_only_looks_hands_nothing_over(qtbot, tmp_path, opened):
    second = start.open_window(tmp_path / "office", SettingsFile(tmp_path / "office"))
    shown = page(second)
    assert not any(button.isEnabled() for button in (shown.out, shown.home, shown.take))
    assert not second.window.acceptDrops()
    second.window.close()


@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("name", ["zh", "en"])
def test_nothing_is_clipped(qtbot, opened, laptop, tmp_path, scale, name):
    language.set_language(name)
    theme.apply("light", scale)
    opened.window.resize(960 * scale // 100, 600 * scale // 100)
    back = results(opened, laptop, tmp_path, phone="136")
    opened.context.library.save_candidate(replace(planned(opened).candidate, phone="139"))
    shown = page(opened)
    drop(opened.window, back)
    qtbot.waitUntil(shown.decisions.isVisible)
    opened.window.message.hide()
    drained()
    assert clipped(opened.window) == []
    for kind in (Kind.OUTWARD, Kind.RESULTS):
        opened.packages.hand_over(kind)
        dialog = opened.window.findChildren(HandOverDialog)[-1]
        drained()
        assert clipped(dialog) == []
        dialog.reject()
    opened.window.enter("library")
    drained()
    assert clipped(opened.window) == []


def test_what_was_handed_over_can_still_be_sent_from_here(qtbot, opened, tmp_path):
    library = opened.context.library
    sign(library, planned(opened).id)
    write_package(library, Choice(Kind.RESULTS, (planned(opened).id,)), tmp_path / "r.mianjian")
    opened.window.enter("sync")
    room = opened.window.room("sync")
    room.refresh()
    room.queue_view.selectRow(0)
    assert room.panel.resend.text() == text.tr("sync_room.send_here")
    assert text.tr("sync_room.state_handed") in {
        room.entries.index(row, 2).data() for row in range(room.entries.rowCount())
    }
    qtbot.mouseClick(room.panel.resend, Qt.MouseButton.LeftButton)
    language.set_language("zh")
    states = [room.entries.index(row, 2).data() for row in range(room.entries.rowCount())]
    assert states.count("… 等待") == 1
    assert states.count("⇢ 已交接") == len(states) - 1


@pytest.mark.parametrize("name", ["zh", "en"])
def test_what_the_candidate_does_not_agree_to_is_said_before_it_is_written(qtbot, opened, tmp_path, name):
    language.set_language(name)
    library, interview = opened.context.library, planned(opened)
    library.record_consent(interview.id, ("speech", "face", "expression"), "v1", "秦𠮷雅")
    analysed(library, interview.id, tmp_path / "analysis")
    sign(library, interview.id)
    library.record_consent(interview.id, ("speech",), "v2", "秦𠮷雅")
    dialog = HandOverDialog(library, Kind.RESULTS)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.unagreed.isVisible(), "nothing is chosen yet"
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    said = dialog.unagreed.text()
    assert text.tr("package.part_files") in said
    assert text.tr("package.part_reports") not in said
    for box in ("analyses", "reports"):
        qtbot.mouseClick(dialog.attached[box], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    said = dialog.unagreed.text()
    assert "秦𠮷雅" in said
    for words in ("package.part_analysis_without", "package.part_reports", "policy.modality_face"):
        assert text.tr(words) in said
    qtbot.waitUntil(lambda: clipped(dialog) == [], timeout=20_000)
    for box in ("analyses", "reports", "files"):
        qtbot.mouseClick(dialog.attached[box], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert not dialog.unagreed.isVisible()


def test_what_stays_is_looked_for_beside_the_window_and_by_the_consent_of_the_moment(qtbot, opened, tmp_path):
    library, interview = opened.context.library, planned(opened)
    library.record_consent(interview.id, ("speech", "face", "expression"), "v1", "秦𠮷雅")
    analysed(library, interview.id, tmp_path / "analysis")
    sign(library, interview.id)
    library.record_consent(interview.id, ("speech",), "v2", "秦𠮷雅")
    asked = []
    dialog = HandOverDialog(library, Kind.RESULTS, read=lambda *given: asked.append(given))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.protect.setChecked(False)

    def answer():
        reading, done, _ = asked.pop()
        done(reading())

    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert not dialog.write.isEnabled()
    assert dialog.note.text() == text.tr("package.note_looking")
    qtbot.mouseClick(dialog.attached["reports"], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert len(asked) == 1, "the one that is on its way asks again"
    answer()
    assert not dialog.write.isEnabled()
    answer()
    assert dialog.write.isEnabled()
    assert text.tr("package.part_reports") in dialog.unagreed.text()
    library.record_consent(interview.id, ("speech", "face", "expression"), "v3", "秦𠮷雅")
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.unagreed.isVisible()
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    answer()
    assert not dialog.unagreed.isVisible()
    assert asked == []
