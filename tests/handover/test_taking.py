"""A package taken in: what both sides changed becomes cards, recordings come as a whole, and failures leave nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from analysis.failures import Cancelled, DiskFull, FolderNotWritable
from app.domain.outside import Purpose
from app.domain.types import Candidate, InterviewStatus, Position
from app.failures import NothingToHandOver, OtherAssessor, RecordingStays, Stale, ValueInvalid
from app.handover import taking
from app.handover.cards import decide, open_cards
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.taking_files import reports_of
from app.handover.writing import Choice, offered, packages, recordings_stay, write_package
from app.recording import folders
from app.resources import resource
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from app.store.recordings import Belonging
from app.store.tables import AuditRow, ConsentRow
from sync import outbox
from sync.conflicts import Choice as Side
from tests.app.interviews import derived
from tests.app.test_store_library import an_interview
from tests.clips import cut
from tests.handover.conftest import carry, home, out, sign
from tests.handover.test_archive import content_of
from tests.small_disk import mounted


@pytest.fixture
def planned(office, laptop, stick):
    """An interview of both; its id."""
    position = office.save_position(Position("", "后端工程师", keywords=("缓存",), questions=("为什么？",)))
    candidate = office.save_candidate(Candidate("", "秦𠮷雅", "qin@example.com", "138"))
    interview = office.save_interview(an_interview(candidate, position))
    out(office, laptop, stick, interview.id)
    return interview.id


def edit_candidate(library, interview_id, **values):
    return library.save_candidate(replace(library.interview(interview_id).candidate, **values))


def candidate(library, interview_id):
    return library.interview(interview_id).candidate


def test_disjoint_edits_merge_and_the_same_field_becomes_a_card(office, laptop, stick, planned):
    edit_candidate(office, planned, phone="139", email="new@example.com")
    edit_candidate(laptop, planned, name="秦𠮷雅（改名）", phone="136")
    sign(laptop, planned)
    taken = home(laptop, office, stick, planned)
    assert (candidate(office, planned).name, candidate(office, planned).email) == ("秦𠮷雅（改名）", "new@example.com")
    assert candidate(office, planned).phone == "139"
    assert taken.cards == {"candidate": 1}
    (card,) = open_cards(office)
    assert (card.field, card.base, card.mine, card.theirs, card.by) == ("phone", "138", "139", "136", "李静")
    out(office, laptop, stick, planned)
    assert [card.field for card in open_cards(laptop)] == ["phone"], "the other side hears of it too"
    assert candidate(laptop, planned).email == "new@example.com"


@pytest.mark.parametrize(("choice", "phone"), [(Side.MINE, "139"), (Side.THEIRS, "136")])
def test_a_decision_counts_on_both_sides(office, laptop, stick, planned, choice, phone):
    edit_candidate(office, planned, phone="139")
    edit_candidate(laptop, planned, phone="136")
    sign(laptop, planned)
    home(laptop, office, stick, planned)
    out(office, laptop, stick, planned)
    (card,) = open_cards(office)
    decide(office, card.id, choice)
    assert open_cards(office) == ()
    with pytest.raises(Stale):
        decide(office, card.id, choice)
    out(office, laptop, stick, planned)
    assert candidate(office, planned).phone == candidate(laptop, planned).phone == phone
    assert open_cards(laptop) == ()
    home(laptop, office, stick, planned)
    assert open_cards(office) == ()


def test_two_laptops_with_different_fields_in_either_order(office, laptop, stick, planned, tmp_path):
    with Library.open(tmp_path / "second", assessor="陈晨") as second:
        out(office, second, stick, planned)
        edit_candidate(laptop, planned, phone="136")
        edit_candidate(second, planned, email="x@example.com")
        for library in (laptop, second):
            sign(library, planned)
        for library in (second, laptop):
            home(library, office, stick, planned)
        assert (candidate(office, planned).phone, candidate(office, planned).email) == ("136", "x@example.com")
        assert open_cards(office) == ()
        assert {one.assessor for one in office.assessments(planned)} == {"李静", "陈晨"}


def test_comments_edits_and_removals_come_and_nothing_written_is_lost(office, laptop, stick, planned):
    kept = laptop.add_comment(planned, 2.0, "第一版")
    gone = laptop.add_comment(planned, 4.0, "不要了")
    never = laptop.add_comment(planned, 5.0, "从未交接")
    laptop.delete_comment(never.id)
    sign(laptop, planned)
    home(laptop, office, stick, planned)
    assert [one.text for one in office.comments(planned)] == ["第一版", "不要了"]
    laptop.edit_comment(kept.id, "第二版")
    laptop.delete_comment(gone.id)
    home(laptop, office, stick, planned)
    assert [one.text for one in office.comments(planned)] == ["第二版"]
    assert [one.text for one in office.comments(planned, deleted=True)] == ["不要了"]
    assert "第一版" in office.comment_history(kept.id)


def test_a_withdrawn_consent_stays_withdrawn_whatever_comes_later(office, laptop, stick, planned):
    laptop.record_consent(planned, ("speech",), "v1", "秦𠮷雅")
    office.record_consent(planned, (), "v1", "秦𠮷雅")
    sign(laptop, planned)
    home(laptop, office, stick, planned)
    assert office.consent(planned).modalities == ()
    with office.reading() as session:
        assert len(list(session.scalars(select(ConsentRow)))) == 2
    out(office, laptop, stick, planned)
    assert laptop.consent(planned).modalities == ()


def test_a_consent_to_an_outside_service_comes_but_nobody_elses_confirmation(office, laptop, stick, planned):
    for library, agreed in ((office, True), (laptop, True)):
        library.record_outside_consent(
            planned, Purpose.SPEECH, "asr.example.com", "ASR", agreed=agreed, text_version="v1", by="秦𠮷雅"
        )
    office.record_outside_consent(
        planned, Purpose.SPEECH, "asr.example.com", "ASR", agreed=False, text_version="v1", by="秦𠮷雅"
    )
    laptop.confirm_outside(planned, Purpose.SPEECH, "asr.example.com")
    sign(laptop, planned)
    home(laptop, office, stick, planned)
    assert not office.outside_consent(planned, Purpose.SPEECH, "asr.example.com").agreed
    assert not office.outside_confirmed(planned, Purpose.SPEECH, "asr.example.com")
    out(office, laptop, stick, planned)
    assert not laptop.outside_consent(planned, Purpose.SPEECH, "asr.example.com").agreed


def test_a_question_rated_later_here_holds(office, laptop, stick, planned):
    laptop.rate_question(planned, "为什么？", 5, "先")
    sign(laptop, planned)
    home(laptop, office, stick, planned)
    assert office.assessment(planned, "李静").questions["为什么？"].score == 5
    laptop.rate_question(planned, "为什么？", 7)
    office.assessor = "李静"
    office.rate_question(planned, "为什么？", 9)
    home(laptop, office, stick, planned)
    assert office.assessment(planned).questions["为什么？"].score == 9


def test_audit_and_corrections_come_once(office, laptop, stick, planned):
    laptop.add_correction(planned, "word", 1.0, 2.0, "复载", "负载")
    sign(laptop, planned)
    home(laptop, office, stick, planned)
    sign(laptop, planned, summary="另一版")
    home(laptop, office, stick, planned)
    assert [one.after for one in office.corrections(planned)] == ["负载"]
    with office.reading() as session:
        lines = list(session.scalars(select(AuditRow).where(AuditRow.subject == planned, AuditRow.who == "李静")))
    assert [line.action for line in lines].count("corrected") == 1
    assert "signed" in [line.action for line in lines]


def test_one_person_signing_differently_in_two_places_is_a_card(office, laptop, stick, planned):
    sign(laptop, planned, summary="笔记本上")
    office.assessor = "李静"
    sign(office, planned, summary="办公室里")
    home(laptop, office, stick, planned)
    signed = [card for card in open_cards(office) if card.kind == "signature"]
    assert len(signed) == 1
    assert json.loads(signed[0].theirs)["summary"] == "笔记本上"
    assert len(office.assessment(planned).signatures) == 1
    office.assessor = "HR 王芳"
    with pytest.raises(OtherAssessor):
        decide(office, signed[0].id, Side.THEIRS)
    office.assessor = "李静"
    decide(office, signed[0].id, Side.THEIRS)
    newest = office.assessment(planned).signatures[-1]
    assert (newest.revision, json.loads(newest.payload)["summary"]) == (2, "笔记本上")
    with office.reading() as session:
        assert outbox.find(session, "assessment", json.loads(newest.payload)["external_id"]) is not None
    assert "signature" not in {card.kind for card in open_cards(office)}


def test_the_same_interview_known_by_the_hr_system_is_one(office, laptop, stick):
    for library in (office, laptop):
        person = library.save_candidate(Candidate("", "Emma Clarke", remote_id="cand-1"))
        position = library.save_position(Position("", "PM", remote_id="pos-1"))
        library.save_interview(an_interview(person, position, remote_id="int-1"))
    (there,) = laptop.interviews()
    sign(laptop, there.id)
    home(laptop, office, stick, there.id)
    (here,) = office.interviews()
    assert here.id != there.id
    assert (len(office.candidates()), len(office.positions())) == (1, 1)
    assert (here.signed, here.status) == (True, InterviewStatus.ASSESSED)
    (assessment,) = office.assessments(here.id)
    assert assessment.signatures[0].payload == laptop.assessment(there.id).signatures[0].payload
    again = home(laptop, office, stick, there.id)
    assert (again.to_send, again.cards) == (0, {})


def test_what_is_offered_and_what_cannot_be_handed_over(office, laptop, stick, planned):
    assert [one.id for one in offered(office, Kind.OUTWARD)] == [planned]
    assert offered(laptop, Kind.RESULTS) == ()
    for choice in (Choice(Kind.RESULTS, (planned,)), Choice(Kind.OUTWARD)):
        with pytest.raises(NothingToHandOver):
            write_package(laptop, choice, stick / "n.mianjian")
    with pytest.raises(ValueInvalid):
        write_package(laptop, Choice(Kind.OUTWARD, (planned,)), stick / "n.zip")
    with pytest.raises(FolderNotWritable):
        write_package(laptop, Choice(Kind.OUTWARD, (planned,)), stick / "no" / "n.mianjian")
    assert not [one for one in stick.iterdir() if one.name.startswith((".", "n"))]
    assert [one.outgoing for one in packages(office)] == [True]
    assert [one.by for one in packages(laptop)] == ["HR 王芳"]


def test_only_what_was_chosen_leaves(office, laptop, stick, planned):
    office.save_interview(an_interview(office.save_candidate(Candidate("", "别人"))))
    office.save_position(Position("", "别的职位"))
    assert [one.name for one in laptop.candidates()] == ["秦𠮷雅"]
    assert [one.title for one in laptop.positions()] == ["后端工程师"]
    assert laptop.interview(planned).position.questions == ("为什么？",)


def test_a_copied_library_goes_by_another_name(office, laptop, stick, planned, tmp_path):
    import shutil

    laptop.close()
    shutil.copytree(laptop.folder, tmp_path / "copy")
    with (
        Library.open(tmp_path / "copy", assessor="陈晨") as copy,
        Library.open(laptop.folder, assessor="李静") as first,
    ):
        edit_candidate(first, planned, phone="136")
        edit_candidate(copy, planned, email="x@example.com")
        for library in (first, copy):
            sign(library, planned)
            home(library, office, stick, planned)
    assert (candidate(office, planned).phone, candidate(office, planned).email) == ("136", "x@example.com")
    assert open_cards(office) == ()


def test_cancelled_or_failing_half_way_nothing_is_there(office, laptop, stick, planned, monkeypatch):
    sign(laptop, planned)
    file = stick / "results.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, (planned,)), file)
    before = content_of(office)

    def cancelled(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        take_package(office, file, progress=cancelled)
    with pytest.raises(Cancelled):
        write_package(laptop, Choice(Kind.RESULTS, (planned,)), stick / "n.mianjian", progress=cancelled)
    assert not (stick / "n.mianjian").exists()
    monkeypatch.setattr(taking, "SLICE_S", 60.0)
    monkeypatch.setattr("app.handover.taking_added.TakingAdded.sign", cancelled)
    with pytest.raises(Cancelled):
        take_package(office, file)
    assert content_of(office) == before


# Recordings, analyses, reports


@pytest.fixture
def recorded(laptop, planned, tmp_path):
    """The laptop has recorded, analysed and signed it, where the rules let recordings travel."""
    from analysis.export import write_all

    SettingsFile(laptop.folder).change(jurisdiction="US")
    clip = cut(resource("sample", "sample_zh.mp4"), tmp_path / "面试 一.mp4", 60.0)
    import_file(laptop, clip, belonging=Belonging(interview_id=planned))
    (tmp_path / "made").mkdir()
    write_all(tmp_path / "made", derived())
    laptop.record_analysis(planned, tmp_path / "made")
    sign(laptop, planned)
    return planned


def whole(laptop, office, stick, interview_id):
    return carry(
        laptop, office, stick, Kind.RESULTS, [interview_id], recordings=True, analyses=True, reports=True
    )  # fmt: skip


def test_recording_analysis_and_report_travel_where_they_may(office, laptop, stick, recorded):
    written, taken = whole(laptop, office, stick, recorded)
    assert {kind: written.counts[kind] for kind in ("recording", "analysis", "report")} == {
        "recording": 1, "analysis": 1, "report": 1,
    }  # fmt: skip
    assert [taken.new[kind] for kind in ("recording", "analysis", "report")] == [1, 1, 1]
    media = office.interview(recorded).media
    assert media == laptop.interview(recorded).media
    with office.vault.open(media.sha256) as playable:
        assert len(playable.read()) > 1000
    assert office.load_analysis(recorded).analysis == laptop.load_analysis(recorded).analysis
    (report,) = reports_of(office, recorded).iterdir()
    assert report.read_bytes().startswith(b"%PDF")
    again = whole(laptop, office, stick, recorded)[1]
    assert (again.new["recording"], again.kept) == (0, 0)
    office.close()
    with Library.open(office.folder) as reopened:
        assert reopened.vault.has(media.sha256), "it is here to stay"


def test_another_recording_here_is_never_replaced(office, laptop, stick, recorded, tmp_path):
    mine = cut(resource("sample", "sample_en.mp4"), tmp_path / "mine.mp4", 3.0)
    import_file(office, mine, belonging=Belonging(interview_id=recorded))
    before = office.interview(recorded).media
    taken = whole(laptop, office, stick, recorded)[1]
    assert (taken.kept, taken.to_send) == (1, 1)
    assert office.interview(recorded).media == before


def test_an_interview_that_is_being_recorded_here_takes_none(office, laptop, stick, recorded):
    folders.make(office.vault.recording(recorded), recorded, "现场.mkv")
    taken = whole(laptop, office, stick, recorded)[1]
    assert (taken.new["recording"], taken.kept) == (0, 1)
    assert office.interview(recorded).media is None


@pytest.mark.parametrize("jurisdiction", ["CN", "EU", "strictest"])
def test_where_the_rules_keep_recordings_none_travels(office, laptop, stick, recorded, jurisdiction):
    SettingsFile(laptop.folder).change(jurisdiction=jurisdiction)
    assert recordings_stay(laptop)
    with pytest.raises(RecordingStays):
        whole(laptop, office, stick, recorded)
    assert home(laptop, office, stick, recorded).to_send == 1
    assert office.interview(recorded).media is None


def test_a_failure_after_the_recording_arrived_takes_it_out_again(office, laptop, stick, recorded, monkeypatch):
    before = content_of(office)

    def full(*_):
        raise DiskFull(folder="x")

    monkeypatch.setattr(taking, "SLICE_S", 60.0)
    monkeypatch.setattr("app.handover.taking_added.TakingAdded.sign", full)
    with pytest.raises(DiskFull):
        whole(laptop, office, stick, recorded)
    assert content_of(office) == before
    assert not reports_of(office, recorded).exists() or not list(reports_of(office, recorded).iterdir())
    monkeypatch.undo()
    assert take_package(office, next(stick.glob("1.mianjian"))).new["recording"] == 1


def test_a_full_disk_is_a_sentence_and_leaves_nothing(laptop, stick, recorded, tmp_path):
    write_package(laptop, Choice(Kind.RESULTS, (recorded,), recordings=True), stick / "r.mianjian")
    with mounted(tmp_path / "disk", 1) as disk:
        with pytest.raises(DiskFull):
            write_package(laptop, Choice(Kind.RESULTS, (recorded,), recordings=True), disk / "r.mianjian")
        assert list(disk.iterdir()) == []
    with mounted(tmp_path / "small", 2) as disk, Library.open(disk / "library") as library:
        with pytest.raises(DiskFull):
            take_package(library, stick / "r.mianjian")
        assert (library.interviews(), library.candidates()) == ((), ())
        assert not [path for path in (disk / "library" / "vault").rglob("*") if path.is_file()]


def test_times_are_those_of_the_laptop(office, laptop, stick, planned):
    sign(laptop, planned)
    before = datetime.now(UTC)
    home(laptop, office, stick, planned)
    assert office.assessments(planned)[0].signatures[0].signed_at < before
