"""Novelty by plain vectors whose similarity is known, and by the real encoder on answers that a person can judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import Exchange, Learning, Question, QuestionMatch, Role, Segment, Span, Speakers, Word
from analysis.export import DocumentDamaged, DocumentMissing
from analysis.language import meaning
from app.domain.enrichment import NoNovelty
from app.enrichment import vectors
from app.enrichment.answers import (
    LEAST_HAN,
    MOST_WEIGHT,
    Answer,
    Sentence,
    answers,
    candidate_words,
    read_document,
    says_something,
)
from app.enrichment.novelty import LEAST_OTHERS, LISTED, novelty
from app.enrichment.vectors import AnswerVectors, Compared, arranged, texts
from tests.app.test_enrichment_quotes import ZH, document

SIZE = 32
LONG = "请讲一个你自己主导过的项目"


def row(*places):
    """A vector of length 1 in these directions: two without a common one have nothing in common."""
    found = np.zeros(SIZE, np.float32)
    found[list(places)] = 1
    return found / np.linalg.norm(found)


def answer(exchange, rows, kit="", follows=False, language="zh", question=LONG):
    said = tuple(
        Sentence(f"第{exchange}题第{n}句", 10.0 * exchange + n, 10.0 * exchange + n + 1) for n in range(len(rows))
    )
    return Answer(exchange, 10.0 * exchange, question, kit, follows, language, said)


def interview(*found, questions=None):
    """What is compared of an interview: (kit, rows) or (kit, rows, follows, language) an answer."""
    said = tuple(answer(n, one[1], one[0], *one[2:]) for n, one in enumerate(found))
    asked = questions or [row(n) for n in range(len(found))]
    sentences = tuple(np.stack(one[1]) if len(one[1]) else np.zeros((0, SIZE), np.float32) for one in found)
    compared = tuple(Compared(a.kit, a.follows, a.language, len(a.sentences)) for a in said)
    return said, AnswerVectors(compared, np.stack(asked), sentences)


def compare(own, *others):
    said, mine = own
    found = novelty(said, mine, {f"c{n}": [one[1]] for n, one in enumerate(others)})
    assert found.least == LEAST_OTHERS
    return found.answers


def test_new_is_what_resembles_nobody():
    own = interview(("k", [row(1), row(2), row(3, 4)]))
    others = [interview(("k", [row(2, 5), row(6)])), interview(("k", [row(7)])), interview(("k", [row(8), row(9)]))]
    (found,) = compare(own, *others)
    assert (found.new, found.sentences, found.others, found.why) == (2, 3, 3, None)
    assert [said.text for said in found.newest] == ["第0题第0句", "第0题第2句"]
    assert [said.nearest for said in found.newest] == [0.0, 0.0]
    assert found.typical == 1.0


def test_typical_is_the_same_measure_among_the_others():
    own = interview(("k", [row(1)]))
    others = [interview(("k", [row(2), row(10)])), interview(("k", [row(2), row(11)])), interview(("k", [row(12)]))]
    (found,) = compare(own, *others)
    assert found.typical == 0.5


@pytest.mark.parametrize("count", range(LEAST_OTHERS + 2))
def test_too_few_others_give_no_number(count):
    own = interview(("k", [row(1)]))
    (found,) = compare(own, *(interview(("k", [row(2)])) for _ in range(count)))
    assert found.others == count
    assert (found.new is None) == (count < LEAST_OTHERS)
    assert (found.why is NoNovelty.TOO_FEW) == (count < LEAST_OTHERS)
    assert (found.newest == ()) == (count < LEAST_OTHERS)


def test_rounds_of_one_candidate_count_once_and_all_their_words_count():
    said, mine = interview(("k", [row(1), row(2)]))
    rounds = [interview(("k", [row(1)]))[1], interview(("k", [row(2)]))[1]]
    others = {"a": rounds, "b": [interview(("k", [row(3)]))[1]], "c": [interview(("k", [row(4)]))[1]]}
    (found,) = novelty(said, mine, others).answers
    assert (found.others, found.new) == (3, 0)


def test_other_questions_languages_and_empty_answers_do_not_count():
    own = interview(("k", [row(1)]))
    others = [
        interview(("other", [row(1)]), questions=[row(0)]),
        interview(("k", [row(1)], False, "en")),
        interview(("k", [])),
        interview(("k", [row(2)])),
    ]
    (found,) = compare(own, *others)
    assert (found.others, found.why) == (1, NoNovelty.TOO_FEW)


def test_a_question_that_nobody_planned_is_found_by_its_meaning():
    own = interview(("", [row(1)]), ("", [row(2)]), questions=[row(0, 20), row(21)])
    alike = interview(("", [row(3)]), ("", [row(4)]), questions=[row(22), row(0)])
    found = compare(own, alike, alike, alike)
    assert [(one.others, one.new) for one in found] == [(3, 1), (0, None)]


def test_a_question_resembles_only_where_each_is_the_others_best():
    own = interview(("", [row(1)]), ("", [row(2)]), questions=[row(0), row(0, 20)])
    other = interview(("", [row(3)]), questions=[row(0, 20, 21)])
    first, second = compare(own, other, other, other)
    assert (first.others, second.others) == (0, 3)


def test_follow_ups_and_short_questions_are_not_compared():
    own = interview(("", [row(1)], True), ("k", [row(1)], True), questions=[row(0), row(1)])
    others = [interview(("", [row(5)], False), ("k", [row(6)], True), questions=[row(0), row(1)]) for _ in range(3)]
    first, second = compare(own, *others)
    assert (first.why, second.others) == (NoNovelty.FOLLOW_UP, 3)
    said, mine = interview(("", [row(1)]))
    short = (answer(0, [row(1)], question="为什么呢？"),)
    assert novelty(short, mine, {str(n): [mine] for n in range(4)}).answers[0].others == 0
    assert novelty(said, mine, {str(n): [mine] for n in range(4)}).answers[0].others == 4


def test_an_answer_without_a_whole_sentence_is_too_short():
    (found,) = compare(interview(("k", [])), *(interview(("k", [row(2)])) for _ in range(3)))
    assert (found.why, found.sentences, found.new) == (NoNovelty.TOO_SHORT, 0, None)


def test_only_the_newest_are_listed_nearest_last():
    own = interview(("k", [row(1, 9), row(2), row(3, 9, 10), row(4)]))
    others = [interview(("k", [row(9, 20, 21, 22)])) for _ in range(3)]
    (found,) = compare(own, *others)
    assert len(found.newest) == LISTED
    assert [said.nearest for said in found.newest] == sorted(said.nearest for said in found.newest)


unit = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=4, unique=True).map(lambda places: row(*places))
said_rows = st.lists(unit, min_size=1, max_size=5)


@settings(max_examples=60)
@given(said_rows, st.lists(said_rows, min_size=LEAST_OTHERS, max_size=6))
def test_more_answers_never_make_an_answer_newer(mine, theirs):
    own = interview(("k", mine))
    found = [
        compare(own, *(interview(("k", rows)) for rows in theirs[:count]))[0]
        for count in range(LEAST_OTHERS, len(theirs) + 1)
    ]
    news = [one.new for one in found]
    assert news == sorted(news, reverse=True)
    assert all(0 <= one.new <= one.sentences and 0 <= one.typical <= 1 for one in found)
    assert compare(own, own, own, own)[0].new == 0


# From the document


def exchange(start, end, **more):
    return Exchange(Question(start - 9, start - 1, LONG), Span(start, end), **more)


def test_an_answer_is_what_the_candidate_says_in_it():
    made = document(ZH)
    found = answers(made)
    assert [one.text for one in found[0].sentences] == [ZH[0]]
    assert (found[0].language, found[0].kit, found[0].follows, found[0].start) == ("zh", "", False, 19.0)
    words = candidate_words(made.transcript, made.speakers, Span(21.0, 23.0))
    assert "".join(word.text for word in words) == "订单表，"


def test_a_question_of_the_kit_is_known_by_its_words():
    """Not by its id: the kit's second question is another one once somebody puts a new one before it."""
    made = document(ZH)
    matched = QuestionMatch("q2", "请讲一个项目！", 0.8)
    first = Exchange(made.exchanges[0].question, made.exchanges[0].answer, matched, (matched,))
    second = Exchange(made.exchanges[1].question, made.exchanges[1].answer, learning=Learning(0, (), (), None, 0))
    found = answers(made.__class__(made.id, made.transcript, made.speakers, (first, second)))
    assert [(one.kit, one.follows) for one in found] == [("请讲一个项目", False), ("", True)]


def test_greetings_are_no_sentences_and_endless_ones_are_cut():
    clause = "我们先把订单表按用户编号拆开，"
    found = answers(document(["好的。谢谢您！" + clause * 30]))[0].sentences
    assert all(LEAST_HAN <= len(one.text) <= MOST_WEIGHT + 20 for one in found)
    assert len(found) > 3
    assert "".join(one.text for one in found) == clause * 30
    assert [one.start for one in found] == sorted(one.start for one in found)


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        ("好的，谢谢您。", False), ("我负责订单系统。", False), ("我负责整个订单系统。", True),
        ("Thank you for inviting me.", False), ("I lead a team of six.", True), ("我用 PyTorch 和 Spark 做", False),
        ("我用 PyTorch 和 Spark 做过推荐", True), ("", False), ("123", False),
    ],
)  # fmt: skip
def test_a_sentence_has_to_say_something(text, enough):
    assert says_something(text) is enough


# The file beside the analysis


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "analysis-1"
    made.mkdir()
    (made / "analysis.json").write_text("{}")
    return made


def test_vectors_come_back_from_their_file(folder):
    said = (answer(0, [1, 2], "k"), answer(1, [], follows=True, language="en"))
    random = np.random.default_rng(3).normal(size=(len(texts(said)), meaning.SIZE)).astype(np.float32)
    made = arranged(said, random)
    assert [len(rows) for rows in made.sentences] == [2, 0]
    vectors.keep(folder, made)
    kept = vectors.load(folder)
    assert kept is not None
    assert kept.answers == made.answers == (Compared("k", False, "zh", 2), Compared("", True, "en", 0))
    np.testing.assert_allclose(kept.sentences[0], made.sentences[0], atol=0.01)
    np.testing.assert_allclose(kept.questions, made.questions, atol=0.01)
    assert [path.name for path in folder.iterdir() if path.name.startswith("part")] == []


def test_vectors_of_another_document_or_encoder_are_not_taken(folder, monkeypatch):
    said = (answer(0, [1], "k"),)
    made = arranged(said, np.ones((2, meaning.SIZE), np.float32))
    assert vectors.load(folder) is None
    vectors.keep(folder, made)
    (folder / "analysis.json").write_text('{"changed": 1}')
    assert vectors.load(folder) is None
    vectors.keep(folder, made)
    monkeypatch.setattr(vectors, "encoder", lambda: "usem4 1")
    assert vectors.load(folder) is None


@pytest.mark.parametrize("content", [b"", b"PK\3\4 nonsense", b"\0" * 5000])
def test_a_damaged_file_is_made_anew(folder, content):
    (folder / vectors.FILE).write_bytes(content)
    assert vectors.load(folder) is None


def test_a_document_that_is_gone_or_damaged_is_a_known_failure(tmp_path):
    with pytest.raises(DocumentMissing):
        read_document(tmp_path)
    for content in (b"", b"{}", b"\xff\xfe", b'{"id": 1}'):
        (tmp_path / "analysis.json").write_bytes(content)
        with pytest.raises(DocumentDamaged):
            read_document(tmp_path)


# The real encoder


def answered(sentences):
    """An interview of one answer of these sentences."""
    words, end = [], 20.0
    for sentence in sentences:
        words.append(Word(end, end + 2, sentence, 0.9))
        end += 2
    made = document(["空"])
    said = Segment(20, end, "S2", "zh", "".join(sentences), tuple(words))
    transcript = made.transcript.__class__("zh", (made.transcript.segments[0], said))
    return made.__class__("a", transcript, Speakers((), {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE}), made.exchanges)


COMMON = ("我先和对方沟通，了解他的想法。", "然后用数据说明我的理由。", "如果还有分歧，就请领导来决定。")
ALIKE = (
    ("我会先跟对方沟通，听听他是怎么想的。", "再拿数据来说服他。"),
    ("首先要和对方好好沟通，弄清楚他的想法。", "实在谈不拢，就找领导定夺。"),
    ("先沟通，了解对方为什么这样想。", "用数据和事实讲道理。", "还是不一致就让主管决定。"),
)
FRESH = ("我们两个人互换岗位一周，再坐下来谈。", "我把争论画成一张因果图贴在墙上，让全组投票。")


@pytest.mark.slow
def test_what_everybody_says_is_not_new_and_what_nobody_says_is():
    def vectors_of(sentences):
        found = answers(answered(sentences))
        return found, arranged(found, meaning.vectors(texts(found)))

    others = {str(n): [vectors_of(sentences)[1]] for n, sentences in enumerate(ALIKE)}
    said, mine = vectors_of((*COMMON, *FRESH))
    (found,) = novelty(said, mine, others).answers
    assert {one.text for one in found.newest} == set(FRESH)
    assert (found.new, found.sentences, found.others) == (2, 5, 3)
    assert all(one.nearest < meaning.SURE_MATCH for one in found.newest)
