"""What was redacted in one library does not come back in a package from another one that still has it."""

from __future__ import annotations

import threading

import pytest

from analysis.document import CorrectionKind
from app import text
from app.domain.redaction import Reason
from app.domain.types import Candidate
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
    reports = set(reports_of(office, redacted.id).iterdir())
    taken = home(laptop, office, stick, redacted.id, analyses=True, reports=True, files=True)
    assert [each.after for each in office.corrections(redacted.id)] == ["平台", "陈明"]
    assert office.interview(redacted.id).analysis_id is None
    assert set(reports_of(office, redacted.id).iterdir()) == reports
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
