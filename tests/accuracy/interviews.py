"""Whole analyses of the labelled interviews against their truth: words, speakers, roles, pauses, fillers, terms."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import threading
import unicodedata
from pathlib import Path
from typing import Any

import cn2an
import inflect
import jiwer
import opencc
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from analysis.document import Analysis, Event, Role
from analysis.export import read
from analysis.protocol import AnalyseJob
from analysis.request import Term
from app.jobs import run_child
from app.jobs.analysis import Choices, places, request_for

SETS = ("dev", "sample")
COLLAR_S = 0.25
NEAR_S = 0.5
NUMBERS = inflect.engine()
SIMPLE = opencc.OpenCC("t2s")


def measure(corpus: Path) -> dict[str, float]:
    """Per recording and figure: error rates (lower is better), recalls and precisions (higher is better)."""
    figures: dict[str, float] = {}
    for folder in SETS:
        for truth_file in sorted((corpus / "interviews" / folder).glob("*.truth.json")):
            truth = json.loads(truth_file.read_text("utf-8"))
            analysis = analyse(truth_file.parent / f"{truth['name']}.mp4", truth)
            figures |= {f"{key}_{truth['name']}": value for key, value in compare(analysis, truth).items()}
    return figures


def analyse(media: Path, truth: dict[str, Any]) -> Analysis:
    """The product's own analysis with the position's keywords, in a child process."""
    folder = Path(tempfile.mkdtemp(prefix="mianjian-accuracy-"))
    try:
        choices = Choices(terms=tuple(Term(word) for word in truth["keywords"]))
        request = request_for(media, media.name, folder / "out", folder / "observed", choices, folder)
        run_child(AnalyseJob(request, places(folder)), lambda _: None, threading.Event())
        return read(folder / "out").analysis
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compare(analysis: Analysis, truth: dict[str, Any]) -> dict[str, float]:
    """All figures of one recording."""
    said = " ".join(turn["text"] for turn in truth["turns"])
    heard = " ".join(segment.text for segment in analysis.transcript.segments)
    name = "cer" if truth["language"] == "zh" else "wer"
    return {
        name: error_rate(said, heard, truth["language"]),
        "der": diarization_error(analysis, truth),
        "role_share": role_share(analysis, truth),
        **pauses(analysis, truth),
        **found("filler", analysis, [(f["time"], f["end"]) for f in truth["fillers"]]),
        **found("term", analysis, [(t["time"], t["end"]) for t in truth["terms"] if t["speaker"] == "candidate"]),
        "latency_error_s": latency_error(analysis, truth),
    }


def error_rate(reference: str, hypothesis: str, language: str) -> float:
    """WER, or CER without punctuation and spaces for Chinese; script, case and width are unified."""
    pair = [plain(text, language) for text in (reference, hypothesis)]
    return float(jiwer.cer(*pair) if language == "zh" else jiwer.wer(*pair))


def plain(text: str, language: str) -> str:
    """Words only, as they are spoken: "40%" and "forty percent", 百分之四十 and 40% are the same."""
    text = SIMPLE.convert(unicodedata.normalize("NFKC", text)).lower().replace("'", "")
    text = cn2an.transform(text, "an2cn") if language == "zh" else spelt(text)
    words = re.sub(r"[^\w]+", " ", text).strip()
    return words.replace(" ", "") if language == "zh" else words


def spelt(text: str) -> str:
    """English text with its figures as words, "and" within them left out on both sides."""
    text = re.sub(r"(?<=\d)\s?,\s?(?=\d{3})", "", text).replace("%", " percent")
    text = re.sub(r"\d+(?:\.\d+)?", lambda figure: NUMBERS.number_to_words(figure[0], andword="", comma=""), text)
    text = text.replace(" and a half", " point five").replace("okay", "ok").replace("cancelled", "canceled")
    return re.sub(r"\b(hundred|thousand) and\b", r"\1", text)


def diarization_error(analysis: Analysis, truth: dict[str, Any]) -> float:
    """DER with a collar of 0.25 s, overlap counted, against the spoken stretches."""
    reference, hypothesis = Annotation(), Annotation()
    for number, span in enumerate(truth["speech"]):
        reference[Segment(span["start"], span["end"]), number] = span["speaker"]
    for number, turn in enumerate(analysis.speakers.turns):
        hypothesis[Segment(turn.start, turn.end), number] = turn.speaker
    return float(DiarizationErrorRate(collar=2 * COLLAR_S)(reference, hypothesis))


def role_share(analysis: Analysis, truth: dict[str, Any]) -> float:
    """Share of the true speech that is given to the right role."""
    right = total = 0.0
    for span in truth["speech"]:
        total += span["end"] - span["start"]
        for turn in analysis.speakers.turns:
            if analysis.speakers.roles.get(turn.speaker) == Role(span["speaker"]):
                right += max(0.0, min(turn.end, span["end"]) - max(turn.start, span["start"]))
    return right / total


def events(analysis: Analysis, kind: str) -> list[Event]:
    """The events of one kind."""
    return [event for event in analysis.events if event.kind == kind]


def pauses(analysis: Analysis, truth: dict[str, Any]) -> dict[str, float]:
    """Recall of the inserted silences inside answers, and the mean error of their length."""
    wanted = [s for s in truth["inserted_silences"] if s["kind"] == "within_answer"]
    errors = []
    for silence in wanted:
        overlapping = [p for p in events(analysis, "pause") if p.start < silence["end"] and p.end > silence["start"]]
        if overlapping:
            errors.append(abs(max(p.end - p.start for p in overlapping) - silence["duration"]))
    if not wanted:
        return {}
    return {"pause_recall": len(errors) / len(wanted), "pause_error_s": sum(errors) / max(1, len(errors))}


def found(kind: str, analysis: Analysis, wanted: list[tuple[float, float]]) -> dict[str, float]:
    """Recall and precision of events of one kind, within half a second."""
    got = events(analysis, kind)

    def near(event: Event, span: tuple[float, float]) -> bool:
        return event.start <= span[1] + NEAR_S and event.end >= span[0] - NEAR_S

    figures = {}
    if wanted:
        figures[f"{kind}_recall"] = sum(any(near(e, w) for e in got) for w in wanted) / len(wanted)
    if got:
        figures[f"{kind}_precision"] = sum(any(near(e, w) for w in wanted) for e in got) / len(got)
    return figures


def latency_error(analysis: Analysis, truth: dict[str, Any]) -> float:
    """Mean absolute error of the response latencies, over exchanges whose question ends near a true one's end."""
    ends = {}
    for turn in truth["turns"]:
        if turn["speaker"] == "interviewer":
            ends[turn["question_id"]] = turn["end"]
    errors = []
    for wanted in truth["response_latencies"]:
        end = ends.get(wanted["question_id"], -1e9)
        near = [e for e in analysis.exchanges if abs(e.question.end - end) < 1.0 and e.latency_s is not None]
        errors += [abs(near[0].latency_s - wanted["latency"])] if near else []  # type: ignore[operator]
    return sum(errors) / len(errors) if errors else float("nan")
