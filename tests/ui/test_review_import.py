"""A transcript that somebody else wrote, in the review: chosen, dropped, refused, and set aside again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu

from analysis.document import CorrectionKind
from app.exporting import FORMATS
from ui import language
from ui.actions import matching
from ui.review.model import CorrectionDraft

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
WORDS = "这句话是另外一个人写下来的"


@pytest.fixture
def room(opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    return opened_window.window.room("review")


@pytest.fixture
def given(room, tmp_path):
    """The interview's own transcript with other words at its beginning."""
    path = tmp_path / "记录 <b>1.vtt"
    exported = tmp_path / "exported.vtt"
    room.presenter.export_of("vtt")(exported)
    first = room.recording.analysis.transcript.segments[0]
    path.write_text(exported.read_text("utf-8").replace(first.text, WORDS, 1), "utf-8")
    return path


def drop(room, *paths):
    """Drop files on the transcript, as the system does; whether they are taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy = Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPointF(20, 60).toPoint(), copy, mime, LEFT, NONE)
    entering.ignore()
    QApplication.sendEvent(room.transcript, entering)
    if entering.isAccepted():
        QApplication.sendEvent(room.transcript, QDropEvent(QPointF(20, 60), copy, mime, LEFT, NONE))
    return entering.isAccepted()


def wait_for_words(qtbot, room, words):
    qtbot.waitUntil(lambda: room.recording.analysis.transcript.segments[0].text == words, timeout=120_000)


def texts(room):
    return [(each.speaker, each.text) for each in room.recording.analysis.transcript.segments]


@pytest.mark.slow
def test_what_is_chosen_takes_the_machines_place_and_leaves_it_again(qtbot, opened_window, room, given):
    before, roles = texts(room), room.recording.analysis.speakers.roles
    rated, folder = room.presenter.assessment.ratings, room.presenter.session.library.analysis_folder
    earlier = folder(room.presenter.interview.id)
    assert not room.importing.line.isVisible()
    room.importing.choose = lambda *_: str(given)
    room.importing.ask()
    wait_for_words(qtbot, room, WORDS)
    assert texts(room)[1:] == before[1:]
    assert room.recording.analysis.speakers.roles == roles
    assert room.importing.line.isVisible()
    assert given.name in room.importing.line.accessibleName()
    assert "<b>" not in room.importing.line.toolTip()
    assert earlier.is_dir()
    assert room.presenter.assessment.ratings == rated
    for spoken, kept in (("zh", "没有丢失"), ("en", "is kept beside")):
        language.set_language(spoken)
        assert kept in room.footing.label.accessibleName()
        assert given.name in room.footing.label.accessibleName()
        assert room.importing.line.text().startswith({"zh": "导入自", "en": "Imported"}[spoken])
    (again,) = matching(room.actions_here(), "listen again")
    again.run()
    wait_for_words(qtbot, room, before[0][1])
    assert texts(room) == before
    assert not room.importing.line.isVisible()


@pytest.mark.slow
def test_what_is_dropped_keeps_corrections(qtbot, room, given):
    word = room.recording.analysis.transcript.segments[2].words[0]
    room.transcript.corrected.emit([CorrectionDraft(CorrectionKind.WORD, word.start, word.end, word.text, "更正")])
    assert drop(room, given)
    wait_for_words(qtbot, room, WORDS)
    assert room.recording.analysis.transcript.segments[2].text.startswith("更正")
    assert "kept beside" in room.footing.label.accessibleName()


def test_a_bad_file_is_a_sentence_and_changes_nothing(qtbot, opened_window, room, tmp_path):
    before, state = texts(room), room.presenter.interview.analysis_state
    bad = tmp_path / "坏.srt"
    bad.write_bytes(b"\x00\xff\x01")
    for spoken in ("zh", "en"):
        language.set_language(spoken)
        with qtbot.waitSignal(opened_window.context.work.importFailed):
            assert drop(room, bad)
        assert "坏.srt" in opened_window.window.message.label.text()
    assert texts(room) == before
    assert room.presenter.session.library.interview(room.presenter.interview.id).analysis_state is state


@pytest.mark.slow
def test_a_transcript_of_another_interview_leaves_the_analysis(qtbot, opened_window, room, tmp_path):
    before = texts(room)
    other = tmp_path / "other.srt"
    other.write_text("1\n05:00:00,000 --> 05:00:09,000\nLate.\n", "utf-8")
    with qtbot.waitSignal(opened_window.context.work.analysisEnded, timeout=120_000):
        assert drop(room, other)
    assert "other.srt" in opened_window.window.message.label.text()
    assert texts(room) == before
    library, interview = room.presenter.session.library, room.presenter.interview
    assert library.interview(interview.id).analysis_state == "done"
    assert library.transcript(interview.id) is None


def test_only_one_transcript_can_be_dropped(room, given, tmp_path):
    assert not drop(room, given, given)
    assert not drop(room, tmp_path / "recording.mp4")
    room.show_running(0.5, "…")
    assert not drop(room, given)


def test_the_menu_ends_with_the_way_in(qtbot, room):
    for spoken, title in (("en", "Import a transcript …"), ("zh", "导入文字稿…")):
        language.set_language(spoken)
        qtbot.mouseClick(room.transcript.export, LEFT)
        menu = next(menu for menu in room.findChildren(QMenu) if menu.isVisible())
        titles = [action.text() for action in menu.actions() if action.text()]
        assert titles[len(FORMATS) :] == [title]
        menu.close()


def test_the_palette_offers_it_when_it_can_be_done(room):
    assert [action.id for action in matching(room.actions_here(), "import a transcript")] == ["import_transcript"]
    assert matching(room.actions_here(), "listen again") == []
    room.show_running(0.5, "…")
    assert matching(room.actions_here(), "import a transcript") == []


def test_nothing_is_chosen_nothing_happens(qtbot, room):
    room.importing.choose = lambda *_: ""
    with qtbot.assertNotEmitted(room.transcriptGiven):
        room.importing.ask()


def test_the_folder_is_remembered(qtbot, room, given):
    asked = []
    room.importing.choose = lambda folder, _: asked.append(folder) or str(given)
    room.transcriptGiven.disconnect()
    for _ in range(2):
        room.importing.ask()
    assert Path(asked[1]) == given.parent
