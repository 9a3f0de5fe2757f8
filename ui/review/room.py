"""The review room: what the player, the transcript, the timeline and the scorecard tell each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from analysis.document import CorrectionKind, Event, Role
from analysis.failures import Failure
from app.domain.enrichment import EnrichmentKind
from app.domain.types import WORKING, AnalysisState, Comment
from app.text import tr
from ui import language, theme
from ui.actions import Action, for_key
from ui.review import lane_list, lane_menu, player_menu, voices
from ui.review.acts import dimension_keys, review_actions
from ui.review.coming import Coming, lanes_in_place, with_coming
from ui.review.controls import IconButton
from ui.review.drafts import Drafts
from ui.review.exchange_facts import exchange_at
from ui.review.export_menu import Exporting
from ui.review.footing import Footing
from ui.review.held_sheet import HeldSheet
from ui.review.import_menu import Importing
from ui.review.lane_layout import remembered
from ui.review.lanes_button import LanesButton
from ui.review.model import CorrectionDraft, LayoutStore, PassingLayout, Presenter, Recording, Stage
from ui.review.overview import Overview
from ui.review.pauses import longest_pause
from ui.review.player import Player, why_no_recording
from ui.review.questions import Questions
from ui.review.region_tools import RegionTools
from ui.review.remembered import PlayerMemory
from ui.review.scorecard import ScorecardPanel
from ui.review.speakers import Speakers
from ui.review.standing import Standing
from ui.review.tables import TableDialog
from ui.review.timeline import Timeline
from ui.review.timeline_menu import offer_menu
from ui.review.transcript import Transcript
from ui.review.undoing import Undoing
from ui.review.wheel import ZOOM_STEP

LAYOUT = "review"


class ReviewRoom(QWidget):
    """Reviews one interview. The window around it starts analyses and shows failures.

    `analyseAsked`, `cancelAsked`: the person wants the analysis started or stopped; answer with `show_running`,
    `show_failure` and, once it is done, `refresh`. `enrichAsked`, `enrichCancelAsked`: the same for an enrichment of a
    kind; answer with `show_enriching`. `changed`: something was saved. `signed`: signed, and in the outbox.
    `transcriptGiven`: this file is to be taken in place of the machine's words, `machineWordsAsked`: not any more;
    answer both as `analyseAsked`. `exportAsked`: a function that takes a path is to write that file. `clipAsked`: a
    stretch (s, s) is to be written to a file. `redactAsked`: it is to be taken out, for this reason. `failed`: a known
    failure (an object with code and params) that the window puts into words. `noticed`: the key of a text and its
    arguments, to be said.
    """

    analyseAsked = Signal()
    cancelAsked = Signal()
    enrichAsked = Signal(str)
    enrichCancelAsked = Signal(str)
    changed = Signal()
    signed = Signal()
    failed = Signal(object)
    exportAsked = Signal(object, str)
    noticed = Signal(str, dict)
    clipAsked = Signal(float, float, str)
    redactAsked = Signal(float, float, str)
    transcriptGiven = Signal(object)
    machineWordsAsked = Signal()

    def __init__(self, presenter: Presenter, layout: LayoutStore | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.presenter = presenter
        self.recording: Recording | None = None
        self._drawn: Recording | None = None
        self.stage = Stage.READY
        self._comments: tuple[Comment, ...] = ()
        self.layout_store: LayoutStore = layout or PassingLayout()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.player = Player()
        self.transcript = Transcript()
        self.timeline = Timeline()
        self.footing = Footing()
        self.standing = Standing()
        self.held_sheet = HeldSheet()
        self.scorecard = ScorecardPanel(lambda: self.player.playback.position)
        self.memory = PlayerMemory(self.player, self.layout_store, presenter.interview.id)
        self._build()
        self.questions = Questions(self)
        self.speakers = Speakers(self)
        self.exporting = Exporting(self)
        self.undoing = Undoing(self)
        self.region = RegionTools(self)
        self.importing = Importing(self)
        self.coming = Coming(self)
        self._connect()
        dimension_keys(self)
        self._arrange_tabs()
        self._place_saved()
        language.on_change(self, self._rename)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.refresh()
        self.drafts = Drafts(self)

    # Building

    def _build(self) -> None:
        self.timeline_panel = QFrame()
        self.timeline_panel.setProperty("class", "panel")
        inside = QVBoxLayout(self.timeline_panel)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.setSpacing(0)
        inside.addWidget(self.timeline, 1)
        inside.addWidget(self.footing)
        self.zoom_out = IconButton("minus", "review.zoom_out", self.timeline)
        self.zoom_in = IconButton("plus", "review.zoom_in", self.timeline)
        self.zoom_all = IconButton("full", "review.zoom_all", self.timeline)
        self.lanes = LanesButton(self.timeline)
        self.table = IconButton("table", "review.tables", self.timeline)
        for button in self._timeline_buttons():
            button.setProperty("class", "tight")
        self.lower_half = QStackedWidget()
        self.lower_half.addWidget(self.timeline_panel)
        self.lower_half.addWidget(self.standing)
        self.lower_half.addWidget(self.held_sheet)
        self.top = QSplitter(Qt.Orientation.Horizontal)
        self.top.addWidget(self.player)
        self.top.addWidget(self.transcript)
        self.left = QSplitter(Qt.Orientation.Vertical)
        self.left.addWidget(self.top)
        self.left.addWidget(self.lower_half)
        self.whole = QSplitter(Qt.Orientation.Horizontal)
        self.whole.addWidget(self.left)
        self.whole.addWidget(self.scorecard)
        for splitter in (self.top, self.left, self.whole):
            splitter.setChildrenCollapsible(False)
        self.whole.setStretchFactor(0, 1)
        self.whole.setStretchFactor(1, 0)
        self._frame = QHBoxLayout(self)
        self._frame.addWidget(self.whole)

    def _timeline_buttons(self) -> tuple[IconButton, ...]:
        return self.zoom_out, self.zoom_in, self.zoom_all, self.lanes, self.table

    def _connect(self) -> None:
        playback = self.player.playback
        self.player.acts = self.actions_here
        self.player.cameBack.connect(self._take_keys_back)
        self.player.commentAsked.connect(self._write)
        playback.positionChanged.connect(self._show_time)
        playback.loopChanged.connect(lambda _: self.timeline.set_loop(playback.loop))
        self.timeline.seekAsked.connect(playback.seek)
        self.timeline.loopAsked.connect(self.loop)
        self.timeline.arranged.connect(lambda arrangement: self._remember("lanes", arrangement.as_json()))
        self.transcript.seekAsked.connect(playback.seek)
        self.transcript.marking.changed.connect(lambda names: self._remember("marks", names))
        self.transcript.hitChosen.connect(self.seek)
        self.transcript.hitsChanged.connect(self.timeline.set_hits)
        self.transcript.corrected.connect(self._correct)
        self.questions.card.seekAsked.connect(self.seek)
        self.questions.card.corrected.connect(self._correct)
        self.speakers.card.corrected.connect(self._correct)
        self.transcript.takeBackAsked.connect(lambda one: self._change(lambda: self.presenter.take_back(one)))
        self.transcript.commentAsked.connect(self.scorecard.comments.start)
        self.transcript.swapAsked.connect(self.swap_roles)
        self.scorecard.seekAsked.connect(playback.seek)
        self.scorecard.playAsked.connect(self.play_at)
        self.scorecard.verdict.tableAsked.connect(lambda: self.open_tables(scores=True))
        self.scorecard.commentsChanged.connect(self._read_comments)
        self.scorecard.changed.connect(self.changed)
        self.changed.connect(self._show_scores)
        self.changed.connect(self._show_held)
        self.scorecard.signed.connect(self.let_go)
        self.scorecard.signed.connect(self.signed)
        self.scorecard.failed.connect(self.failed)
        self.scorecard.findings.enrichAsked.connect(self.enrichAsked)
        self.scorecard.findings.cancelAsked.connect(self.enrichCancelAsked)
        self.standing.analyseAsked.connect(self.analyseAsked)
        self.standing.cancelAsked.connect(self.cancelAsked)
        self.footing.cancelAsked.connect(self.cancelAsked)
        self.footing.analyseAsked.connect(self.analyseAsked)
        self.zoom_in.clicked.connect(lambda: self.zoom(1 / ZOOM_STEP))
        self.zoom_out.clicked.connect(lambda: self.zoom(ZOOM_STEP))
        self.zoom_all.clicked.connect(lambda: self.timeline.show_window(0.0, self.timeline.duration))
        self.lanes.clicked.connect(lambda: lane_menu.open_menu(self))
        self.table.clicked.connect(self.open_tables)
        offer_menu(self)
        player_menu.offer_menus(self)
        self.transcript.exportAsked.connect(lambda at: self.exporting.menu().popup(at))
        for name, splitter in (("top", self.top), ("left", self.left), ("whole", self.whole)):
            splitter.splitterMoved.connect(lambda *_, n=name, s=splitter: self._remember(n, s.sizes()))

    def _arrange_tabs(self) -> None:
        """Tab goes through the room as one reads it: player, transcript, timeline, scorecard."""
        order = [
            self.player.seek_bar, self.player.back, self.player.step_back, self.player.play, self.player.step_forward,
            self.player.forward, self.player.speed, self.player.loop, self.player.mute, self.player.volume,
            self.player.overlay, self.player.full_screen, self.transcript.search, self.transcript.mishearings,
            *self.transcript.marking.buttons.values(), self.transcript.follow, self.transcript.speakers,
            self.transcript.swap, self.transcript.undo, self.transcript.redo, self.transcript.export,
            self.transcript.list, self.zoom_out, self.zoom_in, self.zoom_all, self.lanes, self.table, self.timeline,
        ]  # fmt: skip
        for first, second in pairwise(order):
            QWidget.setTabOrder(first, second)

    def _take_keys_back(self) -> None:
        self._arrange_tabs()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The room's keys work from the first moment, and no control looks chosen.
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.memory.save()
        self.scorecard.comments.keep_draft()

    # What is shown

    def refresh(self) -> None:
        """Show the newest state of everything: a new analysis, a document derived anew, what came from elsewhere."""
        self.recording = self.presenter.recording()
        playback = self.player.playback
        place = playback.position if playback.loaded else self.memory.place()
        if playback.loaded:
            self.player.show_recording(self.presenter, self.recording)
        else:
            self.player.open(self.presenter, self.recording, place)
            place = playback.position
        self._show_label()
        self._show_transcript()
        self._show_timeline()
        self._read_comments()
        self.scorecard.show_review(self.presenter)
        self._show_standing()
        self._show_time(place)
        self.questions.refresh()
        self.speakers.refresh()
        self._show_tables()

    def _show_label(self) -> None:
        extra, recording = lane_list.optional_lanes(), self.recording
        if extra is None or recording is None:
            self.player.pane.marks.label = None
        else:
            self.player.pane.marks.label = lambda time_s: extra.face_label(recording, time_s)

    def _show_transcript(self) -> None:
        candidate = self.presenter.interview.candidate.name
        editable = not self.presenter.read_only and self.coming.may_correct()
        self.transcript.show_recording(self.recording, candidate, editable=editable)
        self.coming.tell()
        self.undoing.show()
        self.importing.show_source()
        known = self.recording is not None and not self.coming.awaited
        self.scorecard.show_asked(self.recording.analysis.exchanges if self.recording else (), known=known)

    def _show_timeline(self) -> None:
        drawn, self._drawn = self._drawn, self.recording
        if self.recording is None:
            media = self.presenter.interview.media
            self.timeline.show_lanes((), Overview(None, 1.0, (media.duration_s if media else None) or 0.0))
            return
        if lane_list.same_lanes(drawn, self.recording):
            return
        window = (self.timeline.start, self.timeline.span) if self.timeline.lanes else None
        kept = (self.layout_store.get(f"{LAYOUT}.{name}", None) for name in ("lanes", "folded"))
        lanes = lane_list.lanes_of(self.recording, lambda: self._comments)
        lanes = with_coming(lanes, self.recording.analysis, self.coming.progress)
        with lanes_in_place(self.timeline):
            self.timeline.show_lanes(lanes, lane_list.overview_of(self.recording), remembered(*kept))
        self.lanes.show_hidden()
        if window is not None:
            self.timeline.show_window(*window)

    def _read_comments(self) -> None:
        """Comments are read once a change, not once a frame."""
        before, self._comments = self._comments, self.presenter.comments()
        if self._comments != before:
            self.timeline.refresh()
        self._show_held()

    def _show_held(self) -> None:
        held = self.presenter.held()
        if held.unrecorded:
            self.held_sheet.show_held(held, self._comments, self.presenter.assessment.questions)

    def _show_standing(self) -> None:
        interview = self.presenter.interview
        self.standing.cut_first = interview.cut_first
        if self.recording is not None:
            self._stand(Stage.READY)
            self._show_footing()
        elif interview.media is None:
            self._stand(Stage.UNRECORDED if self.presenter.held().unrecorded else Stage.NO_MEDIA)
        elif interview.analysis_state is AnalysisState.FAILED:
            self._stand(Stage.FAILED)
        else:
            self._stand(Stage.RUNNING if interview.analysis_state in WORKING else Stage.NOT_ANALYSED)

    def _stand(self, stage: Stage, share: float = 0.0, words: str = "", reason: str = "") -> None:
        self.stage = stage
        editable = not self.presenter.read_only
        if stage not in (Stage.READY, Stage.UNRECORDED):
            self.standing.show_stage(stage, editable=editable, share=share, words=words, reason=reason)
        places = {Stage.READY: self.timeline_panel, Stage.UNRECORDED: self.held_sheet}
        self.lower_half.setCurrentWidget(places.get(stage, self.standing))
        if stage is Stage.UNRECORDED:
            self.scorecard.questions.fold.show_open(True)

    def show_running(self, share: float, words: str) -> None:
        """The analysis runs: how far it is (0..1), and what it does with the time that is left, in words."""
        self.coming.share, self.coming.words = share, words
        if self.recording is None:
            began = self.stage is not Stage.RUNNING
            self._stand(Stage.RUNNING, share, words)
            if began:
                self.scorecard.refresh()
                self.coming.tell()
        else:
            self.footing.show_running(share, words, anew=not self.coming.awaited)

    def show_enriching(self, kind: str, words: str | None) -> None:
        """An enrichment is being made: how far it is, in words; None = over, so that the newest one is shown."""
        self.scorecard.findings.show_running(EnrichmentKind(kind), words)
        if words is None:
            self.scorecard.refresh_findings()

    def show_failure(self, sentence: str) -> None:
        """The analysis failed, in one sentence; an empty one means that it was cancelled."""
        if self.recording is None:
            self._stand(Stage.FAILED if sentence else Stage.NOT_ANALYSED, reason=sentence)
        else:
            self._show_footing(sentence)

    def _show_footing(self, failure: str = "") -> None:
        analysis = self.recording.analysis if self.recording else None
        if self.coming.awaited:
            self.footing.show_running(self.coming.share, self.coming.words, anew=False)
            return
        self.footing.show_missing(
            analysis.missing if analysis else (),
            failure=failure,
            people=analysis.speakers.suggested if analysis else None,
            words=self.importing.remark,
            editable=not self.presenter.read_only,
        )

    @property
    def running(self) -> bool:
        """Whether the recording is being analysed."""
        return self.stage is Stage.RUNNING or (self.stage is Stage.READY and self.footing.running)

    def why_not_analysed(self) -> str:
        """The key of why the recording cannot be analysed now; "" where it can."""
        if self.stage in (Stage.NO_MEDIA, Stage.UNRECORDED):
            return why_no_recording(self.presenter.held())
        return "review.analysis_runs" if self.running else ""

    def _show_time(self, time_s: float) -> None:
        self.timeline.set_playhead(time_s, follow=self.player.playback.playing)
        self.transcript.list.show_time(time_s)
        self.scorecard.comments.show_time(time_s)

    # What is done

    def seek(self, time_s: float) -> None:
        """Go to a moment, and show it on the timeline."""
        self.player.playback.seek(time_s)
        if not self.timeline.start <= time_s <= self.timeline.start + self.timeline.span:
            self.timeline.show_window(time_s - self.timeline.span / 2, self.timeline.span)

    def play_at(self, time_s: float) -> None:
        """Play from a moment on, without a loop."""
        self.player.playback.set_loop(None)
        self.seek(time_s)
        self.player.playback.play()

    def _write(self, time_s: float | None, end_s: float | None) -> None:
        """Begin a comment, over the picture where that is on the whole screen."""
        self.scorecard.comments.start(time_s, end_s)
        if self.player.full is not None:
            self.player.full.write(self.scorecard.comments)

    def loop(self, start: float, end: float) -> None:
        """Play a stretch again and again."""
        self.player.playback.set_loop((start, end))
        self.player.playback.play()

    def has_answers(self) -> bool:
        """Whether questions and answers were told apart."""
        return self.recording is not None and bool(self.recording.analysis.exchanges)

    def loop_answer(self) -> None:
        """Play the answer at the playhead again and again; again: no loop any more."""
        playback, recording = self.player.playback, self.recording
        if playback.loop is not None:
            playback.set_loop(None)
            return
        place = exchange_at(recording.analysis, playback.position) if recording else None
        if recording is not None and place is not None:
            answer = recording.analysis.exchanges[place].answer
            self.seek(answer.start)
            self.loop(answer.start, answer.end)

    def longest_pause(self) -> Event | None:
        """The candidate's longest silence in the whole recording."""
        return longest_pause(self.recording.analysis) if self.recording else None

    def to_longest_pause(self) -> None:
        """Go where the candidate was silent for longest."""
        if (longest := self.longest_pause()) is not None:
            self.seek(longest.start)

    def zoom(self, factor: float) -> None:
        """Show `factor` times as much time, around the playhead where it is in sight."""
        timeline = self.timeline
        inside = timeline.start <= timeline.playhead <= timeline.start + timeline.span
        timeline.zoom(factor, timeline.playhead if inside else timeline.start + timeline.span / 2)

    def open_tables(self, *, scores: bool = False) -> TableDialog | None:
        """Show the tables behind the charts; with `scores` the one behind radar and composite."""
        if self.recording is None and not scores:
            return None
        if is_open := [each for each in self.findChildren(TableDialog) if each.isVisible()]:
            return self._to_front(is_open[-1], scores=scores)
        titles, table = self.presenter.glossary_titles, self.scorecard.table
        dialog = TableDialog(
            self.recording, self, glossary_titles=titles, scores=table, supports=self.presenter.template.supports
        )
        dialog.seekAsked.connect(self.seek)
        return self._to_front(dialog, scores=scores)

    def _to_front(self, dialog: TableDialog, *, scores: bool) -> TableDialog:
        if scores:
            dialog.show_scores(to_front=True)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _show_scores(self) -> None:
        for dialog in self.findChildren(TableDialog):
            dialog.show_scores()

    def _show_tables(self) -> None:
        """Tables that are open show what is true now."""
        for dialog in self.findChildren(TableDialog):
            dialog.show_recording(self.recording)

    def _correct(self, drafts: Sequence[CorrectionDraft]) -> None:
        placed = voices.anchored(self.recording, drafts)
        self._change(lambda: self.presenter.correct(*placed))

    def swap_roles(self) -> None:
        """Interviewer and candidate change places; other voices keep theirs."""
        other = {Role.CANDIDATE: Role.INTERVIEWER, Role.INTERVIEWER: Role.CANDIDATE}
        roles = self.recording.analysis.speakers.roles if self.recording else {}
        drafts = [
            CorrectionDraft(CorrectionKind.ROLE, 0.0, 0.0, speaker, other[role].value)
            for speaker, role in roles.items()
            if role in other
        ]
        if drafts:
            self._correct(drafts)

    def _change(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Failure as failure:
            self.failed.emit(failure)
        self.show_corrected()
        self.changed.emit()

    def show_corrected(self) -> None:
        """Show what became of the words: everything but the assessment's own fields is made anew."""
        self.recording = self.presenter.recording()
        self._show_transcript()
        self._show_timeline()
        self.scorecard.refresh()
        self._show_time(self.player.playback.position)
        self.questions.refresh()
        self.speakers.refresh()
        self._show_tables()

    # Keys

    def actions_here(self) -> tuple[Action, ...]:
        """What can be done here, with its keys."""
        return (*review_actions(self), *self.importing.actions(), *self.exporting.actions())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = for_key(self.actions_here(), event)
        if action is None or action.run is None:
            if not self.scorecard.rate_by_key(event):
                super().keyPressEvent(event)
        else:
            action.run()

    def let_go(self) -> None:
        """Escape, or signed: nothing looped, selected or opened any more, and the keys belong to the room again."""
        self.player.playback.set_loop(None)
        self.timeline.region.clear()
        self.questions.close()
        self.speakers.close()
        self.scorecard.choose(None)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Keeping

    def _remember(self, name: str, value: object) -> None:
        self.layout_store.put(f"{LAYOUT}.{name}", value)

    def _place_saved(self) -> None:
        self.transcript.marking.restore(self.layout_store.get(f"{LAYOUT}.marks", None))
        for name, splitter, first in (
            ("top", self.top, [520, 600]),
            ("left", self.left, [425, 495]),
            ("whole", self.whole, [1120, 360]),
        ):
            sizes = self.layout_store.get(f"{LAYOUT}.{name}", None)
            known = sizes if isinstance(sizes, list) and len(sizes) == splitter.count() else first
            splitter.setSizes([int(size) for size in known])

    def _restyle(self) -> None:
        gap = theme.scaled(theme.SPACE)
        self._frame.setContentsMargins(gap + 2, gap + 2, gap + 2, gap + 2)
        for splitter in (self.top, self.left, self.whole):
            splitter.setHandleWidth(gap + 2)
        self.scorecard.setMinimumWidth(theme.scaled(290))
        self.player.setMinimumWidth(theme.scaled(300))
        self.transcript.setMinimumWidth(theme.scaled(240))
        side = theme.scaled(24)
        for place, button in enumerate(self._timeline_buttons()):
            button.setGeometry(theme.scaled(8) + place * (side + 2), theme.scaled(9), side, side)
            button.raise_()

    def _rename(self) -> None:
        self.setAccessibleName(tr("review.room"))
        if self.recording is not None or self.scorecard.presenter is not None:
            self._show_transcript()

    def leave(self) -> None:
        """Save what is still being typed and where the player is, and let go of the recording."""
        self.transcript.list.commit()
        self.scorecard.comments.save_editor()
        self.questions.card.score.save()
        self.scorecard.save_open_fields()
        self.drafts.leave()
        self.memory.save()
        self.player.close_recording()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leave()
        super().closeEvent(event)
