"""Rows that a person split or merged: in the derived document, undone, in a new analysis, and in the exports."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.derive import derive
from analysis.document import Correction, CorrectionKind, Segment, Word
from analysis.export import write_all
from analysis.rows import BREAK, merged, rearranged, split_at
from tests.analysis.ideal import observed, provenance, request

WORD, SPEAKER, SPLIT, MERGE = (CorrectionKind(kind) for kind in ("word", "speaker", "split", "merge"))


def correction(kind, start, end, before, after, name="c1", reverts=None):
    return Correction(name, kind, start, end, before, after, "me", "2026-01-01T00:00:00Z", reverts)


def derived(*corrections, language="zh", **changes):
    return derive(observed(language), request(language, corrections=corrections, **changes), provenance())


def corrected(*corrections, language="zh"):
    return derived(*corrections, language=language).analysis


def rows(analysis):
    return [(each.speaker, each.text) for each in analysis.transcript.segments]


def lost(analysis):
    return [m.what for m in analysis.missing if m.why == "no_place"]


def split_of(segment, word, name="c1"):
    first, second = split_at(segment, word)
    return correction(SPLIT, second.start, segment.end, segment.text, first.text + BREAK + second.text, name)


def merge_of(above, segment, name="c2"):
    parted = above.text + BREAK + segment.text
    return correction(MERGE, segment.start, segment.end, parted, merged(above, segment).text, name)


def row_of(analysis, text):
    segments = analysis.transcript.segments
    return next(place for place, each in enumerate(segments) if text in each.text)


@pytest.mark.parametrize(
    ("language", "text", "first"), [("zh", "我是一名后端工程师", "您好，嗯，"), ("en", None, None)]
)
def test_a_row_is_split_and_every_word_stays(language, text, first):
    before = corrected(language=language)
    place = (
        row_of(before, text)
        if text
        else max(range(len(before.transcript.segments)), key=lambda n: len(before.transcript.segments[n].words))
    )
    segment = before.transcript.segments[place]
    after = corrected(split_of(segment, 2), language=language)
    left, right = after.transcript.segments[place : place + 2]
    assert left.words + right.words == segment.words
    assert (left.start, left.end) == (segment.start, segment.words[1].end)
    assert (right.start, right.end) == (segment.words[2].start, segment.end)
    assert "".join((left.text + right.text).split()) == "".join(segment.text.split())
    assert first is None or left.text == first
    assert rows(after)[:place] + rows(after)[place + 2 :] == rows(before)[:place] + rows(before)[place + 1 :]
    assert lost(after) == []
    assert after.metrics.overall["speech_rate"] == before.metrics.overall["speech_rate"]


def test_two_rows_are_merged_and_split_again_where_they_met():
    before = corrected()
    place = row_of(before, "请简单介绍一下")
    above, segment = before.transcript.segments[place - 1 : place + 1]
    merge = merge_of(above, segment)
    once = corrected(merge)
    assert rows(once)[place - 1] == ("S1", "你好，欢迎参加面试。请简单介绍一下你自己。")
    assert len(rows(once)) == len(rows(before)) - 1
    again = corrected(merge, split_of(once.transcript.segments[place - 1], len(above.words), "c3"))
    assert rows(again) == rows(before)
    assert lost(again) == []


def test_rows_of_two_speakers_are_merged_with_the_correction_of_the_speaker():
    before = corrected()
    place = row_of(before, "您好，嗯")
    above, segment = before.transcript.segments[place - 1 : place + 1]
    moved = correction(SPEAKER, segment.start, segment.end, "S2", "S1", "c1")
    after = corrected(moved, merge_of(above, segment))
    assert rows(after)[place - 1] == ("S1", above.text + segment.text)
    assert lost(after) == []
    alone = corrected(merge_of(above, segment))
    assert rows(alone) == rows(before)
    assert lost(alone) == ["correction:c2"]


def test_undo_brings_the_rows_back():
    before = corrected()
    segment = before.transcript.segments[2]
    split = split_of(segment, 3)
    undone = correction(SPLIT, split.start, split.end, split.after, split.before, "c2", reverts="c1")
    assert rows(corrected(split, undone)) == rows(before)
    redone = correction(SPLIT, split.start, split.end, split.before, split.after, "c3", reverts="c2")
    assert rows(corrected(split, undone, redone)) == rows(corrected(split))


def test_what_is_so_already_stays_and_is_not_lost():
    before = corrected()
    segment = before.transcript.segments[2]
    split = split_of(segment, 3)
    twice = corrected(split, dataclasses.replace(split, id="c2"))
    assert rows(twice) == rows(corrected(split))
    merge = merge_of(*split_at(segment, 3))
    assert rows(corrected(merge)) == rows(before)
    assert lost(twice) + lost(corrected(merge)) == []


def test_a_split_finds_its_words_where_a_new_analysis_moved_them():
    segment = corrected().transcript.segments[2]
    split = split_of(segment, 3)
    for moved in (-0.6, 0.6):
        later = dataclasses.replace(split, start=split.start + moved)
        assert rows(corrected(later)) == rows(corrected(split))
    nowhere = dataclasses.replace(split, start=5000.0)
    assert lost(corrected(nowhere)) == ["correction:c1"]


def test_corrected_words_do_not_take_the_place_of_a_split_away():
    segment = corrected().transcript.segments[2]
    split = split_of(segment, 3)
    word = correction(WORD, segment.words[3].start, segment.words[4].end, "是一名", "乃一位", "c2")
    after = corrected(split, word)
    assert rows(after)[3][1].startswith("乃一位")
    assert lost(after) == []


def test_the_first_row_has_none_above_it():
    first, second = corrected().transcript.segments[:2]
    merge = correction(MERGE, first.start, first.end, "?" + BREAK + first.text, first.text)
    assert lost(corrected(merge)) == ["correction:c1"]
    assert second.start > first.end


def test_exports_have_the_rows_as_they_were_arranged(tmp_path):
    made = derived()
    segment = made.analysis.transcript.segments[2]
    first, second = split_at(segment, 2)
    write_all(tmp_path, derived(split_of(segment, 2)))
    captions = (tmp_path / "transcript.srt").read_text("utf-8")
    assert f"{first.text}\n" in captions
    assert f"{second.text}\n" in captions
    assert f"{segment.text}\n" not in captions
    assert second.text in (tmp_path / "transcript.eaf").read_text("utf-8")


def test_rows_that_overlap_keep_their_words_in_time_order():
    one = Segment(0.0, 4.0, "S1", "en", "well then", (Word(0.0, 1.0, "well", 1.0), Word(3.0, 4.0, "then", 1.0)))
    other = Segment(1.5, 2.5, "S1", "en", "yes", (Word(1.5, 2.5, "yes", 1.0),))
    assert merged(one, other).text == "well yes then"
    assert (merged(one, other).start, merged(one, other).end) == (0.0, 4.0)


words = st.lists(st.sampled_from(["好", "我们", "cache", "P99", "嗯，"]), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(said=words, data=st.data())
def test_splitting_anywhere_and_merging_gives_the_row_back(said, data):
    spoken = tuple(Word(n * 0.5, n * 0.5 + 0.4, text, 1.0) for n, text in enumerate(said))
    text = ""
    for word in spoken:
        text += (" " if text[-1:].isascii() and text and word.text.isascii() else "") + word.text
    row = Segment(0.0, spoken[-1].end, "S1", "zh", text, spoken)
    place = data.draw(st.integers(1, len(said) - 1))
    first, second = split_at(row, place)
    split = correction(SPLIT, second.start, row.end, row.text, first.text + BREAK + second.text)
    both = rearranged((row,), split)
    assert both == (first, second)
    back = dataclasses.replace(split, kind=MERGE, before=split.after, after=split.before)
    assert rearranged(both, back) == (row,)
