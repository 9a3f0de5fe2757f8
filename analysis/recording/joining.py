"""One clean file of what the children of a recording left: in order, with an index and its length, from time 0."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from analysis.disk import FULL, writing
from analysis.failures import Failure, MediaUnreadable
from analysis.media.opening import opened
from analysis.recording.files import seekable


def join(parts: Sequence[Path], out: Path, name: str) -> float:
    """Copy the parts' pictures and sound to `out`, whose time is the recording's; gives its length, s.

    A part may end anywhere. What two parts both have is taken from the first. Nothing is encoded anew. Raises
    MediaUnreadable where no part has anything, DiskFull, FolderNotWritable.
    """
    out.unlink(missing_ok=True)
    target: OutputContainer | None = None
    copied: dict[int, _Copied] = {}
    with writing(out.parent):
        try:
            for part in parts:
                with suppress(Failure), opened(part, name) as recording:
                    if target is None:
                        target = seekable(out)
                        copied = _streams(recording.container, target)
                    _copy(recording.container, copied, target)
            if target is not None:
                target.close()
        except av.FFmpegError as error:
            if error.errno in FULL:
                raise OSError(error.errno, str(error)) from error
            raise
    if not any(one.packets for one in copied.values()):
        raise MediaUnreadable(name=name)
    _sync(out)
    return max(one.end for one in copied.values())


class _Copied:
    """A stream of the new file, and up to when it goes, s."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.end = float("-inf")
        self.packets = 0
        self._last: int | None = None

    def follows(self, packet: Packet[Any], step: float) -> bool:
        """Whether it is after all that was copied: `step` s after what an earlier part ends with."""
        return packet.pts is not None and (self._last is None or packet.pts > self._last) and step >= 0

    def note(self, packet: Packet[Any]) -> None:
        """It is copied now."""
        self._last = packet.pts
        self.packets += 1
        self.end = float(((packet.pts or 0) + (packet.duration or 0)) * packet.time_base)


def _streams(container: InputContainer, target: OutputContainer) -> dict[int, _Copied]:
    copied = {}
    for stream in container.streams:
        if stream.type in ("video", "audio"):
            mine = target.add_stream_from_template(stream)
            mine.metadata.update(stream.metadata)
            copied[stream.index] = _Copied(mine)
    target.start_encoding()
    return copied


def _copy(container: InputContainer, copied: dict[int, _Copied], target: OutputContainer) -> None:
    """Up to where the part is damaged. Pictures of a part are left out until one that stands for itself."""
    begun: set[int] = set()
    packets = container.demux([container.streams[index] for index in copied])
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.InvalidDataError, av.error.EOFError):
            return
        one = copied.get(packet.stream_index)
        if one is None or not packet.size or not one.follows(packet, 0.0):
            continue
        if packet.stream.type == "video" and packet.stream_index not in begun and not packet.is_keyframe:
            continue
        begun.add(packet.stream_index)
        one.note(packet)
        packet.dts = packet.pts
        packet.stream = one.stream
        target.mux(packet)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
