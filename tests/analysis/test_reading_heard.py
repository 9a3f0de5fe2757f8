"""What an outside recogniser heard, as a file and laid over a recording."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import reading
from analysis.document import Span, Word
from analysis.failures import TranscriptEmpty, TranscriptUnknown
from analysis.language.script import folded
from analysis.reading import Cue, Reading, Source
from analysis.reading.heard import SUFFIX, HeardFile, HeardPart, HeardWord, encode
from analysis.speech.placing import recognised

SOURCE = Source("服务 X", "ai.example", "mine", "a" * 64, "2026-11-26T08:00:00+00:00", "m")
SPEECH = (Span(0.0, 30.0),)


def cue(text, words, start=0.0, end=10.0):
    return Cue(text, "", start, end, tuple(words))


def spread(text, start, end, chance=0.5):
    letters = [c for c in text if c.isalnum()]
    step = (end - start) / len(letters)
    return [Word(start + i * step, start + (i + 1) * step, c, chance) for i, c in enumerate(letters)]


def test_a_file_comes_back(tmp_path):
    path = tmp_path / f"x{SUFFIX}"
    parts = (HeardPart(2.0, 3.0, "二\n号", "B"), HeardPart(0.0, 1.0, "一", "A", (HeardWord(0.1, 0.9, "一", 0.7),)))
    path.write_bytes(encode(HeardFile(SOURCE, parts)))
    found = reading.read(path)
    assert found.source == SOURCE
    assert [(each.text, each.speaker, each.start) for each in found.cues] == [("一", "A", 0.0), ("二 号", "B", 2.0)]
    assert found.cues[0].words == (Word(0.1, 0.9, "一", 0.7),)


@pytest.mark.parametrize("raw", [b"", b"{}", b"WEBVTT\n", b'{"format": "other"}', b"\xff"])
def test_another_file_is_none(tmp_path, raw):
    path = tmp_path / f"x{SUFFIX}"
    path.write_bytes(raw)
    with pytest.raises(TranscriptUnknown):
        reading.read(path)


def test_an_empty_one_says_so(tmp_path):
    path = tmp_path / f"x{SUFFIX}"
    path.write_bytes(encode(HeardFile(SOURCE, (HeardPart(0, 1, " "),))))
    with pytest.raises(TranscriptEmpty):
        reading.read(path)


def test_words_have_the_recognisers_times_and_probabilities_and_the_texts_marks():
    text = "首先，我把支付系统拆成了八个微服务。"
    found = Reading((cue(text, spread(text, 2.0, 8.0)),), True, source=SOURCE)
    placed = recognised(found, SPEECH, 30.0, "x")
    (segment,) = placed.segments
    assert "".join(word.text for word in segment.words) == text
    assert segment.words[0].start == pytest.approx(2.0, abs=0.01)
    assert segment.words[-1].end == pytest.approx(8.0, abs=0.01)
    assert {word.probability for word in segment.words} == {0.5}
    assert placed.fit.aligned == 1.0


def test_a_cue_without_words_is_spread_and_its_words_are_not_known():
    found = Reading((cue("你好，请坐。", ()),), True, source=SOURCE)
    placed = recognised(found, SPEECH, 30.0, "x")
    assert {word.probability for word in placed.segments[0].words} == {None}
    assert placed.fit.aligned is None


WORDS = st.lists(
    st.builds(
        lambda start, length, text, chance: Word(start, min(30.0, start + length), text, chance),
        st.floats(0, 30), st.floats(0, 3), st.sampled_from(["我", "系统", "and", "so", "，", "7"]),
        st.none() | st.floats(0, 1),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.text("我们系统拆分 and.，7", min_size=1, max_size=20), WORDS), min_size=1, max_size=3))
def test_no_letter_is_lost_whatever_the_words_say(rows):
    cues = tuple(
        cue(" ".join(text.split()), sorted(words, key=lambda w: w.start), 10.0 * n, 10.0 * n + 9)
        for n, (text, words) in enumerate(rows)
        if folded(text)
    )
    if not cues:
        return
    placed = recognised(Reading(cues, True, source=SOURCE), SPEECH, 30.0, "x")
    assert sorted(folded(s.text) for s in placed.segments) == sorted(folded(c.text) for c in cues)
    for segment in placed.segments:
        assert all(0 <= word.start <= word.end <= 30.2 for word in segment.words)
        assert all(word.probability is None or 0 <= word.probability <= 1 for word in segment.words)
