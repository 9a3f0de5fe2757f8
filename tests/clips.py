"""Short pieces of the bundled samples, cut without transcoding, so that tests of whole analyses stay quick."""

from __future__ import annotations

from pathlib import Path

import av


def cut(source: Path, target: Path, seconds: float, *, kinds: tuple[str, ...] = ("video", "audio")) -> Path:
    """The first seconds of a recording with the streams of these kinds."""
    with av.open(str(source)) as whole, av.open(str(target), "w") as piece:
        copies = {
            stream.index: piece.add_stream_from_template(stream) for stream in whole.streams if stream.type in kinds
        }
        for packet in whole.demux([whole.streams[index] for index in copies]):
            if packet.dts is None or packet.pts * packet.time_base >= seconds:
                continue
            packet.stream = copies[packet.stream.index]
            piece.mux(packet)
    return target
