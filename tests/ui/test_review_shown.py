"""What a jurisdiction lets nobody see is in no lane, no table and no label, though the analysis holds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.policy import profile
from app.review.session import ReviewSession
from app.settings import SettingsFile
from tests.ui import review_data, review_library
from ui.review import lane_list
from ui.review.presenter import LibraryPresenter
from ui.review.room import ReviewRoom
from ui.review.tables import curves_table

OF_THE_FACE = {"head", "gaze", "eye_contact"}
OF_EXPRESSION = {"expression", "smile", "seven"}


@pytest.fixture
def analysed(library, tmp_path):
    interview_id = review_library.interview_in(library, None)
    review_library.analysed(library, interview_id, tmp_path / "analysis")
    return library, interview_id


def recording_in(analysed, jurisdiction):
    library, interview_id = analysed
    SettingsFile(library.folder).change(jurisdiction=jurisdiction)
    return LibraryPresenter(library, interview_id).recording()


@pytest.mark.parametrize(
    ("jurisdiction", "absent"),
    [("CN", set()), ("EU", OF_EXPRESSION), ("strictest", OF_EXPRESSION | OF_THE_FACE)],
)
def test_lanes_obey_the_profile(analysed, jurisdiction, absent):
    recording = recording_in(analysed, jurisdiction)
    keys = {lane.key for lane in lane_list.lanes_of(recording, tuple)}
    assert keys & (OF_EXPRESSION | OF_THE_FACE) == (OF_EXPRESSION | OF_THE_FACE) - absent
    assert {"exchanges", "wave", "pitch", "pauses", "terms", "comments"} <= keys


def test_events_tables_and_figures_obey_it_too(analysed):
    everything, allowed = (recording_in(analysed, name) for name in ("CN", "strictest"))
    assert "smile" in {event.kind for event in everything.analysis.events}
    assert {event.kind for event in allowed.analysis.events} == {"filler", "term", "pause"}
    assert set(allowed.tracks) == set(allowed.analysis.tracks) == set(review_data.VOICE)
    assert curves_table(allowed).columnCount() < curves_table(everything).columnCount()
    assert set(allowed.analysis.metrics.overall) == {"speech_rate", "pitch_sd"}
    assert allowed.analysis.quality.face_coverage is None
    assert everything.analysis.quality.face_coverage == 0.9
    assert allowed.analysis.transcript == everything.analysis.transcript


def test_the_player_shows_no_box_and_no_label(qtbot, analysed):
    library, interview_id = analysed
    SettingsFile(library.folder).change(jurisdiction="strictest")
    room = ReviewRoom(LibraryPresenter(library, interview_id))
    qtbot.addWidget(room)
    label = room.player.pane.marks.label
    assert label is None or not any(label(second) for second in range(60))
    assert not {"box_x", "present"} & set(room.recording.tracks)
    room.leave()


def test_measures_beside_a_dimension_obey_it(analysed, monkeypatch):
    library, interview_id = analysed
    asked = replace(
        ReviewSession(library, interview_id).template.dimensions[0], observations=("eye_contact", "pause_max")
    )
    monkeypatch.setattr(ReviewSession, "dimension", lambda self, name: asked)
    shown = {
        name: [each.metric for each in ReviewSession(library, interview_id, profile(name)).observations(asked.id)]
        for name in ("CN", "strictest")
    }
    assert shown == {"CN": ["eye_contact", "pause_max"], "strictest": ["pause_max"]}
