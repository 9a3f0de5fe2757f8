"""When each picture of a recording is shown: listed when it is imported, looked up once where an import did not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from analysis import protocol
from app.jobs.child import run_child

if TYPE_CHECKING:
    from app.store import Library

Times = NDArray[np.int32]
"""(n,) whole milliseconds on the playable copy's clock, rising."""


def kept_frame_times(library: Library, sha256: str) -> Times | None:
    """The list as it lies in the vault; None where there is none, or none that can be read."""
    listed = library.vault.frames(sha256)
    try:
        return None if listed is None else np.array(msgspec.json.decode(listed, type=list[int]), np.int32)
    except (msgspec.DecodeError, OverflowError):
        return None


def find_frame_times(library: Library, sha256: str, name: str, cancel: threading.Event) -> Times:
    """Have a child look, and keep what it found unless another window holds the library.

    Raises Cancelled, NotFound, WorkerDied, DiskFull, FolderNotWritable and the failures of opening a recording.
    """
    with library.vault.lease_playable(sha256) as media:
        result = run_child(protocol.FramesJob(str(media), name), lambda _: None, cancel)
    assert isinstance(result, protocol.FramesResult)
    if not library.read_only:
        library.vault.keep_frames(sha256, msgspec.json.encode(result.frames))
    return np.array(result.frames, np.int32)
