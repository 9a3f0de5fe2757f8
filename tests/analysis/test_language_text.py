"""Units, words, joining, sentences, lexical measures: the pure ground that all rules stand on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.document import Word
from analysis.features import event_kinds
from analysis.language.lexical import content_words, first_person, markers, mattr
from analysis.language.passage import ends_sentence, passage_of
from analysis.language.script import folded, has_han, join_words, leading_language, syllables, tokens, units
from tests.analysis.ideal import words_of

MIXED = "我用Kubernetes管理3个服务，it's a 2.5x speed-up。"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("你好，世界。", 4),
        ("", 0),
        ("Um, I am here.", 4),
        (MIXED, 1 + 1 + 1 + 2 + 1 + 1 + 2 + 1 + 1 + 1 + 1 + 1),
        ("𠮷野家", 3),
    ],
)
def test_units_count_han_characters_latin_words_and_digit_groups(text, count):
    assert len(units(text)) == count


def test_tokens_keep_their_places():
    for token in tokens(MIXED):
        assert MIXED[token.begin : token.end] == token.text
    assert "Kubernetes" in [token.text for token in tokens(MIXED)]


@given(st.text(alphabet="我们用abcXYZ 12.，。'-\U00020bb7", max_size=60))
def test_tokens_and_units_cover_the_same_characters(text):
    def covered(found):
        return {place for token in found for place in range(token.begin, token.end)}

    assert covered(tokens(text)) == covered(units(text))
    assert all(text[token.begin : token.end] == token.text for token in tokens(text))


def test_words_join_as_people_write():
    assert join_words(["我", "用", "Kubernetes", "和", "A/B", "test", "。"]) == "我用Kubernetes和A/B test。"
    assert join_words(["Um,", "I", "am", "here."]) == "Um, I am here."


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("好。", True),
        ("ok.", True),
        ("Dr.", False),
        ("e.g.", False),
        ("3.", False),
        ("“why?”", True),
        ("一，", False),
        ("", False),
    ],
)
def test_what_ends_a_sentence(text, ends):
    assert ends_sentence(text) is ends


def test_leading_language_and_folding():
    assert leading_language(["我们用 Kubernetes"]) == "zh"
    assert leading_language(["We say 你好 sometimes"]) == "en"
    assert leading_language([]) == "en"
    assert folded("ＡＢ 测试!") == "ab测试"
    assert has_han("𠮷")
    assert not has_han("ok")


def test_syllables():
    assert syllables("你好") == 2
    assert [syllables(word) for word in ("cat", "table", "manager", "made", "people", "3")] == [1, 2, 3, 1, 2, 1]


def words(*pieces: tuple[str, float, float]) -> tuple[Word, ...]:
    return tuple(Word(start, end, text, 0.9) for text, start, end in pieces)


def test_a_passage_knows_the_time_of_each_character():
    passage = passage_of(words(("负载", 1.0, 1.4), ("均衡。", 1.4, 2.0), ("OK", 2.5, 2.9)), "zh")
    assert passage.text == "负载均衡。OK"
    assert passage.span(0, 4).start == 1.0
    assert passage.span(0, 4).end == passage.span(0, 5).end == pytest.approx(2.0)
    assert passage.sentences() == [(0, 5), (5, 7)]
    assert len(passage.starts) == len(passage.ends) == len(passage.text)


def test_sentences_do_not_break_in_numbers_or_begin_with_spaces():
    passage = passage_of(words(("It", 0, 1), ("grew", 1, 2), ("2.5%.", 2, 3), ("Then", 3, 4), ("stopped.", 4, 5)), "en")
    assert [passage.text[b:e] for b, e in passage.sentences()] == ["It grew 2.5%.", "Then stopped."]


@given(st.lists(st.sampled_from("abcdefg"), max_size=120), st.integers(1, 60))
def test_mattr_is_the_mean_over_all_windows(words, window):
    direct = [len(set(words[i : i + window])) / window for i in range(len(words) - window + 1)]
    found = mattr(words, window)
    if not direct:
        assert found is None
    else:
        assert found == pytest.approx(sum(direct) / len(direct))
        assert 0 < found <= 1


def test_first_person_counts_pronouns_not_what_word_cutting_makes_of_them():
    assert first_person("我会先说，我们一起，咱们走，我。", "zh") == (2, 2)
    assert first_person("I think we saved our time, I'm sure my team", "en") == (3, 2)


def test_connectives_by_class_and_words_without_fillers():
    passage = passage_of(words_of("因为时间紧，所以首先要减少，但是不急", 0, 5), "zh")
    found = [(event.kind, event.text) for event in markers(passage)]
    assert sorted(found) == [
        ("cause_marker", "因为"), ("cause_marker", "所以"), ("contrast_marker", "但是"), ("order_marker", "首先"),
    ]  # fmt: skip
    english = passage_of(words_of("So I left because it rained, but also ate.", 0, 5), "en")
    assert [event.kind for event in markers(english)].count("cause_marker") == 2
    assert all(event.kind in event_kinds() for event in markers(passage))
    assert content_words("嗯，我们走", "zh") == ["我们", "走"]
