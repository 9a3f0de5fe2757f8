"""Review rooms that tests open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.domain.types import Position
from app.store.library import Library
from tests.ui import review_library
from ui.review.model import LayoutStore, Presenter, Recording
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom
from ui.shell.conductor import Conductor

SIZE = (1528, 952)
"""What the room has in a window of an ordinary laptop."""


def shown(qtbot, presenter: Presenter, layout: LayoutStore | None = None, size: tuple[int, int] = SIZE) -> ReviewRoom:
    """A room on the screen; leave it at the end."""
    room = ReviewRoom(presenter, layout)
    qtbot.addWidget(room)
    room.resize(*size)
    room.show()
    qtbot.waitExposed(room)
    return room


def reviewing(qtbot, conductor: Conductor, interview_id: str) -> ReviewRoom:
    """The review of an interview in the product's window, with the keyboard."""
    conductor.open_review(interview_id)
    window = conductor.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=2000)
    room = window.room("review")
    assert isinstance(room, ReviewRoom)
    qtbot.waitExposed(room)
    room.setFocus()
    return room


def drained() -> None:
    """Whatever was posted has been dealt with, and what that posted: what is not there by now does not come."""
    for _ in range(3):
        QApplication.processEvents()


@contextmanager
def made(
    qtbot,
    library: Library,
    folder: Path,
    recording: Recording | None = None,
    *,
    clip: Path | None = None,
    position: Position | None = None,
    layout: LayoutStore | None = None,
) -> Iterator[ReviewRoom]:
    """The room of a new interview whose analysis, in `folder`, is made from plain values; left at the end."""
    interview_id = review_library.interview_in(library, clip, position=position)
    review_library.analysed(library, interview_id, folder / "analysis", recording)
    room = shown(qtbot, LibraryPresenter(library, interview_id), layout)
    yield room
    room.leave()
