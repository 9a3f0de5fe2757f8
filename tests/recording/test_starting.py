"""When a recording is analysed: the night by the clock on the wall, and what waits for it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app import policy
from app.domain.types import AnalysisState
from app.recording.starting import When, is_night, waiting, when
from app.settings import Settings
from app.store.library import Library
from tests.ui.review_library import interview_in


@pytest.mark.parametrize(
    ("at", "night"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_a_night_goes_over_midnight(at, night):
    local = datetime.fromisoformat(f"2026-03-02T{at}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert is_night(local, Settings()) is night


@pytest.mark.parametrize(("begins", "ends", "night"), [(60, 300, True), (300, 60, False), (0, 0, True)])
def test_a_night_within_one_day_and_one_that_never_ends(begins, ends, night):
    two = datetime(2026, 3, 2, 2, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert is_night(two, Settings(night_from_min=begins, night_to_min=ends)) is night


def test_a_setting_that_nobody_knows_is_the_usual_one():
    assert when(Settings(analyse_when="on_sundays")) is When.AT_ONCE


def test_what_waits_is_what_was_never_analysed_and_may_be(tmp_path, sample):
    with Library.open(tmp_path, assessor="李静") as library:
        planned = interview_in(library, None)
        came = interview_in(library, sample / "sample_zh.mp4")
        assert waiting(library, policy.profile("CN")) == (came,)
        assert waiting(library, policy.profile("EU")) == ()
        library.record_consent(came, ("speech",), "desk-1", "陈明")
        assert waiting(library, policy.profile("EU")) == (came,)
        library.record_consent(came, (), "desk-1", "陈明")
        assert waiting(library, policy.profile("CN")) == ()
        library.record_consent(came, ("speech",), "desk-1", "陈明")
        library.set_analysis_state(came, AnalysisState.FAILED)
        assert waiting(library, policy.profile("CN")) == ()
        assert library.interview(planned).media is None


def test_the_library_says_whose_analysis_was_cut_off(tmp_path, sample):
    with Library.open(tmp_path, assessor="李静") as library:
        came = interview_in(library, sample / "sample_zh.mp4")
        library.set_analysis_state(came, AnalysisState.RUNNING)
    with Library.open(tmp_path) as again:
        assert again.interrupted == (came,)
        assert again.interview(came).analysis_state is AnalysisState.NONE
    with Library.open(tmp_path) as settled:
        assert settled.interrupted == ()
