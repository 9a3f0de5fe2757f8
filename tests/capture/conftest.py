"""A private sound server and a private screen, once for all tests that want them; nothing of this computer is heard."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTS_S = 20.0
CHILD_S = 60.0

SERVER = (
    "module-native-protocol-unix",
    "module-null-sink sink_name=room rate=48000 channels=1 sink_properties=device.description=Room",
    "module-null-sink sink_name=other rate=48000 channels=2 sink_properties=device.description=Other",
    "module-virtual-source source_name=desk master=room.monitor source_properties=device.description=Desk",
)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory):
    """The environment in which a private PulseAudio answers: the sinks `room` and `other`, the microphone `desk`."""
    if not shutil.which("pulseaudio") or not shutil.which("pactl"):
        pytest.skip("pulseaudio and pulseaudio-utils are not installed")
    folder = tmp_path_factory.mktemp("sound")
    folder.chmod(0o700)
    env = {
        "XDG_RUNTIME_DIR": str(folder), "PULSE_RUNTIME_PATH": str(folder / "pulse"), "HOME": str(folder),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:", "PULSE_SERVER": f"unix:{folder}/pulse/native",
    }  # fmt: skip
    words = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no"]
    words += [f"--load={module}" for module in SERVER]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, env=os.environ | env, stdout=log, stderr=log)
    ready = ["pactl", "info"]
    until = time.monotonic() + STARTS_S
    while subprocess.run(ready, env=os.environ | env, capture_output=True, check=False).returncode:
        if server.poll() is not None or time.monotonic() > until:
            _end(server)
            pytest.skip("pulseaudio does not start here: " + (folder / "log").read_text()[-300:])
        time.sleep(0.05)
    yield env
    _end(server)


@pytest.fixture(scope="session")
def screen():
    """The environment in which a private screen of 1280 × 720 is shown."""
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not installed")
    reading, writing = os.pipe()
    words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x720x24", "-nolisten", "tcp"]
    server = subprocess.Popen(words, pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    if not number:
        _end(server)
        pytest.skip("Xvfb does not start here")
    yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    _end(server)


@pytest.fixture
def play():
    """Plays a scene of `tests.capture.scenes` in a process of its own, in an environment, and gives what it found."""

    def run(scene: str, env: dict[str, str], *arguments: object, timeout: float = CHILD_S) -> dict:
        words = [sys.executable, "-m", "tests.capture.scenes", scene, *map(str, arguments)]
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **env}, capture_output=True,
            timeout=timeout, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return json.loads(done.stdout.decode().splitlines()[-1])

    return run
