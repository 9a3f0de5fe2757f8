"""Where the numbers come from, in words: quality, fallbacks, models, devices, settings, versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.derive.measures import MIN_SNR_DB
from analysis.document import Fallback, Quality
from app import text
from app.origin import LEAST_SNR_DB, fallback_lines, origin, quality_lines
from app.report.gather import report_data
from app.report.words import Words
from app.review import ReviewSession
from app.store import Library
from tests.app.interviews import analysed, reviewable

SLOW = (Fallback("transcriber", "cuda", "cpu", "gpu_unusable"), Fallback("face", "npu", "cpu", "asleep"))
WHOLE = Quality(31.4, 0.914, 0.905, 0.0, 0.56, 203.4, 2)


def told(**changes):
    made = analysed()
    return replace(made, provenance=replace(made.provenance, **changes))


def rows(analysis, language="en"):
    return {section.title: dict(section.rows) for section in origin(analysis, language)}


def test_the_limit_of_noise_is_the_engines_own():
    assert LEAST_SNR_DB == MIN_SNR_DB


def test_quality_is_said_with_its_scale():
    assert quality_lines(WHOLE, "en") == (
        "Signal to noise 31 dB: clear enough for every measure of the voice",
        "Clipping none",
        "Mean word probability 0.91 (1 = certain)",
        "Invented text stretches dropped: 2 (the recogniser made them up on silence, noise or music)",
        "Face visible 91 %",
        "Light on the face 0.56 (0 = black, 1 = white)",
        "Sharpness of the face 203 (variance of the Laplacian, more is sharper)",
    )
    poor = quality_lines(Quality(snr_db=12.0, clipping_share=0.00123), "zh")
    assert poor == ("信噪比 12 dB：噪声偏大，易受噪声影响的指标不提供", "削波 0.12 % 的采样：最响处有失真")
    assert quality_lines(Quality(), "en") == ()


def test_a_fallback_names_part_devices_and_reason_and_an_unknown_reason_stands_as_it_is():
    first, second = fallback_lines(told(fallbacks=SLOW), "en")
    assert first == "Transcription: processor (CPU) in place of NVIDIA GPU (CUDA): " + text.tr_in(
        "en", "report.fallback_gpu_unusable"
    )
    assert second == "Face: processor (CPU) in place of npu: asleep"
    assert fallback_lines(told(fallbacks=SLOW), "zh")[1] == "人脸：用处理器（CPU）代替npu：asleep"


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_every_part_has_its_section_and_empty_ones_are_left_out(language):
    found = told(
        fallbacks=SLOW,
        settings={"language": "auto", "modalities": "speech,face,scent", "enrolled": "no", "terms": "", "new": "3"},
        stages={"text": 41.226, "probe": 0.1, "odd": 2.0},
    )
    shown = rows(replace(found, quality=WHOLE), language)

    def say(key):
        return text.tr_in(language, f"report.{key}")

    keys = ("quality", "fallbacks", "analysis_id", "models", "stages", "settings", "versions")
    assert list(shown) == [say(key) for key in keys]
    assert shown[say("models")] == {say("model_transcriber"): f"whisper-base · {'c' * 12}"}
    unit = text.tr_in(language, "assess.unit_second")
    assert shown[say("stages")][text.tr_in(language, "jobs.stage_text")] == f"41.2 {unit}"
    assert shown[say("stages")]["odd"] == f"2.0 {unit}"
    chosen = shown[say("settings")]
    assert chosen[say("setting_language")] == say("value_auto")
    assert chosen[say("setting_modalities")].endswith("scent")
    assert text.tr_in(language, "policy.modality_face") in chosen[say("setting_modalities")]
    assert (chosen[say("setting_terms")], chosen["new"]) == ("–", "3")
    assert shown[say("analysis_id")][say("device")] == say("device_cpu")
    bare = rows(replace(analysed(), quality=Quality()), language)
    assert not {say("quality"), say("fallbacks"), say("stages"), say("settings")} & set(bare)


def test_the_report_tells_quality_and_fallbacks(tmp_path, each_language):
    with Library.open(tmp_path / "data", assessor="li") as library:
        data = report_data(ReviewSession(library, reviewable(library)), each_language)
    assert data.analysis is not None
    slow = replace(data.analysis, provenance=replace(data.analysis.provenance, fallbacks=SLOW), quality=WHOLE)
    words = Words(replace(data, analysis=slow), each_language)
    facts = dict(words.provenance())
    assert facts[words.say("fallbacks")].splitlines() == list(fallback_lines(slow, each_language))
    assert facts[words.say("quality")].splitlines() == list(quality_lines(WHOLE, each_language))
    assert words.say("fallbacks") not in dict(Words(data, each_language).provenance())
