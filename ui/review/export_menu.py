"""Export from the review room: the menu of formats, and the file that a person chooses for one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QMenu

from analysis.failures import Failure
from app.exporting import FORMATS, OF_REPORT, file_name
from app.text import tr
from ui.actions import Action
from ui.widgets.plain import literal

if TYPE_CHECKING:
    from ui.review.model import LayoutStore
    from ui.review.room import ReviewRoom

FOLDER = "review.export_folder"
"""The remembered folder of the last export."""
Choose = Callable[[str, str], str]


class Exporting:
    """What can be taken out of the interview under review. `choose` asks for a file: (offered path, filter) -> path."""

    def __init__(self, room: ReviewRoom, choose: Choose | None = None) -> None:
        self._room = room
        self.choose: Choose = choose or self._ask

    def can(self, kind: str) -> bool:
        """The report is there from the first rating on, everything else once the recording is analysed.

        Nothing is written while corrections are still being worked in, or the analysis runs: it would be without them.
        """
        if self._waits():
            return False
        return kind in OF_REPORT or self._room.recording is not None

    def _waits(self) -> str:
        """The key of why nothing can be written now; "" where it can."""
        if self._room.presenter.is_growing():
            return "actions.export_grows"
        return "actions.export_waits" if self._room.presenter.is_behind() else ""

    def menu(self) -> QMenu:
        """The formats, transcript first, the report last; then the way in."""
        menu = QMenu(self._room)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if why := self._waits():
            menu.addAction(literal(tr(why))).setEnabled(False)
            menu.addSeparator()
        for kind in FORMATS:
            if kind == OF_REPORT[0]:
                menu.addSeparator()
            action = menu.addAction(literal(tr(f"actions.format_{kind}")), partial(self.export, kind))
            action.setEnabled(self.can(kind))
        self._room.importing.add_to(menu)
        return menu

    def actions(self) -> list[Action]:
        """The same as commands."""
        return [
            Action(
                "export", "score", (), partial(self.export, kind), partial(self.can, kind),
                {"what": tr(f"actions.format_{kind}")},
            )
            for kind in FORMATS
        ]  # fmt: skip

    def export(self, kind: str) -> None:
        """Ask for a file and have it written; the window says where it lies, or why it could not be written."""
        room = self._room
        out = self.ask(file_name(room.presenter.interview.title, kind), tr(f"actions.format_{kind}"))
        if out is None:
            return
        try:
            writing = room.presenter.export_of(kind)
        except Failure as failure:
            room.failed.emit(failure)
        else:
            room.exportAsked.emit(writing, str(out))

    def ask(self, name: str, what: str) -> Path | None:
        """Ask where a file is to be written that is offered under a name; the folder is remembered."""
        return ask_file(self._room.layout_store, self.choose, name, what)

    def _ask(self, offered: str, kinds: str) -> str:
        return QFileDialog.getSaveFileName(self._room, tr("actions.export_title"), offered, kinds)[0]


def ask_file(store: LayoutStore, choose: Choose, name: str, what: str) -> Path | None:
    """Ask where a file is to be written that is offered under a name, in the folder of the last export."""
    suffix = Path(name).suffix
    offered = Path(str(store.get(FOLDER, "") or _documents())) / name
    chosen = choose(str(offered), f"{what} (*{suffix})")
    if not chosen:
        return None
    out = Path(chosen) if Path(chosen).suffix else Path(chosen + suffix)
    if out.parent.is_dir():
        store.put(FOLDER, str(out.parent))
    return out


def _documents() -> str:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return found or QDir.homePath()
