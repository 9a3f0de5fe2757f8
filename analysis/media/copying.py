"""One clean copy of a recording: the same picture and sound, not transcoded, in Matroska from time 0."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.document import MediaInfo
from analysis.failures import DiskFull, FolderNotWritable, MediaUnreadable
from analysis.media.opening import Recording, opened

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
            shown = _when_shown(recording)
        with opened(path, name) as recording:
            _copy(recording, part, info.duration, name, shown)
        os.replace(part, out)
    except OSError as error:
        if isinstance(error, av.FFmpegError) and error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES):
            raise MediaUnreadable(name=name) from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=str(out.parent)) from error
        raise FolderNotWritable(folder=str(out.parent)) from error
    finally:
        part.unlink(missing_ok=True)


def _when_shown(recording: Recording) -> NDArray[np.int64]:
    """(n,) the pictures' timestamps in the order in which they are shown; none without a moving picture."""
    times: list[int] = []
    if recording.video is not None:
        with suppress(av.FFmpegError):  # damage: what came before it is carried
            times = [packet.pts for packet in recording.container.demux(recording.video) if packet.pts is not None]
    return np.unique(np.array(times, np.int64))


def _copy(recording: Recording, part: Path, duration: float, name: str, shown: NDArray[np.int64]) -> None:
    video = [recording.video] if recording.video is not None else []
    sources: list[Carried] = [*video, *recording.audio[:MAX_SOUND_STREAMS]]
    if not sources:
        raise MediaUnreadable(name=name)
    with part.open("wb") as file, av.open(file, "w", format="matroska") as target:
        try:
            copies = {source.index: target.add_stream_from_template(source) for source in sources}
            target.start_encoding()
        except (ValueError, av.FFmpegError) as error:
            raise MediaUnreadable(name=name) from error
        _carry(recording, sources, copies, target, duration, shown)


def _carry(
    recording: Recording, sources: list[Carried], copies: dict[int, Carried], target: OutputContainer, duration: float,
    shown: NDArray[np.int64],
) -> None:  # fmt: skip
    last_dts: dict[int, int] = {}
    try:
        for packet in recording.container.demux(sources):
            if not packet.size or packet.pts is None or _is_lead_in(packet, recording):
                continue
            if packet.is_discard and packet.stream.type == "audio":
                continue  # a picture that is not to be shown may be the one that the next ones are decoded from
            if packet.stream.type == "video":
                after = int(np.searchsorted(shown, packet.pts, side="right"))
                if after < len(shown):
                    packet.duration = int(shown[after]) - packet.pts
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
