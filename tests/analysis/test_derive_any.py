"""Whatever the stages saw: the document is whole, obeys its schema, comes back from its files, and never guesses."""

from __future__ import annotations

import json
import math

import jsonschema
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.derive import PEAKS, derive
from analysis.document import MediaInfo, Span, Stream, Turn, Word
from analysis.export import read, schema, write_all
from analysis.export.folder import document_json
from analysis.features import event_kinds
from analysis.observations import (
    HeardSegment,
    Hesitation,
    Observed,
    ProsodyObservation,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
)
from analysis.request import Glossary, Term
from tests.analysis.ideal import provenance, request

SECONDS = 40.0
PEAKS_OF_SILENCE = np.zeros((4000, 2), np.float32)
TIMES = st.integers(0, 400).map(lambda tenth: tenth / 10)
PLACES = st.tuples(TIMES, st.integers(0, 60).map(lambda tenth: tenth / 10)).map(
    lambda pair: Span(pair[0], min(SECONDS, pair[0] + pair[1]))
)
TEXTS = st.sampled_from(
    ("嗯，", "那个", "我们", "用", "负载均衡", "复载均衡", "结果。", "提升了30%", " Kub", "ernetes", " you",
     " know,", "？", " ", "", "\x00<&>", "请介绍一下", "\U00020bb7", " it's", ",000", "…", "好的。", "谢谢再见")
)  # fmt: skip


@st.composite
def segments(draw):
    span = draw(PLACES)
    pieces = draw(st.lists(TEXTS, max_size=8))
    times = sorted(draw(st.lists(TIMES, min_size=2 * len(pieces), max_size=2 * len(pieces))))
    words = tuple(
        Word(times[2 * i], times[2 * i + 1], piece, draw(st.sampled_from((0.1, 0.5, 0.99))))
        for i, piece in enumerate(pieces)
    )
    text = draw(st.sampled_from(("".join(pieces), " ".join(pieces), "ganz anderes")))
    return HeardSegment(span.start, span.end, draw(st.sampled_from(("zh", "en"))), text, words)


@st.composite
def observations(draw):
    turns = st.builds(lambda s, name: Turn(s.start, s.end, name), PLACES, st.sampled_from(("S1", "S2", "S3")))
    listed = sorted(draw(st.lists(turns, max_size=8)), key=lambda turn: turn.start)
    speech = sorted((s for s in draw(st.lists(PLACES, max_size=8)) if s.end > s.start), key=lambda span: span.start)
    apart = tuple(s for i, s in enumerate(speech) if all(s.start > other.end for other in speech[:i]))
    samples = draw(st.sampled_from((0, 37, int(SECONDS * 100))))
    pitch = np.where(np.arange(samples) % 3 == 0, np.nan, 150.0).astype(np.float32)
    level = np.full(samples, draw(st.sampled_from((-20.0, -math.inf))), dtype=np.float32)
    sounds = tuple(Hesitation(s.start, s.end, 0.5) for s in draw(st.lists(PLACES, max_size=3)))
    return Observed(
        media=MediaInfo("ab" * 32, SECONDS, (Stream("audio", "aac"),)),
        sound=SoundObservation(
            apart, PEAKS_OF_SILENCE, draw(st.sampled_from((None, 10.0, 40.0))), 0.0, draw(st.booleans())
        ),
        text=TextObservation(draw(st.sampled_from(("zh", "en", ""))), tuple(draw(st.lists(segments(), max_size=5))), 0),
        speakers=draw(st.sampled_from((None, SpeakerObservation(tuple(listed), tuple(apart[:1]), 2)))),
        prosody=draw(st.sampled_from((None, ProsodyObservation(pitch, level, sounds)))),
    )


VALIDATOR = jsonschema.Draft202012Validator(schema())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seen=observations())
def test_any_observation_makes_a_whole_document(seen, tmp_path_factory):
    terms = (Term("负载均衡"), Term("Kubernetes"))
    glossaries = (Glossary("g", (Term("结果"), Term("负载平衡"), Term("Kubernetes"))),)
    asked = request("zh", terms=terms, glossaries=glossaries)
    derived = derive(seen, asked, provenance())
    analysis = derived.analysis
    VALIDATOR.validate(json.loads(document_json(analysis)))
    assert {values.shape for name, values in derived.tracks.items() if name != PEAKS} <= {(400,)}
    assert not any(np.isinf(values).any() for values in derived.tracks.values())
    for metrics in (analysis.metrics.overall, *analysis.metrics.answers):
        for name, metric in metrics.items():
            assert (metric.value is None) == (metric.quality not in ("ok", "lower_bound")), name
            assert metric.value is None or math.isfinite(metric.value), name
            assert metric.unit != "share" or metric.value is None or -1e-6 <= metric.value <= 1 + 1e-6, name
    assert all(event.end >= event.start for event in analysis.events)
    assert all(exchange.answer.end > exchange.answer.start for exchange in analysis.exchanges)
    assert all(use.exact + use.fuzzy == len(use.times) for use in analysis.terms)
    assert {event.kind for event in analysis.events} <= set(event_kinds())
    said = "".join(segment.text for segment in analysis.transcript.segments)
    assert all("".join(s.before.split()) in "".join(said.split()) for s in analysis.suggestions)
    folder = tmp_path_factory.mktemp("any")
    write_all(folder, derived)
    assert read(folder).analysis == analysis
