"""Face and visible expression in the whole document: tracks, metrics per answer, what is missing."""

from __future__ import annotations

from dataclasses import fields, make_dataclass, replace

import numpy as np
import pytest

from analysis import features
from analysis.derive import PEAKS, derive
from analysis.document import Correction, CorrectionKind, Role, Span
from analysis.export import read, write_all
from analysis.export.schema import FACE_TRACKS, track_names
from analysis.observations import FaceObservation, load, save
from tests.analysis.ideal import observed, provenance, request
from tests.analysis.seeing import crowd, only, steady, without_face


@pytest.fixture(scope="module")
def face():
    return without_face(steady(57.0), 20.0, 30.0)


def test_the_face_joins_the_document(face, tmp_path):
    derived = derive(observed("zh", face), request("zh", modalities=("speech", "face")), provenance())
    analysis = derived.analysis
    assert set(FACE_TRACKS) <= set(analysis.tracks)
    assert {derived.tracks[name].shape for name in analysis.tracks} == {(572,)}
    first, second, _ = analysis.metrics.answers
    assert first["face_coverage"].value == pytest.approx(1.0)
    assert second["face_coverage"].value == pytest.approx(1 - 10 / 22.6, abs=0.05)
    assert analysis.quality.face_coverage == pytest.approx(analysis.metrics.overall["face_coverage"].value, abs=1e-3)
    assert analysis.quality.lighting == pytest.approx(0.5)
    assert analysis.quality.sharpness == pytest.approx(100.0)
    assert [e.kind for e in analysis.events if e.kind == "face_lost"] == ["face_lost"]
    assert ("blink", "sampled_below_25") in {(m.what, m.why) for m in analysis.missing}
    assert not [m for m in analysis.missing if m.what == "face"]
    write_all(tmp_path, derived)
    assert read(tmp_path).analysis == analysis


def test_a_click_that_swaps_the_roles_swaps_the_faces():
    """A call that shows whoever speaks: the answers' metrics are the candidate's, whoever that is."""
    spans = {
        name: [Span(t.start, t.end) for t in observed("zh").speakers.turns if t.speaker == name]
        for name in ("S1", "S2")
    }
    interviewer, candidate = steady(57.0), steady(57.0)
    interviewer.box[:, 0], candidate.box[:, 0] = 0.1, 0.6
    seen = observed("zh", crowd(only(interviewer, *spans["S1"]), only(candidate, *spans["S2"])))
    allowed = request("zh", modalities=("speech", "face"))
    derived = derive(seen, allowed, provenance())
    assert np.nanmean(derived.tracks["box_x"]) == pytest.approx(0.6, abs=0.01)
    assert "other_shown" in {event.kind for event in derived.analysis.events}
    flip = Correction("c", CorrectionKind.ROLE, 0.0, 0.0, "S1", Role.CANDIDATE, "who", "2026-01-01T00:00:00+00:00")
    flipped = derive(seen, replace(allowed, corrections=(flip,)), provenance())
    assert np.nanmean(flipped.tracks["box_x"]) == pytest.approx(0.1, abs=0.01)
    shares = [each.analysis.quality.face_coverage for each in (derived, flipped)]
    assert shares[0] > shares[1] > 0


def test_what_an_older_version_kept_is_one_persons(face, tmp_path):
    old = {f.name: getattr(face, f.name) for f in fields(face) if f.name != "person"}
    save(tmp_path, "face", make_dataclass("Old", old)(**old))
    kept = load(tmp_path, "face", FaceObservation)
    assert kept.person is None
    new = derive(observed("zh", face), request("zh", modalities=("speech", "face")), provenance())
    again = derive(observed("zh", kept), request("zh", modalities=("speech", "face")), provenance())
    assert again.analysis == new.analysis
    assert all(np.array_equal(again.tracks[name], new.tracks[name], equal_nan=True) for name in new.tracks)


def test_nobody_in_the_picture(face):
    nobody = without_face(steady(57.0), 0.0, 60.0)
    analysis = derive(observed("zh", nobody), request("zh", modalities=("speech", "face")), provenance()).analysis
    assert ("face", "no_face") in {(m.what, m.why) for m in analysis.missing}
    assert (analysis.quality.lighting, analysis.quality.sharpness) == (None, None)
    assert analysis.metrics.overall["eye_contact"].value is None
    assert analysis.metrics.overall["speech_rate"].value is not None


def test_expression_only_where_it_is_built_and_allowed(face):
    room = features.expression()
    if room is None:
        pytest.skip("this build has no room for visible expression")
    seven = np.full((face.times.size, 7), 1 / 7, dtype=np.float32)
    seen = observed("zh", face)
    seen = type(seen)(
        **{name: getattr(seen, name) for name in seen.__dataclass_fields__} | {"extra": {room.OBSERVED: seven}}
    )
    allowed = derive(seen, request("zh", modalities=("speech", "face", "expression")), provenance())
    assert set(room.TRACKS) <= set(allowed.analysis.tracks)
    assert set(room.METRICS) <= set(allowed.analysis.metrics.overall)
    assert set(room.METRICS) <= set(allowed.analysis.metrics.answers[0])
    forbidden = derive(seen, request("zh", modalities=("speech", "face")), provenance())
    assert not set(room.TRACKS) & set(forbidden.analysis.tracks)
    assert ("expression", "not_allowed") in {(m.what, m.why) for m in forbidden.analysis.missing}
    assert set(allowed.tracks) == {*track_names(), PEAKS}
