"""Leads the window: what happens in one room is told to the others. Holds no widget of its own and paints nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from analysis.failures import Cancelled, Failure
from app import text
from app.domain.enrichment import EnrichmentKind
from app.domain.outside import Purpose
from app.domain.types import Imported
from app.failures import CorrectionsPending, NotFound
from app.recording.evidence import taken_back
from ui import language
from ui.library.positions import PositionsDialog
from ui.library.room import LibraryRoom
from ui.shell.after import Afterwards
from ui.shell.consents import Consents
from ui.shell.context import Context
from ui.shell.cutting import Cutting
from ui.shell.layout import SettingsLayout
from ui.shell.outside import ask_to_send
from ui.shell.packages import Packages
from ui.shell.people import People
from ui.shell.recording import Recordings
from ui.shell.recovery import Recovery
from ui.shell.redacting import Redacting
from ui.shell.rooms import make_settings, make_sync
from ui.shell.signed import Signed
from ui.shell.topics import EXPORT, IMPORT, analysed, enriched
from ui.shell.window import MainWindow

if TYPE_CHECKING:
    from app.review import Reading


class Conductor(QObject):
    """Connects the library, review, sync and settings rooms with the long work and the HR system."""

    def __init__(self, context: Context, window: MainWindow) -> None:
        super().__init__(window)
        self.context, self.window = context, window
        self._reviewed = ""
        self._positions: PositionsDialog | None = None
        self._clips: dict[str, float] = {}
        self._layout = SettingsLayout(
            context.settings, lambda: context.library.assessor, keep=not context.library.read_only
        )
        self._recovery = Recovery(window, self._layout, lambda: self._reviewed)
        context.offer_room("library", self._make_library)
        self.packages = Packages(context, window)
        self.people = People(context, window)
        self.signed = Signed(context, window, self.people)
        self.consents = Consents(context, window, self._layout, lambda: self._reviewed, self._play, self._export)
        self.cutting = Cutting(context, window, self.consents.here, self.open_review)
        self.after = Afterwards(context, window, self._start_analysis)
        self.redacting = Redacting(context, window, self._leave_review, self.open_review, self.after.came)
        self.recordings = Recordings(context, window, self._recorded, self.open_review, self.cutting.hold)
        context.offer_room("record", self.recordings.make_room)
        self.people.bar.arrived.connect(self.recordings.hold)
        window.handOverAsked.connect(self.packages.hand_over)
        window.packageAsked.connect(self.packages.choose)
        context.offer_room("sync", lambda: make_sync(context, window, self.packages, self.open_review))
        context.offer_room("settings", lambda: make_settings(context, window, self._assessor_changed))
        work = context.work
        work.importStarted.connect(self._import_started)
        work.imported.connect(self._imported)
        work.tookIn.connect(self._took_in)
        work.importFailed.connect(self._import_failed)
        work.analysisMoved.connect(self._moved)
        work.analysisEnded.connect(self._ended)
        work.clipMoved.connect(self._clip_moved)
        work.clipEnded.connect(self._clip_ended)
        work.exportEnded.connect(self._export_ended)
        work.analysisGrew.connect(lambda _: self._look())
        work.partials.arrived.connect(self._show_partial)
        window.pages.currentChanged.connect(self._turned)
        work.enrichmentMoved.connect(self._show_enriching)
        work.enrichmentEnded.connect(self._enriched)
        window.top.syncClicked.connect(lambda: window.enter("sync"))
        window.closing.connect(self.close_dialogs)
        self._changed_kinds: set[str] = set()
        context.library.subscribe(self._note_change)
        context.sync.subscribe(self._show_sync)
        language.on_change(self, self._show_sync)

    @property
    def library_room(self) -> LibraryRoom | None:
        """The library room, once it was entered."""
        room = self.window.room("library")
        return room if isinstance(room, LibraryRoom) else None

    def _make_library(self) -> LibraryRoom:
        room = LibraryRoom(self.context.library)
        room.openRequested.connect(self.open_review)
        room.importRequested.connect(self._import)
        room.recordingGiven.connect(lambda chosen, paths: self._import(paths, chosen))
        room.handOverAsked.connect(self.packages.hand_over)
        room.packageAsked.connect(self.packages.choose)
        room.analyseRequested.connect(self._analyse_for_somebody)
        room.cancelRequested.connect(self.context.work.cancel)
        room.cutRequested.connect(self.cutting.hold)
        room.goOnRequested.connect(self.recordings.hold)
        room.endRequested.connect(self.recordings.end)
        room.positionsRequested.connect(self._edit_positions)
        room.exportRequested.connect(self._export_listed)
        room.peopleAsked.connect(self.people.open)
        room.consentAsked.connect(self.consents.open)
        return room

    def _export_listed(self, interview_id: str, kind: str) -> None:
        from ui.shell.listed_export import listed_export

        try:
            asked = listed_export(self.context.library, interview_id, kind, self._layout, self.window)
        except CorrectionsPending:
            self._say("actions.export_waits", "warn")
        except Failure as failure:
            self.window.say_failure(failure)
        else:
            if asked is not None:
                self._export(asked[0], str(asked[1]))

    def _import(self, paths: list[Path], interview_id: str = "") -> None:
        """Packages are taken in, recordings imported."""
        if recordings := self.packages.take(paths):
            self.context.work.import_paths(recordings, interview_id)

    def _exported(self, file: str) -> None:
        def show_folder() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(file).parent)))

        self.window.message.say(
            lambda: text.tr("shell.exported", file=file),
            "ok",
            action="shell.show_folder",
            done=show_folder,
        )

    def _export(self, writing: Callable[[Path], None], file: str) -> None:
        self.window.message.drop(EXPORT)
        self._say("shell.exporting", file=Path(file).name)
        self.context.work.export(writing, file)

    def _export_ended(self, file: str, failure: Failure | None) -> None:
        if failure is None:
            self._exported(file)
        else:
            self.window.say_failure(failure, topic=EXPORT)

    def _say(self, key: str, kind: str = "info", **params: object) -> None:
        self.window.message.say(lambda: text.tr(key, **params), kind)

    # Clips

    def _export_clip(self, interview_id: str, start: float, end: float, file: str) -> None:
        try:
            self.context.work.export_clip(interview_id, start, end, file)
        except Failure as failure:
            self.window.say_failure(failure)

    def _clip_moved(self, file: str, share: float) -> None:
        """Said once, then only how far it is: a message that a person closed does not come back."""
        first, self._clips[file] = file not in self._clips, share
        if not first:
            self.window.message.retell()
            return
        self.window.message.say(
            lambda: text.tr("shell.clip_running", file=Path(file).name, share=text.percent(self._clips.get(file, 1.0))),
            action="shell.clip_cancel",
            done=lambda: self.context.work.cancel_clip(file),
        )

    def _clip_ended(self, file: str, failure: Failure | None) -> None:
        self._clips.pop(file, None)
        if failure is None:
            self._exported(file)
        elif isinstance(failure, Cancelled):
            self._say("shell.clip_cancelled")
        else:
            self.window.say_failure(failure)

    # Imports and analyses

    def _imported(self, imported: Imported) -> None:
        self._say_imported(imported)
        if self.library_room:
            self.library_room.choose(imported.interview.id)
        if not imported.already:
            self.after.came(imported.interview.id)

    def _took_in(self, imported: Imported) -> None:
        """A watched folder had something new: said, and nothing moves under the hands of whoever works here."""
        if not imported.already:
            self._say_imported(imported)

    def _say_imported(self, imported: Imported) -> None:
        interview = imported.interview
        key = "shell.imported_known" if imported.already else "shell.imported"

        def words() -> str:
            later = "" if imported.already else self.after.later()
            return text.tr("after.line", said=text.tr(key, name=interview.title), later=later).strip()

        self.window.message.say(
            words,
            "info" if imported.already else "ok",
            action="shell.open_it",
            done=lambda: self.open_review(interview.id),
        )
        if self.library_room:
            self.library_room.refresh()

    def _recorded(self, interview_id: str) -> None:
        """An interview was recorded here: it is in the library, and is analysed as the workstation is set."""
        if self.library_room:
            self.library_room.refresh()
            self.library_room.choose(interview_id)
        self.after.recorded(interview_id)
        self.recordings.say_later(interview_id, *self.after.outlook(interview_id))

    def _analyse_for_somebody(self, interview_id: str) -> None:
        self.recordings.take_up(interview_id)
        self._start_analysis(interview_id)

    def _start_analysis(self, interview_id: str) -> None:
        """Analyse what was imported at once; where consent is still missing, a person starts it later.

        Where an outside service is to write down the words, a person says first whether the sound may go there.
        """
        self.cutting.release(interview_id)
        given = self.context.library.transcript(interview_id) if self._has_recording(interview_id) else None
        if given is not None and not given.heard:
            self._analyse(interview_id)
        else:
            self._when_confirmed(interview_id, Purpose.SPEECH, "outside.stay_here", self._analyse)

    def _has_recording(self, interview_id: str) -> bool:
        return self.context.library.interview(interview_id).media is not None

    def _analyse(self, interview_id: str, may_send: bool = True) -> None:
        from app.jobs.analysis import Choices

        self.window.message.drop(analysed(interview_id))
        try:
            self.context.work.analyse(interview_id, None if may_send else Choices(outside=False))
        except Failure as failure:
            self.window.say_failure(failure)

    def _enrich(self, interview_id: str, kind: str) -> None:
        """Have something found out; where that takes an outside service, a person lets it go there first."""
        from app.jobs.enriching import PURPOSES

        self.window.message.drop(enriched(interview_id, kind))

        def go(subject: str, may_send: bool = True) -> None:
            if not may_send:
                return
            try:
                self.context.work.enrich(subject, kind)
            except Failure as failure:
                self.window.say_failure(failure)

        purpose = PURPOSES.get(EnrichmentKind(kind))
        if purpose is None:
            go(interview_id)
        else:
            self._when_confirmed(interview_id, purpose, "outside.stay", go)

    def _when_confirmed(self, interview_id: str, purpose: Purpose, stay: str, go: Callable[[str, bool], None]) -> None:
        """Go on, asking first where nothing but a person's word is missing for something to be sent."""
        from app.outside.gate import unconfirmed

        library = self.context.library
        service = unconfirmed(library, interview_id, purpose)
        if service is None:
            go(interview_id, True)
            return
        host = service.host

        def answered(may_send: bool) -> None:
            if may_send:
                library.confirm_outside(interview_id, purpose, host)
            go(interview_id, may_send)

        ask_to_send(self.window, service, stay, answered)

    def _listen_again(self, interview_id: str) -> None:
        """Set the imported transcript aside, and analyse with what the machine hears."""
        try:
            self.context.library.forget_transcript(interview_id)
        except Failure as failure:
            self.window.say_failure(failure)
            return
        self._start_analysis(interview_id)

    def _import_started(self, name: str) -> None:
        self.window.message.drop(IMPORT)
        self._say("shell.import_running", name=name)

    def _import_failed(self, failure: Failure | None) -> None:
        if failure is None:
            self._say("shell.import_nothing", "warn", name="")
        elif not isinstance(failure, Cancelled):
            self.window.say_failure(failure, topic=IMPORT)

    def _moved(self, interview_id: str, share: float, words: str) -> None:
        if self.library_room:
            self.library_room.show_progress(interview_id, share, words)
        review = self.window.room("review")
        if review is not None and interview_id == self._reviewed:
            job = self.context.work.running(interview_id)
            review.coming.move(job.stages if job else {})  # type: ignore[attr-defined]
            review.show_running(share, words)  # type: ignore[attr-defined]

    def _turned(self, _page: int) -> None:
        """Another room, or another interview in it."""
        shown, window = self.window.pages.currentWidget(), self.window
        held = self.recordings.looked_at() if shown is window.room("record") else ""
        window.message.look_at(self._reviewed if shown is window.room("review") else held)
        window.alerts.fold(bool(held))
        self._look()

    def _look(self) -> None:
        """Only who looks at a running analysis is shown what it has found so far."""
        if self._is_on_screen(self._reviewed):
            self.context.work.look(self._reviewed)

    def _show_partial(self, interview_id: str, partial: object) -> None:
        review = self.window.room("review")
        if review is None or interview_id != self._reviewed:
            return
        if review.presenter.show_partial(partial):  # type: ignore[attr-defined]
            review.refresh()  # type: ignore[attr-defined]

    def _ended(self, interview_id: str, failure: Failure | None) -> None:
        if self.library_room:
            self.library_room.show_progress(interview_id, None)
            self.library_room.refresh()
        self._refresh_review(interview_id, failure)
        if self.recordings.tells_of(interview_id):
            self.recordings.say_later(interview_id, *self.after.outlook(interview_id))
        if failure is None:
            interview = self.context.library.interview(interview_id)
            self.window.message.say(
                lambda: text.tr("shell.analysis_finished", name=interview.title),
                "ok",
                action="" if self._is_on_screen(interview_id) else "shell.open_it",
                done=lambda: self.open_review(interview_id),
                topic=analysed(interview_id),
                about=interview_id,
            )
        elif not isinstance(failure, Cancelled):
            self.window.say_failure(failure, topic=analysed(interview_id), about=interview_id)

    def _is_on_screen(self, interview_id: str) -> bool:
        """Whether the review of this interview is what the window shows."""
        shown = self.window.pages.currentWidget()
        return self._reviewed == interview_id and shown is self.window.room("review")

    def _refresh_review(self, interview_id: str, failure: Failure | None = None) -> None:
        """Read the newest analysis beside the window, then show it, and why none came."""
        review = self.window.room("review")
        if review is None or interview_id != self._reviewed:
            return

        def show(read: Reading) -> None:
            if review is self.window.room("review"):
                review.presenter.reload(read)  # type: ignore[attr-defined]
                review.refresh()  # type: ignore[attr-defined]
                if failure is not None:
                    quiet = isinstance(failure, Cancelled)
                    review.show_failure("" if quiet else text.sentence(failure))  # type: ignore[attr-defined]

        self.context.work.read(review.presenter.read, show, self.window.say_failure)  # type: ignore[attr-defined]

    # The review room

    def open_review(self, interview_id: str) -> None:
        """Open an interview in the review room, in place of the one that was there."""
        if self._put_review(interview_id):
            self.window.enter("review")
            self._look()

    def _play(self, interview_id: str, time_s: float) -> None:
        """Play an interview from a moment on, in its review."""
        if not self._is_on_screen(interview_id):
            self.open_review(interview_id)
        if self._is_on_screen(interview_id):
            self.window.room("review").play_at(time_s)  # type: ignore[union-attr]

    def _put_review(self, interview_id: str) -> bool:
        """Make the review room of an interview, in place of the one that was there; whether it could be made."""
        from ui.review.presenter import LibraryPresenter
        from ui.review.room import ReviewRoom

        try:
            presenter = LibraryPresenter(self.context.library, interview_id, lambda: self._derive_again(interview_id))
        except Failure as failure:
            self.window.say_failure(failure)
            return False
        room = ReviewRoom(presenter, self._layout)
        room.analyseAsked.connect(lambda: self._analyse_for_somebody(interview_id))
        room.transcriptGiven.connect(lambda path: self.context.work.import_transcript(interview_id, path))
        room.machineWordsAsked.connect(lambda: self._listen_again(interview_id))
        room.cancelAsked.connect(lambda: self.context.work.cancel(interview_id))
        room.enrichAsked.connect(lambda kind: self._enrich(interview_id, kind))
        room.enrichCancelAsked.connect(lambda kind: self.context.work.cancel_enrichment(interview_id, kind))
        room.signed.connect(self._signed)
        room.changed.connect(partial(self.recordings.take_up, interview_id))
        room.changed.connect(self._name_interview)
        room.failed.connect(self.window.say_failure)
        room.exportAsked.connect(self._export)
        room.noticed.connect(lambda key, params: self._say(key, "warn", **params))
        room.clipAsked.connect(lambda start, end, file: self._export_clip(interview_id, start, end, file))
        room.redactAsked.connect(partial(self.redacting.ask, interview_id))
        self._reviewed = interview_id
        self.window.add_room("review", room)
        self._name_interview()
        presenter.session.note_opened()
        self._show_running(interview_id)
        if presenter.is_behind() and not presenter.read_only:
            self._derive_again(interview_id)  # the program was closed before the last correction was derived
        return True

    def _assessor_changed(self, name: str) -> None:
        """Somebody else reviews from now on, once the window is idle: the name may be given by leaving the settings."""
        self.window.later(lambda: self._let_review(name))

    def _leave_review(self, interview_id: str) -> None:
        """Close the review of an interview: its recording must not be open while another takes its place."""
        if self._reviewed == interview_id and self.window.room("review") is not None:
            self.window.drop_room("review")
            self._reviewed = ""
            self.window.enter("library")
            self.window.top.show_interview_line(False)

    def _let_review(self, name: str) -> None:
        """What stands in an open review is the one's before, who leaves it first; then it is opened as the other's."""
        shown, entered = self._is_on_screen(self._reviewed), self.window.room("review") is not None
        self.window.drop_room("review")
        self.context.library.assessor = name
        opened = entered and self._put_review(self._reviewed)
        if shown:
            self.window.enter("review" if opened else "library")
            self._look()
        self.window.top.show_interview_line(self._is_on_screen(self._reviewed))

    def take_in_cut_recordings(self) -> None:
        """What a crash left of recordings comes into the library, and is said."""
        if self.context.library.vault.recordings():
            from ui.shell.cut_recordings import CutRecordings

            CutRecordings(self.context, self.window, self.open_review, self.recordings.hold, self._show_came)

    def _show_came(self, interview_id: str) -> None:
        """Where nothing may be analysed, that is said with the recording, and no analysis fails over it."""
        if self.library_room:
            self.library_room.refresh()
        self.after.recorded(interview_id)

    def return_to_left(self) -> None:
        """Open the interview again in which the program ended without being closed, and say so."""
        interview_id = self._recovery.left
        if self.context.library.read_only or not self._knows(interview_id):
            return  # read-only: the mark is that of the window which is at work in it
        self._say("shell.returned", "warn")
        self.open_review(interview_id)

    def _knows(self, interview_id: str) -> bool:
        try:
            return bool(interview_id) and bool(self.context.library.interview(interview_id))
        except NotFound:
            return False

    def _show_running(self, interview_id: str) -> None:
        from ui.shell.work import described

        job = self.context.work.running(interview_id)
        if job is not None:
            self._moved(interview_id, *described(job))
        for kind, running in self.context.work.enriching(interview_id).items():
            self._show_enriching(interview_id, kind, described(running)[1])

    def _show_enriching(self, interview_id: str, kind: str, words: str | None) -> None:
        review = self.window.room("review")
        if review is not None and interview_id == self._reviewed:
            review.show_enriching(kind, words)  # type: ignore[attr-defined]

    def _enriched(self, interview_id: str, kind: str, failure: Failure | None) -> None:
        """It is over: what came of it stands in the room, why nothing did above it."""
        self._show_enriching(interview_id, kind, None)
        if failure is not None and not isinstance(failure, Cancelled):
            self.window.say_failure(failure, topic=enriched(interview_id, kind), about=interview_id)

    def _derive_again(self, interview_id: str) -> None:
        """A correction was made: derive the document anew in the background and show it when it is there."""
        self.context.work.derive_again(interview_id, lambda: self._refresh_review(interview_id))

    def _name_interview(self) -> None:
        self._tell_interview()
        self.window.top.show_interview_line(True)

    def _tell_interview(self) -> None:
        """What the bar above the review says of its interview."""
        library = self.context.library
        withdrawn = bool(taken_back(library, self._reviewed))
        self.window.top.show_interview(library.interview(self._reviewed), self._facts, taken_back=withdrawn)

    def _facts(self) -> str:
        recording = getattr(self.window.room("review"), "recording", None)
        if recording is None:
            return ""
        quality, parts = recording.analysis.quality, []
        if quality.face_coverage is not None:
            parts.append(text.tr("shell.face_seen", share=text.percent(quality.face_coverage)))
        if quality.snr_db is not None:
            parts.append(text.tr("shell.snr", db=f"{quality.snr_db:.0f}"))
        return " · ".join(parts)

    def _signed(self) -> None:
        self.signed.begin(self._reviewed)
        self._name_interview()
        self.context.sync.sync_now()

    # What changed elsewhere

    def _edit_positions(self) -> None:
        """Beside the window, which stays usable; a second wish brings the open one to the front. The position of the
        interview that is chosen comes first."""
        if self._positions is None:
            self._positions = PositionsDialog(self.context.library, self.window)
            self._positions.finished.connect(self._positions_edited)
        chosen = self.library_room.chosen() if self.library_room else None
        if chosen is not None and chosen.position is not None:
            self._positions.choose(chosen.position.id)
        self._positions.show()
        self._positions.raise_()
        self._positions.activateWindow()

    def _positions_edited(self) -> None:
        if self._positions is not None:
            self._positions.deleteLater()
            self._positions = None
        if self.library_room:
            self.library_room.refresh_positions()

    def close_dialogs(self) -> None:
        """The window is about to close: what is being edited beside it is saved first."""
        if self._positions is not None:
            self._positions.reject()

    def _note_change(self, kind: str, _: str) -> None:
        """On any thread: one call on the window's thread for all changes of a burst."""
        waiting = bool(self._changed_kinds)
        self._changed_kinds.add(kind)
        if not waiting:
            self.context.post(self._library_changed)

    def _library_changed(self) -> None:
        kinds, self._changed_kinds = self._changed_kinds, set()
        if kinds & {"interview", "candidate", "position", "assessment"} and self.library_room:
            self.library_room.refresh_soon()
        if kinds & {"interview", "candidate", "position"} and self.recordings.room is not None:
            self.recordings.room.refresh_soon()
        if kinds & {"interview", "mark"}:
            self.consents.refresh()
        if "interview" in kinds:
            if self._reviewed and self.window.room("review") is not None:
                self._tell_interview()
            if self.recordings.room is not None:
                self.recordings.room.consent_changed()
            self.context.work.stop_unconsented()

    def _show_sync(self) -> None:
        state = self.context.sync.standing()
        self.window.top.show_sync(str(state.connection), state.open)
        self.window.rail.show_sync(str(state.connection), state.open)
        self.signed.tell(state)

    def import_at_start(self, files: list[Path]) -> None:
        """Files that were named on the command line."""
        if files:
            self._import(files)
