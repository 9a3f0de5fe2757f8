"""Opens the product's window for a picture of it, and saves the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.settings import SettingsFile
from ui import language, theme
from ui.review.room import ReviewRoom
from ui.shell import start
from ui.shell.conductor import Conductor

SETTLE_MS = 900
SIZE = (1600, 1000)
SMALL, LARGE = (1280, 800), (2560, 1600)
REVIEWER = "李静"
Save = Callable[[str, QWidget], None]


def saving(folder: Path, lang: str, look: str, only: str) -> Save:
    """Saves a picture of a widget, once it has settled, under a name that `only` stands in."""

    def save(name: str, widget: QWidget) -> None:
        if only in name:
            QTest.qWait(SETTLE_MS)
            widget.grab().save(str(folder / f"{name}-{lang}-{look}.png"))

    return save


@contextmanager
def window(data: Path, lang: str, look: str, size: tuple[int, int] = SIZE, scale: int = 100) -> Iterator[Conductor]:
    """The main window on a library, closed in the end."""
    language.set_language(lang)
    theme.apply(look, scale)
    conductor = start.open_window(data, SettingsFile(data))
    assert conductor is not None
    conductor.window.resize(*size)
    try:
        yield conductor
    finally:
        conductor.window.close()
        conductor.window.deleteLater()
        QTest.qWait(50)


def interview_of(conductor: Conductor, lang: str) -> str:
    """The sample's interview in a language."""
    wanted = f"sample_{lang}.mp4"
    return next(i.id for i in conductor.context.library.interviews() if i.media and i.media.name == wanted)


def reviewing(conductor: Conductor, interview_id: str) -> ReviewRoom:
    """The review room of an interview, opened anew."""
    conductor.open_review(interview_id)
    room = conductor.window.room("review")
    assert isinstance(room, ReviewRoom)
    return room
