"""Where a full disk kept a recording from going on, it is silent, and not a hole."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from analysis.media import probe
from analysis.recording import wire
from analysis.recording.joining import join
from analysis.recording.part import PartWriter
from app.recording import folders
from tests.recording.sources import tone, waiting_interview

RATE, BLOCK = 48_000, 1920


def written(folder: Path, roles: tuple[str, ...], from_s: float, seconds: float) -> Path:
    """A part of a recording with a tone for each of these."""
    sources = tuple(wire.SoundSource(role, RATE, 1) for role in roles)
    files = folders.new_part(folder)
    part = PartWriter(wire.RecordJob(files, sources, round(from_s * 1e9)))
    for number in range(round(seconds * RATE / BLOCK)):
        samples = tone(number * BLOCK, BLOCK).tobytes()
        at_ns = round((from_s + number * BLOCK / RATE) * 1e9)
        for source in range(len(roles)):
            part.take(wire.Heard(source, at_ns, len(samples)), memoryview(samples))
    part.finish()
    return Path(files.original)


@pytest.mark.parametrize("roles", [("room",), ("interviewer", "candidate")])
def test_between_parts_it_is_silent(library, tmp_path, roles):
    interview = waiting_interview(library)
    folder = library.vault.recording(interview.id)
    folders.make(folder, interview.id, "李雷.mkv")
    again_s = 620.0  # longer than anybody believes a recording to have nothing
    parts = [written(folder, roles, 0.0, 2.0), written(folder, roles, again_s, 2.0)]
    whole = tmp_path / "whole.mkv"
    assert join(parts, whole, "李雷") == pytest.approx(again_s + 2.0, abs=0.1)
    assert probe(whole, "李雷").duration == pytest.approx(again_s + 2.0, abs=0.1)
    with av.open(str(whole)) as container:
        stamps = [packet.pts for packet in container.demux(audio=0) if packet.pts is not None]
    assert np.diff(stamps).min() > 0
    assert np.diff(stamps).max() <= 41
    loud, longest, end_s = [], 0.0, 0.0
    with av.open(str(whole)) as container:
        for frame in container.decode(audio=0):
            longest, end_s = max(longest, frame.time - end_s), frame.time + frame.samples / RATE
            if np.abs(frame.to_ndarray()).max() > 0.05:
                loud.append(frame.time)
    assert longest < 0.05
    inside = [at for at in loud if 2.1 < at < again_s - 0.1]
    assert not inside
    assert min(at for at in loud if at > 10) == pytest.approx(again_s, abs=0.1)
