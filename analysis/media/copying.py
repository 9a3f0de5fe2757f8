"""One clean copy of a recording: the same picture and sound, not transcoded, in Matroska from time 0."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.disk import FULL
from analysis.document import MediaInfo
from analysis.failures import DiskFull, FolderNotWritable, MediaUnreadable
from analysis.media.opening import Recording, opened
from analysis.media.writing_out import container

Carried = VideoStream | AudioStream
MAX_SOUND_STREAMS = 2
_DELAY_KEPT = ("opus", "libopus")  # Matroska carries their delay itself


def remux(path: str | Path, out: str | Path, info: MediaInfo, name: str = "") -> None:
    """Copy the best picture and at most two sound streams into a Matroska file at `out` that starts at time 0.

    Each picture says how long it is shown, until the next one: what players go by when they are sent to one.
    Written beside `out` first and renamed, so that `out` is whole or absent. Raises MediaUnreadable where a codec
    cannot be carried by Matroska, DiskFull, FolderNotWritable, and the failures of opening.
    """
    out, name = Path(out), name or Path(path).name
    part = out.with_name(f"part-{out.name}")
    try:
        with opened(path, name) as recording:
            order = _order(recording)
        with opened(path, name) as recording:
            _copy(recording, part, info.duration, name, order)
        os.replace(part, out)
    except av.FFmpegError as error:
        raise MediaUnreadable(name=name) from error
    except OSError as error:
        raise (DiskFull if error.errno in FULL else FolderNotWritable)(folder=str(out.parent)) from error
    finally:
        part.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Order:
    """The pictures' timestamps in the order in which they are shown, and when each is decoded where the file does not
    say so in a way that can be carried over; none without a moving picture."""

    shown: NDArray[np.int64]
    decoded: dict[int, int]


def _order(recording: Recording) -> _Order:
    packets: list[tuple[int, int | None]] = []
    if recording.video is not None:
        with suppress(av.FFmpegError):  # damage: what came before it is carried
            for packet in recording.container.demux(recording.video):
                if packet.pts is not None and packet.size:
                    packets.append((packet.pts, packet.dts))
    shown = np.unique(np.array([pts for pts, _ in packets], np.int64))
    times = [pts if dts is None else dts for pts, dts in packets]
    told = all(dts is not None and dts <= pts for pts, dts in packets) and all(a < b for a, b in pairwise(times))
    order = [pts for pts, _ in packets]
    return _Order(shown, {} if told else dict(zip(order, decoding_times(order), strict=True)))


def decoding_times(shown: Sequence[int]) -> list[int]:
    """When to decode pictures that are shown at these times, given in the order of decoding.

    The times rise, and none is after that of showing. Matroska keeps none, and what its reader makes up does not fit
    where pictures were left out.
    """
    ordered = sorted(shown)
    place = {pts: number for number, pts in enumerate(ordered)}
    delay = max((number - place[pts] for number, pts in enumerate(shown)), default=0)
    return [ordered[number - delay] if number >= delay else ordered[0] - delay + number for number in range(len(shown))]


def _copy(recording: Recording, part: Path, duration: float, name: str, order: _Order) -> None:
    video = [recording.video] if recording.video is not None else []
    sources: list[Carried] = [*video, *recording.audio[:MAX_SOUND_STREAMS]]
    if not sources:
        raise MediaUnreadable(name=name)
    with container(part, "matroska") as target:
        try:
            copies = {source.index: target.add_stream_from_template(source) for source in sources}
            target.start_encoding()
        except (ValueError, av.FFmpegError) as error:
            raise MediaUnreadable(name=name) from error
        _carry(recording, sources, copies, target, duration, order)


def _carry(
    recording: Recording, sources: list[Carried], copies: dict[int, Carried], target: OutputContainer, duration: float,
    order: _Order,
) -> None:  # fmt: skip
    last_dts: dict[int, int] = {}
    try:
        for packet in recording.container.demux(sources):
            if not packet.size or packet.pts is None or _is_lead_in(packet, recording):
                continue
            if packet.is_discard and packet.stream.type == "audio":
                continue  # a picture that is not to be shown may be the one that the next ones are decoded from
            if packet.stream.type == "video":
                after = int(np.searchsorted(order.shown, packet.pts, side="right"))
                if after < len(order.shown):
                    packet.duration = int(order.shown[after]) - packet.pts
                packet.dts = order.decoded.get(packet.pts, packet.dts)
            origin = round(Fraction(recording.origin_s) / packet.time_base)
            index = packet.stream_index
            packet.pts -= origin
            if packet.stream.codec_context.name not in _DELAY_KEPT:
                packet.pts = max(0, packet.pts)
            if packet.pts * packet.time_base > duration + 1:
                continue
            dts = packet.dts - origin if packet.dts is not None else packet.pts
            packet.dts = last_dts[index] = max(dts, last_dts.get(index, dts - 1) + 1)
            packet.stream = copies[index]
            target.mux(packet)
    except av.error.InvalidDataError:
        return  # the file ends in damage: what came before it is carried


def _is_lead_in(packet: Packet[Any], recording: Recording) -> bool:
    """What an encoder puts before time 0 (the delay of MP3 and AAC); Matroska would play it and shift the rest."""
    if packet.stream.type != "audio" or packet.pts is None or packet.stream.codec_context.name in _DELAY_KEPT:
        return False
    length = float((packet.duration or 0) * packet.time_base)
    return recording.time_of(packet.pts, packet) + length / 2 < 0
