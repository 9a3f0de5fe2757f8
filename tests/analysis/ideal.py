"""Observations as ideal stages would make them, from the truth files of the bundled samples: no model needed."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np

from analysis.document import MediaInfo, ModelUse, Provenance, Span, Stream, Turn, Word
from analysis.language.script import has_han, tokens
from analysis.observations import (
    FaceObservation,
    HeardSegment,
    Observed,
    ProsodyObservation,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
)
from analysis.request import AnalysisRequest, KitQuestion, Term

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"
NAMES = {"interviewer": "S1", "candidate": "S2"}


def truth(language: str) -> dict:
    return json.loads((SAMPLE / f"sample_{language}.truth.json").read_text("utf-8"))


def provenance() -> Provenance:
    return Provenance(
        (ModelUse("whisper-base", "transcriber", "ab" * 32),), {"language": "auto"}, {}, "cpu", {"text": 1.5}
    )


def words_of(text: str, start: float, end: float, probability: float = 0.9) -> tuple[Word, ...]:
    """Words with the punctuation that follows them, each as long as its share of the characters."""
    found = tokens(text)
    pieces = [text[t.begin : n.begin] for t, n in pairwise(found)] + [text[found[-1].begin :]]
    sizes = np.cumsum([0, *(len(piece.strip()) for piece in pieces)]) / sum(len(piece.strip()) for piece in pieces)
    times = start + sizes * (end - start)
    return tuple(
        Word(round(float(times[i]), 3), round(float(times[i + 1]), 3), piece.strip(), probability)
        for i, piece in enumerate(pieces)
    )


def heard(text: str, start: float, end: float, language: str | None = None) -> HeardSegment:
    language = language or ("zh" if has_han(text) else "en")
    return HeardSegment(start, end, language, text, words_of(text, start, end))


def activity(found: dict) -> tuple[Span, ...]:
    """Voice activity: the true speech without the gaps between sentences."""
    spans = []
    for speech in found["speech"]:
        start = speech["start"]
        for gap in found["sentence_gaps"]:
            if speech["start"] < gap["start"] and gap["end"] < speech["end"]:
                spans.append(Span(start, gap["start"]))
                start = gap["end"]
        spans.append(Span(start, speech["end"]))
    return tuple(spans)


def prosody(duration: float, speech: tuple[Span, ...]) -> ProsodyObservation:
    """A voice that glides around 200 Hz at -20 dB, over a floor of -76 dB."""
    times = np.arange(math.ceil(duration * 100)) / 100
    spoken = np.zeros(times.size, dtype=bool)
    for span in speech:
        spoken |= (times >= span.start) & (times < span.end)
    pitch = np.where(spoken, 200 * 2 ** (2 * np.sin(times * 2) / 12), np.nan)
    loudness = np.where(spoken, -20 + 3 * np.sin(times * 3), -76)
    return ProsodyObservation(pitch.astype(np.float32), loudness.astype(np.float32), ())


def observed(language: str, face: FaceObservation | None = None) -> Observed:
    return observed_of(truth(language), face)


def scripted(language: str, *turns: tuple[str, str]) -> Observed:
    """An interview of (speaker, text) turns, half a second apart, as ideal stages would make it."""
    made, now = [], 1.0
    for speaker, text in turns:
        end = round(now + max(0.4, len(text) * (0.2 if language == "zh" else 0.07)), 3)
        chunks = [{"start": now, "end": end, "text": text}]
        made.append({"start": now, "end": end, "speaker": speaker, "text": text, "chunks": chunks})
        now = end + 0.5
    return observed_of({"turns": made, "speech": made, "sentence_gaps": [], "duration_s": now, "language": language})


def observed_of(found: dict, face: FaceObservation | None = None) -> Observed:
    """What ideal stages would make of a recording with this truth."""
    language = found["language"]
    chunks = [chunk for turn in found["turns"] for chunk in turn["chunks"]]
    speech = activity(found)
    duration = found["duration_s"]
    rng = np.random.default_rng(1)
    peaks = np.sort(rng.uniform(-0.5, 0.5, (math.ceil(duration * 100), 2)), axis=1).astype(np.float32)
    streams = (
        Stream("video", "h264", width=640, height=360, fps=25.0),
        Stream("audio", "aac", sample_rate=48000, channels=1),
    )
    return Observed(
        media=MediaInfo("cd" * 32, duration, streams),
        sound=SoundObservation(speech, peaks, 48.0, 0.0, False),
        text=TextObservation(language, tuple(heard(c["text"], c["start"], c["end"], language) for c in chunks), 0),
        speakers=SpeakerObservation(
            tuple(Turn(t["start"], t["end"], NAMES[t["speaker"]]) for t in found["turns"]), (), 2
        ),
        prosody=prosody(duration, speech),
        face=face,
    )


def request(language: str, **changes: object) -> AnalysisRequest:
    terms = tuple(Term(word) for word in truth(language)["keywords"])
    values: dict = {"media": "m", "out_dir": "o", "observed_dir": "d", "terms": terms, "modalities": ("speech",)}
    return AnalysisRequest(**(values | changes))


KIT = (
    KitQuestion("intro", "请做一个自我介绍"),
    KitQuestion("proud", "说说你最有成就感的一个项目"),
    KitQuestion("failure", "项目没有成功时你会怎样处理？"),
    KitQuestion("salary", "你期望的薪资是多少？"),
    KitQuestion("team", "How do you deal with conflict in a team?"),
)
KIT_EN = (
    KitQuestion("intro", "Could you tell us something about yourself?"),
    KitQuestion("proud", "Which achievement makes you most proud?"),
    KitQuestion("conflict", "How do you deal with a stakeholder who disagrees with you?"),
    KitQuestion("salary", "What salary do you expect?"),
)
