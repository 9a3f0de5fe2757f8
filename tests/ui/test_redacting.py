"""A stretch is taken out of a recording in the window: by menu and key, asked once more, and the review comes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QMenu

from analysis.failures import Cancelled
from analysis.protocol import ProgressMessage
from app import text
from app.domain.redaction import Reason
from app.jobs import redacting
from app.text import tr
from tests.ui.rooms import reviewing
from ui import language
from ui.review.player_menu import player_menu
from ui.review.timeline_menu import timeline_menu

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """The interviews whose analysis the window begins, without the engine's minutes."""
    from ui.shell.conductor import Conductor

    ids: list[str] = []
    monkeypatch.setattr(Conductor, "_start_analysis", lambda _self, interview_id: ids.append(interview_id))
    return ids


@pytest.fixture
def room(qtbot, opened_window, reviewed_copy):
    return reviewing(qtbot, opened_window, reviewed_copy[1])


def reasons(menu: QMenu) -> QMenu:
    (action,) = [each for each in menu.actions() if each.text() == tr("redact.menu")]
    return action.menu()


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_from_the_selection_to_the_redacted_recording(qtbot, opened_window, reviewed_copy, room, begun, spoken):
    language.set_language(spoken)
    library, interview_id = opened_window.context.library, reviewed_copy[1]
    before = library.interview(interview_id).media.sha256
    room.timeline.region.select(12.0, 16.5)
    menu = timeline_menu(room, QPointF(room.timeline.view().x(14.0), 60.0))
    why = reasons(menu)
    assert [each.text() for each in why.actions()] == [tr(f"redact.reason_{reason}") for reason in Reason]
    why.actions()[0].trigger()
    bar = opened_window.window.message
    assert "00:12" in bar.label.text()
    assert tr("redact.reason_salary") in bar.label.text()
    assert library.redactions(interview_id) == ()
    qtbot.mouseClick(bar.action, LEFT)
    qtbot.waitUntil(lambda: begun == [interview_id], timeout=60_000)
    after = library.interview(interview_id)
    assert after.media.sha256 != before
    assert not library.vault.has(before)
    assert after.signed
    again = opened_window.window.room("review")
    assert again is not room
    assert opened_window.window.pages.currentWidget() is again
    qtbot.waitUntil(lambda: again.player.playback.loaded, timeout=20_000)
    assert tr("redact.done", name=after.title) == bar.label.text()
    opened_window.window.enter("library")
    details = opened_window.library_room.details
    opened_window.library_room.choose(interview_id)
    assert tr("redact.reason_salary") in details.state.text()
    assert library.redactions(interview_id)[0].by in details.state.toolTip(), "who and when stands on hover"
    there = sum(len(each.files) for each in opened_window.context.sync.lying_there())
    assert there >= 3, "the demonstration sent them"
    assert tr("redact.lies_there", n=there) in details.state.text()
    assert "pdf" not in details.consent.line.text()


def test_the_key_asks_why_and_only_with_a_selection(qtbot, opened_window, room):
    act = next(each for each in room.region.commands() if each.id == "region_redact")
    assert not act.enabled()
    room.timeline.region.select(12.0, 16.5)
    assert act.enabled()
    qtbot.keyClick(room, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    popup = QApplication.activePopupWidget()
    assert popup.title() == tr("redact.menu")
    assert popup.actions()[1].text() == tr("redact.reason_third_person")
    popup.close()


def test_before_it_is_analysed_the_player_marks_the_stretch(qtbot, opened_window, sample, begun):
    from tests.ui.review_library import interview_in

    library = opened_window.context.library
    interview_id = interview_in(library, sample / "sample_en.mp4")
    opened_window.open_review(interview_id)
    room = opened_window.window.room("review")
    qtbot.waitUntil(lambda: room.player.playback.loaded, timeout=20_000)
    region = room.timeline.region
    assert region.duration == pytest.approx(library.interview(interview_id).media.duration_s, abs=0.1)
    region.begin_at(3.0)
    region.end_at(5.0)
    reasons(player_menu(room, room)).actions()[1].trigger()
    qtbot.mouseClick(opened_window.window.message.action, LEFT)
    qtbot.waitUntil(lambda: begun == [interview_id], timeout=60_000)
    (done,) = library.redactions(interview_id)
    assert (done.start, done.end, done.reason) == (3.0, 5.0, Reason.THIRD_PERSON)


def test_while_it_is_analysed_it_says_why_not(qtbot, opened_window, reviewed_copy, room):
    from app.domain.types import AnalysisState

    library, interview_id = opened_window.context.library, reviewed_copy[1]
    library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    room.redactAsked.emit(1.0, 2.0, "other")
    qtbot.mouseClick(opened_window.window.message.action, LEFT)
    assert opened_window.window.message.label.text() == tr("failure.recording_in_use")
    assert opened_window.window.room("review") is room
    library.set_analysis_state(interview_id, AnalysisState.DONE)
    opened_window.context.work.analysisEnded.emit(interview_id, None)
    assert opened_window.window.message.label.text() != tr("failure.recording_in_use"), "it holds no more"


def test_nothing_is_analysed_while_it_is_redacted(qtbot, opened_window, reviewed_copy, room, begun):
    from app.failures import RecordingInUse

    interview_id = reviewed_copy[1]
    room.redactAsked.emit(12.0, 16.5, "salary")
    qtbot.mouseClick(opened_window.window.message.action, LEFT)
    with pytest.raises(RecordingInUse):
        opened_window.context.work.analyse(interview_id)
    qtbot.waitUntil(lambda: begun == [interview_id], timeout=60_000)


def test_a_clip_that_is_being_written_ends_and_none_begins_meanwhile(
    qtbot, opened_window, reviewed_copy, room, begun, tmp_path, monkeypatch
):
    from app.failures import RecordingInUse
    from app.jobs import clips

    def goes_on(_job, _report, stop):
        assert stop.wait(60)
        raise Cancelled

    monkeypatch.setattr(clips, "run_child", goes_on)
    work, interview_id = opened_window.context.work, reviewed_copy[1]
    work.export_clip(interview_id, 11.0, 17.0, str(tmp_path / "片段.webm"))
    with qtbot.waitSignal(work.clipEnded) as ended:
        room.redactAsked.emit(12.0, 16.5, "salary")
        qtbot.mouseClick(opened_window.window.message.action, LEFT)
        with pytest.raises(RecordingInUse):
            work.export_clip(interview_id, 11.0, 17.0, str(tmp_path / "又.webm"))
    assert isinstance(ended.args[1], Cancelled)
    assert not list(tmp_path.glob("*.webm*"))
    qtbot.waitUntil(lambda: begun == [interview_id], timeout=60_000)


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_how_far_it_is_stands_above_the_room_and_it_can_be_cancelled(
    qtbot, opened_window, reviewed_copy, room, begun, monkeypatch, spoken
):
    language.set_language(spoken)
    half = ProgressMessage("redact", 30.0, 60.0, 0.5, 30.0)

    def goes_on(_job, report, stop):
        report(half)
        assert stop.wait(60)
        raise Cancelled

    monkeypatch.setattr(redacting, "run_child", goes_on)
    library, interview_id, bar = opened_window.context.library, reviewed_copy[1], opened_window.window.message
    before = library.interview(interview_id)
    room.redactAsked.emit(12.0, 16.5, "salary")
    qtbot.mouseClick(bar.action, LEFT)
    qtbot.waitUntil(lambda: text.percent(0.5) in bar.label.text())
    qtbot.mouseClick(bar.action, LEFT)
    qtbot.waitUntil(lambda: bar.label.text() == tr("redact.cancelled", name=before.title))
    assert library.interview(interview_id) == before
    assert library.redactions(interview_id) == ()
    assert begun == []
    assert opened_window.window.pages.currentWidget() is opened_window.window.room("review")


def test_what_the_hr_system_has_is_said_before(opened_window, room):
    room.redactAsked.emit(12.0, 16.5, "salary")
    assert opened_window.window.message.label.text().endswith(tr("redact.ask_sent", asked=""))
