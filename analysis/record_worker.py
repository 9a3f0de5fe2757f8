"""The recording child's main: pictures and sound on standard input, two files on the disk, JSON lines back.

The first line is a `RecordJob`, then comes line after line of `analysis.recording.wire.Said`, each with its bytes right
behind it. When standard input ends, because the recording is stopped or because the parent is no more, the files are
finished properly and the child ends.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import BinaryIO

import av
import msgspec

from analysis.disk import FULL
from analysis.recording import wire
from analysis.recording.part import PartWriter

SYNC_S = 0.5
"""How often what was written is made safe. With what is still on its way in the child: less than 2 s are ever lost."""
BUFFER = 1 << 20
MOST_BYTES = 1 << 28
BROKEN = 1


def main() -> int:
    """Write until standard input ends. 0 = the part is whole, or ends with a known failure."""
    out = _Replies(_private_output())
    stream = open(0, "rb", buffering=BUFFER, closefd=False)  # noqa: SIM115 - for as long as the process lives
    job = msgspec.json.decode(stream.readline(), type=wire.RecordJob)
    av.logging.set_level(av.logging.ERROR)
    try:
        part = PartWriter(job)
    except (OSError, av.FFmpegError) as error:
        out.say(_failed(error, job))
        return 0
    ended = threading.Event()
    safety = threading.Thread(target=_keep_safe, args=(part, out, ended), name="safety", daemon=True)
    safety.start()
    try:
        _take_all(stream, part)
        out.say(part.finish())
    except (OSError, av.FFmpegError) as error:
        part.abandon()
        out.say(_failed(error, job))
    finally:
        ended.set()
        safety.join()
    return 0


def _take_all(stream: BinaryIO, part: PartWriter) -> None:
    """Until standard input ends; what was cut off in the middle of its bytes does not count."""
    told = msgspec.json.Decoder(wire.Said)
    room = bytearray(BUFFER)
    while (line := stream.readline()).endswith(b"\n"):
        said = told.decode(line)
        size = wire.length_of(said)
        if size > MOST_BYTES:
            raise ValueError(size)
        if size > len(room):
            room = bytearray(size)
        payload = memoryview(room)[:size]
        if not _filled(stream, payload):
            return
        part.take(said, payload)


def _filled(stream: BinaryIO, target: memoryview) -> bool:
    done = 0
    while done < len(target):
        got = stream.readinto(target[done:])  # type: ignore[attr-defined]
        if not got:
            return False
        done += got
    return True


def _keep_safe(part: PartWriter, out: _Replies, ended: threading.Event) -> None:
    """Sync and say so, twice a second. What stops the disk stops the writing thread, too, which says why."""
    while not ended.wait(SYNC_S):
        kept_s = part.kept_s
        try:
            part.original.sync()
        except OSError:
            continue
        out.say(wire.Kept(kept_s, part.bytes, part.original.safe))


class _Replies:
    """Writes lines, whole ones, from any thread; nobody needs to read them."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._lock = out, threading.Lock()

    def say(self, reply: wire.Reply) -> None:
        line = msgspec.json.encode(reply) + b"\n"
        with self._lock:
            try:
                self._out.write(line)
                self._out.flush()
            except OSError:
                return


def _failed(error: Exception, job: wire.RecordJob) -> wire.Failed:
    folder = os.path.dirname(job.files.original)
    full = getattr(error, "errno", None) in FULL
    return wire.Failed("disk_full" if full else "folder_not_writable", {"folder": folder})


def _private_output() -> BinaryIO:
    """The original standard output, kept apart; whatever prints from now on prints to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


if __name__ == "__main__":
    sys.exit(main())
