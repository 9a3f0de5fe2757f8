"""First cut out, then analyse: held from an interview's end, from the library and by the setting; then released."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from app import text
from app.domain.redaction import Reason
from app.domain.types import AnalysisState
from app.recording.starting import waiting
from app.settings import SettingsFile
from app.store.importing import import_file
from app.store.library import Library
from tests.analysis.media_samples import clicks, record
from ui import language
from ui.library.list_menu import list_menu
from ui.review.model import Stage
from ui.shell import start

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """The interviews whose analysis the window begins, without the engine's minutes."""
    from ui.shell.work import Work

    ids: list[str] = []
    monkeypatch.setattr(Work, "analyse", lambda _self, interview_id, *_: ids.append(interview_id))
    return ids


@pytest.fixture
def talk(tmp_path):
    return record(tmp_path / "谈话.mp4", 6.0, sound=clicks(6.0, [0.5, 1.5, 2.2, 3.5]))


@pytest.fixture
def window(qtbot, tmp_path):
    """The product's window on a library with one recording that waits; settings as given."""
    opened = []

    def open_it(file=None, **settings):
        folder = tmp_path / "library"
        with Library.open(folder, assessor="李静") as library:
            made = import_file(library, file).interview.id if file is not None else ""
        SettingsFile(folder).change(**({"analyse_when": "by_hand"} | settings))
        conductor = start.open_window(folder, SettingsFile(folder))
        conductor.window.resize(1400, 900)
        conductor.window.show()
        qtbot.waitExposed(conductor.window)
        opened.append(conductor)
        return conductor, made

    yield open_it
    for each in opened:
        each.window.close()
        each.window.deleteLater()


@pytest.mark.parametrize("spoken", text.LANGUAGES)
def test_from_the_library_to_the_cut_and_on_to_the_analysis(qtbot, window, talk, begun, spoken):
    conductor, made = window(talk)
    language.set_language(spoken)
    library = conductor.context.library
    menu = list_menu(conductor.library_room, library.interview(made))
    (cut,) = [each for each in menu.actions() if each.text() == text.tr("after.cut_button")]
    cut.trigger()
    assert library.interview(made).cut_first
    room = conductor.window.room("review")
    assert conductor.window.pages.currentWidget() is room
    standing = room.standing
    assert standing.stage is Stage.NOT_ANALYSED
    assert standing.title.text() == text.tr("review.stage_cut_first")
    assert standing.selected.text() == text.tr("review.cut_nothing")
    assert not standing.redact.isEnabled()
    qtbot.waitUntil(lambda: room.player.playback.loaded, timeout=20_000)
    room.seek(1.4)
    qtbot.mouseClick(standing.begins, LEFT)
    room.seek(2.4)
    qtbot.mouseClick(standing.ends, LEFT)
    assert "00:01" in standing.selected.text()
    qtbot.mouseClick(standing.redact, LEFT)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    reasons = QApplication.activePopupWidget()
    reasons.actions()[0].trigger()
    reasons.close()
    qtbot.mouseClick(conductor.window.message.action, LEFT)
    done = text.tr("redact.done_waits", name=library.interview(made).title)
    qtbot.waitUntil(lambda: conductor.window.message.label.text() == done, timeout=60_000)
    (log,) = library.redactions(made)
    assert log.reason is Reason.SALARY
    assert begun == []
    assert library.interview(made).cut_first
    again = conductor.window.room("review")
    assert again.standing.title.text() == text.tr("review.stage_cut_first")
    qtbot.mouseClick(again.standing.action, LEFT)
    assert begun == [made]
    assert not library.interview(made).cut_first


def test_what_waits_for_a_cut_does_not_begin_by_itself(qtbot, window, talk, begun):
    conductor, made = window(talk)
    library, rules = conductor.context.library, conductor.consents._context.settings.values
    from app import policy

    library.set_cut_first(made, True)
    assert waiting(library, policy.profile(rules.jurisdiction)) == ()
    conductor.context.settings.change(analyse_when="at_once")
    conductor.after._go_on()
    conductor.after.came(made)
    assert begun == []
    actions = [line.action for line in library.audit(made)]
    assert actions[-1] == "analysis_held"
    conductor.window.enter("library")
    conductor.library_room.refresh()
    conductor.library_room.choose(made)
    assert text.tr("after.cut_first") in conductor.library_room.details.state.text()


@pytest.mark.parametrize("spoken", text.LANGUAGES)
def test_the_setting_holds_each_recording_that_comes(qtbot, window, talk, begun, spoken):
    conductor, _ = window(None, analyse_when="after_cutting")
    language.set_language(spoken)
    with qtbot.waitSignal(conductor.context.work.imported, timeout=60_000):
        conductor._import([talk])
    (interview,) = conductor.context.library.interviews()
    assert interview.cut_first
    assert begun == []
    assert text.tr("after.cut_first") in conductor.window.message.label.text()
    conductor.window.enter("settings")
    field = conductor.window.room("settings").findChildren(type(conductor.library_room.status))
    words = {box.itemText(row) for box in field for row in range(box.count())}
    assert text.tr("settings.when_after_cutting") in words


def test_an_analysis_that_runs_is_ended_and_the_palette_offers_it(qtbot, window, talk, begun, monkeypatch):
    conductor, made = window(talk)
    cancelled = []
    monkeypatch.setattr(conductor.context.work, "cancel", cancelled.append)
    conductor.window.enter("library")
    conductor.library_room.choose(made)
    (act,) = [each for each in conductor.window.actions_here() if each.id == "cut_first"]
    assert act.enabled()
    act.run()
    assert cancelled == [made]
    assert conductor.context.library.interview(made).analysis_state is AnalysisState.NONE


def test_the_end_of_an_interview_offers_it(qtbot, window, talk):
    conductor, made = window(talk)
    conductor.window.enter("record")
    room = conductor.recordings.room
    room.done.show_outcome(conductor.context.library.interview(made), conductor.context.library.interview(made))
    room.pages.setCurrentWidget(room.done)
    assert {"cut_first", "record_review", "record_another"} <= {each.id for each in room.actions_here()}
    qtbot.mouseClick(room.done.cut_first, LEFT)
    assert conductor.context.library.interview(made).cut_first
    assert conductor.window.pages.currentWidget() is conductor.window.room("review")
