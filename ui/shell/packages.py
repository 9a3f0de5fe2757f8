"""Packages in the window: chosen, written and taken beside it, with what came of it said above the room."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit

from analysis.failures import Cancelled, Failure
from app import text
from app.failures import PassphraseWrong, TakenInPart
from app.handover.archive import needs_passphrase
from app.handover.package import SUFFIX, Kind
from app.handover.summary import headline, taken_lines, written_lines
from app.jobs import Job, JobState
from ui.shell.dropped import is_package
from ui.sync.hand_over import HandOverDialog
from ui.sync.packages import PackagesPage
from ui.widgets.plain import plain_tip

if TYPE_CHECKING:
    from app.handover.taking import Taken
    from app.handover.writing import Choice, Written
    from ui.shell.context import Context
    from ui.shell.window import MainWindow
    from ui.sync.room import SyncRoom


class Packages(QObject):
    """Made once with the window. One package at a time; the others wait."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._page: PackagesPage | None = None
        self._dialog: HandOverDialog | None = None
        self._job: Job | None = None
        self._lines: Callable[[], tuple[str, ...]] = tuple
        window.packagesDropped.connect(self.take)

    def add_page(self, room: SyncRoom) -> None:
        """Give the sync room its part for packages."""
        page = PackagesPage(self._context.library)
        page.handOverAsked.connect(self.hand_over)
        page.takeAsked.connect(self.choose)
        page.cancelAsked.connect(self.cancel)
        page.failed.connect(self._window.say_failure)
        page.decided.connect(self._context.sync.sync_now)
        page.tell(self._lines)
        self._page = page
        room.add_packages(page)

    # Out

    def hand_over(self, kind: Kind) -> None:
        """Ask what to hand over, then where to; written beside the window."""
        if self._context.library.read_only:
            return
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = HandOverDialog(self._context.library, kind, self._window, self._context.work.read)
        self._dialog.chosen.connect(self._write)
        self._dialog.finished.connect(self._dialog.deleteLater)
        self._dialog.destroyed.connect(self._forget_dialog)
        self._dialog.open()

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _write(self, choice: Choice, passphrase: str) -> None:
        offered = text.tr(f"package.file_{choice.kind}", date=f"{date.today():%Y-%m-%d}") + SUFFIX
        pattern = f"{text.tr('package.pattern')} (*{SUFFIX})"
        file, _ = QFileDialog.getSaveFileName(self._window, text.tr("package.write"), offered, pattern)
        if not file:
            return
        from app.handover.jobs import WriteWork

        out = Path(file if file.lower().endswith(SUFFIX) else file + SUFFIX)
        work = WriteWork(self._context.library, choice, out, passphrase)

        def changed(job: Job) -> None:
            if job.state is JobState.DONE:
                self._written(out, job.result)  # type: ignore[arg-type]
            self._moved(job, "package.writing", out)

        self._job = self._context.work.package(work, out.name, changed)

    def _written(self, out: Path, written: Written) -> None:
        self._tell(lambda: (text.tr("package.written", file=out), *written_lines(written)))
        self._say(lambda: text.tr("package.written", file=out), "ok")

    # In

    def choose(self) -> None:
        """Ask for a package and take it in."""
        pattern = f"{text.tr('package.pattern')} (*{SUFFIX})"
        file, _ = QFileDialog.getOpenFileName(self._window, text.tr("package.button_take"), "", pattern)
        if file:
            self.take([Path(file)])

    def take(self, paths: Iterable[Path]) -> list[Path]:
        """Take in what is a package; gives the other files back."""
        rest = []
        for path in paths:
            if is_package(path):
                self._ask_and_take(path)
            else:
                rest.append(path)
        return rest

    def _ask_and_take(self, path: Path, wrong: str = "") -> None:
        try:
            sealed = needs_passphrase(path)
        except Failure as failure:
            self._window.say_failure(failure)
            return
        passphrase = ""
        if sealed:
            ask = text.tr("package.ask_for", file=path.name)
            words = f"{wrong}\n\n{ask}" if wrong else ask
            title = text.tr("package.button_take")
            passphrase, given = QInputDialog.getText(self._window, title, plain_tip(words), QLineEdit.EchoMode.Password)
            if not given or not passphrase:
                return
        self._start(path, passphrase)

    def _start(self, path: Path, passphrase: str) -> None:
        from app.handover.jobs import TakeWork

        def changed(job: Job) -> None:
            if job.state is JobState.DONE:
                self._taken(job.result)  # type: ignore[arg-type]
            self._moved(job, "package.taking", path)

        self._job = self._context.work.package(TakeWork(self._context.library, path, passphrase), path.name, changed)

    def _taken(self, taken: Taken) -> None:
        self._tell(lambda: taken_lines(taken))
        kind = "warn" if taken.cards or taken.left or taken.kept else "ok"
        self._say(lambda: headline(taken), kind)
        if taken.to_send:
            self._context.sync.sync_now()

    # Both

    def cancel(self) -> None:
        """Stop what is being written or taken; nothing of it is left."""
        if self._job is not None:
            self._job.cancel()

    def _moved(self, job: Job, key: str, path: Path) -> None:
        if job.state.over:
            self._ended(job, path)
            return
        share = job.progress.share if job.progress else 0.0
        if self._page is not None:
            self._page.show_running(lambda: text.tr(key, file=path.name), share)
        if job.progress is None and job.state is JobState.RUNNING:
            self._window.message.say(lambda: text.tr(key, file=path.name))

    def _ended(self, job: Job, path: Path) -> None:
        if self._page is not None:
            self._page.show_ended()
            self._page.refresh()
            self._window.room("sync").refresh()  # type: ignore[union-attr]
        if isinstance(job.failure, PassphraseWrong):
            self._ask_and_take(path, text.sentence(job.failure))
        elif isinstance(job.failure, TakenInPart):
            self._window.say_failure(job.failure)
        elif isinstance(job.failure, Cancelled):
            self._window.message.say(lambda: text.tr("package.cancelled", file=path.name))
        elif job.failure is not None:
            self._window.say_failure(job.failure)

    def _tell(self, lines: Callable[[], tuple[str, ...]]) -> None:
        self._lines = lines
        if self._page is not None:
            self._page.tell(lines)

    def _say(self, sentence: Callable[[], str], kind: str) -> None:
        self._window.message.say(sentence, kind, action="package.show", done=self.show_page)

    def show_page(self) -> None:
        """Go to the sync room's part for packages."""
        self._window.enter("sync")
        room = self._window.room("sync")
        if room is not None and self._page is not None:
            room.show_packages()  # type: ignore[attr-defined]
