"""`analyze` as a person and as a program use it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from analysis import protocol, transcribers
from analysis.features import modalities
from app import text
from app.cli import main
from app.commands.analyze import OBSERVED
from app.domain.types import AnalysisState, Candidate, Position
from app.jobs.analysis import InterviewAnalysis
from app.jobs.showing import LineShow, cut, progress_line
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from app.store.recordings import Belonging
from tests.clips import cut as cut_clip
from tests.small_disk import mounted

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "analysis.json", "tracks.npz", "transcript.vtt", "transcript.srt", "speakers.rttm", "transcript.eaf", "curves.csv",
}  # fmt: skip


@pytest.fixture(scope="session")
def clip(tmp_path_factory, sample) -> Path:
    """Six seconds of the sample interview, in a folder that is not plain."""
    return cut_clip(sample / "sample_zh.mp4", tmp_path_factory.mktemp("素材 📹 a b") / "面试.mp4", 6)


def failed(capsys, argv: list[str]) -> str:
    """The one plain line of a command that cannot be done."""
    assert main(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    return said.err.strip()


def test_a_file_gives_the_seven_files_and_json_progress(clip, tmp_path, capfd):
    terms, questions = tmp_path / "terms.txt", tmp_path / "questions.txt"
    terms.write_text("微服务 | microservice\n", "utf-8")
    questions.write_text("请介绍一下自己\n", "utf-8")
    out = tmp_path / "结果 📁"
    argv = ["analyze", str(clip), "--out", str(out), "--language", "zh", "--terms", str(terms), "--questions",
            str(questions), "--json-progress", "--device", "cpu", "--face-fps", "2", "--speakers", "1"]  # fmt: skip
    assert main(argv) == 0
    said = capfd.readouterr()
    messages = [json.loads(line) for line in said.out.splitlines()]
    assert said.err == ""
    assert {message["type"] for message in messages} == {"progress", "partial", "result"}
    assert messages[-1]["result"]["folder"] == str(out)
    assert {path.name for path in out.iterdir()} == FILES
    document = json.loads((out / "analysis.json").read_text("utf-8"))
    assert document["id"] == messages[-1]["result"]["analysis_id"]
    assert document["provenance"]["settings"]["terms"] == "微服务|microservice"
    assert len(document["speakers"]["roles"]) <= 1
    assert {"sentence_embedding", "transcriber"} <= {model["role"] for model in document["provenance"]["models"]}


def test_a_person_reads_one_line_and_sees_no_machinery(clip, tmp_path, capfd, each_language):
    out = tmp_path / "out"
    argv = ["--lang", each_language, "analyze", str(clip), "--out", str(out), "--modalities", "face", "--face-fps", "1"]
    assert main(argv) == 0
    said = capfd.readouterr()
    assert said.err == ""
    assert str(out) in said.out
    assert len(said.out.splitlines()) == 1


def test_a_stage_that_fails_is_told_and_the_rest_is_written(clip, tmp_path, capfd, each_language):
    """The transcriber that the settings name was moved away after it was added."""
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    lost = transcribers.Added(
        "whisper-own", str(tmp_path / "gone"), (transcribers.AddedFile("model.bin", "0" * 64, 3),)
    )
    (data / "models.json").write_bytes(msgspec.json.encode([lost]))
    SettingsFile(data).change(transcriber="whisper-own")
    argv = ["--lang", each_language, "analyze", str(clip), "--out", str(out), "--modalities", "speech"]
    assert main([*argv, "--data", str(data)]) == 0
    (told,) = capfd.readouterr().err.splitlines()
    sentence = text.tr("failure.own_model_missing", model="whisper-own", file="model.bin")
    assert told == text.tr("report.failed_line", what=text.tr("report.what_text"), why=sentence)
    assert {path.name for path in out.iterdir()} == FILES


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--speakers", "none"], "1-8"),
        (["--speakers", "9"], "1-8"),
        (["--face-fps", "0"], "0.5-60"),
        (["--modalities", "smell"], "speech"),
        (["--modalities", ""], "speech"),
        (["--terms", "nowhere.txt"], "nowhere.txt"),
        (["--enrol", "nowhere.wav"], "nowhere.wav"),
    ],
)
def test_an_option_that_is_wrong_is_one_plain_line(clip, tmp_path, capsys, options, part):
    assert part in failed(capsys, ["analyze", str(clip), "--out", str(tmp_path / "out"), *options])
    assert not (tmp_path / "out").exists()


def test_what_is_looked_at_in_a_face_needs_the_face(clip, tmp_path, capsys):
    further = [name for name in modalities() if name not in ("speech", "face")]
    if not further:
        pytest.skip("this build has no optional room")
    argv = ["analyze", str(clip), "--out", str(tmp_path / "out"), "--modalities", f"speech,{further[0]}"]
    assert "--modalities" in failed(capsys, argv)


def test_without_a_file_or_an_interview_it_says_what_is_needed(capsys):
    assert "--interview" in failed(capsys, ["analyze"])


def test_no_recording_leaves_no_folder(tmp_path, capsys, each_language):
    (tmp_path / "notes.mp4").write_text("these are notes")
    argv = ["--lang", each_language, "analyze", str(tmp_path / "notes.mp4"), "--out", str(tmp_path / "out")]
    assert "notes.mp4" in failed(capsys, argv)
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_written(clip, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert "file" in failed(capsys, ["analyze", str(clip), "--out", str(tmp_path / "file" / "out")])


def test_a_full_disk_is_one_plain_line_and_leaves_nothing_temporary(clip, tmp_path, capsys):
    with mounted(tmp_path / "disk", 1) as disk:
        (disk / "ballast").write_bytes(b"x" * 900 * 1024)
        said = failed(capsys, ["analyze", str(clip), "--out", str(disk / "out"), "--modalities", "speech"])
        assert "full" in said
        assert not [path for path in disk.rglob("*") if path.name.startswith(("part-", "scratch-"))]


def start(*argv: object) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    code = "import sys; from app.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--lang", "en", *map(str, argv)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_cancels_cleanly(clip, tmp_path, number):
    with start("analyze", clip, "--out", tmp_path / "out", "--json-progress") as process:
        process.stdout.readline()
        (worker,) = psutil.Process(process.pid).children()
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.strip() == text.tr("failure.cancelled")
    assert not worker.is_running()
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(("part-", "scratch-"))]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_killed_child_is_one_plain_line_and_what_was_finished_is_kept(clip, tmp_path):
    out = tmp_path / "out"
    with start("analyze", clip, "--out", out, "--json-progress") as process:
        while json.loads(process.stdout.readline())["type"] != "partial":
            pass
        psutil.Process(process.pid).children()[0].kill()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.strip() == text.tr("failure.worker_died", detail="signal 9")
    assert (out / OBSERVED / "stages.json").is_file()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


def test_an_interview_of_the_library(clip, library, capfd):
    position = library.save_position(Position("", "后端", keywords=("微服务",), questions=("请介绍一下自己",)))
    candidate = library.save_candidate(Candidate("", "某某"))
    belonging = Belonging(position_id=position.id, candidate_id=candidate.id)
    interview = import_file(library, clip, belonging=belonging).interview
    library.record_consent(interview.id, ("face",), "v1", "candidate")
    folder = library.folder
    library.close()
    capfd.readouterr()
    options = ["--data", str(folder), "--face-fps", "1", "--language", "zh", "--speakers", "3"]
    assert main(["analyze", "--interview", interview.id, *options]) == 0
    assert capfd.readouterr().err == ""
    with Library.open(folder) as again:
        found = again.interview(interview.id)
        assert found.analysis_state is AnalysisState.DONE
        analysis = again.load_analysis(interview.id).analysis
        assert analysis.id == found.analysis_id
        assert analysis.provenance.settings["modalities"] == "face"
        assert analysis.provenance.settings["terms"] == "微服务"
        assert analysis.provenance.settings["questions"] == "q1: 请介绍一下自己"
        assert (found.spoken, found.speakers) == ("zh", 3)
        next_time = InterviewAnalysis(again, interview.id)._request(found, Path("a.mp4"), ("face",))
        assert (next_time.language, next_time.speakers) == ("zh", 3)


def test_an_interview_without_consent_is_not_analysed(clip, library, capsys):
    interview = import_file(library, clip).interview
    library.record_consent(interview.id, (), "v1", "candidate")
    folder = library.folder
    library.close()
    capsys.readouterr()
    failed(capsys, ["analyze", "--interview", interview.id, "--data", str(folder)])
    with Library.open(folder) as again:
        assert again.interview(interview.id).analysis_state is AnalysisState.NONE


def test_an_unknown_interview_and_a_mixed_request(tmp_path, capsys):
    data = ["--data", str(tmp_path / "library")]
    assert "nobody" in failed(capsys, ["analyze", "--interview", "nobody", *data])
    failed(capsys, ["analyze", "--interview", "nobody", "--out", str(tmp_path), *data])


def test_the_progress_line_fits_the_terminal(each_language):
    report = protocol.ProgressMessage("text", 20.0, 57.0, 0.25, 64.6)
    line = progress_line(report)
    assert "25 %" in line
    assert "01:05" in line
    assert len(cut(line, 30)) <= 30
    assert cut("转写对话", 5) == "转写"
    assert cut("short", 30) == "short"


def test_a_line_is_written_over_on_a_terminal_only():
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for out, written in ((Terminal(), True), (io.StringIO(), False)):
        shown = LineShow(out)
        shown.report(protocol.ProgressMessage("text", 20.0, 57.0, 0.25, 64.6))
        shown.report(protocol.PartialMessage("text"))
        shown.close()
        assert bool(out.getvalue()) is written
        assert "\n" not in out.getvalue()


def test_every_stage_has_its_words(each_language):
    from analysis.plan import HEARING, SEEING, TAIL

    assert all(text.has(f"jobs.stage_{stage}") for stage in (*HEARING, *SEEING, *TAIL))
    assert shutil.get_terminal_size().columns > 0
