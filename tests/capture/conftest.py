"""A private sound server and a private screen, once for all tests that want them; nothing of this computer is heard."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.capture import stage

ROOT = Path(__file__).resolve().parents[2]
CHILD_S = 120.0


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory):
    """The environment in which a private PulseAudio answers: the sinks `room` and `other`, the microphone `desk`."""
    if not shutil.which("pulseaudio") or not shutil.which("pactl"):
        pytest.skip("pulseaudio and pulseaudio-utils are not installed")
    folder = tmp_path_factory.mktemp("sound")
    server, env = stage.start_sound(folder)
    if not stage.answers(server, env):
        stage.end(server)
        pytest.skip("pulseaudio does not start here: " + (folder / "log").read_text()[-300:])
    yield env
    stage.end(server)


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
        stage.end(server)
        pytest.skip("Xvfb does not start here")
    yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": "x11"}
    stage.end(server)


@pytest.fixture
def play():
    """Plays a scene of `tests.capture.scenes` in a process of its own, in an environment, and gives what it found."""

    def run(scene: str, env: dict[str, str], *arguments: object, timeout: float = CHILD_S) -> dict:
        words = [sys.executable, "-m", "tests.capture.scenes", scene, *map(str, arguments)]
        environment, pipe = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **env}, subprocess.PIPE
        with subprocess.Popen(
            words, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, start_new_session=True
        ) as scene:
            try:
                said, complaints = scene.communicate(timeout=timeout)
            finally:  # what it started does not outlive it
                with suppress(ProcessLookupError, AttributeError):  # Windows has no such groups
                    os.killpg(scene.pid, signal.SIGKILL)
        assert scene.returncode == 0, complaints.decode()[-3000:]
        return json.loads(said.decode().splitlines()[-1])

    return run
