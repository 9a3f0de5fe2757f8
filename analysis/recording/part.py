"""One part of a recording as it is written: pictures and sound in, the recording and its playable copy out."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
from av.packet import Packet
from av.stream import Stream

from analysis.disk import sync_file
from analysis.document import MediaInfo
from analysis.document import Stream as StreamInfo
from analysis.recording import wire
from analysis.recording.files import GrowingFile, growing, sync_folder
from analysis.recording.lanes import RATE
from analysis.recording.playable import PlayableCopy
from analysis.recording.thumbnails import Thumbnail
from analysis.recording.tracks import TICKS, NotAPicture, PictureTrack, SoundTrack

NS = 1_000_000_000
BEHIND_S = 0.6
"""What was taken so long ago is in the file: a cluster, and what the muxer holds to put packets in order."""


class PartWriter:
    """Writes the two files. Raises OSError where the original cannot be written; it plays none the less."""

    def __init__(self, job: wire.RecordJob) -> None:
        self._job, self._files = job, job.files
        self._copy: PlayableCopy | None = None
        self.original = GrowingFile(Path(job.files.original), self.give_way)
        sync_folder(Path(job.files.original).parent)
        self._growing = growing(self.original)
        sounds = [(n, one) for n, one in enumerate(job.sources) if isinstance(one, wire.SoundSource)]
        pictured = [n for n, one in enumerate(job.sources) if isinstance(one, wire.PictureSource)]
        self._pictures = {
            n: PictureTrack(self._growing, one, shown=n == pictured[0])
            for n, one in enumerate(job.sources)
            if isinstance(one, wire.PictureSource)
        }
        begin = job.from_ns / NS
        self._sound = SoundTrack(self._growing, sounds, begin) if sounds else None
        self._growing.start_encoding()
        self._copy = self._copied()
        self._thumbnail = Thumbnail(begin)
        self._begin, self.at = begin, begin
        self._first = not sounds

    def _copied(self) -> PlayableCopy | None:
        """Of the first picture and the sound; none where there is no room for it."""
        shown = [track.stream for track in self._pictures.values()][:1]
        streams: list[Stream] = [*shown]
        if self._sound is not None:
            streams.append(self._sound.stream)
        with suppress(OSError, av.FFmpegError):
            return PlayableCopy(Path(self._files.playable), streams)
        return None

    @property
    def bytes(self) -> int:
        """Of both files, about."""
        return self.original.bytes * (2 if self._copy else 1)

    @property
    def kept_s(self) -> float:
        """What was taken before that is in the original file, s."""
        known = min(self.at, self._sound.written_s) if self._sound else self.at
        return max(self._begin, known - BEHIND_S)

    def take(self, said: wire.Said, payload: memoryview) -> None:
        """What the parent says next. Raises OSError."""
        at = said.at_ns / NS
        self._take_picture(said, at, payload)
        if self._sound is not None:
            self._write(self._take_sound(self._sound, said, at, payload))
        self.at = max(self.at, at)

    def _take_picture(self, said: wire.Said, at: float, payload: memoryview) -> None:
        if isinstance(said, wire.Shown):
            self._show(said, at, payload)
        elif isinstance(said, wire.Clock):
            for track in self._pictures.values():
                self._write(track.clock(at))
        elif isinstance(said, wire.Gone) and said.source in self._pictures:
            self._pictures[said.source].gone()

    def _take_sound(self, sound: SoundTrack, said: wire.Said, at: float, payload: memoryview) -> Iterable[Packet[Any]]:
        if isinstance(said, wire.Heard):
            return sound.take(said.source, at, np.frombuffer(payload, np.int16, len(payload) // 2))
        if isinstance(said, wire.Cut):
            return sound.cut(at)
        if isinstance(said, wire.Clock):
            return sound.clock(at)
        if isinstance(said, wire.Gone) and said.source not in self._pictures:
            return sound.gone(said.source, at)
        return ()

    def _show(self, said: wire.Shown, at: float, payload: memoryview) -> None:
        """Without sound the first picture is the beginning, so that the file begins at time 0."""
        track = self._pictures[said.source]
        if self._first:
            at, self._first = self._begin, False
        try:
            packets = track.take(at, said, payload)
        except NotAPicture:
            return  # it costs itself only
        self._write(packets)
        if packets and track is next(iter(self._pictures.values())) and track.last is not None:
            self._thumbnail.look(at, track.last)

    def _write(self, packets: Iterable[Packet[Any]]) -> None:
        """Where the disk is full, the copy gives its room to the recording."""
        for packet in packets:
            try:
                if self._copy is not None:
                    self._copy.take(packet)
            except (OSError, av.FFmpegError):
                self.give_way()
            self._growing.mux(packet)

    def give_way(self) -> bool:
        """The copy goes, and gives its room on the disk back. False where it is gone already."""
        copy, self._copy = self._copy, None
        if copy is not None:
            copy.drop()
        return copy is not None

    def finish(self) -> wire.Finished:
        """The end of the recording: both files and what is known of them are whole, and safe. Raises OSError."""
        for track in self._pictures.values():
            self._write(track.finish())
        if self._sound is not None:
            self._write(self._sound.finish(self.at))
        self._growing.close()
        sha256 = self.original.close()
        facts = self._facts(sha256)
        playable = self._copy is not None and self._copy.finish(self.at)
        with suppress(OSError):
            self._note(facts)
        samples = self._sound.samples if self._sound else 0
        pictures = sum(len(track.times) for track in self._pictures.values())
        finished = wire.Finished(sha256, self.original.bytes, facts.duration, pictures, samples, playable)
        sync_folder(Path(self._files.original).parent)
        _put(self._files.finished, msgspec.json.encode(finished))
        return finished

    def abandon(self) -> None:
        """It ends here, and plays up to here."""
        self.give_way()
        with suppress(OSError, av.FFmpegError):
            self._growing.close()
        with suppress(OSError):
            self.original.sync()

    def _note(self, facts: MediaInfo) -> None:
        _put(self._files.facts, msgspec.json.encode(facts))
        times = next((track.times for track in self._pictures.values()), [])
        _put(self._files.frames, msgspec.json.encode(times))
        self._thumbnail.write(Path(self._files.thumbnail))

    def _facts(self, sha256: str) -> MediaInfo:
        """As `analysis.media.probe` finds them: the picture that is shown, then the sound."""
        streams = [_pictured(track, self.at) for track in list(self._pictures.values())[:1] if track.times]
        if self._sound is not None and self._sound.samples:
            streams.append(_sounded(self._sound, self._begin))
        ends = [one.start + (one.duration or 0.0) for one in streams]
        return MediaInfo(sha256, round(max(ends, default=0.0), 3), tuple(streams), None)


def _put(file: str, content: bytes) -> None:
    path = Path(file)
    path.write_bytes(content)
    sync_file(path)


def _pictured(track: PictureTrack, end: float) -> StreamInfo:
    start, last = track.times[0] / TICKS, track.times[-1] / TICKS
    duration = round(max(end, last) - start, 6)
    fps = len(track.times) / duration if duration > 0 else None
    width, height = track.size
    return StreamInfo("video", "vp8", round(start, 6), duration, width=width, height=height, fps=fps)


def _sounded(track: SoundTrack, begin: float) -> StreamInfo:
    length = round(track.samples / RATE, 6)
    return StreamInfo("audio", "opus", round(begin, 6), length, sample_rate=RATE, channels=track.channels)
