"""A transcript that was imported, over a recording: its words get times, its names voices, and what was exported comes
back as it was."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import reading
from analysis.derive import derive
from analysis.derive.labels import name_and_role, named_voices
from analysis.document import Correction, CorrectionKind, Role, Span, Turn
from analysis.export.elan import eaf
from analysis.export.plain import plain_text
from analysis.export.subtitles import srt, webvtt
from analysis.failures import TranscriptForeign
from analysis.language.script import folded
from analysis.reading import Cue, Reading
from analysis.speech.aligning import Known, aligned
from analysis.speech.placing import matched, placed
from tests.analysis.ideal import observed, provenance, request

SHIFT_S = 0.05
EXPORTS = {
    "vtt": lambda analysis: webvtt(analysis).encode(),
    "srt": lambda analysis: srt(analysis).encode(),
    "eaf": eaf,
    "txt": lambda analysis: plain_text(analysis).encode(),
}


def derived(seen, language="zh", **changes):
    return derive(seen, request(language, **changes), provenance()).analysis


def imported(found, seen):
    """The observations with the transcript in place of what was heard."""
    speech, length = seen.sound.speech, seen.media.duration
    text = placed(found, speech, length, "a") if found.timed else matched(found, seen.text, speech, length, "a")
    return replace(seen, text=text)


def cues_of(seen, names):
    """What the analysis of the observations has as segments, as cues; `names` = what to call S1, S2 …"""
    found = derived(seen).transcript.segments
    return tuple(Cue(each.text, names.get(each.speaker, ""), each.start, each.end) for each in found)


def said(analysis):
    return [(segment.speaker, segment.text) for segment in analysis.transcript.segments]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", EXPORTS)
def test_what_is_exported_comes_back(tmp_path, kind, language):
    seen = observed(language)
    named = Correction("n", CorrectionKind.NAME, 0.0, 0.0, "S2", "李雷 Lei", "me", "")
    before = derived(seen, language, corrections=(named,))
    path = tmp_path / f"transcript.{kind}"
    path.write_bytes(EXPORTS[kind](before))
    after = derived(imported(reading.read(path), seen), language)
    assert said(after) == said(before)
    assert after.speakers.roles == before.speakers.roles
    assert after.speakers.names == {"S2": "李雷 Lei"}
    for old, new in zip(before.transcript.segments, after.transcript.segments, strict=True):
        assert abs(old.start - new.start) <= SHIFT_S
        assert abs(old.end - new.end) <= SHIFT_S


def test_how_sure_the_words_are_nobody_knows():
    seen = observed("zh")
    analysis = derived(imported(Reading(cues_of(seen, {}), True), seen))
    assert {word.probability for segment in analysis.transcript.segments for word in segment.words} == {None}
    assert analysis.quality.mean_word_probability is None
    assert ("hesitations", "imported") in {(each.what, each.why) for each in analysis.missing}
    overall = analysis.metrics.overall
    assert (overall["word_probability"].value, overall["word_probability"].quality) == (None, "imported")
    assert overall["speech_rate"].quality == "ok"
    disfluent = ("restart_density", "repetition_density", "filler_rate")
    assert {overall[name].quality for name in disfluent} == {"lower_bound"}


def test_words_lie_in_the_voice_within_their_cue():
    speech = (Span(1.0, 2.0), Span(3.0, 4.0))
    found = placed(Reading((Cue("one two six ten", "", 0.5, 4.5),), True), speech, 10.0, "a")
    words = found.segments[0].words
    assert [word.text for word in words] == ["one", "two", "six", "ten"]
    assert (words[0].start, words[-1].end) == (0.95, 4.05)
    assert words[1].end <= 2.05
    assert words[2].start >= 2.95


def test_a_cue_without_any_voice_keeps_its_times():
    found = placed(Reading((Cue("one two", "", 5.0, 6.0),), True), (Span(1.0, 2.0),), 10.0, "a")
    assert (found.segments[0].start, found.segments[0].end) == (5.0, 6.0)


def test_cues_beyond_the_end_are_left_out_and_counted():
    cues = (Cue("one", "", 1.0, 2.0), Cue("two", "", 2.0, 3.0), Cue("six", "", 30.0, 40.0))
    found = placed(Reading(cues, True, 1), (Span(0.0, 9.0),), 9.0, "a")
    assert [segment.text for segment in found.segments] == ["one", "two"]
    assert (found.fit.cues, found.fit.left_out) == (3, 2)
    with pytest.raises(TranscriptForeign):
        placed(Reading(cues[:1] + cues[2:] * 2, True), (Span(0.0, 9.0),), 9.0, "a")


CUES = st.lists(
    st.builds(
        lambda words, start, length: Cue(words, "", start, start + length),
        st.sampled_from(["one two three", "你好，世界。", "OK", "…", "C++ and C#", "3.14 是 π", "—", "𠮷"]),
        st.floats(0, 20),
        st.floats(0, 20),
    ),
    min_size=1,
    max_size=6,
)
SPEECH = st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 3)), max_size=8)


@given(cues=CUES, gaps=SPEECH)
@settings(deadline=None)
def test_any_cues_over_any_voice_give_words_in_order(cues, gaps):
    speech, at = [], 0.0
    for gap, length in gaps:
        speech.append(Span(at + gap, at + gap + length))
        at += gap + length + 0.01
    found = placed(Reading(tuple(cues), True), speech, 20.5, "a")
    for segment in found.segments:
        starts = [word.start for word in segment.words]
        assert starts == sorted(starts)
        assert all(0 <= word.start < word.end <= 20.6 for word in segment.words)
    assert all(cue.text in {segment.text for segment in found.segments} for cue in cues if folded(cue.text))


def test_overlapping_cues_of_two_people_stay_apart():
    cues = (Cue("one two three four five six.", "A", 0.0, 6.0), Cue("yes indeed", "B", 2.0, 3.0))
    text = placed(Reading(cues, True), (Span(0.0, 7.0),), 7.0, "a")
    seen = observed("en")
    turns = (Turn(0.0, 7.0, "S1"),)
    seen = replace(seen, text=text, speakers=replace(seen.speakers, turns=turns, enrolled=None))
    assert said(derived(seen, "en")) == [("S1", "one two three four five six."), ("S2", "yes indeed")]


def test_names_are_laid_over_the_voices_they_share_time_with():
    turns = (Turn(0.0, 10.0, "S1"), Turn(10.0, 20.0, "S2"), Turn(20.0, 30.0, "S1"))
    cues = (
        Cue("x", "Bob", 11.0, 19.0),
        Cue("y", "Ann", 1.0, 9.0),
        Cue("z", "Cy", 21.0, 25.0),
        Cue("w", "Dee", 40.0, 41.0),
    )
    text = placed(Reading(cues, True), (), 50.0, "a")
    found = named_voices(text, turns)
    assert found.voices == {"Ann": "S1", "Bob": "S2", "Cy": "S3", "Dee": "S4"}
    assert found.names == {"S1": "Ann", "S2": "Bob", "S3": "Cy", "S4": "Dee"}
    assert Turn(21.0, 25.0, "S3") in found.turns
    assert Turn(40.0, 41.0, "S4") in found.turns


@pytest.mark.parametrize(
    ("label", "name", "role"),
    [
        ("candidate", "", Role.CANDIDATE),
        ("Interviewer S2", "", Role.INTERVIEWER),
        ("面试官2", "", Role.INTERVIEWER),
        ("王芳（面试官）", "王芳", Role.INTERVIEWER),
        ("Lei Li (applicant)", "Lei Li", Role.CANDIDATE),
        ("Speaker 1", "", None),
        ("发言人 2", "", None),
        ("S3", "", None),
        ("李雷", "李雷", None),
        ("Bob (HR)", "Bob (HR)", None),
    ],
)
def test_a_name_a_role_or_a_number(label, name, role):
    assert name_and_role(label) == (name, role)


def test_what_people_corrected_goes_before_what_the_transcript_says():
    seen = observed("zh")
    seen = imported(Reading(cues_of(seen, {"S1": "面试官", "S2": "张三"}), True), seen)
    assert derived(seen).speakers.names == {"S2": "张三"}
    assert derived(seen).speakers.roles["S1"] is Role.INTERVIEWER
    changes = (
        Correction("1", CorrectionKind.NAME, 0.0, 0.0, "S2", "", "me", ""),
        Correction("2", CorrectionKind.ROLE, 0.0, 0.0, "S1", "candidate", "me", ""),
    )
    after = derived(seen, corrections=changes).speakers
    assert after.names == {}
    assert after.roles == {"S1": Role.CANDIDATE, "S2": Role.INTERVIEWER}


def test_text_without_times_has_them_from_what_was_heard():
    seen = observed("zh")
    before = derived(seen).transcript.segments
    lines = [segment.text.replace("的", "得") for segment in before]  # as somebody else would write it
    found = matched(Reading(tuple(map(Cue, lines)), False), seen.text, seen.sound.speech, seen.media.duration, "a")
    assert 0.9 < found.fit.aligned < 1.0
    for line, segment, spoken in zip(lines, found.segments, before, strict=True):
        assert segment.text == line
        assert abs(segment.start - spoken.start) < 0.5


def test_text_of_another_recording_is_refused():
    seen, other = observed("zh"), [segment.text for segment in observed("en").text.segments]
    with pytest.raises(TranscriptForeign) as refused:
        matched(Reading(tuple(map(Cue, other)), False), seen.text, seen.sound.speech, seen.media.duration, "b.txt")
    assert refused.value.params["name"] == "b.txt"


def test_what_was_not_heard_lies_between_what_was():
    known = [
        Known("one", 1.0, 1.5),
        Known("thousand", 1.5, 2.0),
        Known("thoughtful", 4.0, 4.5),
        Known("people", 4.5, 5.0),
    ]
    times, share = aligned(["one", "thousand", "or", "more", "thoughtful", "people", "left"], known, 5.1)
    assert [times[0], times[1], times[4], times[5]] == [(1.0, 1.5), (1.5, 2.0), (4.0, 4.5), (4.5, 5.0)]
    assert 2.0 <= times[2][0] < times[2][1] <= times[3][0] < times[3][1] <= 4.0
    assert times[6] == (5.0, 5.1)
    assert 0.6 < share < 0.9


def test_an_hour_of_text_aligns_in_seconds_and_nonsense_too():
    chance = random.Random(7)
    characters = "".join(chr(0x4E00 + chance.randrange(2500)) for _ in range(15_000))
    known = [Known(c, 0.25 * n, 0.25 * n + 0.2) for n, c in enumerate(characters)]
    written = [c for c in characters if chance.random() > 0.1]
    begun = time.process_time()
    times, share = aligned(written, known, 4000.0)
    assert share > 0.9
    assert all(a <= b for (a, _), (b, _) in pairwise(times))
    assert aligned(["的"] * 15_000, known, 4000.0)[1] < 0.1
    assert aligned(chance.sample(characters, 15_000), known, 4000.0)[1] < 0.1
    assert time.process_time() - begun < 20


@given(
    words=st.lists(st.text("abc的是我 ,", max_size=5), max_size=30),
    other=st.lists(st.text("abc的是我", max_size=5), max_size=30),
)
@settings(deadline=None)
def test_any_words_along_any_others_never_run_backwards(words, other):
    known = [Known(text, n * 0.5, n * 0.5 + 0.4) for n, text in enumerate(other)]
    times, share = aligned(words, known, 20.0)
    assert len(times) == len(words)
    assert 0 <= share <= 1
    assert all(0 <= start <= end <= 20 for start, end in times)
    assert all(a[0] <= b[0] for a, b in pairwise(times))


def test_a_short_answer_in_another_script_keeps_the_language():
    cues = (
        Cue("请问您以前在工作里用过这种数据库吗？", "A", 0.0, 2.0),
        Cue("OK", "B", 2.0, 3.0),
        Cue("We used it every day", "B", 3.0, 5.0),
    )
    found = placed(Reading(cues, True), (Span(0.0, 5.0),), 5.0, "a")
    assert [segment.language for segment in found.segments] == ["zh", "zh", "en"]
