"""What is done with the selected stretch of the timeline: played, looped, commented, written to a file as a clip."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QWidget

from analysis.failures import Failure
from app.domain.redaction import Reason
from app.exporting import clip_name
from app.text import stretch, tr
from ui import language, theme
from ui.actions import Action
from ui.review.controls import IconButton
from ui.review.region import STEP_S, length_text
from ui.review.timeline_menu import SHORTEST_LOOP_S

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

Span = tuple[float, float]
FIRST_S = 1.0
"""How long a stretch is at first that a key begins."""


class RegionTools(QFrame):
    """A row of buttons at the foot of the timeline's titles, there as long as something is selected."""

    def __init__(self, room: ReviewRoom) -> None:
        super().__init__(room.timeline)
        self._room, self._region = room, room.timeline.region
        self.play = IconButton("play", "review.region_play")
        self.loop = IconButton("loop", "review.region_loop")
        self.comment = IconButton("comment", "review.region_comment")
        self.clip = IconButton("clip", "review.region_clip")
        self.drop = IconButton("cross", "review.region_clear")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(1)
        for button in self._buttons():
            button.setProperty("class", "tight")
            self._row.addWidget(button)
        self.play.clicked.connect(self.play_once)
        self.loop.clicked.connect(self.toggle_loop)
        self.comment.clicked.connect(self.write)
        self.clip.clicked.connect(self.export_clip)
        self.drop.clicked.connect(self._region.clear)
        room.player.loop.clicked.connect(self.toggle_loop)
        standing, playback = room.standing, room.player.playback
        standing.beginAsked.connect(lambda: self._region.begin_at(playback.position))
        standing.endAsked.connect(lambda: self._region.end_at(playback.position))
        standing.redactAsked.connect(self.redact)
        self._region.changed.connect(self._show)
        theme.changed.connect(self._place)
        room.timeline.resized.connect(self._place)
        language.on_change(self, self._show)

    # What is done

    def play_once(self) -> None:
        """Play it from its beginning to its end, and stand still there."""
        if self._region.span is not None:
            self._room.player.playback.play_once(*self._region.span)

    def toggle_loop(self) -> None:
        """Play what is here again and again; again: no loop any more."""
        playback, here = self._room.player.playback, self.here()
        if playback.loop is not None:
            playback.set_loop(None)
        elif here is not None:
            if not here[0] <= playback.position < here[1]:
                self._room.seek(here[0])
            self._room.loop(*here)
        self._room.player.loop.setChecked(playback.loop is not None)

    def write(self) -> None:
        """Begin a comment on the stretch."""
        if self._region.span is not None:
            self._room.player.write_at(*self._region.span)

    def export_clip(self) -> None:
        """Ask for a file and have the stretch written to it; what forbids that is said before anything is asked."""
        room, span = self._room, self._region.span
        if span is None:
            return
        try:
            ending = room.presenter.clip_ending()
        except Failure as failure:
            room.failed.emit(failure)
            return
        out = room.exporting.ask(clip_name(room.presenter.interview.title, *span, ending), tr("actions.format_clip"))
        if out is not None:
            room.clipAsked.emit(*span, str(out if out.suffix.lower() == ending else out.with_name(out.name + ending)))

    def here(self) -> Span | None:
        """What a loop is made of: the selected stretch, else the event at the playhead on the chosen lane while the
        timeline has the keyboard, else the row of the transcript that has it or is being said."""
        return self._region.span or self._event() or self._said()

    def _event(self) -> Span | None:
        timeline = self._room.timeline
        lane = timeline.chosen_lane()
        if lane is None or not timeline.hasFocus():
            return None
        at = timeline.playhead
        under = [(each.start, each.end) for each in lane.marks() if each.start - SHORTEST_LOOP_S <= at <= each.end]
        long_enough = (each for each in under if each[1] - each[0] > SHORTEST_LOOP_S)
        return min(long_enough, key=lambda each: each[1] - each[0], default=None)

    def _said(self) -> Span | None:
        rows = self._room.transcript.list
        row = rows.currentIndex().row() if rows.hasFocus() else rows.rows.row_at(self._room.player.playback.position)
        if row is None or not 0 <= row < len(rows.rows.lines):
            return None
        said = rows.rows.lines[row].segment
        return (said.start, said.end) if said.end - said.start > SHORTEST_LOOP_S else None

    def _move(self, start_by: float, end_by: float) -> None:
        """Move an edge; where nothing is selected, begin at the playhead."""
        if self._region.span is None:
            at = self._room.player.playback.position
            self._region.select(at, at + FIRST_S)
        else:
            self._region.move(start_by, end_by)

    # Keys and menu

    def commands(self) -> list[Action]:
        """What can be done to the stretch and with it."""
        playback, region = self._room.player.playback, self._region

        def drawn() -> bool:
            return region.duration > 0

        def chosen() -> bool:
            return region.span is not None

        def loopable() -> bool:
            return playback.loop is not None or self.here() is not None

        def erasable() -> bool:
            return chosen() and not self._room.presenter.read_only

        act = partial(Action, group="selection", enabled=drawn)
        return [
            act("region_in", keys=("I",), run=lambda: region.begin_at(playback.position)),
            act("region_out", keys=("O",), run=lambda: region.end_at(playback.position)),
            act("region_start_back", keys=("Alt+Left",), run=lambda: self._move(-STEP_S, 0.0)),
            act("region_start_on", keys=("Alt+Right",), run=lambda: self._move(STEP_S, 0.0)),
            act("region_end_back", keys=("Shift+Left",), run=lambda: self._move(0.0, -STEP_S)),
            act("region_end_on", keys=("Shift+Right",), run=lambda: self._move(0.0, STEP_S)),
            act("region_play", keys=("Shift+Space",), run=self.play_once, enabled=chosen),
            act("region_loop", keys=("Shift+R",), run=self.toggle_loop, enabled=loopable),
            act("region_clip", keys=("Ctrl+E",), run=self.export_clip, enabled=chosen),
            act("region_redact", keys=("Ctrl+Shift+E",), run=self.redact, enabled=erasable),
        ]

    def add_to(self, menu: QMenu) -> None:
        """The same at the mouse."""
        menu.addAction(tr("actions.region_play"), self.play_once)
        menu.addAction(tr("review.region_loop_menu"), self.toggle_loop)
        if not self._room.presenter.read_only:
            menu.addAction(tr("actions.region_comment"), self.write)
        menu.addAction(tr("review.region_clip_menu"), self.export_clip)
        self.offer_redacting(menu)
        menu.addAction(tr("review.region_clear_menu"), self._region.clear)
        menu.addSeparator()

    def offer_redacting(self, menu: QMenu) -> None:
        """Why it is to be taken out, as a menu of its own."""
        if not self._room.presenter.read_only:
            reasons = self._reasons(menu)
            menu.addMenu(reasons)
            reasons.setEnabled(self._region.span is not None)

    def redact(self) -> None:
        """Ask why, where the selection's buttons stand, or at the picture where there are none."""
        reasons = self._reasons(self._room)
        reasons.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place: QWidget = self if self.isVisible() else self._room.player
        place = self._room.standing.redact if self._room.standing.redact.isVisible() else place
        reasons.popup(place.mapToGlobal(place.rect().center()))

    def _reasons(self, parent: QWidget) -> QMenu:
        reasons = QMenu(tr("redact.menu"), parent)
        for reason in Reason:
            reasons.addAction(tr(f"redact.reason_{reason}"), partial(self._redact, reason))
        return reasons

    def _redact(self, reason: Reason) -> None:
        if self._region.span is not None:
            self._room.redactAsked.emit(*self._region.span, str(reason))

    # How it shows

    def _buttons(self) -> tuple[IconButton, ...]:
        return self.play, self.loop, self.comment, self.clip, self.drop

    def _show(self) -> None:
        span = self._region.span
        words = "" if span is None else tr("review.region", stretch=stretch(*span), length=length_text(span))
        self._room.standing.show_selection(words)
        self.setVisible(span is not None)
        self.comment.setEnabled(not self._room.presenter.read_only)
        if span is not None:
            self.setAccessibleName(words)
            self._place()

    def _place(self) -> None:
        side = theme.scaled(24)
        for button in self._buttons():
            button.setFixedSize(side, side)
        self.adjustSize()
        self.move(theme.scaled(7), self._room.timeline.lanes_end() + 1)
        self.raise_()
