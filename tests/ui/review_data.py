"""A recording and a presenter made from plain values, for tests that need no library."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from analysis.document import (
    Analysis,
    Event,
    Exchange,
    Fallback,
    Learning,
    MediaInfo,
    Metric,
    Metrics,
    Provenance,
    Quality,
    Question,
    QuestionMatch,
    Relevance,
    Role,
    Segment,
    Span,
    Speakers,
    Stream,
    Suggestion,
    TermUse,
    TrackInfo,
    Transcript,
    Turn,
    Uptake,
    Word,
)  # fmt: skip
from ui.review.model import Recording
from ui.review.passages import place_of, word_places

VOICE = ("pitch", "loudness", "speech_rate", "vocal_activation", "speech")
FACE = (
    "present",
    "box_x",
    "box_y",
    "box_w",
    "box_h",
    "eye_contact",
    "head_yaw",
    "head_pitch",
    "head_roll",
    "gaze_yaw",
    "gaze_pitch",
)
EXPRESSION = (
    "positive", "neutral", "negative", "smile", "frown", "seven_happy", "seven_neutral", "seven_sad", "seven_angry",
    "seven_fearful", "seven_disgusted", "seven_surprised", "unclear",
)  # fmt: skip
SENTENCES = ("你好，请介绍一下自己。", "嗯，我负责负载均衡。", "请讲一个项目成果。", "响应时间降到了300毫秒。")


def recording(
    duration: float = 60.0, names: tuple[str, ...] = (*VOICE, *FACE, *EXPRESSION), seed: int = 1
) -> Recording:
    """Curves that wander like real ones, a gap in every face track, and a talk of four sentences repeated."""
    random = np.random.default_rng(seed)
    length = math.ceil(duration * 10 - 1e-6)
    tracks = {}
    for name in names:
        values = np.abs(np.convolve(random.normal(size=length + 9), np.ones(10) / 10, "valid")).astype(np.float32)
        values = np.clip(values, 0, 1)
        if name not in VOICE:
            values[length // 3 : length // 3 + 40] = np.nan
        tracks[name] = values
    peaks = np.sort(random.uniform(-0.6, 0.6, (int(duration * 100), 2)).astype(np.float32), axis=1)
    return Recording(analysis(duration, tuple(tracks)), tracks, peaks)


def analysis(duration: float = 60.0, tracks: tuple[str, ...] = ()) -> Analysis:
    """A document with one exchange a quarter of a minute."""
    segments, turns, events, exchanges = [], [], [], []
    for number, start in enumerate(np.arange(0.0, duration - 14, 15.0).tolist()):
        first, second = (0, 1) if number % 2 == 0 else (2, 3)
        asked, said = (
            segment(start, start + 3, "S1", SENTENCES[first]),
            segment(start + 4, start + 13, "S2", SENTENCES[second]),
        )
        segments += [asked, said]
        turns += [Turn(asked.start, asked.end, "S1"), Turn(said.start, said.end, "S2")]
        exchanges.append(
            Exchange(Question(asked.start, asked.end, asked.text), Span(said.start, said.end), None, (), 1.0)
        )
        events += marks(said)
    return Analysis(
        id="a" * 64,
        media=MediaInfo("f" * 64, duration, (Stream("video", "h264", fps=25.0), Stream("audio", "aac"))),
        provenance=Provenance((), {}, {}, "cpu", {}),
        transcript=Transcript("zh", tuple(segments)),
        speakers=Speakers(tuple(turns), {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE}),
        exchanges=tuple(exchanges),
        tracks={name: TrackInfo("share", "test", 5.0, 0.9) for name in tracks},
        events=tuple(events),
        metrics=Metrics(
            {"speech_rate": Metric(231.0, "char/min", 90, 0.9), "pitch_sd": Metric(None, "st", 0, 0.0, "low_snr")},
            tuple({"speech_rate": Metric(220.0, "char/min", 30, 0.9)} for _ in exchanges),
        ),
        quality=Quality(31.0, 0.9, 0.8),
        missing=(),
    )  # fmt: skip


def segment(start: float, end: float, speaker: str, text: str) -> Segment:
    """A segment whose words are pairs of characters; every fifth word is uncertain."""
    pieces = [text[at : at + 2] for at in range(0, len(text), 2)]
    step = (end - start) / len(pieces)
    words = tuple(
        Word(round(start + at * step, 3), round(start + (at + 1) * step, 3), piece, 0.3 if at % 5 == 4 else 0.95)
        for at, piece in enumerate(pieces)
    )
    return Segment(float(start), float(end), speaker, "zh", text, words)


def marks(said: Segment) -> list[Event]:
    """A filler, a term, a pause and a smile in an answer."""
    words = said.words
    return [
        Event("filler", words[0].start, words[0].end, "嗯"),
        Event("term", words[2].start, words[4].end, "负载均衡"),
        Event("pause", said.start - 1.0, said.start, "", 0.9),
        Event("smile", said.end - 3.0, said.end - 1.0, "", 0.8),
    ]


MISHEARD = {"响应": "相应", "为服务": "微服务", "想硬": "响应", "A-B": "A/B"}
"""Likely mishearings in the made talk above and in the two samples, with what they sound like."""
KIT = {
    "q1": "请介绍一下自己。",
    "q2": "请讲一个让你自豪的项目成果。",
    "q3": "你如何学习新的技术？",
    "q4": "遇到分歧时你怎么做？",
}
GLOSSARIES = ("", "industry", "ai")


def with_findings(shown: Recording) -> Recording:
    """The same with everything that the analysis may find besides: mishearings, terms, follow-ups, fallbacks."""
    found = shown.analysis
    exchanges = tuple(_with_details(number, each, found) for number, each in enumerate(found.exchanges))
    provenance = replace(
        found.provenance,
        fallbacks=(Fallback("transcriber", "cuda", "cpu", "gpu_unusable"), Fallback("face", "directml", "cpu", "odd")),
    )
    return replace(
        shown,
        analysis=replace(
            found,
            suggestions=misheard(found),
            exchanges=exchanges,
            terms=terms(found),
            provenance=provenance,
            quality=replace(found.quality, suppressed_segments=2, clipping_share=0.0, lighting=0.56, sharpness=203.0),
        ),
    )


def misheard(found: Analysis) -> tuple[Suggestion, ...]:
    """A suggestion for each word of the talk that is in `MISHEARD`."""
    listed = []
    for said in found.transcript.segments:
        for word, (start, _) in zip(said.words, word_places(said), strict=True):
            for before, after in MISHEARD.items():
                place = place_of(said, before, word.start)
                if place is not None and place[0] == start:
                    end = word.start + 0.2 * len(before)
                    listed.append(Suggestion(word.start, end, said.speaker, before, after, 0.96))
    return tuple(listed)


def terms(found: Analysis) -> tuple[TermUse, ...]:
    """Uses of the position's terms and of two glossaries, at the beginning of the answers."""
    starts = [exchange.answer.start + 1.0 for exchange in found.exchanges]
    return (
        TermUse("负载均衡", "", 2, 1, tuple(starts[:3]), ("", "复载均衡", "")),
        TermUse("灰度发布", "", 0, 0, ()),
        TermUse("PLC编程", "industry", 1, 0, tuple(starts[:1])),
        TermUse("Transformer", "ai", len(starts), 0, tuple(starts)),
    )


def _with_details(number: int, each: Exchange, found: Analysis) -> Exchange:
    """Every second question goes on from the one before; the last answer may be about something else."""
    ranked = each.candidates or tuple(
        QuestionMatch(key, text, score) for (key, text), score in zip(KIT.items(), (0.9, 0.5, 0.3), strict=False)
    )
    matched = each.matched_question or (ranked[number % 2] if number != 2 else None)
    last = number == len(found.exchanges) - 1
    relevance = Relevance(3 if last else 1, len(found.exchanges), last)
    learning = None
    if number % 2:
        at = each.answer.start
        uptake = (Uptake("缓存", at + 2.1, at + 2.5), Uptake("命中率", at + 5.0, at + 5.6))
        learning = Learning(number - 1, ("缓存", "命中率", "降级"), uptake, 2.1, 46)
    return replace(each, candidates=ranked, matched_question=matched, relevance=relevance, learning=learning)
