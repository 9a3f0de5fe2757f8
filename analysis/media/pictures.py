"""Pictures of the recording at a steady pace, upright and no larger than needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.document import MediaInfo
from analysis.failures import MediaUnreadable, NothingToAnalyse
from analysis.media.opening import MAX_PIXELS, Recording, opened

Picture = NDArray[np.uint8]
Progress = Callable[[float], None]

MAX_SIDE = 1280
THUMBNAIL_WIDTH = 320
_THUMBNAIL_QUALITY = 82
_THUMBNAIL_AT_SHARE = 0.1
_THUMBNAIL_TRIES = 40
_SKIP_FACTOR = 3.0
"""Frames that no other frame needs are not even decoded where the file has this many times more than are asked for."""


def frames(
    path: str | Path, info: MediaInfo, fps: float, progress: Progress, name: str = "", threads: int = 2
) -> Iterator[tuple[float, Picture]]:
    """About `fps` pictures a second as (time s, RGB uint8 height x width x 3), in order of time.

    Upright (rotation honoured), square pixels, longer side at most 1280. Damaged frames are left out. `progress` gets
    the media seconds done. Raises NothingToAnalyse without a moving picture, and the failures of opening.
    """
    name = name or Path(path).name
    with opened(path, name) as recording:
        stream = recording.video
        if stream is None:
            raise NothingToAnalyse(name=name)
        context = stream.codec_context
        context.thread_type, context.thread_count = "AUTO", threads
        context.options = {"max_pixels": str(MAX_PIXELS)}
        source_fps = next((s.fps for s in info.streams if s.kind == "video"), None) or 25.0
        if source_fps >= _SKIP_FACTOR * fps:
            context.skip_frame = "NONREF"
        yield from _sampled(recording, stream, fps, info.duration, progress)


@dataclass
class _Sieve:
    """Lets the first frame at or after each tick of 1 / fps pass."""

    fps: float
    tick: int = 0

    def passes(self, time_s: float) -> bool:
        if time_s < self.tick / self.fps - 1e-4:
            return False
        self.tick = int(np.floor(time_s * self.fps + 1e-3)) + 1
        return True


def _sampled(
    recording: Recording, stream: VideoStream, fps: float, duration: float, progress: Progress
) -> Iterator[tuple[float, Picture]]:
    context = stream.codec_context
    sieve, last = _Sieve(fps), -1.0
    for frame in _decoded(recording, stream):
        if frame.pts is None or frame.is_corrupt:
            continue
        time_s = recording.time_of(frame.pts, frame)
        if time_s < 0 or time_s <= last or time_s > duration + 1 / fps or not sieve.passes(time_s):
            continue
        if last >= 0 and time_s - last > 1.6 / fps:
            context.skip_frame = "DEFAULT"  # this file marks too many frames as unneeded
        last = time_s
        yield time_s, upright(frame, _stretch(stream))
        progress(time_s)
    progress(duration)


def _decoded(recording: Recording, stream: VideoStream) -> Iterator[VideoFrame]:
    """All frames that decode; a damaged packet costs its own frames only."""
    try:
        for packet in recording.container.demux(stream):
            try:
                found = packet.decode()
            except av.FFmpegError:
                continue
            for frame in found:
                if isinstance(frame, VideoFrame) and 0 < frame.width * frame.height <= MAX_PIXELS:
                    yield frame
    except av.FFmpegError:
        return


def _stretch(stream: VideoStream) -> float:
    """Width over height of one pixel; 1 where the file says nothing believable."""
    aspect = stream.sample_aspect_ratio
    return float(aspect) if aspect and 0.2 < float(aspect) < 5 else 1.0


def upright(frame: VideoFrame, stretch: float = 1.0, max_side: int = MAX_SIDE) -> Picture:
    """A frame as RGB with square pixels, rotated as the file says, scaled down to `max_side`.

    `stretch` is the width over height of one pixel.
    """
    width, height = frame.width * max(stretch, 1.0), frame.height / min(stretch, 1.0)
    scale = min(1.0, max_side / max(width, height))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    picture = np.asarray(
        frame.to_ndarray(format="rgb24", width=size[0], height=size[1], interpolation="BILINEAR"), np.uint8
    )
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def thumbnail(path: str | Path, out: str | Path, info: MediaInfo, name: str = "") -> None:
    """Write a JPEG, 320 wide, of the first picture that is neither black nor blank, a tenth into the recording.

    Raises NothingToAnalyse without a moving picture, MediaUnreadable where none decodes.
    """
    name = name or Path(path).name
    with opened(path, name) as recording:
        stream = recording.video
        if stream is None:
            raise NothingToAnalyse(name=name)
        picture = _first_telling(recording, stream, info.duration * _THUMBNAIL_AT_SHARE)
    if picture is None:
        raise MediaUnreadable(name=name)
    height = max(1, round(picture.shape[0] * THUMBNAIL_WIDTH / picture.shape[1]))
    small = cv2.resize(picture, (THUMBNAIL_WIDTH, height), interpolation=cv2.INTER_AREA)
    done, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _THUMBNAIL_QUALITY])
    if not done:
        raise MediaUnreadable(name=name)
    part = Path(out).with_name(f"part-{Path(out).name}")
    part.write_bytes(jpeg.tobytes())
    os.replace(part, out)


def _first_telling(recording: Recording, stream: VideoStream, at_s: float) -> Picture | None:
    with suppress(av.FFmpegError):  # no index: from the beginning then
        recording.container.seek(round((at_s + recording.origin_s) * av.time_base))
    best: Picture | None = None
    for tried, frame in enumerate(_decoded(recording, stream)):
        picture = upright(frame, _stretch(stream), 640)
        if best is None or picture.std() > best.std():
            best = picture
        if picture.std() > 20 or tried >= _THUMBNAIL_TRIES:
            break
    return best
