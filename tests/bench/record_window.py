"""An interview is held and recorded in the window: how late its events are, and what all of it costs the computer.

A file of 1280 x 720 at 25 pictures a second, a face that speaks with a camera's noise over it, stands for camera and
microphone. The page of the held interview is shown with preview, level and hints, the face among them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from tests.bench.record_cost import cpu_s
from tests.bench.recordings import HEIGHT, WIDTH, cut, sample

MEDIA_S, SETTLED_S, MEASURED_S, TICK_MS, STARTS_S = 16.0, 4.0, 15.0, 5, 60.0
NOISE = 3.0
"""Steps of 255 by which a camera's pixels tremble."""
X264 = {"preset": "ultrafast", "crf": "20", "g": "50"}
_HOW = f"over {MEASURED_S:.0f} s of an interview that is held and recorded, 720p25 with noise and a microphone, in the "
_HOW += "whole window, with preview, level and hints: "
WHAT = {
    "record_window_event_ms_p50": f"{_HOW}how much later than asked a timer of {TICK_MS} ms comes, median",
    "record_window_event_ms_p95": "… 95th percentile",
    "record_window_event_ms_max": "… the longest",
    "record_window_cpu_share": "… of one core, by the window's process without what plays the file that stands for the "
    "camera, by the child that writes and by the one that finds faces for the hints",
    "record_window_own_share": "… of this the window's process",
    "record_window_writer_share": "… the child that writes",
    "record_window_faces_share": "… the child that finds faces, once a second",
    "record_window_camera_share": "what playing the file costs alone, in a process that does nothing with it: no part "
    "of a computer whose camera gives pictures",
    "record_window_dropped": "… pictures that were dropped",
    "record_window_shown_a_second": "… pictures that the preview painted in a second",
}


def window() -> dict[str, float]:
    """The figures of `WHAT`, each part in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        media = noisy(Path(name))
        figures = _child("hold", str(Path(name) / "library"), str(media))
        camera = _child("play", str(media))["record_window_camera_share"]
    own = figures["record_window_own_share"] - camera
    parts = {"record_window_own_share": own, "record_window_camera_share": camera}
    whole = own + figures["record_window_writer_share"] + figures["record_window_faces_share"]
    return figures | parts | {"record_window_cpu_share": whole}


def _child(*words: str) -> dict[str, float]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.record_window", *words], env=environment, capture_output=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def noisy(folder: Path) -> Path:
    """The beginning of the Chinese sample at 720p, as a camera would give it."""
    short, out, dice = folder / "short.mp4", folder / "camera.mp4", np.random.default_rng(4)
    cut(sample("zh"), short, MEDIA_S)
    grain = cycle([dice.normal(0, NOISE, (HEIGHT, WIDTH, 1)).astype(np.int16) for _ in range(8)])
    with av.open(str(short)) as source, av.open(str(out), "w") as target:
        picture, sound = source.streams.video[0], source.streams.audio[0]
        video = target.add_stream("libx264", rate=picture.average_rate, options=X264)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = target.add_stream_from_template(sound)
        for packet in source.demux(picture, sound):
            if packet.stream is sound and packet.dts is not None:
                packet.stream = audio
                target.mux(packet)
            elif packet.stream is picture:
                for frame in packet.decode():
                    rgb = frame.to_ndarray(format="rgb24", width=WIDTH, height=HEIGHT)
                    trembling = np.clip(rgb + next(grain), 0, 255).astype(np.uint8)
                    larger = av.VideoFrame.from_ndarray(trembling, "rgb24")
                    larger.pts, larger.time_base = frame.pts, frame.time_base
                    target.mux(video.encode(larger))
        target.mux(video.encode())
    return out


# The window's process


def _hold(folder: Path, media: str) -> dict[str, float]:
    """Open the window, hold the interview, and time its events."""
    from app.settings import SettingsFile
    from app.store.library import Library
    from ui import theme
    from ui.garbage import GarbageTimer
    from ui.shell import start

    os.environ["MIANJIAN_VIRTUAL_INPUT"] = media
    with Library.open(folder, assessor="bench") as library:
        interview_id = _planned(library)
    settings = SettingsFile(folder)
    settings.change(assessor="bench", analyse_when="by_hand")
    application = start.application()
    theme.set_up(application, "light")
    conductor: Any = start.open_window(folder, settings)
    GarbageTimer(application)
    conductor.window.resize(1360, 840)
    conductor.recordings.hold(interview_id)
    room = conductor.recordings.room
    room.consent.given.emit()
    _until(room.setup.begin.isEnabled)
    room.setup.begin.click()
    held = room.held
    room.running.go_next()
    _until(lambda: held.standing is not None and room.running.preview.shows_picture)
    _until(lambda: held.hints.state().face is not None)
    _for(SETTLED_S)
    figures = _measured(room)
    figures["record_window_dropped"] = float(sum(held.standing.dropped.values()))
    held.stop_and_wait()
    room.held = None
    conductor.window.close()
    return figures


def _measured(room: Any) -> dict[str, float]:
    from PySide6.QtCore import QTimer

    late: list[float] = []
    last, painted = [time.perf_counter()], [0]

    def tick() -> None:
        now = time.perf_counter()
        late.append((now - last[0]) * 1000 - TICK_MS)
        last[0] = now

    def paint() -> None:
        painted[0] += 1

    room.running.preview.painted.connect(paint)
    timer = QTimer()
    timer.timeout.connect(tick)
    me, writer = psutil.Process(), psutil.Process(room.held.recording.part_pid)
    faces = [each for each in me.children(recursive=True) if each.pid != writer.pid]
    before = _costs(me, writer, faces)
    began, last[0] = time.monotonic(), time.perf_counter()
    timer.start(TICK_MS)
    _for(MEASURED_S)
    timer.stop()
    seconds = time.monotonic() - began
    own, written, found = ((now - then) / seconds for now, then in zip(_costs(me, writer, faces), before, strict=True))
    return {
        "record_window_event_ms_p50": float(np.percentile(late, 50)),
        "record_window_event_ms_p95": float(np.percentile(late, 95)),
        "record_window_event_ms_max": max(late), "record_window_own_share": own,
        "record_window_writer_share": written, "record_window_faces_share": found,
        "record_window_shown_a_second": painted[0] / seconds,
    }  # fmt: skip


def _costs(me: psutil.Process, writer: psutil.Process, faces: list[psutil.Process]) -> tuple[float, float, float]:
    return cpu_s(me), cpu_s(writer), sum(map(cpu_s, faces))


def _planned(library: Any) -> str:
    """An interview whose candidate agreed to all that is recorded and to speech and face."""
    from app.domain.types import ConsentGiven
    from app.recording import consent
    from app.recording.consent import Agreed
    from app.recording.kinds import Kind
    from tests.recording_run.conftest import planned_interview

    interview = planned_interview(library)
    shown = consent.notice("zh", library.folder)
    consent.give(library, interview.id, Agreed(tuple(Kind), ("speech", "face")), shown, ConsentGiven.PAPER)
    return interview.id


# The file alone


def _play(media: str) -> dict[str, float]:
    from PySide6.QtCore import QCoreApplication, QUrl
    from PySide6.QtMultimedia import QAudioBufferOutput, QMediaPlayer, QVideoSink
    from PySide6.QtWidgets import QApplication

    application = QCoreApplication.instance() or QApplication([])
    player, sink, sound = QMediaPlayer(), QVideoSink(), QAudioBufferOutput()
    player.setLoops(QMediaPlayer.Loops.Infinite)
    player.setVideoSink(sink)
    player.setAudioBufferOutput(sound)
    player.setSource(QUrl.fromLocalFile(media))
    player.play()
    _until(lambda: player.position() > 0)
    _for(SETTLED_S)
    me, began = psutil.Process(), time.monotonic()
    before = cpu_s(me)
    _for(MEASURED_S)
    share = (cpu_s(me) - before) / (time.monotonic() - began)
    player.stop()
    del application
    return {"record_window_camera_share": share}


def _for(seconds: float) -> None:
    """Run the event loop for so long, as the program does."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _until(holds: Callable[[], object]) -> None:
    """Run the event loop until something holds. TimeoutError where it never does."""
    ends = time.monotonic() + STARTS_S
    while not holds():
        if time.monotonic() > ends:
            raise TimeoutError
        _for(0.05)


if __name__ == "__main__":
    work = {"hold": lambda: _hold(Path(sys.argv[2]), sys.argv[3]), "play": lambda: _play(sys.argv[2])}[sys.argv[1]]
    print(json.dumps(work()), flush=True)
