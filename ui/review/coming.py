"""While a first analysis runs: what is not there yet says when it comes and how far it is, and nothing gives way.

What is there already is a partial document (`analysis.so_far`), which the room shows like a whole one; the whole takes
its place later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from analysis.document import TO_COME, Analysis, Missing
from app import text
from app.absence import named
from app.text import percent, tr
from ui import theme
from ui.review.lane import Lane, View, tint

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom
    from ui.review.timeline import Timeline

SEES = "face"
"""The stage that the optional room looks along with."""
FIRST = ("speakers",)
"""What stands above the waveform once it is there."""
MEASURED = ("prosody", "text")
AT_THE_FOOT = "comments"
SAID = frozenset({"pauses", "terms", "structure"})
"""Lanes of what the candidate says: as long as nobody knows who speaks, that they are empty says nothing."""


def to_come(analysis: Analysis) -> tuple[str, ...]:
    """What a running analysis will still bring; nothing where the document is whole."""
    return tuple(missing.what for missing in analysis.missing if missing.why == TO_COME)


class Progress:
    """How far each stage of the running analysis is (0..1), and what is said of what it will bring."""

    def __init__(self) -> None:
        self.shares: Mapping[str, float] = {}

    def moved(self, shares: Mapping[str, float]) -> bool:
        """Take in how far the stages are; whether anything that can be read has changed."""
        before, self.shares = self.shares, dict(shares)
        return _percents(before) != _percents(shares)

    def share(self, what: str) -> float:
        """How far the stage is that brings this."""
        return self.shares.get(_stage(what), 0.0)

    def sentence(self, what: str) -> str:
        """When it comes: "Comes when this is done: Following the face · 34 %"."""
        stage, share = tr(f"jobs.stage_{_stage(what)}"), self.share(what)
        if not share:
            return tr("review.comes", stage=stage)
        return tr("review.comes_so_far", stage=stage, share=percent(share))


def _percents(shares: Mapping[str, float]) -> dict[str, int]:
    return {stage: round(share * 100) for stage, share in shares.items()}


def _stage(what: str) -> str:
    return what if text.has(f"jobs.stage_{what}") else SEES


class ComingLane(Lane):
    """In place of the lanes that a stage will bring: what they will be, and how far it is."""

    height = 24

    def __init__(self, what: str, progress: Progress) -> None:
        super().__init__(f"coming_{what}")
        self.what, self._progress = what, progress

    def title(self) -> str:
        """What the stage brings."""
        if text.has(f"review.coming_{self.what}"):
            return tr(f"review.coming_{self.what}")
        name = named((Missing(self.what, TO_COME),), text.language())
        return name[:1].upper() + name[1:]

    def paint(self, painter: QPainter, area: QRectF, _view: View) -> None:
        """A quiet bar as far as the stage is, and the sentence over it."""
        done = QRectF(area.left(), area.top(), area.width() * self._progress.share(self.what), area.height())
        painter.fillRect(done, tint("accent", 28))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        inside = area.adjusted(theme.scaled(8), 0, -theme.scaled(8), 0)
        words = QFontMetricsF(painter.font()).elidedText(
            self._progress.sentence(self.what), Qt.TextElideMode.ElideRight, inside.width()
        )
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, words)

    def reason_text(self, time_s: float) -> str:  # noqa: ARG002
        """The whole sentence, wherever one points."""
        return self._progress.sentence(self.what)


def with_coming(lanes: Sequence[Lane], analysis: Analysis, progress: Progress) -> tuple[Lane, ...]:
    """The lanes with those that say what is still to come, each where the ones will be that it stands for."""
    awaited = to_come(analysis)
    if not awaited:
        return tuple(lanes)
    known = [lane for lane in lanes if _tells_something(lane, awaited)]
    foot = next((place for place, lane in enumerate(known) if lane.key == AT_THE_FOOT), len(known))
    optional = [what for what in awaited if not text.has(f"jobs.stage_{what}") and what != "meaning"]
    groups = [FIRST, tuple(optional), MEASURED, (SEES,)]
    first, more, measured, seen = ([ComingLane(w, progress) for w in group if w in awaited] for group in groups)
    return (*first, *known[:foot], *more, *measured, *known[foot : foot + 1], *seen, *known[foot + 1 :])


def _tells_something(lane: Lane, awaited: Sequence[str]) -> bool:
    """Whether a lane says more than that its stage is not done: an empty one of what is said only does afterwards."""
    unknown = "speakers" in awaited or "text" in awaited
    return not (unknown and lane.key in SAID and not lane.marks()) and not (
        "speakers" in awaited and lane.key == "exchanges"
    )


class Coming:
    """What the room asks about a running analysis. `progress` is how far its stages are."""

    def __init__(self, room: ReviewRoom) -> None:
        self._room = room
        self.progress = Progress()
        self.share, self.words = 0.0, ""

    @property
    def awaited(self) -> tuple[str, ...]:
        """What is still to come of the document that is shown; nothing where it is whole, or there is none."""
        return to_come(self._room.recording.analysis) if self._room.recording else ()

    def may_correct(self) -> bool:
        """Whether words can be corrected: before it is known who speaks, a row may be of two voices."""
        return "speakers" not in self.awaited

    def move(self, shares: Mapping[str, float]) -> None:
        """The stages are so far (0..1) now."""
        if self.progress.moved(shares):
            self.tell()
            if self.awaited:
                self._room.timeline.refresh()

    def tell(self) -> None:
        """What the transcript says of what comes."""
        instead = note = ""
        if self._room.presenter.held().unrecorded:
            instead = tr("review.unrecorded_transcript")
        if self._room.presenter.is_growing():
            if self._room.recording is None or "text" in self.awaited:
                instead = self.progress.sentence("text")
            elif not self.may_correct():
                note = tr("review.corrections_wait", when=self.progress.sentence("speakers"))
        self._room.transcript.show_coming(instead, note)


@contextmanager
def lanes_in_place(timeline: Timeline) -> Iterator[None]:
    """While lanes come and go, what one has scrolled to stays where it is on the screen."""
    bar = timeline.verticalScrollBar()
    scrolled = bar.value() > 0
    before = {row.lane.key: row.area.top() for row in timeline.rows()} if scrolled else {}
    sight = [key for key, top in before.items() if top >= 0]
    yield
    after = {row.lane.key: row.area.top() for row in timeline.rows()}
    kept = next((key for key in sight if key in after), None)
    if kept is not None:
        bar.setValue(bar.value() + round(after[kept] - before[kept]))
