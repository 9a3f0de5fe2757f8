"""A copy of a recording of which some stretches can neither be heard nor seen, on the same clock.

Sound is decoded, silenced sample by sample and encoded anew (Opus). Pictures are carried over as they are, those of the
stretches left out: the picture before stays until the next one. A picture that builds upon one that was left out cannot
be shown either, so it stays until the next key picture; where that is longer than `TAIL_S`, pictures are encoded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.frame import Frame
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from analysis.failures import MediaUnreadable, NothingToAnalyse
from analysis.media.clipping import Pictured, Sounded, Track, first_picture, known
from analysis.media.copying import MAX_SOUND_STREAMS, decoding_times
from analysis.media.opening import MAX_PIXELS, ROLE, SHOWN, Recording, opened
from analysis.media.stretches import sides_tags
from analysis.media.writing_out import container

Progress = Callable[[float], None]
Span = tuple[float, float]
"""Start and end, s."""
TAIL_S = 12.0
"""So long the picture may stand beyond a stretch before it is worth encoding an hour anew: some encoders put a key
picture every 10 s. Where the file has pictures alone and a stretch at its beginning, they are encoded too."""
TOLD_EVERY_S = 1.0


def redact(
    path: str | Path, out: str | Path, stretches: Sequence[Span], duration: float, progress: Progress, name: str = "",
    like: str | Path | None = None,
) -> None:  # fmt: skip
    """Write a Matroska file to `out` that is the recording without what `stretches` (s) have.

    `like` = the recording as it came, where `path` is a copy of it: whom the sides of its sound hear is said there, and
    where it has several pictures (camera and screen), all of them are taken from there. `progress` gets the seconds of
    the recording that are done. Raises NothingToAnalyse where there is neither
    picture nor sound, MediaUnreadable where nothing decodes, DiskFull, FolderNotWritable, and the failures of opening.
    """
    out, name = Path(out), name or Path(path).name
    spans, sides, several = merged(stretches), *_marks(like or path, name)
    path = like if like is not None and several else path
    with opened(path, name) as recording:
        kept, tail = _kept_pictures(recording, spans, duration)
    with opened(path, name) as recording:
        if not recording.videos and not recording.audio:
            raise NothingToAnalyse(name=name)
        with known(out.parent, name), container(out, "matroska") as target:
            carried = tail <= TAIL_S and (recording.audio or not within(0.0, spans))  # something has to begin at 0
            tracks = _tracks(recording, target, spans, duration, kept if carried else None)
            for place, sound in enumerate(target.streams.audio):
                sound.metadata.update(sides[place] if place < len(sides) else {})
            target.start_encoding()
            _carry(recording, tracks, progress)
        if not any(track.done for track in tracks.values()):
            raise MediaUnreadable(name=name)


def merged(stretches: Sequence[Span]) -> tuple[Span, ...]:
    """The same stretches in order, those that touch as one."""
    joined: list[Span] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def within(time_s: float, spans: Sequence[Span]) -> bool:
    """Whether a moment lies in one of the stretches."""
    return any(start <= time_s < end for start, end in spans)


Kept = dict[int, tuple[int, ...]]
"""The pictures of each stream, by its index, that stay: timestamps in the order of decoding."""


def _kept_pictures(recording: Recording, spans: Sequence[Span], duration: float) -> tuple[Kept, float]:
    """The pictures that stay, and the longest wait for one after a stretch, s."""
    states = {stream.index: _Keeping() for stream in recording.videos}
    if not states:
        return {}, 0.0
    with suppress(av.FFmpegError):  # damage: what came before it is carried
        for packet in recording.container.demux(*recording.videos):
            if packet.pts is not None and packet.size:
                inside = within(recording.time_of(packet.pts, packet), spans)
                states[packet.stream.index].take(packet, inside=inside)
    waits = [0.0]
    for stream in recording.videos:
        times = sorted(recording.time_of(pts, stream) for pts in states[stream.index].kept)
        waits += [next((t for t in times if t >= end), duration) - end for _, end in spans if end < duration]
    return {index: tuple(dict.fromkeys(state.kept)) for index, state in states.items()}, max(waits)


@dataclass
class _Keeping:
    """Which pictures of a stream can stay, as its packets come."""

    kept: list[int] = field(default_factory=list)
    broken: bool = False
    from_pts: int | None = None

    def take(self, packet: Packet[Any], *, inside: bool) -> None:
        """The next packet; whether it lies in a stretch."""
        if inside:
            self.broken = True
        elif self.broken and packet.is_keyframe:
            self.broken, self.from_pts = False, packet.pts
        # A picture that is shown before its key picture builds upon what was left out.
        whole = self.from_pts is None or (packet.pts or 0) >= self.from_pts
        if not self.broken and not inside and whole:
            self.kept.append(packet.pts or 0)


def _tracks(
    recording: Recording, target: OutputContainer, spans: Sequence[Span], duration: float, kept: Kept | None
) -> dict[int, Track | _Carried]:
    """`kept` None = pictures are encoded anew."""
    tracks: dict[int, Track | _Carried] = {}
    shown, videos = recording.video, recording.videos
    for place, video in enumerate(videos):
        if kept is not None:
            tracks[video.index] = _Carried(target, target.add_stream_from_template(video), kept[video.index])
        else:
            video.codec_context.thread_type = "AUTO"
            video.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            tracks[video.index] = _Without(target, video, first_picture(recording, video, 0.0), duration, spans)
            recording.container.seek(round(recording.origin_s * av.time_base))
        if len(videos) > 1:
            told = {name: video.metadata[name] for name in (ROLE,) if name in video.metadata}
            target.streams.video[place].metadata.update(told | ({SHOWN: "1"} if video == shown else {}))
    for audio in recording.audio[:MAX_SOUND_STREAMS]:
        tracks[audio.index] = Sounded(target, audio, duration, lossless=False, silent=spans)
    return tracks


def _marks(path: str | Path, name: str) -> tuple[list[dict[str, str]], bool]:
    """Whom the sides of each sound stream hear, where the file says so; whether it has several pictures."""
    with opened(path, name) as recording:
        sides = [sides_tags(each.metadata) for each in recording.audio]
        return sides, len(recording.videos) > 1


class _Without(Pictured):
    """Encodes all pictures anew; in the stretches there is a black one."""

    def __init__(self, *arguments: Any) -> None:
        *usual, self._spans = arguments
        super().__init__(*usual)

    def take(self, frame: Frame, time_s: float | None) -> None:
        """A picture of the recording."""
        if isinstance(frame, VideoFrame) and time_s is not None and within(time_s, self._spans):
            frame = VideoFrame.from_ndarray(np.zeros((frame.height, frame.width, 3), np.uint8), format="rgb24")
        super().take(frame, time_s)


@dataclass
class _Carried:
    """Carries the pictures that stay as they are; each is shown until the next one."""

    target: OutputContainer
    copy: VideoStream
    kept: tuple[int, ...]
    done: float = 0.0

    def __post_init__(self) -> None:
        ordered = sorted(self.kept)
        self._lasting = {pts: after - pts for pts, after in pairwise(ordered)}
        self._dts = dict(zip(self.kept, decoding_times(self.kept), strict=True))

    def carry(self, packet: Packet[Any], recording: Recording) -> None:
        """The recording's next packet of pictures."""
        if not packet.size or packet.pts is None or packet.pts not in self._dts:
            return
        self.done = recording.time_of(packet.pts, packet)
        packet.duration = self._lasting.get(packet.pts, packet.duration or 0)
        origin = round(recording.origin_s / packet.time_base)
        packet.pts, packet.dts = packet.pts - origin, self._dts.pop(packet.pts) - origin
        packet.stream = self.copy
        self.target.mux(packet)


def _carry(recording: Recording, tracks: dict[int, Track | _Carried], progress: Progress) -> None:
    streams = [recording.container.streams[index] for index in tracks]
    told = 0.0
    with suppress(av.error.InvalidDataError):  # the file ends in damage: what came before it is carried
        for packet in recording.container.demux(*streams):
            track = tracks[packet.stream.index]
            if isinstance(track, _Carried):
                track.carry(packet, recording)
                continue
            with suppress(av.FFmpegError):
                for frame in packet.decode():
                    assert isinstance(frame, VideoFrame | AudioFrame)
                    track.take(frame, None if frame.pts is None else recording.time_of(frame.pts, frame))
            done = min(each.done for each in tracks.values())
            if done - told >= TOLD_EVERY_S:
                told = done
                progress(done)
    for track in tracks.values():
        if not isinstance(track, _Carried):
            track.finish()
