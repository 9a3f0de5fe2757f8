"""The interview while it is held: the question large, its time, and one key for everything that is marked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QListWidgetItem,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.domain.kit import Answers
from app.domain.marks import MarkKind
from app.failures import RecordingDiskFull, RecordingSpaceShort
from app.recording.holding import keeper
from app.recording.kinds import Kind, Standing
from app.recording.running import Prompt
from app.recording.stretch_consent import SPEECH
from app.recording.unkept import Unkept
from app.recording.writing import ROOM_BYTES, WARN_AGAIN_MINUTES
from app.settings import SettingsFile
from app.text import timecode, tr
from ui import icons, language, theme
from ui.record import withdrawing
from ui.record.candidate_window import CandidateWindow
from ui.record.held import HeldInterview
from ui.record.running_layout import AFTER_SIZE, LEFT_SIZE, RunningLayout
from ui.record.running_words import drafted, late_words, retake_words, scope_words, space_words

TICK_MS = 200
SURE_MS = 4000
WRITTEN_MS = 1000
AGAIN_MS = 15_000
"""What could not be kept is tried again after so long: a library that is busy may let a try wait for seconds."""
NOTE_DRAFT = "record.note"
ONE_DISPLAY, UNHEARD = "one_display", "unheard"
"""Topics of messages."""


class RunningPage(RunningLayout):
    """Shows and leads one held interview. `failed`: something could not be kept; `noticed(words, kind, topic)`:
    what was done."""

    failed = Signal(object)
    noticed = Signal(object, str, str)

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        self.held: HeldInterview | None = None
        self.candidate: CandidateWindow | None = None
        self._sure = QTimer(self, singleShot=True, interval=SURE_MS)
        self._sure.timeout.connect(self._tell_stop)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._look_at_clock)
        self._written = QTimer(self, singleShot=True, interval=WRITTEN_MS)
        self._written.timeout.connect(self._save_answer)
        self._again = QTimer(self, singleShot=True, interval=SURE_MS)
        self._again.timeout.connect(self._tell_retake)
        self._note_at: float | None = None
        self._left: tuple[Unkept, ...] = ()
        self._ended_s = 0.0
        self._full = self._short = False
        """Whether the disk is full, and whether it was said to be short of room."""
        self._connect()
        language.on_change(self, self._retell)
        theme.changed.connect(self.look)

    # What is held

    def show_held(self, held: HeldInterview) -> None:
        """Lead this interview from now on."""
        self.held = held
        held.changed.connect(self.look)
        held.narrowed.connect(self._show_narrowed)
        held.stood.connect(self._show_standing)
        held.troubled.connect(self._note_space)
        self.sources.show_held(held)
        self.strip.show_feed(held.hints)
        self.strip.setVisible(held.hints is not None)
        self._fill_questions()
        self._fill_withdraw()
        self.note.clear()
        self.disk.clear()
        self._full = self._short = False
        self._try(lambda: self._show_draft(held))
        self._tick.start()
        self.look()
        if held.unheard and SPEECH in held.analysed():
            self.noticed.emit(lambda: tr("record.unheard"), "warn", UNHEARD)

    def _show_draft(self, held: HeldInterview) -> None:
        draft = held.library.draft(held.interview.id, NOTE_DRAFT)
        self._note_at, words = drafted(draft)
        self.note.setText(words)
        if self._note_at is not None and held.recording is not None:  # which may be another one than it was begun in
            self._note_at = min(self._note_at, held.now())

    def leave(self) -> tuple[Unkept, ...]:
        """It is over. What of it could not be kept."""
        left = self._left_of(self.held) if self.held is not None else ()
        self._left = ()
        self._written.stop()
        self._tick.stop()
        self.close_candidate()
        self.strip.show_feed(None)
        self.sources.show_held(None)
        self.held = None
        return left

    def _left_of(self, held: HeldInterview) -> tuple[Unkept, ...]:
        """The answer that was being written at the end, the note, the end itself, and what was taken back."""
        left, interview_id, at_s = [*self._left], held.interview.id, round(self._ended_s, 3)
        if words := self.note.text().strip():
            note = partial(self._add_note_of, held, words, self._note_at or at_s)
            left.append(Unkept(interview_id, note, words))
        if held.over and not held.running.now.ended:
            end = partial(keeper(held.library, interview_id), MarkKind.ENDED, at_s, {})
            left.append(Unkept(interview_id, end, ends=True))
        if not held.is_withdrawal_kept():
            left.append(Unkept(interview_id, held.keep_withdrawal, refuses=True))
        return tuple(left)

    # What can be done

    def go_next(self) -> None:
        """The next question."""
        self._lead(lambda held: held.running.next())

    def go_back(self) -> None:
        """The question before."""
        self._lead(lambda held: held.running.back())

    def go_to(self, number: int) -> None:
        """Any question of the kit."""
        self._lead(lambda held: held.running.go(number))

    def take_again(self) -> None:
        """The present question anew: once to be asked, once to be sure, for the answer so far counts no more."""
        if self.held is None or not self.held.running.may_retake():
            return
        if self._again.isActive():
            self._lead(lambda held: held.running.retake())
        else:
            self._again.start()
            self._tell_retake()

    def _lead(self, act: Callable[[HeldInterview], object]) -> None:
        """To another question, or to the same one anew, once what was written to the present one is kept."""
        if self._keep_answer():
            self._again.stop()
            self._do(act)
            if self.held is not None:
                self.held.question_put()

    def rest(self) -> None:
        """Pause, or go on."""
        self._do(lambda held: held.pause())

    def mark(self) -> None:
        """A marker here."""
        self._do(lambda held: held.running.mark())

    def rate(self, score: float | None) -> None:
        """A quick rating of the question that was asked last; None takes it back."""
        self._do(lambda held: held.running.rate(score))

    def prompt(self, prompt: Prompt) -> None:
        """A word of encouragement on the candidate's screen."""
        if self.candidate is not None:
            self.candidate.show_prompt(prompt)
            self._do(lambda held: held.running.prompt(prompt))

    def consent_said(self) -> None:
        """The candidate said aloud what is agreed to."""
        self._do(lambda held: held.consent_said())

    def ask_to_stop(self) -> None:
        """Once to be asked, once to be sure."""
        if self.held is None or self.held.over:
            return
        if self._sure.isActive():
            self._sure.stop()
            self.end()
        else:
            self._sure.start()
        self._tell_stop()

    def end(self) -> None:
        """The interview is over. An answer that cannot be kept does not hold it up: `leave` gives it."""
        if self.held is not None and not self.held.over:
            self._left = () if self._keep_answer() else self._answer_of(self.held)
            self._ended_s = self.held.now()
        self._written.stop()
        self.keep_note()
        self._do(lambda held: held.stop())

    def _answer_of(self, held: HeldInterview) -> tuple[Unkept, ...]:
        words = self.answer.toPlainText()
        if (body := held.running.answer_body(words)) is None:
            return ()
        keep = partial(keeper(held.library, held.interview.id), MarkKind.TEXT, round(held.now(), 3), body)
        return (Unkept(held.interview.id, keep, words),)

    def keeps_all(self) -> bool:
        """Keep what is being written, answer and note. Whether all of it is."""
        kept = self._keep_answer()
        self.keep_note()
        return kept and not self.note.text().strip()

    @property
    def written(self) -> str:
        """What is being written here, answer and note."""
        return "\n\n".join(words for words in (self.answer.toPlainText(), self.note.text()) if words.strip())

    def write_note(self) -> None:
        """The keyboard to the field for notes."""
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keep_note(self) -> None:
        """What stands in the field becomes a note at the time at which its writing began."""
        if self.held is None:
            return
        held, words = self.held, self.note.text()
        self._try(lambda: self._add_note(held, words))
        self.look()

    def _note_entered(self) -> None:
        """The note is written; the keys mark and lead again."""
        self.keep_note()
        if not self.note.text():
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_note(self, held: HeldInterview, words: str) -> None:
        self._add_note_of(held, words, self._note_at)
        self.note.clear()
        self._note_at = None

    def _add_note_of(self, held: HeldInterview, words: str, at_s: float | None) -> None:
        with held.library.together():
            held.running.note(words, at_s)
            held.library.keep_draft(held.interview.id, NOTE_DRAFT, None)

    def toggle_candidate(self) -> None:
        """The candidate's window, or none."""
        if self.candidate is not None:
            self.close_candidate()
            return
        if self.held is None:
            return
        window = self.candidate = CandidateWindow(self.held.language())
        window.wrote.connect(self._wrote_there)
        window.gone.connect(self._candidate_gone)
        window.show_running(self.held.running)
        if not window.open_beside(self.window()):
            self.noticed.emit(lambda: tr("record.one_display"), "info", ONE_DISPLAY)
        self.look()

    def close_candidate(self) -> None:
        """Away with the candidate's window."""
        if self.candidate is not None:
            self.candidate.close()

    def rate_by_key(self, event: QKeyEvent) -> bool:
        """Rate by a digit; whether it was one."""
        return self.rating.isEnabled() and self.rating.type_digit(event)

    def _do(self, act: Callable[[HeldInterview], object]) -> None:
        held = self.held
        if held is not None:
            self._keep_answer()
            self._try(lambda: act(held))
            self.look()

    def _try(self, act: Callable[[], object]) -> bool:
        """A mark that cannot be kept is said, and the interview goes on. Whether it was kept."""
        try:
            act()
        except Failure as failure:
            self.failed.emit(failure)
            return False
        return True

    # Written answers: the same words in both windows, kept at each pause of the writing

    def _wrote_here(self) -> None:
        if self.candidate is not None:
            self.candidate.put_answer(self.answer.toPlainText())
        if not self._written.isActive():
            self._written.start(WRITTEN_MS)

    def _wrote_there(self, words: str) -> None:
        with QSignalBlocker(self.answer):
            self.answer.setPlainText(words)
        if not self._written.isActive():
            self._written.start(WRITTEN_MS)

    def _keep_answer(self) -> bool:
        """What was written since it was last kept, before something else happens. Whether all of it is kept."""
        if not self._written.isActive():
            return True
        self._written.stop()
        return self._save_answer()

    def _save_answer(self) -> bool:
        """What cannot be kept stays in the field, and is tried again. Whether it is kept."""
        held = self.held
        kept = held is None or held.over or self._try(lambda: held.running.answer(self.answer.toPlainText()))
        if not kept:
            self._written.start(AGAIN_MS)
        return kept

    # What is shown

    def look(self) -> None:
        """How it stands now."""
        held = self.held
        if held is None:
            return
        running, now = held.running, held.running.now
        current = now.current
        self.strip.show_writes(on=current is not None and running.answers() is Answers.TEXT)
        last = now.takes[-1] if now.takes else None
        self.number.setText(self._number_words())
        self.question.setText(current.text if current is not None else self._between_words())
        self._show_answer()
        self.rating.setEnabled(last is not None and not now.ended)
        score = now.scores.get(last.number) if last is not None else None
        if last is not None and self.rating.picker.score() != score:
            self.rating.show_score(score, editable=not now.ended)
        self.rating_title.setText(tr("record.rate", n=last.number + 1) if last is not None else tr("record.rate_none"))
        self.marks.setText(tr("record.marks", markers=now.markers, notes=len(now.notes)))
        self.retake.setEnabled(running.may_retake())
        self.retake.setVisible(any(each.retakes for each in running.kit))
        self._tell_retake()
        self.next.setEnabled(bool(running.kit) and not now.ended and (current is not None or running.has_more()))
        for widget in (self.next, self.number, self.questions_title, self.questions, self.rating_title, self.rating):
            widget.setVisible(bool(running.kit))
        self.no_questions.setVisible(not running.kit)
        self.next.setText(self._next_words())
        self.pause.setText(tr("record.resume" if now.paused else "record.pause"))
        self.pause.setIcon(icons.icon("play" if now.paused else "pause"))
        self.candidate_button.setChecked(self.candidate is not None)
        for button in self.prompts.values():
            button.setEnabled(self.candidate is not None)
            button.setVisible(self.candidate is not None)
        self._show_state()
        self._show_said()
        self._choose_question()
        self._look_at_clock()

    def _look_at_clock(self) -> None:
        """What time alone changes: five times a second, so no more than that."""
        if self.held is None:
            return
        self.elapsed.setText(timecode(self.held.now()))
        self._show_time()
        if self.candidate is not None:
            self.candidate.show_running(self.held.running)

    def _number_words(self) -> str:
        assert self.held is not None
        running, current = self.held.running, self.held.running.now.current
        if current is None:
            return tr("record.questions_done", n=len(running.now.asked), of=len(running.kit))
        parts = [tr("record.number", n=current.number + 1, of=len(running.kit))]
        if current.take > 1:
            parts.append(tr("record.take", n=current.take))
        if len({each.answers for each in running.kit}) > 1:
            parts.append(tr(f"record.answers_{running.answers()}"))
        return " · ".join(parts)

    def _between_words(self) -> str:
        assert self.held is not None
        now = self.held.running.now
        if now.ended:
            return tr("record.saving")
        if not self.held.running.kit:
            return tr("record.no_kit")
        if not now.takes:
            return tr("record.before_first")
        if self.held.running.has_more():
            return tr("record.in_between", question=now.takes[-1].text)
        left = len(self.held.running.kit) - len(now.asked)
        return tr("record.some_left", n=left) if left else tr("record.after_last")

    def _next_words(self) -> str:
        assert self.held is not None
        running = self.held.running
        return tr("record.next" if running.has_more() or not running.kit else "record.last_done")

    def _show_time(self) -> None:
        assert self.held is not None
        running = self.held.running
        left, current = running.left(), running.now.current
        self.bar.setVisible(current is not None)
        late = running.is_late()
        if left is None or current is None:
            self.left.setText("")
            self.after.setText("")
            return
        planned = running.kit[current.number].seconds
        self.left.setText(timecode(left) if left >= 0 else f"+{timecode(-left)}")
        self.after.setText(late_words(left) if late else tr("record.of_time", time=timecode(planned)))
        for label, size in ((self.left, LEFT_SIZE), (self.after, AFTER_SIZE)):
            token = "bad" if left < 0 else "warn" if late else "muted" if label is self.after else "text"
            style = f"color: {theme.color(token).name()}; font-size: {theme.scaled(size)}px;"
            if label.styleSheet() != style:
                label.setStyleSheet(style)
        self.bar.setValue(round(1000 * max(0.0, min(1.0, left / planned))) if planned else 0)

    def _show_answer(self) -> None:
        assert self.held is not None
        running, current = self.held.running, self.held.running.now.current
        writes = running.answers() is not Answers.SPEECH
        self.answer.setVisible(writes)
        self.answer.setEnabled(current is not None)
        if not writes or self._written.isActive():
            return
        words = running.now.answers.get((current.number, current.take), "") if current is not None else ""
        if words != self.answer.toPlainText():
            with QSignalBlocker(self.answer):
                self.answer.setPlainText(words)

    def _show_state(self) -> None:
        assert self.held is not None
        held, now = self.held, self.held.running.now
        kinds = held.recorded_kinds()
        names = tuple(name for name in held.analysed() if not (held.unheard and name == SPEECH))
        not_any = "stopped" if held.recording is not None else "not_recording"
        key = "ended" if now.ended else "paused" if now.paused else "recording" if kinds else not_any
        key = "full" if key == "recording" and self._full else key
        self.state.setText(tr(f"record.state_{key}"))
        token = {"recording": "bad", "full": "bad", "paused": "warn"}.get(key, "muted")
        self.state.setStyleSheet(f"color: {theme.color(token).name()}; font-weight: bold;")
        self.consent_line.setText(
            scope_words(kinds, names) or tr(f"record.nothing_{'more' if held.recording else 'recorded'}")
        )
        self.sources.show_whether_pictured()

    def _show_said(self) -> None:
        assert self.held is not None
        words = self.held.to_be_said()
        self.said_line.setVisible(bool(words))
        self.said.setVisible(bool(words))
        self.said_line.setText(f"{tr('record.let_say')}\n{words}")

    def _show_standing(self, standing: Standing) -> None:
        if self.held is None:  # what its recording said last came after its end
            return
        parts = []
        if standing.full:
            parts.append(tr("record.space_needed", mb=ROOM_BYTES >> 20))
        elif standing.minutes_left is not None:
            parts.append(space_words(standing.minutes_left))
        if dropped := sum(standing.dropped.values()):
            parts.append(tr("record.dropped", n=dropped))
        self.disk.setText(" · ".join(parts))
        if self._full and not standing.full:
            self._tell_room("record.room_again")
        elif self._short and not standing.full and (standing.minutes_left or 0.0) > WARN_AGAIN_MINUTES:
            self._tell_room("record.room_enough")
        self._full = standing.full
        self._show_state()

    def _tell_room(self, key: str) -> None:
        """The disk has room: what was said of it is taken back."""
        self._short = False
        self.noticed.emit(lambda: tr(key), "ok", RecordingDiskFull.code)

    def _note_space(self, trouble: object) -> None:
        self._short = self._short or isinstance(trouble, RecordingSpaceShort)

    def _fill_questions(self) -> None:
        assert self.held is not None
        self.questions.clear()
        for number, each in enumerate(self.held.running.kit, start=1):
            item = QListWidgetItem(f"{number}. {each.text}")
            item.setToolTip("")
            self.questions.addItem(item)
        self._fit_questions()

    def _choose_question(self) -> None:
        assert self.held is not None
        now = self.held.running.now
        for row in range(self.questions.count()):
            item = self.questions.item(row)
            mark = "check" if row in now.asked else ""
            item.setIcon(icons.icon(mark, "ok") if mark else icons.icon("chevron_right", "faint"))
        if now.current is not None and self.questions.currentRow() != now.current.number:
            self.questions.setCurrentRow(now.current.number)

    def _fill_withdraw(self) -> None:
        """What can be taken back: each kind that is recorded, each modality that will be analysed, all of it."""
        assert self.held is not None
        held = self.held
        self.withdraw_menu.clear()
        for kind in held.to_withdraw():
            self._offer(tr("record.withdraw", what=tr(f"record.kind_{kind}")), (kind,), ())
        for name in held.analysed():
            words = tr("record.withdraw", what=tr("record.analysed", what=tr(f"policy.modality_{name}")))
            self._offer(words, (), (name,))
        if self.withdraw_menu.actions():
            self._offer(tr("record.withdraw_all"), tuple(Kind), held.analysed())
        self.withdraw.setEnabled(bool(self.withdraw_menu.actions()))

    def _offer(self, words: str, kinds: tuple[Kind, ...], names: tuple[str, ...]) -> None:
        action = QAction(words, self.withdraw_menu)
        action.triggered.connect(partial(self._ask_withdrawal, words, kinds, names))
        self.withdraw_menu.addAction(action)

    def _ask_withdrawal(
        self, words: str, kinds: tuple[Kind, ...], names: tuple[str, ...], _checked: bool = False
    ) -> None:
        held = self.held
        if held is not None:
            box = withdrawing.ask(self, words, partial(self._withdraw, held, words, kinds, names))
            held.ended.connect(box.reject)  # the next interview is another candidate's

    def _withdraw(self, held: HeldInterview, words: str, kinds: tuple[Kind, ...], names: tuple[str, ...]) -> None:
        """Ended, and said that it is."""
        if self._try(lambda: held.withdraw(kinds, names)):
            self.noticed.emit(lambda: tr("record.withdrawn", what=words), "info", "")

    def _show_narrowed(self) -> None:
        self._fill_withdraw()
        self.sources.narrowed()

    def _candidate_gone(self) -> None:
        if self.candidate is not None:
            self.candidate.deleteLater()
            self.candidate = None
            self.look()

    # How it is wired

    def _connect(self) -> None:
        self.next.clicked.connect(self.go_next)
        self.retake.clicked.connect(self.take_again)
        self.pause.clicked.connect(self.rest)
        self.stop.clicked.connect(self.ask_to_stop)
        self.marker.clicked.connect(self.mark)
        self.said.clicked.connect(self.consent_said)
        self.candidate_button.clicked.connect(self.toggle_candidate)
        self.rating.rated.connect(self.rate)
        self.note.textEdited.connect(self._note_written)
        self.note.returnPressed.connect(self._note_entered)
        self.answer.textChanged.connect(self._wrote_here)
        self.questions.itemActivated.connect(lambda item: self.go_to(self.questions.row(item)))
        for prompt, button in self.prompts.items():
            button.clicked.connect(partial(self._prompt_clicked, prompt))

    def _prompt_clicked(self, prompt: Prompt, _checked: bool = False) -> None:
        self.prompt(prompt)

    def _note_written(self, words: str) -> None:
        """The note stands where its writing began; what is being written is kept as a draft."""
        if self.held is None:
            return
        if self._note_at is None or not words:
            self._note_at = self.held.now() if words else None
        held, draft = self.held, {"text": words, "at_s": self._note_at} if words else None
        self._try(lambda: held.library.keep_draft(held.interview.id, NOTE_DRAFT, draft))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape gives the keys back to the room."""
        if event.key() == Qt.Key.Key_Escape:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)

    def _tell_stop(self) -> None:
        self.stop.setText(tr("record.stop_sure" if self._sure.isActive() else "record.stop"))

    def _tell_retake(self) -> None:
        left = self.held.running.retakes_left() if self.held is not None else 0
        self.retake.setText(tr("record.retake_sure") if self._again.isActive() else retake_words(left))

    def _retell(self) -> None:
        self._tell_stop()
        self._tell_retake()
        self.marker.setText(tr("record.marker"))
        self.said.setText(tr("record.said_now"))
        self.candidate_button.setText(tr("record.candidate_screen"))
        self.withdraw.setText(tr("record.withdraw_title"))
        self.note.setPlaceholderText(tr("record.note_hint"))
        self.note.setAccessibleName(tr("record.note"))
        self.answer.setAccessibleName(tr("record.written_answer"))
        self.answer.setPlaceholderText(tr("record.written_answer"))
        self.questions_title.setText(tr("record.questions"))
        self.questions.setAccessibleName(tr("record.questions"))
        self.rating.name(tr("record.questions"))
        for prompt, button in self.prompts.items():
            button.setText(text.tr(f"record.prompt_{prompt}"))
            button.setToolTip(text.tr("record.prompts"))
        if self.held is not None:
            self._fill_withdraw()
        self.look()
