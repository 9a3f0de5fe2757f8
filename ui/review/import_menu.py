"""A transcript that somebody else wrote, taken in place of the machine's: chosen, or dropped on the transcript; and the
line that says where the words come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from analysis.request import TRANSCRIPTS
from app import text
from app.origin import imported_from, imported_line, not_outside, recognised_by
from app.text import tr
from ui import theme
from ui.actions import Action
from ui.widgets.one_line import OneLine
from ui.widgets.plain import literal

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

FOLDER = "review.import_folder"
"""The remembered folder of the last transcript."""
Choose = Callable[[str, str], str]


class Importing(QObject):
    """Transcripts for the interview under review. `choose` asks for a file: (folder, filter) -> path."""

    def __init__(self, room: ReviewRoom, choose: Choose | None = None) -> None:
        super().__init__(room)
        self._room = room
        self.choose: Choose = choose or self._ask
        self.line = SourceLine(room.transcript)
        whole = room.transcript.layout()
        assert isinstance(whole, QVBoxLayout)
        whole.insertWidget(1, self.line)
        room.transcript.setAcceptDrops(not room.presenter.read_only)
        room.transcript.installEventFilter(self)

    def can(self) -> bool:
        """Whether a transcript may be given now: there is a sound that it belongs to, and no analysis under way."""
        presenter, media = self._room.presenter, self._room.presenter.interview.media
        return not presenter.read_only and media is not None and media.has_audio and not self._room.running

    def is_imported(self) -> bool:
        """Whether the words that are shown were imported."""
        return self._room.recording is not None and bool(imported_from(self._room.recording.analysis))

    def actions(self) -> list[Action]:
        """What can be done, as commands."""
        return [
            Action("import_transcript", "words", (), self.ask, self.can),
            Action("machine_words", "words", (), self.listen_again, lambda: self.can() and self.is_imported()),
        ]

    def add_to(self, menu: QMenu) -> None:
        """The same at the end of a menu; the way back only where there is one."""
        menu.addSeparator()
        for action in self.actions():
            if action.run is not None and (action.enabled() or action.id == "import_transcript"):
                menu.addAction(literal(action.title), action.run).setEnabled(action.enabled())

    def ask(self) -> None:
        """Ask for a file and take it."""
        room = self._room
        kinds = " ".join(f"*{suffix}" for suffix in TRANSCRIPTS)
        chosen = self.choose(str(room.layout_store.get(FOLDER, "")), f"{tr('actions.transcripts')} ({kinds})")
        if chosen:
            room.layout_store.put(FOLDER, str(Path(chosen).parent))
            room.transcriptGiven.emit(Path(chosen))

    def listen_again(self) -> None:
        """Set the imported transcript aside."""
        self._room.machineWordsAsked.emit()

    def show_source(self) -> None:
        """Say above the transcript where its words come from, if they were imported, or were to come from a service."""
        recording = self._room.recording
        name = imported_from(recording.analysis) if recording else ""
        said = imported_line(recording.analysis, text.language()) if recording else ""
        service = recognised_by(recording.analysis) if recording else ""
        words = tr("review.recognised_text", name=service) if service else tr("review.imported_text", name=name)
        instead = not_outside(recording.analysis, text.language()) if recording and not name else ""
        self.line.show_words(words if name else instead, said or instead)

    def remark(self) -> str:
        """The same for the line below the timeline, with what became of the analysis before."""
        recording, assessment = self._room.recording, self._room.presenter.assessment
        said = imported_line(recording.analysis, text.language()) if recording else ""
        if said and recording and (recording.corrections or assessment.ratings or assessment.signatures):
            said = f"{tr('review.imported_beside')} {said}"
        return said

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a transcript may be dropped on the transcript."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.Drop) and isinstance(event, QDropEvent):
            path = dropped(event)
            if path is None or not self.can():
                return False
            event.acceptProposedAction()
            if event.type() is QEvent.Type.Drop:
                self._room.transcriptGiven.emit(path)
            return True
        return super().eventFilter(watched, event)

    def _ask(self, folder: str, kinds: str) -> str:
        return QFileDialog.getOpenFileName(self._room, tr("actions.import_transcript"), folder, kinds)[0]


def dropped(event: QDropEvent) -> Path | None:
    """The one transcript that is dropped; None where it is something else, or several."""
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.suffix.lower() in TRANSCRIPTS else None


class SourceLine(OneLine):
    """Where the words come from; hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.TextElideMode.ElideMiddle, parent)
        self.setProperty("class", "small")
        self.hide()

    def show_words(self, words: str, more: str = "") -> None:
        """Show the words, and what is said on hover."""
        self.setVisible(bool(words))
        self.setContentsMargins(theme.scaled(14), 0, theme.scaled(12), theme.scaled(4))
        super().show_words(words, more)
