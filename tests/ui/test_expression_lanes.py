"""The lanes of visible expression: what is unclear is said and drawn, and older documents open without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from tests.ui import review_data
from ui import language
from ui.review.expression_lanes import StackLane
from ui.review.lane import View


@pytest.fixture
def recording():
    made = review_data.recording(20.0)
    length = len(made.tracks["positive"])
    flat = {name: np.full(length, 1 / 3, np.float32) for name in ("positive", "neutral", "negative")}
    flat["positive"][150:] = np.nan
    flat["unclear"] = np.where(np.arange(length) < 100, 0.0, 1.0).astype(np.float32)
    flat["unclear"][150:] = np.nan
    return replace(made, tracks={**made.tracks, **flat})


@pytest.mark.parametrize(("spoken", "word"), [("en", "unclear"), ("zh", "不明确")])
def test_an_unclear_moment_says_so_before_its_shares(qapp, recording, spoken, word):
    language.set_language(spoken)
    lane = StackLane(recording)
    assert lane.value_text(12.0).startswith(f"{word} · ")
    assert word not in lane.value_text(5.0)
    assert lane.value_text(17.0) == ""
    assert lane.reason_text(17.0)


def test_unclear_is_drawn_unlike_clear_and_unlike_a_gap(qapp, recording):
    picture = QImage(200, 40, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    StackLane(recording).paint(painter, QRectF(0, 0, 200, 40), View(0.0, 20.0, 0.0, 200.0))
    painter.end()
    clear, unclear, gap = ([picture.pixel(x, y) for x in span for y in (2, 38)] for span in
                           (range(20, 60), range(105, 145), range(155, 195)))  # fmt: skip
    assert len(set(clear)) == 2
    assert not set(unclear) & set(clear)
    assert not set(unclear) <= set(gap)


def test_a_document_of_before_has_no_unclear_moments(qapp, recording):
    tracks = {name: values for name, values in recording.tracks.items() if name != "unclear"}
    assert len(StackLane(replace(recording, tracks=tracks)).unclear) == 0
