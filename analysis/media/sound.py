"""The recording's sound as one 16 kHz file of samples on the document's clock, decoded in bounded memory."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from analysis.document import MediaInfo, Span
from analysis.failures import DiskFull, FolderNotWritable, NothingToAnalyse
from analysis.media.opening import Recording, opened
from analysis.media.sides import SideMeter
from analysis.media.stretches import outside, own_microphones

SAMPLE_RATE = 16_000
Progress = Callable[[float], None]
Samples = NDArray[np.int16]

_DRIFT_S = 0.06
"""Timestamps may be this far off the sample count before they win; containers round them to milliseconds or frames."""

_SILENCE_BLOCK = SAMPLE_RATE * 10
_REPORT_EVERY_S = 5.0


@dataclass(frozen=True)
class SoundFile:
    """Mono samples at 16 kHz: sample i is at i / 16000 s of the document. Gaps and a late start are silence.

    `sides` holds the two channels of a stereo recording as sounds of their own, where they truly differ (one
    microphone for each person), else it is empty; `shared` the stretches in which all have one microphone all the same.
    """

    samples: Samples
    sides: tuple[SoundFile, ...] = field(default=(), repr=False)
    shared: tuple[Span, ...] = ()

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE

    def slice(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """The samples of [start_s, end_s) as float32 in -1..1, cut at the ends of the recording."""
        first = max(0, round(start_s * SAMPLE_RATE))
        last = min(len(self.samples), round(end_s * SAMPLE_RATE))
        return self._read(first, max(first, last)).astype(np.float32) / np.float32(32768)

    def _read(self, first: int, last: int) -> Samples:
        """Read from the file and not through the map, whose pages would count as this process's memory for ever."""
        if isinstance(self.samples, np.memmap):
            return np.fromfile(str(self.samples.filename), np.int16, last - first, offset=2 * first)
        return self.samples[first:last]

    def channel(self, number: int) -> SoundFile:
        """Channel 0 or 1 of a recording with truly different channels; IndexError otherwise."""
        return self.sides[number]

    @classmethod
    def extract(
        cls, path: str | Path, info: MediaInfo, folder: str | Path, progress: Progress, name: str = ""
    ) -> SoundFile:
        """Decode the first sound stream into `folder`, made below an existing one where needed, and map it.

        Damaged packets become silence. Needs a few megabytes of memory, and 32 kB of disk a second (three times that
        for a stereo file while it runs). `progress` gets the media seconds done. Raises NothingToAnalyse without
        a sound stream, DiskFull, FolderNotWritable, and the failures of opening.
        """
        folder, name = Path(folder), name or Path(path).name
        with opened(path, name) as recording:
            if not recording.audio:
                raise NothingToAnalyse(name=name)
            try:
                return _extract(recording, recording.audio[0], info, folder, progress)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise DiskFull(folder=str(folder)) from error
                raise FolderNotWritable(folder=str(folder)) from error


def read_clip(path: str | Path, max_s: float, name: str = "") -> SoundFile:
    """Decode at most the first `max_s` seconds of sound into memory, for short clips that need no file.

    Raises NothingToAnalyse without a sound stream, and the failures of opening.
    """
    name = name or Path(path).name
    with opened(path, name) as recording:
        if not recording.audio:
            raise NothingToAnalyse(name=name)
        parts, wanted = [np.zeros(0, np.int16)], int(max_s * SAMPLE_RATE)
        for _, block in _blocks(recording, recording.audio[0], stereo=False):
            parts.append(block[:, 0])
            wanted -= len(block)
            if wanted <= 0:
                break
    return SoundFile(np.concatenate(parts)[: int(max_s * SAMPLE_RATE)])


def _extract(recording: Recording, stream: AudioStream, info: MediaInfo, folder: Path, progress: Progress) -> SoundFile:
    folder.mkdir(exist_ok=True)
    stereo = stream.codec_context.channels == 2
    paths = [folder / "sound.pcm"] + [folder / f"sound-{side}.pcm" for side in (0, 1) if stereo]
    meter = SideMeter(SAMPLE_RATE)
    own = own_microphones(stream.metadata, recording.origin_s, info.duration)
    files = [path.open("wb") for path in paths]
    try:
        writer = _Writer(files, meter, round(info.duration * SAMPLE_RATE), progress, own)
        for time_s, block in _blocks(recording, stream, stereo):
            writer.write(time_s, block)
        writer.finish()
    finally:
        for file in files:
            file.close()
    differ = own != () and meter.differ(two_microphones=own is not None)
    sides = tuple(SoundFile(_mapped(path)) for path in paths[1:]) if differ else ()
    if not sides:
        for path in paths[1:]:
            path.unlink()
    return SoundFile(_mapped(paths[0]), sides, outside(own, info.duration) if sides and own else ())


def _mapped(path: Path) -> Samples:
    if path.stat().st_size == 0:
        return np.zeros(0, np.int16)
    return np.memmap(path, dtype=np.int16, mode="r")


@dataclass
class _Writer:
    """Puts blocks of samples (n, channels) at their places in the files: mono first, then each side.

    `own` are the stretches in which the sides are to be compared, None = all of it. `double` samples are still to come
    for a time that is written already: timestamps that jump back do not move sound.
    """

    files: Sequence[BinaryIO]
    meter: SideMeter
    total: int
    progress: Progress
    own: Sequence[Span] | None = None
    position: int = 0
    double: int = 0
    reported_s: float = 0.0

    def write(self, time_s: float | None, block: Samples) -> None:
        """Append a block; a time says where it belongs, None that it follows the one before."""
        if time_s is not None:
            at = round(time_s * SAMPLE_RATE)
            self._silence(min(at, self.total) - self.position)
            self.double = max(0, self.position - at)
        known = min(self.double, len(block))
        self.double -= known
        block = block[known:][: max(0, self.total - self.position)]
        if len(block):
            self._put(block)

    def finish(self) -> None:
        """Fill with silence up to the length of the recording."""
        self._silence(self.total - self.position)
        self.progress(self.total / SAMPLE_RATE)

    def _silence(self, count: int) -> None:
        while count > 0:
            part = min(count, _SILENCE_BLOCK)
            for file in self.files:
                file.write(bytes(2 * part))
            self.position += part
            count -= part

    def _measure(self, block: Samples) -> None:
        if self.own is None:
            self.meter.add(block)
            return
        for span in self.own:
            first, last = (round(at * SAMPLE_RATE) - self.position for at in (span.start, span.end))
            if last > 0 and first < len(block):
                self.meter.add(block[max(0, first) : last])

    def _put(self, block: Samples) -> None:
        if len(self.files) > 1:
            self._measure(block)
            mono = (block.astype(np.int32).sum(axis=1) >> 1).astype(np.int16)
            for side, file in enumerate(self.files[1:]):
                file.write(np.ascontiguousarray(block[:, side]).tobytes())
        else:
            mono = block[:, 0]
        self.files[0].write(np.ascontiguousarray(mono).tobytes())
        self.position += len(block)
        done = self.position / SAMPLE_RATE
        if done - self.reported_s >= _REPORT_EVERY_S:
            self.reported_s = done
            self.progress(done)


def _blocks(recording: Recording, stream: AudioStream, stereo: bool) -> Iterator[tuple[float | None, Samples]]:
    """Resampled blocks (n, 1 or 2 channels), each with its time where it does not simply follow the one before."""
    layout = "stereo" if stereo else "mono"
    resampler: AudioResampler | None = None
    kind: tuple[object, ...] = ()
    expected: float | None = None
    for frame in _decoded(recording, stream):
        time_s = None if frame.pts is None else recording.time_of(frame.pts, frame)
        jump = time_s is not None and (expected is None or abs(time_s - expected) > _DRIFT_S)
        if jump or kind != _kind(frame):
            if resampler is not None:
                yield from ((None, block) for block in _converted(resampler, None))
            resampler, kind = AudioResampler("s16", layout, SAMPLE_RATE), _kind(frame)
            expected = time_s if time_s is not None else (expected or 0.0)
            yield expected, np.zeros((0, 2 if stereo else 1), np.int16)
        frame.pts = None
        assert resampler is not None
        assert expected is not None
        yield from ((None, block) for block in _converted(resampler, frame))
        expected += frame.samples / frame.sample_rate
    if resampler is not None:
        yield from ((None, block) for block in _converted(resampler, None))


def _decoded(recording: Recording, stream: AudioStream) -> Iterator[AudioFrame]:
    """All frames that decode; damage in the middle is skipped, its time stays empty."""
    try:
        for packet in recording.container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                if isinstance(frame, AudioFrame) and frame.sample_rate and frame.samples:
                    yield frame
    except av.FFmpegError:
        return


def _kind(frame: AudioFrame) -> tuple[object, ...]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _converted(resampler: AudioResampler, frame: AudioFrame | None) -> Iterator[Samples]:
    for part in resampler.resample(frame):
        yield np.asarray(part.to_ndarray(), np.int16).reshape(-1, part.layout.nb_channels)
