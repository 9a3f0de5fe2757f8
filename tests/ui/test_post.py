"""What other threads say comes to the window's thread, and they neither hold nor destroy what lives there."""

from __future__ import annotations

import subprocess
import sys
import threading
from weakref import ref

import pytest
import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from tests.conftest import ROOT
from ui.post import Post, telling

STRESS_S, WITHIN_S = 4, 240


class Heard(QObject):
    """Keeps what it was told, and in which thread."""

    said = Signal(object)

    def __init__(self, parent=None):
        super().__init__(parent)
        self.words = []
        self.threads = set()

    def say(self, words):
        self.words.append(words)
        self.threads.add(threading.get_ident())
        self.said.emit(words)


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_what_a_thread_tells_is_heard_in_the_windows_thread_in_order(qtbot):
    heard = Heard()
    tell = telling(heard.say)
    in_a_thread(lambda: [tell(number) for number in range(100)])
    assert heard.words == []
    qtbot.waitUntil(lambda: len(heard.words) == 100)
    assert heard.words == list(range(100))
    assert heard.threads == {threading.get_ident()}


def test_what_the_windows_thread_tells_is_heard_at_once(qapp):
    heard = Heard()
    telling(heard.say)("now")
    assert heard.words == ["now"]


@pytest.mark.parametrize("early", [False, True])
def test_nothing_is_told_to_what_is_gone(qapp, early):
    owner = QWidget()
    heard, words = Heard(owner), []
    heard.said.connect(words.append)
    tell = telling(heard.say)
    if early:
        shiboken6.delete(owner)
    in_a_thread(lambda: tell("late"))
    if not early:
        shiboken6.delete(owner)
    QApplication.processEvents()
    assert words == []


def test_a_thread_that_may_tell_something_keeps_it_from_nothing(qapp):
    heard = Heard()
    tell, gone = telling(heard.say), ref(heard)
    in_a_thread(lambda: tell("once"))
    del heard
    assert gone() is None
    QApplication.processEvents()


def test_what_is_posted_runs_in_order_until_the_post_is_closed(qtbot):
    post, done = Post(), []
    in_a_thread(lambda: [post(lambda number=number: done.append(number)) for number in range(3)])
    post(lambda: done.append("window"))
    assert done == []
    qtbot.waitUntil(lambda: len(done) == 4)
    assert done == [0, 1, 2, "window"]
    post(lambda: done.append("waits"))
    post.close()
    post(lambda: done.append("comes"))
    QApplication.processEvents()
    assert len(done) == 4


ENDING = """
import faulthandler, threading, time
from PySide6.QtWidgets import QApplication
from ui.post import Post

faulthandler.enable()
app, post = QApplication([]), Post()

def talk():
    while True:
        post(int)

for _ in range(3):
    threading.Thread(target=talk, daemon=True).start()
ends = time.monotonic() + 0.2
while time.monotonic() < ends:
    app.processEvents()
"""


@pytest.mark.slow
@pytest.mark.parametrize("again", range(4))
def test_a_program_that_ends_while_threads_talk_ends_well(again):
    done = subprocess.run([sys.executable, "-c", ENDING], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Error" not in done.stderr


@pytest.mark.slow
def test_threads_against_the_window():
    """`python -m tests.ui.threads_stress 600` does it for longer."""
    words = [sys.executable, "-m", "tests.ui.threads_stress", str(STRESS_S)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-4000:]
    assert "left: []" in done.stdout


def test_nothing_runs_once_the_window_goes(qtbot):
    """Not even what a thread was just about to queue when it was closed."""
    ran, post = [], Post()
    waiting = post._waiting

    class Late(type(waiting)):
        def append(self, call):
            post.close()
            super().append(call)

    post._waiting = Late()
    in_a_thread(lambda: post(lambda: ran.append(1)))
    other = Post()
    other(lambda: ran.append(2))
    qtbot.waitUntil(lambda: 2 in ran)
    assert ran == [2]
