"""The review while a first analysis runs: parts come one after the other, nothing is scored, and nothing gives way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap

from analysis.derive import Derived
from analysis.document import TO_COME, CorrectionKind, Missing
from app import text
from app.domain.types import AnalysisState, Conclusion
from app.failures import AnalysisRunning
from app.jobs.partial import Partial
from tests.ui import review_data, review_library
from tests.ui.partials import AFTER_SOUND, partial_of
from tests.ui.rooms import drained, shown
from ui import language, theme
from ui.actions import matching
from ui.review.coming import ComingLane, Progress
from ui.review.model import Stage
from ui.review.presenter import LibraryPresenter

LEFT = Qt.MouseButton.LeftButton
LENGTH_S = 57.16
SHARES = {"sound": 1.0, "text": 0.34, "face": 0.1}


def part(*awaited: str) -> Partial:
    """The document of an analysis that has still to bring these."""
    whole = review_data.recording(LENGTH_S)
    return partial_of(Derived(whole.analysis, {**whole.tracks, "peaks": whole.peaks}), awaited)


AFTER_TEXT, AFTER_SPEAKERS, AFTER_PROSODY = AFTER_SOUND[1:], AFTER_SOUND[2:], AFTER_SOUND[3:]


@pytest.fixture
def growing(library, sample):
    """An interview with its recording that is being analysed: the library and its id."""
    interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
    library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    return library, interview_id


@pytest.fixture
def room(qtbot, growing):
    room = shown(qtbot, LibraryPresenter(*growing))
    room.show_running(0.1, "Writing down what is said")
    yield room
    room.leave()


def grow(room, *awaited):
    """A part arrives."""
    room.presenter.show_partial(part(*awaited))
    room.refresh()


def finish(room, tmp_path):
    """The whole arrives, as the window hands it over."""
    library, interview_id = room.presenter.session.library, room.presenter.interview.id
    review_library.analysed(library, interview_id, tmp_path / "whole", review_data.recording(LENGTH_S))
    room.presenter.reload()
    room.refresh()


def keys(room):
    return [lane.key for lane in room.timeline.lanes]


def test_lanes_appear_as_stages_finish_and_say_when_the_others_come(qtbot, room, each_language):
    language.set_language(each_language)
    room.coming.move(SHARES)
    assert room.stage is Stage.RUNNING
    assert room.transcript.empty.text() == room.coming.progress.sentence("text")
    assert "34" in room.transcript.empty.text()
    grow(room, *AFTER_SOUND)
    assert room.stage is Stage.READY
    assert keys(room) == [
        "coming_speakers", "wave", "coming_expression", "coming_prosody", "coming_text", "comments", "coming_face",
    ]  # fmt: skip
    assert room.footing.isVisible()
    assert room.footing.cancel.isVisible()
    grow(room, *AFTER_TEXT)
    assert keys(room) == ["coming_speakers", "wave", "coming_expression", "coming_prosody", "comments", "coming_face"]
    assert room.transcript.list.isVisible()
    assert room.transcript.note.isVisible()
    assert {line.name for line in room.transcript.list.rows.lines} == {""}
    grow(room, *AFTER_SPEAKERS)
    assert {"exchanges", "pauses", "terms"} <= set(keys(room))
    assert not room.transcript.note.isVisible()
    grow(room, *AFTER_PROSODY)
    assert {"pitch", "loudness", "coming_face", "coming_expression"} <= set(keys(room))
    for lane in room.timeline.lanes:
        assert lane.title()


def test_a_lane_to_come_says_its_stage_and_how_far_it_is(qtbot, room):
    room.coming.move(SHARES)
    grow(room, *AFTER_SOUND)
    face = next(lane for lane in room.timeline.lanes if lane.key == "coming_face")
    assert (face.title(), face.reason_text(3.0)) == ("Face", "Comes when this is done: Following the face · 10 %")
    extra = next(lane for lane in room.timeline.lanes if lane.key == "coming_expression")
    assert "Following the face" in extra.reason_text(3.0)
    pitch = next(lane for lane in room.timeline.lanes if lane.key == "coming_prosody")
    assert pitch.reason_text(0.0) == "Comes when this is done: Measuring pitch and loudness"
    room.coming.move({**SHARES, "face": 0.6})
    assert face.reason_text(3.0).endswith("60 %")
    language.set_language("zh")
    assert face.reason_text(3.0) == "“跟踪面部”完成后显示 · 60 %"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_bar_of_a_lane_to_come_is_as_long_as_its_stage_is_far(qtbot, room, look):
    theme.apply(look, 100)
    grow(room, *AFTER_SOUND)
    room.coming.move({"face": 0.5})
    drained()
    row = next(row for row in room.timeline.rows() if row.lane.key == "coming_face")
    picture = room.timeline.viewport().grab().toImage()
    y = int(row.area.bottom()) - 2
    inside = picture.pixelColor(int(row.area.left() + row.area.width() * 0.4), y)
    beyond = picture.pixelColor(int(row.area.left() + row.area.width() * 0.6), y)
    assert inside != beyond
    assert beyond == theme.color("track_bg")


def test_only_a_change_that_can_be_read_is_shown():
    progress = Progress()
    assert progress.moved({"face": 0.101})
    assert not progress.moved({"face": 0.102})
    assert progress.moved({"face": 0.12})


def test_an_empty_lane_of_what_is_said_waits_until_it_is_known_who_speaks(qtbot, room):
    grow(room, *AFTER_TEXT)
    assert "terms" not in keys(room)
    bare = part(*AFTER_SPEAKERS)
    room.presenter.show_partial(replace(bare, analysis=replace(bare.analysis, events=())))
    room.refresh()
    assert "terms" in keys(room)


def test_nothing_of_it_is_scored_signed_or_exported(qtbot, room, growing, tmp_path):
    library, interview_id = growing
    grow(room, *AFTER_PROSODY)
    assert all(row.machine.score is None and not row.machine.evidence for row in room.presenter.card().dimensions)
    assert library.interview(interview_id).analysis_id is None
    for dimension in room.scorecard.cards:
        picker = room.scorecard.cards[dimension].picker
        picker.setFocus()
        qtbot.keyClick(picker, Qt.Key.Key_7)
    assert {row.machine.why for row in room.presenter.card().dimensions} == {TO_COME, "not_machine_scored"}
    assert {row.machine.why for row in room.presenter.preview("communication", 50).dimensions} >= {TO_COME}
    verdict = room.scorecard.verdict
    qtbot.mouseClick(verdict.choices[Conclusion.HIRE], LEFT)
    assert room.presenter.assessment.conclusion is Conclusion.HIRE
    assert not room.presenter.left()
    assert not verdict.sign.isEnabled()
    assert verdict.sign.text() == "Waiting for the analysis"
    assert "still being analysed" in verdict.left.text()
    with pytest.raises(AnalysisRunning):
        room.presenter.sign()
    assert not any(room.exporting.can(kind) for kind in ("vtt", "pdf"))
    assert room.exporting.menu().actions()[0].text() == "The analysis still runs"
    finish(room, tmp_path)
    assert verdict.sign.isEnabled()
    assert room.exporting.can("pdf")
    assert library.load_analysis(interview_id).analysis.missing == ()


def test_nobody_looks_behind_a_veil_with_nothing_there(qtbot, room, growing):
    grow(room, *AFTER_PROSODY)
    veil = room.scorecard.cards["communication"].veil
    qtbot.mouseClick(veil, LEFT)
    with qtbot.waitSignal(room.failed) as failed:
        qtbot.mouseClick(veil, LEFT)
    assert isinstance(failed.args[0], AnalysisRunning)
    assert text.sentence(failed.args[0])
    assert room.presenter.veiled("communication")


def test_comments_and_bookmarks_are_written_while_it_runs(qtbot, room, growing):
    grow(room, *AFTER_SOUND)
    room.seek(12.0)
    qtbot.keyClick(room, Qt.Key.Key_M)
    qtbot.keyClick(room, Qt.Key.Key_C)
    qtbot.keyClicks(room.scorecard.comments.field, "Early remark")
    qtbot.keyClick(room.scorecard.comments.field, Qt.Key.Key_Return)
    library, interview_id = growing
    assert {comment.text for comment in library.comments(interview_id)} == {"", "Early remark"}
    comments = next(lane for lane in room.timeline.lanes if lane.key == "comments")
    assert [mark.start for mark in comments.marks()] == [12.0, 12.0]


def test_words_are_not_corrected_before_it_is_known_who_speaks(qtbot, room):
    grow(room, *AFTER_TEXT)
    rows = room.transcript.list
    rows.setCurrentIndex(rows.rows.index(0))
    qtbot.keyClick(rows, Qt.Key.Key_F2)
    assert rows.editor is None
    assert not room.transcript.swap.isEnabled()
    assert not room.transcript.speakers.isEnabled()
    assert room.transcript.note.text().startswith("Words can be corrected once")


def test_a_correction_is_kept_until_the_whole_is_there(qtbot, room, growing, tmp_path):
    library, interview_id = growing
    grow(room, *AFTER_SPEAKERS)
    rows = room.transcript.list
    rows.edit_word(0, 0)
    rows.editor.setText("您好")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    (made,) = library.corrections(interview_id)
    assert (made.kind, made.after) == (CorrectionKind.WORD, "您好")
    assert rows.rows.lines[0].segment.text.startswith("您好")
    grow(room, *AFTER_PROSODY)
    assert rows.rows.lines[0].segment.text.startswith("您好")
    finish(room, tmp_path)
    assert rows.rows.lines[0].segment.text.startswith("您好")
    assert room.presenter.is_behind()  # it is derived with the correction before anything can be signed


def test_the_whole_takes_the_place_and_nothing_gives_way(qtbot, room, tmp_path):
    grow(room, *AFTER_SPEAKERS)
    room.resize(1528, 640)
    playback, rows = room.player.playback, room.transcript.list
    device = playback._device
    room.seek(20.0)
    playback.set_loop((19.0, 23.0))
    room.timeline.show_window(10.0, 20.0)
    rows.setCurrentIndex(rows.rows.index(2))
    rows.verticalScrollBar().setValue(40)
    top = rows.indexAt(QPoint(2, 1)).row(), rows.visualRect(rows.indexAt(QPoint(2, 1))).top()
    room.scorecard.summary.setFocus()
    qtbot.keyClicks(room.scorecard.summary, "Half a")
    room.scorecard.comments.field.setText("begun")
    finish(room, tmp_path)
    assert playback._device is device
    assert (playback.position, playback.loop) == (20.0, (19.0, 23.0))
    assert (room.timeline.start, room.timeline.span) == (10.0, 20.0)
    assert rows.currentIndex().row() == 2
    assert (rows.indexAt(QPoint(2, 1)).row(), rows.visualRect(rows.indexAt(QPoint(2, 1))).top()) == top
    assert room.scorecard.summary.toPlainText() == "Half a"
    assert room.scorecard.comments.field.text() == "begun"
    assert not [lane for lane in room.timeline.lanes if isinstance(lane, ComingLane)]
    assert not room.footing.bar.isVisible()


def test_playing_goes_on_when_a_part_arrives(qtbot, room):
    with qtbot.waitSignal(room.player.playback.frameArrived, timeout=20_000):
        qtbot.keyClick(room, Qt.Key.Key_Space)
    grow(room, *AFTER_SOUND)
    assert room.player.playback.playing
    assert room.player.playback.duration == LENGTH_S
    grow(room, *AFTER_TEXT)
    assert room.player.playback.playing
    room.player.playback.pause()


def test_an_open_editor_stays_open_while_the_whole_arrives(qtbot, room, tmp_path):
    grow(room, *AFTER_SPEAKERS)
    rows = room.transcript.list
    rows.edit_word(1, 0)
    rows.editor.setText("我呢")
    editor = rows.editor
    finish(room, tmp_path)
    assert rows.editor is editor
    assert editor.text() == "我呢"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert rows.rows.lines[1].segment.text.startswith("我呢")


def test_names_that_are_being_typed_stay(qtbot, room, tmp_path):
    grow(room, *AFTER_SPEAKERS)
    qtbot.keyClick(room, Qt.Key.Key_N)
    field = next(iter(room.speakers.card.findChildren(type(room.transcript.search))))
    field.setText("Dr Li")
    field.textEdited.emit("Dr Li")
    finish(room, tmp_path)
    assert room.speakers.card.isVisible()
    assert "Dr Li" in {each.text() for each in room.speakers.card.findChildren(type(room.transcript.search))}


def test_lanes_that_one_has_scrolled_to_stay_where_they_are(qtbot, room, tmp_path):
    room.resize(1528, 560)
    grow(room, *AFTER_PROSODY)
    bar = room.timeline.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    before = {row.lane.key: row.area.top() for row in room.timeline.rows()}
    finish(room, tmp_path)
    after = {row.lane.key: row.area.top() for row in room.timeline.rows()}
    assert after["terms"] == before["terms"]
    assert after["pitch"] == before["pitch"]


@pytest.mark.parametrize(("state", "sentence"), [(AnalysisState.NONE, ""), (AnalysisState.FAILED, "The disk is full.")])
def test_when_it_is_cancelled_or_fails_the_part_goes_and_what_was_written_stays(qtbot, room, growing, state, sentence):
    library, interview_id = growing
    grow(room, *AFTER_SPEAKERS)
    room.scorecard.add_comment(5.0, "kept")
    library.set_analysis_state(interview_id, state)
    room.presenter.reload()
    room.refresh()
    room.show_failure(sentence)
    assert room.recording is None
    assert room.stage is (Stage.FAILED if sentence else Stage.NOT_ANALYSED)
    assert not room.transcript.list.isVisible()
    assert not room.transcript.note.isVisible()
    assert room.transcript.empty.text() == "The transcript appears here once the recording has been analysed."
    assert [comment.text for comment in room.presenter.comments()] == ["kept"]
    assert not room.presenter.show_partial(part(*AFTER_SPEAKERS))  # one that was under way
    assert room.presenter.recording() is None


def test_a_stage_that_failed_says_so_while_others_run(qtbot, room):
    found = part("text", "prosody", "face", "expression")
    missing = (Missing("text", "stage_failed", {"detail": "odd"}), *found.analysis.missing[1:])
    room.presenter.show_partial(replace(found, analysis=replace(found.analysis, missing=missing)))
    room.refresh()
    assert "odd" in room.transcript.empty.text()
    assert "coming_text" not in keys(room)


def test_an_analysis_anew_leaves_the_whole_as_it_is(qtbot, room, growing, tmp_path):
    library, interview_id = growing
    finish(room, tmp_path)
    library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    before = keys(room)
    grow(room, *AFTER_SOUND)
    room.show_running(0.3, "Following the face")
    assert keys(room) == before
    assert room.footing._whole.startswith("Analysing anew")
    assert not room.presenter.is_growing()


def test_the_tables_show_what_is_there(qtbot, room, tmp_path):
    grow(room, *AFTER_SPEAKERS)
    dialog = room.open_tables()
    for page in range(dialog.tabs.count()):
        dialog.tabs.setCurrentIndex(page)
        assert not dialog.grab().isNull()
    finish(room, tmp_path)
    assert dialog.isVisible()
    dialog.close()


def test_it_is_painted_at_every_scale_and_narrow(qtbot, room):
    for scale in (100, 200):
        theme.apply("light", scale)
        for width in (960, 1528):
            room.resize(width, 640)
            grow(room, *AFTER_TEXT)
            room.coming.move(SHARES)
            picture = QPixmap(room.size())
            room.render(picture)
            assert not picture.isNull()
    assert np.isfinite(room.timeline.span)


def test_it_cannot_be_analysed_again_while_it_is(room):
    def again():
        return next(action for action in room.actions_here() if action.id == "analyse_again")

    assert not again().enabled()
    assert matching(room.actions_here(), "analyse again") == []
    grow(room, *AFTER_SOUND)
    assert not again().enabled()
    room.presenter._library.set_analysis_state(room.presenter.interview.id, AnalysisState.NONE)
    room.presenter.reload(room.presenter.read())
    room.refresh()
    room.show_failure("")
    assert again().enabled()
