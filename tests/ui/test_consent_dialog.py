"""The consent in the window: opened from library and review, played, withdrawn, saved and printed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app import text
from app.domain.marks import MarkKind
from app.domain.types import ConsentGiven
from app.recording import consent
from app.recording.consent import Agreed
from app.recording.consent_words import ConsentWords
from app.recording.evidence import Stands
from app.recording.kinds import Kind
from ui import language

LEFT = Qt.MouseButton.LeftButton
STROKES = {"width": 400, "height": 120, "strokes": [[[10, 100], [200, 20], [390, 90]], [[50, 50], [60, 60]]]}


@pytest.fixture
def interview_id(reviewed_copy):
    return reviewed_copy[1]


def given(conductor, interview_id, how=ConsentGiven.SIGNED, spoken="zh"):
    library = conductor.context.library
    shown = consent.notice(spoken, library.folder)
    agreed = Agreed(tuple(Kind), ("speech", "face"))
    consent.give(library, interview_id, agreed, shown, how, STROKES if how is ConsentGiven.SIGNED else None)
    return shown


def words_of(dialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def dialog_of(conductor, interview_id):
    conductor.consents.open(interview_id)
    return conductor.consents.dialogs[interview_id]


@pytest.mark.parametrize("spoken", text.LANGUAGES)
def test_the_library_shows_all_of_it(qtbot, opened_window, interview_id, spoken):
    shown = given(opened_window, interview_id, spoken=spoken)
    language.set_language("en" if spoken == "zh" else "zh")
    opened_window.window.enter("library")
    opened_window.library_room.choose(interview_id)
    qtbot.mouseClick(opened_window.library_room.details.consent.show_all, LEFT)
    dialog = opened_window.consents.dialogs[interview_id]
    qtbot.waitExposed(dialog)
    said = words_of(dialog)
    for wanted in (*shown.paragraphs(), shown.title, *shown.record.values(), shown.analyse["face"],
                   text.tr("record.how_signed"), text.tr("consent.text_same")):  # fmt: skip
        assert wanted in said
    assert shown.sha256 in said, "as it is copied"
    assert dialog.drawn is not None
    assert dialog.drawn.isVisible()
    before = dialog.windowTitle()
    language.set_language(spoken)
    assert dialog.windowTitle() != before
    assert text.tr("consent.text_same") in words_of(dialog)


def test_the_key_opens_it_in_both_rooms_and_the_sheet_names_it(qtbot, opened_window, interview_id):
    window = opened_window.window
    window.show()
    for enter in (lambda: window.enter("library"), lambda: opened_window.open_review(interview_id)):
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        enter()
        if window.pages.currentWidget() is opened_window.library_room:
            opened_window.library_room.choose(interview_id)
        (act,) = [each for each in window.actions_here() if each.id == "consent"]
        assert act.enabled()
        assert act.keys == ("Ctrl+Shift+C",)
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        qtbot.keyClick(window, Qt.Key.Key_C, modifiers)
        assert interview_id in opened_window.consents.dialogs
        opened_window.consents.dialogs[interview_id].close()
        qtbot.waitUntil(lambda: not opened_window.consents.dialogs)
    window.enter("settings")
    assert not next(each for each in window.actions_here() if each.id == "consent").enabled()


def test_in_the_review_the_bar_on_top_has_a_button(qtbot, opened_window, interview_id):
    given(opened_window, interview_id)
    opened_window.window.show()
    opened_window.open_review(interview_id)
    qtbot.mouseClick(opened_window.window.top.consent, LEFT)
    assert opened_window.consents.dialogs[interview_id].isVisible()
    opened_window.window.enter("library")
    assert not opened_window.window.top.consent.isVisible()


@pytest.mark.parametrize("spoken", text.LANGUAGES)
def test_a_point_is_withdrawn_at_the_second_press(qtbot, opened_window, interview_id, spoken):
    language.set_language(spoken)
    given(opened_window, interview_id)
    library, dialog = opened_window.context.library, dialog_of(opened_window, interview_id)
    qtbot.mouseClick(dialog.withdrawals["face"], LEFT)
    assert dialog.withdrawals["face"].text() == text.tr("consent.withdraw_sure")
    assert "face" in library.consent(interview_id).modalities
    qtbot.mouseClick(dialog.withdrawals["speech"], LEFT)  # another point asks anew
    assert library.consents(interview_id)[-1].modalities == ("speech", "face")
    assert dialog.withdrawals["face"].text() == text.tr("consent.withdraw")
    qtbot.mouseClick(dialog.withdrawals["face"], LEFT)
    qtbot.mouseClick(dialog.withdrawals["face"], LEFT)
    assert library.consent(interview_id).modalities == ("speech",)
    assert "face" not in dialog.withdrawals
    (face,) = [point for point in dialog.shown.points if point.modality == "face"]
    assert face.stands is Stands.WITHDRAWN
    assert ConsentWords(dialog.shown, spoken).answer(face) in words_of(dialog)
    opened_window.window.enter("library")
    opened_window.library_room.choose(interview_id)
    what = text.tr("consent.analyse", what=text.tr("policy.modality_face"))
    assert text.tr("consent.taken_back", what=what) in opened_window.library_room.details.consent.line.text()


def test_a_withdrawal_elsewhere_shows_at_once(qtbot, opened_window, interview_id):
    given(opened_window, interview_id)
    dialog = dialog_of(opened_window, interview_id)
    consent.withdraw(opened_window.context.library, interview_id, (Kind.PICTURE,), ())
    qtbot.waitUntil(lambda: "picture" not in dialog.withdrawals)
    assert "face" not in dialog.withdrawals


def test_what_was_said_aloud_is_played_from_its_moment(qtbot, opened_window, interview_id):
    library = opened_window.context.library
    given(opened_window, interview_id, ConsentGiven.SPOKEN)
    library.add_mark(interview_id, MarkKind.BEGUN, 0.0, {"questions": [], "recorded": ["sound"]})
    library.add_mark(interview_id, MarkKind.CONSENT, 12.5, {"kinds": ["sound"], "modalities": ["speech"]})
    opened_window.window.show()
    dialog = dialog_of(opened_window, interview_id)
    assert text.tr("consent.said_at", time="00:12") in words_of(dialog)
    (play,) = dialog.plays
    qtbot.mouseClick(play, LEFT)
    room = opened_window.window.room("review")
    assert opened_window.window.pages.currentWidget() is room
    qtbot.waitUntil(lambda: room.player.playback.playing and 12.4 <= room.player.playback.position < 20, timeout=20_000)


def test_it_is_saved_as_pdf_and_printed(qtbot, opened_window, interview_id, tmp_path, monkeypatch):
    from pypdf import PdfReader
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    given(opened_window, interview_id)
    out, printed = tmp_path / "同意书.pdf", tmp_path / "printed.pdf"
    dialog, asked = dialog_of(opened_window, interview_id), []
    monkeypatch.setattr(opened_window.consents, "_choose", lambda *offered: asked.append(offered) or str(out))
    qtbot.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(out.exists, timeout=20_000)
    assert asked[0][0].endswith("-consent.pdf")
    qtbot.mouseClick(dialog.print, LEFT)
    paper = opened_window.window.findChild(QPrintDialog)
    paper.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    paper.printer().setOutputFileName(str(printed))
    paper.accepted.emit(paper.printer())
    for file in (out, printed):
        assert "SHA-256" in "".join(page.extract_text() for page in PdfReader(file).pages)
    paper.close()
    told = [line.action for line in opened_window.context.library.audit(interview_id)]
    assert told.count("exported") >= 2
    assert "consent_seen" in told


@pytest.mark.parametrize("spoken", text.LANGUAGES)
def test_nothing_is_cut_off_at_200_percent(qtbot, opened_window, interview_id, spoken):
    from ui import theme

    language.set_language(spoken)
    given(opened_window, interview_id)
    theme.apply("light", 200)
    dialog = dialog_of(opened_window, interview_id)
    dialog.resize(dialog.minimumSizeHint())
    qtbot.waitExposed(dialog)
    width = dialog.scroller.viewport().width()
    for button in dialog.withdrawals.values():
        assert button.mapTo(dialog.scroller.widget(), button.rect().topRight()).x() <= width
        assert button.width() >= button.sizeHint().width()


def test_who_may_only_look_cannot_withdraw(qtbot, reviewed_copy):
    from app.settings import SettingsFile
    from app.store.library import Library
    from ui.library.consent_dialog import ConsentDialog

    folder, interview_id = reviewed_copy
    with Library.open(folder, assessor="李静") as first:
        consent.give(first, interview_id, Agreed((Kind.SOUND,), ("speech",)), consent.notice("zh", folder),
                     ConsentGiven.PAPER)  # fmt: skip
        with Library.open(folder, read_only_if_held=True) as second:
            dialog = ConsentDialog(second, SettingsFile(folder), interview_id)
            qtbot.addWidget(dialog)
            assert dialog.withdrawals == {}
            assert text.tr("record.on_paper") in words_of(dialog)


def test_it_is_opened_again_after_it_was_closed(qtbot, opened_window, interview_id):
    first = dialog_of(opened_window, interview_id)
    qtbot.waitExposed(first)
    first.close()
    qtbot.waitUntil(lambda: interview_id not in opened_window.consents.dialogs)
    again = dialog_of(opened_window, interview_id)
    assert again is not first
    assert again.isVisible()


def test_above_the_review_it_is_told_that_some_of_it_was_withdrawn(qtbot, opened_window, interview_id, each_language):
    """The analysis that was made before stays in the room: who reads it knows."""
    language.set_language(each_language)
    library, link = opened_window.context.library, opened_window.window.top.consent
    given(opened_window, interview_id)
    opened_window.open_review(interview_id)
    assert link.text() == text.tr("library.consent")
    consent.withdraw(library, interview_id, (), ("speech",))
    qtbot.waitUntil(lambda: link.text() == text.tr("shell.consent_taken_back"))
    assert link.isVisible()
    assert link.toolTip() == text.tr("shell.consent_taken_back_hint")
    given(opened_window, interview_id)
    qtbot.waitUntil(lambda: link.text() == text.tr("library.consent"))
