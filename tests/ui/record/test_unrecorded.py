"""The review of an interview that was held without a recording, from its marks: read, rated, commented on, signed."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app import text
from app.domain.types import ConsentGiven, Told, ToldCode
from app.recording import consent, holding
from app.recording.consent import Agreed
from app.report import write_report
from app.report.gather import report_data
from app.review import ReviewSession
from app.settings import Settings
from app.store.importing import import_file
from app.store.recordings import Belonging
from app.told import sentence
from tests.recording_run.conftest import QUESTIONS, planned_interview
from tests.ui.rooms import drained, shown
from ui import language
from ui.review.model import Stage
from ui.review.presenter import LibraryPresenter

ANSWER = "我把 <b>任务</b> 拆小了。"


def hold(library, interview, *, kinds=(), refuse=True):
    """An interview whose first question was answered in writing and rated, the third asked, the second not."""
    if refuse:
        notice = consent.notice("zh", library.folder)
        consent.give(library, interview.id, Agreed(), notice, ConsentGiven.SIGNED)
    now = [0.0]
    run = holding.held(library, interview, Settings(answers="both"), lambda: now[0])
    run.begin(kinds)
    run.next()
    now[0] = 20.0
    run.note("值得追问")
    run.answer(ANSWER)
    run.rate(8)
    now[0] = 65.0
    run.go(2)
    now[0] = 90.0
    run.end()


@pytest.fixture
def interview(library):
    return planned_interview(library)


@pytest.fixture
def room(qtbot, library, interview):
    hold(library, interview)
    opened = shown(qtbot, LibraryPresenter(library, interview.id))
    yield opened
    opened.leave()


def words_in(widget):
    return [each.text() for each in widget.findChildren(QLabel) if each.isVisible()]


def test_what_was_asked_and_written_stands_there_and_no_advice_to_add_a_recording(each_language, room):
    assert room.stage is Stage.UNRECORDED
    sheet = words_in(room.held_sheet)
    assert text.tr("review.recording_refused") in sheet
    assert f"1. {QUESTIONS[0]}" in sheet
    assert f"2. {QUESTIONS[2]}" in sheet
    assert ANSWER in sheet
    assert "00:20  值得追问" in sheet
    assert any("00:00 – 01:05" in each or "00:00–01:05" in each for each in sheet)
    every = " ".join((*words_in(room), room.player.pane.message))
    assert text.tr("review.stage_no_media_more") not in every
    assert text.tr("review.no_media") not in every
    assert text.tr("review.no_transcript") not in every


def test_what_was_noted_outside_of_any_question_stands_there_too(qtbot, library, each_language):
    without_kit = planned_interview(library, (), "hr-2")
    run = holding.held(library, without_kit, Settings(), lambda: 5.0)
    run.begin(())
    run.note("准时到场")
    run.mark()
    run.end()
    room = shown(qtbot, LibraryPresenter(library, without_kit.id))
    sheet = words_in(room.held_sheet)
    assert text.tr("review.noted") in sheet
    assert "00:05  准时到场" in sheet
    assert f"00:05  {text.tr('review.bookmark')}" in sheet
    room.leave()


def test_the_scorecard_tells_which_questions_were_asked(room):
    rows = room.scorecard.questions.rows
    assert room.scorecard.questions.inside.isVisible()
    asked, not_asked = text.tr("review.asked"), text.tr("review.not_asked")
    assert asked in words_in(rows[QUESTIONS[0]])
    assert asked in words_in(rows[QUESTIONS[2]])
    assert not_asked in words_in(rows[QUESTIONS[1]])
    assert any(ANSWER in each for each in words_in(rows[QUESTIONS[0]]))
    assert rows[QUESTIONS[0]].score.rating.picker.score() == 8


def test_it_is_rated_commented_on_and_signed(qtbot, room, library, interview):
    card = room.scorecard
    row = card.questions.rows[QUESTIONS[2]]
    row.score.rating.picker.setFocus()
    QTest.keyClick(row.score.rating.picker, Qt.Key.Key_7)
    assert room.presenter.assessment.questions[QUESTIONS[2]].score == 7
    drained()
    assert any(text.tr("review.question_rated", score="7") in each for each in words_in(room.held_sheet))
    card.comments.field.setText("要再谈一次")
    QTest.keyClick(card.comments.field, Qt.Key.Key_Return)
    assert (None, "要再谈一次") in [(each.time_s, each.text) for each in library.comments(interview.id)]
    assert not card.comments.bookmark.isEnabled()
    for dimension in card.cards.values():
        dimension.picker.setFocus()
        QTest.keyClick(dimension.picker, Qt.Key.Key_6)
    next(iter(card.verdict.choices.values())).click()
    with qtbot.waitSignal(room.signed, timeout=5000):
        card.verdict.sign.click()
    assert room.presenter.is_signed()


def test_its_report_has_all_of_it(room, library, interview, tmp_path, each_language):
    data = report_data(ReviewSession(library, interview.id), each_language)
    for ending in (".json", ".csv", ".docx", ".pdf"):
        write_report(data, each_language, tmp_path / f"report{ending}")
    table = (tmp_path / "report.csv").read_text("utf-8-sig")
    assert text.tr_in(each_language, "report.refused") in table
    assert QUESTIONS[2] in table
    assert QUESTIONS[1] not in table
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["written_answers"][0]["text"] == ANSWER


def test_without_a_refusal_it_only_says_that_nothing_was_recorded(qtbot, library, interview):
    hold(library, interview, refuse=False)
    room = shown(qtbot, LibraryPresenter(library, interview.id))
    assert text.tr("review.unrecorded") in words_in(room.held_sheet)
    assert room.player.pane.message == text.tr("review.unrecorded")
    room.leave()


def test_a_recording_that_is_not_analysed_yet_tells_what_was_asked_in_it(qtbot, library, interview, sample):
    hold(library, interview, kinds=("sound",), refuse=False)
    import_file(library, sample / "sample_zh.mp4", belonging=Belonging(interview_id=interview.id))
    room = shown(qtbot, LibraryPresenter(library, interview.id))
    assert room.stage is Stage.NOT_ANALYSED
    rows = room.scorecard.questions.rows
    room.scorecard.questions.fold.show_open(True)
    assert any(ANSWER in each for each in words_in(rows[QUESTIONS[0]]))
    assert text.tr("review.not_asked") in words_in(rows[QUESTIONS[1]])
    assert text.tr("review.not_asked") not in words_in(rows[QUESTIONS[2]])
    room.leave()


def test_nothing_is_said_to_be_not_asked_before_anybody_looked(qtbot, library, interview, sample):
    import_file(library, sample / "sample_zh.mp4", belonging=Belonging(interview_id=interview.id))
    room = shown(qtbot, LibraryPresenter(library, interview.id))
    room.scorecard.questions.fold.show_open(True)
    assert text.tr("review.not_asked") not in words_in(room.scorecard.questions)
    room.leave()


def test_what_the_program_noted_follows_the_language(room, library, interview):
    told = Told(ToldCode.RETAKEN, QUESTIONS[0])
    library.add_comment(interview.id, 12.0, "", told=told)
    room.scorecard.show_comments_anew()
    for name in ("zh", "en"):
        language.set_language(name)
        drained()
        assert f"00:12  {sentence(told)}" in words_in(room.held_sheet)
