"""What all rooms share: library, settings, long work, the HR system; and how rooms are made."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app import text
from app.cli import chosen_language
from app.settings import SettingsFile
from app.store.library import Library
from app.sync_service import SyncService
from ui.post import Post
from ui.shell.work import Work


class Context:
    """Made once at the window's start, closed with it."""

    def __init__(self, library: Library, settings: SettingsFile) -> None:
        self.library = library
        self.settings = settings
        self.post = Post()
        self.work = Work(library, self.post)
        self.sync = SyncService(library, settings, self.post)
        self._makers: dict[str, Callable[[], QWidget]] = {}

    def offer_room(self, name: str, maker: Callable[[], QWidget]) -> None:
        """Say how a room is made when it is first entered."""
        self._makers[name] = maker

    def make_room(self, name: str) -> QWidget:
        """Make a room."""
        return self._makers[name]()

    @staticmethod
    def system_language() -> str:
        """The language of messages where none was chosen."""
        return chosen_language([])

    def held_sentence(self) -> str:
        """Who writes this library, when it is not this window."""
        holder = self.library.holder
        who = f"{holder.who}@{holder.host}" if holder else text.tr("store.unknown_holder")
        since = holder.since.astimezone().strftime("%Y-%m-%d %H:%M") if holder else "?"
        return text.tr("shell.held", who=who, since=since)

    def close(self) -> None:
        """End all work, then close the library."""
        self.post.close()
        self.work.close()
        self.sync.close()
        self.library.close()
