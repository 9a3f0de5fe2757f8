"""A program of its own that records until it is killed: `python -m tests.recording.killed LIBRARY [child]`.

Says the child's number, then the time in the recording ten times a second; kills its child when told to.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from app.store import Library
from tests.recording.sources import CAMERA, ROOM, Attempt


def main() -> None:
    """Record for a minute at most."""
    with Library.open(Path(sys.argv[1]), assessor="tester") as library:
        attempt = Attempt(library, (CAMERA, ROOM))
        threading.Thread(target=_listen, args=(attempt,), daemon=True).start()
        for _ in range(600):
            attempt.run(0.1)
            part = attempt.recording.part_pid
            print(part, f"{attempt.recording.now():.3f}", attempt.recording.standing().kept_s, flush=True)


def _listen(attempt: Attempt) -> None:
    for line in sys.stdin:
        if line.startswith("both"):
            os.kill(attempt.recording.part_pid, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
