"""What was marked while an interview was held, in its analysis, its review, its report and its hand-over."""

from __future__ import annotations

import json
import unicodedata

import pytest
from pypdf import PdfReader

from app import text
from app.domain.types import ConsentGiven
from app.recording import consent, holding
from app.recording.consent import Agreed
from app.recording.kinds import Kind
from app.report import write_report
from app.report.gather import report_data
from app.review import ReviewSession
from app.settings import Settings
from tests.recording_run.conftest import QUESTIONS


@pytest.fixture
def answered(library, interview):
    """An interview with a written answer that was taken again, a rating and a note."""
    now = [0.0]
    run = holding.held(library, interview, Settings(answers="both"), lambda: now[0])
    run.begin(("sound",))
    run.next()
    run.answer("first try")
    run.retake()
    run.answer("<b>我的回答</b>\nsecond line")
    run.rate(9)
    now[0] = 20.0
    run.next()
    run.note("seen")
    run.end()
    return library.interview(interview.id)


@pytest.mark.parametrize("ending", [".json", ".csv", ".docx", ".pdf"])
def test_a_report_has_what_was_written_in_the_take_that_counts(library, answered, tmp_path, ending, each_language):
    data = report_data(ReviewSession(library, answered.id), each_language)
    assert data.written == ((QUESTIONS[0], "<b>我的回答</b>\nsecond line"),)
    file = tmp_path / f"report{ending}"
    write_report(data, each_language, file)
    if ending == ".json":
        assert json.loads(file.read_text("utf-8"))["written_answers"] == [
            {"question": QUESTIONS[0], "text": "<b>我的回答</b>\nsecond line"}
        ]
    elif ending == ".csv":
        assert text.tr("report.written_answers") in file.read_text("utf-8-sig")
    elif ending == ".docx":
        import docx

        cells = [cell.text for table in docx.Document(str(file)).tables for row in table.rows for cell in row.cells]
        assert "<b>我的回答</b>\nsecond line" in cells
        assert "first try" not in " ".join(cells)
    else:
        found = "".join(page.extract_text() for page in PdfReader(file).pages)
        words = "".join(unicodedata.normalize("NFKC", found).split())
        assert "<b>我的回答</b>" in words
        assert "firsttry" not in words


def test_marks_and_consent_travel_with_the_results(library, answered, tmp_path):
    from app.handover.rows import columns, fields_of, typed
    from app.store.tables import ConsentRow, MarkRow

    shown = consent.notice("zh", library.folder)
    strokes = {"width": 10, "height": 10, "strokes": [[[1, 2], [9, 9]]]}
    consent.give(library, answered.id, Agreed((Kind.SOUND,), ("speech",)), shown, ConsentGiven.SIGNED, strokes)
    with library.reading() as session:
        for kind, table in (("consent", ConsentRow), ("mark", MarkRow)):
            rows = session.query(table).all()
            assert rows
            for row in rows:
                fields = json.loads(json.dumps(fields_of(kind, row)))
                assert set(fields) == set(columns(kind))
                assert typed(kind, fields) == {name: getattr(row, name) for name in columns(kind)}


def test_a_consent_from_an_older_package_has_the_new_fields_defaults(tmp_path):
    from app.handover.rows import typed

    old = {"interview_id": "i", "modalities": ["speech"], "text_version": "desk-1", "given_by": "x"}
    assert typed("consent", old) == old


def test_the_analysis_request_names_what_was_asked(library, answered):
    from analysis.request import AnalysisRequest
    from app.jobs.analysis import InterviewAnalysis

    asked = holding.asked_of(library, answered)
    assert [(each.id, each.used) for each in asked] == [("q1", False), ("q1", True), ("q2", True)]
    work = InterviewAnalysis(library, answered.id)
    assert work.still_allowed()
    work.request = AnalysisRequest("m", "o", "d", modalities=("speech", "face"), asked=asked)
    assert work.still_allowed()
    consent.withdraw(library, answered.id, (Kind.PICTURE,), ("face",))
    assert not work.still_allowed()


def test_what_was_asked_reaches_the_child(library, answered):
    import msgspec

    from analysis import protocol
    from analysis.request import AnalysisRequest

    request = AnalysisRequest("m", "o", "d", asked=holding.asked_of(library, answered))
    job = protocol.AnalyseJob(request, protocol.Places("r", "c", "d"))
    assert msgspec.json.decode(msgspec.json.encode(job), type=type(job)) == job
