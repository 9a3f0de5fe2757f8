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


@pytest.mark.slow
@pytest.mark.parametrize("left", [("speech",), ()])
def test_what_was_withdrawn_meanwhile_is_said_with_it(tmp_path, qtbot, each_language, left):
    from app import policy, text
    from app.domain.types import ConsentGiven
    from app.recording import consent
    from app.recording.consent import Agreed
    from app.recording.kinds import Kind

    folder = tmp_path / "library"
    end(recording_program(folder), "both")
    SettingsFile(folder).change(language=each_language, analyse_when="at_once")
    with Library.open(folder, assessor="tester") as library:
        (interview,) = library.interviews()
        notice = consent.notice("zh", folder)
        consent.give(library, interview.id, Agreed(tuple(Kind), ("speech", "face")), notice, ConsentGiven.SIGNED)
        consent.withdraw(library, interview.id, (Kind.PICTURE,) if left else tuple(Kind), ())
        assert policy.allowed_modalities(policy.profile("CN"), library.consent(interview.id)) == left
    conductor = start.open_window(folder, SettingsFile(folder))
    begun = []
    conductor.after._start = begun.append
    try:
        message = conductor.window.message
        face = text.tr("consent.analyse", what=text.tr("policy.modality_face"))
        qtbot.waitUntil(lambda: face in message.label.text(), timeout=30_000)
        assert ("Nothing" in message.label.text() or "均不作" in message.label.text()) == (not left)
        assert message.action.text() == text.tr("shell.open_it")
        assert begun == ([interview.id] if left else [])
    finally:
        conductor.window.close()
