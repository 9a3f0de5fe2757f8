"""Visible expression against labelled faces, smiles against recordings in which they are known, and the face itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from analysis import expression
from analysis.document import Event, Span
from analysis.expression.curves import raw_three_way
from analysis.face.derive import derive
from analysis.media import frames, probe
from analysis.observations import FaceObservation
from tests.analysis.reading import expression_observer
from tests.analysis.seeing import observer, still

FPS = 5.0
LABELS = {
    "neutral": 0, "happy": 1, "happiness": 1, "sad": 2, "sadness": 2, "angry": 3, "anger": 3, "fear": 4, "disgust": 5,
    "surprise": 6,
}  # fmt: skip
SURPRISED = 6
THREE_WAY = np.array([1, 0, 2, 2, 2, 2, -1])
"""Of each class: positive 0, neutral 1, negative 2; surprise is left out."""
SAMPLES = ("sample_zh", "sample_en")
DEV = ("zh_be_dev", "en_pm_dev")
CLIPS = {"single_face": 1, "WolfgangLanger_Pexels": 5, "no_face": 0}
"""Smile episodes as the index of the clips has them. The five of the second one were counted by mouthSmile alone, the
grimaces of crying among them."""
BLINK_TOLERANCE_S = 0.25


def labelled(corpus: Path) -> Iterator[tuple[str, int, Path]]:
    """(set, class, file) of every picture whose label can be trusted and which is no altered copy of another one."""
    with (corpus / "faces" / "index.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            label = LABELS.get(row["label_or_contents"])
            if label is not None:
                yield row["file"].split("/")[0], label, corpus / "faces" / row["file"]


def measure_pictures(corpus: Path) -> dict[str, float]:
    """Accuracy of seven and of three classes, and how many of the faces were found, per set."""
    eyes, reader = observer(), expression_observer()
    seen: dict[str, list[tuple[int, np.ndarray, np.ndarray]]] = {}
    wanted: dict[str, int] = {}
    for name, label, path in labelled(corpus):
        rgb = still(path)
        eyes.forget()
        look = eyes.look(0.0, rgb)
        wanted[name] = wanted.get(name, 0) + 1
        if look is not None:
            seen.setdefault(name, []).append((label, reader.probabilities(rgb, look), look.blendshapes))
    figures: dict[str, float] = {}
    for name, rows in seen.items():
        truth = np.array([label for label, _, _ in rows])
        seven = np.array([probabilities for _, probabilities, _ in rows])
        three = raw_three_way(seven, np.array([shapes for _, _, shapes in rows])).argmax(axis=1)
        right, known = seven.argmax(axis=1) == truth, truth != SURPRISED
        figures[f"face_found_share_{name}"] = len(rows) / wanted[name]
        figures[f"expression7_accuracy_{name}"] = float(right.mean())
        figures[f"expression7_recall_{name}"] = float(np.mean([right[truth == label].mean() for label in set(truth)]))
        figures[f"expression3_accuracy_{name}"] = float((three == THREE_WAY[truth])[known].mean())
    return figures


def watch(path: Path, fps: float = FPS) -> tuple[FaceObservation, list[Event]]:
    """The face and all events of a recording."""
    eyes, reader, info = observer(), expression_observer(), probe(path, path.name)
    for time_s, rgb in frames(path, info, fps, lambda _: None):
        reader.look(rgb, eyes.look(time_s, rgb))
    face, length = eyes.finish(), int(info.duration * 10)
    _, _, events, _ = expression.derive(face, reader.finish(), length, [[Span(0.0, info.duration)]])
    return face, [*derive(face, length)[2], *events]


def of_kind(events: list[Event], kind: str) -> list[Event]:
    """The events of one kind."""
    return [event for event in events if event.kind == kind]


def prf(name: str, hits: int, found: int, there: int, recalled: int) -> dict[str, float]:
    """Precision, recall and their harmonic mean; `hits` of `found` are right, `recalled` of `there` were found."""
    precision, recall = hits / found if found else 1.0, recalled / there if there else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    kind, _, where = name.partition("_")
    return {f"{kind}_precision_{where}": precision, f"{kind}_recall_{where}": recall, f"{kind}_f1_{where}": f1}


def measure_interviews(folder: Path, names: tuple[str, ...], where: str) -> dict[str, float]:
    """Smiles by overlap, and stretches without a face by sample, in recordings with known ones."""
    counts = np.zeros(4, int)
    absent, missed, present, seen = 0, 0, 0, 0
    for name in names:
        truth = json.loads((folder / f"{name}.truth.json").read_text("utf-8"))
        face, events = watch(folder / f"{name}.mp4")
        smiles = of_kind(events, "smile")
        overlaps = np.array([[s.start < t["end"] and t["start"] < s.end for t in truth["smiles"]] for s in smiles])
        overlaps = overlaps.reshape(len(smiles), len(truth["smiles"]))
        counts += [overlaps.any(axis=1).sum(), len(smiles), len(truth["smiles"]), overlaps.any(axis=0).sum()]
        gone = np.zeros(len(face.times), bool)
        for stretch in truth["no_face"]:
            gone |= (face.times >= stretch["start"]) & (face.times < stretch["end"])
        found = np.isfinite(face.box[:, 0])
        absent, missed = absent + int(gone.sum()), missed + int((gone & ~found).sum())
        present, seen = present + int((~gone).sum()), seen + int((~gone & found).sum())
    figures = prf(f"smile_{where}", *(int(count) for count in counts))
    figures[f"face_seen_share_{where}"] = seen / present
    if absent:
        figures[f"no_face_right_share_{where}"] = missed / absent
    return figures


def measure_clips(corpus: Path) -> dict[str, float]:
    """Smile episodes counted in the clips, beside what their index says."""
    figures: dict[str, float] = {}
    for name, wanted in CLIPS.items():
        face, events = watch(corpus / "video" / f"{name}.mp4")
        figures[f"smiles_{name}"] = float(len(of_kind(events, "smile")))
        figures[f"smiles_{name}_index"] = float(wanted)
        figures[f"face_seen_share_{name}"] = float(np.isfinite(face.box[:, 0]).mean())
    return figures


def measure_blinks(folder: Path, name: str) -> dict[str, float]:
    """Blinks at the full frame rate of a recording in which they are known."""
    truth = json.loads((folder / f"{name}.truth.json").read_text("utf-8"))["blinks"]
    _, events = watch(folder / f"{name}.mp4", 60.0)
    middles = [(event.start + event.end) / 2 for event in of_kind(events, "blink")]
    hits = sum(any(abs(middle - time) < BLINK_TOLERANCE_S for time in truth) for middle in middles)
    recalled = sum(any(abs(middle - time) < BLINK_TOLERANCE_S for middle in middles) for time in truth)
    return prf(f"blink_{name}", hits, len(middles), len(truth), recalled)


def measure_pose(corpus: Path) -> dict[str, float]:
    """How far the angles of a mirrored picture are from mirrored angles, degrees; there is no truth about angles."""
    path, eyes = corpus / "video" / "WolfgangLanger_Pexels.mp4", observer()
    differences = []
    for number, (_, rgb) in enumerate(frames(path, probe(path, path.name), 2.0, lambda _: None)):
        eyes.forget()
        one = eyes.look(number, rgb)
        eyes.forget()
        other = eyes.look(number, cv2.flip(rgb, 1))
        if one and other:
            differences.append([abs(one.yaw + other.yaw), abs(one.pitch - other.pitch), abs(one.roll + other.roll)])
    means = np.mean(differences, axis=0)
    return {f"head_{name}_mirror_error_deg": float(v) for name, v in zip(("yaw", "pitch", "roll"), means, strict=True)}


def measure(corpus: Path) -> dict[str, float]:
    """All of it."""
    figures = measure_pictures(corpus) | measure_clips(corpus) | measure_pose(corpus)
    figures |= measure_interviews(corpus / "interviews" / "dev", DEV, "dev")
    figures |= measure_interviews(corpus / "interviews" / "sample", SAMPLES, "sample")
    return figures | measure_blinks(corpus / "interviews" / "sample", SAMPLES[0])
