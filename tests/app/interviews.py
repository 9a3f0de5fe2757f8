"""Small analyses and assessments for the tests of scoring, review and report: whole documents, made in a line."""

from __future__ import annotations

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
    Transcript,
    Turn,
    Word,
)
from app.domain.types import Assessment, Rating


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
    text = {"zh": ("请讲一个项目。", "嗯，首先我用负载均衡拆分了系统。"), "en": ("Tell me more.", "Um, first I split it.")}
    exchanges, turns, segments, events, metrics = [], [], [], [], []
    for i in range(answers):
        start = 20.0 * i
        exchanges.append(Exchange(Question(start, start + 4, text[language][0]), Span(start + 5, start + 13), latency_s=1))
        for speaker, begin, end, said in (("S1", 0, 4, text[language][0]), ("S2", 5, 13, text[language][1])):
            turns.append(Turn(start + begin, start + end, speaker))
            words = (Word(start + begin, start + end, said, 0.9),)
            segments.append(Segment(start + begin, start + end, speaker, language, said, words))
        events.append(Event("filler", start + 6, start + 6.3, "嗯" if language == "zh" else "um"))
        events.append(Event("pause", start + 8, start + 9))
        found = answer_metrics(language) | (changes or {}) | (per_answer[i] if per_answer else {})
        metrics.append(found)
    events.append(Event("term", 7, 8, "负载均衡 ← 复载均衡", 0.9))
    overall = answer_metrics(language)
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
        missing=(Missing("face", "no_video"),),
    )


def assessed(ratings=None, weights=None, **more) -> Assessment:
    """An assessment with the given ratings (dimension → score) and changed weights (%)."""
    rated = {key: Rating(key, score) for key, score in (ratings or {}).items()}
    return Assessment("as1", "iv1", "demo", "default", 1, rated, weights or {}, **more)
