"""The copy that the window plays, written beside the recording: with an index, its length, and how long each picture
is shown, as `analysis.media.remux` makes it of an import."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
from av.packet import Packet
from av.stream import Stream

from analysis.disk import sync_file
from analysis.recording.files import seekable

LAST_SHOWN_S = 0.04


class PlayableCopy:
    """Takes the packets that the recording takes. It may be given up at any time."""

    def __init__(self, path: Path, streams: Sequence[Stream]) -> None:
        """Raises OSError, av.FFmpegError."""
        self._path = path
        self._target = seekable(path)
        self._streams = {stream.index: self._target.add_stream_from_template(stream) for stream in streams}
        self._target.start_encoding()
        self._held: dict[int, Packet[Any]] = {}

    def take(self, packet: Packet[Any]) -> None:
        """One packet, left as it is. Raises OSError, av.FFmpegError."""
        stream = self._streams.get(packet.stream_index)
        if stream is None:
            return
        mine = _twin(packet, stream)
        if stream.type != "video":
            self._target.mux(mine)
            return
        before = self._held.get(stream.index)
        self._held[stream.index] = mine
        if before is not None:
            self._show(before, (mine.pts or 0) - (before.pts or 0))

    def finish(self, end: float) -> bool:
        """Whole and safe, the last picture shown until `end` (s). False where it could not be: then there is none."""
        try:
            for held in self._held.values():
                ticks = round(end / held.time_base) - (held.pts or 0)
                self._show(held, max(ticks, round(LAST_SHOWN_S / held.time_base)))
            self._target.close()
            sync_file(self._path)
        except (OSError, av.FFmpegError):
            self.drop()
            return False
        return True

    def drop(self) -> None:
        """It is not wanted any more."""
        with suppress(OSError, av.FFmpegError):
            self._target.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _show(self, packet: Packet[Any], ticks: int) -> None:
        packet.duration = max(1, ticks)
        self._target.mux(packet)


def _twin(packet: Packet[Any], stream: Stream) -> Packet[Any]:
    """A packet of its own for another file: muxing changes the times of the one that it gets."""
    twin: Packet[Any] = Packet(bytes(packet))
    twin.pts, twin.dts, twin.duration = packet.pts, packet.dts, packet.duration
    twin.time_base, twin.is_keyframe, twin.stream = packet.time_base, packet.is_keyframe, stream
    return twin
