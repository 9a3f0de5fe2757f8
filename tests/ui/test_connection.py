"""Connecting the HR system in the window: what is wrong is said in a sentence, and a server's words stay text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app import text
from app.failures import Stale
from app.settings import SettingsFile
from sync.failures import AddressInvalid, RemoteUnreachable
from ui.settings.room import SettingsRoom
from ui.shell import start


@pytest.fixture
def opened(qtbot, tmp_path):
    """The window on an empty library: its conductor."""
    conductor = start.open_window(tmp_path / "data", SettingsFile(tmp_path / "data"))
    yield conductor
    conductor.window.close()


@pytest.fixture
def settings(opened):
    opened.window.enter("settings")
    room = opened.window.room("settings")
    assert isinstance(room, SettingsRoom)
    return room


def test_testing_a_connection_that_is_down_says_so(qtbot, settings, monkeypatch):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", "key")
    settings.url.setText("http://127.0.0.1:9")
    settings.url.editingFinished.emit()
    qtbot.mouseClick(settings.test, Qt.MouseButton.LeftButton)
    wanted = text.sentence(RemoteUnreachable(host="127.0.0.1:9"))
    qtbot.waitUntil(lambda: settings.test_result.text() == wanted)
    assert settings.test_result.isVisible()


def test_a_key_without_an_address_is_a_sentence(qtbot, settings):
    settings.key.setText("secret")
    settings.key.editingFinished.emit()
    assert settings.test_result.text() == text.sentence(AddressInvalid(address=""))
    assert settings.key.text() == ""


def test_a_known_failure_that_no_room_caught_is_said_and_a_bug_stays_a_bug(opened):
    bugs = []
    hook = start.saying(opened.window.say_failure, lambda *found: bugs.append(found[0]))
    hook(Stale, Stale(what="candidate"), None)
    assert opened.window.message.label.text() == text.sentence(Stale(what="candidate"))
    hook(ZeroDivisionError, ZeroDivisionError(), None)
    assert bugs == [ZeroDivisionError]


def test_no_label_of_the_sync_room_reads_tags(opened):
    opened.window.enter("sync")
    room = opened.window.room("sync")
    shown = [room.sentence, room.address, room.last, *room.panel.findChildren(QLabel)]
    assert {label.textFormat() for label in shown if label is not room.panel.body_label} == {Qt.TextFormat.PlainText}
