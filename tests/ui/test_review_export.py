"""Exports from the review room: the menu, the file, the message, and what stands in the way."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from analysis.document import CorrectionKind
from app.exporting import FORMATS, ending, file_name
from ui import language
from ui.review.model import CorrectionDraft
from ui.review.presenter import LibraryPresenter


@pytest.fixture
def room(opened_window, reviewed_copy, tmp_path):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    room.exporting.choose = lambda offered, _filter: str(tmp_path / Path(offered).name)
    return room


def test_every_format_is_written_and_said(qtbot, opened_window, room, tmp_path):
    for kind in FORMATS:
        with qtbot.waitSignal(opened_window.context.work.exportEnded, timeout=30_000) as exported:
            room.exporting.export(kind)
        file = Path(exported.args[0])
        assert file.stat().st_size > 0
        assert file.suffix == ending(kind)
        assert str(file) in opened_window.window.message.label.text()
    assert len(list(tmp_path.glob("*王小雨*"))) == len(FORMATS)
    audited = room.presenter.session.library.audit(room.presenter.interview.id)
    assert [entry.detail for entry in audited if entry.action == "exported"][-len(FORMATS) :] == list(FORMATS)


def test_the_text_has_a_line_a_segment(qtbot, opened_window, room, tmp_path):
    with qtbot.waitSignal(opened_window.context.work.exportEnded) as exported:
        room.exporting.export("txt")
    lines = Path(exported.args[0]).read_text(encoding="utf-8").splitlines()
    segments = [each for each in room.recording.analysis.transcript.segments if each.text.strip()]
    assert len(lines) == len(segments)
    assert lines[0].startswith("[00:00:0")


def test_the_button_opens_the_menu_with_every_format(qtbot, room):
    for spoken, first in (("en", "Transcript as text"), ("zh", "文字稿（纯文本）")):
        language.set_language(spoken)
        qtbot.mouseClick(room.transcript.export, Qt.MouseButton.LeftButton)
        menu = next(menu for menu in room.findChildren(QMenu) if menu.isVisible())
        titles = [action.text() for action in menu.actions() if action.text()]
        assert titles[0] == first
        assert len(titles) == len(FORMATS) + 1
        assert all(action.isEnabled() for action in menu.actions())
        menu.close()


def test_nothing_is_chosen_nothing_is_written(qtbot, room, tmp_path):
    room.exporting.choose = lambda *_: ""
    before = sorted(tmp_path.iterdir())
    with qtbot.assertNotEmitted(room.exportAsked):
        room.exporting.export("vtt")
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_is_not_there_is_a_sentence(qtbot, opened_window, room, tmp_path):
    room.exporting.choose = lambda *_: str(tmp_path / "gone" / "x.vtt")
    with qtbot.waitSignal(opened_window.context.work.exportEnded):
        room.exporting.export("vtt")
    assert str(tmp_path / "gone") in opened_window.window.message.label.text()


def test_an_export_waits_for_corrections_and_has_them(qtbot, opened_window, room, tmp_path):
    word = room.recording.analysis.transcript.segments[0].words[0]
    draft = CorrectionDraft(CorrectionKind.WORD, word.start, word.end, word.text, "各位")
    room.transcript.corrected.emit([draft])
    assert not room.exporting.can("analysis")
    menu = room.exporting.menu()
    assert menu.actions()[0].text() == "Corrections are still being worked in"
    menu.close()
    qtbot.waitUntil(lambda: room.exporting.can("analysis"), timeout=60_000)
    with qtbot.waitSignal(opened_window.context.work.exportEnded) as exported:
        room.exporting.export("analysis")
    assert "各位" in json.dumps(json.loads(Path(exported.args[0]).read_bytes()), ensure_ascii=False)


class Slow:
    """Stands for what writes a file: begins, and ends when it may."""

    def __init__(self, monkeypatch):
        self.begun, self.may_end, self.threads = threading.Event(), threading.Event(), []
        monkeypatch.setattr(LibraryPresenter, "export_of", lambda _presenter, _kind: self)

    def __call__(self, out):
        self.threads.append(threading.get_ident())
        self.begun.set()
        assert self.may_end.wait(30)
        out.write_text("whole")


def test_the_window_works_on_while_a_file_is_written(qtbot, opened_window, room, tmp_path, monkeypatch):
    slow, said = Slow(monkeypatch), opened_window.window.message.label
    room.exporting.export("pdf")
    qtbot.waitUntil(slow.begun.is_set)
    assert said.text().startswith("Writing “")
    language.set_language("zh")
    assert said.text().startswith("正在写出“")
    assert room.scorecard.isEnabled()
    room.exporting.export("docx")
    with qtbot.waitSignal(opened_window.context.work.exportEnded):
        slow.may_end.set()
    qtbot.waitUntil(lambda: len(list(tmp_path.glob("*王小雨*"))) == 2)
    assert threading.get_ident() not in slow.threads
    qtbot.waitUntil(lambda: said.text().startswith("已写入："))


def test_another_interview_may_be_opened_meanwhile(qtbot, opened_window, room, reviewed_copy, monkeypatch):
    slow = Slow(monkeypatch)
    room.exporting.export("pdf")
    qtbot.waitUntil(slow.begun.is_set)
    opened_window.open_review(reviewed_copy[1])
    with qtbot.waitSignal(opened_window.context.work.exportEnded):
        slow.may_end.set()
    assert opened_window.window.message.label.text().startswith("Written: ")


def test_closing_the_window_ends_the_file_that_is_written(qtbot, opened_window, room, tmp_path, monkeypatch):
    slow = Slow(monkeypatch)
    for kind in ("pdf", "docx"):
        room.exporting.export(kind)
    qtbot.waitUntil(slow.begun.is_set)
    threading.Timer(0.2, slow.may_end.set).start()
    opened_window.window.close()
    assert [path.read_text() for path in tmp_path.glob("*王小雨*")] == ["whole"]


def test_a_report_is_of_the_moment_it_was_asked_for(room, tmp_path):
    key = room.presenter.session.template.dimensions[0].id
    room.presenter.session.comment_on(key, "before")
    writing = room.presenter.export_of("json")
    room.presenter.session.comment_on(key, "after")
    writing(tmp_path / "report.json")
    written = (tmp_path / "report.json").read_text("utf-8")
    assert "before" in written
    assert "after" not in written


@pytest.mark.parametrize(
    ("title", "kind", "name"),
    [
        ("面试 录像.mp4", "vtt", "面试 录像.vtt"),
        ("v2.0 round", "pdf", "v2.0 round.pdf"),
        ("a/b: c?", "curves", "a_b_ c_-curves.csv"),
        ("...", "csv", "interview-scores.csv"),
        ("x.wav", "json", "x-assessment.json"),
    ],
)
def test_file_names(title, kind, name):
    assert file_name(title, kind) == name
