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


def words(made):
    """The lines as they are written into the fields."""
    return Draft(*(tuple(line.words for line in side) for side in (made.strengths, made.to_improve)))


def test_nothing_that_is_veiled_is_drafted(review, each_language):
    assert review.draft() == Draft()
    review.rate("communication", 8)
    drafted = words(review.draft())
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
    assert any(connectives in line for line in words(review.draft()).strengths)
    comment = review.add_comment(12.5, "因果\n清楚", end_s=15.0)
    review.tag_comment(comment.id, "composure")
    assert not any("因果 清楚" in line for line in words(review.draft()).strengths)
    review.rate("composure", 3, "紧张")
    low = words(review.draft()).to_improve
    assert next(line for line in low if "因果 清楚" in line).startswith("- [00:12–00:15] ")
    assert any("紧张" in line and "3" in line for line in low)
    review.rate("composure", 9)
    assert any("因果 清楚" in line for line in words(review.draft()).strengths)
    assert not review.draft().to_improve


def test_comments_of_others_are_theirs(review):
    comment = Comment("c", 5.0, "不是我写的", "wang", review.interview.created, dimension_id="composure")
    review.rate("composure", 9)
    made = draft(review.card(), review.template, review.assessment, [comment], (), "zh")
    assert not any("不是我写的" in line for line in words(made).strengths)


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
        return words(draft(review.card(), review.template, review.assessment, review.comments, asked, "en"))

    assert made().strengths == (f"- [00:25] {question} (rated 8): 有数字", f"- [00:27] {question}: 讲到结果")
    review.rate_question(question, 5, "")
    assert made() == Draft((), (f"- [00:27] {question}: 讲到结果",))
    review.rate_question(question, None)
    assert made() == Draft()


def test_only_lines_that_are_not_there_are_added(review):
    review.rate("communication", 8, "clear")
    lines = review.draft().strengths
    assert len(lines) > 2
    assert missing_lines("", lines) == tuple(line.words for line in lines)
    there = f"of my own\n{lines[0].words}  \n"
    assert missing_lines(there, lines) == tuple(line.words for line in lines[1:])


def both_languages(review, change=lambda: None):
    """What is drafted now in one language, and after a change of value in the other."""
    text.set_language("en")
    drafted = review.draft()
    change()
    text.set_language("zh")
    return drafted, review.draft()


def test_the_same_is_not_drafted_again_in_other_words(review, library):
    early, late = (review.add_comment(at, words) for at, words in ((12.5, "因果清楚"), (40.0, "举例")))
    for comment in (early, late):
        review.tag_comment(comment.id, "communication")
    review.rate("communication", 8, "clear")
    review.rate_question("请讲一个项目。", 9, "有数字")

    def change():
        review.rate("communication", 7, "mostly clear")
        review.rate_question("请讲一个项目。", 8, "")
        review.edit_comment(early.id, "因果很清楚")
        review.edit_comment(late.id, "举例", 41.0)

    before, after = both_languages(review, change)
    assert {line.words for line in before.strengths}.isdisjoint(line.words for line in after.strengths)
    for field in ("strengths", "to_improve"):
        old, new = getattr(before, field), getattr(after, field)
        written = "\n".join(line.words for line in old)
        assert old
        assert missing_lines(written, new) == ()
        assert missing_lines(written, old) == ()
        assert missing_lines("\n".join(line.words for line in new), old) == ()


def test_what_a_person_wrote_after_the_beginning_of_a_line_is_the_same_line(review):
    review.rate("communication", 8, "clear")
    lines = review.draft().strengths
    first = next(line for line in lines if "measured" in line.words)
    edited = first.words.partition(" (measured")[0] + " — a pace that one can follow"
    assert first.words not in missing_lines(edited, lines)
    assert first.words in missing_lines("A pace that one can follow", lines)


def test_a_new_comment_and_another_metric_are_not_what_is_there_already(review):
    comment = review.add_comment(12.5, "因果清楚")
    review.tag_comment(comment.id, "communication")
    review.rate("communication", 8)
    lines = review.draft().strengths
    written = "\n".join(line.words for line in lines)
    added = review.add_comment(20.0, "数据")
    review.tag_comment(added.id, "communication")
    (missing,) = missing_lines(written, review.draft().strengths)
    assert "数据" in missing
    for line in lines:
        rest = "\n".join(other.words for other in lines if other is not line)
        assert missing_lines(rest, lines) == (line.words,)
