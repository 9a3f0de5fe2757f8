"""The question that is being looked at: chosen on the timeline or in the transcript, marked there, told on its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt

from analysis.document import Exchange
from app.domain.types import QuestionRating
from ui import theme
from ui.review.exchange_card import ExchangeCard
from ui.review.exchange_facts import exchange_at
from ui.review.exchange_lane import ExchangeLane

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

LANE = "exchanges"


class Questions(QObject):
    """Opens and closes the card, and keeps it and the marks up to date with the document."""

    def __init__(self, room: ReviewRoom) -> None:
        super().__init__(room)
        self._room = room
        self.card = ExchangeCard(room)
        self.card.supports = room.presenter.template.supports
        room.installEventFilter(self)
        room.timeline.markChosen.connect(self._mark_chosen)
        room.transcript.exchangeChosen.connect(self.show)
        self.card.chosen.connect(self._go)
        self.card.closed.connect(self._close_from_card)
        self.card.score.rated.connect(room.scorecard.rate_question)
        self.card.score.noted.connect(room.scorecard.note_question)
        room.changed.connect(self._show_rating)

    def show(self, index: int) -> None:
        """Show the card of a question."""
        recording, presenter = self._room.recording, self._room.presenter
        if recording is None or not 0 <= index < len(recording.analysis.exchanges):
            return
        editable = not presenter.read_only
        found = recording.analysis
        self.card.show_exchange(found, index, presenter.kit(), self._rating(found.exchanges[index]), editable=editable,
                                written=presenter.written(found.exchanges[index]))  # fmt: skip
        self._mark(index)
        self.card.show()  # what is not shown yet has not its final sizes
        self._place()
        self.card.raise_()

    def _show_rating(self) -> None:
        """The question's rating, here as in the scorecard; a note that appears makes the card higher."""
        if self.card.isVisible() and self.card.exchange is not None:
            self.card.show_rating(self._rating(self.card.exchange))
            self._place()

    def _rating(self, exchange: Exchange) -> QuestionRating | None:
        """How the kit's question was rated that was asked there."""
        matched = exchange.matched_question
        return self._room.presenter.assessment.questions.get(matched.text) if matched else None

    def show_here(self) -> None:
        """Show the card of the question at the playhead, and give it the keys; put it away where it is shown."""
        recording = self._room.recording
        index = exchange_at(recording.analysis, self._room.player.playback.position) if recording else None
        if self.card.isVisible():
            self._close_from_card()
        elif index is not None:
            self.show(index)
            self.card.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close(self) -> None:
        """Put the card away."""
        self.card.score.save()
        self.card.hide()
        self._mark(None)

    def refresh(self) -> None:
        """The document changed: show the same question as it is now, if it is still there."""
        recording, index = self._room.recording, self.card.index
        if not self.card.isVisible() or index is None:
            return
        if recording is None or index >= len(recording.analysis.exchanges):
            self.close()
        else:
            self.show(index)

    def _close_from_card(self) -> None:
        self.close()
        self._room.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark_chosen(self, lane: str, mark: str) -> None:
        if lane == LANE and mark:
            self.show(int(mark))

    def _go(self, index: int) -> None:
        """From the card to the question before or after: the player goes along."""
        recording = self._room.recording
        if recording is not None and 0 <= index < len(recording.analysis.exchanges):
            self._room.seek(recording.analysis.exchanges[index].question.start)
            self.show(index)

    def _lane(self) -> ExchangeLane | None:
        lanes = self._room.timeline.lanes
        return next((lane for lane in lanes if isinstance(lane, ExchangeLane)), None)

    def _mark(self, index: int | None) -> None:
        self._room.transcript.show_chosen(index)
        lane = self._lane()
        if lane is not None and lane.chosen != index:
            lane.chosen = index
            self._room.timeline.refresh()

    def _place(self) -> None:
        """Below its block on the timeline, beside the scorecard at most."""
        timeline, exchange = self._room.timeline, self.card.exchange
        if exchange is None:
            return
        view = timeline.view()
        row = next((row for row in timeline.rows() if row.lane.key == LANE), None)
        left = min(max(view.left, view.x(exchange.question.start)), view.left + view.width)
        top, bottom = (row.area.top(), row.area.bottom()) if row else (0.0, 0.0)
        corner = timeline.viewport().mapTo(self._room, QRect(int(left), int(top), 1, int(bottom - top)).topLeft())
        gap = theme.scaled(theme.SPACE)
        area = self._room.left.geometry().adjusted(gap, gap, -gap, -gap)
        self.card.place(QRect(corner, QRect(0, 0, 1, int(bottom - top)).size()), area)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the card stays within the room when that changes its size."""
        if watched is self._room and event.type() is QEvent.Type.Resize and self.card.isVisible():
            self._place()
        return super().eventFilter(watched, event)
