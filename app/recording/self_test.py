"""Can this computer record at all? A second of made-up picture and sound, written as a recording is and read back."""

from __future__ import annotations

import math
import queue
import struct
import tempfile
import time
from pathlib import Path

from analysis.failures import Failure
from app.failures import TrialFailed
from app.recording.kinds import Picture, PictureTrack, Role, SoundTrack
from app.recording.trial import Trial
from app.store.vault import Vault

WIDTH, HEIGHT, FPS, RATE = 320, 240, 25, 48_000
SECONDS = 1.0
PATIENCE_S = 30.0


def recorded() -> tuple[float, str]:
    """How many seconds of what was written can be played, and its codecs. Failure: it cannot be written or read."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a child that hangs may still write there
        outcome: queue.SimpleQueue[Path | Failure] = queue.SimpleQueue()
        trial = Trial(Vault(Path(folder)), (PictureTrack(Role.CAMERA, WIDTH, HEIGHT, FPS), _SOUND), outcome.put)
        try:
            _play_into(trial)
            trial.stop()
            written = outcome.get(timeout=PATIENCE_S)
            if isinstance(written, Failure):
                raise written
            return _read(written)
        except queue.Empty as late:
            raise TrialFailed(detail=f"> {PATIENCE_S:.0f} s") from late
        finally:
            trial.discard()


_SOUND = SoundTrack(Role.ROOM, RATE)


def _play_into(trial: Trial) -> None:
    """A grey that grows lighter, and a tone, in step with the clock."""
    block = RATE // FPS
    chroma = bytes([128]) * (WIDTH * HEIGHT // 4)
    for number in range(round(SECONDS * FPS)):
        now = time.monotonic_ns()
        luma = bytes([16 + 8 * number % 200]) * (WIDTH * HEIGHT)
        shown = Picture(WIDTH, HEIGHT, "yuv420p", (luma, chroma, chroma), (WIDTH, WIDTH // 2, WIDTH // 2))
        heard = (round(8000 * math.sin(math.tau * 440 * (number * block + step) / RATE)) for step in range(block))
        trial.picture(Role.CAMERA, now, shown)
        trial.sound(Role.ROOM, now, struct.pack(f"<{block}h", *heard))
        time.sleep(1 / FPS)


def _read(file: Path) -> tuple[float, str]:
    import av

    try:
        with av.open(str(file)) as container:
            codecs = " + ".join(stream.codec_context.name for stream in container.streams)
            last = max(
                (float(frame.time or 0.0) for frame in container.decode(video=0)),
                default=0.0,
            )
    except (OSError, ValueError) as unread:  # PyAV's errors are one or the other
        raise TrialFailed(detail=str(unread)) from unread
    return last, codecs
