"""Cycles of widgets end in the window's own thread, whichever thread allocates."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest

from tests.conftest import ROOT
from ui.garbage import GarbageTimer


@pytest.fixture
def garbage(qapp):
    timer = GarbageTimer(qapp)
    yield timer
    timer.stop()
    gc.disable()


SCRIPT = """
import threading, time, weakref
from PySide6.QtWidgets import QApplication, QWidget
from ui.garbage import GarbageTimer

app = QApplication([])
garbage = GarbageTimer(app)
threads = []

class Cycle(QWidget):
    def __init__(self):
        super().__init__()
        self.me = self

widget = Cycle()
gone = weakref.ref(widget, lambda _: threads.append(threading.get_ident()))
del widget
worker = threading.Thread(target=lambda: [[] for _ in range(200_000)])
worker.start()
worker.join()
assert gone() is not None, "destroyed beside the window's thread"
kept = [[] for _ in range(2_000)]
end = time.monotonic() + 30
while gone() is not None and time.monotonic() < end:
    app.processEvents()
assert threads == [threading.get_ident()], threads
"""


def test_a_thread_that_allocates_destroys_no_widget():
    """In a process of its own: what other tests left must not count."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_what_lives_long_is_looked_at_once_it_has_grown(garbage):
    cycles = []
    for _ in range(60):
        cycle: list[object] = []
        cycle.append(cycle)
        cycles.append([cycle, *([] for _ in range(1_000))])
        garbage.collect_due()
    cycles.clear()
    del cycle
    kept = []
    freed = 0
    for _ in range(200):
        kept.append([[] for _ in range(1_000)])
        freed += garbage.collect_due()
    assert freed >= 60


def test_a_tuple_that_a_thread_is_filling_can_be_ended(garbage, monkeypatch):
    """What is asked for here must not hand out what another thread has not finished: Python then refuses to end it."""
    begun, looked, found = threading.Event(), threading.Event(), []

    def slowly():
        yield from range(100)
        begun.set()
        looked.wait(30)
        yield from range(100)

    def fill():
        try:
            found.append(len(tuple(slowly())))
        except SystemError as error:
            found.append(error)

    asked, real = [], gc.get_objects
    monkeypatch.setattr(gc, "get_objects", lambda **how: asked.append(1) or real(**how))
    thread = threading.Thread(target=fill)
    thread.start()
    assert begun.wait(30)
    kept = [[] for _ in range(50_000)]
    for _ in range(30):
        kept.append([[] for _ in range(2_000)])
        garbage.collect_due()
    looked.set()
    thread.join()
    assert (found, asked) == ([200], [])


def test_nothing_is_collected_before_there_is_enough(garbage):
    gc.collect()
    assert garbage.collect_due() == 0


def test_stopping_leaves_collecting_to_python(qapp):
    timer = GarbageTimer(qapp)
    assert not gc.isenabled()
    timer.stop()
    assert gc.isenabled()
    gc.disable()
