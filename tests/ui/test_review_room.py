"""The review room on a real library and a real recording, driven by keys and clicks as a person would."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QSlider

from analysis.document import Missing, Speakers, Transcript
from app.domain.types import Conclusion, Position
from app.store.library import Library
from tests.ui import review_data, review_library
from tests.ui.rooms import shown
from ui import language, theme
from ui.review import lane_list
from ui.review.model import PassingLayout, Stage
from ui.review.presenter import LibraryPresenter
from ui.widgets.plain import plain_tip

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def room(qtbot, opened):
    room = shown(qtbot, LibraryPresenter(*opened))
    yield room
    room.leave()


def rate(qtbot, room, dimension, key):
    picker = room.scorecard.cards[dimension].picker
    picker.setFocus()
    qtbot.keyClick(picker, key)


# Playing


def test_recording_plays_from_the_vault_and_everything_follows(qtbot, room):
    with qtbot.waitSignal(room.player.playback.frameArrived, timeout=20_000):
        qtbot.keyClick(room, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: room.timeline.playhead > 0.3, timeout=20_000)
    assert room.player.playback.playing
    qtbot.keyClick(room, Qt.Key.Key_K)
    qtbot.waitUntil(lambda: not room.player.playback.playing)
    assert room.player.pane.image is not None
    assert room.player.pane.image.width() == 640


def test_keys_jump_step_and_change_speed(qtbot, room):
    playback = room.player.playback
    qtbot.keyClick(room, Qt.Key.Key_L)
    qtbot.keyClick(room, Qt.Key.Key_Right)
    qtbot.keyClick(room, Qt.Key.Key_J)
    assert playback.position == pytest.approx(5.0)
    qtbot.keyClick(room, Qt.Key.Key_Period)
    assert playback.position == pytest.approx(5.04)
    qtbot.keyClick(room, Qt.Key.Key_BracketRight)
    assert playback.speed == 1.25
    assert room.player.speed.text() == "1.25×"
    assert playback._player.pitchCompensation()


def test_a_click_on_timeline_transcript_and_evidence_seeks(qtbot, room):
    qtbot.mouseClick(room.timeline.viewport(), LEFT, pos=room.timeline.point("pitch", 33.0))
    assert room.player.playback.position == pytest.approx(33.0, abs=0.2)
    rows = room.transcript.list
    qtbot.mouseClick(rows.viewport(), LEFT, pos=rows.visualRect(rows.rows.index(1)).center() - QPoint(0, 8))
    assert room.player.playback.position == pytest.approx(4.0, abs=9)
    room.transcript.list.seekAsked.emit(19.0)
    assert room.timeline.playhead == 19.0
    assert rows.delegate.current_row == 3


def test_double_click_on_an_event_plays_it_in_a_loop(qtbot, room):
    smile = next(event for event in room.recording.analysis.events if event.kind == "smile")
    at = room.timeline.point("smile", smile.start + 1)
    qtbot.mouseDClick(room.timeline.viewport(), LEFT, pos=at)
    assert room.player.playback.loop == (smile.start, smile.end)
    assert room.timeline.loop == (smile.start, smile.end)
    qtbot.waitUntil(lambda: room.player.playback.playing)
    qtbot.keyClick(room, Qt.Key.Key_Escape)
    assert room.timeline.loop is None


def test_face_box_is_where_the_tracks_say(room):
    room.seek(2.0)
    box = room.player.pane.marks.box(2.0)
    tracks = room.recording.tracks
    assert box is not None
    assert box.x() == pytest.approx(float(tracks["box_x"][20]))
    gap = len(tracks["box_x"]) // 3 + 5
    room.seek(gap / 10)
    assert room.player.pane.marks.box(room.player.pane.time_s) is None


def test_the_timeline_shows_what_was_found_and_enter_goes_there(qtbot, room):
    starts = [room.transcript.list.rows.lines[row].segment.words[2].start for row in (1, 5)]
    room.timeline.show_window(20.0, 10.0)
    qtbot.keyClick(room, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    room.transcript.search.insert("负载")
    assert room.timeline.hits.tolist() == starts
    assert room.player.playback.position == 0.0
    qtbot.keyClick(room.transcript.search, Qt.Key.Key_Return)
    assert room.player.playback.position == starts[0]
    assert room.timeline.start <= starts[0] <= room.timeline.start + room.timeline.span
    qtbot.keyClick(room.transcript.search, Qt.Key.Key_Return)
    assert room.player.playback.position == starts[1]
    qtbot.mouseClick(room.transcript.swap, LEFT)
    assert room.transcript.hits.text() == "2/2"
    assert room.player.playback.position == starts[1]
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert room.player.playback.position == starts[0]
    qtbot.keyClick(room, Qt.Key.Key_F3)
    assert room.player.playback.position == starts[1]
    qtbot.keyClick(room, Qt.Key.Key_P)
    assert room.player.playback.position == room.longest_pause().start
    room.transcript.search.clear()
    assert room.timeline.hits.size == 0


# Assessing


def test_veil_stays_until_rated_and_numbers_follow(qtbot, room):
    card = room.scorecard.cards["communication"]
    assert card.veil.isVisible()
    assert card.numbers.hide_machine
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    assert not card.veil.isVisible()
    assert card._row.mine == 8.0
    assert room.presenter.assessment.ratings["communication"].score == 8.0


def test_looking_first_asks_once_and_is_recorded(qtbot, room):
    card = room.scorecard.cards["communication"]
    qtbot.mouseClick(card.veil, LEFT)
    assert room.presenter.veiled("communication")
    assert "recorded" in card.veil.text()
    qtbot.mouseClick(card.veil, LEFT)
    assert not room.presenter.veiled("communication")
    assert room.presenter.assessment.ratings["communication"].unveiled


def test_half_points_by_mouse_and_keys_and_taking_back(qtbot, room):
    picker = room.scorecard.cards["communication"].picker
    cell = picker._cell(6)
    qtbot.mouseClick(picker, LEFT, pos=QPoint(int(cell.left() + 3), int(cell.center().y())))
    assert picker.score() == 6.5
    qtbot.keyClick(picker, Qt.Key.Key_Up)
    assert picker.score() == 7.0
    qtbot.keyClick(picker, Qt.Key.Key_Delete)
    assert room.presenter.assessment.ratings["communication"].score is None


def test_a_moved_weight_shows_at_once_and_is_saved_when_let_go(qtbot, room):
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Qt.Key.Key_7)
    first = room.scorecard.cards["communication"]
    groove = first.slider._groove()
    start = QPoint(int(groove.left() + groove.width() * 0.33), int(groove.center().y()))
    qtbot.mousePress(first.slider, LEFT, pos=start)
    qtbot.mouseMove(first.slider, pos=QPoint(int(groove.left() + groove.width() * 0.6), start.y()))
    assert first.weight.text() == "Weight 60 %"
    assert not room.presenter.assessment.weights
    assert room.scorecard.verdict.deviation.isVisible()
    qtbot.mouseRelease(first.slider, LEFT, pos=start)
    assert room.presenter.assessment.weights["communication"] == 60.0
    assert room.scorecard.cards["reasoning" if "reasoning" in room.scorecard.cards else "logic"].slider.value() == 20


def test_comment_keeps_the_time_at_which_writing_began(qtbot, room):
    room.seek(12.0)
    qtbot.keyClick(room, Qt.Key.Key_C)
    field = room.scorecard.comments.field
    assert field.placeholderText() == "Comment @00:12 …"
    qtbot.keyClicks(field, "<b>bold</b> claim")
    room.seek(40.0)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    comment = room.presenter.comments()[0]
    assert (comment.time_s, comment.text) == (12.0, "<b>bold</b> claim")
    lane = next(lane for lane in room.timeline.lanes if lane.key == "comments")
    assert [mark.text for mark in lane.marks()] == ["<b>bold</b> claim"]
    room.setFocus()
    qtbot.keyClick(room, Qt.Key.Key_M)
    assert room.presenter.comments()[-1].bookmark
    assert room.presenter.comments()[-1].time_s == 40.0


def test_signing_says_what_is_left_then_signs_once_and_again_after_a_change(qtbot, room):
    verdict = room.scorecard.verdict
    assert not verdict.sign.isEnabled()
    assert "Communication" in verdict.parts.buttons["communication"].text()
    assert verdict.parts.isVisible()
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Qt.Key.Key_7)
    qtbot.mouseClick(verdict.choices[Conclusion.HIRE], LEFT)
    assert verdict.sign.isEnabled()
    assert not verdict.left.isVisible()
    assert not verdict.parts.isVisible()
    with qtbot.waitSignal(room.signed):
        qtbot.mouseClick(verdict.sign, LEFT)
    signature = room.presenter.assessment.signatures[-1]
    assert room.hasFocus()
    assert signature.sha256[:12] in verdict.signature.text()
    assert not verdict.sign.isEnabled()
    rate(qtbot, room, "communication", Qt.Key.Key_5)
    assert verdict.sign.isEnabled()
    assert "Changed since" in verdict.signature.text()
    qtbot.mouseClick(verdict.sign, LEFT)
    assert room.presenter.assessment.signatures[-1].revision == 2


def test_signing_waits_for_the_corrections_and_says_so(qtbot, room, tmp_path):
    verdict = room.scorecard.verdict
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Qt.Key.Key_7)
    qtbot.mouseClick(verdict.choices[Conclusion.HIRE], LEFT)
    assert verdict.sign.isEnabled()
    qtbot.mouseClick(room.transcript.swap, LEFT)
    assert not verdict.sign.isEnabled()
    assert verdict.sign.text() == "Waiting for the corrections"
    assert "Signing waits" in verdict.left.text()
    language.set_language("zh")
    assert verdict.left.text() == "更正尚未计入机器评分，计入后才能签字。"
    language.set_language("en")
    derived_anew(room, tmp_path / "anew")
    assert verdict.sign.isEnabled()
    with qtbot.waitSignal(room.signed):
        qtbot.mouseClick(verdict.sign, LEFT)
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert verdict.sign.text() == "Waiting for the corrections"


def derived_anew(room, folder):
    """The engine has derived the document with all corrections; here it is the same but for that."""
    library, interview_id = room.presenter.session.library, room.presenter.interview.id
    newest = library.corrections(interview_id)[-1].id
    recording = review_data.recording(57.16)
    recording = replace(recording, analysis=replace(recording.analysis, correction=newest))
    review_library.analysed(library, interview_id, folder, recording)
    room.presenter.reload()
    room.refresh()


def test_changed_weights_need_a_reason_before_signing(qtbot, room):
    for dimension in room.scorecard.cards:
        rate(qtbot, room, dimension, Qt.Key.Key_7)
    verdict = room.scorecard.verdict
    qtbot.mouseClick(verdict.choices[Conclusion.UNSURE], LEFT)
    slider = room.scorecard.cards["communication"].slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert not verdict.sign.isEnabled()
    qtbot.keyClicks(verdict.why, "Architecture matters more")
    qtbot.keyClick(verdict.why, Qt.Key.Key_Return)
    assert verdict.sign.isEnabled()
    assert room.presenter.assessment.weight_reason == "Architecture matters more"
    qtbot.mouseClick(verdict.reset, LEFT)
    assert not room.presenter.deviates()


def test_everything_is_back_after_a_restart(qtbot, opened):
    layout = PassingLayout()
    room = shown(qtbot, LibraryPresenter(*opened), layout)
    rate(qtbot, room, "communication", Qt.Key.Key_8)
    qtbot.keyClicks(room.scorecard.summary, "Solid.")
    qtbot.mouseClick(room.timeline.viewport(), LEFT, pos=QPoint(40, room.timeline.point("pitch", 1).y()))
    room.leave()
    again = shown(qtbot, LibraryPresenter(*opened), layout)
    assert again.scorecard.cards["communication"].picker.score() == 8.0
    assert again.scorecard.summary.toPlainText() == "Solid."
    assert "pitch" in again.timeline.folded
    again.leave()


# States


def test_what_the_analysis_lacks_is_said_below_the_timeline_and_has_no_lane(qtbot, room):
    whole = room.recording
    lacking = (Missing("text", "no_speech"), Missing("speakers", "no_speech"), Missing("blink", "sampled_below_25"))
    bare = replace(whole.analysis, missing=lacking, transcript=Transcript("zh", ()), events=())
    bare = replace(bare, speakers=Speakers((), {}), exchanges=())
    recording = replace(whole, analysis=bare)
    keys = {lane.key for lane in lane_list.lanes_of(recording, tuple)}
    assert keys.isdisjoint({"exchanges", "terms", "pauses"})
    room.footing.show_missing(lacking)
    said = "transcript, speakers (no speech was heard); blinks (sampled at fewer than 25 pictures a second)"
    assert room.footing.isVisible()
    assert said in room.footing.label.accessibleName()
    room.transcript.show_recording(recording, "王小雨", editable=True)
    assert room.transcript.empty.text() == "No transcript: no speech was heard."
    language.set_language("zh")
    assert "没有听到说话" in room.footing.label.accessibleName()
    room.footing.show_missing(())
    assert room.footing.isHidden()


def test_a_number_of_speakers_that_sounds_wrong_is_said(qtbot, room):
    room.footing.show_missing((), people=3)
    assert "3 people speak" in room.footing.label.accessibleName()
    room.footing.show_missing((Missing("blink", "sampled_below_25"),), people=3)
    assert "3 people speak" in room.footing.label.accessibleName()
    assert "blinks" in room.footing.label.accessibleName()
    made = room.recording
    analysis = replace(made.analysis, speakers=replace(made.analysis.speakers, suggested=4), missing=())
    room.recording = replace(made, analysis=analysis)
    room.show_failure("")
    assert "4 people speak" in room.footing.label.accessibleName()


def test_a_failed_stage_says_why_and_offers_to_analyse_again(qtbot, room):
    broken = Missing("speakers", "model_missing", {"model": "pyannote", "file": "segmentation.onnx"})
    room.footing.show_missing((broken, Missing("blink", "sampled_below_25")))
    said = room.footing.trouble.text()
    assert said.startswith("Speakers failed: The model file “segmentation.onnx” (pyannote) is missing.")
    assert room.footing.label.text() == "Not available: blinks (sampled at fewer than 25 pictures a second)"
    assert room.footing.mark.isVisible()
    with qtbot.waitSignal(room.analyseAsked):
        qtbot.mouseClick(room.footing.again, LEFT)
    language.set_language("zh")
    assert room.footing.trouble.text().startswith("说话人未完成：缺少模型文件“segmentation.onnx”")
    assert room.footing.again.text() == "重新分析"
    room.show_running(0.2, "区分说话人 · 还需 00:10")
    assert room.footing.again.isHidden()
    assert room.footing.mark.isHidden()
    room.show_failure("磁盘已满。")
    assert room.footing.trouble.text() == "磁盘已满。"
    assert room.footing.label.isHidden()
    assert room.footing.again.isVisible()
    room.show_failure("")
    assert room.footing.isHidden()


def test_an_analysis_anew_shows_how_far_it_is_and_can_be_cancelled(qtbot, room):
    room.show_running(0.4, "Following the face · 01:05 left")
    assert "Following the face · 01:05 left" in room.footing.label.accessibleName()
    assert room.footing.bar.value() == 400
    with qtbot.waitSignal(room.cancelAsked):
        qtbot.mouseClick(room.footing.cancel, LEFT)
    room.show_failure("")
    assert room.footing.bar.isHidden()
    assert room.stage is Stage.READY


def test_a_comment_begun_by_key_is_in_sight(qtbot, room):
    room.resize(1100, 640)
    qtbot.keyClick(room, Qt.Key.Key_C)
    field = room.scorecard.comments.field
    assert field.hasFocus()
    assert not field.visibleRegion().isEmpty()


def test_alt_and_a_digit_go_to_a_dimension(qtbot, room):
    qtbot.keyClick(room, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    second = list(room.scorecard.cards.values())[1]
    assert second.picker.hasFocus()
    qtbot.keyClick(second.picker, Qt.Key.Key_8)
    assert room.presenter.assessment.ratings[second.dimension.id].score == 8.0


def test_stages_before_an_analysis(qtbot, library):
    interview_id = review_library.interview_in(library, None)
    room = shown(qtbot, LibraryPresenter(library, interview_id))
    assert room.stage is Stage.NO_MEDIA
    assert not room.standing.action.isVisible()
    room.show_running(0.4, "Following the face · 01:05 left")
    assert room.standing.detail.text() == "Following the face · 01:05 left"
    assert room.standing.bar.value() == 400
    with qtbot.waitSignal(room.cancelAsked):
        qtbot.mouseClick(room.standing.action, LEFT)
    room.show_failure("The disk is full.")
    assert room.standing.title.text() == "The analysis failed"
    assert room.standing.detail.text() == "The disk is full."
    with qtbot.waitSignal(room.analyseAsked):
        qtbot.mouseClick(room.standing.action, LEFT)
    room.leave()


def test_an_analysis_that_comes_in_fills_the_open_room(qtbot, library, tmp_path):
    interview_id = review_library.interview_in(library, None)
    presenter = LibraryPresenter(library, interview_id)
    room = shown(qtbot, presenter)
    assert not room.transcript.list.isVisible()
    review_library.analysed(library, interview_id, tmp_path / "analysis")
    presenter.reload()
    room.refresh()
    assert room.transcript.list.isVisible()
    assert room.timeline.lanes
    room.leave()


def test_read_only_library_shows_everything_and_changes_nothing(qtbot, opened):
    library, interview_id = opened
    with Library.open(library.folder, read_only_if_held=True) as second:
        room = shown(qtbot, LibraryPresenter(second, interview_id))
        card = room.scorecard.cards["communication"]
        assert not card.picker.isEnabled()
        assert not card.slider.isEnabled()
        assert not room.scorecard.verdict.sign.isEnabled()
        assert not room.transcript.swap.isEnabled()
        assert "read-only" in room.scorecard.verdict.left.text()
        room.leave()


def test_locked_weights_cannot_be_moved(qtbot, library, tmp_path):
    position = Position(id="", title="锁定", weights_locked=True)
    interview_id = review_library.interview_in(library, None, position=position)
    review_library.analysed(library, interview_id, tmp_path / "analysis")
    room = shown(qtbot, LibraryPresenter(library, interview_id))
    assert not room.scorecard.cards["communication"].slider.isEnabled()
    assert room.scorecard.cards["communication"].picker.isEnabled()
    room.leave()


# For everybody


def test_every_control_has_a_name_in_both_languages(room):
    for spoken in ("zh", "en"):
        language.set_language(spoken)
        for kind in (QAbstractButton, QLineEdit, QSlider):
            for widget in room.findChildren(kind):
                named = widget.accessibleName() or getattr(widget, "text", str)()
                inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QLineEdit)
                assert named or inner or not widget.isVisible(), widget


def test_language_and_theme_change_while_open(room):
    language.set_language("zh")
    assert room.scorecard.verdict.sign.text() == "签字并发送"
    assert room.scorecard.cards["communication"].title.text().startswith("语言表达")
    assert room.transcript.list.rows.lines[0].name == "面试官"
    theme.apply("dark", 150)
    room.grab()
    language.set_language("en")
    assert room.scorecard.verdict.sign.text() == "Sign and send"


def test_tab_goes_through_the_room(qtbot, room):
    room.player.seek_bar.setFocus()
    seen = []
    for _ in range(32):
        seen.append(room.focusWidget())
        qtbot.keyClick(room.focusWidget(), Qt.Key.Key_Tab)
    assert room.player.play in seen
    assert seen.index(room.player.play) < seen.index(room.transcript.search) < seen.index(room.timeline)


def test_hostile_text_stays_text_everywhere(qtbot, room):
    hostile = "<img src='file:///etc/hostname'>"
    room.scorecard.add_comment(3.0, hostile)
    labels = [label for label in room.scorecard.comments.findChildren(QLabel) if label.text() == hostile]
    assert [label.textFormat() for label in labels] == [Qt.TextFormat.PlainText]
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in room.findChildren(QLabel) if label.text())
    assert plain_tip(hostile) == "<qt>&lt;img src=&#x27;file:///etc/hostname&#x27;&gt;</qt>"
