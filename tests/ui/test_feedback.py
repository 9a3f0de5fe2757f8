"""Feedback: kept as it was given, sent only where its giver lets it go, by clicks and in both languages."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from PySide6.QtCore import Qt

from app import text
from app.domain.people import Side
from app.domain.types import Candidate
from app.failures import ValueInvalid
from app.feedback import give
from app.settings import SettingsFile
from app.sync_service import SyncService
from sync import listing
from sync.outbox import Kind
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from tests.app.test_store_library import an_interview
from tests.sync.ehr import CONTRACT
from tests.ui.clipped import clipped
from ui import language, theme
from ui.library.feedback import FeedbackDialog

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def interview(library):
    return library.save_interview(an_interview(library.save_candidate(Candidate("", "陈明")), remote_id="int-1"))


@pytest.fixture
def dialog(qtbot, library, interview):
    made = FeedbackDialog(library, interview)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def notes(library):
    with library.reading() as session:
        return [json.loads(item.payload) for item in listing.items(session) if item.kind is Kind.NOTE]


def test_the_candidates_own_words_are_kept_and_stay_here(dialog, library, interview, qtbot):
    assert dialog.given_by.text() == "陈明"
    dialog.ratings[Side.CANDIDATE]["fair"].setCurrentIndex(5)
    dialog.words.setPlainText("氛围 <i>很好</i>")
    qtbot.mouseClick(dialog.save, LEFT)
    (kept,) = library.feedback(interview.id)
    assert (kept.side, kept.given_by) == (Side.CANDIDATE, "陈明")
    assert (kept.ratings, kept.words) == ({"fair": 5}, "氛围 <i>很好</i>")
    assert dialog.said.text() == text.tr("feedback.kept")
    assert "<i>很好</i>" in dialog.earlier.toPlainText()
    assert dialog.words.toPlainText() == ""
    assert notes(library) == []


def test_what_may_go_is_sent_once_and_the_interviewers_has_its_own_questions(dialog, library, qtbot):
    dialog.side.setCurrentIndex(1)
    assert dialog.given_by.text() == library.assessor
    assert dialog.ratings[Side.CANDIDATE]["fair"].isHidden()
    dialog.ratings[Side.INTERVIEWER]["time"].setCurrentIndex(2)
    dialog.may_send.setChecked(True)
    qtbot.mouseClick(dialog.save, LEFT)
    (note,) = notes(library)
    assert (note["role"], note["details"]["time"]) == ("interviewer_feedback", 2)
    assert not dialog.may_send.isChecked()


def test_nothing_at_all_is_not_kept(dialog, library, interview, qtbot):
    qtbot.mouseClick(dialog.save, LEFT)
    assert dialog.said.text() == text.tr("feedback.empty")
    assert library.feedback(interview.id) == ()
    for wrong in ({"fair": 6}, {"time": 3}, {}):
        with pytest.raises(ValueInvalid):
            give(library, interview.id, Side.CANDIDATE, "陈明", wrong, "", may_send=False)


def test_what_was_kept_cannot_be_changed(library, interview):
    give(library, interview.id, Side.CANDIDATE, "陈明", {}, "好", may_send=False)
    with closing(sqlite3.connect(library.folder / "library.sqlite3")) as database:
        for statement in ("update feedback set words = 'x'", "delete from feedback"):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(statement)


def test_it_reaches_the_sandbox(library, tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr") as sandbox:
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=sandbox.url, ehr_profile="sandbox")
        service = SyncService(library, settings, queue=Queue(jitter=lambda: 0.0), secret=lambda _: sandbox.key)
        service.run_once()
        there = library.interviews()[0]
        give(library, there.id, Side.CANDIDATE, "陈明", {"again": 4}, "谢谢", may_send=True)
        service.run_once()
        (note,) = sandbox.store.notes()
        service.close()
    assert json.loads(note["body"])["details"] == {"again": 4, "words": "谢谢"}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_text_is_cut_off(dialog, look, qtbot):
    theme.apply(look, 100)
    for tongue in text.LANGUAGES:
        language.set_language(tongue)
        for side in (0, 1):
            dialog.side.setCurrentIndex(side)
            qtbot.wait(30)
            assert clipped(dialog) == []
        assert not dialog.grab().isNull()
