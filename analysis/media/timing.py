"""When each picture of a recording is shown, read from its packets: nothing is decoded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from analysis.media.opening import MAX_DURATION_S, opened


def frame_times(path: str | Path, name: str = "") -> NDArray[np.int32]:
    """(n,) whole milliseconds at which the pictures begin, rising, each once; none for sound alone.

    Milliseconds are what the playable copy's own clock counts in. A damaged end is left out. Raises the failures of
    `opened`.
    """
    starts: list[float] = []
    with opened(path, name or Path(path).name) as recording:
        stream = recording.video
        if stream is not None:
            with suppress(av.FFmpegError):
                for packet in recording.container.demux(stream):
                    if packet.pts is not None and packet.size and not packet.is_discard:
                        starts.append(recording.time_of(packet.pts, packet))
    times = np.array(starts)
    times = times[(times >= 0) & (times <= MAX_DURATION_S)]
    return np.unique(np.round(times * 1000)).astype(np.int32)
