"""What the window says of a signature: that the result arrived only where it did."""

from __future__ import annotations

import pytest

from app import text
from app.settings import SettingsFile
from sync.outbox import Resolution, State, standing
from sync.sandbox.server import Sandbox
from tests.app.test_sync_service import planned, sign
from tests.pulled.hr import KEY
from tests.sync.ehr import CONTRACT
from tests.sync.small_server import serving
from ui.shell import start


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as running:
        yield running


@pytest.fixture
def opened(qtbot, tmp_path, sandbox, monkeypatch):
    """Opens the window on a library that is connected to a face of the sandbox, and pulls."""
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", KEY)
    made = []

    def window(profile, path=""):
        settings = SettingsFile(tmp_path / "data")
        settings.change(ehr_url=sandbox.url + path, ehr_profile=profile, assessor="李静")
        made.append(start.open_window(tmp_path / "data", settings))
        qtbot.waitUntil(lambda: bool(made[-1].context.library.candidates()), timeout=60_000)
        return made[-1]

    yield window
    for one in made:
        one.window.close()


def signed(opened, qtbot):
    """Sign an assessment; gives what the message says once the run after it is over."""
    interview = planned(opened.context.library)
    sign(opened.context.library, interview.id)
    opened.signed.begin(interview.id)
    opened.context.sync.sync_now()
    before = text.tr("shell.signed")
    qtbot.waitUntil(lambda: opened.window.message.label.text() != before, timeout=60_000)
    return opened.window.message.label.text()


def states(opened):
    opened.window.enter("sync")
    room = opened.window.room("sync")
    room.refresh()
    return {room.entries.data(room.entries.index(row, 2)) for row in range(room.entries.rowCount())}


def test_where_results_are_not_sent_nothing_is_said_to_have_arrived(opened, qtbot):
    window = opened("moka", "/moka")
    assert signed(window, qtbot) == text.tr("shell.signed_untold")
    assert states(window) == {text.tr("sync_room.state_unsent")}
    room = window.window.room("sync")
    room._choose(room.entries.rows[0].op_id)
    assert text.tr("sync_room.settled", at="").strip() in room.panel.facts.text()


def test_what_arrived_is_said_to_have_arrived(opened, qtbot):
    window = opened("sandbox")
    assert signed(window, qtbot) == text.tr("shell.signed_ok")
    assert text.tr("sync_room.state_unsent") not in states(window)


def test_what_a_person_has_to_see_to_does_not_wait_for_a_connection(opened, qtbot):
    window = opened("sandbox")
    with serving(lambda _: (401, {}, {"code": "unauthorized"})) as refusing:
        window.context.settings.change(ehr_url=refusing.url)
        assert signed(window, qtbot) == text.tr("shell.signed_stopped")


@pytest.mark.parametrize("said", text.LANGUAGES)
def test_every_way_to_stand_has_its_word(said):
    words = {standing(state, resolution) for state in State for resolution in (None, *Resolution)}
    assert words == {*map(str, State), "unsent", "settled"}
    for place in ("sync_room.state", "sync.name", "show.delivery"):
        assert all(text.tr_in(said, f"{place}_{word}") for word in words)


@pytest.mark.parametrize(
    ("resolution", "word"),
    [(None, "done"), (Resolution.ALREADY_THERE, "done"), (Resolution.WITHDRAWN, "done"),
     (Resolution.NOT_TOLD, "unsent"), (Resolution.LEFT, "unsent"), (Resolution.NOT_TAKEN, "unsent"),
     (Resolution.THEIRS, "settled"), (Resolution.OVERTAKEN, "settled")],
)  # fmt: skip
def test_only_what_the_hr_system_took_as_it_was_has_arrived(resolution, word):
    assert standing(State.DONE, resolution) == word
    assert standing(State.PENDING, resolution) == "pending"
