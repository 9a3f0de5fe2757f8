"""The review session: veil, weights, and signing exactly what is sent."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace

import msgspec
import pytest
import rfc8785

from analysis.document import CorrectionKind
from analysis.export import write_all
from app import text
from app.domain.types import Conclusion, InterviewStatus
from app.failures import CannotSign, CorrectionsPending, ReasonNeeded, Stale, ValueInvalid, WeightsLocked
from app.review import ReviewSession, result
from app.store import Library
from sync import listing, outbox
from sync.contract import AssessmentResult
from tests.app.interviews import derived, reviewable

IDS = ("communication", "reasoning", "composure")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """One library for all; each test has an interview of its own."""
    with Library.open(tmp_path_factory.mktemp("library"), assessor="li") as opened:
        yield opened


@pytest.fixture
def review(library):
    return ReviewSession(library, reviewable(library))


def row(review, dimension_id):
    return next(r for r in review.card().dimensions if r.dimension_id == dimension_id)


def rate_all(review):
    for dimension_id in IDS:
        review.rate(dimension_id, 7)
    review.conclude(Conclusion.HIRE)


def waiting(review):
    with review.library.reading() as session:
        found = [item for item in listing.items(session) if item.kind is outbox.Kind.ASSESSMENT]
    return [item for item in found if item.aggregate == review.interview_id]


def test_machine_score_is_hidden_until_rated(review):
    assert review.is_veiled("reasoning")
    hidden = row(review, "reasoning")
    assert (hidden.machine.score, hidden.machine.low, hidden.machine.evidence) == (None, None, ())
    assert hidden.machine.why == "veiled"
    assert (hidden.combined, hidden.preview) == (None, False)
    review.rate("reasoning", 8)
    seen = row(review, "reasoning")
    assert seen.machine.score is not None
    assert seen.machine.evidence
    assert not review.is_veiled("reasoning")
    assert row(review, "communication").machine.why == "veiled"


def test_unveiling_shows_a_preview_and_is_audited(review, library):
    review.unveil("reasoning")
    assert row(review, "reasoning").preview
    actions = [(entry.action, entry.detail) for entry in library.audit(review.interview_id)]
    assert ("unveiled", "reasoning") in actions


def test_taking_a_rating_back_is_no_peep(review, library):
    review.rate("reasoning", 8)
    assert not review.assessment.ratings["reasoning"].unveiled
    review.rate("reasoning", None)
    assert not review.is_veiled("reasoning")
    assert row(review, "reasoning").preview
    lines = [(entry.action, entry.detail) for entry in library.audit(review.interview_id)][-3:]
    assert lines == [("rated", "reasoning=8"), ("unveiled", "reasoning"), ("rated", "reasoning=-")]
    assert not ReviewSession(library, review.interview_id).is_veiled("reasoning")


def test_without_a_veil_taking_back_unveils_nothing(library, review):
    open_review = ReviewSession(library, review.interview_id, replace(review.rules, veil=False))
    open_review.rate("reasoning", 8)
    open_review.rate("reasoning", None)
    assert not open_review.assessment.ratings["reasoning"].unveiled


def test_a_reason_without_a_rating_lifts_no_veil(review):
    review.comment_on("reasoning", "later")
    assert review.is_veiled("reasoning")


def test_that_a_dimension_is_not_machine_scored_is_no_secret(review):
    assert row(review, "composure").machine.why == "not_machine_scored"
    names = [observation.metric for observation in review.observations("composure")]
    assert "response_latency" in names


def test_a_profile_can_lower_the_machines_share_and_its_modalities(library, review):
    strict = replace(review.rules, machine_share_cap=0.0, modalities={})
    other = ReviewSession(library, review.interview_id, strict)
    other.rate("reasoning", 9)
    assert row(other, "reasoning").combined == 9
    assert row(other, "reasoning").machine.why == "not_machine_scored"


def test_everything_is_back_in_a_new_session(review, library):
    review.rate("reasoning", 8, "因果清楚")
    review.set_weights({"reasoning": 50})
    review.set_weight_reason(" 偏重架构 ")
    review.add_comment(12.5, "好")
    again = ReviewSession(library, review.interview_id)
    assert again.card() == review.card()
    assert again.assessment.ratings["reasoning"].comment == "因果清楚"
    assert again.assessment.weight_reason == "偏重架构"
    assert again.weights["reasoning"] == pytest.approx(50)
    assert [comment.text for comment in again.comments] == ["好"]


def test_preview_of_a_moved_slider_saves_nothing(review):
    rate_all(review)
    moved = review.card(review.moved("reasoning", 80))
    assert moved.dimensions[1].weight == pytest.approx(80)
    assert review.weights["reasoning"] == pytest.approx(100 / 3)
    assert not review.deviating()


def test_a_deviating_weight_needs_a_reason(review):
    rate_all(review)
    review.set_weights({"reasoning": 50})
    assert review.needs_reason()
    with pytest.raises(ReasonNeeded):
        review.sign()
    review.set_weight_reason("偏重架构")
    review.sign()
    review.reset_weights()
    assert not review.deviating()


def test_locked_weights_stay(library):
    review = ReviewSession(library, reviewable(library, locked=True))
    assert review.weights_locked
    with pytest.raises(WeightsLocked):
        review.set_weights({"reasoning": 50})


def test_signing_names_what_is_missing(review, each_language):
    review.rate("communication", 7)
    with pytest.raises(CannotSign) as refused:
        review.sign()
    said = text.sentence(refused.value)
    expected = {
        "zh": ("逻辑思维、情绪稳定性、结论", "语言表达"),
        "en": ("Reasoning, Composure, Conclusion", "Communication"),
    }
    present, absent = expected[each_language]
    assert present in said
    assert absent not in said


def test_signed_bytes_are_canonical_and_exactly_what_is_sent(review, library):
    rate_all(review)
    review.add_comment(12.5, '<img src="file:///x">')
    review.add_comment(None, "整体扎实")
    signature = review.sign()
    body = json.loads(signature.payload)
    assert rfc8785.dumps(body) == signature.payload
    assert hashlib.sha256(signature.payload).hexdigest() == signature.sha256
    result = msgspec.convert(body, AssessmentResult)
    assert result.composite == pytest.approx(review.card().composite.value, abs=0.01)
    assert (result.candidate_name, result.assessor, result.keyword_rate) == ("王小雨 𠮷", "li", 0.5)
    assert [d.mine for d in result.dimensions] == [7, 7, 7]
    assert {c.text: c.time_s for c in result.comments} == {'<img src="file:///x">': 12.5, "整体扎实": None}
    assert result.analysis_id == review.analysis.id
    (item,) = waiting(review)
    assert item.payload == signature.payload
    assert item.payload_sha256 == signature.sha256
    assert item.external_id == result.external_id
    assert library.interview(review.interview_id).status is InterviewStatus.ASSESSED
    assert review.is_signed()


def test_where_a_comments_stretch_ends_is_signed_only_where_it_has_an_end(review):
    rate_all(review)
    review.add_comment(12.5, "好")
    before = review.sign()
    assert set(json.loads(before.payload)["comments"][0]) == {"time_s", "text"}
    review.add_comment(20.0, "一段", end_s=24.256)
    assert not review.is_signed()
    said = json.loads(review.sign().payload)["comments"]
    assert said == [{"time_s": 12.5, "text": "好"}, {"time_s": 20.0, "text": "一段", "end_s": 24.26}]


def test_signing_twice_is_one_revision_and_a_change_is_another(review, library):
    rate_all(review)
    first = review.sign()
    assert review.sign() == first
    review.rate("reasoning", 9)
    assert not review.is_signed()
    second = review.sign()
    assert (first.revision, second.revision) == (1, 2)
    assert len(waiting(review)) == 2
    assert json.loads(second.payload)["external_id"] != json.loads(first.payload)["external_id"]


def test_signing_something_that_changed_meanwhile_is_refused(review, library):
    rate_all(review)
    ReviewSession(library, review.interview_id).rate("reasoning", 2)
    with pytest.raises(Stale):
        review.sign()
    assert waiting(review) == []
    review.reload()
    review.sign()


def derived_with(review, correction_id, folder):
    """The engine derived the document anew, this correction included."""
    made = derived(answers=2)
    write_all(folder, replace(made, analysis=replace(made.analysis, correction=correction_id)))
    review.library.record_analysis(review.interview_id, folder)
    review.reload()


def test_signing_waits_until_the_scores_rest_on_every_correction(review, library, tmp_path, each_language):
    rate_all(review)
    review.sign()
    first = library.add_correction(review.interview_id, CorrectionKind.WORD, 5.0, 6.0, "为服务", "微服务")
    assert review.is_behind()
    assert not review.is_signed()
    with pytest.raises(CorrectionsPending) as refused:
        review.sign()
    assert text.sentence(refused.value)
    second = library.revert_correction(first.id)
    derived_with(review, first.id, tmp_path / "first")
    with pytest.raises(CorrectionsPending):
        review.sign()
    derived_with(review, second.id, tmp_path / "second")
    assert not review.is_behind()
    body = json.loads(review.sign().payload)
    assert (body["analysis_id"], body["correction_id"], body["revision"]) == (review.analysis.id, second.id, 2)
    assert review.is_signed()
    scores = {one["id"]: one["machine"] for one in body["dimensions"]}
    assert scores["communication"] == pytest.approx(review._machine["communication"].score, abs=0.01)


def test_without_an_analysis_it_is_the_interviewers_alone(library):
    review = ReviewSession(library, reviewable(library, analyse=False))
    rate_all(review)
    composite = review.card().composite
    assert (composite.value, composite.low, composite.coverage) == (pytest.approx(7), None, pytest.approx(1))
    assert json.loads(review.sign().payload)["analysis_id"] is None


def test_a_new_document_is_scored_anew(review):
    review.rate("communication", 7)
    before = row(review, "communication").machine
    review.use_derived(derived(answers=1))
    assert before.score is not None
    assert row(review, "communication").machine.why == "too_little_evidence"


def test_wrong_values_are_refused(review):
    with pytest.raises(ValueInvalid):
        review.rate("charisma", 5)
    with pytest.raises(ValueInvalid):
        review.rate("reasoning", 11)
    for moment in (1e6, -1.0, math.inf, math.nan):
        with pytest.raises(ValueInvalid):
            review.add_comment(moment, "never")
        with pytest.raises(ValueInvalid):
            review.add_comment(2.0, "never", end_s=moment)
    for moment in (2.0, None):
        with pytest.raises(ValueInvalid):
            review.add_comment(moment, "never", end_s=2.0)
    with pytest.raises(ValueInvalid):
        review.set_weights({"reasoning": 60, "communication": 60})


def test_a_signature_holds_in_the_other_language_and_with_ids_given_later():
    signed = {
        "external_id": "a:1", "revision": 1, "dimensions": [{"id": "x", "title": "语言表达", "mine": 7}],
        "interview_remote_id": None, "summary": "s",
    }  # fmt: skip
    later = signed | {"dimensions": [{"id": "x", "title": "Communication", "mine": 7}], "interview_remote_id": "int-1"}
    changed = later | {"dimensions": [{"id": "x", "title": "Communication", "mine": 8}]}
    first, same, other = (result._content(msgspec.json.encode(body)) for body in (signed, later, changed))
    assert first == same
    assert first != other


def test_what_came_later_is_signed_where_it_says_something_and_left_out_where_it_is_empty(review):
    rate_all(review)
    comment = review.add_comment(12.5, "好")
    before = json.loads(review.sign().payload)
    assert before.keys().isdisjoint(("strengths", "to_improve", "questions"))
    assert before["comments"] == [{"time_s": 12.5, "text": "好"}]
    review.rate_question("请讲一个项目。", 8)
    review.comment_on_question("请讲一个项目。", "有数字")
    review.rate_question("为什么来？", None)
    review.set_strengths("- 条理")
    review.set_to_improve("- 语速")
    review.tag_comment(comment.id, "reasoning")
    assert not review.is_signed()
    after = json.loads(review.sign().payload)
    assert (after["strengths"], after["to_improve"]) == ("- 条理", "- 语速")
    assert after["questions"] == [{"question": "请讲一个项目。", "score": 8, "comment": "有数字"}]
    assert after["comments"] == [{"time_s": 12.5, "text": "好", "dimension": "reasoning"}]
    assert msgspec.convert(after, AssessmentResult).questions[0].score == 8
    assert review.is_signed()


def test_a_signature_of_before_still_holds(review):
    """Bytes as they were signed before there were strengths, questions and dimensions of comments."""
    rate_all(review)
    review.add_comment(12.5, "好")
    made = msgspec.to_builtins(review._result())
    old = {key: value for key, value in made.items() if key not in ("strengths", "to_improve", "questions")}
    old["comments"] = [{"time_s": each["time_s"], "text": each["text"]} for each in old["comments"]]
    assert result.same_content(rfc8785.dumps(old), review._result())
    review.set_strengths("- 条理")
    assert not result.same_content(rfc8785.dumps(old), review._result())


def test_a_comment_can_only_speak_of_a_dimension_that_is_there(review):
    comment = review.add_comment(12.5, "好")
    with pytest.raises(ValueInvalid):
        review.tag_comment(comment.id, "charisma")
    review.tag_comment(comment.id, "composure")
    assert review.comments[0].dimension_id == "composure"
