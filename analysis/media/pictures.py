"""Pictures of the recording at a steady pace, upright and no larger than needed, decoded in a thread of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.disk import writing
from analysis.document import Fallback, MediaInfo
from analysis.failures import MediaUnreadable, NothingToAnalyse
from analysis.media.ahead import ahead
from analysis.media.hardware import accelerated, acceleration, gave_out, unsupported
from analysis.media.opening import MAX_PIXELS, Recording, opened

Picture = NDArray[np.uint8]
Timed = tuple[float, Picture]
Progress = Callable[[float], None]

MAX_SIDE = 1280
DETAIL_SIDE = 2560
"""For far faces: of a face that is 60 pixels wide in a 4K picture, 1280 would leave 20 and this leaves 40."""
THUMBNAIL_WIDTH = 320
_AHEAD = 2
"""Pictures that may wait for the models: more would only take memory."""
_THUMBNAIL_QUALITY = 82
_THUMBNAIL_AT_SHARE = 0.1
_THUMBNAIL_TRIES = 40
_SKIP_FACTOR = 3.0
"""Frames that no other frame needs are not even decoded where the file has this many times more than are asked for."""

_UNSMOOTHED = "bidir"
"""Frames whose block edges the decoder leaves as they are: those between two others, of which hardly any is shown and
nothing that they lack gets far. A sixth less decoding; landmarks move by 0.02 % of the face. Of all frames it would be
a third, and what is lacking would add up until the next key frame, minutes away in recorded calls."""


class _GaveOut(Exception):
    """The graphics chip cannot go on with this recording. Never leaves this module."""


class Pictures:
    """About `fps` pictures a second as (time s, RGB uint8 height x width x 3), in order of time. Iterate once.

    Upright (rotation honoured), square pixels, longer side at most `max_side`. Damaged frames are left out. `progress`
    gets the media seconds done. A graphics chip decodes where `device` is "auto" or "cuda" and one is there; `fallback`
    says, once the pictures are through, why it was the processor after all. Iterating raises NothingToAnalyse without a
    moving picture, and the failures of opening.
    """

    def __init__(
        self, path: str | Path, info: MediaInfo, fps: float, progress: Progress, name: str = "", threads: int = 2,
        device: str = "cpu",
    ) -> None:  # fmt: skip
        self.max_side = MAX_SIDE
        """May be changed on the way; pictures that are decoded already keep their size."""
        self.fallback: Fallback | None = None
        self._path, self._info, self._fps, self._progress = path, info, fps, progress
        self._name, self._threads, self._device = name or Path(path).name, threads, device

    def __iter__(self) -> Iterator[Timed]:
        for time_s, picture in ahead(self._decoded, _AHEAD, "decoder"):
            yield time_s, picture
            self._progress(time_s)
        self._progress(self._info.duration)

    def _decoded(self) -> Iterator[Timed]:
        """On the chip as far as it gets, then on the processor from there."""
        codec = next((stream.codec for stream in self._info.streams if stream.kind == "video"), "")
        way, self.fallback = accelerated(self._device, codec)
        last = -1.0
        if way is not None:
            try:
                for time_s, picture in self._attempt(way, last):
                    last = time_s
                    yield time_s, picture
            except (_GaveOut, MediaUnreadable):
                self.fallback = gave_out(way)
            else:
                return
        yield from self._attempt(None, last)

    def _attempt(self, way: str | None, last: float) -> Iterator[Timed]:
        """The pictures after time `last`, decoded the way that FFmpeg calls `way`, None for the processor."""
        with opened(self._path, self._name, acceleration(way) if way else None) as recording:
            stream = recording.video
            if stream is None:
                raise NothingToAnalyse(name=self._name)
            context = stream.codec_context
            context.thread_type, context.thread_count = "AUTO", 1 if way else self._threads
            context.options = {"max_pixels": str(MAX_PIXELS), "skip_loop_filter": _UNSMOOTHED}
            source_fps = next((s.fps for s in self._info.streams if s.kind == "video"), None) or 25.0
            if source_fps >= _SKIP_FACTOR * self._fps:
                context.skip_frame = "NONREF"
            yield from self._sampled(recording, stream, way, last)

    def _sampled(self, recording: Recording, stream: VideoStream, way: str | None, last: float) -> Iterator[Timed]:
        sieve, converter, stretch = _Sieve(self._fps, last), Converter(), pixel_shape(stream)
        end = self._info.duration + 1 / self._fps
        for frame in _frames(recording, stream, strict=way is not None):
            if frame.pts is None or frame.is_corrupt:
                continue
            time_s = recording.time_of(frame.pts, frame)
            if time_s < 0 or time_s > end or not sieve.passes(time_s):
                continue
            if sieve.skipped:
                stream.codec_context.skip_frame = "DEFAULT"  # this file marks too many frames as unneeded
            if way is not None and frame.format.components:  # a picture on the chip has none that can be read
                self.fallback = unsupported(way)
            yield time_s, converter.upright(frame, stretch, self.max_side)


def frames(
    path: str | Path, info: MediaInfo, fps: float, progress: Progress, name: str = "", threads: int = 2
) -> Iterator[Timed]:
    """The pictures of a recording, decoded on the processor; see `Pictures`."""
    return iter(Pictures(path, info, fps, progress, name, threads))


class _Sieve:
    """Lets the first frame at or after each tick of 1 / fps pass; frames up to the time `last` are behind it.

    `skipped` tells whether more than half a tick was lost between the last two that passed.
    """

    def __init__(self, fps: float, last: float) -> None:
        self._fps, self._last, self._tick = fps, last, self._after(fps, last)
        self.skipped = False

    def passes(self, time_s: float) -> bool:
        if time_s <= self._last or time_s < self._tick / self._fps - 1e-4:
            return False
        self.skipped = self._last >= 0 and time_s - self._last > 1.6 / self._fps
        self._tick, self._last = self._after(self._fps, time_s), time_s
        return True

    @staticmethod
    def _after(fps: float, time_s: float) -> int:
        return int(np.floor(time_s * fps + 1e-3)) + 1 if time_s >= 0 else 0


def _frames(recording: Recording, stream: VideoStream, strict: bool = False) -> Iterator[VideoFrame]:
    """All frames that decode; a damaged packet costs its own frames only, or raises _GaveOut if `strict`."""
    try:
        for packet in recording.container.demux(stream):
            try:
                found = packet.decode()
            except av.FFmpegError as error:
                if strict:
                    raise _GaveOut from error
                continue
            for frame in found:
                if isinstance(frame, VideoFrame) and 0 < frame.width * frame.height <= MAX_PIXELS:
                    yield frame
    except av.FFmpegError:
        return


def pixel_shape(stream: VideoStream) -> float:
    """Width over height of one pixel; 1 where the file says nothing believable."""
    aspect = stream.sample_aspect_ratio
    return float(aspect) if aspect and 0.2 < float(aspect) < 5 else 1.0


class Converter:
    """Scales and converts in one step of swscale, with tables that are kept from picture to picture."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def upright(self, frame: VideoFrame, stretch: float, max_side: int) -> Picture:
        """A frame as RGB with square pixels, rotated as the file says, scaled down to `max_side`.

        `stretch` is the width over height of one pixel. Shrinking averages: of 4K, bilinear would read every other
        pixel, at more than half as much time again.
        """
        width, height = frame.width * max(stretch, 1.0), frame.height / min(stretch, 1.0)
        scale = min(1.0, max_side / max(width, height))
        size = max(2, round(width * scale)), max(2, round(height * scale))
        kind = "AREA" if size[0] <= frame.width and size[1] <= frame.height else "BILINEAR"
        small = self._reformatter.reformat(frame, *size, format="rgb24", interpolation=kind, threads=1)
        picture = np.asarray(small.to_ndarray(), np.uint8)
        turns = round(frame.rotation / 90) % 4
        return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def thumbnail(path: str | Path, out: str | Path, info: MediaInfo, name: str = "") -> None:
    """Write a JPEG, 320 wide, of the first picture that is neither black nor blank, a tenth into the recording.

    Raises NothingToAnalyse without a moving picture, MediaUnreadable where none decodes, DiskFull, FolderNotWritable.
    """
    out, name = Path(out), name or Path(path).name
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
    part = out.with_name(f"part-{out.name}")
    try:
        with writing(out.parent):
            part.write_bytes(jpeg.tobytes())
            os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)


def _first_telling(recording: Recording, stream: VideoStream, at_s: float) -> Picture | None:
    with suppress(av.FFmpegError):  # no index: from the beginning then
        recording.container.seek(round((at_s + recording.origin_s) * av.time_base))
    converter, best = Converter(), None
    for tried, frame in enumerate(_frames(recording, stream)):
        picture = converter.upright(frame, pixel_shape(stream), 640)
        if best is None or picture.std() > best.std():
            best = picture
        if picture.std() > 20 or tried >= _THUMBNAIL_TRIES:
            break
    return best
