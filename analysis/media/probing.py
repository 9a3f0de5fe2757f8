"""What a file is: its hash, its streams, and how long it really is."""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analysis.document import MediaInfo, Stream
from analysis.failures import MediaMissing, MediaUnreadable
from analysis.media.opening import MAX_DURATION_S, Recording, opened

GAP_LIMIT_S = 600.0
"""No recording is without a single packet for ten minutes; what a header places after such a gap is not believed."""

HONEST = ("mov", "matroska", "wav", "flac", "avi")
"""Demuxers of formats whose header states the length; elsewhere it is an estimate."""
LACK_S, LACK_SHARE = 3.0, 0.02
"""A file that lacks more than both of these of what its header states is cut short."""

_HASH_BLOCK = 1 << 20


def probe(path: str | Path, name: str) -> MediaInfo:
    """Look at a file without decoding it: hash, streams, and the length that its packets really cover.

    Header lengths are not believed: all packets are read once (which costs no more than the hash does).
    `name` is what the person calls the file. Raises the failures of `opened`, and MediaUnreadable where no stream of
    sound or picture has a packet.
    """
    path = Path(path)
    with opened(path, name) as recording:
        tallies = _read_packets(recording)
        stated = _stated_s(recording)
        streams = tuple(
            _describe(stream, tallies[stream.index]) for stream in _kept(recording) if tallies[stream.index].n
        )
    if not streams:
        raise MediaUnreadable(name=name)
    ends = [stream.start + (stream.duration or 0.0) for stream in streams]
    duration = round(max(ends), 3)
    is_cut = stated is not None and stated - duration > max(LACK_S, LACK_SHARE * stated)
    return MediaInfo(_sha256(path, name), duration, streams, round(stated, 3) if stated and is_cut else None)


def _stated_s(recording: Recording) -> float | None:
    """The length that the header states, where the format has such a header."""
    container = recording.container
    if container.duration is None or container.format.name.split(",")[0] not in HONEST:
        return None
    return float(container.duration / av.time_base)


@dataclass(frozen=True)
class _Tally:
    """What the packets of one stream say: how many, and from when to when (s)."""

    n: int = 0
    start: float = 0.0
    end: float = 0.0


def _kept(recording: Recording) -> list[VideoStream | AudioStream]:
    video = [recording.video] if recording.video is not None else []
    return [*video, *recording.audio]


def _read_packets(recording: Recording) -> dict[int, _Tally]:
    """Count every stream's packets up to the first gap that no recording has."""
    kept = _kept(recording)
    spans: dict[int, array[float]] = {stream.index: array("d") for stream in kept}
    try:
        for packet in recording.container.demux(kept):
            if packet.pts is not None and packet.size and not packet.is_discard:
                start = recording.time_of(packet.pts, packet)
                length = float((packet.duration or 0) * packet.time_base)
                if -1.0 <= start <= MAX_DURATION_S:
                    spans[packet.stream_index].extend((start, min(length, GAP_LIMIT_S)))
    except av.FFmpegError:
        pass  # a damaged end: what came before it counts
    tables = {index: np.frombuffer(one, dtype=np.float64).reshape(-1, 2) for index, one in spans.items()}
    limit = _believed_end(np.concatenate([table[:, 0] for table in tables.values()])) if tables else 0.0
    return {index: _tally(table, limit) for index, table in tables.items()}


def _believed_end(starts: NDArray[np.float64]) -> float:
    """The last packet's time before the first gap of GAP_LIMIT_S over all streams together."""
    if not len(starts):
        return 0.0
    starts = np.sort(starts)
    gaps = np.flatnonzero(np.diff(starts) > GAP_LIMIT_S)
    return float(starts[gaps[0]] if len(gaps) else starts[-1])


def _tally(table: NDArray[np.float64], limit: float) -> _Tally:
    """Sum up a stream's packets (start, length); the last one is no longer than packets of this stream usually are."""
    table = table[table[:, 0] <= limit]
    if not len(table):
        return _Tally()
    table = table[np.argsort(table[:, 0], kind="stable")]
    starts, last = table[:, 0], float(table[-1, 1])
    if len(starts) > 2:
        usual = float(np.median(np.diff(starts)))
        last = min(last or usual, max(4 * usual, 0.5))
    return _Tally(len(starts), max(0.0, float(starts[0])), float(starts[-1]) + last)


def _describe(stream: VideoStream | AudioStream, tally: _Tally) -> Stream:
    start = round(tally.start, 6)
    duration = round(max(0.0, tally.end - tally.start), 6)
    codec = stream.codec_context.name
    if isinstance(stream, VideoStream):
        fps = tally.n / duration if duration > 0 else None
        return Stream("video", codec, start, duration, width=stream.width, height=stream.height, fps=fps)
    context = stream.codec_context
    return Stream("audio", codec, start, duration, sample_rate=context.sample_rate, channels=context.channels)


def _sha256(path: Path, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_HASH_BLOCK):
                digest.update(block)
    except OSError as error:
        raise MediaMissing(name=name) from error
    return digest.hexdigest()
