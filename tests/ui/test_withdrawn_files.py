"""The sync room and the library tell what a candidate who took consent back is owed: held here, to be removed there."""

from __future__ import annotations

import pytest

from app import text
from app.sync_state import Kind, State
from tests.app.conftest import connect as connect
from tests.app.conftest import library as library
from tests.app.conftest import sandbox as sandbox
from tests.app.conftest import service as service
from tests.app.hr import sign
from tests.app.test_withdrawn_files import ALL, agree, waiting
from tests.app.test_withdrawn_files import interview as interview
from tests.ui.sync.test_sync_room import choose, click
from ui.library.consent import ConsentField
from ui.sync.room import SyncRoom


@pytest.fixture
def room(qtbot, service):
    made = SyncRoom(service)
    qtbot.addWidget(made)
    made.resize(1400, 860)
    made.show()
    return made


def held(service):
    return next(one for one in service.state().entries if one.kind is Kind.ATTACHMENT)


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_a_held_file_says_why_and_is_sent_only_by_a_person_once_it_may(
    qtbot, room, library, service, interview, spoken
):
    text.set_language(spoken)
    waiting(library, service, interview.id, ("transcript",))
    agree(library, interview.id, "face")
    op_id = held(service).op_id
    choose(room, op_id)
    assert text.tr("policy.modality_speech") in room.panel.sentence.text()
    assert not room.panel.resend.isVisible()
    assert room.panel.leave.isVisible()
    row = next(row for row in range(room.entries.rowCount()) if room.entries.rows[row].op_id == op_id)
    assert room.entries.index(row, 2).data() == text.tr("sync_room.state_held")
    agree(library, interview.id, *ALL)
    choose(room, op_id)
    assert room.panel.resend.text() == text.tr("sync_room.send_held")
    click(qtbot, room.panel.resend)
    assert held(service).state is State.PENDING


def test_what_lies_there_is_told_in_the_room_and_with_the_consent(qtbot, room, library, service, interview):
    agree(library, interview.id, *ALL)
    sign(library, interview.id)
    service.run_once()
    field = ConsentField(library)
    qtbot.addWidget(field)
    field.show_interview(interview)
    room.refresh()
    assert not room.lying_there.isVisible()
    next(action for action in field.menu.actions() if action.data() == "face").trigger()
    assert text.tr("sync.file_report") in field.line.text()
    room.refresh()
    assert room.lying_there.isVisible()
    line, *others = room.lying_there.lines
    assert "张伟" in line.words.text()
    assert text.tr("sync.file_report") in line.words.text()
    assert text.tr("sync.file_transcript") not in line.words.text()
    assert not any(other.isVisible() for other in others)
    assert text.tr("sync.people", n=1) in room.sentence.text()
    click(qtbot, line.done)
    assert not room.lying_there.isVisible()
    field.show_interview(interview)
    assert text.tr("sync.file_report") not in field.line.text()
