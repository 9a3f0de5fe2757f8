"""A stretch of a recording as a file of its own, encoded anew, so that it begins and ends exactly where it should.

The codecs are those that a commercial product may ship with: VP9 and Opus in WebM, FLAC for sound alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.frame import Frame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.disk import writing
from analysis.failures import MediaUnreadable, NothingToAnalyse
from analysis.media.opening import MAX_PIXELS, Recording, opened
from analysis.media.pictures import MAX_SIDE, Converter, Picture, pixel_shape
from analysis.media.writing_out import container

Progress = Callable[[float], None]
Samples = NDArray[np.int16]

TICKS = 1000
"""Times of pictures are whole milliseconds, as in the container."""
RUN_UP_S = 1.0
"""Decoding begins so long before the stretch: sound decoders need a moment until they are right."""
DRIFT_S = 0.06
"""Sound may be so far off its timestamps before they win; containers round them to milliseconds or frames."""
OPUS_RATE = 48_000
KEY_S = 2.0
TOLD_EVERY_S = 0.25
VP9 = {"crf": "31", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1", "lag-in-frames": "0"}
"""Constant quality, at about real time or better for a call's picture on two cores."""
BT709, LIMITED = 1, 1
"""FFmpeg's numbers for the colours that players take a picture of this size to have."""
_THREADS = 2


def clip(
    path: str | Path, out: str | Path, start: float, end: float, progress: Progress, name: str = "", *,
    picture: bool = True, sound: bool = True,
) -> tuple[bool, bool]:  # fmt: skip
    """Write [start, end) (s, on the document's clock) of a recording to `out`; gives whether it has picture and sound.

    WebM where there is a picture, FLAC where there is sound alone. Its first picture is the one that is shown at
    `start`; pictures keep their times and are at most `MAX_SIDE` large, upright. Of several sound streams it is the
    first, as the window plays and the analysis hears it. `picture`, `sound`: whether the clip may have them.
    `progress` gets the seconds of the stretch that are done. Raises NothingToAnalyse where nothing is left,
    MediaUnreadable where nothing in the stretch decodes, DiskFull, FolderNotWritable, and the failures of opening.
    """
    out, name = Path(out), name or Path(path).name
    with opened(path, name) as recording:
        video = recording.video if picture else None
        audio = recording.audio[0] if sound and recording.audio else None
        if video is None and audio is None:
            raise NothingToAnalyse(name=name)
        with known(out.parent, name):
            with container(out, "webm" if video is not None else "flac") as target:
                tracks = _tracks(recording, target, video, audio, start, end - start)
                _carry(recording, tracks, start, progress)
            if not any(track.done for track in tracks.values()):
                raise MediaUnreadable(name=name)
    return video is not None, audio is not None


@contextmanager
def known(folder: Path, name: str) -> Iterator[None]:
    with writing(folder):
        try:
            yield
        except av.FFmpegError as error:
            raise MediaUnreadable(name=name) from error


def _tracks(
    recording: Recording, target: OutputContainer, video: VideoStream | None, audio: AudioStream | None, start: float,
    length: float,
) -> dict[int, Track]:  # fmt: skip
    """What writes each stream of the recording, by the stream's index."""
    tracks: dict[int, Track] = {}
    if video is not None:
        video.codec_context.thread_type, video.codec_context.thread_count = "AUTO", _THREADS
        video.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        tracks[video.index] = Pictured(target, video, first_picture(recording, video, start), length)
    if audio is not None:
        tracks[audio.index] = Sounded(target, audio, length, lossless=video is None)
    target.start_encoding()
    return tracks


def first_picture(recording: Recording, video: VideoStream, start: float) -> Picture:
    """Some picture near the stretch: what it measures when it stands upright is known only once one is decoded."""
    _go(recording, start)
    converter = Converter()
    for _, frame in decoded(recording, [video]):
        if isinstance(frame, VideoFrame) and 0 < frame.width * frame.height <= MAX_PIXELS:
            return converter.upright(frame, pixel_shape(video), MAX_SIDE)
    raise av.error.InvalidDataError(0, "no picture decodes")


def _go(recording: Recording, start: float) -> None:
    """To shortly before the stretch; where the file has no index, to its beginning."""
    for time_s in (max(0.0, start - RUN_UP_S), 0.0):
        with suppress(av.FFmpegError):
            recording.container.seek(round((time_s + recording.origin_s) * av.time_base))
            return


def _carry(recording: Recording, tracks: dict[int, Track], start: float, progress: Progress) -> None:
    """Decode from shortly before the stretch until every track is through."""
    _go(recording, start)
    told = 0.0
    for index, frame in decoded(recording, [recording.container.streams[index] for index in tracks]):
        time_s = None if frame.pts is None else recording.time_of(frame.pts, frame) - start
        tracks[index].take(frame, time_s)
        if all(track.through for track in tracks.values()):
            break
        done = min(track.done for track in tracks.values())
        if done - told >= TOLD_EVERY_S:
            told = done
            progress(done)
    for track in tracks.values():
        track.finish()


def decoded(recording: Recording, streams: Sequence[Stream]) -> Iterator[tuple[int, Frame]]:
    """All frames of these streams that decode, each with its stream's index; damage costs its own frames only."""
    try:
        for packet in recording.container.demux(*streams):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                if isinstance(frame, VideoFrame | AudioFrame):
                    yield packet.stream.index, frame
    except av.FFmpegError:
        return


class Track(Protocol):
    """One stream of the clip. Times are seconds of the clip, negative before it begins."""

    done: float
    """Up to where something of the recording was written."""
    through: bool
    """Whether the recording has gone past the end of the clip."""

    def take(self, frame: Frame, time_s: float | None) -> None:
        """The recording's next frame, with its time where it has one."""

    def finish(self) -> None:
        """Write what is still held back."""


class Pictured:
    """Writes each picture once it is known until when it is shown; so the clip ends when it should."""

    def __init__(self, target: OutputContainer, source: VideoStream, first: Picture, length: float) -> None:
        self._target, self._length, self._shape = target, length, pixel_shape(source)
        self._converter = Converter()
        self._held: tuple[VideoFrame, float] | None = None
        self._lasting: dict[int, int] = {}
        self.done, self.through = 0.0, False
        rate = source.average_rate or Fraction(25)
        self._stream = target.add_stream("libvpx-vp9", rate=rate, options=VP9)
        self._stream.height, self._stream.width = first.shape[:2]
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = Fraction(1, TICKS)
        context.gop_size = max(1, round(KEY_S * rate))
        context.thread_count = _THREADS
        context.colorspace, context.color_range = BT709, LIMITED

    def take(self, frame: Frame, time_s: float | None) -> None:
        """A picture of the recording: it ends the one before."""
        if not isinstance(frame, VideoFrame) or time_s is None or frame.is_corrupt or self.through:
            return
        self._write(min(time_s, self._length))
        self.through = _tick(time_s) >= _tick(self._length)
        self._held = None if self.through else (frame, time_s)

    def finish(self) -> None:
        """The last picture is shown up to the end."""
        self._write(self._length)
        self._mux(self._stream.encode(None))

    def _write(self, until: float) -> None:
        held, self._held = self._held, None
        if held is None or _tick(until) <= max(0, _tick(held[1])):
            return
        at = max(0, _tick(held[1]))
        rgb = VideoFrame.from_ndarray(self._converter.upright(held[0], self._shape, MAX_SIDE), format="rgb24")
        size = self._stream.width, self._stream.height
        picture = rgb.reformat(*size, format="yuv420p", dst_colorspace="ITU709")
        picture.pts, picture.time_base = at, Fraction(1, TICKS)
        self._lasting[at] = picture.duration = _tick(until) - at
        self.done = until
        self._mux(self._stream.encode(picture))

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            packet.duration = self._lasting.pop(packet.pts or 0, packet.duration or 0)
            self._target.mux(packet)


class Sounded:
    """Writes sound sample by sample on the clip's clock: gaps are silence, what overlaps is heard once.

    Of the stretches `silent` (start, end in s) nothing is heard.
    """

    def __init__(
        self, target: OutputContainer, source: AudioStream, length: float, *, lossless: bool,
        silent: Sequence[tuple[float, float]] = (),
    ) -> None:  # fmt: skip
        self._target = target
        self._rate = source.codec_context.sample_rate if lossless else OPUS_RATE
        self._layout = "mono" if source.codec_context.channels == 1 else "stereo"
        self._stream = target.add_stream("flac" if lossless else "libopus", rate=self._rate, layout=self._layout)
        self._total = round(length * self._rate)
        self._silent = [(math.floor(start * self._rate), math.ceil(end * self._rate)) for start, end in silent]
        self._next: int | None = None
        self._resampler: AudioResampler | None = None
        self._kind: tuple[object, ...] = ()
        self._waiting = np.zeros((0, 1 if self._layout == "mono" else 2), np.int16)
        self._written = self._encoded = 0
        self.done, self.through = 0.0, False

    def take(self, frame: Frame, time_s: float | None) -> None:
        """A frame of the recording; without a time it follows the one before."""
        if not isinstance(frame, AudioFrame) or not (frame.sample_rate and frame.samples) or self.through:
            return
        at = self._next if time_s is None else round(time_s * self._rate)
        if at is None:
            return
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if self._next is None or abs(at - self._next) > DRIFT_S * self._rate or kind != self._kind:
            self._drain()
            self._resampler, self._kind, self._next = AudioResampler("s16", self._layout, self._rate), kind, at
        frame.pts = None
        self._resampled(frame)
        self.through = self._next >= self._total

    def finish(self) -> None:
        """What the recording does not have up to the end is silence."""
        self._drain()
        if self._written:
            self._put(np.zeros((self._total - self._written, self._waiting.shape[1]), np.int16))
        self._encode(last=True)
        self._target.mux(self._stream.encode(None))

    def _drain(self) -> None:
        if self._resampler is not None:
            self._resampled(None)
            self._resampler = None

    def _resampled(self, frame: AudioFrame | None) -> None:
        assert self._resampler is not None
        for part in self._resampler.resample(frame):
            block = np.asarray(part.to_ndarray(), np.int16).reshape(-1, self._waiting.shape[1])
            first, self._next = self._next or 0, (self._next or 0) + len(block)
            self._place(first, block)

    def _place(self, first: int, block: Samples) -> None:
        """Put a block where it belongs: before it silence up to there, of it what is not written and in the clip."""
        block = block[max(0, self._written - first) : max(0, self._total - first)]
        first = max(first, self._written)
        if len(block):
            block = self._silenced(first, block)
            self._put(np.zeros((first - self._written, block.shape[1]), np.int16))
            self._put(block)
            self.done = self._written / self._rate

    def _silenced(self, first: int, block: Samples) -> Samples:
        for start, end in self._silent:
            if start < first + len(block) and first < end:
                block = block.copy()
                block[max(0, start - first) : max(0, end - first)] = 0
        return block

    def _put(self, block: Samples) -> None:
        self._waiting = np.concatenate((self._waiting, block))
        self._written += len(block)
        self._encode()

    def _encode(self, *, last: bool = False) -> None:
        """Hand whole frames to the encoder, the rest too if it is the `last`."""
        size = self._stream.codec_context.frame_size
        while len(self._waiting) >= size or (last and len(self._waiting)):
            block, self._waiting = self._waiting[:size], self._waiting[size:]
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), "s16", self._layout)
            frame.sample_rate, frame.pts, frame.time_base = self._rate, self._encoded, Fraction(1, self._rate)
            self._encoded += len(block)
            self._target.mux(self._stream.encode(frame))


def _tick(time_s: float) -> int:
    return round(time_s * TICKS)
