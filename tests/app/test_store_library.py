"""Positions, candidates, interviews, comments, consents: what goes in comes out, audited, told and guarded."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis.document import CorrectionKind
from app import text
from app.domain.types import (
    AnalysisState,
    Candidate,
    Interview,
    InterviewStatus,
    Position,
)
from app.failures import CommentOfOther, NotFound, Stale, TemplateInvalid, ValueInvalid
from app.store import Library


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "资料库 📚", assessor="李娜") as opened:
        yield opened


@pytest.fixture
def interview(library):
    position = library.save_position(
        Position("", "后端工程师", keywords=("负载均衡", "缓存"), questions=("介绍一下你自己？",))
    )
    candidate = library.save_candidate(Candidate("", "张伟 𠮷", email="z@example.org"))
    return library.save_interview(an_interview(candidate, position))


def an_interview(candidate, position=None, **values):
    when = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    return Interview(
        "", "一面", 1, InterviewStatus.SCHEDULED, candidate, position, None, when, "Asia/Shanghai", **values
    )


def test_rows_come_out_as_they_went_in(library, interview):
    assert interview.position.keywords == ("负载均衡", "缓存")
    assert interview.candidate.name == "张伟 𠮷"
    assert interview.created == datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    assert library.interview(interview.id) == interview
    assert library.positions() == (interview.position,)
    assert library.candidates() == (interview.candidate,)
    assert library.find_position(title="后端工程师") == interview.position
    assert library.find_candidate(name="nobody") is None


def test_everything_is_back_after_closing(tmp_path):
    with Library.open(tmp_path, assessor="a") as library:
        saved = library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann"))))
        library.add_comment(saved.id, 3.5, "good")
    with Library.open(tmp_path) as again:
        assert again.interview(saved.id) == saved
        assert [one.text for one in again.comments(saved.id)] == ["good"]


def test_a_change_on_an_old_state_is_stale(library, interview):
    seen = interview.position
    library.save_position(replace(seen, title="架构师"))
    with pytest.raises(Stale) as failure:
        library.save_position(replace(seen, title="经理"))
    assert "position" in text.sentence(failure.value)
    assert library.position(seen.id).title == "架构师"


def test_saving_what_is_there_changes_nothing(library, interview):
    lines = len(library.audit())
    assert library.save_position(interview.position).version == interview.position.version
    assert library.save_interview(interview).version == interview.version
    assert len(library.audit()) == lines


def test_unknown_ids_are_named(library, each_language):
    with pytest.raises(NotFound) as failure:
        library.interview("no such id")
    sentence = text.sentence(failure.value)
    assert "no such id" in sentence
    assert ("面试" if each_language == "zh" else "interview") in sentence


def test_status_moves_forward_only(library, interview):
    moved = library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    assert moved.status is InterviewStatus.TO_REVIEW
    assert library.set_status(interview.id, InterviewStatus.TO_REVIEW).version == moved.version
    with pytest.raises(ValueInvalid):
        library.set_status(interview.id, InterviewStatus.SCHEDULED)


def test_a_status_hook_shares_the_moves_transaction(library, interview):
    seen = []
    library.status_hook = lambda session, moved: seen.append((session.in_transaction(), moved.status))
    library.set_status(interview.id, InterviewStatus.IN_PROGRESS)
    assert seen == [(True, InterviewStatus.IN_PROGRESS)]

    def fail(session, moved):
        raise RuntimeError("no outbox")

    library.status_hook = fail
    with pytest.raises(RuntimeError):
        library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    assert library.interview(interview.id).status is InterviewStatus.IN_PROGRESS


def test_listeners_hear_after_the_commit_and_can_leave(library, interview):
    heard = []

    def listen(kind, row_id):
        heard.append((kind, row_id, len(library.comments(interview.id))))

    leave = library.subscribe(listen)
    library.add_comment(interview.id, 1.0, "x")
    leave()
    leave()
    library.add_comment(interview.id, 2.0, "y")
    assert heard == [("comment", interview.id, 1)]


def test_a_failed_write_leaves_nothing_and_tells_nobody(library, interview):
    heard = []
    library.subscribe(lambda kind, row_id: heard.append(kind))
    before = library.audit()

    def fail(session, moved):
        raise RuntimeError

    library.status_hook = fail
    with pytest.raises(RuntimeError):
        library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    assert heard == []
    assert library.audit() == before


def test_audit_says_who_did_what(library, interview):
    library.assessor = "王强"
    library.set_analysis_state(interview.id, AnalysisState.QUEUED)
    library.record("opened", interview.id, "review")
    lines = [(line.who, line.action, line.detail) for line in library.audit(interview.id)]
    assert lines == [("李娜", "created", ""), ("王强", "analysis_queued", ""), ("王强", "opened", "review")]
    assert all(line.at.tzinfo is UTC for line in library.audit())


def test_comments_are_never_lost(library, interview):
    whole = library.add_comment(interview.id, None, '<img src="file:///etc/passwd">')
    timed = library.add_comment(interview.id, 12.5, "好", bookmark=True)
    assert library.comments(interview.id) == (whole, timed)
    changed = library.edit_comment(timed.id, "更好", version=timed.version)
    assert (changed.text, changed.time_s, changed.bookmark) == ("更好", 12.5, True)
    with pytest.raises(Stale):
        library.edit_comment(timed.id, "旧", version=timed.version)
    library.delete_comment(timed.id)
    assert library.comments(interview.id) == (whole,)
    assert [one.id for one in library.comments(interview.id, deleted=True)] == [timed.id]
    assert library.restore_comment(timed.id).text == "更好"
    assert library.comment_history(timed.id)[0] == "好"
    assert library.comment_history(timed.id)[-1] == "更好"


@pytest.mark.parametrize("change", ["edit", "tag", "delete", "restore"])
def test_nobody_changes_what_somebody_else_wrote(library, interview, change, each_language):
    comment = library.add_comment(interview.id, 12.5, "好")
    if change == "restore":
        library.delete_comment(comment.id)
    kept = library.comment(comment.id)
    library.assessor = "王强"
    changes = {
        "edit": lambda: library.edit_comment(comment.id, "不好"),
        "tag": lambda: library.set_comment_dimension(comment.id, "reasoning"),
        "delete": lambda: library.delete_comment(comment.id),
        "restore": lambda: library.restore_comment(comment.id),
    }
    with pytest.raises(CommentOfOther) as refused:
        changes[change]()
    assert "李娜" in text.sentence(refused.value)
    assert library.comment(comment.id) == kept
    assert library.comment_history(comment.id)[-1] == "好"
    assert "王强" not in [line.who for line in library.audit(interview.id)]


def test_a_comment_on_a_stretch_keeps_its_end_and_moves_as_a_whole(library, interview):
    comment = library.add_comment(interview.id, 10.0, "好", end_s=14.5)
    assert (comment.time_s, comment.end_s) == (10.0, 14.5)
    assert library.edit_comment(comment.id, "更好").end_s == 14.5
    moved = library.edit_comment(comment.id, "更好", time_s=12.0)
    assert (moved.time_s, moved.end_s) == (12.0, 16.5)
    library.delete_comment(comment.id)
    assert library.restore_comment(comment.id).end_s == 16.5
    assert library.add_comment(interview.id, 10.0, "好").end_s is None


def test_corrections_are_undone_by_their_inverse(library, interview):
    first = library.add_correction(interview.id, CorrectionKind.WORD, 1.0, 1.4, "复载", "负载")
    role = library.add_correction(interview.id, CorrectionKind.ROLE, 0.0, 0.0, "S1", "candidate")
    inverse = library.revert_correction(first.id)
    assert library.corrections(interview.id) == (first, role, inverse)
    assert (inverse.before, inverse.after, inverse.reverts) == ("负载", "复载", first.id)


def test_the_newest_consent_holds_and_can_be_withdrawn(library, interview):
    assert library.consent(interview.id) is None
    library.record_consent(interview.id, ("speech", "face"), "2026-11", "张伟")
    library.record_consent(interview.id, (), "2026-11", "张伟")
    assert library.consent(interview.id).modalities == ()


def test_templates_keep_every_version(library):
    shipped = library.template("default")
    library.save_template(shipped)
    newer = replace(shipped, version=shipped.version + 1, min_coverage=0.5)
    library.save_template(newer)
    assert library.template("default") == newer
    assert library.template("default", shipped.version) == shipped
    assert library.templates().count(newer) == 1
    with pytest.raises(TemplateInvalid):
        library.save_template(replace(newer, min_coverage=0.9))
    with pytest.raises(NotFound):
        library.template("default", 99)


def test_threads_may_share_it(library, interview):
    failures = []

    def write(number):
        try:
            for count in range(10):
                library.add_comment(interview.id, float(count), f"{number}")
        except Exception as failure:  # noqa: BLE001  shown below
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.comments(interview.id)) == 40


def test_an_analysis_that_was_cut_off_does_not_run_for_ever(tmp_path):
    with Library.open(tmp_path) as library:
        saved = library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann"))))
        library.set_analysis_state(saved.id, AnalysisState.RUNNING)
    with Library.open(tmp_path) as library:
        assert library.interview(saved.id).analysis_state is AnalysisState.NONE


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_files_are_the_owners_alone(library, interview):
    for path in (library.folder, *library.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_changes_that_are_made_together_are_all_there_or_none(library):
    heard = []
    library.subscribe(lambda kind, _: heard.append(kind))
    with library.together():
        made = library.save_candidate(Candidate("", "王小雨"))
        assert library.find_candidate(name="王小雨") == made, "seen inside before it is committed"
        library.save_position(Position("", "后端工程师"))
        assert heard == []
    assert set(heard) == {"candidate", "position"}


def test_together_means_all_or_nothing(library):
    def half():
        with library.together():
            library.save_candidate(Candidate("", "Ann"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert library.find_candidate(name="Ann") is None
    assert library.save_candidate(Candidate("", "Bea")).name == "Bea"
