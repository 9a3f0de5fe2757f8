"""Shows a candidate's consent from the library and from the review, plays it, prints it, writes it to a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from analysis.failures import Failure
from app.exporting import CONSENT, consent_of, safe_name
from app.text import language, tr
from ui.actions import Action
from ui.library.room import LibraryRoom
from ui.shell.context import Context
from ui.shell.window import MainWindow

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from app.recording.evidence import Evidence
    from ui.library.consent_dialog import ConsentDialog
    from ui.review.model import LayoutStore

KEY = "Ctrl+Shift+C"
Export = Callable[[Callable[[Path], None], str], None]


class Consents(QObject):
    """`reviewed` = the interview that is open in the review; `play` opens one there and plays from a moment."""

    def __init__(
        self, context: Context, window: MainWindow, store: LayoutStore, reviewed: Callable[[], str],
        play: Callable[[str, float], None], export: Export,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._context, self._window, self._store = context, window, store
        self._reviewed, self._play, self._export = reviewed, play, export
        self.dialogs: dict[str, ConsentDialog] = {}
        window.offer_actions(self.actions)
        window.top.consentAsked.connect(self.open_here)
        window.closing.connect(self.close)
        QShortcut(QKeySequence(KEY), window).activated.connect(self.open_here)

    def actions(self) -> list[Action]:
        """The consent of the interview that is chosen or reviewed."""
        here = self.here()
        return [Action("consent", "window", (KEY,), partial(self.open, here), lambda: bool(here))]

    def here(self) -> str:
        """The interview that is chosen in the library or open in the review, whichever is shown; else ""."""
        room: QWidget | None = self._window.pages.currentWidget()
        if isinstance(room, LibraryRoom):
            chosen = room.chosen()
            return chosen.id if chosen is not None else ""
        return self._reviewed() if room is not None and room is self._window.room("review") else ""

    def open_here(self) -> None:
        """The same, at a key."""
        if here := self.here():
            self.open(here)

    def open(self, interview_id: str) -> None:
        """Show the consent of an interview, or bring it to the front."""
        there = self.dialogs.get(interview_id)
        if there is None:
            try:
                there = self._made(interview_id)
            except Failure as failure:
                self._window.say_failure(failure)
                return
        there.show()
        there.raise_()
        there.activateWindow()

    def _made(self, interview_id: str) -> ConsentDialog:
        from ui.library.consent_dialog import ConsentDialog

        made = ConsentDialog(self._context.library, self._context.settings, interview_id, self._window)
        made.playAsked.connect(partial(self._play, interview_id))
        made.saveAsked.connect(self._save)
        made.printAsked.connect(self._print)
        made.failed.connect(self._window.say_failure)
        made.destroyed.connect(partial(self.dialogs.pop, interview_id, None))
        self.dialogs[interview_id] = made
        if not self._context.library.read_only:
            self._context.library.record("consent_seen", interview_id)
        return made

    def refresh(self) -> None:
        """Something changed in the library."""
        for dialog in tuple(self.dialogs.values()):
            dialog.refresh()

    def close(self) -> None:
        """The window closes."""
        for dialog in tuple(self.dialogs.values()):
            dialog.close()

    def _save(self, shown: Evidence) -> None:
        from ui.review.export_menu import ask_file

        name = f"{tr('consent.file_name', title=safe_name(shown.interview.title))}.pdf"
        out = ask_file(self._store, self._choose, name, tr("consent.sheet"))
        if out is not None:
            self._export(consent_of(self._context.library, shown), str(out))

    def _choose(self, offered: str, kinds: str) -> str:
        return QFileDialog.getSaveFileName(self._window, tr("consent.save"), offered, kinds)[0]

    def _print(self, shown: Evidence) -> None:
        """Ask for a printer beside the window."""
        from PySide6.QtPrintSupport import QPrintDialog

        asked = QPrintDialog(self._window)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.accepted.connect(partial(self._put_on, shown))
        QDialog.open(asked)

    def _put_on(self, shown: Evidence, printer: QPrinter) -> None:
        from app.report.consent_sheet import put_consent_on

        put_consent_on(printer, shown, language())
        if not self._context.library.read_only:
            self._context.library.record("exported", shown.interview.id, CONSENT)
