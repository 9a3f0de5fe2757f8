"""Cycles of widgets end in the window's own thread, whichever thread allocates."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from PySide6.QtWidgets import QWidget

from ui.garbage import GarbageTimer


@pytest.fixture
def garbage(qapp):
    timer = GarbageTimer(qapp)
    yield timer
    timer.stop()
    gc.disable()


class Cycle(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.me = self


def allocate() -> None:
    kept = [[] for _ in range(200_000)]
    assert kept


def test_a_thread_that_allocates_destroys_no_widget(qtbot, garbage):
    threads: list[int] = []
    widget = Cycle()
    widget.destroyed.connect(lambda: None)
    gone = weakref.ref(widget, lambda _: threads.append(threading.get_ident()))
    del widget
    worker = threading.Thread(target=allocate)
    worker.start()
    worker.join()
    assert gone() is not None
    kept = [[] for _ in range(2_000)]
    qtbot.waitUntil(lambda: gone() is None, timeout=10_000)
    assert threads == [threading.get_ident()]
    assert len(kept) == 2_000


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


def test_nothing_is_collected_before_there_is_enough(garbage):
    gc.collect()
    assert garbage.collect_due() == 0


def test_stopping_leaves_collecting_to_python(qapp):
    timer = GarbageTimer(qapp)
    assert not gc.isenabled()
    timer.stop()
    assert gc.isenabled()
    gc.disable()
