"""Files beside a signed assessment: made of what was signed, sent exactly once, and nothing that the rules forbid."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from sqlalchemy import update

from app.settings import SettingsFile
from sync import listing, tables
from sync.conflicts import Choice
from sync.outbox import Kind, Resolution, State
from tests.app.hr import in_conflict, local_interview, sign
from tests.ui.review_library import analysed

WITH_VIDEO = """
base = "generic"
name = "with-video"
send = ["status", "assessment", "video"]
"""


@pytest.fixture
def interview(library, tmp_path):
    made = local_interview(library, "张伟")
    analysed(library, made.id, tmp_path / "analysis")
    return made


def files(sandbox):
    """role → bytes of everything that arrived as a whole."""
    return {
        upload["role"]: (sandbox.folder / "files" / upload["id"]).read_bytes()
        for upload in sandbox.store.uploads()
        if upload["received_at"]
    }


def test_report_transcript_and_curves_arrive_once(library, service, sandbox, interview):
    sign(library, interview.id)
    assert service.run_once().complete
    assert service.run_once().sent == 0
    arrived = files(sandbox)
    assert set(arrived) == {"report", "transcript", "curves", "curves_picture"}
    assert len(sandbox.store.uploads()) == 4
    assert arrived["report"].startswith(b"%PDF")
    assert arrived["transcript"].startswith(b"WEBVTT")
    assert "你好" in arrived["transcript"].decode()
    picture = QImage.fromData(arrived["curves_picture"])
    assert picture.width() > 3000
    curves = json.loads(arrived["curves"])
    lengths = {len(curve["values"]) for curve in curves["curves"]}
    assert curves["rate_hz"] == 1.0
    assert len(lengths) == 1
    assert abs(lengths.pop() - curves["duration_s"]) <= 1
    assert {curve["name"] for curve in curves["curves"]} >= {"pitch", "loudness", "positive"}
    assert any(value is None for curve in curves["curves"] for value in curve["values"]), "a gap stays a gap"
    assert not list((library.folder / "vault" / "made").glob("*")), "what has arrived is not kept twice"
    names = {upload["name"] for upload in sandbox.store.uploads()}
    assert all("张伟" in name or name for name in names)


def test_what_the_jurisdiction_hides_is_in_no_file(library, service, sandbox, interview):
    SettingsFile(library.folder).change(jurisdiction="strictest")
    sign(library, interview.id)
    service.run_once()
    names = {curve["name"] for curve in json.loads(files(sandbox)["curves"])["curves"]}
    assert names
    assert not names & {"positive", "neutral", "negative"}


def test_nothing_is_made_of_what_was_changed_after_the_signature(library, service, sandbox, interview):
    from app.review import ReviewSession

    sign(library, interview.id)
    ReviewSession(library, interview.id).set_summary("changed since")
    service.run_once()
    assert files(sandbox) == {}
    sign(library, interview.id, "signed anew")
    service.run_once()
    assert {upload["assessment_external_id"][-2:] for upload in sandbox.store.uploads()} == {":2"}
    assert len(files(sandbox)) == 4


def test_a_revision_that_the_hr_system_does_not_get_takes_its_files_with_it(library, service, sandbox):
    _, entry = in_conflict(library, service, sandbox, revision=5)
    service.resolve(entry.op_id, Choice.MINE)
    assert service.run_once().complete
    states = {item.state for item in service.state().entries if item.kind is Kind.ATTACHMENT}
    assert states == {State.DONE}
    assert {upload["assessment_external_id"].rpartition(":")[2] for upload in sandbox.store.uploads()} == {"1", "6"}


def written(library, days_ago, column="created"):
    """As if the results had been written, or had arrived, so many days ago."""
    with library.session() as session:
        session.execute(
            update(tables.outbox)
            .where(tables.outbox.c.kind == Kind.ASSESSMENT.value)
            .values({column: tables.outbox.c[column] - days_ago * 86_400.0})
        )


def test_what_waited_long_has_its_files_too(library, service, sandbox, interview):
    sign(library, interview.id)
    written(library, 30)
    assert service.run_once().complete
    assert {"report", "transcript", "curves"} <= set(files(sandbox))


@pytest.mark.parametrize(("days", "made"), [(6, True), (8, False)])
def test_what_arrived_long_ago_without_files_gets_none(library, service, sandbox, interview, days, made):
    settings = service._settings
    settings.profiles.mkdir()
    bare = WITH_VIDEO.replace("with-video", "bare").replace(', "video"', "").replace("generic", "sandbox")
    (settings.profiles / "bare.toml").write_text(bare, "utf-8")
    settings.change(ehr_profile="bare")
    sign(library, interview.id)
    assert service.run_once().complete
    written(library, days, "done_at")
    settings.change(ehr_profile="sandbox")
    assert service.run_once().complete
    assert ("report" in files(sandbox)) is made


def test_nothing_is_swept_away_while_somebody_writes_what_it_is_for(library, service, interview, monkeypatch):
    """A package may bring the same file once more in the very moment in which the sweep has looked."""
    sign(library, interview.id)
    service._attaching.prepare(("report",))
    drop, held = library.vault.drop_made, []

    def dropped(gone):
        with closing(sqlite3.connect(library.folder / "library.sqlite3", timeout=0.0)) as other:
            try:
                other.execute("begin immediate")
            except sqlite3.OperationalError:
                held.append(gone)
        drop(gone)

    monkeypatch.setattr(library.vault, "drop_made", dropped)
    service._attaching.sweep()
    assert len(held) == 1


def test_a_file_that_somebody_reads_just_now_is_swept_away_the_next_time(library, service, interview, monkeypatch):
    """Windows lets nobody remove it."""

    def in_use(path, missing_ok=False):
        raise PermissionError(13, "in use", str(path))

    sign(library, interview.id)
    service.run_once()
    left = library.vault.folder / "made" / "0"
    left.write_bytes(b"x")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", in_use)
        service._attaching.sweep()
    assert left.exists()
    service._attaching.sweep()
    assert not left.exists()


def test_killed_after_making_and_before_sending_nothing_is_doubled(library, service, sandbox, interview):
    sign(library, interview.id)
    service._attaching.prepare(("report", "curves"))
    service._attaching.prepare(("report", "curves"))
    assert len(list((library.folder / "vault" / "made").glob("*"))) == 3
    assert service.run_once().complete
    assert len(sandbox.store.uploads()) == 4


@pytest.mark.parametrize(("jurisdiction", "leaves"), [("CN", False), ("US", True)])
def test_the_recording_leaves_only_where_profile_and_rules_allow_it(
    jurisdiction, leaves, library, service, sandbox, sample_interview, tmp_path
):
    from app.policy import profile

    assert profile(jurisdiction).media_may_leave is leaves
    service._settings.profiles.mkdir()
    (service._settings.profiles / "with-video.toml").write_text(WITH_VIDEO)
    service._settings.change(ehr_profile="with-video", jurisdiction=jurisdiction)
    analysed(library, sample_interview, tmp_path / "analysis")
    library.record_consent(sample_interview, ("speech", "face", "expression"), "v1", "Ann")
    sign(library, sample_interview)
    service.run_once()
    arrived = files(sandbox)
    assert set(arrived) == ({"video"} if leaves else set())
    if leaves:
        import av

        with av.open(io.BytesIO(arrived["video"])) as container:
            assert container.streams.video


@pytest.fixture
def sample_interview(library):
    from app.resources import resource
    from tests.ui.review_library import interview_in

    return interview_in(library, resource("sample", "sample_en.mp4"))


@pytest.mark.parametrize("agreed", [("speech",), ("face",), ()])
def test_a_recording_stays_where_the_candidate_did_not_agree_to_all_of_it(
    agreed, library, service, sandbox, sample_interview, tmp_path
):
    service._settings.profiles.mkdir()
    (service._settings.profiles / "with-video.toml").write_text(WITH_VIDEO)
    service._settings.change(ehr_profile="with-video", jurisdiction="US")
    analysed(library, sample_interview, tmp_path / "analysis")
    library.record_consent(sample_interview, agreed, "v1", "Ann")
    sign(library, sample_interview)
    report = service.run_once()
    assert (report.failure, report.left) == (None, 0)
    assert files(sandbox) == {}


def test_a_consent_that_is_withdrawn_before_the_recording_was_sent_holds(
    library, service, sandbox, sample_interview, tmp_path
):
    service._settings.profiles.mkdir()
    (service._settings.profiles / "with-video.toml").write_text(WITH_VIDEO)
    service._settings.change(ehr_profile="with-video", jurisdiction="US")
    analysed(library, sample_interview, tmp_path / "analysis")
    library.record_consent(sample_interview, ("speech", "face", "expression"), "v1", "Ann")
    sign(library, sample_interview)
    service._attaching.prepare(("video",))
    library.record_consent(sample_interview, (), "v1", "Ann")
    service.run_once()
    assert "video" not in files(sandbox)
    kept = next(entry for entry in service.state().entries if entry.kind is Kind.ATTACHMENT and not entry.done)
    assert kept.state is State.HELD


def test_a_refused_assessment_that_is_left_takes_its_files_with_it(library, service, sandbox, interview):
    sign(library, interview.id)
    service._attaching.prepare(("report",))
    with library.session() as session:
        wanted = tables.outbox.c.kind == Kind.ASSESSMENT.value
        session.execute(tables.outbox.update().where(wanted).values(state="dead", last_error="remote_rejected"))
    service.leave(next(entry for entry in service.state().entries if entry.kind is Kind.ASSESSMENT).op_id)
    resolutions = [item.resolution for item in items_of(library, Kind.ATTACHMENT)]
    assert resolutions == [Resolution.OVERTAKEN], "nothing is made for it either"
    assert service.run_once().complete
    assert len(items_of(library, Kind.ATTACHMENT)) == 1
    assert sandbox.store.uploads() == []


@pytest.mark.parametrize("how", [Resolution.LEFT, Resolution.NOT_TOLD, Resolution.THEIRS])
def test_no_file_is_sent_or_made_beside_a_result_that_is_not_there(how, library, service, sandbox, interview):
    sign(library, interview.id)
    service._attaching.prepare(("report",))
    with library.session() as session:
        wanted = tables.outbox.c.kind == Kind.ASSESSMENT.value
        session.execute(tables.outbox.update().where(wanted).values(state="done", resolution=how.value, done_at=0.0))
    assert service.run_once().complete
    file = Resolution.NOT_TOLD if how is Resolution.NOT_TOLD else Resolution.OVERTAKEN
    assert [item.resolution for item in items_of(library, Kind.ATTACHMENT)] == [file]
    assert sandbox.store.uploads() == []


def items_of(library, kind):
    with library.reading() as session:
        return [item for item in listing.items(session) if item.kind is kind]


def test_a_file_that_was_not_told_is_made_again_where_another_profile_sends_it(library, service, sandbox, interview):
    sign(library, interview.id)
    service._attaching.prepare(("report",))
    service._settings.profiles.mkdir()
    silent = WITH_VIDEO.replace("with-video", "silent").replace('"video"', '"status"').replace("generic", "sandbox")
    (service._settings.profiles / "silent.toml").write_text(silent)
    service._settings.change(ehr_profile="silent")
    assert service.run_once().complete
    assert [item.resolution for item in items_of(library, Kind.ATTACHMENT)] == [Resolution.NOT_TOLD]
    service._settings.change(ehr_profile="sandbox")
    assert service.run_once().complete
    assert set(files(sandbox)) == {"report", "transcript", "curves", "curves_picture"}
    assert service.run_once().sent == 0
