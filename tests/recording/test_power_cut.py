"""What a part leaves when it ends, and what comes into the library, is on the disk before anybody is told."""

from __future__ import annotations

import os

import pytest

from analysis.recording import wire
from analysis.recording.part import PartWriter
from app.recording import folders
from app.store.recordings import Belonging
from app.store.vault import FACTS, FRAMES, ORIGINAL, PLAYABLE
from tests.recording.sources import FPS, HEIGHT, WIDTH, picture, tone


@pytest.fixture
def safe(monkeypatch):
    """How many bytes of each file (by its inode) were there when it was last synced."""
    sizes: dict[int, int] = {}
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        sizes[os.fstat(descriptor).st_ino] = os.fstat(descriptor).st_size

    monkeypatch.setattr(os, "fsync", fsync)
    return sizes


def test_all_that_a_part_leaves_is_safe_when_it_says_so(tmp_path, safe):
    folders.make(tmp_path / "recording", "1", "李雷.mkv")
    files = folders.new_part(tmp_path / "recording")
    camera = wire.PictureSource("camera", WIDTH, HEIGHT, FPS)
    part = PartWriter(wire.RecordJob(files, (camera, wire.SoundSource("room", 48_000, 1))))
    for number in range(25):
        at_ns = number * 40_000_000
        shown = picture(number)
        sizes = tuple(len(plane) for plane in shown.planes)
        said = wire.Shown(0, at_ns, WIDTH, HEIGHT, "nv12", (WIDTH, WIDTH), sizes)
        part.take(said, memoryview(b"".join(bytes(plane) for plane in shown.planes)))
        samples = tone(number * 1920, 1920).tobytes()
        part.take(wire.Heard(1, at_ns, len(samples)), memoryview(samples))
    assert part.finish().playable
    folder = folders.parts(tmp_path / "recording")[0]
    left = [folder / name for name in (ORIGINAL, PLAYABLE, FACTS, FRAMES)] + [folder.with_suffix(folders.FINISHED)]
    for file in left:
        assert safe.get(file.stat().st_ino) == file.stat().st_size, file.name


def test_all_that_is_admitted_is_safe(library, sample, safe):
    with library.vault.receive(sample / "sample_zh.mp4") as incoming:
        (incoming.folder / PLAYABLE).write_bytes(b"prepared by a child")
        library.admit(incoming, Belonging(), None)
    with library.vault.lease_playable(incoming.sha256) as playable:
        assert safe.get(playable.stat().st_ino) == playable.stat().st_size
