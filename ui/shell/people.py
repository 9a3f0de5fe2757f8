"""Keeps planned interviews in sight: who is late stands above the room, reminders come; opens dialogs about people."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QSystemTrayIcon

from analysis.failures import Failure
from app.schedule.watch import Late, Look, ScheduleWatch, Soon
from ui import icons
from ui.actions import Action
from ui.library.room import LibraryRoom
from ui.shell.context import Context
from ui.shell.window import MainWindow

LOOK_MS = 20_000
TRAY_MS = 15_000


class People(QObject):
    """Looks every 20 seconds; at once where no HR system is set up. `watch` may be given, with a clock of its own."""

    def __init__(self, context: Context, window: MainWindow, watch: ScheduleWatch | None = None) -> None:
        super().__init__(window)
        self.context, self.window = context, window
        self.watch = watch or ScheduleWatch(context.library, context.settings)
        self.bar = window.alerts
        self.bar.arrived.connect(self._decide(self.watch.arrived))
        self.bar.postponed.connect(self._decide(self.watch.postpone))
        self.bar.hidden.connect(self._decide(self.watch.hide))
        self.bar.absent.connect(self._decide(self.watch.absent))
        self.bar.uncovered.connect(self.look)
        self.tray: QSystemTrayIcon | None = None
        self.dialogs: dict[tuple[str, str], QDialog] = {}
        window.offer_actions(self.actions)
        window.closing.connect(self._close)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        if not context.library.read_only:
            self._timer.start()
            if not context.settings.values.ehr_url:
                window.later(self.look)  # else the HR system is asked first whether its times still hold

    def look(self) -> None:
        """Look once, and tell what is to be told; later, while a candidate reads along."""
        if self.bar.is_covered:
            return
        try:
            found = self.watch.look()
        except Failure as failure:
            self.window.say_failure(failure)
            return
        self.show(found)

    def show(self, found: Look) -> None:
        """Show who is late; what is told for the first time reaches people who look at another window, too."""
        self.bar.show_late(found.late)
        for late in found.late:
            if late.telling:
                self._reach(late)
        for soon in found.soon:
            self._reach(soon)
            self.window.message.say(partial(_sentence, soon), "info", action="shell.open_it",
                                    done=partial(self._choose, soon.interview.id))  # fmt: skip

    def _reach(self, told: Late | Soon) -> None:
        """A message of the system's tray, where there is one and the window is not looked at."""
        if self.window.isActiveWindow() or not QSystemTrayIcon.isSystemTrayAvailable():
            QApplication.alert(self.window)
            return
        if self.tray is None:
            self.tray = QSystemTrayIcon(icons.icon("record", "accent"), self)
            self.tray.messageClicked.connect(self._raise)
        self.tray.show()
        self.tray.showMessage("MianJian 面鉴", told.sentence)
        QTimer.singleShot(TRAY_MS, self.tray, self.tray.hide)

    def _raise(self) -> None:
        self.window.showNormal()
        self.window.raise_()
        self.window.activateWindow()

    def _choose(self, interview_id: str) -> None:
        self.window.enter("library")
        room = self.window.room("library")
        if isinstance(room, LibraryRoom):
            room.choose(interview_id)

    def _decide(self, act: Callable[..., None]) -> Callable[..., None]:
        """A person decided: do it, then look again at once."""

        def decided(*values: str) -> None:
            try:
                act(*values)
            except Failure as failure:
                self.window.say_failure(failure)
            self.look()
            self.context.sync.sync_now()

        return decided

    # What can be opened

    def open(self, interview_id: str, what: str) -> None:
        """Open a dialog on an interview ("invite", "suggestions", "feedback") or "rules", or bring it to the front."""
        there = self.dialogs.get((interview_id, what))
        if there is None:
            try:
                there = self._made(interview_id, what)
            except Failure as failure:
                self.window.say_failure(failure)
                return
            self.dialogs[interview_id, what] = there
            there.destroyed.connect(partial(self.dialogs.pop, (interview_id, what), None))
        there.show()
        there.raise_()
        there.activateWindow()

    def _made(self, interview_id: str, what: str) -> QDialog:
        from ui.library.feedback import FeedbackDialog
        from ui.schedule.invite import InviteDialog
        from ui.suggestions.dialog import SuggestionsDialog
        from ui.suggestions.rules_dialog import RulesDialog

        library, settings = self.context.library, self.context.settings
        if what == "rules":
            rules = RulesDialog(library, self.window)
            rules.changed.connect(self._rules_changed)
            return rules
        interview = library.interview(interview_id)
        if what == "invite":
            return InviteDialog(library, settings, interview, self.window)
        if what == "feedback":
            form = FeedbackDialog(library, interview, self.window)
            form.sent.connect(self.context.sync.sync_now)
            return form
        made = SuggestionsDialog(library, settings, interview, self.window)
        made.sent.connect(self.context.sync.sync_now)
        made.rulesAsked.connect(partial(self.open, "", "rules"))
        return made

    def _rules_changed(self) -> None:
        from ui.suggestions.dialog import SuggestionsDialog

        for dialog in tuple(self.dialogs.values()):
            if isinstance(dialog, SuggestionsDialog):
                dialog.refresh()

    def after_signing(self, interview_id: str) -> int:
        """Withdraw what the new signature does not bear out; gives how many suggestions wait for a decision."""
        from app.suggestions.deciding import Stands, Suggestions

        try:
            current = Suggestions(self.context.library, interview_id)
            current.reconcile()
            return sum(each.stands is Stands.OPEN for each in current.standing())
        except Failure as failure:
            self.window.say_failure(failure)
            return 0

    def actions(self) -> list[Action]:
        """What can be done about who is late, and with the interview that is chosen in the library."""
        late = self.bar.lines[0] if self.bar.lines else None
        of = late.late.interview.id if late else ""
        absent = partial(self.bar.ask_for_words, late) if late else tuple
        names = {"name": late.late.interview.candidate.name if late else ""}

        def is_late() -> bool:
            return late is not None

        found = [
            Action("late_arrived", "window", (), partial(self.bar.arrived.emit, of), is_late, names),
            Action("late_postpone", "window", (), partial(self.bar.postponed.emit, of), is_late, names),
            Action("late_absent", "window", (), absent, is_late, names),
        ]
        chosen = self._chosen()
        for what in ("invite", "suggestions", "feedback"):
            found.append(Action(what, "window", (), partial(self.open, chosen, what), lambda: bool(chosen)))
        return [*found, Action("rules", "window", (), partial(self.open, "", "rules"))]

    def _chosen(self) -> str:
        """The interview that is chosen in the library, where it is shown and may be written; else ""."""
        room = self.window.pages.currentWidget()
        chosen = room.chosen() if isinstance(room, LibraryRoom) and not room.read_only else None
        return chosen.id if chosen else ""

    def _close(self) -> None:
        self._timer.stop()
        for dialog in tuple(self.dialogs.values()):
            dialog.close()
        if self.tray is not None:
            self.tray.hide()


def _sentence(told: Late | Soon) -> str:
    return told.sentence
