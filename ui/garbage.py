"""Python's cycle collector, kept to the window's own thread.

Widgets stand in reference cycles, so the collector is what ends them. Python runs it in whichever thread makes the
allocation that tips the balance: a job's or the sync's thread would then destroy widgets while the window uses them,
and the process dies. Here the collector is switched off and called from a timer of the window's thread, by Python's own
thresholds.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 200
OLD_GROWTH = 1.25
"""All objects are looked at once there are this many times what the last such look left: Python's own rule."""


class GarbageTimer(QObject):
    """Collects in the thread that it lives in, and nowhere else from its making until `stop()`.

    What exists at its making (modules, classes, fonts' tables) is set aside for good and never looked at again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()
        gc.disable()
        self._frozen, self._old = sys.getallocatedblocks(), 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> int:
        """Collect what Python itself would have collected by now; the number of objects freed."""
        young, middle, _ = gc.get_count()
        first, second, _ = gc.get_threshold()
        if young <= first:
            return 0
        if middle < second:
            return gc.collect(0)
        freed = gc.collect(1)
        if self._grown() > self._old * OLD_GROWTH:
            freed += gc.collect()
            self._old = self._grown()
        return freed

    def _grown(self) -> int:
        """Blocks of memory beyond what was set aside.

        Never `gc.get_objects`: it hands out a tuple that another thread is just filling, which then cannot end it.
        """
        return max(0, sys.getallocatedblocks() - self._frozen)

    def stop(self) -> None:
        """Leave collecting to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
