"""What both sides changed, in the window: cards by clicks and keys, alerts, and cancelled interviews in the library."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from app import text
from app.domain.types import InterviewStatus
from app.schedule.watch import ScheduleWatch
from app.settings import SettingsFile
from app.sync_state import State
from sync.conflicts import Choice
from tests.pulled.hr import MORNING, cards, plan, put, watch
from tests.ui.clipped import clipped
from ui import language, theme
from ui.library.model import INTERVIEW_ROLE
from ui.library.room import LibraryRoom
from ui.schedule.alert_bar import AlertBar

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def contested(library, sandbox, service, room):
    """A position of which both sides changed title and keywords; gives its id here."""
    position = library.find_position(remote_id="pos-backend")
    library.save_position(replace(position, title="后端工程师（我们的）", keywords=("限流", "缓存")))
    put(sandbox, "position", "pos-backend", title="资深后端工程师", keywords=["微服务"], department="平台部")
    service.run_once()
    room.refresh()
    return position.id


def cell(room, row, column):
    return room.panel.fields.item(row, column).text()


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_card_says_what_was_and_what_both_sides_say(qtbot, room, contested, tongue):
    language.set_language(tongue)
    room.refresh()
    (entry,) = [entry for entry in room.entries.rows if entry.is_pulled]
    assert room.chosen() == entry, "what waits for a person comes first"
    panel = room.panel
    assert panel.title.text() == text.tr("pulled.title_position", name="后端工程师（我们的）")
    assert entry.state is State.CONFLICT
    assert [cell(room, row, 0) for row in (0, 1)] == [text.tr("package.field_title"), text.tr("package.field_keywords")]
    assert [cell(room, 0, column) for column in (1, 2, 3)] == ["后端工程师", "后端工程师（我们的）", "资深后端工程师"]
    assert cell(room, 1, 2) == text.tr("package.comma").join(("限流", "缓存"))
    assert "资深后端工程师" in panel.body.toPlainText()
    assert panel.body_label.text() == text.tr("pulled.body")
    assert (panel.mine.text(), panel.theirs.text()) == (text.tr("pulled.keep_mine"), text.tr("pulled.keep_theirs"))
    assert not any(button.isVisible() for button in (panel.calls, panel.resend, panel.leave, panel.edit, panel.mapping))
    assert panel.apply.isVisible()
    assert not panel.apply.isEnabled()
    assert clipped(panel) == []


def test_keys_choose_field_by_field_and_the_card_goes(qtbot, room, contested, library, service):
    panel = room.panel
    panel.fields.setFocus()
    qtbot.keyClick(panel.fields, Qt.Key.Key_M)
    assert not panel.apply.isEnabled()
    qtbot.keyClick(panel.fields, Qt.Key.Key_T)
    assert panel.hint.text() == text.tr("pulled.choose_done")
    qtbot.mouseClick(panel.apply, LEFT)
    now = library.find_position(remote_id="pos-backend")
    assert (now.title, now.keywords, now.department) == ("后端工程师（我们的）", ("微服务",), "平台部")
    assert not any(entry.is_pulled for entry in room.entries.rows)
    assert service.standing().people == 0


@pytest.mark.parametrize(("button", "title"), [("mine", "后端工程师（我们的）"), ("theirs", "资深后端工程师")])
def test_one_click_takes_one_side_for_all_fields(qtbot, room, contested, library, button, title):
    qtbot.mouseClick(getattr(room.panel, button), LEFT)
    qtbot.mouseClick(room.panel.apply, LEFT)
    assert library.find_position(remote_id="pos-backend").title == title


def test_what_changed_there_meanwhile_is_shown_before_it_is_decided(qtbot, room, contested, library, sandbox, service):
    failures = []
    room.failed.connect(failures.append)
    qtbot.mouseClick(room.panel.theirs, LEFT)
    put(sandbox, "position", "pos-backend", title="首席后端工程师", keywords=["微服务"])
    service.run_once()
    assert cell(room, 0, 3) == "首席后端工程师", "the card follows"
    assert room.panel.fields.open_rows() == 2, "and what was chosen for another value counts no more"
    assert failures == []


def test_a_card_that_was_settled_a_moment_ago_is_shown_no_more(room, contested, library):
    position = library.find_position(remote_id="pos-backend")
    library.save_position(replace(position, title="资深后端工程师", keywords=("微服务",)))
    room._chosen()
    assert room.panel.title.text() == text.tr("sync_room.nothing")
    room.refresh()
    assert not any(entry.is_pulled for entry in room.entries.rows)


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_an_alert_by_a_time_in_question_says_so(qtbot, library, sandbox, service, tongue):
    language.set_language(tongue)
    interview = plan(sandbox, library, service)
    watch(library, MORNING + timedelta(minutes=5)).postpone(interview.id)
    sandbox.store.replan(interview.remote_id, scheduled_at="2026-03-02T07:00:00Z")
    service.run_once()
    bar = AlertBar()
    qtbot.addWidget(bar)
    bar.resize(1200, 90)
    bar.show_late(watch(library, MORNING + timedelta(minutes=40)).look().late)
    bar.show()
    (line,) = bar.lines
    assert text.tr("schedule.other_time_there", time="2026-03-02 15:00 CST") in line.label.text()
    assert clipped(bar) == []
    service.resolve(cards(service)[0].op_id, Choice.THEIRS)
    bar.show_late(watch(library, MORNING + timedelta(minutes=40)).look().late)
    assert bar.lines == []


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_a_cancelled_interview_is_told_from_the_others_in_the_library(qtbot, library, sandbox, service, tongue):
    language.set_language(tongue)
    interview = plan(sandbox, library, service)
    sandbox.store.replan(interview.remote_id, cancelled=True)
    service.run_once()
    room = LibraryRoom(library)
    qtbot.addWidget(room)
    room.resize(1400, 860)
    room.show()
    room.choose(interview.id)
    assert room.chosen().id == interview.id
    assert text.tr("library.status_cancelled") in room.details.facts.text()
    room.status.setCurrentIndex(room.status.findData(InterviewStatus.CANCELLED))
    model = room.view.model()
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    assert model.index(0, 0).data(INTERVIEW_ROLE).id == interview.id
    now = datetime(2026, 3, 2, 1, 20, tzinfo=UTC)
    assert ScheduleWatch(library, SettingsFile(library.folder), lambda: now, lambda: 0.0).look().late == ()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_card_can_be_drawn_in_both_themes(qtbot, qapp, room, contested, look):
    theme.set_up(qapp, look)
    room.refresh()
    assert not room.grab().isNull()
    theme.set_up(qapp, "light")
