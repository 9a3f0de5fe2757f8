"""What a running analysis has found so far: told at each stage's end, derived by whoever looks, and nowhere kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis import features, pipeline
from analysis.derive import Derived
from analysis.document import TO_COME, Correction, CorrectionKind
from analysis.export import read
from analysis.failures import DocumentInvalid
from analysis.models import ModelStore
from analysis.progress import SoFar
from analysis.request import AnalysisRequest
from analysis.so_far import derive_so_far
from app.resources import resource
from app.settings import cache_folder
from tests.analysis.test_pipeline import damaged, request_for
from tests.clips import cut

ROOMS = features.modalities()[2:]


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sample) -> Path:
    """Ten seconds of the sample interview."""
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("clip") / "clip.mp4", 10)


def run(clip: Path, out: Path, models: ModelStore) -> tuple[AnalysisRequest, Derived, list[SoFar]]:
    """A whole analysis, and what it told on its way."""
    request, told = request_for(clip, out), list[SoFar]()
    whole = pipeline.run(request, models, lambda event: told.append(event) if isinstance(event, SoFar) else None)
    return request, whole, told


@pytest.fixture(scope="module")
def models() -> ModelStore:
    return ModelStore(resource(), cache_folder(), cache_folder())


@pytest.fixture(scope="module")
def analysed(clip, models, tmp_path_factory) -> tuple[AnalysisRequest, Derived, list[SoFar]]:
    return run(clip, tmp_path_factory.mktemp("run") / "结果", models)


def hearing(told: list[SoFar], *stages: str) -> SoFar:
    """What stood when these stages of hearing were done, as if the face had not been."""
    seen = ("face", "extra")
    found = next(each for each in told if set(each.kept) - set(seen) == set(stages))
    kept = {stage: name for stage, name in found.kept.items() if stage not in seen}
    return SoFar(found.media, kept, (), (*(s for s in found.to_come if s not in ("face", *ROOMS)), "face", *ROOMS))


def partial(request: AnalysisRequest, found: SoFar, out: Path, **changes: object) -> Derived:
    return derive_so_far(replace(request, out_dir=str(out), **changes), found)


def awaited(derived: Derived) -> set[str]:
    return {missing.what for missing in derived.analysis.missing if missing.why == TO_COME} - {"meaning"}


def test_each_stage_that_ends_is_told_with_all_that_stand(analysed):
    _, _, told = analysed
    assert len(told) == 5
    assert set(told[0].kept) < {"sound", "face", "extra"}
    for each in told:
        stages = set(each.kept) - {"extra"}
        assert stages | set(each.to_come) == {"sound", "text", "speakers", "prosody", "face"} | (
            set(ROOMS) if "face" in each.to_come else set()
        )
        assert each.failed == ()
    assert told[-1].to_come == ()
    if ROOMS:
        assert "extra" in told[-1].kept


def test_after_the_sound_there_is_a_waveform_and_nothing_is_made_up(analysed, tmp_path):
    request, whole, told = analysed
    found = partial(request, hearing(told, "sound"), tmp_path / "part")
    assert awaited(found) == {"text", "speakers", "prosody", "face", *ROOMS}
    assert np.array_equal(found.tracks["peaks"], whole.tracks["peaks"])
    assert found.analysis.transcript.segments == ()
    assert found.analysis.speakers.roles == {}
    assert "pitch" not in found.tracks
    assert found.analysis.media == whole.analysis.media
    assert all(metric.value is None for metric in found.analysis.metrics.overall.values())


def test_words_come_before_it_is_known_who_speaks(analysed, tmp_path):
    request, whole, told = analysed
    found = partial(request, hearing(told, "sound", "text"), tmp_path / "part").analysis
    said = "".join(segment.text for segment in found.transcript.segments)
    assert said.replace(" ", "") == "".join(s.text for s in whole.analysis.transcript.segments).replace(" ", "")
    assert {segment.speaker for segment in found.transcript.segments} == {""}
    assert (found.speakers.turns, found.speakers.roles, found.exchanges) == ((), {}, ())


def test_with_the_speakers_transcript_and_turns_are_those_of_the_whole(analysed, tmp_path):
    request, whole, told = analysed
    found = partial(request, hearing(told, "sound", "text", "speakers"), tmp_path / "part")
    assert found.analysis.transcript == whole.analysis.transcript
    assert found.analysis.speakers == whole.analysis.speakers
    assert awaited(found) == {"prosody", "face", *ROOMS}
    more = partial(request, hearing(told, "sound", "text", "speakers", "prosody"), tmp_path / "more")
    assert awaited(more) == {"face", *ROOMS}
    assert np.array_equal(more.tracks["pitch"], whole.tracks["pitch"], equal_nan=True)


def test_the_face_may_come_first(analysed, tmp_path):
    request, whole, told = analysed
    kept = {name: told[-1].kept[name] for name in ("sound", "face", "extra") if name in told[-1].kept}
    found = partial(request, SoFar(told[0].media, kept, (), ("text", "speakers", "prosody")), tmp_path / "part")
    assert awaited(found) == {"text", "speakers", "prosody"}
    assert set(found.tracks) >= {name for name in whole.tracks if name.startswith(("head_", "gaze_"))}


def test_corrections_are_in_it_and_what_was_observed_stays_untouched(analysed, tmp_path):
    request, _, told = analysed
    observed = Path(request.observed_dir)
    before = {path.name: path.stat().st_mtime_ns for path in observed.iterdir()}
    word = partial(request, told[-1], tmp_path / "one").analysis.transcript.segments[0].words[0]
    made = Correction("c1", CorrectionKind.WORD, word.start, word.end, word.text, "您", "李静", "2026-01-01T00:00:00Z")
    found = partial(request, told[-1], tmp_path / "two", corrections=(made,))
    assert found.analysis.correction == "c1"
    assert found.analysis.transcript.segments[0].words[0].text == "您"
    assert {path.name: path.stat().st_mtime_ns for path in observed.iterdir()} == before
    assert {path.name for path in (tmp_path / "two").iterdir()} == {"analysis.json", "tracks.npz"}
    assert read(tmp_path / "two").analysis == found.analysis


def test_its_document_can_never_be_taken_for_the_whole(analysed, tmp_path):
    request, whole, told = analysed
    found = partial(request, hearing(told, "sound"), tmp_path / "part").analysis
    assert found.id != whole.analysis.id
    assert found.provenance.models == ()


def test_stages_of_an_earlier_run_are_told_too(clip, models, analysed):
    request, _, first = analysed
    again = run(clip, Path(request.out_dir), models)[2]
    assert again[-1] == first[-1]


def test_a_stage_that_failed_is_not_awaited(clip, models, tmp_path):
    request, _, told = run(clip, tmp_path / "out", damaged(models, tmp_path / "bad", "speaker_embedding.onnx"))
    found = next(each for each in told if each.failed and "prosody" in each.to_come)
    assert [missing.why for missing in found.failed] == ["model_damaged"]
    assert "speakers" not in found.to_come
    made = partial(request, found, tmp_path / "part").analysis
    assert {missing.what: missing.why for missing in made.missing}["speakers"] == "model_damaged"


def test_what_has_gone_meanwhile_is_said(analysed, tmp_path):
    request, _, told = analysed
    gone = replace(told[-1], kept={**told[-1].kept, "text": "text-0000000000000000"})
    with pytest.raises(DocumentInvalid):
        partial(request, gone, tmp_path / "part")


def test_the_words_of_an_imported_transcript_are_the_words_so_far(clip, models, tmp_path):
    given = tmp_path / "given.vtt"
    given.write_text("WEBVTT\n\n00:00:00.500 --> 00:00:06.000\n<v 王芳>请介绍一下你自己\n", "utf-8")
    request, told = replace(request_for(clip, tmp_path / "out"), transcript=str(given)), list[SoFar]()
    pipeline.run(request, models, lambda event: told.append(event) if isinstance(event, SoFar) else None)
    found = hearing(told, "sound", "text", "speakers", "prosody")
    shown = partial(request, found, tmp_path / "so far").analysis
    assert [segment.text for segment in shown.transcript.segments] == ["请介绍一下你自己"]
    assert "text" not in awaited(partial(request, found, tmp_path / "again"))
    assert "imported" not in {name for each in told for name in (*each.kept, *each.to_come)}
