"""A real recording through the real stages of speech, derived and held against its script."""

from __future__ import annotations

import pytest

from analysis.derive import derive
from analysis.document import Role
from analysis.media import SoundFile, probe
from analysis.models import ModelStore
from analysis.observations import Observed
from analysis.request import Term
from analysis.speech import observe_prosody, observe_sound, observe_speakers, observe_text
from app.resources import resource
from app.settings import cache_folder
from tests.analysis.ideal import SAMPLE, provenance, request, truth

pytestmark = pytest.mark.slow


def listened(path, folder, language, terms):
    """All observations of speech."""
    models = ModelStore(resource(), cache_folder(), folder)

    def quiet(_seconds: float) -> None:
        pass

    info = probe(path, path.name)
    sound = SoundFile.extract(path, info, folder, quiet)
    level = observe_sound(sound)
    transcriber = models.path("transcriber")
    text = observe_text(sound, level.speech, language, terms, transcriber, "cpu", 2, quiet)
    segmentation, embedding = models.path("speaker_segmentation"), models.path("speaker_embedding")
    speakers = observe_speakers(sound, level.speech, 2, None, segmentation, embedding, 2, quiet)
    words = [word for segment in text.segments for word in segment.words]
    return Observed(info, level, text, speakers, observe_prosody(sound, level.speech, words, quiet))


def test_the_sample_interview_comes_out_as_its_script(tmp_path):
    language = "zh"
    found = truth(language)
    terms = tuple(Term(word) for word in found["keywords"])
    seen = listened(SAMPLE / f"sample_{language}.mp4", tmp_path, language, terms)
    analysis = derive(seen, request(language, terms=terms), provenance()).analysis
    assert list(analysis.speakers.roles.values()) == [Role.INTERVIEWER, Role.CANDIDATE]
    latencies = [item["latency"] for item in found["response_latencies"][:3]]
    assert [e.latency_s for e in analysis.exchanges] == pytest.approx(latencies, abs=0.15)
    pauses = [(e.start, e.end) for e in analysis.events if e.kind == "pause"]
    for silence in found["inserted_silences"]:
        if silence["kind"] == "within_answer":
            assert any(abs(a - silence["start"]) < 0.15 and abs(b - silence["end"]) < 0.15 for a, b in pauses)
    heard = {e.text.split(" ←")[0] for e in analysis.events if e.kind == "term"}
    assert heard == {term["term"] for term in found["terms"]}
    assert any(e.kind == "quantified_result" for e in analysis.events)
    assert analysis.metrics.overall["speech_rate"].quality == "ok"
