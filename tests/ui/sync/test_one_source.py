"""Light in the rail, bar on top, head and tab of the sync room tell the same, whatever happens."""

from __future__ import annotations

import pytest

from app import text
from app.settings import SettingsFile
from sync.sandbox.server import Sandbox
from tests.app.hr import local_interview, sign
from tests.pulled.hr import KEY
from tests.sync.ehr import CONTRACT
from ui import language
from ui.shell import start


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as running:
        yield running


@pytest.fixture
def opened(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", KEY)
    settings = SettingsFile(tmp_path / "data")
    settings.change(assessor="li", ehr_profile="sandbox")
    conductor = start.open_window(tmp_path / "data", settings)
    yield conductor
    conductor.window.close()


def shown(opened):
    """State and number of each place."""
    window = opened.window
    room = window.room("sync")
    state, waiting = window.top._sync
    assert room.light.state == window.top.light.state == window.rail.light.state == state
    assert window.rail.light.waiting == waiting
    assert room.tabs.tabText(0) == text.tr("sync_room.queue", n=waiting)
    return state, waiting, room.sentence.text()


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_every_place_tells_the_same_at_every_moment(qtbot, opened, sandbox, tongue):
    language.set_language(tongue)
    opened.window.enter("sync")
    context = opened.context
    assert shown(opened) == ("none", 0, text.tr("sync.no_address"))
    context.settings.change(ehr_url=sandbox.url)
    context.sync.sync_now()
    qtbot.waitUntil(lambda: shown(opened) == ("ok", 0, text.tr("sync.nothing_waits")), timeout=60_000)
    room = opened.window.room("sync")
    assert room.last.text() != text.tr("sync_room.last_run", at="–")
    sandbox.faults.set("401")
    sign(context.library, local_interview(context.library).id)
    context.sync.sync_now()
    qtbot.waitUntil(lambda: shown(opened)[0] == "trouble", timeout=60_000)
    _state, waiting, sentence = shown(opened)
    assert waiting > 0
    assert text.tr("sync.left", n=waiting) in sentence
    sandbox.faults.set("")
    context.sync.sync_now()
    qtbot.waitUntil(lambda: shown(opened) == ("ok", 0, text.tr("sync.nothing_waits")), timeout=60_000)
    context.settings.change(ehr_url="")
    context.sync.sync_now()
    qtbot.waitUntil(lambda: shown(opened) == ("none", 0, text.tr("sync.no_address")), timeout=60_000)


def test_the_room_does_not_send_a_person_to_where_they_are(each_language):
    assert "同步" not in text.tr("sync.people", n=1)
    assert "Sync" not in text.tr("sync.people", n=1)
