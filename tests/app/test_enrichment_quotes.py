"""A quote is believed only where it stands among the candidate's own words; where it stands is where it was said."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.document import Exchange, Question, Role, Segment, Span, Speakers, Transcript, Word
from app.domain.enrichment import Dropped
from app.enrichment.answers import Document, weight
from app.enrichment.quotes import LEAST_WEIGHT, MOST_WEIGHT, Quotable, Quote, fold

ZH = ("我把订单表，按用户编号拆成了十六个库。", "最后，平均响应时间从800毫秒降到了300毫秒！")
EN = (
    "I talked to ten users, and we tested a shorter start-page in an A/B test.",
    "As a result, churn dropped by 30 %.",
)


def document(answers, questions=None, language="zh", size=2) -> Document:
    """An interview of these answers, 100 s apart; words are pieces of `size` characters (zh) or as spaces part them."""
    segments, exchanges = [], []
    for number, answer in enumerate(answers):
        start = 100.0 * number
        asked = (questions or ["请讲一个你做过的项目好吗？"] * len(answers))[number]
        segments.append(segment(start, asked, "S1", language, size))
        segments.append(segment(start + 20, answer, "S2", language, size))
        exchanges.append(Exchange(Question(start, start + 10, asked), Span(start + 19, start + 99)))
    speakers = Speakers((), {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE})
    return Document("a" * 64, Transcript(language, tuple(segments)), speakers, tuple(exchanges))


def segment(start, text, speaker, language, size) -> Segment:
    """Words of a second each… as long as they fit."""
    pieces = text.split() if language == "en" else re.findall(rf"[0-9]+|[^0-9]{{1,{size}}}", text, re.DOTALL)
    step = min(1.0, 60 / max(1, len(pieces)))
    words = tuple(Word(start + i * step, start + (i + 1) * step, piece, 0.9) for i, piece in enumerate(pieces))
    return Segment(start, start + step * len(pieces), speaker, language, text, words)


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("按用户编号拆成了十六个库", "按用户编号拆成了十六个库"),
        ("订单表按用户编号拆成了", "订单表，按用户编号拆成了"),
        ("「订单表 按用户编号 拆成了…」", "订单表，按用户编号拆成了"),
        ("平均响应时间从８００毫秒降到了３００毫秒", "平均响应时间从800毫秒降到了300毫秒"),
    ],
)
def test_a_quote_is_found_whatever_its_punctuation_and_width(quote, shown):
    found = Quotable(document(ZH)).find(quote)
    assert isinstance(found, Quote)
    assert found.text == shown
    assert found.exchange == (1 if "毫秒" in quote else 0)


def test_the_time_is_that_of_the_words():
    found = Quotable(document(ZH)).find("用户编号拆成了")
    assert isinstance(found, Quote)
    assert (found.start, found.end) == (pytest.approx(23.5, abs=0.5), pytest.approx(27.0, abs=0.5))
    second = Quotable(document(EN, language="en")).find("churn dropped by 30")
    assert isinstance(second, Quote)
    assert (second.text, second.exchange, second.start, second.end) == ("churn dropped by 30", 1, 123.0, 127.0)


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        ("我把订单表按用户编号拆成了十二个库", Dropped.NOT_SAID),
        ("我把订单表拆成了十六个库", Dropped.NOT_SAID),
        ("拆成了十六个库最后平均响应时间", Dropped.NOT_SAID),
        ("请讲一个你做过的项目", Dropped.OTHER_SPEAKER),
        ("十六个库", Dropped.TOO_SHORT),
        ("", Dropped.TOO_SHORT),
        ("。，！？ …", Dropped.TOO_SHORT),
        ("好" * (MOST_WEIGHT + 1), Dropped.TOO_LONG),
    ],
)
def test_what_was_not_said_so_is_dropped(quote, why):
    """Changed, shortened, joined over two answers, said by the interviewer, too short to prove anything."""
    assert Quotable(document(ZH)).find(quote) is why


@pytest.mark.parametrize("quote", ["alked to ten user", "talked to ten use", "ged by 30", "opped by 30"])
def test_parts_of_words_are_no_quote(quote):
    assert Quotable(document(EN, language="en")).find(quote) in (Dropped.NOT_SAID, Dropped.TOO_SHORT)


def test_the_named_answer_is_looked_at_first_but_the_words_decide():
    quotable = Quotable(document([*ZH, ZH[0]]))
    wanted = "按用户编号拆成了十六个库"
    assert [quotable.find(wanted, n).exchange for n in (None, 0, 1, 2, 9)] == [0, 0, 0, 2, 0]


def test_words_of_a_third_voice_are_not_the_candidates():
    made = document(ZH)
    third = segment(130.0, "这里我们用了消息队列来削峰填谷", "S3", "zh", 2)
    segments = (*made.transcript.segments, third)
    heard = Document("a", Transcript("zh", segments), made.speakers, made.exchanges)
    assert Quotable(heard).find("我们用了消息队列来削峰") is Dropped.OTHER_SPEAKER


LETTERS = "我把订单表拆成十六个库Ａé ß.,，。！ABCxyz0189\u0301ﬁ㎏ "
plain = st.text(st.sampled_from(LETTERS), min_size=20, max_size=60)
anything = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=60)


@given(st.lists(plain, min_size=1, max_size=3), st.data())
def test_every_passage_of_an_answer_that_is_long_enough_is_found(answers, data):
    quotable = Quotable(document(answers))
    place = data.draw(st.integers(0, len(answers) - 1))
    text = quotable.texts[place]
    edges = [at for at in range(len(text) + 1) if _at_edge(text, at)]
    begin, end = sorted(data.draw(st.tuples(st.sampled_from(edges), st.sampled_from(edges))))
    quote = text[begin:end]
    assume(LEAST_WEIGHT <= weight(unicodedata.normalize("NFKC", quote)) <= MOST_WEIGHT)
    for said in (quote, f" “{quote}…” ", unicodedata.normalize("NFKC", quote)):
        found = quotable.find(said, place)
        assert isinstance(found, Quote)
        assert fold(found.text)[0] == fold(quote)[0]


def _at_edge(text: str, place: int) -> bool:
    """Whether a word may begin or end here: at a space, a mark or the end, beside Han; not before a combining mark."""
    if place in (0, len(text)):
        return True
    before, after = text[place - 1], text[place]
    if unicodedata.combining(after):
        return False
    return not (fold(before)[0] and fold(after)[0]) or any("\u4e00" <= c <= "\u9fff" for c in (before, after))


@given(st.lists(plain | anything, min_size=1, max_size=3), plain | anything)
def test_whatever_is_found_stands_in_one_answer_with_its_times(answers, quote):
    quotable = Quotable(document(answers))
    found = quotable.find(quote)
    if isinstance(found, Quote):
        assert fold(quote)[0] in fold(quotable.texts[found.exchange])[0]
        assert found.text in quotable.texts[found.exchange]
        assert 100.0 * found.exchange + 19 <= found.start <= found.end <= 100.0 * found.exchange + 99


@given(anything, anything, anything)
def test_a_part_folds_to_a_part(before, part, after):
    if not unicodedata.combining(part[0]) and not unicodedata.combining(after[0]):
        assert fold(part)[0] in fold(before + part + after)[0]
