"""How quick the review room paints: the timeline while it is panned and zoomed, the scorecard while a weight moves.

Timeline: 2 hours, 20 curves at 10 Hz with the waveform at 100 Hz, all lanes open, 1600 × 1000 pixels; a frame begins
with the new window of time and ends with the last pixel in the picture. Events: the same with 10,000 events and 2,000
turns, while the mouse moves over the lanes: a frame begins with the move and holds the crosshair with the values of all
lanes and what is said of the mark under it; every second one has a new window of time, too. Slider: from the new weight
to composite, bands and radar repainted, on a scorecard of the shipped template. All offscreen, 95th percentile of all
frames, in ms.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from analysis.document import Event, Turn
from app.store.library import Library
from tests.ui import review_data, review_library
from ui import theme
from ui.review import lane_list
from ui.review.lane_layout import LaneLayout
from ui.review.model import Recording
from ui.review.presenter import LibraryPresenter
from ui.review.scorecard import ScorecardPanel
from ui.review.timeline import Timeline

HOURS_S = 7200.0
WIDTH, HEIGHT = 1600, 1000
FRAMES = 120
EVENTS = 10_000
KINDS = (
    "pause",
    "filler",
    "term",
    "quantified_result",
    "smile",
    "frown",
    "structure",
    "order_marker",
    "blink",
    "overlap",
)
WORDED = (1, 2, 3, 7)
"""Places of the kinds that have a text."""
WHAT = {
    "timeline_frame_ms_p95": "95th percentile of 120 frames, panned and zoomed: 2 h, 20 curves, 1600 x 1000, offscreen",
    "timeline_events_ms_p95": "the same with 10,000 events, crosshair and hover; half the frames only move the mouse",
    "slider_ms_p95": "95th percentile of 100 steps of a weight: composite, bands and radar scored anew and repainted",
}
TRACKS = (
    *review_data.VOICE[:4],
    "eye_contact",
    "head_yaw",
    "head_pitch",
    "head_roll",
    "gaze_yaw",
    "gaze_pitch",
    *review_data.EXPRESSION,
)


def measure() -> dict[str, float | None]:
    """timeline_frame_ms_p95, timeline_events_ms_p95 and slider_ms_p95."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.set_up(application, "light")
    return {
        "timeline_frame_ms_p95": timeline_ms(),
        "timeline_events_ms_p95": events_ms(),
        "slider_ms_p95": slider_ms(),
    }


def timeline_ms() -> float:
    """Half the frames pan, half zoom, from the whole recording down to ten seconds."""
    timeline = two_hours()
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    return p95([timed(lambda w=window: _frame(timeline, image, *w)) for window in windows()])


def windows() -> list[tuple[float, float]]:
    """Windows of time (start, length in s): panned, then zoomed."""
    panned = [(30.0 * step, 1800.0) for step in range(FRAMES // 2)]
    return panned + [(3600.0 - span / 2, span) for span in np.geomspace(HOURS_S, 10.0, FRAMES // 2).tolist()]


def events_ms() -> float:
    """In each window one frame that is new, and one in which only the mouse has moved."""
    timeline = two_hours(EVENTS)
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    times = []
    for place, window in enumerate(windows()):
        for move in range(2):
            at = QPointF(200 + (place * 37 + move * 5) % 1350, 70 + (place * 53 + move * 3) % 880)
            times.append(timed(lambda w=window, a=at, new=not move: _hovered(timeline, image, w if new else None, a)))
    return p95(times)


def _hovered(timeline: Timeline, image: QImage, window: tuple[float, float] | None, at: QPointF) -> None:
    if window is not None:
        timeline.show_window(*window)
        timeline.refresh()
    none, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, at, at, button, button, none)
    QApplication.sendEvent(timeline.viewport(), move)
    timeline.viewport().render(image)


def busy(recording: Recording, count: int) -> Recording:
    """The recording with so many events of all kinds, and a turn for every fifth of them."""
    random = np.random.default_rng(3)
    starts = np.sort(random.uniform(0, HOURS_S - 5, count)).tolist()
    lengths = random.uniform(0.1, 3.0, count).tolist()
    events = tuple(
        Event(KINDS[place % len(KINDS)], start, start + length, "缓存" if place % len(KINDS) in WORDED else "")
        for place, (start, length) in enumerate(zip(starts, lengths, strict=True))
    )
    turns = tuple(Turn(start, start + 3.0, f"S{1 + place % 2}") for place, start in enumerate(starts[::5]))
    speakers = replace(recording.analysis.speakers, turns=turns)
    return replace(recording, analysis=replace(recording.analysis, events=events, speakers=speakers))


def two_hours(events: int = 0) -> Timeline:
    """A timeline of two hours with every lane open, and with so many events more than a talk has."""
    recording = review_data.recording(HOURS_S, TRACKS)
    if events:
        recording = busy(recording, events)
    timeline = Timeline()
    timeline.resize(WIDTH, HEIGHT)
    timeline.show()
    lanes = lane_list.lanes_of(recording, tuple)
    assert sum(len(getattr(lane, "curves", ())) or len(getattr(lane, "pyramids", ())) for lane in lanes) >= 20
    timeline.show_lanes(lanes, lane_list.overview_of(recording), LaneLayout(tuple(lane.key for lane in lanes)))
    return timeline


def _frame(timeline: Timeline, image: QImage, start: float, span: float) -> None:
    timeline.show_window(start, span)
    timeline.refresh()
    timeline.viewport().render(image)


def slider_ms() -> float:
    """The weight goes up and down through 100 steps, on an assessment in a real library."""
    with TemporaryDirectory() as folder, Library.open(Path(folder) / "library") as library:
        interview_id = review_library.interview_in(library, None)
        review_library.analysed(library, interview_id, Path(folder) / "analysis")
        return _slide(LibraryPresenter(library, interview_id))


def _slide(presenter: LibraryPresenter) -> float:
    for dimension in presenter.template.dimensions:
        presenter.rate(dimension.id, 7.0)
    panel = ScorecardPanel(lambda: 0.0)
    panel.resize(360, HEIGHT)
    panel.show_review(presenter)
    panel.show()
    QApplication.processEvents()
    name = presenter.template.dimensions[0].id
    image = QImage(360, HEIGHT, QImage.Format.Format_ARGB32_Premultiplied)
    weights = [20 + abs(step - 50) for step in range(100)]
    return p95([timed(lambda w=weight: _moved(panel, image, name, w)) for weight in weights])


def _moved(panel: ScorecardPanel, image: QImage, name: str, weight: int) -> None:
    panel.preview_weight(name, weight)
    QApplication.processEvents()
    widgets: list[QWidget] = [panel.verdict, *panel.cards.values()]
    for widget in widgets:
        widget.render(image)


def timed(work: Callable[[], None]) -> float:
    """Milliseconds of a call."""
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def p95(times: list[float]) -> float:
    """The 95th percentile without the first frame, which loads fonts."""
    return round(float(np.percentile(times[1:], 95)), 2)


if __name__ == "__main__":
    print(measure())
