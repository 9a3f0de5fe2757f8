"""Nothing stays behind: the review of a real interview opened and closed fifty times."""

from __future__ import annotations

import gc
import statistics
import threading
from collections import Counter

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ui import language

TIMES, WARM = 50, 10
MOST_GROWTH_MB = 24
"""Of the median of the last ten openings over the ten after the first: half a megabyte an opening would be a leak."""


def settled() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    language._language._sweep()
    gc.collect()


def living() -> Counter[str]:
    """How many there are of what may be left behind."""
    qt = [thing for thing in gc.get_objects() if isinstance(thing, QObject)]
    return Counter(
        {
            "windows": len(QApplication.topLevelWidgets()),
            "widgets": sum(isinstance(thing, QWidget) for thing in qt),
            "timers": sum(isinstance(thing, QTimer) for thing in qt),
            "threads of Qt": sum(isinstance(thing, QThread) for thing in qt),
            "threads": threading.active_count(),
            "texts bound": len(language._language.bindings),
        }
    )


@pytest.fixture
def only_what_comes():
    """What was there before takes no part: a collection looks at what this test makes."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("only_what_comes")
def test_fifty_openings_leave_nothing_behind(qtbot, opened_window, reviewed_copy):
    memory, after_one, process = [], Counter(), psutil.Process()
    for time in range(TIMES):
        opened_window.open_review(reviewed_copy[1])
        room = opened_window.window.room("review")
        qtbot.waitUntil(lambda room=room: room.player.playback.duration > 50, timeout=10_000)
        room.seek(20.0 + time % 5)
        room.grab()
        del room
        settled()
        memory.append(process.memory_info().rss / 1e6)
        if time == WARM - 1:
            after_one = living()
    grown = {name: (after_one[name], count) for name, count in living().items() if count > after_one[name]}
    assert not grown
    growth = statistics.median(memory[-10:]) - statistics.median(memory[WARM : WARM + 10])
    assert growth < MOST_GROWTH_MB, memory


def test_closing_the_window_ends_its_threads(qtbot, opened_window, reviewed_copy):
    opened_window.open_review(reviewed_copy[1])
    room = opened_window.window.room("review")
    qtbot.waitUntil(lambda: room.player.playback.duration > 50, timeout=10_000)
    opened_window.window.close()
    qtbot.waitUntil(
        lambda: not [thread.name for thread in threading.enumerate() if thread.name.startswith(("sync", "model-"))],
        timeout=10_000,
    )
