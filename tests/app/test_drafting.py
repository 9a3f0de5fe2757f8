"""Drafts of strengths and of what to improve: from what may be seen, with times, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.document import QuestionMatch
from app import text
from app.domain.types import Comment
from app.review import ReviewSession
from app.review.drafting import Draft, draft, missing_lines
from app.store import Library
from tests.app.interviews import metric, reviewable


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("library"), assessor="li") as opened:
        yield opened


@pytest.fixture
def review(library):
    """Talks at a good rate and pauses too much."""
    return ReviewSession(library, reviewable(library, changes={"pause_share": metric(0.5, "share", 3)}))


def test_nothing_that_is_veiled_is_drafted(review, each_language):
    assert review.draft() == Draft()
    review.rate("communication", 8)
    drafted = review.draft()
    title = {"zh": "语言表达", "en": "Communication"}[each_language]
    assert drafted.strengths
    assert all(title in line for line in (*drafted.strengths, *drafted.to_improve))
    rate, pauses = (text.tr(f"metric.{name}") for name in ("speech_rate", "pause_share"))
    assert any(rate in line for line in drafted.strengths)
    assert any(pauses in line and "50 %" in line for line in drafted.to_improve)
    assert not any(pauses in line for line in drafted.strengths)
    assert all("[00:05" in line for line in drafted.strengths)


def test_unveiling_is_enough_for_evidence_and_a_persons_words_need_a_rating(review, library):
    review.unveil("reasoning")
    connectives = text.tr("metric.connective_density")
    assert any(connectives in line for line in review.draft().strengths)
    comment = review.add_comment(12.5, "因果\n清楚", end_s=15.0)
    review.tag_comment(comment.id, "composure")
    assert not any("因果 清楚" in line for line in review.draft().strengths)
    review.rate("composure", 3, "紧张")
    low = review.draft().to_improve
    assert next(line for line in low if "因果 清楚" in line).startswith("- [00:12–00:15] ")
    assert any("紧张" in line and "3" in line for line in low)
    review.rate("composure", 9)
    assert any("因果 清楚" in line for line in review.draft().strengths)
    assert not review.draft().to_improve


def test_comments_of_others_are_theirs(review):
    comment = Comment("c", 5.0, "不是我写的", "wang", review.interview.created, dimension_id="composure")
    review.rate("composure", 9)
    made = draft(review.card(), review.template, review.assessment, [comment], (), "zh")
    assert not any("不是我写的" in line for line in made.strengths)


def test_a_rated_question_brings_its_comments_along(review):
    question = "请讲一个项目。"
    asked = tuple(
        replace(each, matched_question=QuestionMatch("q1", question, 1.0) if number == 1 else None)
        for number, each in enumerate(review.analysis.exchanges)
    )
    review.rate_question(question, 8, "有数字")
    review.add_comment(27.0, "讲到结果")
    review.add_comment(2.0, "另一题")

    def made():
        return draft(review.card(), review.template, review.assessment, review.comments, asked, "en")

    assert made().strengths == (f"- [00:25] {question} (rated 8): 有数字", f"- [00:27] {question}: 讲到结果")
    review.rate_question(question, 5, "")
    assert made() == Draft((), (f"- [00:27] {question}: 讲到结果",))
    review.rate_question(question, None)
    assert made() == Draft()


def test_only_lines_that_are_not_there_are_added():
    assert missing_lines("", ["- a", "- b"]) == ("- a", "- b")
    assert missing_lines("mine\n- a  ", ["- a", "- b"]) == ("- b",)
