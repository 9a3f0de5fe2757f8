"""Transcripts of other programs: what is in them is read, what is broken is said, and nothing is opened or grows."""

from __future__ import annotations

import codecs
import time
from datetime import timedelta

import pympi
import pytest
import srt
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import reading
from analysis.export.subtitles import escaped
from analysis.failures import (
    TranscriptEmpty,
    TranscriptInvalid,
    TranscriptMalformed,
    TranscriptMissing,
    TranscriptNotText,
    TranscriptRefused,
    TranscriptTooLarge,
    TranscriptUnknown,
)
from analysis.reading import Cue, files
from analysis.request import TRANSCRIPTS
from app import text

VTT = """WEBVTT - made elsewhere

STYLE
::cue { color: red }

NOTE
00:00:00.000 is no cue

1
00:01.000 --> 00:03.500 align:start position:10%
<v.loud Fred>Hello &amp; <i>welcome</i> &lt;here&gt;</v>

100:00:02.000 --> 100:00:04.000
<v 李雷>您好，<00:02.000>请坐

nonsense that belongs to nothing
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Alice</i>: {\\an8}Good morning.
2
00:00:03.000 --> 00:00:05.25
Bob: a < b

still Bob

3
00:00:06,000 --> 00:00:07,000
Alice: 5 is
42
"""


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder, name, content):
    return reading.read(write(folder, name, content))


def eaf(*tiers, slots=((1, 1000), (2, 2000), (3, 3000), (4, 4000))):
    times = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="ts{n}"' + (f' TIME_VALUE="{v}"' if v is not None else "") + "/>" for n, v in slots
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT><HEADER/><TIME_ORDER>{times}</TIME_ORDER>' + (
        "".join(tiers) + "</ANNOTATION_DOCUMENT>"
    )


def tier(name, *marks, participant="", parent=""):
    more = (f' PARTICIPANT="{participant}"' if participant else "") + (f' PARENT_REF="{parent}"' if parent else "")
    inner = "".join(f"<ANNOTATION>{mark}</ANNOTATION>" for mark in marks)
    return f'<TIER TIER_ID="{name}" LINGUISTIC_TYPE_REF="x"{more}>{inner}</TIER>'


def aligned(number, first, last, words):
    return (
        f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{last}">'
        f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>"
    )


def referring(number, parent, words):
    return (
        f'<REF_ANNOTATION ANNOTATION_ID="a{number}" ANNOTATION_REF="a{parent}">'
        f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></REF_ANNOTATION>"
    )


def test_webvtt_with_voices_styles_notes_and_long_hours(tmp_path):
    found = read(tmp_path, "a.vtt", VTT)
    assert found.timed
    assert found.cues == (
        Cue("Hello & welcome <here>", "Fred", 1.0, 3.5),
        Cue("您好，请坐", "李雷", 360002.0, 360004.0),
    )


def test_two_voices_in_one_cue_share_its_time(tmp_path):
    found = read(tmp_path, "a.vtt", "WEBVTT\n\n00:00.000 --> 00:04.000\n<v A>one two</v> <v B>six ten</v>\n")
    assert found.cues == (Cue("one two", "A", 0.0, 2.0), Cue("six ten", "B", 2.0, 4.0))


def test_captions_that_roll_up_are_read_once(tmp_path):
    rolling = (
        "WEBVTT\n\n00:00.000 --> 00:02.000\nfirst line\n\n00:02.000 --> 00:02.010\nfirst line\n\n"
        "00:02.010 --> 00:04.000\nfirst line\nsecond line\n\n00:04.000 --> 00:06.000\nsecond line\nthird line\n"
    )
    assert [cue.text for cue in read(tmp_path, "a.vtt", rolling).cues] == ["first line", "second line", "third line"]


def test_the_same_short_word_twice_stays(tmp_path):
    twice = "WEBVTT\n\n00:00.000 --> 00:01.000\n对。\n\n00:01.000 --> 00:02.000\n对。\n"
    assert [cue.text for cue in read(tmp_path, "a.vtt", twice).cues] == ["对。", "对。"]


def test_subrip_as_it_is_found_in_the_wild(tmp_path):
    found = read(tmp_path, "a.srt", SRT.replace("\n", "\r\n"))
    assert found.cues == (
        Cue("Good morning.", "Alice", 1.0, 2.5),
        Cue("a < b still Bob", "Bob", 3.0, 5.25),
        Cue("5 is 42", "Alice", 6.0, 7.0),
    )


def test_overlapping_cues_stay_and_broken_ones_are_counted(tmp_path):
    odd = (
        "00:00:05,000 --> 00:00:09,000\nlater\n\n00:00:01,000 --> 00:00:07,000\nearlier\n\n"
        "00:00:04,000 --> 00:00:03,000\nbackwards\n"
    )
    found = read(tmp_path, "a.srt", odd)
    assert [(cue.text, cue.start) for cue in found.cues] == [("earlier", 1.0), ("later", 5.0)]
    assert found.skipped == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end(tmp_path, encoding, ends):
    content = "1\n00:00:01,000 --> 00:00:02,000\n面试官：请介绍一下自己，𠮷先生。\n".replace("\n", ends).encode(
        encoding
    )
    assert read(tmp_path, "文 稿.srt", content).cues == (Cue("请介绍一下自己，𠮷先生。", "面试官", 1.0, 2.0),)


def test_windows_quotes_in_english_are_no_chinese(tmp_path):
    assert read(tmp_path, "a.txt", "I’ve said “café”.".encode("cp1252")).cues == (Cue("I’ve said “café”."),)


def test_text_with_names_times_and_paragraphs(tmp_path):
    found = read(
        tmp_path,
        "a.txt",
        "[00:01:02] 王芳（面试官）：请坐。\n李雷: 谢谢。\n我来自杭州。\n\n(1:00:03) 王芳（面试官）: 好。",
    )
    assert not found.timed
    assert found.cues == (
        Cue("请坐。", "王芳（面试官）", 62.0),
        Cue("谢谢。", "李雷"),
        Cue("我来自杭州。", "李雷"),
        Cue("好。", "王芳（面试官）", 3603.0),
    )


def test_text_of_a_recorder_of_meetings(tmp_path):
    found = read(
        tmp_path, "a.txt", "Wang Fang  0:03\nSo, tell me.\nSlowly.\n\nLi Lei  00:00:09\nWell, in 2020: a lot.\n"
    )
    assert found.cues == (
        Cue("So, tell me.", "Wang Fang", 3.0),
        Cue("Slowly.", "Wang Fang"),
        Cue("Well, in 2020: a lot.", "Li Lei", 9.0),
    )


def test_a_colon_in_a_sentence_names_nobody(tmp_path):
    lines = ["We met at 10:30.", "One thing: it was late.", "See http://example.org", "And then we left.", "Bye."]
    assert read(tmp_path, "a.txt", "\n".join(lines)).cues == tuple(map(Cue, lines))


def test_subtitles_by_another_name(tmp_path):
    assert read(tmp_path, "a.txt", SRT).timed
    assert read(tmp_path, "b.srt", VTT).cues[0].speaker == "Fred"


def test_tiers_are_speakers_and_tiers_below_say_it_again(tmp_path):
    content = eaf(
        tier("utterance", aligned(1, 1, 2, "Hello"), participant="Alice"),
        tier("translation", referring(2, 1, "您好"), participant="Alice", parent="utterance"),
        tier("gesture", aligned(3, 1, 2, "nod"), participant="Alice"),
        tier("B", aligned(4, 2, 4, "Morning, &lt;you&gt;"), participant="Bob"),
        tier("notes", aligned(5, 1, 4, "a lively start")),
    )
    assert read(tmp_path, "a.eaf", content).cues == (
        Cue("Hello", "Alice", 1.0, 2.0),
        Cue("Morning, <you>", "Bob", 2.0, 4.0),
    )


def test_what_other_programs_libraries_write(tmp_path):
    made = pympi.Elan.Eaf()
    made.add_linguistic_type("translation", "Symbolic_Association", timealignable=False)
    made.add_tier("A-spch", part="Ann")
    made.add_tier("A-en", ling="translation", parent="A-spch", part="Ann")
    made.add_annotation("A-spch", 100, 900, "您好")
    made.add_ref_annotation("A-en", "A-spch", 100, "Hello")
    made.to_file(str(tmp_path / "a.eaf"))
    assert reading.read(tmp_path / "a.eaf").cues == (Cue("您好", "Ann", 0.1, 0.9),)
    cues = [srt.Subtitle(3, timedelta(seconds=1), timedelta(hours=120), "Ann: 您好 & <b>再见</b>")]
    assert read(tmp_path, "a.srt", srt.compose(cues)).cues == (Cue("您好 & 再见", "Ann", 1.0, 432000.0),)
    captions = webvtt.WebVTT()
    captions.captions.append(webvtt.Caption("00:00:01.000", "00:00:02.500", ["<v Ann>您好", "再见"]))
    captions.save(str(tmp_path / "b.vtt"))
    assert reading.read(tmp_path / "b.vtt").cues == (Cue("您好 再见", "Ann", 1.0, 2.5),)


def test_text_below_tiers_that_only_mark_utterances(tmp_path):
    content = eaf(
        tier("ref@Ann", aligned(1, 1, 2, ""), aligned(2, 3, 4, "")),
        tier("tx@Ann", referring(3, 1, "good"), referring(4, 1, "day"), referring(5, 2, "yes"), parent="ref@Ann"),
    )
    assert read(tmp_path, "a.eaf", content).cues == (Cue("good day", "Ann", 1.0, 2.0), Cue("yes", "Ann", 3.0, 4.0))


def test_open_slots_lie_between_their_neighbours(tmp_path):
    content = eaf(
        tier("A", aligned(1, 1, 2, "one"), aligned(2, 2, 3, "two"), aligned(3, 7, 8, "lost")),
        slots=((1, 1000), (2, None), (3, 3000)),
    )
    found = read(tmp_path, "a.eaf", content)
    assert found.cues == (Cue("one", "A", 1.0, 2.0), Cue("two", "A", 2.0, 3.0))
    assert found.skipped == 1


ENTITY = "<?xml version='1.0'?><!DOCTYPE ANNOTATION_DOCUMENT [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
LAUGHS = (
    "<?xml version='1.0'?><!DOCTYPE ANNOTATION_DOCUMENT [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)


@pytest.mark.parametrize(
    ("name", "content", "failure"),
    [
        ("a.vtt", b"", TranscriptEmpty),
        ("a.vtt", "WEBVTT\n\nnothing timed", TranscriptEmpty),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n\n", TranscriptEmpty),
        ("a.txt", " \n\n\t", TranscriptEmpty),
        ("a.srt", bytes(range(256)) * 4, TranscriptNotText),
        ("a.txt", b"\xff\xfe\x00", TranscriptNotText),
        ("a.txt", "a\x00\x00b\n" * 3, TranscriptNotText),
        ("a.docx", b"words", TranscriptUnknown),
        ("a.eaf", "<?xml version='1.0'?><html/>", TranscriptMalformed),
        ("a.eaf", eaf()[:-9], TranscriptMalformed),
        ("a.eaf", "<ANNOTATION_DOCUMENT>" + "<x>" * 100_000, TranscriptMalformed),
        ("a.eaf", eaf(), TranscriptEmpty),
        ("a.eaf", ENTITY + "<ANNOTATION_DOCUMENT>&x;</ANNOTATION_DOCUMENT>", TranscriptRefused),
        ("a.eaf", LAUGHS + "<ANNOTATION_DOCUMENT>&a11;</ANNOTATION_DOCUMENT>", TranscriptRefused),
        ("a.xml", "<!DOCTYPE x><ANNOTATION_DOCUMENT/>", TranscriptRefused),
        ("a.txt", "字" * (files.MAX_CHARACTERS + 1), TranscriptTooLarge),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_sentence(tmp_path, each_language, name, content, failure):
    with pytest.raises(failure) as raised:
        read(tmp_path, name, content)
    assert name in text.sentence(raised.value)


def test_missing_folders_and_huge_files(tmp_path, monkeypatch):
    with pytest.raises(TranscriptMissing):
        reading.read(tmp_path / "none.vtt")
    with pytest.raises(TranscriptMissing):
        reading.read(tmp_path)
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(TranscriptTooLarge):
        read(tmp_path, "a.txt", "a" * 101)


@pytest.mark.parametrize(
    "content",
    ["<" * 300_000, "<v " * 100_000, "&" * 300_000, "a:" * 150_000, "{\\" * 150_000, "00:" * 100_000, "0" * 300_000,
     "1:1 --> " * 40_000, "00:00:01,000 --> 00:00:02,000\n" * 10_000, "(" * 300_000, "x\n" * 150_000],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.vtt", "a.srt", "a.txt"])
def test_hostile_lines_take_no_time(tmp_path, name, content):
    begun = time.process_time()
    for head in ("", "WEBVTT\n\n00:00.000 --> 00:01.000\n"):
        try:
            read(tmp_path, name, head + content)
        except TranscriptInvalid:
            continue
    assert time.process_time() - begun < 5


@settings(deadline=None)
@given(raw=st.binary(max_size=300), suffix=st.sampled_from(TRANSCRIPTS))
def test_any_bytes_give_cues_or_a_known_failure(tmp_path_factory, raw, suffix):
    try:
        found = read(tmp_path_factory.getbasetemp(), f"any{suffix}", raw)
    except TranscriptInvalid:
        return
    check(found)


LINES = st.sampled_from(
    ["WEBVTT", "1", "00:00:01.000 --> 00:00:02.000", "00:00:09,5 --> 00:00:03,5", "99999:59:59.999 --> 1:0:0", "",
     "NOTE", "<v A>x</v>", "<v >", "A: b", "：", "[1:02] B： c", "Name 1:00:00", "-->", "&#0;&#x110000;", "\u2028",
     "<c.x", "12:00"]
)  # fmt: skip


@settings(deadline=None)
@given(lines=st.lists(LINES | st.text(max_size=12), max_size=14), suffix=st.sampled_from((".vtt", ".srt", ".txt")))
def test_any_lines_give_whole_cues_or_a_known_failure(tmp_path_factory, lines, suffix):
    content = "\n".join(lines).encode("utf-8", "replace")
    try:
        found = read(tmp_path_factory.getbasetemp(), f"lines{suffix}", codecs.BOM_UTF8 + content)
    except TranscriptInvalid:
        return
    check(found)


FEW = st.integers(1, 4)
MARKS = st.one_of(
    st.builds(aligned, FEW, FEW, FEW, st.sampled_from(["", "one", "二", " \n "])),
    st.builds(referring, FEW, FEW, st.sampled_from(["", "ref", "三"])),
)
TIERS = st.builds(
    lambda name, marks, participant, parent: tier(name, *marks, participant=participant, parent=parent),
    st.sampled_from(["A", "tx@B", "questions", ""]),
    st.lists(MARKS, max_size=4),
    st.sampled_from(["", "", "S1", "Ann"]),
    st.sampled_from(["", "", "A", "tx@B", "nobody"]),
)
SLOTS = st.lists(st.tuples(FEW, st.sampled_from([None, 0, 1500, 2000, 10**11, "-5", "x"])), max_size=5)


@settings(deadline=None)
@given(tiers=st.lists(TIERS, max_size=4), slots=SLOTS)
def test_any_tiers_give_whole_cues_or_a_known_failure(tmp_path_factory, tiers, slots):
    try:
        found = read(tmp_path_factory.getbasetemp(), "any.eaf", eaf(*tiers, slots=slots))
    except TranscriptInvalid:
        return
    check(found)


def check(found):
    assert found.cues
    for cue in found.cues:
        assert cue.text == " ".join(cue.text.split())
        assert cue.text
        assert "\n" not in cue.speaker
        if found.timed:
            assert 0 <= cue.start <= cue.end
    starts = [cue.start for cue in found.cues]
    assert not found.timed or starts == sorted(starts)


NAMES = st.sampled_from(["Alice", "李雷", "interviewer S1", "A & B", "O'Neil"])
WORDS = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1).map(lambda s: " ".join(s.split()))


@settings(deadline=None)
@given(said=st.lists(st.tuples(NAMES, WORDS.filter(bool)), min_size=1, max_size=6))
def test_webvtt_gives_back_what_was_written(tmp_path_factory, said):
    cues = tuple(Cue(words, name, float(n), n + 0.5) for n, (name, words) in enumerate(said))
    blocks = [
        f"00:00:{n:02d}.000 --> 00:00:{n:02d}.500\n<v {escaped(cue.speaker)}>{escaped(cue.text)}"
        for n, cue in enumerate(cues)
    ]
    content = "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"
    assert read(tmp_path_factory.getbasetemp(), "back.vtt", content).cues == cues
