"""Face and visible expression in the whole document: tracks, metrics per answer, what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import features
from analysis.derive import PEAKS, derive
from analysis.export import read, write_all
from analysis.export.schema import FACE_TRACKS, track_names
from tests.analysis.ideal import observed, provenance, request
from tests.analysis.seeing import steady, without_face


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
