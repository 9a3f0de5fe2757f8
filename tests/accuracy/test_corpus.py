"""That the measurements find their media through the indexes of any folder, and leave out what is not there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.accuracy import pose, speakers, speech
from tests.accuracy.__main__ import BY_NAME, DEFAULT
from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Corpus, activity_labels
from tests.conftest import ROOT


def turns(*texts: str) -> list[dict]:
    """Turns of one second each, interviewer and candidate in turn."""
    sides = ("interviewer", "candidate")
    return [
        {"start": n, "end": n + 1, "speaker": sides[n % 2], "text": text, "question_id": f"q{n // 2 + 1}"}
        for n, text in enumerate(texts)
    ]


def index(folder: Path, columns: tuple[str, ...], *rows: tuple[str, ...]) -> None:
    """An index file, and an empty file for each of its rows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.tsv").write_text("\n".join("\t".join(row) for row in (columns, *rows)) + "\n", "utf-8")
    for row in rows:
        (folder / row[0]).touch()


def interview(folder: Path, name: str, seconds: float, texts: tuple[str, ...]) -> None:
    """A truth file."""
    truth = {"name": name, "language": "zh", "duration_s": seconds, "turns": turns(*texts), "voices": {"a": "b"}}
    (folder / f"{name}.truth.json").write_text(json.dumps(truth), "utf-8")


@pytest.fixture
def made_up(tmp_path) -> Corpus:
    """A folder of the corpus' layout with other names."""
    held = tmp_path / "interviews" / "held"
    index(
        held, ("file", "language"), ("one.mp4", "zh"), ("one_noise.mp4", "zh"), ("hour.mp4", "zh"), ("bare.mp4", "zh")
    )
    interview(held, "one", 90.0, ("问？", "答。"))
    interview(held, "one_noise", 90.0, ("问？", "答。"))
    interview(held, "hour", 3600.0, ("问？", "答。", "好的，再见。", "再见。"))
    audio = tmp_path / "audio"
    rows = [
        ("a.wav", "zh", "你好", ""), ("b.wav", "en", "L: left R: right", "one speaker per channel"),
        ("c.wav", "multi", "", "labels beside it"), ("d.wav", "en", "", "turns in turns_*.rttm"),
        ("e.rttm", "-", "", ""),
    ]  # fmt: skip
    index(audio, ("file", "language", "reference", "note"), *rows)
    (audio / "c.scv").write_text("c,0.0,1.5,0,1.5,2.25,1\n", "utf-8")
    lines = [
        "SPEAKER d 1 0.0 1.5 <NA> <NA> X <NA>",
        "SPEAKER d 1 2 1 <NA> <NA> Y <NA>",
        "SPEAKER z 1 0 9 <NA> <NA> Z <NA>",
    ]
    (audio / "turns_all.rttm").write_text("\n".join(lines), "utf-8")
    rows = [("s.mp4", "neutral - smile: 2 smiles, 3 blinks"), ("n.mp4", "no face"), ("t.mp4", "a speaker")]
    index(tmp_path / "video", ("file", "contents"), *rows)
    (tmp_path / "faces" / "own").mkdir(parents=True)
    rows = [("own/1.png", "happiness"), ("own/2.png", "happy (augmented copy, skip)")]
    index(tmp_path / "faces", ("file", "label_or_contents"), *rows)
    return Corpus(tmp_path)


def test_interviews_are_found_by_their_truth(made_up):
    assert [(each.name, each.folder, each.copy_of) for each in made_up.interviews] == [
        ("one", "held", None), ("one_noise", "held", "one"),
    ]  # fmt: skip
    assert [each.name for each in made_up.long] == ["hour"]
    assert made_up.interviews[0].media_kind == "synthetic voices"
    assert made_up.long[0].turn("q2", "candidate")["text"] == "再见。"


def test_sounds_are_what_their_index_says(made_up):
    assert [clip.name for clip in made_up.transcribed] == ["a"]
    assert [(each.clip.name, each.speakers, each.turns) for each in made_up.dialogues] == [
        ("d", 2, ((0.0, 1.5, "X"), (2.0, 3.0, "Y")))
    ]
    (labelled,) = made_up.labelled_activity
    assert activity_labels(labelled) == [(0.0, 1.5, False), (1.5, 2.25, True)]


def test_pictures_are_what_their_index_says(made_up):
    counted = [(scene.media.name, scene.smiles, scene.blinks, scene.face) for scene in made_up.scenes]
    assert counted == [("s.mp4", 2, 3, True), ("n.mp4", 0, 0, False), ("t.mp4", None, None, True)]
    assert [(each.folder, each.label) for each in made_up.portraits] == [("own", 1), ("own", None)]


def test_an_empty_folder_measures_nothing_and_says_so(tmp_path):
    corpus, analyses = Corpus(tmp_path), Analyses(tmp_path)
    for measurement in (speech, speakers, pose):
        section = measurement.measure(corpus, analyses)
        assert not section.figures
        assert section.skipped


def test_every_measurement_is_named():
    offered = {
        path.stem for path in (ROOT / "tests" / "accuracy").glob("*.py") if "def measure(" in path.read_text("utf-8")
    }
    assert offered - {"test_corpus"} == {*DEFAULT, *BY_NAME}


def accuracy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.accuracy", *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip


@pytest.mark.slow
def test_the_command_measures_what_is_named_in_another_folder(tmp_path):
    figures, whole = tmp_path / "figures.json", tmp_path / "report.md"
    done = accuracy("speakers", "--corpus", str(tmp_path), "--json", str(figures), "--report", str(whole))
    assert done.returncode == 0, done.stderr
    assert "Left out: no recording with known turns." in done.stdout
    assert json.loads(figures.read_text("utf-8")) == {}
    assert whole.read_text("utf-8").strip() == done.stdout.strip()


@pytest.mark.slow
def test_the_command_refuses_names_that_it_does_not_know():
    done = accuracy("speling")
    assert done.returncode == 2
    assert "there are: speech, speakers" in done.stderr
