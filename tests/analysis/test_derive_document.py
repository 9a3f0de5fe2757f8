"""The whole derivation on ideal observations of the bundled samples, held against their truth."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from analysis import features
from analysis.derive import PEAKS, analysis_id, derive
from analysis.document import Correction, CorrectionKind, MediaInfo, Missing, Role, Span, Stream
from analysis.observations import Hesitation, Observed
from tests.analysis.ideal import KIT, KIT_EN, NAMES, observed, provenance, request, truth


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def derived(language):
    return derive(observed(language), request(language), provenance())


def events(analysis, kind):
    return [event for event in analysis.events if event.kind == kind]


def test_words_go_to_their_speakers_and_segments_are_sentences(derived, language):
    found = truth(language)
    analysis = derived.analysis
    assert analysis.speakers.roles == {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE}
    for turn in found["turns"]:
        said = [s for s in analysis.transcript.segments if turn["start"] - 0.01 <= s.start < turn["end"]]
        assert {segment.speaker for segment in said} == {NAMES[turn["speaker"]]}
        assert "".join("".join(s.text for s in said).split()) == "".join(turn["text"].split())
    assert all(segment.words for segment in analysis.transcript.segments)


def test_exchanges_are_the_questions_of_the_script(derived, language):
    found = truth(language)
    asked = {t["question_id"]: t for t in found["turns"] if t["speaker"] == "interviewer" and t["question_id"] != "end"}
    answered = {t["question_id"]: t for t in found["turns"] if t["speaker"] == "candidate"}
    latencies = {item["question_id"]: item["latency"] for item in found["response_latencies"]}
    exchanges = derived.analysis.exchanges
    assert len(exchanges) == len(asked) == 3
    for exchange, (name, turn) in zip(exchanges, asked.items(), strict=True):
        assert exchange.question.end == pytest.approx(turn["end"], abs=0.05)
        assert exchange.question.text in turn["text"]
        assert exchange.answer.start == pytest.approx(answered[name]["start"], abs=0.05)
        assert exchange.answer.end == pytest.approx(answered[name]["end"], abs=0.05)
        assert exchange.latency_s == pytest.approx(latencies[name], abs=0.02)


def test_pauses_terms_and_fillers_are_where_they_were_put(derived, language):
    found, analysis = truth(language), derived.analysis
    pauses = events(analysis, "pause")
    for silence in found["inserted_silences"]:
        if silence["kind"] == "within_answer":
            assert any(abs(p.start - silence["start"]) < 0.05 and abs(p.end - silence["end"]) < 0.05 for p in pauses)
    assert {pause.text for pause in pauses} <= {"medium", "long"}
    assert [(e.text, e.confidence) for e in events(analysis, "term")] == [(t["term"], 1.0) for t in found["terms"]]
    for event, term in zip(events(analysis, "term"), found["terms"], strict=True):
        assert event.start == pytest.approx(term["time"], abs=0.6)
    fillers = events(analysis, "filler")
    assert [f.text for f in fillers] == [f["text"] for f in found["fillers"]]


def test_metrics_follow_their_formulas(derived, language):
    overall = derived.analysis.metrics.overall
    speech = [s for s in truth(language)["speech"] if s["speaker"] == "candidate"]
    turns = [t for t in truth(language)["turns"] if t["speaker"] == "candidate"]
    held = sum(t["end"] - t["start"] for t in turns)
    assert overall["speech_rate"].value == pytest.approx(60 * overall["speech_rate"].n / held, rel=1e-3)
    assert overall["speech_rate"].unit == ("char/min" if language == "zh" else "word/min")
    assert overall["turn_count"].value == len(turns)
    assert overall["turn_max"].value == pytest.approx(max(t["end"] - t["start"] for t in turns), abs=0.01)
    everyone = sum(s["end"] - s["start"] for s in truth(language)["speech"])
    assert overall["talk_ratio"].value == pytest.approx(sum(s["end"] - s["start"] for s in speech) / everyone, abs=0.02)
    assert overall["pause_share"].value == pytest.approx(1 - overall["phonation_ratio"].value, abs=0.02)
    keywords = truth(language)["keywords"]
    said = {term["term"] for term in truth(language)["terms"]}
    assert overall["keyword_rate"].value == pytest.approx(len(said) / len(keywords))
    assert overall["filler_density"].quality == "lower_bound"
    assert overall["pitch_level"].value == pytest.approx(12 * math.log2(200 / 55), abs=0.5)


def test_a_number_that_cannot_be_trusted_is_withheld_with_its_reason(derived):
    first, second, third = derived.analysis.metrics.answers
    assert first["pitch_sd"].value is None
    assert first["pitch_sd"].quality == "too_little_speech"
    assert second["pitch_sd"].value is not None
    assert third["lexical_diversity"].value is None
    for metrics in (derived.analysis.metrics.overall, first, second, third):
        assert all(
            (metric.value is None) == (metric.quality not in ("ok", "lower_bound")) for metric in metrics.values()
        )
        assert all(0 <= metric.coverage <= 1 for metric in metrics.values())


def test_tracks_have_one_length_and_are_silent_where_the_candidate_is(derived, language):
    analysis, tracks = derived.analysis, derived.tracks
    length = math.ceil(analysis.media.duration * 10)
    assert set(tracks) == {*analysis.tracks, PEAKS}
    assert all(tracks[name].shape == (length,) and tracks[name].dtype == np.float32 for name in analysis.tracks)
    speaking = tracks["speech"] == 1
    expected = sum(s["end"] - s["start"] for s in truth(language)["speech"] if s["speaker"] == "candidate")
    assert speaking.sum() / 10 == pytest.approx(expected, abs=3.0)
    for name in ("pitch", "loudness", "vocal_activation"):
        assert np.isnan(tracks[name][~speaking]).all()
    assert abs(np.nanmedian(tracks["pitch"])) < 0.2
    rate = tracks["speech_rate"][~np.isnan(tracks["speech_rate"])]
    assert 100 < np.median(rate) < 400
    for name, info in analysis.tracks.items():
        assert info.coverage == pytest.approx(np.mean(~np.isnan(tracks[name])), abs=1e-3)


def test_deriving_twice_gives_the_same(derived, language):
    again = derive(observed(language), request(language), provenance())
    assert again.analysis == derived.analysis
    assert all(np.array_equal(again.tracks[name], derived.tracks[name], equal_nan=True) for name in derived.tracks)


@pytest.mark.parametrize(("spoken", "kit"), [("zh", KIT), ("en", KIT_EN)])
def test_asked_questions_are_matched_with_the_kit(spoken, kit):
    analysis = derive(observed(spoken), request(spoken, questions=kit), provenance()).analysis
    assert [e.matched_question.id for e in analysis.exchanges] == [question.id for question in kit[:3]]
    assert all(len(e.candidates) == 3 for e in analysis.exchanges)


def test_without_a_kit_nothing_is_matched(derived):
    assert all(e.matched_question is None and e.candidates == () for e in derived.analysis.exchanges)


def test_the_id_follows_media_settings_and_models_alone():
    media, made = observed("zh").media, provenance()
    same = dataclasses.replace(made, stages={"text": 9.0}, device="cuda")
    assert analysis_id(media, made) == analysis_id(media, same)
    assert len(analysis_id(media, made)) == 64
    for other in (
        analysis_id(dataclasses.replace(media, sha256="00"), made),
        analysis_id(media, dataclasses.replace(made, settings={"language": "zh"})),
        analysis_id(media, dataclasses.replace(made, models=())),
    ):
        assert other != analysis_id(media, made)


def test_hesitations_join_the_written_fillers_without_doubles():
    seen = observed("zh")
    filler = next(e for e in derive(seen, request("zh"), provenance()).analysis.events if e.kind == "filler")
    sounds = (
        Hesitation(filler.start + 0.02, filler.end + 0.1, 0.8),
        Hesitation(20.0, 20.4, 0.7),
        Hesitation(21.0, 21.2, 0.6, "嗯"),
        Hesitation(1.0, 1.4, 0.9),
    )
    before = derive(seen, request("zh"), provenance()).analysis
    seen = dataclasses.replace(seen, prosody=dataclasses.replace(seen.prosody, hesitations=sounds))
    analysis = derive(seen, request("zh"), provenance()).analysis
    new = [e for e in events(analysis, "filler") if e not in events(before, "filler")]
    assert [(e.text, e.start) for e in new] == [("", 20.0), ("嗯", 21.0)], "the interviewer's and the double are out"
    overall, without = analysis.metrics.overall, before.metrics.overall
    assert overall["filler_rate"].value > without["filler_rate"].value
    assert overall["filler_rate"].quality == "lower_bound"
    assert overall["speech_rate"] == without["speech_rate"], "what is not in the text is not taken off it"


def test_noise_and_gain_control_void_what_they_spoil():
    seen = observed("zh")
    noisy = dataclasses.replace(seen, sound=dataclasses.replace(seen.sound, snr_db=12.0, gain_control=True))
    derived = derive(noisy, request("zh"), provenance())
    overall = derived.analysis.metrics.overall
    assert (overall["pitch_sd"].value, overall["pitch_sd"].quality) == (None, "low_snr")
    assert overall["pitch_level"].value is not None
    assert (overall["loudness_range"].value, overall["loudness_range"].quality) == (None, "gain_control")
    assert overall["vocal_activation"].quality == "gain_control"
    assert np.isnan(derived.tracks["vocal_activation"]).all()
    assert ("vocal_activation", "gain_control") in {(m.what, m.why) for m in derived.analysis.missing}
    rather = dataclasses.replace(seen, sound=dataclasses.replace(seen.sound, snr_db=23.0))
    overall = derive(rather, request("zh"), provenance()).analysis.metrics.overall
    assert (overall["loudness_range"].value, overall["loudness_range"].quality) == (None, "low_snr")
    assert overall["vocal_activation"].quality == "ok", "measured against itself"
    assert overall["pitch_sd"].quality == "ok"


def whys(analysis):
    return {missing.what: missing.why for missing in analysis.missing}


def test_a_film_without_sound_says_so():
    media = MediaInfo("ab", 12.0, (Stream("video", "h264"),))
    derived = derive(Observed(media), request("zh", modalities=("speech", "face")), provenance())
    assert derived.tracks == {}
    assert derived.analysis.metrics.overall == {}
    assert {what: whys(derived.analysis)[what] for what in ("sound", "text", "speakers", "prosody")} == dict.fromkeys(
        ("sound", "text", "speakers", "prosody"), "no_sound"
    )
    assert whys(derived.analysis)["face"] == "not_observed"


def test_sound_alone_has_no_picture_and_what_is_not_allowed_is_called_so():
    seen = observed("zh")
    media = dataclasses.replace(seen.media, streams=seen.media.streams[1:])
    analysis = derive(
        dataclasses.replace(seen, media=media), request("zh", modalities=("speech", "face")), provenance()
    ).analysis
    assert whys(analysis)["face"] == "no_picture"
    if features.expression():
        assert whys(analysis)["expression"] == "not_allowed"
    nothing = derive(Observed(seen.media), request("zh", modalities=("face",)), provenance()).analysis
    assert whys(nothing)["sound"] == "not_allowed"


def test_silence_is_no_speech_and_nothing_is_invented():
    seen = observed("zh")
    silent = Observed(
        seen.media,
        sound=dataclasses.replace(seen.sound, speech=(), snr_db=None),
        text=dataclasses.replace(seen.text, segments=()),
        speakers=dataclasses.replace(seen.speakers, turns=()),
        prosody=dataclasses.replace(seen.prosody, pitch_hz=np.full_like(seen.prosody.pitch_hz, np.nan)),
    )
    derived = derive(silent, request("zh"), provenance())
    analysis = derived.analysis
    assert (analysis.exchanges, analysis.events, analysis.transcript.segments, analysis.speakers.roles) == (
        (),
        (),
        (),
        {},
    )
    assert whys(analysis)["text"] == "no_speech"
    assert not derived.tracks["speech"].any()
    assert np.isnan(derived.tracks["pitch"]).all()
    assert np.isnan(derived.tracks["speech_rate"]).all()
    assert all(metric.value is None or metric.value == 0 for metric in analysis.metrics.overall.values())
    assert analysis.metrics.overall["speech_rate"].value is None


def test_voices_that_were_not_told_apart_are_nobodys_until_a_person_says_so():
    """The speakers' stage failed: the words stand, but no number is called the candidate's."""
    failed = Missing("speakers", "model_damaged", {"model": "m", "file": "f.onnx"})
    seen = dataclasses.replace(observed("zh"), speakers=None, failed=(failed,))
    analysis = derive(seen, request("zh"), provenance()).analysis
    assert analysis.speakers.roles == {"S1": Role.OTHER}
    assert {(m.value, m.quality) for m in analysis.metrics.overall.values() if m.unit != "share"} >= {
        (None, "no_candidate")
    }
    assert analysis.metrics.overall["speech_rate"].quality == "no_candidate"
    assert analysis.exchanges == ()
    assert failed in analysis.missing
    mine = Correction("c", CorrectionKind.ROLE, 0.0, 0.0, "S1", Role.CANDIDATE, "who", "2026-01-01T00:00:00+00:00")
    corrected = derive(seen, dataclasses.replace(request("zh"), corrections=(mine,)), provenance()).analysis
    assert corrected.metrics.overall["speech_rate"].value is not None
    assert corrected.metrics.overall["talk_ratio"].quality == "one_speaker"


def test_without_the_encoder_nothing_is_matched_by_meaning_and_the_rest_is_there(monkeypatch):
    """Its files are damaged. A person's own match of a question stays."""
    monkeypatch.setattr("analysis.language.encoder.encoder", lambda *_: pytest.fail("the encoder was asked for"))
    failed = Missing("meaning", "model_damaged", {"model": "m", "file": "f.npz"})
    seen = dataclasses.replace(observed("zh"), failed=(failed,))
    mine = Correction("c", CorrectionKind.QUESTION, 2.5, 4.3, "", "intro", "who", "2026-01-01T00:00:00+00:00")
    asked = dataclasses.replace(request("zh"), questions=KIT, corrections=(mine,))
    analysis = derive(seen, asked, provenance()).analysis
    assert failed in analysis.missing
    assert [e.matched_question and e.matched_question.id for e in analysis.exchanges] == ["intro", None, None]
    assert all(e.relevance is None and e.candidates == () for e in analysis.exchanges)
    assert {e.text for e in events(analysis, "structure")} & {"task", "result"}


def test_an_enrolled_voice_is_the_candidate():
    seen = observed("zh")
    seen = dataclasses.replace(seen, speakers=dataclasses.replace(seen.speakers, enrolled="S1"))
    assert derive(seen, request("zh"), provenance()).analysis.speakers.roles["S1"] is Role.CANDIDATE


def test_overlaps_become_events_and_a_share():
    seen = observed("zh")
    seen = dataclasses.replace(seen, speakers=dataclasses.replace(seen.speakers, overlaps=(Span(4.0, 5.0),)))
    analysis = derive(seen, request("zh"), provenance()).analysis
    assert [(e.start, e.end) for e in events(analysis, "overlap")] == [(4.0, 5.0)]
    assert analysis.metrics.overall["overlap_share"].value == pytest.approx(1 / 45, abs=0.01)


@pytest.mark.parametrize(
    ("loud_share", "clipping", "why"), [(0.3, 0.004, "clipped"), (0.3, 0.0, "ok"), (0.02, 0.001, "ok")]
)
def test_loudness_is_withheld_where_clipping_cut_the_loud_moments_off(loud_share, clipping, why):
    seen = observed("zh")
    peaks = np.array(seen.sound.peaks, np.float32) * 0.5
    peaks[:: round(1 / loud_share)] = (-1.0, 1.0)
    sound = dataclasses.replace(seen.sound, peaks=peaks, clipping_share=clipping)
    derived = derive(dataclasses.replace(seen, sound=sound), request("zh"), provenance())
    overall = derived.analysis.metrics.overall
    assert overall["loudness_range"].quality == why
    assert (overall["loudness_range"].value is None) == (why == "clipped")
    assert whys(derived.analysis).get("vocal_activation") == (None if why == "ok" else "clipped")
    assert overall["pitch_level"].quality == "ok"


def test_what_the_recogniser_invented_is_counted():
    seen = observed("zh")
    seen = dataclasses.replace(seen, text=dataclasses.replace(seen.text, suppressed=3))
    assert derive(seen, request("zh"), provenance()).analysis.quality.suppressed_segments == 3


@pytest.mark.parametrize(
    ("similarity", "why"), [(None, "enrol_no_voice"), (0.31, "enrol_no_match"), (0.55, "enrol_unsure")]
)
def test_a_voice_sample_that_decided_nothing_is_told(similarity, why):
    seen = observed("zh")
    seen = dataclasses.replace(seen, speakers=dataclasses.replace(seen.speakers, similarity=similarity))
    asked = dataclasses.replace(request("zh"), enrol_clip="sample.wav")
    (told,) = [m for m in derive(seen, asked, provenance()).analysis.missing if m.what == "enrolment"]
    assert told.why == why
    matched = dataclasses.replace(seen, speakers=dataclasses.replace(seen.speakers, enrolled="S2", similarity=0.8))
    assert "enrolment" not in whys(derive(matched, asked, provenance()).analysis)
