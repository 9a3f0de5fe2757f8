"""Opening a recording so that it can do no harm: one demuxer, one file, bounded pictures, one clock."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import av
from av.audio.stream import AudioStream
from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from analysis.failures import MediaTooLarge, MediaUnreadable
from analysis.media.sniffing import container_of

MAX_PIXELS = 40_000_000
"""A picture beyond 40 megapixels is no interview; decoding one would take hundreds of megabytes."""

MAX_DURATION_S = 12 * 3600.0
"""A claimed length beyond 12 hours is refused."""

SHOWN = "MIANJIAN_SHOWN"
"""Marks the picture that is shown of a recording that has several."""
ROLE = "MIANJIAN_ROLE"
"""What a picture of a recording of this program shows: camera or screen."""
LEFT, RIGHT = "MIANJIAN_LEFT", "MIANJIAN_RIGHT"
"""Tell of the sound of a recording of this program whom its sides hear: each has a microphone of its own."""

_BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True)
class Recording:
    """An open file. `origin_s` = the earliest timestamp of its sound and picture in the file's own time."""

    container: InputContainer
    origin_s: float

    @property
    def audio(self) -> list[AudioStream]:
        """The sound streams that can be decoded, in the file's order."""
        return [stream for stream in self.container.streams.audio if _usable(stream)]

    @property
    def video(self) -> VideoStream | None:
        """The moving picture that this program recorded as the one to show, else the one with the most pixels.

        None where there is none (a cover picture is none).
        """
        return max(self.videos, key=lambda one: (SHOWN in one.metadata, one.width * one.height), default=None)

    @property
    def videos(self) -> list[VideoStream]:
        """All moving pictures that can be decoded, in the file's order."""
        return [stream for stream in self.container.streams.video if _usable(stream) and stream.width and stream.height]

    def time_of(self, pts: int, stream: Any) -> float:
        """Seconds on the document's clock of a timestamp of this stream (a packet, frame or stream time base)."""
        return float(pts * stream.time_base) - self.origin_s


def _usable(stream: Stream) -> bool:
    """Whether it can be decoded and is no cover picture."""
    return stream.codec_context is not None and not stream.disposition & Disposition.attached_pic


def _no_other_file(url: str, _flags: int, _options: dict[str, str]) -> NoReturn:
    """Whatever a demuxer wants to open beside the recording does not exist for it."""
    raise FileNotFoundError(errno.ENOENT, "other files are not opened", url)


@contextmanager
def opened(path: str | Path, name: str, hwaccel: HWAccel | None = None) -> Iterator[Recording]:
    """Open a recording for reading and close it afterwards.

    The demuxer is chosen by content and given explicitly; the file is handed over as a stream and every further
    request for a file is refused. Pictures above MAX_PIXELS are refused by their headers, before a decoder allocates.
    With `hwaccel` its pictures are decoded on that device as far as it can.
    Raises MediaMissing, MediaEmpty, MediaRefused, MediaUnreadable, MediaTooLarge.
    """
    path = Path(path)
    demuxer = container_of(path, name)
    with _container(path, name, demuxer, {"max_pixels": str(MAX_PIXELS)}, hwaccel) as container:
        _refuse_oversize(container, name, lambda: _claimed_sizes(path, name, demuxer))
        yield Recording(container, _origin(container))


@contextmanager
def _container(
    path: Path, name: str, demuxer: str, options: dict[str, str], hwaccel: HWAccel | None = None
) -> Iterator[InputContainer]:
    """`options` go to the decoders that FFmpeg uses to learn about the streams."""
    with path.open("rb") as file:
        try:
            container = av.open(
                file,
                "r",
                format=demuxer,
                options={"threads": "1", **options},
                container_options={"format_whitelist": _whitelist(demuxer), "protocol_whitelist": "file"},
                metadata_errors="replace",
                buffer_size=_BUFFER_BYTES,
                io_open=_no_other_file,
                hwaccel=hwaccel,
            )
        except av.FFmpegError as error:
            raise MediaUnreadable(name=name) from error
        with container:
            yield container


def _claimed_sizes(path: Path, name: str, demuxer: str) -> list[tuple[int, int]]:
    """Picture sizes as the headers claim them, with decoders that decode nothing."""
    with _container(path, name, demuxer, {"skip_frame": "all"}) as container:
        return [(stream.width, stream.height) for stream in container.streams.video]


def _whitelist(demuxer: str) -> str:
    """FFmpeg compares the whitelist with the demuxer's full list of names."""
    return {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}.get(demuxer, demuxer)


def _refuse_oversize(container: InputContainer, name: str, claimed: Callable[[], list[tuple[int, int]]]) -> None:
    """A decoder that refused a picture leaves its size at 0; only then the headers are asked again."""
    sizes = [(stream.width, stream.height) for stream in container.streams.video]
    if any(width * height == 0 for width, height in sizes):
        sizes = claimed()
    for width, height in sizes:
        if width * height > MAX_PIXELS:
            raise MediaTooLarge(name=name, what=f"{width} × {height}")
    if container.duration is not None and container.duration / av.time_base > MAX_DURATION_S:
        raise MediaTooLarge(name=name, what=f"{container.duration / av.time_base / 3600:.0f} h")


def _origin(container: InputContainer) -> float:
    starts = [
        float(stream.start_time * stream.time_base)
        for stream in (*container.streams.video, *container.streams.audio)
        if _usable(stream) and stream.start_time is not None and stream.time_base
    ]
    return min(starts, default=0.0)
