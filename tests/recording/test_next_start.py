"""The window opens after the program was killed while it recorded: the recording is there, and it is said."""

from __future__ import annotations

import pytest

from app.settings import SettingsFile
from app.store import Library
from tests.recording.test_deaths import end, recording_program
from ui.shell import start


@pytest.mark.slow
def test_the_window_finds_what_was_being_recorded(tmp_path, qtbot, each_language):
    folder = tmp_path / "library"
    end(recording_program(folder), "both")
    SettingsFile(folder).change(language=each_language)
    conductor = start.open_window(folder, SettingsFile(folder))
    try:
        message = conductor.window.message
        qtbot.waitUntil(lambda: "李雷 一面" in message.label.text(), timeout=30_000)
        assert "00:0" in message.label.text()
        (interview,) = conductor.context.library.interviews()
        assert interview.media.playable
        assert message.action.isVisible()
    finally:
        conductor.window.close()
    with Library.open(folder) as library:
        assert not library.vault.recordings()
