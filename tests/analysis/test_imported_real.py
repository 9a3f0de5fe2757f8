"""The real engine on the sample, with transcripts that it exported itself in place of what it would hear."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analysis import pipeline
from analysis.derive import Derived
from analysis.document import Correction, CorrectionKind
from analysis.export.plain import plain_text
from analysis.failures import TranscriptForeign, TranscriptMissing, TranscriptRefused
from analysis.models import ModelStore
from analysis.progress import Progress, StageDone
from analysis.request import AnalysisRequest
from app.resources import resource
from app.settings import cache_folder
from tests.clips import cut

LENGTH_S = 40


@pytest.fixture(scope="module")
def models() -> ModelStore:
    return ModelStore(resource(), cache_folder(), cache_folder())


def run(request: AnalysisRequest, models: ModelStore) -> tuple[Derived, list[str]]:
    """The analysis, and the stages that were observed anew."""
    heard: list[Progress | StageDone] = []
    derived = pipeline.run(request, models, heard.append)
    return derived, sorted(event.stage for event in heard if isinstance(event, StageDone))


@pytest.fixture(scope="module")
def heard(tmp_path_factory, sample, models) -> tuple[AnalysisRequest, Derived]:
    """The machine's own analysis of the beginning of the sample."""
    folder = tmp_path_factory.mktemp("imported")
    clip = cut(sample / "sample_zh.mp4", folder / "clip.mp4", LENGTH_S)
    request = AnalysisRequest(
        str(clip), str(folder / "out"), str(folder / "observed"), modalities=("speech",), device="cpu"
    )
    return request, run(request, models)[0]


def with_transcript(request: AnalysisRequest, path: Path, out: str) -> AnalysisRequest:
    folder = Path(request.out_dir).with_name(out)
    return replace(request, transcript=str(path), transcript_name="面试 记录", out_dir=str(folder))


def said(derived: Derived) -> list[tuple[str, str]]:
    return [(segment.speaker, segment.text) for segment in derived.analysis.transcript.segments]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["vtt", "srt", "eaf", "txt"])
def test_what_the_engine_exported_comes_back_without_listening_again(heard, models, tmp_path, kind):
    request, before = heard
    path = tmp_path / f"a.{kind}"
    if kind == "txt":
        path.write_text(plain_text(before.analysis), "utf-8")
    else:
        path.write_bytes((Path(request.out_dir) / f"transcript.{kind}").read_bytes())
    after, stages = run(with_transcript(request, path, f"from-{kind}"), models)
    assert stages == ["imported", "prosody"]
    assert said(after) == said(before)
    assert after.analysis.speakers.roles == before.analysis.speakers.roles
    for old, new in zip(before.analysis.transcript.segments, after.analysis.transcript.segments, strict=True):
        assert abs(old.start - new.start) <= 0.05
        assert abs(old.end - new.end) <= 0.05
    found = after.analysis.provenance
    assert found.settings["transcript"].startswith("面试 记录 (")
    assert ("transcriber" in {model.role for model in found.models}) == (kind == "txt")
    assert found.settings.get("transcript_aligned") == ("100 %" if kind == "txt" else None)
    assert after.analysis.id != before.analysis.id


@pytest.mark.slow
def test_the_machines_own_words_are_there_when_the_transcript_goes(heard, models, tmp_path):
    request, before = heard
    path = tmp_path / "a.txt"
    path.write_text("面试官：您好。\n" + "\n".join(text for _, text in said(before)), "utf-8")
    run(with_transcript(request, path, "aside"), models)
    after, stages = run(request, models)
    assert stages == ["prosody"]
    assert said(after) == said(before)


@pytest.mark.slow
def test_corrections_find_their_place_in_the_imported_text(heard, models, tmp_path):
    request, before = heard
    segment = before.analysis.transcript.segments[0]
    path = tmp_path / "a.vtt"
    path.write_bytes((Path(request.out_dir) / "transcript.vtt").read_bytes())
    word = segment.words[0]
    corrections = (
        Correction("1", CorrectionKind.WORD, word.start, word.end, word.text, "嘿", "me", ""),
        Correction("2", CorrectionKind.WORD, word.start, word.end, "没有这句话", "嘿", "me", ""),
    )
    given = replace(with_transcript(request, path, "corrected"), corrections=corrections)
    run(given, models)
    after = pipeline.derive_again(given)
    assert after.analysis.transcript.segments[0].text.startswith("嘿")
    assert [each.what for each in after.analysis.missing if each.why == "no_place"] == ["correction:2"]
    assert after.analysis.provenance.settings["transcript"].startswith("面试 记录")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "failure"),
    [
        ("none.vtt", None, TranscriptMissing),
        ("late.vtt", "WEBVTT\n\n50:00.000 --> 51:00.000\nlate\n", TranscriptForeign),
        ("other.txt", "Nothing of what is written here was ever said in that room.", TranscriptForeign),
        ("bad.eaf", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><ANNOTATION_DOCUMENT>&y;</ANNOTATION_DOCUMENT>",
         TranscriptRefused),
    ],
)  # fmt: skip
def test_a_bad_transcript_ends_the_analysis_and_leaves_no_result(heard, models, tmp_path, name, content, failure):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, "utf-8")
    request = with_transcript(heard[0], path, f"bad-{name}")
    with pytest.raises(failure):
        run(request, models)
    assert not (Path(request.out_dir) / "analysis.json").exists()
