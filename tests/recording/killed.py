"""A program of its own that records until it is told what to do.

`python -m tests.recording.killed LIBRARY [WIDTH HEIGHT]`, of the pictures.

Says, ten times a second: the number of its child, when it began (ns of the system's clock), the recording's time, and
how many bytes of the part are synced. "child" kills the child, "both" the child and then the program, "stop" ends it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from app.recording.kinds import PictureTrack, Role
from app.store import Library
from tests.recording.sources import CAMERA, ROOM, Attempt


def main() -> None:
    """Record for a minute at most."""
    with Library.open(Path(sys.argv[1]), assessor="tester") as library:
        camera = PictureTrack(Role.CAMERA, *map(int, sys.argv[2:4]), CAMERA.fps) if sys.argv[2:] else CAMERA
        attempt, stopped = Attempt(library, (camera, ROOM)), threading.Event()
        threading.Thread(target=_listen, args=(attempt, stopped), daemon=True).start()
        for _ in range(600):
            attempt.run(0.1)
            recording = attempt.recording
            print(recording.part_pid, attempt.feeder.began, f"{recording.now():.3f}", recording.safe_bytes, flush=True)
            if stopped.is_set():
                attempt.stop()
                return


def _listen(attempt: Attempt, stopped: threading.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "stop":
            stopped.set()
            continue
        os.kill(attempt.recording.part_pid, signal.SIGKILL)
        if line.strip() == "both":
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
