"""The room that holds an interview: choose it, consent, set-up, the interview itself, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from analysis.failures import Failure
from app.domain.types import Interview
from app.recording.running import Prompt
from app.recording.unkept import UnkeptThings
from app.settings import SettingsFile
from app.store.library import Library
from ui.actions import Action, for_key
from ui.record.chooser import Chooser
from ui.record.consent_page import ConsentPage
from ui.record.done_page import DonePage
from ui.record.held import HeldInterview, Means, real_means
from ui.record.running_page import AGAIN_MS, RunningPage
from ui.record.setup_page import SECOND_SCREEN, MakePanel, SetupPage, real_panel


class RecordRoom(QWidget):
    """`failed(failure)` and `noticed(words, kind, topic)` are told above the room; `goesOn(id)`: an interview that has
    a recording is about to go on; `recorded(id)`: one is in the library with its recording; `unjoined(id)`: one is
    over, and the parts of its recording are to be joined, of which `show_joining` and `show_joined` are told;
    `reviewRequested(id)`; `unkept(words)`: something of an interview that is over could not be kept, with what people
    wrote of it; `allKept`: it is."""

    failed = Signal(object)
    noticed = Signal(object, str, str)
    recorded = Signal(str)
    unjoined = Signal(str)
    goesOn = Signal(str)
    reviewRequested = Signal(str)
    unkept = Signal(str)
    allKept = Signal()

    def __init__(
        self, library: Library, settings: SettingsFile, means: Callable[[], Means] = real_means,
        make_panel: MakePanel = real_panel, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._library, self._settings, self._means = library, settings, means
        self.held: HeldInterview | None = None
        self._unkept = UnkeptThings()
        self._untold: list[str] = []
        self._again = QTimer(self, interval=AGAIN_MS)
        self._again.timeout.connect(self.keep_unkept)
        self._last: HeldInterview | None = None
        self._interview: Interview | None = None
        self.chooser = Chooser(library)
        self.consent = ConsentPage(library, settings)
        self.setup = SetupPage(library, settings, make_panel)
        self.running = RunningPage(settings)
        self.done = DonePage()
        self.pages = QStackedWidget()
        for page in (self.chooser, self.consent, self.setup, self.running, self.done):
            self.pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pages)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()

    def _connect(self) -> None:
        self.chooser.chosen.connect(self.choose)
        self.chooser.failed.connect(self.failed)
        self.consent.given.connect(self._consented)
        self.consent.left.connect(self.start_over)
        self.setup.left.connect(self._back_to_consent)
        self.setup.begun.connect(self._begin)
        self.setup.failed.connect(self.failed)
        self.running.failed.connect(self.failed)
        self.running.noticed.connect(self.noticed)
        self.done.again.connect(self.start_over)
        self.done.review.connect(self._review)

    # From page to page

    def start_over(self) -> None:
        """Back to the list."""
        self.setup.drop_panel()
        self._interview = None
        self._show(self.chooser)
        self.chooser.fill_positions()
        self.chooser.refresh()

    def refresh_soon(self) -> None:
        """Something changed in the library."""
        if self.pages.currentWidget() is self.chooser:
            self.chooser.refresh()

    def consent_changed(self) -> None:
        """What candidates agree to may have changed in the library: the interview that goes on follows."""
        if self.held is None:
            return
        try:
            self.held.consent_changed()
        except Failure as failure:
            self.failed.emit(failure)

    def choose(self, interview_id: str) -> None:
        """Hold this interview: the candidate's consent comes first."""
        if self.is_holding():
            return
        self.setup.drop_panel()
        try:
            self._interview = self._library.interview(interview_id)
            self.consent.show_interview(self._interview)
        except Failure as failure:
            self.failed.emit(failure)
            return
        self._show(self.consent)

    def _back_to_consent(self) -> None:
        if self._interview is not None:
            self.choose(self._interview.id)

    def _consented(self) -> None:
        if self._interview is not None:
            self.setup.show_interview(self._interview)
            self._show(self.setup)

    def _begin(self, choice: Any) -> None:
        assert self._interview is not None
        if self._last is not None:
            self._last.deleteLater()
            self._last = None
        if self._interview.media is not None:
            self.goesOn.emit(self._interview.id)
        try:
            held = self._held_from(choice)
        except Failure as failure:
            self.failed.emit(failure)
            self._consented()
            return
        self.held = held
        held.troubled.connect(self._tell_trouble)
        held.ended.connect(self._ended)
        held.changed.connect(self._stopping)
        self.running.show_held(held)
        self._show(self.running)
        if self._settings.values.layout.get(SECOND_SCREEN, False):
            self.running.toggle_candidate()

    def _held_from(self, choice: Any) -> HeldInterview:
        """The chosen interview, begun. Raises as `HeldInterview.begin`, and where the library cannot be read."""
        assert self._interview is not None
        self._interview = self._library.interview(self._interview.id)
        held = self._last = HeldInterview(self._library, self._settings, self._interview, self._means, self)
        held.begin(choice)
        self._unkept.goes_on(held.interview.id)
        return held

    def _stopping(self) -> None:
        if self.held is not None and self.held.over:
            self.running.close_candidate()

    def _tell_trouble(self, trouble: object) -> None:
        """A failure is said above the room, while the rest goes on; the page itself tells of sources."""
        if isinstance(trouble, Failure):
            self.failed.emit(trouble)

    def _ended(self, outcome: object) -> None:
        held, self.held = self.held, None
        if held is None:
            return
        self.running.keep_note()  # which may have been begun while the recording was saved
        left = self.running.leave()
        if isinstance(outcome, Failure):
            self.failed.emit(outcome)
        if left:
            self._unkept.add(left)
            self.keep_unkept()
        joins = isinstance(outcome, Interview) and self._library.being_recorded(outcome.id)
        self.done.show_outcome(held.interview, outcome, share=0.0 if joins else None)
        self._show(self.done)
        if isinstance(outcome, Interview) and joins:
            self.unjoined.emit(outcome.id)
        elif isinstance(outcome, Interview) and outcome.media is not None:
            self._tell_recorded(outcome.id)

    def _tell_recorded(self, interview_id: str) -> None:
        """Once it is kept what the candidate took back: what comes after may be an analysis."""
        if self._unkept.refuses(interview_id):
            self._untold.append(interview_id)
        else:
            self.recorded.emit(interview_id)

    # What could not be kept at an interview's end

    def keep_unkept(self) -> None:
        """Try to keep it, and again after a while where it cannot be."""
        try:
            self._unkept.keep()
        except Failure:
            self._again.start()
            self.unkept.emit(self._unkept.words)
            return
        self._again.stop()
        self.allKept.emit()
        untold, self._untold = self._untold, []
        for interview_id in untold:
            self.recorded.emit(interview_id)

    def keeps_all(self) -> bool:
        """Keep what is being written, and what could not be kept before. Whether all of it is."""
        kept = self.running.keeps_all() if self.is_holding() else True
        if self._unkept:
            self.keep_unkept()
        return kept and not self._unkept

    @property
    def unkept_words(self) -> str:
        """What people wrote that is nowhere but here."""
        return "\n\n".join(words for words in (self._unkept.words, self.running.written) if words)

    def show_joining(self, interview_id: str, share: float) -> None:
        """So much (0..1) of an interview's recording is joined."""
        if self.done.interview_id == interview_id:
            self.done.show_share(share)

    def show_joined(self, interview_id: str, outcome: Interview | Failure) -> None:
        """The recording is one, and in the library; or why it is not yet."""
        if self.done.interview_id == interview_id:
            self.done.show_outcome(self._library.interview(interview_id), outcome)
            if self.pages.currentWidget() is self.done and self.done.next.hasFocus():
                self._keyed().setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(outcome, Failure):
            self.failed.emit(outcome)
        else:
            self._tell_recorded(outcome.id)

    def say_later(self, interview_id: str, words: Callable[[], str], cut: str) -> None:
        """When the recording of an interview that has just ended here is analysed; the key of the button that lets
        something be cut out first, "" for none."""
        if self.done.interview_id == interview_id:
            self.done.say_later(words, cut)

    def _review(self, interview_id: str) -> None:
        """It is looked at elsewhere: here the next one is chosen."""
        self.reviewRequested.emit(interview_id)
        self.start_over()

    def _show(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        if self.isVisible():  # else the keyboard would be taken from the room that is shown
            self._keyed().setFocus(Qt.FocusReason.OtherFocusReason)

    def _keyed(self) -> QWidget:
        """What has the keyboard on the page that is shown."""
        page = self.pages.currentWidget()
        return self.chooser if page is self.chooser else self.done.first() if page is self.done else self

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the list, or the button that goes on, has the keyboard while it is shown."""
        super().focusInEvent(event)
        tabbed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if (keyed := self._keyed()) is not self and not tabbed:  # else the tabulator would go in circles
            keyed.setFocus(event.reason())

    @property
    def prepared(self) -> str:
        """The interview that is about to begin: its candidate reads the consent here, or sits by; "" for none."""
        page = self.pages.currentWidget()
        return self._interview.id if self._interview is not None and page in (self.consent, self.setup) else ""

    # A window that closes

    def is_holding(self) -> bool:
        """Whether an interview goes on."""
        return self.held is not None

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: the window closes: what goes on is ended and kept."""
        self.chooser.close_list()
        self.setup.drop_panel()
        if (held := self.held) is not None:
            self.running.end()
            held.stop_and_wait()
            self._unkept.add(self.running.leave())
        if self._unkept:
            self.keep_unkept()
        self._again.stop()
        super().closeEvent(event)

    # Keys

    def actions_here(self) -> Sequence[Action]:
        """What can be done here now."""
        page = self.pages.currentWidget()
        act = partial(Action, group="record")
        if page is self.consent:
            return [act("record_agree", keys=("Ctrl+Return",), run=self.consent.confirm,
                        enabled=self.consent.agree.isEnabled),
                    act("record_back", keys=("Alt+Left",), run=self.start_over)]  # fmt: skip
        if page is self.setup:
            return [act("record_begin", keys=("Ctrl+Return",), run=self.setup.go, enabled=self.setup.begin.isEnabled),
                    act("record_back", keys=("Alt+Left",), run=self.setup.back.click)]  # fmt: skip
        if page is self.running:
            return self._running_actions()
        if page is self.done:
            return [act("record_review", run=self.done.open.click, enabled=self.done.open.isEnabled),
                    act("cut_first", run=self.done.cut_first.click,
                        enabled=lambda: not self.done.cut_first.isHidden()),
                    act("record_another", run=self.done.next.click)]  # fmt: skip
        return [act("record_choose", run=self.chooser.begin, enabled=self.chooser.start.isEnabled),
                act("record_search", keys=("Ctrl+F",), run=self.chooser.search.setFocus)]  # fmt: skip

    def _running_actions(self) -> list[Action]:
        page = self.running
        act = partial(Action, group="record")
        prompts = [
            act(f"record_prompt_{prompt}", keys=(f"Alt+{number}",), run=partial(page.prompt, prompt),
                enabled=page.prompts[prompt].isEnabled)
            for number, prompt in enumerate(Prompt, 1)
        ]  # fmt: skip
        return [
            act("record_next", keys=("N", "PgDown"), run=page.go_next, enabled=page.next.isEnabled),
            act("record_before", keys=("B", "PgUp"), run=page.go_back),
            act("record_pause", keys=("Space",), run=page.rest),
            act("record_retake", keys=("R",), run=page.take_again, enabled=page.retake.isEnabled),
            act("record_marker", keys=("M",), run=page.mark),
            act("record_note", keys=("C",), run=page.write_note),
            act("record_rate", keys=("0 – 9",)),
            act("record_said", keys=("K",), run=page.consent_said, enabled=lambda: not page.said.isHidden()),
            act("record_candidate", keys=("W",), run=page.toggle_candidate),
            act("record_hints", keys=("H",), run=page.strip.turn),
            *prompts,
            act("record_stop", keys=("Ctrl+E",), run=page.ask_to_stop),
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: keys that no field took. One that is held down was meant once, and is not sure of anything."""
        if event.isAutoRepeat():
            return
        action = for_key(self.actions_here(), event)
        if action is not None and action.run is not None:
            action.run()
        elif not (self.pages.currentWidget() is self.running and self.running.rate_by_key(event)):
            super().keyPressEvent(event)
