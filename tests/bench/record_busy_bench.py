"""What a kill costs a recording while the computer is busy with something else: `dev.py bench record_busy`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.bench.record_kills import missing_after

BUSY, SIZE = 3, (1280, 720)
KILLS = int(os.environ.get("MIANJIAN_BENCH_BUSY_KILLS", "4"))
SPIN = "while True: pass"
WHAT = {
    "record_busy_lost_s_max": f"of {KILLS} recordings killed as in `record`, one after the other, while {BUSY} other "
    "processes compute without rest, pictures of 1280 × 720: the most that is missing of picture or sound, s",
    "record_busy_lost_s_median": "the same, median",
    "record_busy_processes": "size of the measurement",
}


def measure() -> dict[str, float]:
    """The figures above."""
    with _busy():
        found = missing_after(KILLS, at_once=1, size=SIZE)
    return {
        "record_busy_lost_s_max": max(found), "record_busy_lost_s_median": float(np.median(found)),
        "record_busy_processes": float(BUSY),
    }  # fmt: skip


@contextmanager
def _busy() -> Iterator[None]:
    """As many processes as there are, at the priority of any program."""
    others = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
        for other in others:
            other.wait()
