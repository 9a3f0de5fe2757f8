"""The seven files, opened with other people's readers."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
import math
import re
import xml.etree.ElementTree as ET

import jsonschema
import numpy as np
import pympi
import pytest
import srt
import webvtt
from hypothesis import given
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment

from analysis import features
from analysis.derive import PEAKS, derive
from analysis.document import Event, Role, Transcript
from analysis.document import Segment as Said
from analysis.export import FILES, read, schema, write_all
from analysis.export.__main__ import DEFAULT, main, schema_text
from analysis.export.curves import csv_table, plain_cell
from analysis.export.elan import eaf
from analysis.export.rttm import rttm
from analysis.export.subtitles import srt as subrip
from analysis.export.subtitles import timecode
from analysis.export.subtitles import webvtt as vtt
from tests.analysis.ideal import KIT, observed, provenance, request, truth


@pytest.fixture(scope="module")
def derived():
    return derive(observed("zh"), request("zh", questions=KIT), provenance())


@pytest.fixture(scope="module")
def folder(derived, tmp_path_factory):
    path = tmp_path_factory.mktemp("面试 🎥 out") / "new"
    write_all(path, derived)
    return path


def nasty(derived, *texts):
    """The document with these texts said one after the other."""
    said = tuple(Said(2.0 * i, 2.0 * i + 1.5, "S2", "zh", text, ()) for i, text in enumerate(texts))
    analysis = dataclasses.replace(derived.analysis, transcript=Transcript("zh", said))
    return dataclasses.replace(derived, analysis=analysis)


NASTY = ("a < b & c > d --> <v x>", "<img src='file:///etc/passwd'>", "行一\n\n行二", "𠮷\x00\x08野", "")


def test_there_are_seven_files_and_nothing_else(folder):
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert len(FILES) == 7


def test_the_document_comes_back_as_it_was(folder, derived):
    again = read(folder)
    assert again.analysis == derived.analysis
    assert set(again.tracks) == set(derived.tracks)
    assert all(np.array_equal(again.tracks[name], derived.tracks[name], equal_nan=True) for name in derived.tracks)


def test_the_document_obeys_the_published_schema(folder):
    document = json.loads((folder / "analysis.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema(), cls=jsonschema.Draft202012Validator)
    for damage in (
        {"surprise": 1},
        {"events": [{"kind": "mind_reading", "start": 0, "end": 1}]},
        {"schema_version": 1},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | damage, schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_in_the_documentation_is_this_one(tmp_path, capsys):
    if features.expression() is not None:
        assert DEFAULT.read_text("utf-8") == schema_text()
    assert main(["schema", str(tmp_path / "s.json")]) == 0
    assert json.loads((tmp_path / "s.json").read_text("utf-8")) == schema()
    assert main([]) == 2
    assert "schema" in capsys.readouterr().err


def test_numpy_opens_the_tracks_without_pickles(folder, derived):
    with np.load(folder / "tracks.npz", allow_pickle=False) as stored:
        assert set(stored.files) == {*derived.analysis.tracks, PEAKS}
        assert {stored[name].dtype for name in stored.files} == {np.dtype(np.float32)}
        assert stored[PEAKS].shape == (math.ceil(truth("zh")["duration_s"] * 100), 2)


def test_webvtt_py_reads_the_cues_with_voices(folder, derived):
    captions = webvtt.read(folder / "transcript.vtt")
    said = derived.analysis.transcript.segments
    assert [caption.text for caption in captions] == [segment.text for segment in said]
    assert {caption.voice for caption in captions} == {"interviewer", "candidate"}
    assert captions[0].start_in_seconds == int(said[0].start)


def test_srt_reads_the_subtitles(folder, derived):
    subtitles = list(srt.parse((folder / "transcript.srt").read_text("utf-8")))
    said = derived.analysis.transcript.segments
    assert len(subtitles) == len(said)
    assert subtitles[0].content == f"interviewer: {said[0].text}"
    assert [s.start.total_seconds() for s in subtitles] == pytest.approx([s.start for s in said], abs=0.001)


def test_hostile_text_stays_text_in_subtitles(derived):
    analysis = nasty(derived, *NASTY).analysis
    captions = list(webvtt.from_string(vtt(analysis)))
    raw = vtt(analysis)
    assert len(captions) == 4
    assert "a &lt; b &amp; c &gt; d --&gt; &lt;v x&gt;" in raw
    assert not re.search(r"<(?!v candidate>)", raw)
    assert "行一 行二" in raw
    subtitles = list(srt.parse(subrip(analysis)))
    assert len(subtitles) == 4
    assert not any("<" in s.content for s in subtitles)


def test_pyannote_gets_the_turns(folder, derived):
    turns = Annotation()
    for line in (folder / "speakers.rttm").read_text("utf-8").splitlines():
        kind, _, channel, start, duration, _, _, speaker, _, _ = line.split(" ")
        assert (kind, channel) == ("SPEAKER", "1")
        turns[Segment(float(start), float(start) + float(duration))] = speaker
    assert turns.labels() == ["S1", "S2"]
    expected = sum(turn["end"] - turn["start"] for turn in truth("zh")["turns"] if turn["speaker"] == "candidate")
    assert turns.label_duration("S2") == pytest.approx(expected, abs=0.01)


def test_pyannote_database_reads_the_rttm(folder):
    load_rttm = pytest.importorskip("pyannote.database.util").load_rttm
    (turns,) = load_rttm(str(folder / "speakers.rttm")).values()
    assert len(list(turns.itertracks())) == len(truth("zh")["turns"])


def test_elan_tiers_as_pympi_reads_them(folder, derived):
    tiers = pympi.Elan.Eaf(str(folder / "transcript.eaf"))
    analysis = derived.analysis
    assert set(tiers.get_tier_names()) == {"interviewer", "candidate", "questions", *{e.kind for e in analysis.events}}
    said = [s for s in analysis.transcript.segments if analysis.speakers.roles[s.speaker] is Role.CANDIDATE]
    read_back = tiers.get_annotation_data_for_tier("candidate")
    assert [(start / 1000, end / 1000, text) for start, end, text, *_ in sorted(read_back)] == [
        (round(s.start, 3), round(s.end, 3), s.text) for s in said
    ]
    assert len(tiers.get_annotation_data_for_tier("questions")) == len(analysis.exchanges)


EAF_ORDER = ["HEADER", "TIME_ORDER", "TIER", "LINGUISTIC_TYPE", "CONSTRAINT"]


def test_elan_elements_stand_in_the_order_of_the_schema(folder):
    """The sequence of EAFv3.0.xsd, its required attributes, and references that resolve."""
    root = ET.parse(folder / "transcript.eaf").getroot()
    assert {"DATE", "AUTHOR", "VERSION", "FORMAT"} <= set(root.attrib)
    found = [element.tag for element in root]
    assert [tag for i, tag in enumerate(found) if tag not in found[:i]] == EAF_ORDER
    assert found == sorted(found, key=EAF_ORDER.index)
    slots = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE")) for slot in root.iter("TIME_SLOT")}
    assert list(slots.values()) == sorted(slots.values())
    types = {element.get("LINGUISTIC_TYPE_ID") for element in root.iter("LINGUISTIC_TYPE")}
    names = [mark.get("ANNOTATION_ID") for mark in root.iter("ALIGNABLE_ANNOTATION")]
    assert len(names) == len(set(names))
    for tier in root.iter("TIER"):
        assert tier.get("LINGUISTIC_TYPE_REF") in types
        ends = 0
        for mark in tier.iter("ALIGNABLE_ANNOTATION"):
            start, end = slots[mark.get("TIME_SLOT_REF1")], slots[mark.get("TIME_SLOT_REF2")]
            assert ends <= start < end, "marks of a tier may not overlap"
            ends = end


def test_elan_takes_any_text_and_parts_overlapping_marks(derived, tmp_path):
    found = nasty(derived, *NASTY).analysis
    marks = (Event("term", 1.0, 3.0, "甲"), Event("term", 2.0, 4.0, "乙"), Event("term", 3.0, 3.0, "丙"))
    (tmp_path / "a.eaf").write_bytes(eaf(dataclasses.replace(found, events=marks)))
    tiers = pympi.Elan.Eaf(str(tmp_path / "a.eaf"))
    assert {"term", "term 2"} <= set(tiers.get_tier_names())
    texts = {text for _, _, text, *_ in tiers.get_annotation_data_for_tier("candidate")}
    assert "<img src='file:///etc/passwd'>" in texts
    assert "𠮷野" in texts


def test_curves_open_in_a_spreadsheet(folder, derived):
    raw = (folder / "curves.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    names = list(derived.analysis.tracks)
    assert list(rows[0]) == ["time_s", *names]
    assert [float(row["time_s"]) for row in rows[:3]] == [0.0, 0.1, 0.2]
    for name in names:
        values = np.array([float(row[name]) if row[name] else np.nan for row in rows], dtype=np.float32)
        assert np.allclose(values, derived.tracks[name], rtol=1e-3, atol=1e-4, equal_nan=True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(text):
    assert plain_cell(text) == f"'{text}"
    assert plain_cell("pitch") == "pitch"


def test_an_empty_document_still_makes_seven_files(derived, tmp_path):
    analysis = dataclasses.replace(
        derived.analysis, transcript=Transcript("zh", ()), exchanges=(), events=(), tracks={}
    )
    empty = dataclasses.replace(derived, analysis=analysis, tracks={})
    write_all(tmp_path, empty)
    assert read(tmp_path) == empty
    assert list(webvtt.read(tmp_path / "transcript.vtt")) == []
    assert list(srt.parse((tmp_path / "transcript.srt").read_text("utf-8"))) == []
    assert csv_table(empty) == "time_s\r\n"


@given(st.floats(0, 400_000), st.sampled_from([".", ","]))
def test_timecodes_say_the_time(seconds, mark):
    hours, minutes, rest = timecode(seconds, mark).split(":")
    whole, fraction = rest.split(mark)
    assert int(minutes) < 60
    assert int(whole) < 60
    assert len(fraction) == 3
    said = int(hours) * 3600 + int(minutes) * 60 + int(whole) + int(fraction) / 1000
    assert said == pytest.approx(seconds, abs=0.00051)


def test_several_interviewers_are_told_apart(derived):
    roles = {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE, "S3": Role.INTERVIEWER, "S4": Role.OTHER}
    speakers = dataclasses.replace(derived.analysis.speakers, roles=roles)
    raw = vtt(dataclasses.replace(derived.analysis, speakers=speakers))
    assert "<v interviewer S1>" in raw
    assert "<v candidate>" in raw
    assert rttm(derived.analysis).startswith("SPEAKER cdcd")


def named(derived, **names):
    """The document with these names given to its speakers."""
    speakers = dataclasses.replace(derived.analysis.speakers, names=names)
    return dataclasses.replace(derived, analysis=dataclasses.replace(derived.analysis, speakers=speakers))


def test_names_that_people_gave_stand_in_every_file(derived, tmp_path):
    given = named(derived, S1="李 静", S2="Anna Smith")
    write_all(tmp_path, given)
    captions = webvtt.read(tmp_path / "transcript.vtt")
    assert {caption.voice for caption in captions} == {"李 静", "Anna Smith"}
    subtitles = list(srt.parse((tmp_path / "transcript.srt").read_text("utf-8")))
    assert {s.content.split(": ")[0] for s in subtitles} == {"李 静", "Anna Smith"}
    lines = [line.split(" ") for line in (tmp_path / "speakers.rttm").read_text("utf-8").splitlines()]
    assert {len(line) for line in lines} == {10}
    assert {line[7] for line in lines} == {"李_静", "Anna_Smith"}
    tiers = {
        tier.get("TIER_ID"): tier.get("PARTICIPANT") for tier in ET.parse(tmp_path / "transcript.eaf").iter("TIER")
    }
    assert (tiers["李 静"], tiers["Anna Smith"]) == ("S1", "S2")
    document = json.loads((tmp_path / "analysis.json").read_text("utf-8"))
    assert document["speakers"]["names"] == {"S1": "李 静", "S2": "Anna Smith"}
    jsonschema.validate(document, schema(), cls=jsonschema.Draft202012Validator)
    assert read(tmp_path).analysis == given.analysis


def test_hostile_names_stay_text(derived):
    hostile = "O'Neil & <b>Sons</b>\n\n00:00:00.000 --> 99:00:00.000"
    plain = " ".join(hostile.split())
    analysis = named(derived, S2=hostile).analysis
    captions = list(webvtt.from_string(vtt(analysis)))
    assert len(captions) == len(analysis.transcript.segments)
    assert {html.unescape(caption.voice) for caption in captions} == {"interviewer", plain}
    subtitles = list(srt.parse(subrip(analysis)))
    assert len(subtitles) == len(captions)
    assert not any("<" in s.content or "\n" in s.content for s in subtitles)
    assert {len(line.split(" ")) for line in rttm(analysis).splitlines()} == {10}


@pytest.mark.parametrize(
    ("names", "tiers"),
    [
        ({"S1": "Li", "S2": "Li"}, {"Li": "S1", "Li 2": "S2"}),
        ({"S1": "questions", "S2": "questions 2"}, {"questions 2": "S1", "questions 2 2": "S2"}),
        ({"S1": "\ufffe", "S2": "A\ufffe & <B>"}, {"S1": "S1", "A & <B>": "S2"}),
        ({"S1": "  ", "S2": ""}, {"interviewer": "S1", "candidate": "S2"}),
    ],
)
def test_no_two_tiers_of_one_name(derived, tmp_path, names, tiers):
    (tmp_path / "a.eaf").write_bytes(eaf(named(derived, **names).analysis))
    found = [(t.get("TIER_ID"), t.get("PARTICIPANT")) for t in ET.parse(tmp_path / "a.eaf").iter("TIER")]
    assert len({name for name, _ in found}) == len(found)
    assert {name: speaker for name, speaker in found if speaker} == tiers
    assert "questions" in dict(found)


def test_a_document_of_before_the_names_still_opens(derived, tmp_path):
    write_all(tmp_path, derived)
    document = json.loads((tmp_path / "analysis.json").read_text("utf-8"))
    del document["speakers"]["names"]
    jsonschema.validate(document, schema(), cls=jsonschema.Draft202012Validator)
    (tmp_path / "analysis.json").write_text(json.dumps(document), "utf-8")
    assert read(tmp_path).analysis == derived.analysis
