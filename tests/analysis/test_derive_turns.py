"""Words to speakers, turn edges, floors, back-channels, roles and exchanges on small made-up conversations."""

from __future__ import annotations

import dataclasses
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.derive import derive
from analysis.derive.edges import EDGE_S, refined
from analysis.derive.floor import floors, speech_by_speaker
from analysis.derive.heard import heard_words
from analysis.derive.roles import assign_roles, suggested_count
from analysis.derive.segments import SegmentIndex, TurnIndex, segments
from analysis.derive.spans import clipped, gaps, mask, merged, total
from analysis.document import MediaInfo, Role, Span, Stream, Turn, Word
from analysis.observations import (
    HeardSegment,
    Hesitation,
    Observed,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
)
from tests.analysis.ideal import heard, observed, provenance, request

SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 20)).map(lambda p: Span(p[0] / 3, (p[0] + p[1]) / 3)), max_size=8
)


@given(SPANS, st.floats(0, 30), st.floats(0, 20))
def test_span_arithmetic(spans, start, length):
    whole = merged(spans)
    assert all(a.end < b.start for a, b in pairwise(whole))
    assert total(whole) <= total(spans) + 1e-9
    inside = clipped(whole, start, start + length)
    assert all(start <= s.start < s.end <= start + length for s in inside)
    outside = total(clipped(whole, 0, start)) + total(clipped(whole, start + length, 1000))
    assert total(inside) + outside == pytest.approx(total(whole))
    if whole:
        assert total(whole) + total(gaps(whole)) == pytest.approx(whole[-1].end - whole[0].start)
    assert mask(whole, 400, 10).sum() / 10 == pytest.approx(total(whole), abs=0.1 * len(whole) + 1e-6)


TURNS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12), st.sampled_from(["S1", "S2", "S3"])).map(
        lambda t: Turn(t[0] / 2, (t[0] + t[1]) / 2, t[2])
    ),
    min_size=1,
    max_size=8,
)


@given(TURNS, st.floats(0, 30))
def test_a_time_belongs_to_the_longest_turn_over_it_or_to_the_nearest(turns, time_s):
    found = TurnIndex(turns).speaker(time_s)
    over = [turn for turn in turns if turn.start <= time_s < turn.end]
    if over:
        longest = max(turn.end - turn.start for turn in over)
        assert found in {turn.speaker for turn in over if turn.end - turn.start == longest}
    else:
        nearest = min(max(t.start - time_s, time_s - t.end) for t in turns)
        assert found in {t.speaker for t in turns if max(t.start - time_s, time_s - t.end) <= nearest + 1e-9}


@given(TURNS, st.lists(st.sampled_from("我你他"), min_size=1, max_size=30))
def test_every_word_is_in_exactly_one_segment_of_a_speaker_nearby(turns, letters):
    text = "".join(letters)
    words = heard_words(TextObservation("zh", (heard(text, 0.0, 20.0),), 0))
    found = segments(words, turns)
    assert "".join(s.text for s in found) == text
    index = TurnIndex(turns)
    for segment in found:
        for word in segment.words:
            middle = (word.start + word.end) / 2
            assert segment.speaker in {index.speaker(middle + step / 4) for step in range(-8, 9)}
    assert all(s.start <= w.start <= w.end <= s.end for s in found for w in s.words)


@given(TURNS, SPANS)
def test_refined_edges_stay_near_and_lie_on_speech(turns, spans):
    activity = merged(spans)
    for before in turns:
        (after,) = refined((before,), activity)
        islands = clipped(activity, before.start, before.end)
        assert after.end > after.start
        if not islands:
            assert after == before
            continue
        assert after.start >= before.start - EDGE_S
        assert after.end <= before.end + EDGE_S
        assert any(span.start <= after.start <= span.end for span in activity)
        assert any(span.start <= after.end <= span.end for span in activity)


def test_an_edge_moves_to_the_silence_beside_it():
    activity = (Span(1.0, 4.0), Span(4.5, 9.0))
    early = refined((Turn(1.1, 3.8, "S1"), Turn(3.8, 9.3, "S2")), activity)
    assert early == (Turn(1.0, 4.0, "S1"), Turn(4.5, 9.0, "S2"))
    late = refined((Turn(1.0, 4.6, "S1"), Turn(4.6, 9.0, "S2")), activity)
    assert late == (Turn(1.0, 4.0, "S1"), Turn(4.5, 9.0, "S2"))
    scrap = refined((Turn(1.0, 3.8, "S1"), Turn(3.8, 4.1, "S2"), Turn(4.5, 9.0, "S2")), activity)
    assert scrap == (Turn(1.0, 4.0, "S1"), Turn(4.5, 9.0, "S2"))
    unbroken = (Turn(1.0, 2.5, "S1"), Turn(2.5, 4.0, "S2"))
    assert refined(unbroken, activity) == unbroken


def conversation(*said, overlaps=(), hesitations=(), modalities=("speech",), **changes):
    """(speaker, start, end, text) with speech wherever somebody speaks; derived."""
    language = "zh" if any("\u4e00" <= c <= "\u9fff" for _, _, _, text in said for c in text) else "en"
    end = max(stop for _, _, stop, _ in said) + 1
    seen = observed("zh")
    prosody = dataclasses.replace(seen.prosody, hesitations=tuple(hesitations)) if hesitations else None
    made = Observed(
        MediaInfo("00", end, (Stream("audio", "aac"),)),
        SoundObservation(merged(Span(a, b) for _, a, b, _ in said), seen.sound.peaks, 40.0, 0.0, False),
        TextObservation(language, tuple(heard(text, a, b, language) for _, a, b, text in said if text), 0),
        SpeakerObservation(tuple(Turn(a, b, name) for name, a, b, _ in said), tuple(overlaps), 2),
        prosody,
    )
    return derive(made, request("zh", terms=(), modalities=modalities, **changes), provenance()).analysis


ANSWER = "我在一家公司做了五年的后端开发，主要负责订单系统的设计。"


def test_a_change_of_speaker_moves_to_the_end_of_the_clause():
    words = heard_words(TextObservation("zh", (heard("我们这样做，好的没问题。", 0.0, 2.9),), 0))
    late, early = ((Turn(0, at, "S1"), Turn(at, 3, "S2")) for at in (1.9, 1.1))
    for turns in (late, early):
        assert [(s.speaker, s.text) for s in segments(words, turns)] == [("S1", "我们这样做，"), ("S2", "好的没问题。")]
    assert segments(words, late, [Span(1.5, 1.9)])[0].text == "我们这样做，好的", "a person said so"


def test_words_of_two_channels_are_their_speakers_unless_a_person_said_otherwise():
    left = dataclasses.replace(heard("我们这样做，", 0.0, 2.0), side=0)
    right = dataclasses.replace(heard("好的没问题。", 0.5, 2.2), side=1)
    words = heard_words(TextObservation("zh", (left, right), 0))
    turns = (Turn(0, 5, "S1"), Turn(0.5, 2.2, "S2"))
    apart = [("S1", "我们这样做，"), ("S2", "好的没问题。")]
    assert [(s.speaker, s.text) for s in segments(words, turns, (), ("S1", "S2"))] == apart
    corrected = segments(words, turns, [Span(0.4, 2.3)], ("S1", "S2"))
    assert {s.speaker for s in corrected if s.start >= 0.4} == {"S1"}
    assert "".join(s.text for s in segments(words, turns)) == "我们这样做，好的没问题。", "never one word of each"


def test_a_change_of_speaker_is_never_inside_a_word():
    pieces = tuple(Word(i * 0.4, i * 0.4 + 0.4, text, 0.9) for i, text in enumerate("我很珍惜所有的遇见"))
    words = heard_words(TextObservation("zh", (HeardSegment(0, 4, "zh", "我很珍惜所有的遇见", pieces),), 0))
    found = segments(words, (Turn(0, 1.25, "S1"), Turn(1.25, 4, "S2")))
    assert [s.text for s in found] in (["我很", "珍惜所有的遇见"], ["我很珍惜", "所有的遇见"])


@pytest.mark.parametrize(
    ("sounds_like", "asked", "end", "told"),
    [(3, 2, 30, 3), (1, 2, 30, 1), (2, 2, 30, None), (3, None, 30, None), (3, 2, 15, None), (0, 2, 30, None)],
)
def test_how_many_people_it_sounds_like_is_told_where_that_is_not_what_was_asked_for(sounds_like, asked, end, told):
    found = SpeakerObservation((Turn(0, end, "S1"),), (), sounds_like)
    assert suggested_count(found, asked) == told
    seen = dataclasses.replace(observed("zh"), speakers=found)
    analysis = derive(seen, request("zh", speakers=asked), provenance()).analysis
    assert analysis.speakers.suggested == told


def test_a_backchannel_does_not_split_the_floor():
    analysis = conversation(
        ("S1", 0, 3, "请介绍一下你自己。"),
        ("S2", 3.5, 9, ANSWER),
        ("S1", 9.2, 9.6, "嗯。"),
        ("S2", 9.9, 15, ANSWER),
    )
    assert [(e.text, e.start) for e in analysis.events if e.kind == "backchannel"] == [("嗯。", 9.2)]
    assert analysis.metrics.overall["turn_count"].value == 1
    assert len(analysis.exchanges) == 1
    assert analysis.exchanges[0].answer == Span(3.5, 15)
    pauses = [(e.start, e.end) for e in analysis.events if e.kind == "pause"]
    assert pauses == [(9, 9.9)]


def test_a_hum_of_listening_has_its_word_and_is_no_filler():
    analysis = conversation(
        ("S1", 0, 3, "请介绍一下你自己。"),
        ("S2", 3.5, 9, ANSWER),
        ("S1", 10, 14, "我们公司主要做的是电商平台，"),
        ("S2", 14.1, 14.5, ""),
        ("S1", 14.6, 18, "规模不小。你为什么想来？"),
        ("S2", 18.5, 26, ANSWER),
        hesitations=[Hesitation(14.15, 14.45, 0.7, "嗯"), Hesitation(20.0, 20.3, 0.7, "呃")],
    )
    assert [(e.kind, e.text) for e in analysis.events if e.kind in ("backchannel", "filler")] == [
        ("backchannel", "嗯"),
        ("filler", "呃"),
    ]


def test_a_short_answer_to_a_question_is_no_backchannel():
    analysis = conversation(
        ("S1", 0, 3, "你能接受加班吗？"),
        ("S2", 3.3, 3.8, "好的。"),
        ("S1", 4.5, 8, "你什么时候可以来上班？"),
        ("S2", 9, 20, ANSWER),
    )
    assert [e.latency_s for e in analysis.exchanges] == [pytest.approx(0.3), pytest.approx(1.0)]
    assert not [e for e in analysis.events if e.kind == "backchannel"]


def test_a_short_remark_goes_on_with_the_answer_a_comment_or_goodbye_ends_it():
    start = (("S1", 0, 3, "请介绍一下你自己。"), ("S2", 3.5, 12, ANSWER))
    remark = conversation(*start, ("S1", 12.5, 13.5, "很有意思。"), ("S2", 14, 20, ANSWER))
    assert [e.answer for e in remark.exchanges] == [Span(3.5, 20)]
    goodbye = conversation(*start, ("S1", 12.5, 13.5, "好，再见。"), ("S2", 14, 15, "谢谢您。"))
    assert [e.answer for e in goodbye.exchanges] == [Span(3.5, 12)]
    comment = conversation(
        *start, ("S1", 12.5, 17, "我们公司主要做的是电商平台的业务。"), ("S2", 18, 20, "明白了，听起来很好。")
    )
    assert [e.answer for e in comment.exchanges] == [Span(3.5, 12)]


def test_what_draws_a_long_answer_was_a_question_even_if_misheard():
    analysis = conversation(
        ("S1", 0, 3, "青姐哨一下泥自己的晶历。"),
        ("S2", 3.5, 14, ANSWER),
        ("S1", 15, 18, "你为什么来？"),
        ("S2", 19, 22, "因为喜欢。"),
    )
    assert [e.question.start for e in analysis.exchanges] == [0, 15]


def test_overlapping_starts_have_no_latency():
    analysis = conversation(("S1", 0, 4, "请介绍一下你自己的经历和项目？"), ("S2", 3, 14, ANSWER))
    assert [e.latency_s for e in analysis.exchanges] == [None]
    assert analysis.metrics.answers[0]["response_latency"].quality == "no_gap"


def test_two_interviewers_and_a_bystander():
    analysis = conversation(
        ("S1", 0, 3, "请介绍一下你自己。"),
        ("S2", 3.5, 20, ANSWER),
        ("S3", 21, 24, "你为什么想来我们公司？"),
        ("S2", 24.5, 40, ANSWER),
        ("S3", 41, 44, "你期望的薪资是多少？"),
        ("S2", 44.5, 60, ANSWER),
        ("S4", 61, 63, "打扰一下，会议室要用了。"),
    )
    roles = analysis.speakers.roles
    assert roles == {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE, "S3": Role.INTERVIEWER, "S4": Role.OTHER}
    assert len(analysis.exchanges) == 3


def test_roles_need_no_words():
    speech = {"S1": (Span(0, 10),), "S2": (Span(11, 40),)}
    assert assign_roles(speech, (), None) == {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE}
    assert assign_roles(speech, (), "S1")["S1"] is Role.CANDIDATE
    assert assign_roles({}, (), None) == {}


def test_without_voice_activity_turns_stand_for_speech():
    turns = (Turn(0, 4, "S1"), Turn(5, 9, "S2"))
    speech = speech_by_speaker(turns, ())
    assert speech == {"S1": (Span(0, 4),), "S2": (Span(5, 9),)}
    assert [floor.speaker for floor in floors(speech, SegmentIndex(()))[0]] == ["S1", "S2"]


def test_pieces_of_latin_words_and_marks_become_words_again():
    def pieces(text, *parts):
        words = tuple(Word(i, i + 1, part, 0.5 + i / 10) for i, part in enumerate(parts))
        return HeardSegment(0, len(parts), "zh", text, words)

    split = pieces("我用Kubernetes，很好。", "我", "用", "Kub", "ernetes", "，", "很好", "。")
    found = heard_words(TextObservation("zh", (split,), 0))
    assert [h.word.text for h in found] == ["我", "用", "Kubernetes，", "很好。"]
    assert (found[2].word.start, found[2].word.end, found[2].word.probability) == (2, 5, pytest.approx(0.7))
    spaced = pieces("one -third of us, it 's 12 ,000", " one", " -third", " of", " us,", " it", " 's", " 12", ",000")
    assert [h.word.text for h in heard_words(TextObservation("en", (spaced,), 0))] == [
        "one-third",
        "of",
        "us,",
        "it's",
        "12,000",
    ]
    marks = pieces("你好，世界。", "你好", "世界")
    assert [h.word.text for h in heard_words(TextObservation("zh", (marks,), 0))] == ["你好，", "世界。"]


def test_both_languages_in_one_interview():
    analysis = conversation(("S1", 0, 3, "请介绍一下你自己。"), ("S2", 3.5, 12, ANSWER))
    mixed = conversation(("S1", 0, 3, "Tell me about yourself."), ("S2", 3.5, 12, ANSWER))
    assert [s.language for s in mixed.transcript.segments] == ["en", "zh"]
    assert len(mixed.exchanges) == len(analysis.exchanges) == 1


def repeated(seen, times):
    """The observations of speech over and over."""
    later = [i * seen.media.duration for i in range(times)]

    def moved(items, by):
        return tuple(dataclasses.replace(item, start=item.start + by, end=item.end + by) for item in items)

    segments = tuple(
        dataclasses.replace(s, words=moved(s.words, by)) for by in later for s in moved(seen.text.segments, by)
    )
    return Observed(
        dataclasses.replace(seen.media, duration=seen.media.duration * times),
        dataclasses.replace(seen.sound, speech=tuple(s for by in later for s in moved(seen.sound.speech, by))),
        TextObservation("zh", segments, 0),
        dataclasses.replace(seen.speakers, turns=tuple(t for by in later for t in moved(seen.speakers.turns, by))),
    )


def test_two_hours_derive_in_a_moment():
    """What a person corrects must show at once, however long the interview."""
    long = repeated(observed("zh"), 126)
    begin = time.process_time()
    analysis = derive(long, request("zh"), provenance()).analysis
    spent = time.process_time() - begin
    assert len(analysis.exchanges) == 3 * 126
    assert spent < 10, f"{spent:.1f} s"
