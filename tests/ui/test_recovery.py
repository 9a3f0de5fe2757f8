"""A process that is killed in the middle of a review, and what the next start makes of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app import text
from app.settings import SettingsFile
from app.store.library import Library
from tests.conftest import ROOT
from tests.ui import review_data, review_library
from tests.ui.cut_off import PLACE_S
from tests.ui.review_library import remembered
from ui import language
from ui.review.model import PassingLayout
from ui.shell import start
from ui.shell.recovery import OPEN, Recovery


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, sample):
    """A folder with a library in which the sample is imported, analysed and commented; tests work on copies."""
    folder = tmp_path_factory.mktemp("崩溃")
    with Library.open(folder / "library", assessor="李静") as library:
        interview_id = review_library.interview_in(library, sample / "sample_zh.mp4")
        review_library.analysed(library, interview_id, folder / "analysis", review_data.recording(57.16))
        comment_id = library.add_comment(interview_id, 12.0, "whole comment").id
    SettingsFile(folder / "library").change(assessor="李静")
    return folder / "library", interview_id, comment_id


@pytest.fixture
def begin(copied):
    """Starts the window on the library; every one is closed at the end."""
    opened = []

    def begin(interview=""):
        conductor = start.open_window(copied[0], SettingsFile(copied[0]), interview)
        opened.append(conductor)
        return conductor

    yield begin
    for conductor in opened:
        if conductor.window.isVisible():
            conductor.window.close()


def killed(folder, interview_id, comment_id):
    """A window of a process of its own, killed while it was at work."""
    command = [sys.executable, "-m", "tests.ui.cut_off", str(folder), interview_id, comment_id]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline()
        finally:
            process.kill()
        assert said == "kept\n", process.stderr.read()


@pytest.mark.slow
def test_a_killed_review_is_there_again_with_every_word(qtbot, copied, begin):
    interview_id = copied[1]
    killed(*copied)
    conductor = begin()
    window = conductor.window
    assert window.pages.currentWidget() is window.room("review")
    room = window.room("review")
    assert room.presenter.interview.id == interview_id
    assert room.player.playback.position == PLACE_S
    assert room.scorecard.comments.field.text() == "half a comment"
    assert room.scorecard.comments.editor.words.toPlainText() == "half a change"
    qtbot.waitUntil(lambda: room.transcript.list.editor is not None)
    assert room.transcript.list.editor.text() == "半个"
    assert room.speakers.card.rows["S1"].name.text() == "half a name"
    assert [comment.text for comment in room.presenter.comments()] == ["whole comment"]
    assert not room.presenter.can_undo
    assert window.message.isVisible()
    assert "ended unexpectedly" in window.message.label.text()
    language.set_language("zh")
    assert "意外退出" in window.message.label.text()
    window.close()
    window = begin().window
    assert window.pages.currentWidget() is window.room("library")


def test_a_window_that_is_closed_opens_in_the_library(copied, begin):
    conductor = begin(copied[1])
    window = conductor.window
    assert window.pages.currentWidget() is window.room("review")
    window.close()
    assert not remembered(copied[0]).get(OPEN)
    window = begin().window
    assert window.pages.currentWidget() is window.room("library")
    assert window.message.isHidden()


def test_the_mark_stands_only_while_the_review_is_on_the_screen(qtbot, copied, begin):
    def marked():
        return remembered(copied[0]).get(OPEN, "")

    window = begin(copied[1]).window
    qtbot.waitUntil(lambda: marked() == copied[1])
    window.enter("library")
    assert not marked()
    window.enter("review")
    qtbot.waitUntil(lambda: marked() == copied[1])


def test_an_interview_that_ends_the_program_opens_by_itself_only_once(qtbot, copied, begin):
    SettingsFile(copied[0]).change(layout={OPEN: copied[1]})
    conductor = begin()
    assert conductor.window.pages.currentWidget() is conductor.window.room("review")
    assert not remembered(copied[0]).get(OPEN)
    conductor._recovery._soon.start(1)
    qtbot.waitUntil(lambda: remembered(copied[0]).get(OPEN) == copied[1])


@pytest.mark.parametrize("mark", ["gone", 7, ""])
def test_a_mark_that_leads_nowhere_opens_the_library(copied, begin, mark):
    SettingsFile(copied[0]).change(layout={OPEN: mark})
    window = begin().window
    assert window.pages.currentWidget() is window.room("library")
    assert window.message.isHidden()


def test_a_second_window_does_not_take_the_first_ones_place(copied, begin):
    SettingsFile(copied[0]).change(layout={OPEN: copied[1]})
    with Library.open(copied[0], assessor="李静"):
        window = begin().window
        assert window.pages.currentWidget() is window.room("library")
        assert SettingsFile(copied[0]).values.layout[OPEN] == copied[1]


def test_the_sentence_is_in_both_languages(each_language):
    assert text.tr("shell.returned")


def test_recovery_needs_only_a_layout(qtbot, begin):
    layout = PassingLayout()
    layout.put(OPEN, "i")
    recovery = Recovery(begin().window, layout, lambda: "j")
    assert (recovery.left, layout.get(OPEN, "")) == ("i", "")
