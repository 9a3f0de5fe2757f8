"""Real speech of the corpus: error rates, voice activity, and diarization of two-speaker recordings."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import jiwer
import numpy as np
from pyannote.core import Annotation
from pyannote.core import Segment as Stretch
from pyannote.metrics.diarization import DiarizationErrorRate

from analysis.media import SoundFile, probe
from analysis.speech import observe_sound, observe_speakers, observe_text
from app.jobs.analysis import model_store, threads
from tests.accuracy.interviews import COLLAR_S, plain

FRAME_S = 0.01
DIARIZED = {
    "en_pyannote_sample.wav": "en_pyannote_sample.rttm", "en_comp_ls2.wav": "en_comp_ls2.rttm",
    "zh_comp_interview.wav": "zh_comp_interview.rttm", "zh_comp_moss2.wav": "zh_comp_moss2.rttm",
}  # fmt: skip


def measure(corpus: Path) -> dict[str, float]:
    """WER and CER pooled over the clips, VAD precision, recall and F1 (10 ms frames), DER with a collar of 0.25 s."""
    folder = corpus / "audio"
    with tempfile.TemporaryDirectory(prefix="mianjian-accuracy-") as scratch:
        return {**words(folder, Path(scratch)), **activity(folder, Path(scratch)), **speakers(folder, Path(scratch))}


def opened(file: Path, scratch: Path) -> SoundFile:
    """The sound of a clip."""
    return SoundFile.extract(file, probe(file, file.name), scratch, lambda _: None)


def words(folder: Path, scratch: Path) -> dict[str, float]:
    """Pooled error rates; the language is given, terms are not."""
    whisper, _ = model_store(scratch).transcriber(None)
    pairs: dict[str, list[tuple[str, str]]] = {"en": [], "zh": []}
    with (folder / "index.tsv").open(encoding="utf-8") as index:
        rows = [row for row in csv.DictReader(index, delimiter="\t") if row["reference"] and row["language"] in pairs]
    for row in rows:
        if row["file"] == "en_stereo_2ch.wav":
            continue
        sound = opened(folder / row["file"], scratch)
        seen = observe_sound(sound)
        heard = observe_text(
            sound, seen.speech, row["language"], (), whisper, "cpu", threads(), lambda _: None
        )  # fmt: skip
        text = " ".join(segment.text for segment in heard.segments)
        pairs[row["language"]].append((plain(row["reference"], row["language"]), plain(text, row["language"])))
    english, chinese = (list(zip(*pairs[language], strict=True)) for language in ("en", "zh"))
    return {
        "wer_en": float(jiwer.wer(list(english[0]), list(english[1]))),
        "cer_zh": float(jiwer.cer(list(chinese[0]), list(chinese[1]))),
    }


def activity(folder: Path, scratch: Path) -> dict[str, float]:
    """Frames of labelled clips."""
    hits = found = wanted = 0
    for labels in sorted(folder.glob("vad_*.scv")):
        sound = opened(labels.with_suffix(".wav"), scratch)
        frames = round(sound.duration / FRAME_S)
        truth, heard = np.zeros(frames, bool), np.zeros(frames, bool)
        for start, end, flag in triples(labels):
            truth[round(start / FRAME_S) : round(end / FRAME_S)] = bool(flag)
        for span in observe_sound(sound).speech:
            heard[round(span.start / FRAME_S) : round(span.end / FRAME_S)] = True
        hits, found, wanted = hits + int((truth & heard).sum()), found + int(heard.sum()), wanted + int(truth.sum())
    precision, recall = hits / found, hits / wanted
    return {"vad_precision": precision, "vad_recall": recall, "vad_f1": 2 * precision * recall / (precision + recall)}


def triples(labels: Path) -> list[tuple[float, float, int]]:
    """start, end, flag of a label file: the name, then three values for each stretch."""
    values = labels.read_text("utf-8").strip().split(",")[1:]
    return [(float(a), float(b), int(c)) for a, b, c in zip(values[::3], values[1::3], values[2::3], strict=True)]


def speakers(folder: Path, scratch: Path) -> dict[str, float]:
    """Diarization with two speakers given."""
    store = model_store(scratch)
    segmentation, embedding = store.path("speaker_segmentation"), store.path("speaker_embedding")
    figures = {}
    for name, rttm in DIARIZED.items():
        sound = opened(folder / name, scratch)
        speech = observe_sound(sound).speech
        seen = observe_speakers(sound, speech, 2, None, segmentation, embedding, threads(), lambda _: None)
        hypothesis, reference = Annotation(), Annotation()
        for number, turn in enumerate(seen.turns):
            hypothesis[Stretch(turn.start, turn.end), number] = turn.speaker
        for number, line in enumerate((folder / rttm).read_text("utf-8").splitlines()):
            fields = line.split()
            start = float(fields[3])
            reference[Stretch(start, start + float(fields[4])), number] = fields[7]
        figures[f"der_{Path(name).stem}"] = float(DiarizationErrorRate(collar=2 * COLLAR_S)(reference, hypothesis))
    return figures
