"""Names and roles of the voices in the review: opens the card below its button, and plays what it is asked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt

from ui import language, theme
from ui.review.speakers_card import SpeakersCard

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

LATE_S = 1.0
"""A position this far behind the end of a turn was not reached by playing: somebody went elsewhere."""


class Speakers(QObject):
    """Opens and closes the card, keeps it up to date with the document, and stands still where a played turn ends."""

    def __init__(self, room: ReviewRoom) -> None:
        super().__init__(room)
        self._room = room
        self.card = SpeakersCard(room)
        self._played: tuple[float, float] | None = None
        self._within = False
        room.installEventFilter(self)
        room.transcript.speakersAsked.connect(self.open)
        room.player.playback.positionChanged.connect(self._end_turn)
        self.card.playAsked.connect(self._play)
        self.card.closed.connect(self._close_from_card)
        theme.changed.connect(self.refresh)
        language.on_change(self, self.refresh)

    def open(self, speaker: str = "") -> None:
        """Show the card and give the keys to a voice's name; asked for no voice in particular, put it away again."""
        if self.card.isVisible() and not speaker:
            self._close_from_card()
        elif self._show():
            self.card.bring(speaker)

    def go_on(self, names: Mapping[str, str]) -> list[str] | None:
        """Show the card with names that were typed before; those whose voices are gone; None: there is no voice yet."""
        return self.card.go_on_writing(names) if self._show() else None

    def close(self) -> None:
        """Put the card away; what was typed and not saved is gone."""
        if self.card.isVisible():
            self.card.hide()
            self.card.forget()

    def refresh(self) -> None:
        """The document changed: show the voices as they are now."""
        if self.card.isVisible() and not self._show():
            self.close()

    def _show(self) -> bool:
        room, recording = self._room, self._room.recording
        if recording is None or not recording.analysis.speakers.roles:
            return False
        editable, playable = not room.presenter.read_only, room.player.playback.loaded
        self.card.show_voices(recording, editable=editable, playable=playable)
        self.card.show()  # what is not shown yet has not its final sizes
        self._place()
        self.card.raise_()
        return True

    def _close_from_card(self) -> None:
        self.close()
        self._room.setFocus(Qt.FocusReason.OtherFocusReason)

    # Listening

    def _play(self, start: float, end: float) -> None:
        """Play a turn to its end; asked again while it plays, stand still."""
        playback = self._room.player.playback
        if playback.playing and self._played == (start, end):
            self._played = None
            playback.pause()
            return
        playback.set_loop(None)
        self._room.seek(start)
        self._played, self._within = (start, end), False
        playback.play()

    def _end_turn(self, time_s: float) -> None:
        """Stand still at the end of the turn, unless somebody went elsewhere meanwhile."""
        if self._played is None:
            return
        start, end = self._played
        if start - 0.1 <= time_s < end:
            self._within = True
        elif self._within:
            self._played = None
            if end <= time_s <= end + LATE_S:
                self._room.player.playback.pause()

    # Where it lies

    def _place(self) -> None:
        """Below its button, beside the scorecard at most."""
        button = self._room.transcript.speakers
        anchor = QRect(button.mapTo(self._room, button.rect().topLeft()), button.size())
        gap = theme.scaled(theme.SPACE)
        self.card.place(anchor, self._room.left.geometry().adjusted(gap, gap, -gap, -gap))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the card stays within the room when that changes its size."""
        if watched is self._room and event.type() is QEvent.Type.Resize and self.card.isVisible():
            self._place()
        return super().eventFilter(watched, event)
