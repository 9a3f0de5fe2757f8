"""How long a person waits for the window, and for the review of a long interview."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.settings import SettingsFile
from app.store.library import Library
from tests.conftest import ROOT
from tests.ui import review_data, review_library
from ui import theme
from ui.shell import start

STARTS, OPENS = 5, 5
HOURS_S = 7200.0
WHAT = {
    "start_ms": "from the start of the process to the library room painted and idle, offscreen, on a library with one "
    f"interview; median of {STARTS} starts after one that warmed the disk cache",
    "open_2h_ms": "from the call that opens an analysed 2-hour interview to its review room painted (the video's first "
    f"picture comes by itself), offscreen 1600 x 1000; median of {OPENS}",
}
SCRIPT = """
import os, sys, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from app.settings import SettingsFile
from ui import theme
from ui.shell import start
app = start.application()
theme.set_up(app, "light")
folder = Path(sys.argv[1])
opened = start.open_window(folder, SettingsFile(folder))
opened.window.grab()
app.processEvents()
print("usable", flush=True)
opened.window.close()
"""


def measure() -> dict[str, float]:
    """The figures of `WHAT`."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as scratch:
        folder = Path(scratch) / "library"
        with Library.open(folder, assessor="x") as library:
            interview_id = review_library.interview_in(library, ROOT / "resources" / "sample" / "sample_zh.mp4")
            recording = review_data.recording(HOURS_S)
            review_library.analysed(library, interview_id, Path(scratch) / "analysis", recording)
        return {"start_ms": start_ms(folder), "open_2h_ms": open_ms(folder, interview_id)}


def start_ms(folder: Path) -> float:
    """Median time of a start, without the end of the process."""
    times = []
    for _ in range(STARTS + 1):
        began = time.perf_counter()
        command = [sys.executable, "-c", SCRIPT, str(folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.stdout is not None
            process.stdout.readline()
            times.append((time.perf_counter() - began) * 1000)
    return float(np.median(times[1:]))


def open_ms(folder: Path, interview_id: str) -> float:
    """Median time to open the review."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.set_up(application, "light")
    conductor = start.open_window(folder, SettingsFile(folder))
    assert conductor is not None
    conductor.window.resize(1600, 1000)
    times = []
    for _ in range(OPENS + 1):
        application.processEvents()
        began = time.perf_counter()
        conductor.open_review(interview_id)
        conductor.window.grab()
        times.append((time.perf_counter() - began) * 1000)
    conductor.window.close()
    conductor.window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return float(np.median(times[1:]))
