"""Whoever points at a lane, a measure or a tile reads what it means, how the template scores it, and its limits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from analysis.document import Metric
from app.domain.template import Template
from app.text import tr
from tests.ui import review_data
from ui import language
from ui.review import lane_help, tables
from ui.review.exchange_facts import key_metrics
from ui.review.lane_list import lanes_of, overview_of
from ui.review.measured import measured, metric_text, told
from ui.review.score_widgets import ScoreNumbers
from ui.review.timeline import Timeline
from ui.review.verdict import CompositeNumber
from ui.widgets.plain import plain_tip

TIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def template(library) -> Template:
    return library.templates()[0]


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_every_lane_says_what_it_shows(qtbot, spoken):
    language.set_language(spoken)
    recording = review_data.recording(60.0)
    lanes = lanes_of(recording, tuple)
    assert len(lanes) > 8
    assert all(lane_help.about(lane.key) for lane in lanes)
    assert lane_help.about("no such lane") == ""
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, 700)
    timeline.show_lanes(lanes, overview_of(recording))
    timeline.show()
    pitch = next(row for row in timeline.rows() if row.lane.key == "pitch")
    place = QPoint(20, int(pitch.area.center().y()))
    asked = QHelpEvent(QEvent.Type.ToolTip, place, timeline.viewport().mapToGlobal(place))
    QApplication.sendEvent(timeline.viewport(), asked)
    assert lane_help.about("pitch")[:8] in QToolTip.text()


def test_a_measure_tells_meaning_and_band(template):
    recording = review_data.recording(60.0)
    measures = tables.metrics_table(recording.analysis, template.supports)
    tips = [measures.data(measures.index(row, 0), TIP) for row in range(measures.rowCount())]
    assert all(tips)
    assert any("points" in tip for tip in tips)
    names = [measures.data(measures.index(row, 0)) for row in range(measures.rowCount())]
    assert not any(tip == name for tip, name in zip(tips, names, strict=True))


def test_a_tile_of_the_question_card_tells_the_band(template):
    recording = review_data.with_findings(review_data.recording(60.0))
    told = key_metrics(recording.analysis.metrics.answers[0], template.supports)
    assert any("points" in words for _, _, words in told)


def test_what_is_a_lower_bound_says_so_wherever_it_stands():
    least = Metric(1.7, "1/100 units", 6, 1.0, "lower_bound")
    whole = Metric(1.7, "1/100 units", 6, 1.0, "ok")
    for words in (measured, told, lambda metric: metric_text("filler_density", metric)):
        assert "≥ " in words(least)
        assert "≥" not in words(whole)


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_the_numbers_of_the_scorecard_say_what_they_mean(qtbot, spoken):
    language.set_language(spoken)
    numbers, composite = ScoreNumbers(), CompositeNumber()
    for widget in (numbers, composite):
        qtbot.addWidget(widget)
        widget.resize(400, 80)
        widget.show()
    said = []
    for widget, place in ((numbers, 10), (numbers, 270), (numbers, 390), (composite, 10)):
        asked = QHelpEvent(QEvent.Type.ToolTip, QPoint(place, 10), widget.mapToGlobal(QPoint(place, 10)))
        QApplication.sendEvent(widget, asked)
        said.append(QToolTip.text())
    keys = ("machine", "mine", "combined", "composite")
    assert said == [plain_tip(tr(f"review.{key}_help")) for key in keys]
    assert len(set(said)) == 4
