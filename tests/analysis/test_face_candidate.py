"""Which of several people is the candidate: the rules, on observations made for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.document import Span
from analysis.face.candidate import choose
from analysis.face.derive import derive
from tests.analysis.seeing import crowd, only, steady, talking

MINE, THEIRS = [Span(0, 20), Span(30, 50)], [Span(20, 30), Span(50, 60)]
"""Who speaks when in a minute."""


def placed(x, width, seconds=60.0):
    """A steady face at a place of its own."""
    face = steady(seconds)
    face.box[:] = (x, 0.3, width, width)
    return face


def place_of(chosen):
    """Where the chosen face is, NaN where it is not."""
    return chosen.face.box[:, 0]


def test_one_face_at_a_time_and_one_person_is_left_as_it_is():
    face = steady(20)
    assert choose(face, MINE, THEIRS).face is face
    old = replace(face, person=None)
    chosen = choose(old, MINE, THEIRS)
    assert chosen.face is old
    assert derive(chosen.face, 200)[2] == []


def test_the_candidate_is_shown_while_speaking():
    face = crowd(only(placed(0.4, 0.2), *THEIRS), only(placed(0.45, 0.2), *MINE))
    chosen = choose(face, MINE, THEIRS)
    assert np.isfinite(place_of(chosen)).sum() == 200
    assert np.nanmax(place_of(chosen)) == np.nanmin(place_of(chosen)) == pytest.approx(0.45)
    assert (chosen.face.person[~np.isfinite(place_of(chosen))] == 1).all()


def test_a_view_that_follows_a_little_late_is_no_matter():
    late = (
        [Span(span.start + 2, span.end + 2) for span in MINE],
        [Span(span.start + 2, span.end + 2) for span in THEIRS],
    )
    face = crowd(only(placed(0.4, 0.2), *late[1]), only(placed(0.45, 0.2), *late[0]))
    assert np.nanmean(place_of(choose(face, MINE, THEIRS))) == pytest.approx(0.45)


def test_side_by_side_the_mouth_tells():
    small, large = talking(placed(0.1, 0.1), *MINE), talking(placed(0.6, 0.3), *THEIRS, seed=2)
    for face in (crowd(small, large), crowd(large, small)):
        assert (place_of(choose(face, MINE, THEIRS)) == np.float32(0.1)).all()
        assert (place_of(choose(face, THEIRS, MINE)) == np.float32(0.6)).all()


def test_side_by_side_without_a_move_the_more_prominent_one_is_taken():
    face = crowd(placed(0.05, 0.1), placed(0.4, 0.2))
    for voices in ((MINE, THEIRS), ([], []), ([Span(0, 3)], [Span(3, 6)])):
        assert (place_of(choose(face, *voices)) == np.float32(0.4)).all()


def test_a_portrait_on_the_wall_and_somebody_passing_by_are_nobody():
    candidate = talking(placed(0.4, 0.15), *MINE)
    wall, passing = placed(0.8, 0.2), only(placed(0.1, 0.3), Span(5, 8))
    chosen = choose(crowd(wall, passing, candidate), MINE, THEIRS)
    assert (place_of(chosen) == np.float32(0.4)).all()


def test_the_candidate_in_another_light_is_the_candidate():
    """After a break the lamp is on and the jacket off: somebody new by looks, but alone and speaking."""
    face = crowd(only(placed(0.4, 0.2), Span(0, 40)), only(placed(0.42, 0.2), Span(40, 60)))
    assert np.isfinite(place_of(choose(face, [Span(0, 18), Span(22, 58)], [Span(18, 22), Span(58, 60)]))).all()


def test_two_seconds_under_each_voice_tell_nothing_where_the_picture_stays_on_one_person():
    """The camera looks at the candidate all the time; now and then the looks change too much to be known again."""
    odd = [Span(10, 12), Span(22, 24)]
    rest = [Span(0, 10), Span(12, 22), Span(24, 60)]
    stays = crowd(only(placed(0.4, 0.2), *rest), only(placed(0.42, 0.2), *odd))
    assert np.isfinite(place_of(choose(stays, MINE, THEIRS))).all()


def test_whoever_is_shown_under_others_voices_for_long_is_somebody_else():
    """A view that follows the voice late, or a camera that turns to the interviewer for a while."""
    away = [Span(18, 20), Span(20, 29), Span(50, 58)]
    turns = crowd(only(placed(0.4, 0.2), Span(0, 18), Span(29, 50), Span(58, 60)), only(placed(0.42, 0.2), *away))
    shown = place_of(choose(turns, MINE, THEIRS))
    assert not np.isfinite(shown[90:145]).any()
    assert np.nanmax(shown) == np.float32(0.4)


def test_a_cross_fade_is_nobody_in_particular():
    face = crowd(only(placed(0.4, 0.2), Span(0, 30), Span(30.6, 60)), only(placed(0.41, 0.2), Span(30, 30.6)))
    assert np.isfinite(place_of(choose(face, MINE, THEIRS))).all()
    assert np.isfinite(place_of(choose(face, [], []))).all()


def test_the_arrays_of_other_rooms_follow():
    face = crowd(only(placed(0.4, 0.2), *THEIRS), placed(0.6, 0.3))
    values = np.stack([face.person, face.times], axis=1)
    picked = choose(face, [], []).of(values)
    assert (picked[:, 0] == 2).all()
    assert (picked[:, 1] == np.unique(face.times)).all()


def test_nobody_at_all():
    face = only(steady(10), Span(90, 91))
    chosen = choose(face, MINE, THEIRS)
    assert chosen.face is face
    assert np.isnan(place_of(chosen)).all()
