"""The whole way in one process: stages kept and taken up again, what a setting touches, bad output folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis import features, pipeline, speech
from analysis.derive import Derived
from analysis.document import Correction, CorrectionKind, Fallback, Missing, Role, Span
from analysis.export import read
from analysis.face.inference import providers
from analysis.failures import (
    DeviceMissing,
    DiskFull,
    DocumentInvalid,
    FolderNotWritable,
    MediaMissing,
    ModelDamaged,
    NothingToAnalyse,
    OutputBusy,
    OutputTaken,
)
from analysis.media.hardware import accelerated
from analysis.models import ModelStore
from analysis.progress import Progress, StageDone
from analysis.request import AnalysisRequest, Term
from analysis.scratch import scratch, sweep
from app.resources import resource
from app.settings import cache_folder
from tests.clips import cut
from tests.small_disk import mounted

FILES = {
    "analysis.json", "tracks.npz", "transcript.vtt", "transcript.srt", "speakers.rttm", "transcript.eaf", "curves.csv",
}  # fmt: skip
ALL = ["face", "prosody", "sound", "speakers", "text"]


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sample) -> Path:
    """Ten seconds of the sample interview."""
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("clip") / "clip.mp4", 10)


@pytest.fixture(scope="module")
def models() -> ModelStore:
    return ModelStore(resource(), cache_folder(), cache_folder())


def request_for(clip: Path, out: Path, **changes: object) -> AnalysisRequest:
    """Everything allowed, two frames a second to stay quick."""
    plain = AnalysisRequest(
        str(clip), str(out), str(out / "observed"), modalities=features.modalities(), face_fps=2.0, device="cpu"
    )
    return replace(plain, **changes)


def run(request: AnalysisRequest, models: ModelStore) -> tuple[Derived, list[str]]:
    """The analysis, and the stages that were observed anew."""
    heard: list[Progress | StageDone] = []
    derived = pipeline.run(request, models, heard.append)
    return derived, sorted(event.stage for event in heard if isinstance(event, StageDone))


@pytest.fixture(scope="module")
def analysed(clip, models, tmp_path_factory) -> tuple[AnalysisRequest, Derived, list[str]]:
    """One whole analysis, whose folders the tests of this module go on with."""
    request = request_for(clip, tmp_path_factory.mktemp("run") / "结果")
    return request, *run(request, models)


def temporary(folder: Path) -> list[str]:
    """What must not be left."""
    return [path.name for path in folder.rglob("*") if path.name.startswith(("part-", "scratch-"))]


def test_all_stages_run_and_the_seven_files_are_there(analysed):
    request, derived, stages = analysed
    out = Path(request.out_dir)
    assert stages == ALL
    assert {path.name for path in out.iterdir() if path.is_file()} == FILES
    assert temporary(out) == []
    assert read(out).analysis == derived.analysis


def test_the_provenance_names_models_versions_and_seconds(analysed):
    analysis = analysed[1].analysis
    used = {model.role: model for model in analysis.provenance.models}
    assert {"transcriber", "face_landmarks", "speaker_embedding", "pitch", "voice_activity"} <= set(used)
    assert all(len(model.sha256) == 64 for model in used.values())
    assert analysis.provenance.device == "cpu"
    assert {"probe", *ALL} == set(analysis.provenance.stages)
    assert "faster-whisper" in analysis.provenance.versions
    assert analysis.provenance.settings["face_fps"] == "2"


def test_no_path_of_the_machine_stands_in_the_results(analysed):
    out = Path(analysed[0].out_dir)
    assert str(out.parent) not in (out / "analysis.json").read_text("utf-8")


def test_a_gpu_asked_for_in_vain_is_told_for_decoder_and_face(clip, models, tmp_path):
    """The face's lane goes on without it: only the transcriber refuses to."""
    if accelerated("cuda", "h264")[0] or providers("cuda")[0]:
        pytest.skip("this machine has a GPU that would be used")
    request = request_for(clip, tmp_path / "out", device="cuda", modalities=("face",), face_fps=1.0)
    derived, _ = run(request, models)
    assert set(derived.analysis.provenance.fallbacks) == {
        Fallback("decoder", "cuda", "cpu", "decoder_not_there"),
        Fallback("face", "cuda", "cpu", "runtime_without_gpu"),
    }
    assert derived.analysis.metrics.overall["face_coverage"].value == 1.0


def test_the_same_again_observes_nothing(analysed, models):
    request, derived, _ = analysed
    again, stages = run(request, models)
    assert stages == []
    assert again.analysis == replace(derived.analysis, provenance=again.analysis.provenance)


def test_a_changed_setting_observes_anew_only_what_it_touches(analysed, models, tmp_path):
    shutil.copytree(analysed[0].out_dir, tmp_path / "out")
    request = request_for(Path(analysed[0].media), tmp_path / "out")
    for change, touched in (
        ({"threads": 1}, []),
        ({"speakers": 1}, ["speakers"]),
        ({"face_fps": 3.0}, ["face"]),
        ({"terms": (Term("Kubernetes"),)}, ["prosody", "text"]),
    ):
        request = replace(request, **change)
        assert run(request, models)[1] == touched


def test_no_picture_of_an_unseen_stretch_is_looked_at(analysed, clip, models, tmp_path):
    """There is no face there, it counts for nothing, and the document says why; all the rest is as it was."""
    shutil.copytree(analysed[0].out_dir, tmp_path / "out")
    span = Span(0.0, 6.0)
    derived, stages = run(request_for(clip, tmp_path / "out", unseen=(span,)), models)
    assert stages == ["face"]
    face, before = derived.tracks["box_x"], analysed[1].tracks["box_x"]
    assert not np.isfinite(face[:60]).any()
    assert np.isfinite(face[60:]).sum() > 10
    assert np.isfinite(before[:60]).any()
    assert derived.analysis.metrics.overall["face_coverage"].value > 0.9
    assert not [event for event in derived.analysis.events if event.kind == "face_lost" and event.start < 6.0]
    assert Missing("face_part", "withheld", {"start": "0.000", "end": "6.000"}) in derived.analysis.missing
    assert derived.analysis.id != analysed[1].analysis.id
    again = pipeline.derive_again(request_for(clip, tmp_path / "out"), cache_folder())
    assert Missing("face_part", "withheld", {"start": "0.000", "end": "6.000"}) in again.analysis.missing


def test_only_what_belongs_to_the_analysis_is_kept(analysed, models):
    request = analysed[0]
    run(request, models)
    index = json.loads((Path(request.observed_dir) / "stages.json").read_text("utf-8"))
    names = {kept["name"] for kept in index["stages"].values()}
    assert {path.stem for path in Path(request.observed_dir).iterdir()} == names | {"stages", "vectors"}


@pytest.mark.parametrize(("damaged", "stage"), [("speakers-*.json", "speakers"), ("face-*.npz", "face")])
@pytest.mark.parametrize("content", [b"", bytes(64), b"PK\x03\x04"])
def test_what_a_power_cut_damaged_is_observed_anew_and_never_left_out(
    analysed, models, tmp_path, damaged, stage, content
):
    shutil.copytree(analysed[0].out_dir, tmp_path / "out")
    request = request_for(Path(analysed[0].media), tmp_path / "out")
    (kept,) = Path(request.observed_dir).glob(damaged)
    kept.write_bytes(content)
    with pytest.raises(DocumentInvalid):
        pipeline.derive_again(request)
    assert run(request, models)[1] == [stage]


def half_way_error(request: AnalysisRequest, models: ModelStore) -> float:
    """How far off the remaining time was, half-way through, as a share of what really remained."""
    said: list[tuple[float, float]] = []
    begun = time.monotonic()

    def report(event: Progress | StageDone) -> None:
        if isinstance(event, Progress):
            said.append((time.monotonic() - begun, event.remaining_s))

    pipeline.run(request, models, report)
    total = time.monotonic() - begun
    at, remaining = min(said, key=lambda one: abs(one[0] - total / 2))
    return abs(remaining - (total - at)) / (total - at)


@pytest.mark.slow
@pytest.mark.alone
def test_the_forecast_on_the_sample(sample, models, tmp_path):
    """A quarter on a quiet machine, with a margin for what else runs; a busy one tells nothing about the forecast."""
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 1 + (os.cpu_count() or 1):
        pytest.skip("this machine is busy with something else")
    for attempt in range(3):
        off = half_way_error(request_for(sample / "sample_zh.mp4", tmp_path / str(attempt), face_fps=5.0), models)
        if off <= 0.35:
            return
    pytest.fail(f"off by {off:.0%} of what remained")


def test_deriving_again_needs_no_media_and_applies_corrections(analysed, models, tmp_path):
    request = analysed[0]
    derived = run(request, models)[0].analysis
    speaker, role = next(iter(derived.speakers.roles.items()))
    other = Role.CANDIDATE if role is not Role.CANDIDATE else Role.INTERVIEWER
    correction = Correction("c1", CorrectionKind.ROLE, 0.0, 0.0, speaker, other, "tester", "2026-01-01T00:00:00+00:00")
    blind = replace(request, media=str(tmp_path / "gone.mp4"), corrections=(correction,))
    assert derived.correction is None
    again = pipeline.derive_again(blind).analysis
    assert (again.speakers.roles[speaker], again.correction) == (other, "c1")
    assert read(Path(request.out_dir)).analysis.speakers.roles[speaker] is other


def test_deriving_again_without_observations_is_said(clip, tmp_path):
    with pytest.raises(DocumentInvalid):
        pipeline.derive_again(request_for(clip, tmp_path / "out"))


class Broken(Exception):
    """Something that ends an analysis from outside."""


def test_an_interrupted_analysis_of_sound_alone_goes_on_from_its_finished_stages(clip, models, tmp_path):
    sound = cut(clip, tmp_path / "sound.m4a", 5, kinds=("audio",))
    request = request_for(sound, tmp_path / "out")

    def stop_after_sound(event: Progress | StageDone) -> None:
        if event == StageDone("sound"):
            raise Broken

    with pytest.raises(Broken):
        pipeline.run(request, models, stop_after_sound)
    assert temporary(tmp_path) == []
    assert run(request, models)[1] == ["prosody", "speakers", "text"]


def test_pictures_alone(clip, models, tmp_path):
    picture = cut(clip, tmp_path / "picture.mp4", 3, kinds=("video",))
    derived, stages = run(request_for(picture, tmp_path / "out"), models)
    assert stages == ["face"]
    assert derived.analysis.transcript.segments == ()


def test_only_what_is_allowed_is_looked_at(clip, models, tmp_path):
    derived, stages = run(request_for(clip, tmp_path / "out", modalities=("face",)), models)
    assert stages == ["face"]
    room = features.expression()
    assert room is None or not set(room.TRACKS) & set(derived.analysis.tracks)


def test_nothing_to_analyse(clip, models, tmp_path):
    sound = cut(clip, tmp_path / "sound.m4a", 3, kinds=("audio",))
    with pytest.raises(NothingToAnalyse) as nothing:
        run(request_for(sound, tmp_path / "out", modalities=("face",), display_name="某某.m4a"), models)
    assert nothing.value.params == {"name": "某某.m4a"}


def test_results_of_two_recordings_are_never_mixed(analysed, models, tmp_path):
    request = analysed[0]
    before = (Path(request.out_dir) / "analysis.json").read_bytes()
    other = cut(Path(request.media), tmp_path / "other.mp4", 3)
    with pytest.raises(OutputTaken):
        run(replace(request, media=str(other)), models)
    assert (Path(request.out_dir) / "analysis.json").read_bytes() == before


def test_a_folder_that_another_process_works_in_is_refused(clip, models, tmp_path):
    request = request_for(clip, tmp_path / "out")
    Path(request.observed_dir).mkdir(parents=True)
    script = (
        "import sys; from pathlib import Path; from analysis.scratch import scratch\n"
        "with scratch(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", script, request.observed_dir], cwd=root, **pipes) as other:
        other.stdout.readline()
        with pytest.raises(OutputBusy):
            run(request, models)
        other.kill()
    assert len(temporary(tmp_path)) == 1
    with scratch(Path(request.observed_dir)):
        assert len(temporary(tmp_path)) == 1
    assert temporary(tmp_path) == []


def test_a_scratch_folder_of_a_reused_process_number_is_cleared_away(tmp_path):
    (tmp_path / f"scratch-{os.getppid()}-1").mkdir()
    (tmp_path / "part-text.json").write_text("")
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_cannot_be_written(clip, models, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable):
        run(request_for(clip, tmp_path / "file" / "out"), models)


@pytest.mark.parametrize(("modality", "kilobytes"), [("speech", 200), ("face", 30)])
def test_a_full_disk_is_said_and_leaves_nothing_temporary(clip, models, tmp_path, modality, kilobytes):
    """Full while the sound is decoded, and full while the results are written."""
    with mounted(tmp_path / "disk", 1) as disk:
        (disk / "ballast").write_bytes(b"x" * (1024 - kilobytes) * 1024)
        with pytest.raises(DiskFull):
            run(request_for(clip, disk / "out", modalities=(modality,)), models)
        assert temporary(disk) == []


def damaged(models: ModelStore, folder: Path, *files: str) -> ModelStore:
    """The same models with some files broken."""
    path = folder / "models"
    path.mkdir(parents=True)
    for file in models.folder.iterdir():
        (path / file.name).symlink_to(file)
    for name in files:
        (path / name).unlink()
        (path / name).write_bytes(b"damaged")
    return ModelStore(folder, cache_folder(), folder)


def reasons(derived: Derived) -> dict[str, str]:
    return {missing.what: missing.why for missing in derived.analysis.missing}


def test_a_stage_whose_model_is_damaged_is_missing_and_the_others_are_there(clip, models, tmp_path):
    request = request_for(clip, tmp_path / "out")
    derived, stages = run(request, damaged(models, tmp_path / "bad", "speaker_embedding.onnx"))
    assert stages == [stage for stage in ALL if stage != "speakers"]
    (lost,) = [missing for missing in derived.analysis.missing if missing.what == "speakers"]
    assert (lost.why, lost.params["file"]) == ("model_damaged", "speaker_embedding.onnx")
    assert derived.analysis.transcript.segments
    assert derived.analysis.tracks["present"].coverage > 0
    assert "speaker_embedding" not in {model.role for model in derived.analysis.provenance.models}
    assert "speakers" not in derived.analysis.provenance.stages
    assert reasons(pipeline.derive_again(request))["speakers"] == "model_damaged"
    whole, again = run(request, models)
    assert again == ["speakers"]
    assert "speakers" not in reasons(whole)


def test_without_words_there_are_pitch_and_loudness_but_no_hesitations(clip, models, tmp_path):
    """A transcriber that somebody added is gone."""
    derived, stages = run(request_for(clip, tmp_path / "out", transcriber=str(tmp_path / "large")), models)
    assert stages == [stage for stage in ALL if stage != "text"]
    assert reasons(derived)["text"] == "own_model_missing"
    assert derived.analysis.tracks["pitch"].coverage > 0
    assert not [event for event in derived.analysis.events if event.kind == "filler"]
    assert derived.analysis.speakers.turns


def test_an_error_that_nobody_foresaw_costs_its_own_stage_only(clip, models, tmp_path, monkeypatch, capfd):
    def breaks(*_: object) -> None:
        raise RuntimeError("out of memory in the runtime")

    monkeypatch.setattr("analysis.face.observer.FaceObserver.look", breaks)
    derived, stages = run(request_for(clip, tmp_path / "out"), models)
    assert stages == [stage for stage in ALL if stage != "face"]
    lost = {missing.what: missing for missing in derived.analysis.missing}
    assert lost["face"].why == "stage_failed"
    assert lost["face"].params == {"detail": "RuntimeError: out of memory in the runtime"}
    assert all(lost[room].why == "stage_failed" for room in features.modalities()[1:])
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.skipif(features.expression() is None, reason="this build has no room for expression")
def test_a_damaged_model_of_the_optional_room_leaves_the_face(clip, models, tmp_path):
    picture = cut(clip, tmp_path / "picture.mp4", 3, kinds=("video",))
    derived, _ = run(request_for(picture, tmp_path / "out"), damaged(models, tmp_path / "bad", "face_expression.onnx"))
    assert derived.analysis.tracks["present"].coverage > 0
    assert reasons(derived)["expression"] == "model_damaged"


def test_a_gpu_that_gives_out_half_way_is_followed_by_the_processor(clip, models, tmp_path, monkeypatch):
    heard = speech.observe_text

    def gives_out(sound, spans, language, terms, folder, device, *rest):
        if device == "cuda":
            raise RuntimeError("CUDA failed with error out of memory")
        return heard(sound, spans, language, terms, folder, device, *rest)

    monkeypatch.setattr("analysis.device.resolve", lambda *_: ("cuda", None))
    monkeypatch.setattr("analysis.speech.observe_text", gives_out)
    sound = cut(clip, tmp_path / "sound.m4a", 5, kinds=("audio",))
    derived, _ = run(request_for(sound, tmp_path / "out", device="auto"), models)
    assert derived.analysis.transcript.segments
    assert derived.analysis.provenance.device == "cpu"
    assert derived.analysis.provenance.fallbacks == (Fallback("transcriber", "cuda", "cpu", "gpu_failed"),)


def test_when_every_stage_fails_the_analysis_does(clip, models, tmp_path):
    picture = cut(clip, tmp_path / "picture.mp4", 3, kinds=("video",))
    with pytest.raises(ModelDamaged):
        run(request_for(picture, tmp_path / "out"), damaged(models, tmp_path / "bad", "face_detector.onnx"))
    assert not (tmp_path / "out" / "analysis.json").exists()
    assert temporary(tmp_path / "out") == []


def test_an_enrolment_clip_that_is_not_there_is_said_at_once(clip, models, tmp_path):
    request = request_for(clip, tmp_path / "out", enrol_clip=str(tmp_path / "候选人.wav"))
    with pytest.raises(MediaMissing) as missing:
        run(request, models)
    assert missing.value.params == {"name": "候选人.wav"}


def test_a_device_that_is_not_here(clip, models, tmp_path):
    from analysis.device import cuda_devices

    if cuda_devices():
        pytest.skip("there is a CUDA device")
    with pytest.raises(DeviceMissing):
        run(request_for(clip, tmp_path / "out", device="cuda"), models)
