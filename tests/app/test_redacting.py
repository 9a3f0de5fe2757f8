"""Redaction through the vault and the library: what goes, what stays, and what a kill in the middle leaves."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest
from sqlalchemy import text as sql
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from analysis.document import CorrectionKind
from analysis.export import write_all
from app import attaching, cli, text
from app.domain.redaction import Reason
from app.domain.types import AnalysisState
from app.failures import NotFound, ReadOnly, RecordingInUse, RecordingLeaves, ValueInvalid
from app.jobs.redacting import RedactWork
from app.settings import SettingsFile
from app.store.importing import import_file, prepare
from app.store.library import Library
from sync import adding, handing, listing, outbox, tables
from sync.queue import Queue
from tests.analysis.media_samples import clicks, record
from tests.analysis.test_media_clips import bursts, heard, shown
from tests.ui import review_data, review_library


@pytest.fixture
def source(tmp_path):
    return record(tmp_path / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5, 2.2, 3.5]))


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "资料 库", assessor="李静") as opened:
        yield opened


@pytest.fixture
def talk(library, source, tmp_path):
    """An interview with an analysis, corrections, a comment and a rating."""
    interview = import_file(library, source).interview
    review_library.analysed(library, interview.id, tmp_path / "analysis", review_data.recording(4.0))
    return interview


def redact(library, interview_id, start=1.4, end=2.3, reason=Reason.SALARY):
    return RedactWork(library, interview_id, start, end, reason)(lambda _: None, threading.Event())


def played(library, interview_id, folder):
    media = library.interview(interview_id).media
    copy = folder / "played.mkv"
    with library.vault.open(media.sha256) as stream:
        copy.write_bytes(stream.read())
    return copy


def test_the_stretch_is_gone_from_every_file_and_what_a_person_wrote_stays(library, talk, tmp_path):
    library.add_comment(talk.id, 3.0, "说得清楚")
    library.add_correction(talk.id, CorrectionKind.WORD, 1.5, 1.8, "三万", "两万")
    kept = library.add_correction(talk.id, CorrectionKind.WORD, 3.0, 3.2, "苹果", "平台")
    named = library.add_correction(talk.id, CorrectionKind.NAME, 0.0, 0.0, "S1", "陈明")
    redact(library, talk.id)
    samples, rate = heard(played(library, talk.id, tmp_path))
    assert bursts(samples, rate) == pytest.approx([0.5, 3.5], abs=0.012)
    assert np.abs(samples[round(1.45 * rate) : round(2.25 * rate)]).max() == 0
    assert not any(1.4 <= time_s < 2.3 for time_s, _ in shown(played(library, talk.id, tmp_path)))
    after = library.interview(talk.id)
    assert after.media.sha256 != talk.media.sha256
    assert (after.analysis_id, after.analysis_state) == (None, AnalysisState.NONE)
    assert after.media.name == talk.media.name
    assert after.media.duration_s == pytest.approx(talk.media.duration_s, abs=0.05)
    assert library.vault.known() == {after.media.sha256}
    assert not (library.vault.folder / "derived" / talk.media.sha256).exists()
    assert not list((library.vault.folder / "analyses").glob("*/*"))
    assert [each.id for each in library.corrections(talk.id)] == [kept.id, named.id]
    said = {comment.text: (comment.time_s, comment.end_s) for comment in library.comments(talk.id)}
    assert said == {
        "说得清楚": (3.0, None),
        text.tr("redact.comment", reason=text.tr("redact.reason_salary")): (1.4, 2.3),
    }


def test_what_the_program_wrote_follows_the_reader(library, talk, tmp_path):
    import csv
    import json

    from app.report import write_report
    from app.report.gather import report_data
    from app.review import ReviewSession

    redact(library, talk.id)
    said = {name: text.tr_in(name, "redact.comment", reason=text.tr_in(name, "redact.reason_salary"))
            for name in text.LANGUAGES}  # fmt: skip
    session = ReviewSession(library, talk.id)
    for name, words in said.items():
        text.set_language(name)
        assert [comment.text for comment in library.comments(talk.id)] == [words]
        result = session._result(name)
        assert [comment.text for comment in result.comments] == [words]
    for name, words in said.items():  # the window's language is another one
        for ending in ("csv", "json"):
            write_report(report_data(session, name), name, tmp_path / f"r.{ending}")
        with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
            assert any(words in row for row in csv.reader(file))
        assert words in json.dumps(json.loads((tmp_path / "r.json").read_text("utf-8")), ensure_ascii=False)


def test_a_signature_holds_in_either_language(library, talk, monkeypatch):
    from app.review import ReviewSession
    from tests.handover.conftest import sign

    redact(library, talk.id)
    text.set_language("zh")
    sign(library, talk.id)
    for name in text.LANGUAGES:
        text.set_language(name)
        session = ReviewSession(library, talk.id)
        assert session.is_signed()
        assert session.sign() == session.assessment.signatures[0]
    library.add_comment(talk.id, 1.0, "more")
    assert not ReviewSession(library, talk.id).is_signed()


def test_words_that_a_person_put_in_its_place_are_that_persons(library, talk):
    redact(library, talk.id)
    (comment,) = library.comments(talk.id)
    text.set_language("zh")
    library.edit_comment(comment.id, "谈到工资")
    (changed,) = library.comments(talk.id)
    assert (changed.text, changed.told) == ("谈到工资", None)
    assert library.comment_history(comment.id) == ("已涂去：薪资", "谈到工资")
    library.edit_comment(comment.id, comment.text)  # undone: it follows the language again
    assert library.comments(talk.id)[0].text == "已涂去：薪资"


def test_a_comment_of_an_older_version_stays_as_it_was_written(library, talk):
    library.add_comment(talk.id, 1.0, "Redacted: salary")
    text.set_language("zh")
    assert library.comments(talk.id)[0].text == "Redacted: salary"


@pytest.mark.parametrize(
    "row", [{}, {"code": "redacted", "value": "x"}, {"code": 3}, {"code": "new", "value": "y"}, {"code": "retaken"}]
)
def test_what_this_version_does_not_know_is_no_sentence(row):
    from app.told import told_of, words_of

    assert told_of(row) is None
    assert words_of("", row) == ""


def test_the_log_says_who_what_and_why(library, talk):
    redact(library, talk.id)
    redact(library, talk.id, 3.4, 3.6, Reason.THIRD_PERSON)
    log = library.redactions(talk.id)
    assert [(one.serial, one.start, one.end, one.reason, one.by) for one in log] == [
        (1, 1.4, 2.3, Reason.SALARY, "李静"), (2, 3.4, 3.6, Reason.THIRD_PERSON, "李静"),
    ]  # fmt: skip
    assert [each.action for each in library.audit(talk.id)].count("redacted") == 2


def test_an_undone_correction_in_the_stretch_goes_with_its_inverse(library, talk):
    first = library.add_correction(talk.id, CorrectionKind.WORD, 1.5, 1.8, "三万", "两万")
    library.revert_correction(first.id)
    redact(library, talk.id)
    assert library.corrections(talk.id) == ()
    library.add_correction(talk.id, CorrectionKind.WORD, 3.0, 3.2, "苹果", "平台")
    with pytest.raises(DatabaseError, match="append-only"), library.session() as session:
        session.execute(sql("DELETE FROM correction"))


def test_the_file_that_it_was_does_not_come_back(library, talk, source):
    redact(library, talk.id)
    again = import_file(library, source)
    assert again.already
    assert again.interview.id == talk.id
    assert len(library.interviews()) == 1
    assert len(library.vault.known()) == 1


@pytest.mark.parametrize("where", ["settle", "remove"])
def test_killed_in_the_middle_one_recording_stands_whole(tmp_path, library, talk, monkeypatch, where):
    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(library.vault, where, killed)
        with pytest.raises(Killed):
            redact(library, talk.id)
    library.close()
    with Library.open(tmp_path / "资料 库") as again:
        media = again.interview(talk.id).media
        assert again.vault.known() == {media.sha256}
        assert len(again.redactions(talk.id)) == 1
        with again.vault.open(media.sha256) as stream:
            assert stream.read(4) == b"\x1a\x45\xdf\xa3"


def test_killed_before_its_rows_the_old_one_stands(tmp_path, library, talk, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(library, "_swap", killed)
        patched.setattr(library.vault, "remove", killed)
        with pytest.raises(Killed):
            redact(library, talk.id)
    library.close()
    with Library.open(tmp_path / "资料 库") as again:
        assert again.interview(talk.id).media.sha256 == talk.media.sha256
        assert again.vault.known() == {talk.media.sha256}
        assert again.redactions(talk.id) == ()
        assert again.load_analysis(talk.id).analysis.id == again.interview(talk.id).analysis_id


def test_what_cannot_be_redacted_is_refused(tmp_path, library, talk):
    for start, end in ((2.0, 2.0), (5.0, 9.0), (3.0, 2.0)):
        with pytest.raises(ValueInvalid):
            RedactWork(library, talk.id, start, end, Reason.OTHER)
    planned = review_library.interview_in(library, None)
    with pytest.raises(NotFound):
        RedactWork(library, planned, 0.0, 1.0, Reason.OTHER)
    library.set_analysis_state(talk.id, AnalysisState.RUNNING)
    with pytest.raises(RecordingInUse) as refused:
        RedactWork(library, talk.id, 1.0, 2.0, Reason.OTHER)
    assert text.sentence(refused.value)
    with Library.open(tmp_path / "资料 库", read_only_if_held=True) as reader, pytest.raises(ReadOnly):
        RedactWork(reader, talk.id, 1.0, 2.0, Reason.OTHER)


def made_of(library, interview_id, state):
    """A transcript that was made of the interview, in the outbox in a state."""
    made = library.folder / "words.vtt"
    made.write_text("三万", encoding="utf-8")
    with library.session() as session:
        digest = library.vault.keep_made(made)
        adding.enqueue(
            session, kind=outbox.Kind.ATTACHMENT, aggregate=f"{interview_id}/files", external_id="a:1/transcript",
            payload=json.dumps({"source": {"kind": "made", "id": digest, "name": "words.vtt"}}).encode(),
        )  # fmt: skip
        session.execute(update(tables.outbox).values(state=state))
    return digest


def the_file(library):
    with library.reading() as session:
        return outbox.find(session, outbox.Kind.ATTACHMENT, "a:1/transcript")


def test_what_was_made_and_handed_over_is_neither_kept_nor_sent(library, talk):
    made_of(library, talk.id, outbox.State.HANDED)
    redact(library, talk.id)
    item = the_file(library)
    assert (item.state, item.resolution) == (outbox.State.DONE, outbox.Resolution.LEFT)
    assert library.vault.made() == frozenset()
    with library.session() as session:
        assert not Queue().revive(session, item.op_id)
        assert handing.waiting(session, [talk.id]) == ()


def test_words_are_neither_in_free_pages_nor_in_what_is_yet_to_be_folded(library, talk):
    """Where SQLite was not built to overwrite what is deleted, it has to be told to."""
    with library.session() as session:
        assert session.connection().exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    library.add_correction(talk.id, CorrectionKind.WORD, 1.5, 1.8, "三万", "薪水叁万捌")
    redact(library, talk.id)
    files = [file.read_bytes() for file in library.folder.glob("library.sqlite3*")]
    assert len(files) > 1, "it is open"
    assert not any("薪水叁万捌".encode() in each for each in files)


def test_reports_in_the_librarys_folder_go(library, talk):
    reports = library.folder / "reports"
    (reports / talk.id).mkdir(parents=True)
    for each in (reports / talk.id / "报告.pdf", reports / f"{talk.id}.pdf", reports / "another.pdf"):
        each.write_bytes(b"%PDF")
    redact(library, talk.id)
    assert sorted(each.relative_to(reports).as_posix() for each in reports.rglob("*.pdf")) == ["another.pdf"]


def test_what_is_made_while_the_copy_is_written_is_not_overlooked(library, talk):
    work, made = RedactWork(library, talk.id, 1.4, 2.3, Reason.SALARY), []

    def meanwhile(_):
        if not made:
            made.append(made_of(library, talk.id, outbox.State.PENDING))

    with pytest.raises(RecordingLeaves):
        work(meanwhile, threading.Event())
    assert made
    assert library.interview(talk.id).media == talk.media
    assert library.redactions(talk.id) == ()
    assert library.vault.known() == {talk.media.sha256}
    assert the_file(library).state is outbox.State.PENDING


@pytest.mark.parametrize("role", ["report", "transcript", "video"])
def test_a_file_that_is_made_while_a_stretch_is_cut_out_is_not_sent(role, library, talk, monkeypatch):
    """It would have the stretch."""
    from tests.handover.conftest import sign

    SettingsFile(library.folder).change(jurisdiction="US")
    sign(library, talk.id)
    name = "digest_of" if role == "video" else "_write"
    make = getattr(attaching, name)

    def meanwhile(*arguments):
        made = make(*arguments)
        redact(library, talk.id)
        return made

    monkeypatch.setattr(attaching, name, meanwhile)
    attaching.Attaching(library, library.session, time.time).prepare((role,))
    assert len(library.redactions(talk.id)) == 1
    with library.reading() as session:
        assert listing.unfinished(session, outbox.Kind.ATTACHMENT) == ()


def test_on_the_command_line(tmp_path, library, talk, capsys, each_language):
    library.close()
    data = ["--data", str(tmp_path / "资料 库"), "--lang", each_language]
    assert cli.main([*data, "redact", talk.id, "--span", "1.4-2.3", "--reason", "salary"]) == 0
    assert "00:01–00:02" in capsys.readouterr().out
    assert cli.main([*data, "redact", talk.id]) == 0
    assert text.tr("redact.reason_salary") in capsys.readouterr().out
    assert cli.main([*data, "show", talk.id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["redactions"][0]["reason"] == "salary"
    assert cli.main([*data, "redact", talk.id, "--span", "1.4-2.3"]) == 2
    assert cli.main([*data, "redact", talk.id, "--span", "x", "--reason", "other"]) == 2


def test_what_an_analysis_finds_in_the_old_recording_is_not_taken_in(library, talk, tmp_path):
    old = library.vault.derived(talk.media.sha256) / "analysis-late"
    redact(library, talk.id)
    write_all(old, review_library.derived(review_data.recording(4.0)))
    with pytest.raises(NotFound):
        library.record_analysis(talk.id, old)
    assert library.interview(talk.id).analysis_id is None


def test_an_analysis_that_begins_meanwhile_is_not_cut_off(library, talk, monkeypatch):
    from app.jobs import redacting

    def prepared(*arguments):
        library.set_analysis_state(talk.id, AnalysisState.RUNNING)
        return prepare(*arguments)

    monkeypatch.setattr(redacting, "prepare", prepared)
    with pytest.raises(RecordingInUse):
        redact(library, talk.id)
    assert library.vault.known() == {talk.media.sha256}
    assert library.redactions(talk.id) == ()


def test_an_interview_that_goes_on_is_not_redacted(library, talk):
    library.vault.recording(talk.id).mkdir(parents=True)
    with pytest.raises(RecordingInUse):
        RedactWork(library, talk.id, 1.0, 2.0, Reason.OTHER)
