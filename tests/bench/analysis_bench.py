"""Length of an analysis against the recording's, its memory, and its overhead over the bare engines."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from pathlib import Path

import psutil

from analysis.protocol import AnalyseJob
from app.jobs import run_child
from app.jobs.analysis import Choices, places, request_for
from tests.conftest import CORPUS

WHAT = {
    "analysis_ratio_en": "seconds of one whole `analyze` child process (start to exit, everything on, 5 faces/s) on "
    "interviews/dev/en_pm_dev.mp4 (196 s), divided by its length; one run after one that warmed the disk cache",
    "analysis_ratio_zh": "the same on interviews/dev/zh_be_dev.mp4 (160 s)",
    "analysis_peak_mb": "highest resident memory of the child and its descendants, sampled each 50 ms, over those runs "
    "(the 30-minute recording with `bench long`)",
}
FILES = {"en": "interviews/dev/en_pm_dev.mp4", "zh": "interviews/dev/zh_be_dev.mp4"}


def run(media: Path) -> tuple[float, float, dict[str, float]]:
    """Analyse a file once: seconds, peak MB, seconds per stage."""
    folder = Path(tempfile.mkdtemp(prefix="mianjian-bench-"))
    try:
        request = request_for(media, media.name, folder / "out", folder / "observed", Choices(), folder)
        peak = Peak()
        began = time.perf_counter()
        with peak:
            result = run_child(AnalyseJob(request, places(folder)), lambda _: None, threading.Event())
        return time.perf_counter() - began, peak.mb, getattr(result, "stages", {})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Peak:
    """Watches the memory of this process's descendants."""

    mb = 0.0

    def __enter__(self) -> Peak:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.05):
            total = 0
            for child in me.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.mb = max(self.mb, total / 1e6)


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`."""
    from analysis.media import probe

    figures: dict[str, float | None] = {}
    peaks = []
    for language, name in FILES.items():
        media = CORPUS / name
        if not media.is_file():
            print("   ../shared/corpus is not here")
            return dict.fromkeys(WHAT)
        length = probe(media, media.name).duration
        run(media)
        seconds, peak, stages = run(media)
        figures[f"analysis_ratio_{language}"] = seconds / length
        peaks.append(peak)
        print(
            f"   {language}: {seconds:.1f} s of {length:.0f} s; " + ", ".join(f"{k} {v:.1f}" for k, v in stages.items())
        )
    figures["analysis_peak_mb"] = max(peaks)
    return figures
