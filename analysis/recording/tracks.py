"""The tracks of the file: pictures as VP8, all sound as one Opus track."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.media.opening import LEFT, RIGHT, ROLE, SHOWN
from analysis.recording.lanes import RATE, Lane
from analysis.recording.thumbnails import plane_bytes
from analysis.recording.wire import SOUND_BITS, PictureSource, Shown, SoundSource, bits_of

TICKS = 1000
"""Times of pictures are whole milliseconds, as in the container."""
KEY_S, STILL_S = 2.0, 1.0
ON_ITS_WAY_S = 0.5
"""A picture may have been taken so long before it comes here."""
VP8 = {"deadline": "realtime", "cpu-used": "16", "lag-in-frames": "0", "auto-alt-ref": "0"}
"""The least effort: a tenth of a core for 720p at 25 pictures a second."""
FRAME = 960
"""Samples of 20 ms."""
NEAR = frozenset({"interviewer", "room"})
"""Who sits at this computer; everybody else is far."""
ALONE_LATE_S, BESIDE_LATE_S = 1.2, 0.7
"""Sound that is so late is silence. A lane must not hold up the one beside it for long."""
BT709, LIMITED = 1, 1


class NotAPicture(Exception):
    """What came as a picture is not what it claims to be."""


class PictureTrack:
    """Scales and encodes pictures. `times` = when each began, ms; `last` = the last one as it was encoded."""

    def __init__(self, target: OutputContainer, source: PictureSource, *, shown: bool) -> None:
        self.size = source.width, source.height
        self._scaler = VideoReformatter()
        self.times: list[int] = []
        self.last: VideoFrame | None = None
        self._still, self._key = source.role == "screen", -TICKS * 10
        rate = Fraction(source.fps).limit_denominator(1000)
        options = VP8 | {"b": str(bits_of(source))}
        self.stream: VideoStream = target.add_stream("libvpx", rate=rate, options=options)
        self.stream.width, self.stream.height, self.stream.pix_fmt = source.width, source.height, "yuv420p"
        self.stream.metadata[ROLE] = source.role
        if shown:
            self.stream.metadata[SHOWN] = "1"
        context = self.stream.codec_context
        context.time_base, context.gop_size = Fraction(1, TICKS), 10 * max(1, round(KEY_S * source.fps))
        context.thread_count = 1 if source.width * source.height <= 1280 * 720 else 2
        context.colorspace, context.color_range = BT709, LIMITED

    def take(self, at: float, said: Shown, payload: memoryview) -> list[Packet[VideoStream]]:
        """Encode the picture taken at `at` s; none where its millisecond is taken already.

        Raises NotAPicture.
        """
        tick = round(at * TICKS)
        if self.times and tick <= self.times[-1]:
            return []
        return self._encoded(tick, self._fitted(_frame(said, payload)))

    def clock(self, at: float) -> list[Packet[VideoStream]]:
        """It is `at` s: a screen on which nothing moves gives no pictures, and is shown again."""
        if not self._still or self.last is None:
            return []
        again = self.times[-1] + round(STILL_S * TICKS)
        return self._encoded(again, self.last) if again <= (at - ON_ITS_WAY_S) * TICKS else []

    def gone(self) -> None:
        """The source has vanished: what it showed last is not shown again."""
        self.last = None

    def _encoded(self, tick: int, picture: VideoFrame) -> list[Packet[VideoStream]]:
        """A key frame at least each `KEY_S`, however few pictures come."""
        if tick - self._key >= KEY_S * TICKS:
            picture.pict_type, self._key = PictureType.I, tick
        else:
            picture.pict_type = PictureType.NONE
        picture.pts, picture.time_base = tick, Fraction(1, TICKS)
        self.times.append(tick)
        self.last = picture
        return self.stream.encode(picture)

    def finish(self) -> list[Packet[VideoStream]]:
        """What the encoder still holds."""
        return self.stream.encode(None)

    def _fitted(self, frame: VideoFrame) -> VideoFrame:
        """As large as the track, with black beside it where the shape is another."""
        width, height = self.size
        share = min(width / frame.width, height / frame.height)
        inner = _even(frame.width * share, width), _even(frame.height * share, height)
        made = self._scaler.reformat(
            frame, *inner, "yuv420p", dst_colorspace=_colours(frame), interpolation=Interpolation.FAST_BILINEAR
        )
        return made if inner == self.size else _centred(made, self.size)


def _colours(frame: VideoFrame) -> Colorspace | None:
    """Pictures of red, green and blue become what players take; others stay as the camera made them."""
    return Colorspace.ITU709 if frame.format.is_rgb else None


def _even(value: float, most: int) -> int:
    return min(most, max(2, round(value / 2) * 2))


def _frame(said: Shown, payload: memoryview) -> VideoFrame:
    """The picture's planes as FFmpeg wants them. Raises NotAPicture where they are not what they claim."""
    try:
        frame = VideoFrame(said.width, said.height, said.layout)
    except (ValueError, av.FFmpegError) as error:
        raise NotAPicture(said.layout) from error
    if not len(said.sizes) == len(said.strides) == len(frame.planes):
        raise NotAPicture(said.layout)
    at = 0
    for plane, stride, size in zip(frame.planes, said.strides, said.sizes, strict=True):
        _fill(plane, payload[at : at + size], stride)
        at += size
    return frame


def _fill(plane: av.video.plane.VideoPlane, given: memoryview, stride: int) -> None:
    if stride == plane.line_size and len(given) == plane.buffer_size:
        plane.update(given)  # type: ignore[arg-type]  # it takes any buffer
        return
    rows, row = plane.height, min(stride, plane.line_size)
    if row <= 0 or len(given) < (rows - 1) * stride + row:
        raise NotAPicture(stride)
    target = plane_bytes(plane)[:rows]
    given_rows = np.lib.stride_tricks.as_strided(
        np.frombuffer(given, np.uint8)[: (rows - 1) * stride + row], (rows, row), (stride, 1), writeable=False
    )
    target[:, :row] = given_rows


def _centred(picture: VideoFrame, size: tuple[int, int]) -> VideoFrame:
    whole = VideoFrame(*size, "yuv420p")
    left, top = (size[0] - picture.width) // 4 * 2, (size[1] - picture.height) // 4 * 2
    for number, (plane, given) in enumerate(zip(whole.planes, picture.planes, strict=True)):
        shift = 2 if number else 1
        target = plane_bytes(plane)
        source = plane_bytes(given)[:, : given.width]
        target[:] = 128 if number else 16
        x, y = left // shift, top // shift
        target[y : y + given.height, x : x + given.width] = source[: given.height]
    return whole


class SoundTrack:
    """One lane a source, mixed into one channel; two where somebody near and somebody far have lanes of their own."""

    def __init__(self, target: OutputContainer, sources: Sequence[tuple[int, SoundSource]], begin: float) -> None:
        self._next = round(begin * RATE / FRAME) * FRAME
        self.samples = 0
        self._lanes = {number: Lane(source.rate, source.channels, self._next) for number, source in sources}
        self._sides = _sides(sources)
        self._late = ALONE_LATE_S if len(self._lanes) == 1 else BESIDE_LATE_S
        layout = "stereo" if len(self._sides) == 2 else "mono"
        self.stream: AudioStream = target.add_stream("libopus", rate=RATE, layout=layout)
        self.stream.bit_rate = SOUND_BITS * len(self._sides)
        for name, side in zip((LEFT, RIGHT), self._sides, strict=False):
            roles = [source.role for number, source in sources if number in side]
            self.stream.metadata[name] = "+".join(roles)
        self._layout = layout
        self.channels = len(self._sides)

    @property
    def written_s(self) -> float:
        """Up to when the sound was encoded, s."""
        return self._next / RATE

    def take(self, source: int, at: float, samples: NDArray[np.int16]) -> Iterator[Packet[AudioStream]]:
        """A block of one source, heard at `at` s."""
        self._lanes[source].take(at, samples)
        return self._encoded()

    def clock(self, at: float) -> Iterator[Packet[AudioStream]]:
        """It is `at` s."""
        for lane in self._lanes.values():
            lane.fill(at - self._late)
        return self._encoded()

    def gone(self, source: int, at: float) -> Iterator[Packet[AudioStream]]:
        """A source has vanished: from now on it is silent, until it comes again."""
        self._lanes[source].cut(at)
        return self._encoded()

    def cut(self, at: float) -> Iterator[Packet[AudioStream]]:
        """A pause ended."""
        for lane in self._lanes.values():
            lane.cut(at)
        return self._encoded()

    def finish(self, at: float) -> Iterator[Packet[AudioStream]]:
        """The recording ends at `at` s."""
        for lane in self._lanes.values():
            lane.cut(at)
        yield from self._encoded(last=True)
        yield from self.stream.encode(None)

    def _encoded(self, *, last: bool = False) -> Iterator[Packet[AudioStream]]:
        count = min(lane.end for lane in self._lanes.values()) - self._next
        count = count if last else count // FRAME * FRAME
        if count <= 0:
            return
        given = {number: lane.give(count) for number, lane in self._lanes.items()}
        mixed = np.stack([np.sum([given[number] for number in side], axis=0) for side in self._sides], axis=1)
        whole = np.round(np.clip(mixed, -1, 1 - 2**-15) * 32768).astype(np.int16)
        for first in range(0, count, FRAME):
            yield from self._frame(whole[first : first + FRAME])

    def _frame(self, block: NDArray[np.int16]) -> list[Packet[AudioStream]]:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), "s16", self._layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._next, Fraction(1, RATE)
        self._next += len(block)
        self.samples += len(block)
        return self.stream.encode(frame)


def _sides(sources: Sequence[tuple[int, SoundSource]]) -> list[list[int]]:
    near = [number for number, source in sources if source.role in NEAR]
    far = [number for number, source in sources if source.role not in NEAR]
    return [side for side in (near, far) if side]
