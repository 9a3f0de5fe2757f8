"""Recordings of two people: who is shown when, and which of them is the candidate. Composed of real clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.document import Missing, Span
from analysis.face import landmarks_of
from analysis.face.appearance import appearance, mean
from analysis.face.candidate import choose
from analysis.face.derive import derive, metrics
from analysis.face.scene import Scene
from tests.analysis.composing import FPS, filling, shown, side_by_side, still, video
from tests.analysis.reading import read
from tests.analysis.seeing import face_models, observer, pictures, watched

SIZE = (640, 360)
SHOT_S = 4.0


def kinds(events, kind):
    return [(event.start, event.end) for event in events if event.kind == kind]


@pytest.fixture(scope="module")
def two_speakers(corpus, tmp_path_factory):
    """A call in speaker view: shots of two people alternate, both in the middle; the second one 3 of 7 times."""
    one = shown(corpus / "video" / "single_face.mp4", 0, SHOT_S, SIZE)
    other = shown(corpus / "interviews" / "dev" / "en_pm_dev.mp4", 20, SHOT_S, SIZE)
    return video(tmp_path_factory.mktemp("call") / "speaker.mp4", [*(one + other) * 3, *one])


def shots(first):
    """The times of every second shot, from shot `first` of 7 on."""
    return [Span(number * SHOT_S, (number + 1) * SHOT_S) for number in range(first, 7, 2)]


def during(face, spans):
    """Samples inside the spans, those next to a cut left out."""
    return np.logical_or.reduce([(face.times > s.start + 0.25) & (face.times < s.end - 0.25) for s in spans])


def test_alternating_shots_are_told_apart(two_speakers):
    face = watched(two_speakers, 5)
    assert len(np.unique(face.times)) == len(face.times) == 140
    assert (face.person[during(face, shots(0))] == 1).all()
    assert (face.person[during(face, shots(1))] == 2).all()


def test_a_slow_look_tells_them_apart_as_well(two_speakers):
    face = watched(two_speakers, 1)
    assert (face.person[during(face, shots(0))] == 1).all()
    assert (face.person[during(face, shots(1))] == 2).all()


@pytest.mark.parametrize(("speaks", "is_shown"), [(0, 0), (1, 1)])
def test_who_is_shown_while_the_candidate_speaks_is_the_candidate(two_speakers, speaks, is_shown):
    face = watched(two_speakers, 5)
    chosen = choose(face, shots(speaks), shots(1 - speaks)).face
    seen = np.isfinite(chosen.box[:, 0])
    assert seen[during(face, shots(is_shown))].all()
    assert not seen[during(face, shots(1 - is_shown))].any()
    tracks, _, events, missing = derive(chosen, 280)
    assert kinds(events, "face_lost") == []
    others = kinds(events, "other_shown")
    assert np.allclose(others, [(span.start, span.end) for span in shots(1 - is_shown)], atol=0.25)
    assert (tracks["present"][round(others[0][0] * 10) + 4 : round(others[0][1] * 10) - 4] == 0).all()
    assert Missing("face", "no_face") not in missing
    answer, question = metrics(chosen, [[shots(is_shown)[1]], [shots(1 - is_shown)[1]]])
    assert answer["face_coverage"].value == pytest.approx(1.0, abs=0.06)
    assert answer["face_coverage"].quality == "ok"
    assert question["face_coverage"].value == pytest.approx(0.0, abs=0.06)
    assert question["face_coverage"].quality == question["eye_contact"].quality == "other_shown"


def test_without_voices_the_one_who_is_seen_most_is_taken(two_speakers):
    face = watched(two_speakers, 5)
    chosen = choose(face, [], []).face
    assert np.isfinite(chosen.box[during(face, shots(0)), 0]).all()
    assert not np.isfinite(chosen.box[during(face, shots(1)), 0]).any()


def test_the_expressions_of_somebody_else_are_left_out(two_speakers):
    face, extra = read(two_speakers, 5)
    chosen = choose(face, shots(1), shots(0))
    assert np.isnan(chosen.of(extra["expression"])[during(face, shots(0))]).all()
    assert np.isfinite(chosen.of(extra["expression"])[during(face, shots(1))]).all()


def test_one_person_in_one_recording_stays_one_person(corpus, sample):
    for path, start, end in (
        (corpus / "video" / "WolfgangLanger_Pexels.mp4", 0, 20),
        (corpus / "video" / "talk_en_8s.mp4", 0, 8),
        (corpus / "interviews" / "dev" / "zh_be_dev.mp4", 60, 90),
        (sample / "sample_en.mp4", 0, 20),
    ):
        face = watched(path, 5, start, end)
        assert np.unique(face.person[np.isfinite(face.person)]).tolist() == [1], path.name
        assert choose(face, [], []).face is face


def test_a_cut_is_noticed_and_a_moving_speaker_is_none(corpus, two_speakers):
    for fps in (5, 1):
        scene = Scene()
        cuts = [time_s for time_s, rgb in pictures(two_speakers, fps) if scene.cut(rgb)]
        assert cuts == pytest.approx(np.arange(1, 7) * SHOT_S, abs=1 / fps)
        moving = Scene()
        assert not any(moving.cut(rgb) for _, rgb in pictures(corpus / "video" / "talk_en_8s.mp4", fps))


def test_a_look_is_compared_whatever_lies_outside_of_the_picture(corpus):
    rgb = pictures(corpus / "video" / "single_face.mp4", 5, 0, 1)[0][1]
    found = landmarks_of(rgb, *face_models())
    crop = found.region.scaled(1.5).cut(rgb, 256)
    whole = appearance(rgb, found.region, crop)
    assert whole.distance(whole) == pytest.approx(0, abs=0.02)
    corner = replace(found.region, centre_x=0.0, centre_y=0.0)
    assert appearance(rgb, corner, crop).around.sum() == pytest.approx(1)
    outside = appearance(rgb, replace(found.region, centre_x=-5000.0), crop)
    assert outside.around.sum() == 0
    assert whole.distance(outside) == pytest.approx(0.5, abs=0.02)
    assert whole.distance(mean(whole, 3, outside)) < outside.distance(whole)


SPEAKS = ([Span(0, 12)], [Span(12, 20)])
"""In the call side by side: first the one on the left speaks, then the one on the right."""


@pytest.fixture(scope="module")
def both_shown(corpus, tmp_path_factory):
    """A call side by side: two real speakers, of whom one listens without a move while the other speaks."""
    left = shown(corpus / "video" / "talk_zh_22s.mp4", 0, 12, (320, 360))
    right = shown(corpus / "video" / "talk_en_8s.mp4", 0, 8, (360, 400))
    rows = side_by_side(left, still(right[0], 12)) + side_by_side(still(left[-1], 8), right)
    return video(tmp_path_factory.mktemp("call") / "gallery.mp4", rows)


def test_of_two_windows_both_are_followed(both_shown):
    face = watched(both_shown, 5)
    assert (face.faces == 2).all()
    assert (np.unique(face.times, return_counts=True)[1] == 2).all()
    middle = face.box[:, 0] + face.box[:, 2] / 2
    who = {person: middle[face.person == person] for person in np.unique(face.person)}
    assert len(who) == 2
    assert sorted((place.max() < 0.47, place.min() > 0.47) for place in who.values()) == [(False, True), (True, False)]


@pytest.mark.parametrize("candidate", [0, 1])
def test_whose_mouth_goes_with_the_candidates_voice_is_the_candidate(both_shown, candidate):
    face = watched(both_shown, 5)
    chosen = choose(face, SPEAKS[candidate], SPEAKS[1 - candidate]).face
    middle = chosen.box[:, 0] + chosen.box[:, 2] / 2
    assert np.isfinite(middle).all()
    assert (middle < 0.47).all() if candidate == 0 else (middle > 0.47).all()
    assert kinds(derive(chosen, 200)[2], "other_shown") == []


def test_a_candidate_who_leaves_the_call_is_lost_though_the_interviewer_stays(corpus, tmp_path):
    left = shown(corpus / "video" / "talk_zh_22s.mp4", 0, 18, (320, 360))
    right = shown(corpus / "video" / "talk_en_8s.mp4", 0, 18, (360, 400))
    gone = [np.full_like(rgb, 30) if 8 <= number / FPS < 14 else rgb for number, rgb in enumerate(left)]
    face = watched(video(tmp_path / "leaves.mp4", side_by_side(gone, right)), 5)
    middle = face.box[:, 0] + face.box[:, 2] / 2
    (number,) = np.unique(face.person[middle < 0.47])
    chosen = choose(face, *_voices_of(face, number)).face
    assert (chosen.box[np.isfinite(chosen.box[:, 0]), 0] < 0.47).all()
    events = derive(chosen, 180)[2]
    ((start, end),) = kinds(events, "face_lost")
    assert (start, end) == (pytest.approx(8, abs=0.25), pytest.approx(14, abs=0.25))
    assert kinds(events, "other_shown") == []


def _voices_of(face, number):
    """Voices that leave no doubt: the candidate's whenever this person is there, others' otherwise."""
    there = np.unique(face.times[face.person == number])
    absent = np.setdiff1d(np.unique(face.times), there)
    return [[Span(time_s - 0.01, time_s + 0.1) for time_s in times] for times in (there, absent)]


def test_three_windows_are_followed_and_a_fourth_is_counted(corpus):
    sources = ["single_face", "WolfgangLanger_Pexels", "talk_zh_22s", "talk_en_8s"]
    one = [filling(pictures(corpus / "video" / f"{name}.mp4", FPS, 1, 2)[0][1], (320, 320)) for name in sources]
    eyes = observer()
    looks = [eyes.look(number / 5, np.hstack(one)) for number in range(15)]
    assert len(looks[-1].beside) == 2
    face = eyes.finish()
    assert sorted(np.unique(face.person).tolist()) == [1, 2, 3]
    assert face.faces[-1] == 4
