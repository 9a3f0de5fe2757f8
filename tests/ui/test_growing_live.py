"""A first analysis by real child processes while its review is open: parts, cancel, a killed child, and the whole."""

from __future__ import annotations

from contextlib import contextmanager

import psutil
import pytest
from PySide6.QtCore import Qt

from app.domain.types import AnalysisState
from app.settings import SettingsFile
from app.store.library import Library
from tests.clips import cut
from tests.ui import review_library
from tests.ui.rooms import drained
from ui.review.model import Stage
from ui.shell import start

pytestmark = pytest.mark.slow
SOON_MS, LATER_MS = 60_000, 180_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sample):
    """Twelve seconds of the sample interview."""
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("clip") / "面试.mp4", 12)


@contextmanager
def window_on(folder, recording):
    """The product's window on a library with one interview that nobody has analysed: its conductor and the id.

    Faces are looked at 25 times a second, which takes longer than to listen.
    """
    with Library.open(folder, assessor="李静") as library:
        interview_id = review_library.interview_in(library, recording)
    settings = SettingsFile(folder)
    settings.change(face_fps=25.0)
    conductor = start.open_window(folder, settings)
    conductor.window.resize(1500, 940)
    yield conductor, interview_id
    conductor.window.close()
    conductor.window.deleteLater()


@pytest.fixture
def window(qtbot, tmp_path, clip):
    """On the short clip."""
    with window_on(tmp_path / "library", clip) as found:
        yield found


@pytest.fixture
def whole_sample(qtbot, tmp_path, sample):
    """On the whole sample interview."""
    with window_on(tmp_path / "library", sample / "sample_zh.mp4") as found:
        yield found


def opened(conductor, interview_id):
    conductor.open_review(interview_id)
    conductor.context.work.analyse(interview_id)
    return conductor.window.room("review")


def has_words(room):
    return bool(room.transcript.list.rows.lines)


def folders(conductor, interview_id):
    """What lies beside the observations."""
    library = conductor.context.library
    derived = library.vault.derived(library.interview(interview_id).media.sha256)
    return sorted(path.name.partition("-")[0] for path in derived.iterdir())


def children():
    return [
        child for child in psutil.Process().children() if "analysis.worker" in " ".join(child.cmdline())
    ]  # fmt: skip


def test_the_transcript_is_read_commented_and_corrected_before_the_face_is_done(qtbot, whole_sample):
    conductor, interview_id = whole_sample
    library = conductor.context.library
    room = opened(conductor, interview_id)
    assert room.player.playback.loaded
    qtbot.waitUntil(lambda: "wave" in {lane.key for lane in room.timeline.lanes}, timeout=SOON_MS)
    qtbot.waitUntil(lambda: has_words(room) and room.coming.may_correct(), timeout=LATER_MS)
    assert "face" in room.coming.awaited
    assert {line.role for line in room.transcript.list.rows.lines}
    room.scorecard.add_comment(3.0, "before the face")
    rows = room.transcript.list
    rows.edit_word(0, 0)
    rows.editor.setText("您")
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    room.seek(6.0)
    assert library.interview(interview_id).analysis_id is None
    session = room.presenter.session
    qtbot.waitUntil(lambda: session.derived is not None and not room.presenter.is_behind(), timeout=LATER_MS)
    qtbot.waitUntil(lambda: not room.coming.awaited, timeout=SOON_MS)
    assert room.player.playback.position == pytest.approx(6.0)
    assert rows.rows.lines[0].segment.text.startswith("您")
    assert [comment.text for comment in room.presenter.comments()] == ["before the face"]
    assert "head" in {lane.key for lane in room.timeline.lanes}
    assert set(folders(conductor, interview_id)) == {"analysis", "observed"}


def test_cancelled_it_is_as_before_and_no_process_is_left(qtbot, window):
    conductor, interview_id = window
    room = opened(conductor, interview_id)
    qtbot.waitUntil(lambda: bool(room.timeline.lanes), timeout=SOON_MS)
    with qtbot.waitSignal(conductor.context.work.analysisEnded, timeout=SOON_MS):
        qtbot.mouseClick(room.footing.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: room.stage is Stage.NOT_ANALYSED, timeout=SOON_MS)
    qtbot.waitUntil(lambda: not children(), timeout=SOON_MS)
    assert room.recording is None
    assert folders(conductor, interview_id) == ["observed"]
    assert room.player.playback.loaded


def test_a_killed_child_is_said_and_trying_again_goes_on(qtbot, window):
    conductor, interview_id = window
    room = opened(conductor, interview_id)
    qtbot.waitUntil(lambda: bool(room.timeline.lanes), timeout=SOON_MS)
    with qtbot.waitSignal(conductor.context.work.analysisEnded, timeout=SOON_MS):
        for child in children():
            child.kill()
    qtbot.waitUntil(lambda: room.stage is Stage.FAILED, timeout=SOON_MS)
    assert room.recording is None
    assert conductor.context.library.interview(interview_id).analysis_state is AnalysisState.FAILED
    assert folders(conductor, interview_id) == ["observed"]
    conductor.window.message.hide()
    qtbot.mouseClick(room.standing.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(room.timeline.lanes), timeout=SOON_MS)
    conductor.context.work.cancel(interview_id)
    qtbot.waitUntil(lambda: room.stage is Stage.NOT_ANALYSED, timeout=SOON_MS)


def test_nothing_is_derived_while_nobody_looks(qtbot, window, monkeypatch):
    conductor, interview_id = window
    asked, work = [], conductor.context.work
    monkeypatch.setattr(work.partials, "ask", lambda *about: asked.append(about[2]))
    room = opened(conductor, interview_id)
    conductor.window.enter("library")
    qtbot.waitUntil(lambda: work.running(interview_id).so_far is not None, timeout=SOON_MS)
    drained()
    assert not asked
    conductor.window.enter("review")
    assert asked == [work.running(interview_id).so_far]
    assert room.recording is None
    work.cancel(interview_id)
    qtbot.waitUntil(lambda: work.running(interview_id) is None, timeout=SOON_MS)
