"""What a candidate refused, or does not agree to any more, is in no package; the rest of what was ticked is."""

from __future__ import annotations

import shutil

import pytest

from analysis.document import CorrectionKind
from analysis.features import modalities, modality_of_event, modality_of_track
from app import text
from app.domain.types import Candidate
from app.failures import AnalysisLost
from app.handover import writing
from app.handover.consented import stays
from app.handover.package import Kind
from app.handover.summary import written_lines
from app.handover.taking import take_package
from app.handover.taking_files import reports_of
from app.handover.writing import Choice, write_package
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store.importing import import_file
from app.store.recordings import Belonging
from tests.analysis.media_samples import clicks, record
from tests.app.test_store_library import an_interview
from tests.handover.conftest import carry, home, sign
from tests.ui.review_library import analysed

ALL = ("speech", "face", "expression")
WANTED = {"analyses": True, "reports": True, "files": True}


def agree(library, interview, *modalities):
    library.record_consent(interview.id, modalities, "v1", "秦𠮷雅")


@pytest.fixture
def interview(laptop, tmp_path, monkeypatch):
    """Analysed with voice, face and expression, agreed to all, with a correction of a word, and signed."""
    monkeypatch.setattr(ReviewSession, "is_behind", lambda _: False)
    made = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "秦𠮷雅"))))
    agree(laptop, made, *ALL)
    analysed(laptop, made.id, tmp_path / "analysis")
    laptop.add_correction(made.id, CorrectionKind.WORD, 1.5, 1.8, "三万", "两万")
    laptop.add_correction(made.id, CorrectionKind.NAME, 0.0, 0.0, "S1", "陈明")
    sign(laptop, made.id)
    return made


def shows(derived):
    """The modalities that an analysis shows something of."""
    kinds = {event.kind for event in derived.analysis.events}
    return {*map(modality_of_track, derived.tracks), *map(modality_of_event, kinds)}


def test_all_that_is_agreed_to_travels(office, laptop, stick, interview):
    written, taken = carry(laptop, office, stick, Kind.RESULTS, [interview.id], **WANTED)
    assert written.stays == ()
    assert (taken.new["analysis"], taken.new["report"]) == (1, 1)
    assert taken.new["file"] > 0
    assert "face" in shows(office.load_analysis(interview.id))
    assert len(office.corrections(interview.id)) == 2


def test_without_the_face_the_analysis_goes_without_it_and_no_report_does(
    office, laptop, stick, interview, each_language
):
    agree(laptop, interview, "speech")
    written, taken = carry(laptop, office, stick, Kind.RESULTS, [interview.id], **WANTED)
    (kept,) = written.stays
    assert set(kept.what) == {"face", "expression"} & set(modalities())
    assert kept.parts == ("analysis_without", "reports", "files")
    assert kept.sentence in written_lines(written)
    assert text.tr("policy.modality_face") in kept.sentence
    assert (taken.new["analysis"], taken.new["report"]) == (1, 0)
    assert shows(office.load_analysis(interview.id)) == {"speech"}
    here = laptop.load_analysis(interview.id).analysis
    assert office.load_analysis(interview.id).analysis.exchanges == here.exchanges
    assert not reports_of(office, interview.id).exists()
    assert "face" in shows(laptop.load_analysis(interview.id)), "nothing changes here"


def test_without_the_words_no_analysis_travels_nor_what_repeats_them(office, laptop, stick, interview):
    laptop.revert_correction(laptop.corrections(interview.id)[0].id)
    agree(laptop, interview, "face", "expression")
    written, taken = carry(laptop, office, stick, Kind.RESULTS, [interview.id], **WANTED)
    assert [each.parts for each in written.stays] == [("analyses", "reports", "files")]
    assert (taken.new["analysis"], taken.new["report"]) == (0, 0)
    assert [each.after for each in office.corrections(interview.id)] == ["陈明"]
    assert office.interview(interview.id).analysis_id is None
    agree(laptop, interview, *ALL)
    assert home(laptop, office, stick, interview.id, analyses=True).new["correction"] == 2


def test_a_consent_that_ends_while_the_package_is_written_is_heard(office, laptop, stick, interview, monkeypatch):
    write, times = writing.archive.write, []

    def slowly(*given):
        if not times:
            agree(laptop, interview)
        times.append(1)
        write(*given)

    monkeypatch.setattr(writing.archive, "write", slowly)
    written = write_package(laptop, Choice(Kind.RESULTS, (interview.id,), **WANTED), stick / "r.mianjian")
    assert len(times) == 2
    assert [each.parts for each in written.stays] == [("analyses", "reports", "files")]
    taken = take_package(office, stick / "r.mianjian")
    assert (taken.new["analysis"], taken.new["report"], taken.new["file"]) == (0, 0, 0)


@pytest.mark.parametrize("agreed", [ALL, ("speech",)])
def test_an_analysis_that_is_gone_is_told_with_its_candidate(laptop, stick, interview, agreed, each_language):
    agree(laptop, interview, *agreed)
    shutil.rmtree(laptop.analysis_folder(interview.id))
    with pytest.raises(AnalysisLost) as told:
        write_package(laptop, Choice(Kind.RESULTS, (interview.id,), analyses=True), stick / "r.mianjian")
    assert "秦𠮷雅" in text.sentence(told.value)
    assert list(stick.iterdir()) == []


def test_an_analysis_that_a_newer_one_replaces_while_it_is_packed_is_followed(
    office, laptop, stick, interview, monkeypatch, tmp_path
):
    write, times = writing.archive.write, []

    def slowly(*given):
        if not times:
            before = laptop.analysis_folder(interview.id)
            analysed(laptop, interview.id, tmp_path / "again")
            shutil.rmtree(before)
        times.append(1)
        write(*given)

    monkeypatch.setattr(writing.archive, "write", slowly)
    write_package(laptop, Choice(Kind.RESULTS, (interview.id,), analyses=True), stick / "r.mianjian")
    assert len(times) == 2
    assert take_package(office, stick / "r.mianjian").new["analysis"] == 1


def test_what_stays_is_known_without_reading_the_curves(laptop, interview):
    agree(laptop, interview, "speech")
    (laptop.analysis_folder(interview.id) / "tracks.npz").unlink()
    (one,) = stays(laptop, [interview], {"analyses", "reports"})
    assert one.what == ("face", "expression")


def test_where_nobody_recorded_a_consent_the_rules_decide_alone(laptop, stick, tmp_path):
    SettingsFile(laptop.folder).change(jurisdiction="US")
    made = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "Ann"))))
    analysed(laptop, made.id, tmp_path / "analysis")
    assert stays(laptop, [made], {"analyses", "reports", "files"}) == ()


@pytest.mark.parametrize(("agreed", "travels"), [(ALL, True), (("speech", "expression"), False), ((), False)])
def test_a_recording_stays_and_the_others_of_the_package_go(office, laptop, stick, tmp_path, agreed, travels):
    SettingsFile(laptop.folder).change(jurisdiction="US")
    person = laptop.save_candidate(Candidate("", "Ann"))
    made, other = (laptop.save_interview(an_interview(person)) for _ in range(2))
    source = record(tmp_path / "talk.mp4", 2.0, sound=clicks(2.0, [0.5, 1.5]))
    import_file(laptop, source, belonging=Belonging(interview_id=made.id))
    agree(laptop, made, *agreed)
    for one in (made, other):
        sign(laptop, one.id)
    written, taken = carry(laptop, office, stick, Kind.RESULTS, [made.id, other.id], recordings=True)
    assert taken.new["recording"] == int(travels)
    assert taken.new["signature"] == 2
    assert [each.parts for each in written.stays] == ([] if travels else [("recordings",)])
