"""10,000 candidates come from the HR system while somebody works in the window: how late its events are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sync.sandbox.store import Store

CANDIDATES, TICK_MS, MOST_MS = 10_000, 5, 600_000
KEY = "key-of-the-bench"
WHAT = {
    "sync_pull_event_ms_p95": f"a window that pulls {CANDIDATES:,} candidates in the background: how much later than "
    f"asked a timer of {TICK_MS} ms comes in the window's thread, 95th percentile over the pull",
    "sync_pull_event_ms_max": "… the longest",
    "sync_pull_seconds": "… from the start of the pull to the last page",
    "sync_pull_mb": "… by how much the memory of the process grew, MB (resident)",
}


def measure() -> dict[str, float]:
    """The figures of `WHAT`, from a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder = Path(name)
        _fill(folder / "ehr")
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "sandbox", "--store", str(folder / "ehr"), "--json"],
            env=os.environ | {"MIANJIAN_SANDBOX_KEY": KEY}, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            command = [sys.executable, "-m", "tests.bench.sync_pull", str(folder / "library"), url]
            found = subprocess.run(
                command, env=os.environ | {"MIANJIAN_EHR_TOKEN": KEY, "QT_QPA_PLATFORM": "offscreen"},
                stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
        finally:
            server.terminate()
            server.wait()
    figures: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return figures


def _fill(folder: Path) -> None:
    store = Store(folder)
    with store._writing() as db:  # one transaction for all
        position = {"title": "后端工程师", "department": "", "description": "", "keywords": []}
        store._put(db, "position", "p", position, False)
        for number in range(CANDIDATES):
            body = {"name": f"候选人 {number}", "email": f"c{number}@example.com", "phone": "", "position_id": "p"}
            store._put(db, "candidate", f"c{number}", body, False)
            store._plan(db, f"c{number}", "2026-12-01T02:00:00Z", "Asia/Shanghai", None)
    store.close()


def _watch(folder: Path, url: str) -> None:
    """The window's process: open it, pull, and time its events meanwhile."""
    from PySide6.QtCore import QEventLoop, QTimer

    from app.settings import SettingsFile
    from ui.shell import start

    SettingsFile(folder).change(ehr_url=url, ehr_profile="generic", assessor="bench")
    start.application()
    conductor = start.open_window(folder, SettingsFile(folder))
    before, last = _resident_mb(), [time.perf_counter()]
    late: list[float] = []
    timer = QTimer()

    def tick() -> None:
        now = time.perf_counter()
        late.append((now - last[0]) * 1000 - TICK_MS)
        last[0] = now

    timer.timeout.connect(tick)
    timer.start(TICK_MS)
    began = time.perf_counter()
    service = conductor.context.sync
    run_before = service.standing().last_run
    ended = QEventLoop()
    late_by = QTimer(singleShot=True)
    late_by.timeout.connect(lambda: ended.exit(1))
    late_by.start(MOST_MS)

    def heard() -> None:
        state = service.state()
        if state.last_run not in (None, run_before) and not state.running:
            ended.exit(0)

    service.subscribe(heard)
    service.sync_now()
    if ended.exec():
        raise TimeoutError
    figures = {
        "sync_pull_event_ms_p95": float(np.percentile(late, 95)), "sync_pull_event_ms_max": max(late),
        "sync_pull_seconds": round(time.perf_counter() - began, 1), "sync_pull_mb": _resident_mb() - before,
    }  # fmt: skip
    conductor.window.close()
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}), flush=True)


def _resident_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss / 1e6)


if __name__ == "__main__":
    _watch(Path(sys.argv[1]), sys.argv[2])
