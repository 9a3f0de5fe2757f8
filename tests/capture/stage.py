"""What scenes of a capture share: a sink that keeps what comes, an event loop until something holds, a busy window."""

from __future__ import annotations

import atexit
import ctypes
import os
import subprocess
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop

from app.recording.kinds import Picture, Role

RATE = 48_000
STARTS_S = 20.0
SERVER = (
    "module-native-protocol-unix",
    "module-null-sink sink_name=room rate=48000 channels=1 sink_properties=device.description=Room",
    "module-null-sink sink_name=other rate=48000 channels=2 sink_properties=device.description=Other",
    "module-virtual-source source_name=desk master=room.monitor source_properties=device.description=Desk",
)


class Kept:
    """A sink that keeps times, samples, and what the last picture was like."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pictures: dict[Role, list[int]] = {}
        self.last: dict[Role, Picture] = {}
        self.sounds: dict[Role, list[tuple[int, bytes]]] = {}
        self.ended: list[Role] = []

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        with self.lock:
            self.pictures.setdefault(role, []).append(at_ns)
            self.last[role] = picture

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        with self.lock:
            self.sounds.setdefault(role, []).append((at_ns, samples))

    def gone(self, role: Role) -> None:
        with self.lock:
            self.ended.append(role)

    def heard(self, role: Role, channels: int = 1) -> np.ndarray:
        """All samples of a role, one row a channel."""
        with self.lock:
            joined = b"".join(block for _, block in self.sounds.get(role, []))
        return np.frombuffer(joined, np.int16).reshape(-1, channels).T

    def seconds(self, role: Role, channels: int = 1) -> float:
        return self.heard(role, channels).shape[1] / RATE


def until(holds: Callable[[], object], timeout: float = 15.0) -> bool:
    """Run the window's events until something holds; False when it did not come to it."""
    end = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > end:
            return False
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.002)
    return True


def wait(seconds: float) -> None:
    """Run the window's events for so long."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end, seconds + 5)


def busy(seconds: float) -> None:
    """The window's thread computes, and runs no events."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def stuck(seconds: float) -> None:
    """The window's thread is in a call that lets no other thread of Python run."""
    ctypes.PyDLL(None).usleep(round(seconds * 1e6))


def tone_file(path: Path, seconds: float, hz: float = 440.0) -> Path:
    """A plain tone at half of full scale."""
    values = 16_000 * np.sin(2 * np.pi * hz * np.arange(round(RATE * seconds)) / RATE)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(values.astype(np.int16).tobytes())
    return path


def playing(path: Path, sink: str = "room") -> subprocess.Popen:
    """Play a sound file into a sink; ends by itself."""
    return started("paplay", f"--device={sink}", "--latency-msec=500", str(path))


def breaks(samples: np.ndarray, hz: float = 440.0) -> int:
    """How often a plain tone does not go on as it should: lost or doubled samples. Counted within the tone."""
    x = samples.astype(np.float64)
    loud = np.flatnonzero(np.abs(x) > 8000)
    if not len(loud):
        return -1
    x = x[loud[0] : loud[-1]]
    residual = x[2:] - 2 * np.cos(2 * np.pi * hz / RATE) * x[1:-1] + x[:-2]
    return int(np.count_nonzero(np.abs(residual) > 300))


def pactl(*words: str) -> str:
    """Ask the sound server."""
    return subprocess.run(["pactl", *words], capture_output=True, text=True, check=True).stdout.strip()


def start_sound(folder: Path) -> tuple[subprocess.Popen, dict[str, str]]:
    """A private PulseAudio in a folder, and the environment in which it answers."""
    folder.chmod(0o700)
    env = {
        "XDG_RUNTIME_DIR": str(folder), "PULSE_RUNTIME_PATH": str(folder / "pulse"), "HOME": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:", "PULSE_SERVER": f"unix:{folder}/pulse/native",
    }  # fmt: skip
    words = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no"]
    words += [f"--load={module}" for module in SERVER]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(words, env=os.environ | env, stdout=log, stderr=log), env


def answers(server: subprocess.Popen, env: dict[str, str]) -> bool:
    """Wait until the server does; False where it does not come to it."""
    end = time.monotonic() + STARTS_S
    while subprocess.run(["pactl", "info"], env=os.environ | env, capture_output=True, check=False).returncode:
        if server.poll() is not None or time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def started(*words: str, **how: object) -> subprocess.Popen:
    """A program that ends with this one at the latest, whatever becomes of the scene."""
    process = subprocess.Popen(words, **how)
    atexit.register(end, process)
    return process


def end(process: subprocess.Popen) -> None:
    """End what was started."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
