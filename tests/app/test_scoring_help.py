"""What is said about a metric: its meaning, its bands and their source, and what no template may score."""

from __future__ import annotations

import pytest

from app.domain.template import Band, MetricSupport
from app.scoring.help import band_text, metric_help
from app.scoring.metrics import COMPANY_SETTING, NEVER_SCORED, metric_about

BANDS = (Band(None, 120.0, 4.0), Band(120.0, 260.0, 10.0), Band(260.0, None, 5.0))
SUPPORT = MetricSupport("speech_rate", 0.5, BANDS, COMPANY_SETTING, "zh")


def test_meaning_and_best_band():
    said = metric_help("speech_rate", "en", (SUPPORT,)).splitlines()
    assert said[0].endswith(metric_about("speech_rate", "en"))
    assert said[1].startswith("120 to 260 earns 10 points in Chinese (")
    assert len(said) == 2
    spoken = metric_help("speech_rate", "zh", (SUPPORT,)).splitlines()
    assert spoken[1].startswith("120 至 260 得 10 分（中文面试）（")


@pytest.mark.parametrize(("band", "words"), [(BANDS[0], "below 120"), (BANDS[2], "260 or more")])
def test_open_bands(band, words):
    assert band_text(band, "Smith 2020", "en") == f"{words} earns {band.score:g} points (Smith 2020)"


def test_limits_carry_the_unit():
    said = band_text(Band(0.05, 0.12, 10.0), "x", "zh", unit="share").replace(" ", "")
    assert said == "5%至12%得10分（x）"


@pytest.mark.parametrize("name", NEVER_SCORED)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_never_scored_says_so(name, language):
    assert len(metric_help(name, language, (SUPPORT,)).splitlines()) == 2


def test_a_metric_of_another_build_has_no_words():
    assert metric_help("from_the_future", "en") == ""
