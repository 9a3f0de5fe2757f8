"""What an analysis does not have, in words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from analysis.document import Missing
from analysis.export import write_all
from app import text
from app.absence import absences, failed, is_failure, named, reason
from app.cli import main
from app.failures import NotAnalysed
from app.report.gather import report_data
from app.report.words import Words
from app.review import ReviewSession
from app.store import Library
from tests.app.interviews import derived, reviewable

MODEL = {"model": "pyannote", "file": "segmentation.onnx"}
GONE = Missing("speakers", "model_missing", MODEL)
BROKEN = (Missing("face", "stage_failed", {"detail": "E: x"}), Missing("prosody", "stage_failed", {"detail": "E: x"}))
PLAIN = (Missing("text", "no_speech"), Missing("speakers", "no_speech"), Missing("blink", "sampled_below_25"))


def test_reasons_that_are_no_failure_are_grouped_in_brackets():
    assert absences(PLAIN, "en") == (
        "transcript, speakers (no speech was heard)",
        "blinks (sampled at fewer than 25 pictures a second)",
    )
    assert absences(PLAIN[:1], "zh") == ("文字记录（没有听到说话）",)


def test_a_failed_stage_says_its_failures_own_sentence():
    assert absences([GONE], "en") == (f"speakers failed: {text.tr_in('en', 'failure.model_missing', **MODEL)}",)
    assert absences([GONE], "zh") == (f"说话人未完成：{text.tr_in('zh', 'failure.model_missing', **MODEL)}",)
    (together,) = absences(BROKEN, "en")
    assert together.startswith("face, pitch and loudness failed: ")


def test_two_failures_of_one_kind_are_told_apart_by_what_they_name():
    other = Missing("questions", "model_missing", {"model": "swift-f0", "file": "pitch.onnx"})
    first, second = absences([GONE, other], "en")
    assert "segmentation.onnx" in first
    assert "pitch.onnx" in second


def test_what_analysing_again_may_bring_is_known():
    assert failed([*PLAIN, GONE, *BROKEN]) == (GONE, *BROKEN)
    assert named(failed([*PLAIN, *BROKEN]), "zh") == "人脸、音高与响度"
    assert not is_failure(PLAIN[0])


@pytest.mark.parametrize("missing", [Missing("face", "moonlight"), Missing("face", "model_missing", {"model": "x"})])
def test_what_another_build_wrote_stays_readable(missing, each_language):
    """An unknown code, and a failure that names less than its sentence does here."""
    assert reason(missing, each_language) == missing.why
    assert missing.why in absences([missing], each_language)[0]


@pytest.fixture
def lacking(tmp_path):
    """A library with an interview whose speakers' and face's stages failed; its id."""
    with Library.open(tmp_path / "data", assessor="li") as library:
        interview_id = reviewable(library, analyse=False)
        made = derived()
        made = replace(made, analysis=replace(made.analysis, missing=(*PLAIN, GONE, *BROKEN)))
        write_all(library.folder / "made", made)
        library.record_analysis(interview_id, library.folder / "made")
        yield library, interview_id


def test_the_library_knows_without_reading_the_tracks(lacking):
    library, interview_id = lacking
    (library.analysis_folder(interview_id) / "tracks.npz").unlink()
    assert library.missing(interview_id) == (*PLAIN, GONE, *BROKEN)
    with pytest.raises(NotAnalysed):
        library.missing(reviewable(library, analyse=False))


def test_the_report_gives_each_failure_a_line(lacking, each_language):
    library, interview_id = lacking
    words = Words(report_data(ReviewSession(library, interview_id), each_language), each_language)
    told = dict(words.provenance())[words.say("missing")].splitlines()
    assert told[0] == words.say("list_comma").join(absences(PLAIN, each_language))
    assert told[1:] == list(absences([GONE, *BROKEN], each_language))


def test_show_names_the_stage_and_the_failure(lacking, capsys, each_language):
    library, interview_id = lacking
    library.close()
    assert main(["show", interview_id, "--data", str(library.folder), "--lang", each_language]) == 0
    lines = capsys.readouterr().out.splitlines()
    expected = absences((*PLAIN, GONE, *BROKEN), each_language)
    assert [line for line in lines if any(phrase in line for phrase in expected)] == [
        text.tr("show.missing", what=phrase) for phrase in expected
    ]
    assert main(["show", interview_id, "--json", "--data", str(library.folder), "--lang", each_language]) == 0
    shown = json.loads(capsys.readouterr().out)["analysis"]
    assert {"what": "speakers", "why": "model_missing", "params": MODEL} in shown["missing"]
