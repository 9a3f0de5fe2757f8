"""What child processes cost: seconds, processor seconds, and memory as the kernel counts it."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import psutil

_HIGH_WATER_S, _FAMILY_S = 0.1, 0.5
"""How often the high-water marks are read, and how often the processes are looked up and their shares added."""


class Meter:
    """Watches this process's descendants while it is entered: `with Meter() as meter: …`.

    `wall_s` from entering to leaving. `cpu_s` user and system time of all descendants that ended within (0 on Windows,
    which does not add it up). It says what work costs on a busy machine too, where seconds do not.

    `peak_mb` is the larger of two: the highest VmHWM of one descendant, the kernel's own high-water mark of resident
    memory, which no sampling can miss; and the highest sum of all descendants' proportional shares (PSS), sampled each
    half second, where a page that several processes share counts once. `sum_mb` is the highest sum of resident sizes,
    which counts such pages for each of them, for comparison with what system monitors add up. MB are 10^6 bytes.
    """

    wall_s = cpu_s = peak_mb = sum_mb = 0.0

    def __enter__(self) -> Meter:
        self._me = psutil.Process()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="meter", daemon=True)
        self._cpu_before, self._began = _children_cpu(self._me), time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s = time.perf_counter() - self._began
        self._stop.set()
        self._thread.join()
        self.cpu_s = _children_cpu(self._me) - self._cpu_before

    def _watch(self) -> None:
        family: list[psutil.Process] = []
        looked = 0.0
        while not self._stop.wait(_HIGH_WATER_S):
            if time.monotonic() - looked >= _FAMILY_S:
                looked = time.monotonic()
                family = self._me.children(recursive=True)
                self._add_up(family)
            self.peak_mb = max([self.peak_mb, *map(high_water_mb, family)])

    def _add_up(self, family: list[psutil.Process]) -> None:
        self.peak_mb = max(self.peak_mb, sum(map(share_mb, family)))
        self.sum_mb = max(self.sum_mb, sum(map(resident_mb, family)))


def high_water_mb(process: psutil.Process) -> float:
    """The most memory that a process ever had resident, by the kernel; now resident where the system does not tell."""
    if sys.platform.startswith("linux"):
        return _kilobytes(Path(f"/proc/{process.pid}/status"), "VmHWM:") * 1024 / 1e6
    try:
        memory = process.memory_info()
    except psutil.Error:
        return 0.0
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e6


def share_mb(process: psutil.Process) -> float:
    """A process's proportional share of the pages that it has resident (Linux), else all of them."""
    if sys.platform.startswith("linux"):
        return _kilobytes(Path(f"/proc/{process.pid}/smaps_rollup"), "Pss:") * 1024 / 1e6
    return resident_mb(process)


def resident_mb(process: psutil.Process) -> float:
    """What a process has resident, shared pages included; 0 for one that has ended."""
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0


def _kilobytes(file: Path, field: str) -> float:
    """A field of a file of /proc, 0 where the process is gone or has no memory left."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith(field)), 0.0)


def _children_cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))
