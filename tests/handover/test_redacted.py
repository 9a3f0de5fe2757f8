"""What was redacted in one library does not come back in a package from another one that still has it."""

from __future__ import annotations

import threading

import pytest

from analysis.document import CorrectionKind
from app import text
from app.domain.redaction import Reason
from app.domain.types import Candidate
from app.handover import archive
from app.handover.package import Kind
from app.handover.summary import taken_lines
from app.handover.taking_files import reports_of
from app.jobs.redacting import RedactWork
from app.review import ReviewSession
from app.store.importing import import_file
from app.store.recordings import Belonging
from sync import handing, outbox
from sync.queue import Queue
from tests.analysis.media_samples import clicks, record
from tests.app.test_store_library import an_interview
from tests.handover.conftest import carry, home, sign
from tests.ui import review_data, review_library


@pytest.fixture
def interview(laptop, tmp_path, monkeypatch):
    """Analysed at the laptop, with corrections that repeat what was said."""
    made = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "秦𠮷雅"))))
    review_library.analysed(laptop, made.id, tmp_path / "analysis", review_data.recording(4.0))
    laptop.add_correction(made.id, CorrectionKind.WORD, 1.5, 1.8, "三万", "两万")
    laptop.add_correction(made.id, CorrectionKind.WORD, 3.0, 3.2, "苹果", "平台")
    monkeypatch.setattr(ReviewSession, "is_behind", lambda _: False)
    sign(laptop, made.id)
    return made


@pytest.fixture
def redacted(office, laptop, stick, interview, tmp_path):
    """The same at the office, where a stretch of its own recording of it was taken out."""
    assert home(laptop, office, stick, interview.id, analyses=True, reports=True).redacted == 0
    source = record(tmp_path / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))
    import_file(office, source, belonging=Belonging(interview_id=interview.id))
    assert [each.after for each in office.corrections(interview.id)] == ["两万", "平台"]
    RedactWork(office, interview.id, 1.4, 2.3, Reason.SALARY)(lambda _: None, threading.Event())
    return interview


def test_what_repeats_redacted_words_stays_in_the_package(office, laptop, stick, redacted, each_language):
    said = laptop.corrections(redacted.id)[0]
    laptop.revert_correction(said.id)
    laptop.add_correction(redacted.id, CorrectionKind.WORD, 2.2, 2.6, "工资", "薪水")
    laptop.add_correction(redacted.id, CorrectionKind.NAME, 0.0, 0.0, "S1", "陈明")
    sign(laptop, redacted.id, summary="再看一遍")
    assert list(reports_of(office, redacted.id).iterdir()) == [], "what came before it was made with the stretch"
    taken = home(laptop, office, stick, redacted.id, analyses=True, reports=True, files=True)
    assert [each.after for each in office.corrections(redacted.id)] == ["平台", "陈明"]
    assert office.interview(redacted.id).analysis_id is None
    assert list(reports_of(office, redacted.id).iterdir()) == []
    assert office.vault.made() == frozenset()
    with laptop.reading() as session:
        files = handing.unfinished_files(session, redacted.id)
    assert files
    assert taken.redacted == 3 + 1 + 1 + len(files)
    assert text.tr("package.redacted", n=taken.redacted) in taken_lines(taken)
    with office.session() as session:
        assert handing.unfinished_files(session, redacted.id) == ()
        item = outbox.find(session, outbox.Kind.ATTACHMENT, files[0].external_id)
        assert not Queue().revive(session, item.op_id)
    assert taken.to_send == 1
    carry(office, laptop, stick, Kind.RECEIPTS)
    again = home(laptop, office, stick, redacted.id, analyses=True, files=True)
    assert (again.new["file"], again.redacted) == (0, 4)


@pytest.fixture
def redacted_there(office, laptop, stick, interview, tmp_path):
    """Brought home once; then a stretch is taken out at the laptop, where the recording is."""
    assert home(laptop, office, stick, interview.id, analyses=True, reports=True, files=True).new["analysis"] == 1
    with office.reading() as session:
        assert handing.unfinished_files(session, interview.id)
    source = record(tmp_path / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))
    import_file(laptop, source, belonging=Belonging(interview_id=interview.id))
    RedactWork(laptop, interview.id, 1.4, 2.3, Reason.SALARY)(lambda _: None, threading.Event())
    return interview


def test_the_log_comes_home_and_what_repeats_the_words_goes(
    office, laptop, stick, redacted_there, tmp_path, each_language
):
    wanted = redacted_there.id
    assert [each.after for each in office.corrections(wanted)] == ["两万", "平台"]
    review_library.analysed(laptop, wanted, tmp_path / "again", review_data.recording(4.0))
    laptop.add_correction(wanted, CorrectionKind.WORD, 1.3, 1.5, "那", "哪")
    sign(laptop, wanted, summary="涂去之后")
    (old,) = reports_of(office, wanted).iterdir()
    taken = home(laptop, office, stick, wanted, analyses=True, reports=True)
    assert (taken.new["redaction"], taken.redacted) == (1, 0)
    assert (old.exists(), len(list(reports_of(office, wanted).iterdir()))) == (False, 1)
    with office.reading() as session:
        assert handing.unfinished_files(session, wanted) == ()
    assert office.redactions(wanted) == laptop.redactions(wanted)
    assert text.tr("package.n_redaction", n=1) in "\n".join(taken_lines(taken))
    assert [each.after for each in office.corrections(wanted)] == ["平台", "哪"]
    assert office.interview(wanted).analysis_id is not None
    assert len(list((office.vault.folder / "analyses" / wanted).iterdir())) == 1
    assert office.left_here(wanted) == ()
    again = home(laptop, office, stick, wanted, analyses=True)
    assert (again.new["redaction"], again.same["redaction"], again.redacted) == (0, 1, 0)
    comments = [each.told for each in office.comments(wanted) if each.told]
    assert [told.value for told in comments] == ["salary"]


def test_what_is_cut_out_while_a_package_is_written_is_not_in_it(
    office, laptop, stick, interview, tmp_path, monkeypatch
):
    source = record(tmp_path / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))
    import_file(laptop, source, belonging=Belonging(interview_id=interview.id))
    written, whole = [], archive.write

    def writing(*given):
        whole(*given)
        if not written:
            RedactWork(laptop, interview.id, 1.4, 2.3, Reason.SALARY)(lambda _: None, threading.Event())
        written.append(given)

    monkeypatch.setattr(archive, "write", writing)
    home(laptop, office, stick, interview.id, analyses=True)
    assert len(written) == 2
    assert office.interview(interview.id).analysis_id is None
    assert [each.after for each in office.corrections(interview.id)] == ["平台"]
    assert len(office.redactions(interview.id)) == 1


def test_a_recording_here_that_still_has_the_stretch_is_told(office, laptop, stick, redacted_there, tmp_path):
    wanted = redacted_there.id
    source = tmp_path / "谈话.mp4"
    import_file(office, source, belonging=Belonging(interview_id=wanted))
    before = office.interview(wanted)
    sign(laptop, wanted, summary="涂去之后")
    home(laptop, office, stick, wanted)
    assert office.interview(wanted).media == before.media
    assert [(each.start, each.end) for each in office.left_here(wanted)] == [(1.4, 2.3)]
    RedactWork(office, wanted, 1.4, 2.3, Reason.SALARY)(lambda _: None, threading.Event())
    assert office.left_here(wanted) == ()
    assert not office.vault.has(before.media.sha256)


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "because"}, {"start": -1.0}, {"end": 0.0}, {"before_bytes": -3}, {"before_sha256": "../x"},
     {"after_sha256": ""}],
)  # fmt: skip
def test_a_redaction_that_is_none_is_refused(wrong):
    import msgspec

    from app.handover.rows import typed

    good = {"interview_id": "i", "start": 1.0, "end": 2.0, "reason": "salary", "before_sha256": "a" * 64,
            "before_bytes": 5, "after_sha256": "b" * 64}  # fmt: skip
    assert typed("redaction", good) == good
    with pytest.raises(msgspec.ValidationError):
        typed("redaction", good | wrong)
