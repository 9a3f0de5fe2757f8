"""Nothing is clipped on the pages of the room that records, as small as the window may be, at 100 and 200 %."""

from __future__ import annotations

import pytest

from app.domain.types import ConsentGiven
from app.settings import SettingsFile
from tests.recording_run.conftest import planned_interview
from tests.recording_run.small_sink import Made
from tests.ui.clipped import clipped
from tests.ui.rooms import drained
from ui import language, theme
from ui.record.room import RecordRoom

ROOM = (872, 540)
"""What the rail and the bar leave of the smallest window."""
LONG = (
    "Please describe a project that you are proud of, what your own part in it was, and what you would do otherwise.",
)


@pytest.fixture(params=[100, 200])
def room(request, qtbot, library, each_language):
    language.set_language(each_language)
    theme.apply("light", request.param)
    interview = planned_interview(library, LONG)
    settings = SettingsFile(library.folder)
    settings.change(answers="both")
    shown = RecordRoom(library, settings, Made([], []).means)
    qtbot.addWidget(shown)
    shown.resize(*(length * request.param // 100 for length in ROOM))
    shown.show()
    qtbot.waitExposed(shown)
    yield shown, interview
    shown.close()


def test_no_page_cuts_words_off(room, library, qtbot):
    shown, interview = room
    found, wide = {}, shown.width()

    def look(name):
        drained()
        if cut := clipped(shown):
            found[name] = cut
        if shown.width() > wide:
            found[f"{name} width"] = shown.width()

    qtbot.waitUntil(lambda: shown.chooser.chosen_id() == interview.id)
    look("choose")
    shown.choose(interview.id)
    page = shown.consent
    page.tick_all()
    for way in ConsentGiven.SIGNED, ConsentGiven.SPOKEN, ConsentGiven.PAPER:
        page.ways[way].click()
        look(f"consent {way}")
    page.paper.click()
    page.agree.click()
    look("setup")
    shown.setup.begun.emit(None)
    look("before the first question")
    shown.running.go_next()
    shown.running.ask_to_stop()
    shown.running.toggle_candidate()
    look("running")
    assert clipped(shown.running.candidate) == []
    shown.running.end()
    look("done")
    assert found == {}
