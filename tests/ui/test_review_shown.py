"""What a jurisdiction lets nobody see is in no lane, no table and no label, though the analysis holds it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from analysis.document import Metric
from app import cli
from app.exporting import export
from app.policy import profile
from app.report.gather import report_data
from app.report.layout import blocks
from app.report.words import Words
from app.review.session import ReviewSession
from app.scoring.metrics import metric_title
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


def exported(analysed, jurisdiction, kind, tmp_path):
    """What an export writes under a jurisdiction."""
    library, interview_id = analysed
    out = tmp_path / f"{jurisdiction}.{kind}"
    export(ReviewSession(library, interview_id, profile(jurisdiction)), kind, out)
    return out.read_text(encoding="utf-8-sig")


def test_exported_curves_obey_it(analysed, tmp_path):
    everything, allowed = (exported(analysed, name, "curves", tmp_path).splitlines() for name in ("CN", "strictest"))
    assert set(everything[0].split(",")) == {"time_s", *review_data.recording().tracks}
    assert set(allowed[0].split(",")) == {"time_s", *review_data.VOICE}
    assert len(allowed) == len(everything)


def test_exported_tiers_and_documents_obey_it(analysed, tmp_path):
    assert 'TIER_ID="smile"' in exported(analysed, "CN", "eaf", tmp_path)
    assert 'TIER_ID="smile"' not in exported(analysed, "strictest", "eaf", tmp_path)
    document = json.loads(exported(analysed, "strictest", "analysis", tmp_path))
    assert set(document["tracks"]) == set(review_data.VOICE)
    assert {event["kind"] for event in document["events"]} == {"filler", "term", "pause"}
    assert document["quality"]["face_coverage"] is None


def test_what_all_may_see_is_the_file_of_the_analysis_itself(analysed, tmp_path):
    library, interview_id = analysed
    kept = library.analysis_folder(interview_id) / "analysis.json"
    assert exported(analysed, "CN", "analysis", tmp_path) == kept.read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reports_obey_it(library, tmp_path, language, monkeypatch):
    interview_id, made = review_library.interview_in(library, None), review_data.recording()
    overall = {"eye_contact": Metric(0.6, "share", 90, 0.9), **made.analysis.metrics.overall}
    measured = replace(made.analysis, metrics=replace(made.analysis.metrics, overall=overall))
    review_library.analysed(library, interview_id, tmp_path / "analysis", replace(made, analysis=measured))
    everything, allowed = (
        report_data(ReviewSession(library, interview_id, profile(name)), language) for name in ("CN", "strictest")
    )
    assert {each.name for each in everything.series} - {each.name for each in allowed.series}
    assert {each.name for each in allowed.series} <= set(review_data.VOICE)
    assert "smile" in {event.kind for event in everything.analysis.events}
    assert "smile" not in {event.kind for event in allowed.analysis.events}
    asked = replace(everything.template.dimensions[0], observations=("eye_contact", "speech_rate"))
    monkeypatch.setattr(Words, "dimension", lambda self, row: asked)
    said = {
        name: Words(data, language).observations(data.card.dimensions[0])
        for name, data in (("CN", everything), ("strictest", allowed))
    }
    assert metric_title("eye_contact", language) in said["CN"]
    assert metric_title("eye_contact", language) not in said["strictest"]
    assert said["strictest"]
    assert blocks(Words(allowed, language), 600.0)


def test_the_command_line_obeys_it(analysed, tmp_path, capsys):
    library, interview_id = analysed
    SettingsFile(library.folder).change(jurisdiction="strictest")
    out, data = tmp_path / "out.csv", ("--data", str(library.folder))
    assert cli.main(["export", interview_id, "--format", "curves", "--out", str(out), *data]) == 0
    assert set(out.read_text("utf-8-sig").splitlines()[0].split(",")) == {"time_s", *review_data.VOICE}
    capsys.readouterr()
    assert cli.main(["show", interview_id, "--json", *data]) == 0
    assert json.loads(capsys.readouterr().out)["analysis"]["quality"]["face_coverage"] is None
