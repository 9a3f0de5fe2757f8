"""The button of the lanes, which says when some of them are hidden."""

from __future__ import annotations

from app.text import tr
from ui.review.controls import IconButton
from ui.review.timeline import Timeline


class LanesButton(IconButton):
    """Opens the menu of the lanes. Its icon is lit, and its hint has their number, while lanes are hidden."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__("lanes", "review.lanes_hint", timeline)
        timeline.arranged.connect(self.show_hidden)

    def show_hidden(self) -> None:
        """Say how many of the timeline's lanes are hidden now."""
        timeline = self.parentWidget()
        assert isinstance(timeline, Timeline)
        hidden = len(timeline.lanes) - len(timeline.shown())
        self.light(bool(hidden))
        self.tell(tr("review.lanes_hidden_hint", count=hidden) if hidden else tr("review.lanes_hint"))

    def _rename(self) -> None:
        self.show_hidden()
