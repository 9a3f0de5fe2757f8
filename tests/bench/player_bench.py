"""How quick the player shows a picture: after opening, after a seek, after a step.

On the Chinese sample at 1280 x 720 with a key frame a second, imported into a library as any recording, offscreen. The
clock stops when the right picture is painted into the player's pane, and not before: one of elsewhere, or one that
waits to be painted, is none.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from app.store.library import Library
from tests.bench.recordings import cut, enlarge
from tests.conftest import ROOT
from tests.ui import review_data, review_library
from ui import theme
from ui.review.player import Player
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom

OPENS, SEEKS, STEPS = 15, 60, 60
LENGTH_S = 30.0
KEY_EVERY = 25
WAIT_S = 10.0
WHAT = {
    "first_frame_ms": "from opening a recording in the player to its first picture painted; median of "
    f"{OPENS} after one that loads the decoders",
    "room_first_frame_ms": "the same from the call that makes the whole review room of an analysed interview of "
    f"{LENGTH_S:.0f} s; median of {OPENS}",
    "seek_ms_p95": f"from a seek to the very picture painted; 95th percentile of {SEEKS} places at random",
    "step_ms_p95": f"from a step to the neighbour painted; 95th percentile of {STEPS} steps, as many on as back",
}


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.set_up(application, "light")
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as scratch:
        folder = Path(scratch)
        with Library.open(folder / "library", assessor="x") as library:
            presenter = LibraryPresenter(library, _interview(library, folder))
            player = Player()
            player.resize(900, 620)
            player.show()
            figures = _measured(player, presenter)
            player.close_recording()
            player.deleteLater()
            return figures | {"room_first_frame_ms": _of_room(presenter)}


def _interview(library: Library, folder: Path) -> str:
    cut(ROOT / "resources" / "sample" / "sample_zh.mp4", folder / "part.mp4", LENGTH_S)
    enlarge(folder / "part.mp4", folder / "large.mp4", KEY_EVERY)
    interview_id = review_library.interview_in(library, folder / "large.mp4")
    review_library.analysed(library, interview_id, folder / "analysis", review_data.recording(LENGTH_S))
    return interview_id


def _measured(player: Player, presenter: LibraryPresenter) -> dict[str, float | None]:
    opens = [until_painted(player, lambda: player.open(presenter, None), 0) for _ in range(OPENS + 1)]
    times = player.playback.frames
    random = np.random.default_rng(5)
    places = random.permutation(len(times))[:SEEKS].tolist()
    seeks = [until_painted(player, lambda at=at: player.playback.seek(times.time(at)), at) for at in places]
    middle, steps = len(times) // 2, []
    until_painted(player, lambda: player.playback.seek(times.time(middle)), middle)
    half = STEPS // 2
    for count, way in ((half, 1), (half, -1)):
        for _ in range(count):
            middle += way
            steps.append(until_painted(player, lambda way=way: player.playback.step(way), middle))
    return {"first_frame_ms": _median(opens[1:]), "seek_ms_p95": _p95(seeks), "step_ms_p95": _p95(steps)}


def _of_room(presenter: LibraryPresenter) -> float:
    times = []
    for _ in range(OPENS):
        began = perf_counter()
        room = ReviewRoom(presenter)
        room.resize(1600, 1000)
        room.show()
        times.append((perf_counter() - began) * 1000 + until_painted(room.player, lambda: None, 0))
        room.leave()
        room.deleteLater()
        QApplication.processEvents()
    return _median(times)


def until_painted(player: Player, act: Callable[[], object], number: int) -> float:
    """Milliseconds from an act to the picture with this number painted. TimeoutError where it never comes."""
    painted: list[float] = []

    def paint() -> None:
        playback = player.playback
        if playback.shown_s is not None and playback.frames.index(playback.shown_s) == number:
            player.pane.repaint()
            painted.append(perf_counter())

    connection = player.playback.frameArrived.connect(paint)
    began = perf_counter()
    act()
    while not painted and perf_counter() - began < WAIT_S:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
    player.playback.frameArrived.disconnect(connection)
    if not painted:
        raise TimeoutError(f"picture {number} was not shown")
    return (painted[0] - began) * 1000


def _median(times: list[float]) -> float:
    return round(float(np.median(times)), 2)


def _p95(times: list[float]) -> float:
    return round(float(np.percentile(times, 95)), 2)


if __name__ == "__main__":
    print(measure())
