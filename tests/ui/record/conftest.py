"""The room that holds interviews, with a small recorder and small sources: an interview of today waits in it."""

from __future__ import annotations

import pytest

from app.settings import SettingsFile
from tests.recording.ending import all_end
from tests.recording_run.conftest import planned_interview
from tests.recording_run.small_sink import Made, SmallPanel
from ui.record.room import RecordRoom


@pytest.fixture
def settings(library):
    return SettingsFile(library.folder)


@pytest.fixture
def made():
    """What was recorded by whom; nothing of it is at work when the test is over."""
    all_made = Made([], [])
    yield all_made
    all_made.wait()


@pytest.fixture
def make_room(qtbot, library, settings, made):
    """Makes rooms in sight, which are closed when the test is over."""
    rooms = []

    def make(panel=SmallPanel):
        shown = RecordRoom(library, settings, made.means, panel)
        qtbot.addWidget(shown)
        rooms.append(shown)
        shown.resize(1360, 840)
        shown.show()
        qtbot.waitExposed(shown)
        shown.start_over()
        return shown

    with all_end():
        yield make
        for room in rooms:
            room.close()


@pytest.fixture
def interview(library):
    return planned_interview(library)


@pytest.fixture
def room(qtbot, interview, make_room):
    """A room whose list shows the interview."""
    shown = make_room()
    qtbot.waitUntil(lambda: shown.chooser.chosen_id() == interview.id)
    return shown
