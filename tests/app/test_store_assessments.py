"""Assessments: made on the first write, one per assessor, signed all or nothing."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import pytest

from app.domain.types import Candidate, Conclusion, InterviewStatus, Position
from app.failures import Stale, ValueInvalid, WeightsLocked
from app.store import Library
from sync import adding, listing
from tests.app.test_store_library import an_interview

BODY = b'{"composite":7.5}'
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path, assessor="li") as opened:
        yield opened


@pytest.fixture
def interview_id(library):
    position = library.save_position(Position("", "Engineer"))
    return library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann")), position)).id


def put_in_outbox(session, signature):
    adding.enqueue(
        session, kind="assessment", aggregate="a", payload=signature.payload, external_id=f"a-{signature.revision}"
    )


def test_it_is_made_on_the_first_write(library, interview_id):
    before = library.assessment(interview_id)
    assert before.version == 0
    assert library.assessments(interview_id) == ()
    after = library.rate(interview_id, "communication", 8, "clear")
    assert after.id == before.id
    assert after.ratings["communication"].score == 8
    assert library.assessments(interview_id) == (after,)


def test_each_assessor_has_one(library, interview_id):
    library.rate(interview_id, "communication", 8)
    library.assessor = "wang"
    library.rate(interview_id, "communication", 3)
    assert library.assessment(interview_id).ratings["communication"].score == 3
    assert library.assessment(interview_id, "li").ratings["communication"].score == 8
    assert len(library.assessments(interview_id)) == 2


def test_every_change_counts_the_version_up(library, interview_id):
    versions = [
        library.rate(interview_id, "communication", 8).version,
        library.rate(interview_id, "communication", 8).version,
        library.unveil(interview_id, "logic").version,
        library.set_weight(interview_id, "logic", 40).version,
        library.set_weight_reason(interview_id, "because").version,
        library.set_conclusion(interview_id, Conclusion.HIRE).version,
        library.set_summary(interview_id, "good").version,
    ]
    assert versions == [versions[0] + step for step in (0, 0, 1, 2, 3, 4, 5)]
    seen = library.assessment(interview_id)
    assert seen.ratings["logic"].unveiled
    assert seen.weights == {"logic": 40}
    assert (seen.weight_reason, seen.conclusion, seen.summary) == ("because", Conclusion.HIRE, "good")
    assert library.set_weight(interview_id, "logic", None).weights == {}


def test_a_rating_keeps_its_comment_and_can_be_taken_back(library, interview_id):
    library.rate(interview_id, "communication", 8, "clear")
    assert library.rate(interview_id, "communication", None).ratings["communication"].comment == "clear"
    actions = [line.detail for line in library.audit(interview_id) if line.action == "rated"]
    assert actions == ["communication=8", "communication=-"]


@pytest.mark.parametrize("score", [-0.1, 10.5, float("nan")])
def test_scores_have_a_range(library, interview_id, score):
    with pytest.raises(ValueInvalid):
        library.rate(interview_id, "communication", score)


def test_a_position_can_lock_its_weights(library):
    position = library.save_position(Position("", "Locked", weights_locked=True))
    interview = library.save_interview(an_interview(library.save_candidate(Candidate("", "B")), position))
    with pytest.raises(WeightsLocked):
        library.set_weight(interview.id, "communication", 50)
    assert library.assessments(interview.id) == ()


def test_signing_writes_everything_at_once(library, interview_id):
    seen = library.rate(interview_id, "communication", 8)
    signature = library.add_signature(interview_id, BODY, DIGEST, put_in_outbox, composite=7.5, version=seen.version)
    interview = library.interview(interview_id)
    assert (interview.signed, interview.composite, interview.status) == (True, 7.5, InterviewStatus.ASSESSED)
    assert library.assessment(interview_id).signatures == (signature,)
    with library.reading() as session:
        assert [item.payload for item in listing.items(session) if item.kind == "assessment"] == [BODY]
    assert library.add_signature(interview_id, BODY, DIGEST, put_in_outbox).revision == 2


def test_signing_fails_as_a_whole(library, interview_id):
    seen = library.rate(interview_id, "communication", 8)
    audited = library.audit()

    def fail(session, signature):
        put_in_outbox(session, signature)
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        library.add_signature(interview_id, BODY, DIGEST, fail)
    assert library.assessment(interview_id) == seen
    assert not library.interview(interview_id).signed
    assert library.audit() == audited
    with library.reading() as session:
        assert listing.items(session) == ()


def test_what_others_changed_is_not_signed(library, interview_id):
    seen = library.rate(interview_id, "communication", 8)
    library.rate(interview_id, "communication", 2)
    with pytest.raises(Stale):
        library.add_signature(interview_id, BODY, DIGEST, put_in_outbox, version=seen.version)


def test_a_signature_cannot_be_altered(library, interview_id):
    library.add_signature(interview_id, BODY, DIGEST, put_in_outbox)
    with closing(sqlite3.connect(library.folder / "library.sqlite3")) as database:
        for statement in ("UPDATE signature SET payload = x''", "DELETE FROM signature", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(statement)
            database.rollback()


def test_a_wrong_digest_is_a_bug(library, interview_id):
    with pytest.raises(ValueError, match="payload"):
        library.add_signature(interview_id, BODY, "0" * 64, put_in_outbox)


def test_questions_are_rated_one_by_one_and_nothing_said_is_lost(library, interview_id):
    asked = "请讲一个项目。"
    library.rate_question(interview_id, asked, 7, "具体")
    library.rate_question(interview_id, "Why?", None, "not asked")
    rated = library.rate_question(interview_id, asked, 4)
    assert list(rated.questions) == [asked, "Why?"]
    assert (rated.questions[asked].score, rated.questions[asked].comment) == (4, "具体")
    assert rated.questions["Why?"].score is None
    version = rated.version
    assert library.rate_question(interview_id, asked, 4, "具体").version == version
    details = [line.detail for line in library.audit(interview_id) if line.action == "rated_question"]
    assert details == [f"{asked}=7", "Why?=-", f"{asked}=4"]
    with closing(sqlite3.connect(library.folder / "library.sqlite3")) as database:
        kept = database.execute("SELECT question, score FROM question_rating ORDER BY serial").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("DELETE FROM question_rating")
    assert kept == [(asked, 7.0), ("Why?", None), (asked, 4.0)]
    with pytest.raises(ValueInvalid):
        library.rate_question(interview_id, asked, 10.5)


def test_strengths_what_to_improve_and_the_dimension_of_a_comment_are_kept(library, interview_id):
    library.set_strengths(interview_id, "- 清楚")
    kept = library.set_to_improve(interview_id, "- 数字")
    assert (kept.strengths, kept.to_improve) == ("- 清楚", "- 数字")
    comment = library.add_comment(interview_id, 3.0, "好")
    library.set_comment_dimension(comment.id, "communication")
    assert [each.dimension_id for each in library.comments(interview_id)] == ["communication"]
    assert library.set_comment_dimension(comment.id, None).dimension_id is None
