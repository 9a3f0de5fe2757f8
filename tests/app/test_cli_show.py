"""`show` and `export` on the command line; the veil holds there, too."""

from __future__ import annotations

import json

import pytest

from app import cli, text
from app.review import ReviewSession
from app.store import Library
from tests.app.interviews import reviewable


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def interview_id(folder):
    with Library.open(folder, assessor="li") as library:
        return reviewable(library)


def run(folder, *words):
    return cli.main([*map(str, words), "--data", str(folder), "--lang", text.language()])


def test_lines_for_a_person(folder, interview_id, capsys, each_language):
    assert run(folder, "show", interview_id[:8]) == 0
    said = capsys.readouterr().out
    assert interview_id in said
    assert "王小雨 𠮷" in said
    assert text.tr("show.status_to_review") in said
    assert text.tr("show.unsigned") in said


def test_json_keeps_the_veil(folder, interview_id, capsys):
    assert run(folder, "show", interview_id, "--json") == 0
    veiled = json.loads(capsys.readouterr().out)
    assert {row["machine"]["score"] for row in veiled["scorecard"]["dimensions"]} == {None}
    assert veiled["interview"]["candidate"]["name"] == "王小雨 𠮷"
    with Library.open(folder) as library:
        review = ReviewSession(library, interview_id)
        review.rate(review.template.dimensions[0].id, 7)
        review.add_comment(3.0, "好")
    run(folder, "show", interview_id, "--json")
    seen = json.loads(capsys.readouterr().out)
    assert seen["scorecard"]["dimensions"][0]["machine"]["score"] is not None
    assert seen["scorecard"]["dimensions"][0]["mine"] == 7
    assert [one["text"] for one in seen["comments"]] == ["好"]
    assert [one["kind"] for one in seen["delivery"]] == []


def test_it_can_be_seen_while_another_has_it(folder, interview_id, capsys):
    with Library.open(folder):
        assert run(folder, "show", interview_id) == 0
    assert interview_id in capsys.readouterr().out


@pytest.mark.parametrize("command", [("show",), ("assess", "--interview")])
def test_looking_at_an_interview_is_audited(folder, interview_id, command, capsys):
    assert run(folder, *command, interview_id) == 0
    with Library.open(folder) as library:
        assert library.audit(interview_id)[-1].action == "opened"


def test_unknown_and_ambiguous_ids(folder, interview_id, capsys, each_language):
    assert run(folder, "show", "zzz") == 2
    assert "zzz" in capsys.readouterr().err
    with Library.open(folder) as library:
        for _ in range(17):  # more than there are hexadecimal digits: two of them begin alike
            reviewable(library, analyse=False)
        firsts = [one.id[0] for one in library.interviews()]
    twice = next(first for first in firsts if firsts.count(first) > 1)
    assert run(folder, "show", twice) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", ["txt", "vtt", "srt", "rttm", "eaf", "curves", "analysis"])
def test_files_of_the_analysis(folder, interview_id, tmp_path, kind, capsys):
    out = tmp_path / f"出 口.{kind}"
    assert run(folder, "export", interview_id, "--format", kind, "--out", out) == 0
    assert out.stat().st_size > 0
    with Library.open(folder) as library:
        assert library.audit(interview_id)[-1].action == "exported"


@pytest.mark.parametrize(
    ("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("json", b"{"), ("docx", b"PK"), ("pdf", b"%PDF")]
)
def test_reports(folder, interview_id, tmp_path, kind, begins, capsys):
    out = tmp_path / "report"
    assert run(folder, "export", interview_id, "--format", kind, "--out", out) == 0
    assert out.read_bytes().startswith(begins)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "report"]


def test_an_export_that_cannot_be(folder, interview_id, tmp_path, capsys, each_language):
    assert run(folder, "export", interview_id, "--format", "vtt", "--out", tmp_path / "none" / "x.vtt") == 2
    assert str(tmp_path / "none") in capsys.readouterr().err
    with Library.open(folder) as library:
        bare = reviewable(library, analyse=False)
    assert run(folder, "export", bare, "--format", "vtt", "--out", tmp_path / "x.vtt") == 2
    assert not (tmp_path / "x.vtt").exists()


@pytest.mark.parametrize("kind", ["vtt", "pdf"])
@pytest.mark.parametrize("place", ["a folder", "below a file", "nowhere"])
def test_an_output_that_cannot_be_is_one_plain_line(folder, interview_id, tmp_path, kind, place, capsys, each_language):
    (tmp_path / "file").touch()
    out = {"a folder": tmp_path, "below a file": tmp_path / "file" / f"x.{kind}", "nowhere": tmp_path / "no" / "x"}[
        place
    ]
    before = set(tmp_path.parent.iterdir())
    assert run(folder, "export", interview_id, "--format", kind, "--out", out) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert set(tmp_path.parent.iterdir()) == before
