"""One clean file of what the children of a recording left: in order, with an index and its length, from time 0."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from analysis.disk import FULL, writing
from analysis.failures import MediaUnreadable
from analysis.media.opening import opened
from analysis.media.stretches import Stretch, stretches_of, tags_of, untagged
from analysis.recording.files import seekable

REPORT_EVERY = 500
"""Packets."""
HOLE_S, FRAME_MS = 0.5, 20
"""Where nothing was heard for longer, as while a disk was full, silence is written, in packets of 20 ms: a player
stands still where a recording has nothing at all, and what comes after ten minutes of it would not be believed."""
OPUS, MS = ("opus", "libopus"), Fraction(1, 1000)
SILENT = {1: b"\xf8\xff\xfe", 2: b"\xfc\xff\xfe"}
"""20 ms of silence in Opus (RFC 6716, 3.1: full band, one frame), by the number of channels."""
Report = Callable[[float], None]
"""Hears the share (0..1) that is copied."""


def join(parts: Sequence[Path], out: Path, name: str, report: Report = lambda _: None) -> float:
    """Copy the parts' pictures and sound to `out`, whose time is the recording's; gives its length, s.

    A part may end anywhere. What two parts both have is taken from the first. Nothing is encoded anew; where parts have
    other sources, each stretch says its own (see `analysis.media.stretches`). Raises MediaUnreadable where no part has
    anything, DiskFull, FolderNotWritable.
    """
    out.unlink(missing_ok=True)
    with writing(out.parent):
        try:
            copied = _joined(parts, out, name, report)
        except av.FFmpegError as error:
            if error.errno in FULL:
                raise OSError(error.errno, str(error)) from error
            raise
    if not any(one.packets for one in copied.values()):
        raise MediaUnreadable(name=name)
    _sync(out)
    return max(one.end for one in copied.values())


Key = tuple[str, int]
"""Picture or sound, and the how manyeth of its kind: parts need not have the same tracks."""


def _joined(parts: Sequence[Path], out: Path, name: str, report: Report) -> dict[Key, _Copied]:
    copied: dict[Key, _Copied] = {}
    readable, models = _looked_at(parts, name)
    with seekable(out) as target:
        for part in readable:
            _adopt(part, name, target, models, copied)
        if not copied:
            raise MediaUnreadable(name=name)
        target.start_encoding()
        sizes = [part.stat().st_size for part in readable]
        for number, part in enumerate(readable):
            with opened(part, name) as recording:
                _copy(recording.container, copied, target, partial(_tell, report, sum(sizes[:number]), sum(sizes)))
    return copied


@dataclass
class _Model:
    """The part that a stream of the new file is like, and what its stretches have."""

    part: Path
    channels: int
    stretches: list[Stretch]


def _looked_at(parts: Sequence[Path], name: str) -> tuple[list[Path], dict[Key, _Model]]:
    """The parts that can be read. A stream is like that of the first part, sound like that with the most channels: two
    microphones stay two where one microphone came before them."""
    readable: list[Path] = []
    models: dict[Key, _Model] = {}
    for part in parts:
        try:
            with opened(part, name) as recording:
                for key, stream in _keyed(recording.container).items():
                    channels = stream.codec_context.channels if isinstance(stream, AudioStream) else 0
                    model = models.setdefault(key, _Model(part, channels, []))
                    if channels > model.channels:
                        model.part, model.channels = part, channels
                    begin = float((stream.start_time or 0) * (stream.time_base or 0))
                    if stream.start_time is not None or not model.stretches:
                        model.stretches += stretches_of(stream.metadata, begin)
        except MediaUnreadable:
            continue
        readable.append(part)
    return readable, models


def _tell(report: Report, before: int, total: int, at: int) -> None:
    report(min(1.0, (before + at) / max(1, total)))


def _adopt(
    part: Path, name: str, target: OutputContainer, models: dict[Key, _Model], copied: dict[Key, _Copied]
) -> None:
    """Give the new file the tracks that are to be like those of this part."""
    with opened(part, name) as recording:
        for key, stream in _keyed(recording.container).items():
            model = models[key]
            if key not in copied and model.part == part:
                mine = target.add_stream_from_template(stream)
                mine.metadata.update(untagged(stream.metadata) | tags_of(model.stretches))
                copied[key] = _Copied(mine)


def _keyed(container: InputContainer) -> dict[Key, Stream]:
    kinds = {"video": container.streams.video, "audio": container.streams.audio}
    return {(kind, place): one for kind, streams in kinds.items() for place, one in enumerate(streams)}


class _Copied:
    """A stream of the new file, and up to when it goes, s."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.end = float("-inf")
        self.packets = 0
        self._last: int | None = None

    def is_next(self, packet: Packet[Any]) -> bool:
        """Whether it is after all that was copied."""
        return packet.pts is not None and (self._last is None or packet.pts > self._last)

    def note(self, packet: Packet[Any]) -> None:
        """It is copied now."""
        self._last = packet.pts
        self.packets += 1
        self.end = float(((packet.pts or 0) + (packet.duration or 0)) * packet.time_base)


def _copy(
    container: InputContainer, copied: dict[Key, _Copied], target: OutputContainer, report: Callable[[int], None]
) -> None:
    """Up to where the part is damaged; `report` hears of the byte at which it is. Pictures of a part are left out until
    one that stands for itself."""
    tracks = {stream.index: copied[key] for key, stream in _keyed(container).items()}
    begun: set[int] = set()
    packets = container.demux([container.streams[index] for index in tracks])
    for number in count():
        try:
            packet = next(packets)
        except (StopIteration, av.error.InvalidDataError, av.error.EOFError):
            return
        if number % REPORT_EVERY == 0:
            report(packet.pos or 0)
        one = tracks[packet.stream_index]
        if not packet.size or not one.is_next(packet):
            continue
        if packet.stream.type == "video" and packet.stream_index not in begun and not packet.is_keyframe:
            continue
        begun.add(packet.stream_index)
        if one.packets and packet.stream.type == "audio":
            _fill(one, packet, target)
        one.note(packet)
        packet.dts = packet.pts
        packet.stream = one.stream
        target.mux(packet)


def _fill(one: _Copied, before: Packet[Any], target: OutputContainer) -> None:
    """Silence up to this packet, where what was heard ended long before."""
    context = one.stream.codec_context
    begin, end = (round(at_s * 1000) for at_s in (one.end, float((before.pts or 0) * before.time_base)))
    if end - begin <= HOLE_S * 1000 or not isinstance(one.stream, AudioStream) or context.name not in OPUS:
        return
    for at in range(begin, end - FRAME_MS + 1, FRAME_MS):
        silence = Packet(SILENT[min(2, one.stream.codec_context.channels)])
        silence.pts = silence.dts = at
        silence.time_base, silence.duration, silence.stream = MS, FRAME_MS, one.stream
        target.mux(silence)


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
