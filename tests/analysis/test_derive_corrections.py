"""Corrections: what they change, where they find their place, and that undo brings everything back."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.derive import derive
from analysis.derive.corrections import correct_speaker, correct_word, in_force
from analysis.derive.heard import heard_words
from analysis.document import Correction, CorrectionKind, Role, Turn
from analysis.language.script import join_words
from analysis.observations import TextObservation
from tests.analysis.ideal import KIT, heard, observed, provenance, request

WORD, SPEAKER, ROLE, QUESTION, NAME, SPLIT, MERGE = CorrectionKind


def correction(kind, start, end, before, after, name="c1", reverts=None):
    return Correction(name, kind, start, end, before, after, "me", "2026-01-01T00:00:00Z", reverts)


def corrected(*corrections, language="zh", **changes):
    return derive(observed(language), request(language, corrections=corrections, **changes), provenance()).analysis


def without_hints(analysis):
    return [dataclasses.replace(exchange, relevance=None) for exchange in analysis.exchanges]


def texts(analysis):
    return "".join(segment.text for segment in analysis.transcript.segments)


def lost(analysis):
    return [m.what for m in analysis.missing if m.why == "no_place"]


def test_a_corrected_word_changes_text_terms_and_metrics_but_not_the_id():
    before = corrected()
    after = corrected(correction(WORD, 28.0, 28.9, "负载均衡", "灰度发布"))
    assert "设计了灰度发布。" in texts(after)
    assert after.id == before.id
    assert [e.text for e in after.events if e.kind == "term"] == ["微服务", "灰度发布", "灰度发布", "复盘"]
    assert after.metrics.overall["keyword_rate"].value == 0.75
    assert without_hints(after) == without_hints(before)
    assert lost(after) == []


def test_times_of_a_corrected_word_stay_and_it_is_sure():
    analysis = corrected(correction(WORD, 28.0, 28.9, "负载均衡", "负债均衡"))
    words = [word for segment in analysis.transcript.segments for word in segment.words]
    old = [word for segment in corrected().transcript.segments for word in segment.words]
    new = next(word for word in words if "负债" in word.text)
    same = next(word for word in old if "负载" in word.text)
    assert (new.start, new.end) == pytest.approx((same.start, same.end), abs=0.01)
    assert new.probability == 1.0


def test_a_filler_that_the_recogniser_dropped_can_be_put_in():
    analysis = corrected(correction(WORD, 46.5, 46.9, "团队", "嗯，团队"))
    assert "向嗯，团队" in texts(analysis)
    assert analysis.metrics.answers[2]["filler_density"].value > 0


def test_punctuation_around_the_word_stays_once():
    for before, after in (("微服务", "云服务"), ("微服务。", "云服务。"), ("微服务。", "云服务")):
        found = texts(corrected(correction(WORD, 25.0, 25.8, before, after)))
        assert ("八个云服务。其次" if after.endswith("。") or before == "微服务" else "八个云服务其次") in found


def test_part_of_a_word_and_several_words_can_be_replaced_or_deleted():
    assert "我把系统变成了八个微服务" in texts(corrected(correction(WORD, 23.5, 24.6, "拆成了", "变成了")))
    assert "首先，系统拆成" in texts(corrected(correction(WORD, 23.2, 23.6, "我把", "")))


def test_a_correction_without_its_text_comes_back_as_missing():
    analysis = corrected(
        correction(WORD, 28.0, 28.9, "没有这个词", "x", "a"),
        correction(WORD, 5.0, 5.5, "负载均衡", "x", "b"),
        correction(SPEAKER, 500.0, 501.0, "S1", "S2", "c"),
        correction(SPEAKER, 1.0, 1.5, "S2", "S1", "d"),
        correction(ROLE, 0, 0, "S9", "candidate", "e"),
        correction(ROLE, 0, 0, "S1", "king", "f"),
        correction(QUESTION, 30.0, 31.0, "", "intro", "g"),
        correction(QUESTION, 2.5, 4.3, "", "unknown", "h"),
        correction(WORD, 1, 2, "a", "b", "i", reverts="never made"),
        correction(NAME, 500.0, 501.0, "S2", "王小雨", "j"),
        correction(NAME, 0, 0, "S9", "王小雨", "k"),
        questions=KIT,
    )
    assert sorted(lost(analysis)) == [f"correction:{name}" for name in "abcdefghijk"]
    assert analysis.speakers.names == {}
    assert texts(analysis) == texts(corrected())


def test_a_correction_follows_its_text_within_the_tolerance():
    assert "灰度" in texts(corrected(correction(WORD, 28.6, 29.5, "负载均衡", "灰度")))


def test_roles_flip_with_one_correction():
    for change in (correction(ROLE, 0, 0, "S1", "candidate"), correction(ROLE, 0, 0, "S2", "interviewer")):
        analysis = corrected(change)
        assert analysis.speakers.roles == {"S1": Role.CANDIDATE, "S2": Role.INTERVIEWER}
        assert analysis.metrics.overall["talk_ratio"].value < 0.3
        assert analysis.exchanges != corrected().exchanges


def test_a_stretch_given_to_the_other_speaker_takes_its_words_along():
    start, end = 40.493, 41.053
    analysis = corrected(correction(SPEAKER, start, end, "S1", "S2"))
    segment = next(s for s in analysis.transcript.segments if "很好" in s.text)
    assert segment.speaker == "S2"
    assert any(t.speaker == "S2" and t.start <= start + 0.01 and t.end >= end - 0.01 for t in analysis.speakers.turns)


def test_a_new_speaker_can_be_named():
    analysis = corrected(correction(SPEAKER, 52.601, 54.481, "S1", "S3"))
    assert set(analysis.speakers.roles) == {"S1", "S2", "S3"}
    assert analysis.speakers.roles["S2"] is Role.CANDIDATE
    assert analysis.speakers.roles["S3"] is Role.OTHER


def longest(speaker):
    turn = max((t for t in observed("zh").speakers.turns if t.speaker == speaker), key=lambda t: t.end - t.start)
    return turn.start, turn.end


def test_a_voice_has_the_name_that_was_given_last_and_nothing_else_changes():
    first = correction(NAME, *longest("S2"), "S2", " 王\n小雨\x00 ", "a")
    analysis = corrected(first)
    assert analysis.speakers.names == {"S2": "王 小雨"}
    speakers = dataclasses.replace(analysis.speakers, names={})
    assert dataclasses.replace(analysis, speakers=speakers, correction=None) == corrected()
    second = correction(NAME, *longest("S2"), "S2", "Anna", "b")
    assert corrected(first, second).speakers.names == {"S2": "Anna"}
    assert corrected(first, correction(NAME, *longest("S2"), "S2", "", "b")).speakers.names == {}
    undo = correction(NAME, *longest("S2"), "Anna", "S2", "c", reverts="b")
    assert corrected(first, second, undo).speakers.names == {"S2": "王 小雨"}
    assert corrected(correction(NAME, 0, 0, "S1", "x" * 1000)).speakers.names == {"S1": "x" * 100}


def test_names_and_roles_stay_with_their_voice_when_an_analysis_numbers_the_voices_anew():
    seen = observed("zh")
    other = {"S1": "S2", "S2": "S1"}
    turns = tuple(dataclasses.replace(turn, speaker=other[turn.speaker]) for turn in seen.speakers.turns)
    anew = dataclasses.replace(seen, speakers=dataclasses.replace(seen.speakers, turns=turns))
    made = (
        correction(NAME, *longest("S1"), "S1", "李静", "a"),
        correction(NAME, *longest("S2"), "S2", "王小雨", "b"),
        correction(ROLE, *longest("S1"), "S1", "other", "c"),
    )
    before = derive(seen, request("zh", corrections=made), provenance()).analysis
    after = derive(anew, request("zh", corrections=made), provenance()).analysis
    assert before.speakers.names == {"S1": "李静", "S2": "王小雨"}
    assert after.speakers.names == {"S1": "王小雨", "S2": "李静"}
    assert before.speakers.roles == {"S1": Role.OTHER, "S2": Role.CANDIDATE}
    assert after.speakers.roles == {"S1": Role.CANDIDATE, "S2": Role.OTHER}
    assert lost(after) == []


def test_a_name_belongs_to_who_spoke_there_when_it_was_given():
    start, end = longest("S2")
    name, moved = correction(NAME, start, end, "S2", "王小雨", "n"), correction(SPEAKER, start, end, "S2", "S1", "s")
    assert corrected(name, moved).speakers.names == {"S2": "王小雨"}
    assert corrected(moved, name).speakers.names == {"S1": "王小雨"}
    third = correction(SPEAKER, start, end, "S2", "S3", "s")
    assert corrected(third, correction(NAME, start, end, "S3", "Anna", "n")).speakers.names == {"S3": "Anna"}


def test_a_persons_match_wins_over_the_machines():
    analysis = corrected(
        correction(QUESTION, 2.5, 4.3, "intro", "salary", "a"),
        correction(QUESTION, 13.9, 15.9, "proud", "", "b"),
        questions=KIT,
    )
    assert [e.matched_question and e.matched_question.id for e in analysis.exchanges] == ["salary", None, "failure"]
    assert all(len(e.candidates) == 3 for e in analysis.exchanges)


ALL = (
    correction(WORD, 28.0, 28.9, "负载均衡", "灰度发布", "w"),
    correction(SPEAKER, 40.493, 41.053, "S1", "S2", "s"),
    correction(ROLE, 0, 0, "S1", "candidate", "r"),
    correction(NAME, 20.0, 30.0, "S2", "王小雨", "n"),
)


@settings(max_examples=15, deadline=None)
@given(st.permutations(ALL), st.permutations(ALL))
def test_undoing_all_brings_the_first_document_back(made, undone):
    inverse = [dataclasses.replace(c, id=f"u{c.id}", before=c.after, after=c.before, reverts=c.id) for c in undone]
    again = corrected(*made, *inverse)
    assert again.correction == inverse[-1].id
    assert dataclasses.replace(again, correction=None) == corrected()


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(ALL))
def test_an_undo_can_be_undone(change):
    undo = dataclasses.replace(change, id="u", reverts=change.id)
    redo = dataclasses.replace(change, id="uu", reverts="u")
    assert dataclasses.replace(corrected(change, undo, redo), correction=change.id) == corrected(change)


def bare(text):
    return "".join(text.split())


LETTERS = st.text("的是不了在有他这", min_size=1, max_size=4)


@given(st.lists(LETTERS, min_size=1, max_size=8), st.data(), st.text("新词语 ok，", max_size=6))
def test_replacing_any_stretch_replaces_exactly_that(pieces, data, after):
    words = heard_words(TextObservation("zh", (heard("".join(pieces), 0.0, 4.0),), 0))
    whole = join_words([h.word.text for h in words])
    begin = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(begin + 1, len(whole)))
    start, stop = 4.0 * begin / len(whole), 4.0 * end / len(whole)
    found = correct_word(words, correction(WORD, start, stop, whole[begin:end], after))
    assert found is not None
    reading = bare(join_words([h.word.text for h in found]))
    same = [place for place in range(len(whole)) if whole[place:].startswith(whole[begin:end])]
    assert reading in {bare(whole[:place] + after + whole[place + end - begin :]) for place in same}
    times = [(h.word.start, h.word.end) for h in found]
    assert all(-1e-6 <= start <= end + 1e-6 <= 4.01 for start, end in times)
    assert times == sorted(times)


TURNS = st.lists(st.tuples(st.floats(0, 50), st.floats(0.3, 10), st.sampled_from(["S1", "S2"])), min_size=1, max_size=8)


@given(TURNS, st.floats(0, 60), st.floats(0.3, 10))
def test_a_stretch_belongs_to_whom_it_was_given(raw, start, length):
    turns = tuple(sorted((Turn(s, s + d, name) for s, d, name in raw), key=lambda t: (t.start, t.end)))
    found = correct_speaker(turns, correction(SPEAKER, start, start + length, "", "S3"))
    inside = [t for t in turns if t.start < start + length and t.end > start]
    if not inside:
        assert found is None
        return
    middle = max(start, inside[0].start) + 0.5 * (min(start + length, inside[0].end) - max(start, inside[0].start))
    covering = {t.speaker for t in found if t.start <= middle <= t.end}
    assert covering == {"S3"}


def test_undo_is_resolved_from_the_end():
    made = [
        correction(WORD, 0, 1, "a", "b", "1"),
        correction(WORD, 0, 1, "b", "a", "2", reverts="1"),
        correction(WORD, 0, 1, "a", "b", "3", reverts="2"),
        correction(WORD, 2, 3, "c", "d", "4"),
        correction(WORD, 2, 3, "d", "c", "5", reverts="4"),
    ]
    assert [c.id for c in in_force(made).words] == ["1"]
