"""What comes after a recording, in the window: watched folders, the night, what was cut off."""

from __future__ import annotations

import errno
import shutil
import threading
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt, QTime

from app import text
from app.domain.types import AnalysisState
from app.recording import watching
from app.settings import SettingsFile
from app.store import vault
from app.store.library import Library
from tests.recording.sources import Attempt
from tests.ui.review_library import interview_in
from ui import language
from ui.settings.room import SettingsRoom
from ui.shell import start

LEFT = Qt.MouseButton.LeftButton
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def begun(monkeypatch):
    """The interviews whose analysis the window begins, without the engine's minutes."""
    from ui.shell.conductor import Conductor

    ids: list[str] = []
    monkeypatch.setattr(Conductor, "_start_analysis", lambda _self, interview_id: ids.append(interview_id))
    return ids


@pytest.fixture
def window(qtbot, tmp_path, begun):
    """A window at noon; further ones by calling it again."""
    made = []

    def open_one(**settings):
        file = SettingsFile(tmp_path / "library")
        file.change(**settings)
        conductor = start.open_window(tmp_path / "library", file)
        conductor.after.clock = lambda: NOON
        conductor.after.mains = lambda: True
        conductor.after._folders.stop()
        made.append(conductor)
        return conductor

    yield open_one
    for each in made:
        each.window.close()
        each.window.deleteLater()


def look(qtbot, conductor):
    """The window looks into its folders, and has looked."""
    conductor.after.look()
    qtbot.waitUntil(lambda: not conductor.after._looking)


def recorded(qtbot, conductor, folder, file, name):
    """Another tool has recorded a file there, and it stands still: the next look takes it."""
    look(qtbot, conductor)
    shutil.copyfile(file, folder / name)
    look(qtbot, conductor)
    conductor.after._watch._clock = lambda: 1e9


def arrive(qtbot, conductor, folder, sample):
    """The window finds what another tool has recorded; its import is awaited."""
    recorded(qtbot, conductor, folder, sample / "sample_en.mp4", "Zoom 录制.mp4")
    with qtbot.waitSignal(conductor.context.work.tookIn, timeout=60_000):
        conductor.after.look()


def test_a_recording_in_a_watched_folder_comes_and_is_analysed(qtbot, window, tmp_path, sample, begun):
    folder = tmp_path / "录制"
    folder.mkdir()
    conductor = window(watched=(str(folder),))
    arrive(qtbot, conductor, folder, sample)
    (interview,) = conductor.context.library.interviews()
    assert interview.media.name == "Zoom 录制.mp4"
    assert begun == [interview.id]
    assert (folder / "Zoom 录制.mp4").is_file()
    qtbot.waitUntil(lambda: not conductor.after._importing)
    look(qtbot, conductor)
    assert len(conductor.context.library.interviews()) == 1


def test_at_noon_it_waits_for_the_night_and_says_so(qtbot, window, tmp_path, sample, begun):
    folder = tmp_path / "录制"
    folder.mkdir()
    conductor = window(watched=(str(folder),), analyse_when="at_night")
    arrive(qtbot, conductor, folder, sample)
    assert begun == []
    assert "tonight from 20:00" in conductor.window.message.label.text()
    language.set_language("zh")
    assert "今晚 20:00" in conductor.window.message.label.text()
    conductor.after.tick()
    assert begun == []
    conductor.after.clock = lambda: NOON.replace(hour=21)
    conductor.after.mains = lambda: False
    conductor.after.tick()
    assert begun == []
    conductor.after.mains = lambda: True
    conductor.after.tick()
    assert begun == [conductor.context.library.interviews()[0].id]


def test_a_file_that_is_no_recording_is_said_once(qtbot, window, tmp_path):
    folder = tmp_path / "录制"
    folder.mkdir()
    conductor = window(watched=(str(folder),))
    (tmp_path / "none").write_bytes(b"no recording at all")
    recorded(qtbot, conductor, folder, tmp_path / "none", "broken.mp4")
    with qtbot.waitSignal(conductor.context.work.importFailed, timeout=30_000):
        conductor.after.look()
    assert "broken.mp4" in conductor.window.message.label.text()
    qtbot.waitUntil(lambda: not conductor.after._importing)
    with qtbot.assertNotEmitted(conductor.context.work.importFailed, wait=300):
        conductor.after.look()


def test_a_folder_that_cannot_be_read_is_named(qtbot, window, tmp_path):
    conductor = window(watched=(str(tmp_path / "没有"),))
    conductor.after.look()
    qtbot.waitUntil(lambda: "没有" in conductor.window.message.label.text())


def test_a_recording_whose_drive_went_away_while_it_was_copied_comes_later(
    qtbot, window, tmp_path, sample, begun, monkeypatch
):
    folder, gone, reads = tmp_path / "网盘", [True], []

    @contextmanager
    def failing(source):
        with source.open("rb") as stream:
            if not gone:
                yield stream
                return

            class Broken:
                def read(self, size):
                    reads.append(size)
                    if len(reads) % 2 == 0:
                        raise OSError(errno.EIO, "the drive is gone")
                    return stream.read(size)

            yield Broken()

    folder.mkdir()
    monkeypatch.setattr(vault, "reading_from", failing)
    conductor = window(watched=(str(folder),))
    recorded(qtbot, conductor, folder, sample / "sample_en.mp4", "Zoom 录制.mp4")
    with qtbot.waitSignal(conductor.context.work.importFailed):
        conductor.after.look()
    assert "Zoom 录制.mp4" in conductor.window.message.label.text()
    qtbot.waitUntil(lambda: not conductor.after._importing)
    assert not list((conductor.context.library.vault.folder / "incoming").glob("*"))
    gone.clear()
    conductor.after.seconds = lambda: 1e9
    with qtbot.waitSignal(conductor.context.work.tookIn):
        conductor.after.look()
    assert begun == [conductor.context.library.interviews()[0].id]


def test_folders_that_can_be_read_again_are_named_no_more(qtbot, window, tmp_path):
    folders = [tmp_path / name for name in ("网盘 A", "网盘 B")]
    conductor = window(watched=tuple(map(str, folders)))
    message = conductor.window.message
    look(qtbot, conductor)
    assert ("网盘 B" in message.label.text(), message.more.isVisible()) == (True, True)
    folders[0].mkdir()
    look(qtbot, conductor)
    assert ("网盘 B" in message.label.text(), message.more.isVisible()) == (True, False)
    folders[1].mkdir()
    look(qtbot, conductor)
    assert message.isHidden()


def test_a_folder_that_never_answers_holds_neither_reading_nor_the_end(qtbot, window, tmp_path, monkeypatch):
    answers, asked = threading.Event(), threading.Event()

    def dead(_folder):
        asked.set()
        answers.wait(60)
        return {}

    monkeypatch.setattr(watching, "_stamps", dead)
    conductor = window(watched=(str(tmp_path),))
    conductor.after.look()
    assert asked.wait(60)
    read = []
    conductor.context.work.read(lambda: 1, read.append, read.append)
    qtbot.waitUntil(lambda: read == [1])
    conductor.window.close()
    conductor.context.work.close()
    assert not answers.is_set(), "nobody waited for it"
    answers.set()
    qtbot.waitUntil(lambda: all(thread.name != "folders" for thread in threading.enumerate()))


@pytest.mark.parametrize(("when", "goes_on"), [("at_once", True), ("by_hand", True), ("at_night", False)])
def test_what_the_end_of_the_program_cut_off_goes_on(qtbot, window, tmp_path, sample, begun, when, goes_on):
    with Library.open(tmp_path / "library", assessor="李静") as library:
        interview_id = interview_in(library, sample / "sample_zh.mp4")
        library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    conductor = window(analyse_when=when)
    qtbot.waitUntil(lambda: bool(begun) >= goes_on)
    qtbot.wait(50)
    assert begun == ([interview_id] if goes_on else [])
    assert conductor.context.library.interrupted == (interview_id,)


@pytest.mark.parametrize(
    ("when", "allowed", "asked", "begins"),
    [
        ("at_once", True, False, True),
        ("by_hand", True, False, False),
        ("at_night", True, False, False),
        ("at_once", False, False, False),
        ("at_once", True, True, False),
    ],
)
def test_what_was_recorded_until_the_window_closed_is_analysed(
    qtbot, window, tmp_path, begun, when, allowed, asked, begins
):
    with Library.open(tmp_path / "library", assessor="李静") as library:
        interview_id = Attempt(library).run(1.0).stop().id
        if not allowed:
            library.record_consent(interview_id, (), "desk-1", "陈明")
        if asked:  # and a person cancelled it
            library.set_analysis_state(interview_id, AnalysisState.QUEUED)
            library.set_analysis_state(interview_id, AnalysisState.NONE)
    window(analyse_when=when)
    qtbot.waitUntil(lambda: bool(begun) >= begins)
    qtbot.wait(50)
    assert begun == ([interview_id] if begins else [])


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_the_settings_keep_night_and_folders(qtbot, tmp_path, spoken):
    language.set_language(spoken)
    settings = SettingsFile(tmp_path)
    room = SettingsRoom(settings, ("whisper-base",), ("CN",), tmp_path)
    qtbot.addWidget(room)
    room.show()
    fields = room.after
    assert not fields.begins.isEnabled()
    fields.when.setCurrentIndex(fields.when.findData("at_night"))
    fields.when.activated.emit(fields.when.currentIndex())
    assert fields.begins.isEnabled()
    fields.begins.setTime(QTime(22, 30))
    fields.ends.setTime(QTime(6, 0))
    fields.watch(tmp_path / "会议" / "腾讯")
    fields.watch(tmp_path / "会议")
    fields.watch(tmp_path / "会议" / "Zoom")
    kept = SettingsFile(tmp_path).values
    assert (kept.analyse_when, kept.night_from_min, kept.night_to_min) == ("at_night", 22 * 60 + 30, 6 * 60)
    assert kept.watched == (str(tmp_path / "会议"),)
    assert not fields.remove.isEnabled()
    fields.folders.setCurrentRow(0)
    qtbot.mouseClick(fields.remove, LEFT)
    assert SettingsFile(tmp_path).values.watched == ()
    assert fields.when.itemText(1) == text.tr("settings.when_at_night")


def test_what_may_pass_is_tried_again_later(qtbot, window, tmp_path, sample, monkeypatch):
    from analysis.failures import DiskFull
    from app.store import importing

    folder = tmp_path / "录制"
    folder.mkdir()
    conductor = window(watched=(str(folder),))
    full = [True]
    real = importing.import_file

    def import_file(*arguments, **named):
        if full[0]:
            raise DiskFull(folder=str(folder))
        return real(*arguments, **named)

    monkeypatch.setattr(importing, "import_file", import_file)
    recorded(qtbot, conductor, folder, sample / "sample_en.mp4", "a.mp4")
    with qtbot.waitSignal(conductor.context.work.importFailed, timeout=30_000):
        conductor.after.look()
    qtbot.waitUntil(lambda: not conductor.after._importing)
    with qtbot.assertNotEmitted(conductor.context.work.importFailed, wait=300):
        conductor.after.look()
    full[0] = False
    conductor.after.seconds = lambda: 1e9
    with qtbot.waitSignal(conductor.context.work.tookIn, timeout=60_000):
        conductor.after.look()
