"""Small analyses and assessments for the tests of scoring, review and report: whole documents, made in a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from analysis.derive import Derived
from analysis.derive.voice import track_length
from analysis.document import (
    Analysis,
    Event,
    Exchange,
    MediaInfo,
    Metric,
    Metrics,
    Missing,
    ModelUse,
    Provenance,
    Quality,
    Question,
    Role,
    Segment,
    Span,
    Speakers,
    Stream,
    TrackInfo,
    Transcript,
    Turn,
    Word,
)
from analysis.export import write_all
from app.domain.types import Assessment, Candidate, Interview, InterviewStatus, Position, Rating
from app.store import Library


def metric(value: float | None, unit: str, n: int, quality: str = "ok") -> Metric:
    """One number with its basis."""
    return Metric(value, unit, n, 1.0 if value is not None else 0.0, quality)


def answer_metrics(language: str) -> dict[str, Metric]:
    """What a plain answer measures."""
    rate = metric(210, "char/min", 60) if language == "zh" else metric(140, "word/min", 60)
    return {
        "speech_rate": rate,
        "pause_share": metric(0.15, "share", 3),
        "pause_max": metric(0.9, "s", 3),
        "filler_density": metric(2.0, "1/100", 60, "lower_bound"),
        "mean_length_of_run": metric(9.0, "char", 60),
        "connective_density": metric(4.0, "1/100", 60),
        "star_coverage": metric(2, "count", 4),
        "quantified_results": metric(1, "count", 60),
        "response_latency": metric(0.6, "s", 1),
    }


def analysed(language="zh", answers=3, changes=None, per_answer=None) -> Analysis:
    """An analysed interview of `answers` questions, 20 s apart; `changes` go into every answer's metrics."""
    text = {
        "zh": ("请讲一个项目。", "嗯，首先我用负载均衡拆分了系统。"),
        "en": ("Tell me more.", "Um, first I split it."),
    }
    exchanges, turns, segments, events, metrics = [], [], [], [], []
    for i in range(answers):
        start = 20.0 * i
        exchanges.append(
            Exchange(Question(start, start + 4, text[language][0]), Span(start + 5, start + 13), latency_s=1)
        )
        for speaker, begin, end, said in (("S1", 0, 4, text[language][0]), ("S2", 5, 13, text[language][1])):
            turns.append(Turn(start + begin, start + end, speaker))
            words = (Word(start + begin, start + end, said, 0.9),)
            segments.append(Segment(start + begin, start + end, speaker, language, said, words))
        events.append(Event("filler", start + 6, start + 6.3, "嗯" if language == "zh" else "um"))
        events.append(Event("pause", start + 8, start + 9))
        found = answer_metrics(language) | (changes or {}) | (per_answer[i] if per_answer else {})
        metrics.append(found)
    events.append(Event("term", 7, 8, "负载均衡 ← 复载均衡", 0.9))
    overall = answer_metrics(language) | {"keyword_rate": metric(0.5, "share", 1)}
    return Analysis(
        id="a" * 64,
        media=MediaInfo("b" * 64, 20.0 * answers, (Stream("audio", "aac", sample_rate=16000, channels=1),)),
        provenance=Provenance((ModelUse("whisper-base", "transcriber", "c" * 64),), {}, {"mianjian": "0"}, "cpu", {}),
        transcript=Transcript(language, tuple(segments)),
        speakers=Speakers(tuple(turns), {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE}),
        exchanges=tuple(exchanges),
        tracks={},
        events=tuple(events),
        metrics=Metrics(overall, tuple(metrics)),
        quality=Quality(snr_db=31.0),
        missing=(Missing("face", "no_picture"),),
    )


def assessed(ratings=None, weights=None, **more) -> Assessment:
    """An assessment with the given ratings (dimension → score) and changed weights (%)."""
    rated = {key: Rating(key, score) for key, score in (ratings or {}).items()}
    return Assessment("as1", "iv1", "demo", "default", 1, rated, weights or {}, **more)


def derived(language="zh", **changes) -> Derived:
    """The same with two tracks; pitch has a gap of two seconds."""
    analysis = analysed(language, **changes)
    length = track_length(analysis.media.duration)
    pitch = np.sin(np.arange(length) / 9).astype(np.float32)
    pitch[100:120] = np.nan
    loudness = (pitch * 4 - 30).astype(np.float32)
    infos = {
        "pitch": TrackInfo("st re own median", "pitch of the candidate", 100.0, 0.9),
        "loudness": TrackInfo("dBFS", "loudness of the candidate", 100.0, 0.9),
    }
    return Derived(replace(analysis, tracks=infos), {"pitch": pitch, "loudness": loudness})


KEYWORDS = ("负载均衡", "微服务")


def reviewable(library: Library, language="zh", *, locked=False, analyse=True, **changes) -> str:
    """An interview in the library with position, candidate and a recorded analysis; its id."""
    position = library.save_position(Position("", "后端工程师", keywords=KEYWORDS, weights_locked=locked))
    candidate = library.save_candidate(Candidate("", "王小雨 𠮷"))
    made = Interview(
        "", "一面", 1, InterviewStatus.TO_REVIEW, candidate, position, None, datetime(2026, 11, 20, 8, tzinfo=UTC),
        "Asia/Shanghai",
    )  # fmt: skip
    interview = library.save_interview(made)
    if analyse:
        folder = library.folder / f"made-{interview.id}"
        folder.mkdir()
        write_all(folder, derived(language, **changes))
        library.record_analysis(interview.id, folder)
    return interview.id
