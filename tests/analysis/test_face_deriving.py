"""From observations to tracks, events and metrics: the rules, on observations made for them and on real ones."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import features
from analysis.document import Missing, Span
from analysis.face.blendshapes import both
from analysis.face.derive import derive, metrics
from analysis.face.legible import blurred, legible, too_dark
from analysis.face.series import held, hysteresis, joined, rate_of, smoothed, stretches
from tests.analysis.seeing import observer, pictures, steady, watched, with_somebody_else, without_face


def kinds(events, kind):
    return [event for event in events if event.kind == kind]


def as_floats(*values):
    return np.array(values, np.float32)


def test_a_value_holds_for_three_tenths_then_nothing_is_known():
    track = held(as_floats(0.0, 1.0), as_floats(7.0, 8.0), 20)
    assert track[:4].tolist() == [7.0] * 4
    assert np.isnan(track[4:10]).all()
    assert track[10:14].tolist() == [8.0] * 4
    assert np.isnan(track[14:]).all()


def test_before_the_first_sample_nothing_is_known():
    track = held(as_floats(0.55), as_floats(1.0), 10)
    assert np.isnan(track[:6]).all()
    assert track[6] == 1.0


@given(st.lists(st.floats(0, 30, width=32), min_size=1, max_size=40, unique=True), st.integers(1, 320))
def test_a_track_only_shows_what_was_sampled_a_moment_before(times, length):
    times = np.sort(np.array(times, np.float32))
    track = held(times, times, length)
    grid = np.arange(length) / 10
    known = np.isfinite(track)
    assert (track[known] <= grid[known] + 0.002).all()
    assert (grid[known] - track[known] <= 0.302).all()


def test_smoothing_leaves_gaps_and_levels_alone():
    values = as_floats(1, 1, np.nan, 1, 5)
    result = smoothed(np.arange(5, dtype=np.float32), values, 2.0)
    assert np.isnan(result[2])
    assert result[[0, 1]].tolist() == [1, 1]
    assert result[4] == pytest.approx(3)


def test_stretches_do_not_bridge_unsampled_time():
    times = as_floats(0, 0.2, 0.4, 5.0, 5.2)
    runs = stretches(times, np.ones(5, bool), 0.2)
    assert [(run.start, round(run.end, 3)) for run in runs] == [(0.0, 0.6), (5.0, 5.4)]
    assert len(joined(runs, 10)) == 1


def test_hysteresis_enters_high_and_leaves_low():
    values = as_floats(0.4, 0.5, 0.35, 0.29, 0.4, np.nan, 0.5)
    assert hysteresis(values, 0.45, 0.3).tolist() == [False, True, True, False, False, False, True]


def test_a_steady_face_gives_whole_tracks_and_no_events():
    tracks, infos, events, missing = derive(steady(20), 200)
    assert set(tracks) == set(infos)
    assert {len(track) for track in tracks.values()} == {200}
    assert {track.dtype for track in tracks.values()} == {np.dtype(np.float32)}
    assert all(info.coverage == 1.0 and info.source_rate_hz == 5.0 for info in infos.values())
    assert (tracks["eye_contact"] == 1).all()
    assert events == []
    assert missing == [Missing("blink", "sampled_below_25")]


def test_an_absent_face_is_an_event_and_a_gap_in_the_tracks():
    face = without_face(steady(20), 5.0, 8.0)
    tracks, infos, events, _ = derive(face, 200)
    (lost,) = kinds(events, "face_lost")
    assert (lost.start, lost.end) == (pytest.approx(5.0), pytest.approx(8.0))
    assert (tracks["present"][50:79] == 0).all()
    assert np.isnan(tracks["box_x"][50:79]).all()
    assert np.isnan(tracks["eye_contact"][50:79]).all()
    assert infos["box_x"].coverage == pytest.approx(0.85, abs=0.01)


@pytest.mark.parametrize(("kind", "figure", "value"), [("too_dark", "lighting", 0.05), ("blurred", "sharpness", 4.0)])
def test_a_face_that_cannot_be_read_for_long_is_an_event_that_says_why(kind, figure, value):
    face = steady(20)
    worse = getattr(face, figure).copy()
    worse[(face.times >= 5.0) & (face.times < 8.0)] = value
    worse[(face.times >= 12.0) & (face.times < 12.6)] = value
    _, _, events, _ = derive(replace(face, **{figure: worse}), 200)
    (found,) = [event for event in events if event.kind != "gaze_away"]
    assert (found.kind, found.start, found.end) == (kind, pytest.approx(5.0), pytest.approx(8.0))
    both_worse = replace(face, lighting=np.full_like(worse, 0.05), sharpness=np.full_like(worse, 4.0))
    assert {event.kind for event in derive(both_worse, 200)[2]} - {"gaze_away"} == {"too_dark"}


def test_tracks_and_events_of_the_face_belong_to_it():
    tracks, _, events, _ = derive(without_face(steady(20), 5.0, 8.0), 200)
    assert set(tracks) == set(features.FACE_TRACKS)
    assert {features.modality_of_event(event.kind) for event in events} == {"face"}
    assert features.modality_of_track("pitch") == features.modality_of_event("term") == "speech"


def test_a_moment_without_a_face_is_no_event():
    _, _, events, _ = derive(without_face(steady(20), 5.0, 5.8), 200)
    assert events == []


def test_nobody_at_all():
    face = without_face(steady(10), 0, 10)
    tracks, _, events, missing = derive(face, 100)
    assert (tracks["present"] == 0).all()
    assert [event.kind for event in events] == ["face_lost"]
    assert Missing("face", "no_face") in missing
    (found,) = metrics(face, [[Span(0, 10)]])
    assert found["face_coverage"].value == 0.0
    assert found["eye_contact"].value is None
    assert found["eye_contact"].quality == "no_face"


def test_eye_contact_is_judged_against_the_persons_own_middle():
    """Somebody whose camera stands to the side looks "away" all the time: that is this person's straight ahead."""
    face = steady(60)
    face.head[:, 0] += 25.0
    turned = (face.times >= 10) & (face.times < 14)
    face.head[turned, 0] -= 25.0
    tracks, _, events, _ = derive(face, 600)
    (away,) = kinds(events, "gaze_away")
    assert away.start == pytest.approx(10.0)
    assert away.end == pytest.approx(14.0)
    assert tracks["eye_contact"][300] == 1


def test_eyes_alone_can_look_away_but_not_for_a_blink():
    face = steady(60)
    for name in both("eyeLookDown"):
        face.blendshapes[50:52, name] = 0.9
        face.blendshapes[100:115, name] = 0.9
    _, _, events, _ = derive(face, 600)
    assert [(round(e.start, 1), round(e.end, 1)) for e in kinds(events, "gaze_away")] == [(20.0, 23.0)]


def test_a_face_seen_too_briefly_has_no_middle():
    face = without_face(steady(20), 0.0, 19.0)
    tracks, _, _, missing = derive(face, 200)
    assert np.isnan(tracks["eye_contact"]).all()
    assert Missing("eye_contact", "face_too_short") in missing


def test_blinks_are_short_closures():
    face = steady(20, rate_hz=30.0)
    eyes = list(both("eyeBlink"))
    face.blendshapes[90:95, eyes] = 0.8
    face.blendshapes[300:360, eyes] = 0.8
    _, _, events, missing = derive(face, 200)
    (blink,) = kinds(events, "blink")
    assert blink.start == pytest.approx(3.0, abs=0.05)
    assert missing == []


@pytest.mark.parametrize("rate_hz", [5.0, 30.0])
def test_between_closed_lids_there_is_no_gaze(rate_hz):
    face = steady(20, rate_hz=rate_hz)
    eyes, brief = list(both("eyeBlink")), max(1, round(0.2 * rate_hz))
    blink, down = round(3 * rate_hz), slice(round(10 * rate_hz), round(12 * rate_hz))
    face.blendshapes[blink : blink + brief, eyes] = 0.6
    face.blendshapes[down, eyes] = 0.6
    face.gaze[down, 1] = -15.0
    tracks, _, _, _ = derive(face, 200)
    for name in ("gaze_yaw", "gaze_pitch"):
        assert np.flatnonzero(np.isnan(tracks[name])).tolist() == [30, 31]
    assert tracks["gaze_pitch"][110] == -15.0
    assert np.isfinite(tracks["eye_contact"]).all()


def test_the_gaze_of_the_sample_never_drops_between_the_lids(sample):
    face = watched(sample / "sample_zh.mp4", 5, 0, 12)
    tracks, _, _, _ = derive(face, 120)
    blinked = [t for t in json.loads((sample / "sample_zh.truth.json").read_text("utf-8"))["blinks"] if t < 11.5]
    void = np.flatnonzero(np.isnan(tracks["gaze_pitch"])) / 10
    assert len(void)
    assert all(min(abs(at - blink) for blink in blinked) < 0.4 for at in void)
    usual = np.nanmedian(tracks["gaze_pitch"])
    assert np.nanmin(tracks["gaze_pitch"]) > usual - 8


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_no_frame_or_a_single_one(seconds):
    face = steady(seconds)
    face = replace(face, rate_hz=0.0)
    tracks, _, _, missing = derive(face, 5)
    assert {len(track) for track in tracks.values()} == {5}
    assert np.isfinite(tracks["present"]).any() == (seconds > 0)
    assert Missing("blink", "sampled_below_25") in missing
    (found,) = metrics(face, [[Span(0, 0.5)]])
    assert found["eye_contact"].value is None


def test_metrics_per_group_of_spans():
    face = without_face(steady(60), 20.0, 30.0)
    away = (face.times >= 40) & (face.times < 45)
    face.head[away, 1] -= 30
    whole, first, second, nowhere = metrics(
        face, [[Span(0, 60)], [Span(0, 10), Span(20, 30)], [Span(40, 50)], [Span(70, 80)]]
    )
    assert whole["face_coverage"].value == pytest.approx(50 / 60, abs=0.01)
    assert whole["eye_contact"].coverage == pytest.approx(50 / 60, abs=0.01)
    assert first["face_coverage"].value == pytest.approx(0.5, abs=0.02)
    assert second["eye_contact"].value == pytest.approx(0.5, abs=0.03)
    assert second["eye_contact"].n == 50
    assert nowhere["face_coverage"].value is None
    assert nowhere["face_coverage"].quality == "too_little_face"
    assert whole["blink_rate"].quality == "sampled_below_25"


def test_somebody_else_in_the_picture_is_no_lost_face():
    face = with_somebody_else(without_face(steady(30), 5.0, 8.0), 12.0, 18.0)
    tracks, _, events, missing = derive(face, 300)
    assert [(e.kind, round(e.start, 1), round(e.end, 1)) for e in events] == [
        ("face_lost", 5.0, 8.0),
        ("other_shown", 12.0, 18.0),
    ]
    assert (tracks["present"][120:180] == 0).all()
    assert np.isnan(tracks["head_yaw"][120:180]).all()
    assert [each.what for each in missing] == ["blink"]
    one, other, both = metrics(face, [[Span(5, 8)], [Span(12, 18)], [Span(0, 30)]])
    assert (one["face_coverage"].value, one["face_coverage"].quality) == (0.0, "ok")
    assert (one["eye_contact"].value, one["eye_contact"].quality) == (None, "no_face")
    assert (other["face_coverage"].value, other["face_coverage"].quality) == (0.0, "other_shown")
    assert (other["eye_contact"].value, other["eye_contact"].quality) == (None, "other_shown")
    assert both["face_coverage"].value == pytest.approx(0.7, abs=0.01)
    assert both["face_coverage"].quality == "other_shown", "it explains most of what is missing"


@pytest.mark.parametrize("rate_hz", [1.0, 2.0, 5.0, 25.0])
def test_the_coverage_of_an_answer_counts_its_own_samples(rate_hz):
    """An answer of 10 s with the face for 7 s of it, at every pace, the samples at its edges counted once."""
    face = without_face(steady(60, rate_hz), 27.0, 30.0)
    before, answer, after = metrics(face, [[Span(10, 20)], [Span(20, 30)], [Span(30, 40)]])
    assert answer["face_coverage"].value == pytest.approx(0.7)
    assert answer["face_coverage"].n == 10 * rate_hz
    assert answer["face_coverage"].coverage == pytest.approx(1.0, abs=0.01)
    assert before["face_coverage"].value == after["face_coverage"].value == 1.0
    assert answer["eye_contact"].coverage == pytest.approx(0.7, abs=0.01)


def test_an_answer_between_two_samples_has_no_coverage():
    (found,) = metrics(steady(20, 1.0), [[Span(5.2, 5.8)]])
    assert found["face_coverage"].value is None


def test_sampled_once_a_second_the_tracks_say_what_they_do_not_know():
    face = without_face(steady(60, 1.0), 20.0, 25.0)
    tracks, infos, events, missing = derive(face, 600)
    assert np.isfinite(tracks["head_yaw"]).reshape(60, 10)[0].tolist() == [True] * 4 + [False] * 6
    assert infos["present"].coverage == pytest.approx(0.4)
    assert infos["head_yaw"].coverage == pytest.approx(0.4 * 55 / 60, abs=0.01)
    assert infos["head_yaw"].source_rate_hz == pytest.approx(1.0)
    assert [(e.kind, e.start, e.end) for e in events] == [("face_lost", 20.0, 25.0)]
    assert Missing("blink", "sampled_below_25") in missing


def test_the_rate_is_that_of_the_samples_and_not_of_the_gaps():
    every = np.arange(0, 300) / 30
    assert rate_of(as_floats(*every)) == pytest.approx(30, rel=1e-3)
    assert rate_of(as_floats(*np.delete(every, np.arange(4, 300, 6)))) == pytest.approx(25, rel=0.01)
    assert rate_of(as_floats(*every[:100], *(every[:100] + 60))) == pytest.approx(30, rel=1e-3)
    assert rate_of(as_floats(1.0)) == rate_of(as_floats()) == 0.0


@pytest.mark.parametrize(("rate_hz", "there"), [(24.0, False), (25.0, True), (29.97, True)])
def test_blinks_need_25_real_samples_a_second(rate_hz, there):
    (found,) = metrics(steady(60, rate_hz), [[Span(0, 60)]])
    missing = derive(steady(60, rate_hz), 600)[3]
    assert (found["blink_rate"].quality == "ok") == there
    assert (Missing("blink", "sampled_below_25") in missing) != there


def test_a_face_too_dark_or_blurred_to_read_gives_no_eye_contact():
    face = steady(60)
    dark, dim = (face.times >= 10) & (face.times < 20), (face.times >= 30) & (face.times < 34)
    face.lighting[dark], face.sharpness[dim] = 0.05, 4.0
    tracks, _, _, _ = derive(face, 600)
    assert np.isnan(tracks["eye_contact"][103:200]).all()
    assert np.isfinite(tracks["head_yaw"][100:200]).all()
    night, fog, half, day = metrics(face, [[Span(10, 20)], [Span(30, 33.9)], [Span(30, 40)], [Span(40, 50)]])
    assert (night["eye_contact"].value, night["eye_contact"].quality) == (None, "too_dark")
    assert (fog["eye_contact"].value, fog["eye_contact"].quality) == (None, "blurred")
    assert (half["eye_contact"].quality, day["eye_contact"].quality) == ("ok", "ok")
    assert half["eye_contact"].coverage == pytest.approx(0.6, abs=0.02)
    assert night["face_coverage"].value == 1.0, "it is there, it only cannot be read"


def test_the_limits_lie_below_every_clip_and_above_what_cannot_be_read(corpus):
    for name, start, end in (("WolfgangLanger_Pexels", 0, 8), ("talk_zh_22s", 0, 4), ("single_face", 0, 3)):
        rows = pictures(corpus / "video" / f"{name}.mp4", 5, start, end)
        eyes, night, fog = observer(), observer(), observer()
        for time_s, rgb in rows:
            side = eyes.look(time_s, rgb).region.side
            night.look(time_s, (255 * (rgb / 255) * 0.2**1.2).astype(np.uint8))
            fog.look(time_s, cv2.GaussianBlur(rgb, (0, 0), 0.025 * side))
        assert legible(eyes.finish()).all()
        assert too_dark(night.finish()).mean() > 0.9
        assert blurred(fog.finish()).mean() > 0.7


def test_one_blink_in_the_clip_with_one_blink(corpus):
    _, _, events, _ = derive(watched(corpus / "video" / "single_face.mp4", 60), 24)
    assert len(kinds(events, "blink")) == 1


def test_blinks_of_the_sample(sample):
    face = watched(sample / "sample_zh.mp4", 30, 0, 8)
    truth = [t for t in json.loads((sample / "sample_zh.truth.json").read_text("utf-8"))["blinks"] if t < 7.5]
    found = [(event.start + event.end) / 2 for event in kinds(derive(face, 80)[2], "blink")]
    assert len(found) == len(truth)
    assert np.allclose(found, truth, atol=0.2)


def test_who_looks_down_crying_does_not_look_at_the_camera(corpus):
    _, _, events, _ = derive(watched(corpus / "video" / "WolfgangLanger_Pexels.mp4", 5), 197)
    away = kinds(events, "gaze_away")
    assert sum(event.end - event.start for event in away) > 4
