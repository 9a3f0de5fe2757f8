"""Errors of a transcript: what counts as the same, and where an error is put."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.accuracy.words import errors, errors_by_part, plain


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("降低了百分之四十", "降低了40%。", "zh"),
        ("我們，", "我们", "zh"),
        ("Forty percent of it, okay?", "40% of it ok", "en"),
        ("one hundred and twenty", "120", "en"),
        ("It's 2,500 users", "its two thousand five hundred users", "en"),
    ],
)
def test_how_a_thing_is_written_is_no_error(one, other, language):
    assert plain(one, language) == plain(other, language)


def test_errors_lie_at_their_words_and_belong_to_their_turns():
    turns = ["Hello there, my friend.", "I have forty percent of it."]
    found, words = errors_by_part(turns, "well hello their my friend I 40% of of it", "en")
    assert found.tolist() == [2, 2]
    assert words.tolist() == [4, 6]


def test_chinese_is_counted_in_characters():
    found, characters = errors_by_part(["你好。", "百分之四十的人"], "你号40%人啊", "zh")
    assert found.tolist() == [1, 2]
    assert characters.tolist() == [2, 7]


def test_nothing_written_is_all_wrong():
    assert errors("a b c", "", "en").tolist() == [1, 1, 1]


@given(st.text("ab ", min_size=1, max_size=12).filter(str.strip), st.text("ab ", max_size=12))
def test_the_errors_add_up_to_the_edit_distance(reference, hypothesis):
    reference, hypothesis = " ".join(reference.split()), " ".join(hypothesis.split())
    wanted = jiwer.process_words(reference, hypothesis)
    found = errors(reference, hypothesis, "en").sum()
    assert found == wanted.substitutions + wanted.deletions + wanted.insertions
