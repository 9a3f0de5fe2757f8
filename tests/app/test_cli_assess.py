"""`assess` on the command line: the technician's view of a folder, and the whole assessment of an interview."""

from __future__ import annotations

import json

import pytest

from analysis.document import CorrectionKind
from analysis.export import write_all
from app import cli, text
from app.scoring import find_template
from app.scoring.bands import band_of, supports_for
from app.store import Library
from tests.app.interviews import derived, reviewable


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("made") / "分析 1"
    made.mkdir()
    write_all(made, derived())
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """One library for all; each test has an interview of its own."""
    return tmp_path_factory.mktemp("library")


@pytest.fixture
def interview_id(data):
    with Library.open(data, assessor="li") as library:
        return reviewable(library)


def test_folder_is_a_technicians_view_and_recomputable(folder, tmp_path, capsys):
    out = tmp_path / "scores.json"
    weights = "reasoning=50,communication=30"
    assert cli.main(["assess", str(folder), "--template", "default", "--weights", weights, "--out", str(out)]) == 0
    assert "Technician's view" in capsys.readouterr().out
    shown = json.loads(out.read_text("utf-8"))
    by_id = {d["dimension_id"]: d for d in shown["dimensions"]}
    assert by_id["composure"]["weight"] == pytest.approx(20)
    assert shown["composite"]["value"] is None
    assert shown["composite_preview"]["coverage"] == pytest.approx(0.8)
    assert shown["band_sources"]
    table = {s.metric: s for s in supports_for(find_template("default").dimensions[0], "zh")}
    evidence = by_id["communication"]["machine"]["evidence"]
    points = sum(band_of(e["value"], table[e["metric"]].bands).score * table[e["metric"]].share for e in evidence)
    score = points / sum(table[e["metric"]].share for e in evidence)
    assert score == pytest.approx(by_id["communication"]["machine"]["score"])


def test_whole_assessment_by_script(data, interview_id, capsys):
    base = ["assess", "--interview", interview_id, "--data", str(data)]
    given = ["--rate", "communication=7", "--rate", "reasoning=8", "--rate", "composure=7", "--weights", "reasoning=40"]
    words = ["--weight-reason", "偏重架构", "--comment", "12.5=好=真好", "--conclusion", "hire", "--summary", "可以"]
    words += ["--comment", "14-16.5=一段"]
    assert cli.main([*base, *given, *words, "--sign", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["signed"]
    assert shown["status"] == "assessed"
    assert [(each["text"], each["time_s"], each["end_s"]) for each in shown["comments"]] == [
        ("好=真好", 12.5, None), ("一段", 14.0, 16.5),
    ]  # fmt: skip
    assert [d["weight"] for d in shown["dimensions"]] == pytest.approx([30, 40, 30])
    assert shown["composite"]["coverage"] == pytest.approx(1)


def test_veil_holds_on_the_command_line(data, interview_id, capsys):
    base = ["assess", "--interview", interview_id, "--data", str(data), "--json"]
    cli.main(base)
    veiled = json.loads(capsys.readouterr().out)
    assert [d["machine"]["score"] for d in veiled["dimensions"]] == [None, None, None]
    assert "evidence" not in json.dumps(veiled).replace('"evidence": []', "")
    cli.main([*base, "--unveil", "all"])
    shown = json.loads(capsys.readouterr().out)
    assert shown["dimensions"][0]["machine"]["score"] is not None


def test_summary_for_a_person(data, interview_id, capsys, each_language):
    base = ["--lang", each_language, "assess", "--interview", interview_id, "--data", str(data)]
    assert cli.main([*base, "--rate", "reasoning=8"]) == 0
    said = capsys.readouterr().out
    assert {"zh": "先评分后显示", "en": "hidden until rated"}[each_language] in said
    assert {"zh": "签字前还缺", "en": "Still missing"}[each_language] in said


def test_signing_waits_for_a_correction_that_the_scores_do_not_rest_on(data, interview_id, capsys, each_language):
    with Library.open(data, assessor="li") as library:
        library.add_correction(interview_id, CorrectionKind.WORD, 5.0, 6.0, "系统", "系列")
    rated = [part for name in ("communication", "reasoning", "composure") for part in ("--rate", f"{name}=7")]
    base = ["--lang", each_language, "assess", "--interview", interview_id, "--data", str(data)]
    assert cli.main([*base, *rated, "--conclusion", "hire", "--sign"]) == 2
    assert capsys.readouterr().err.strip() == text.tr("failure.corrections_pending")


REFUSED = {
    "neither folder nor interview": [],
    "both": ["x", "--interview", "y"],
    "no such folder": ["nowhere"],
    "no such interview": ["--interview", "nowhere"],
    "no such template": ["{folder}", "--template", "nowhere"],
    "no such dimension": ["--interview", "{id}", "--rate", "charisma=3"],
    "too high": ["--interview", "{id}", "--rate", "reasoning=11"],
    "no number": ["--interview", "{id}", "--rate", "reasoning"],
    "comment without a time": ["--interview", "{id}", "--comment", "good"],
    "comment that ends before it begins": ["--interview", "{id}", "--comment", "9-8=good"],
    "comment with three times": ["--interview", "{id}", "--comment", "9-10-11=good"],
    "weights over 100": ["{folder}", "--weights", "reasoning=70,communication=50"],
    "nothing rated": ["--interview", "{id}", "--sign"],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_one_plain_line(name, data, interview_id, folder, capsys):
    given = [part.format(folder=folder, id=interview_id) for part in REFUSED[name]]
    assert cli.main(["assess", *given, "--data", str(data)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert len(said) > 20


def test_a_refused_change_changes_nothing(data, interview_id, capsys):
    given = ["--rate", "communication=7", "--rate", "reasoning=12"]
    assert cli.main(["assess", "--interview", interview_id, "--data", str(data), *given]) == 2
    with Library.open(data, assessor="li") as library:
        assert library.assessments(interview_id) == ()


def test_nothing_is_signed_where_the_result_cannot_be_written(data, interview_id, tmp_path, capsys):
    base = ["assess", "--interview", interview_id, "--data", str(data)]
    given = [word for name in ("communication", "reasoning", "composure") for word in ("--rate", f"{name}=7")]
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "x.json")
    assert cli.main([*base, *given, "--conclusion", "hire", "--sign", "--out", out]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert cli.main([*base, "--json"]) == 0
    assert not json.loads(capsys.readouterr().out)["signed"]


@pytest.mark.parametrize("given", [["--rate", "communication=5"], ["--sign"], ["--weights", ""],
                                   ["--weights", "communication=0,reasoning=0,composure=0"]])  # fmt: skip
def test_a_folder_refuses_what_it_cannot_take(folder, given, capsys):
    assert cli.main(["assess", str(folder), *given]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
