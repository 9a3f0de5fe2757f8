"""Visible expression against labelled pictures; smiles, blinks and the face in recordings where they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis import expression
from analysis.document import Event, Span
from analysis.expression.curves import raw_three_way
from analysis.face.derive import derive
from analysis.media import frames, probe
from analysis.observations import FaceObservation
from tests.accuracy.analyses import Analysed, Analyses
from tests.accuracy.corpus import Corpus, Interview, Portrait
from tests.accuracy.figures import Figure, Section, Subject, Table
from tests.accuracy.findings import of_kind
from tests.accuracy.timing import anything, pairs
from tests.analysis.reading import expression_observer
from tests.analysis.seeing import observer, still

FPS, BLINK_FPS = 5.0, 60.0
CLASSES = ("neutral", "happy", "sad", "angry", "fear", "disgust", "surprise")
SURPRISED = 6
THREE_WAY = np.array([1, 0, 2, 2, 2, 2, -1])
"""Of each class: positive 0, neutral 1, negative 2; surprise is left out."""
BLINK_WITHIN_S = 0.25
EDGE_S = 0.3
"""A value of the face holds for this long: nearer to the edge of a stretch without a face nothing is counted."""
SECOND = 10
TEXT = (
    "Labelled pictures of strangers (web photos and 48-pixel pictures, whose labels are other people's opinions); "
    "smiles and stretches without a face of the interviews as the whole analysis shows them; smiles of the video "
    "clips as their index counts them; blinks at the full frame rate."
)


def measure(corpus: Corpus, analyses: Analyses) -> Section:
    """Pictures, clips, interviews, blinks."""
    section = Section("expression", "Face and visible expression", TEXT)
    _pictures(section, corpus.portraits)
    for scene in corpus.scenes:
        section.figures += _scene_figures(scene.media, scene.smiles)
    for folder in dict.fromkeys(interview.folder for interview in corpus.interviews):
        own = [each for each in corpus.interviews if each.folder == folder and each.copy_of is None]
        section.figures += interview_figures(folder, [analyses.of(each) for each in own])
    own = [each for each in corpus.interviews if each.copy_of is None]
    section.figures += interview_figures("interviews", [analyses.of(each) for each in own])
    blinking = [interview for interview in corpus.interviews if interview.truth.get("blinks")]
    section.figures += _blink_figures(blinking)
    for what, there in (("pictures", corpus.portraits), ("video clips", corpus.scenes), ("known blinks", blinking)):
        if not there:
            section.skipped.append(f"no {what}")
    return section


@dataclass
class _Seen:
    """The pictures of one set: how many there are, and of those whose face was found (n,) truth, (n, 7), (n, 52)."""

    wanted: int = 0
    truth: list[int] = field(default_factory=list)
    seven: list[np.ndarray] = field(default_factory=list)
    shapes: list[np.ndarray] = field(default_factory=list)


def _pictures(section: Section, portraits: Sequence[Portrait]) -> None:
    """Accuracy of seven and of three classes, and how many of the faces were found, per set."""
    eyes, reader = observer(), expression_observer()
    sets: dict[str, _Seen] = {}
    for portrait in portraits:
        if portrait.label is None:
            continue
        seen, rgb = sets.setdefault(portrait.folder, _Seen()), still(portrait.media)
        eyes.forget()
        look = eyes.look(0.0, rgb)
        seen.wanted += 1
        if look is not None:
            seen.truth.append(portrait.label)
            seen.seven.append(reader.probabilities(rgb, look))
            seen.shapes.append(look.blendshapes)
    for name, seen in sets.items():
        section.figures += _picture_figures(Subject(name, "photographs"), seen)
        section.tables.append(_confusion(name, np.array(seen.truth), np.array(seen.seven).argmax(axis=1)))


def _picture_figures(subject: Subject, seen: _Seen) -> list[Figure]:
    made = subject.share("face_found_share", len(seen.truth), seen.wanted, "pictures")
    if not seen.truth:
        return made
    truth, seven = np.array(seen.truth), np.array(seen.seven)
    right, known = seven.argmax(axis=1) == truth, truth != SURPRISED
    three = raw_three_way(seven, np.array(seen.shapes)).argmax(axis=1)
    right3 = (three == THREE_WAY[truth])[known]
    classes = sorted(set(seen.truth))
    counts = [int((truth == label).sum()) for label in classes]
    rights = [int(right[truth == label].sum()) for label in classes]
    return [
        *made,
        *subject.share("expression7_accuracy", int(right.sum()), len(truth), "faces"),
        *subject.stratified("expression7_recall", rights, counts, "faces"),
        *subject.share("expression3_accuracy", int(right3.sum()), len(right3), "faces"),
    ]


def _confusion(name: str, truth: np.ndarray, found: np.ndarray) -> Table:
    """Rows are labels, columns what was read, then the row's recall."""
    rows = []
    for label, word in enumerate(CLASSES):
        counts = [int(((truth == label) & (found == other)).sum()) for other in range(len(CLASSES))]
        if sum(counts):
            recall = f"{counts[label] / sum(counts):.2f}"
            rows.append((word, *(str(count) for count in counts), str(sum(counts)), recall))
    return Table(f"Confusion, {name}", ("label", *CLASSES, "n", "recall"), tuple(rows))


def watch(path: Path, fps: float = FPS) -> tuple[FaceObservation, list[Event]]:
    """The face and all events of a recording."""
    eyes, reader, info = observer(), expression_observer(), probe(path, path.name)
    for time_s, rgb in frames(path, info, fps, lambda _: None):
        reader.look(rgb, eyes.look(time_s, rgb))
    face, length = eyes.finish(), int(info.duration * 10)
    _, _, events, _ = expression.derive(face, reader.finish(), length, [[Span(0.0, info.duration)]])
    return face, [*derive(face, length)[2], *events]


def _scene_figures(media: Path, wanted: int | None) -> list[Figure]:
    """Smiles counted in a clip, beside what the index says, and how much of the time a face is seen."""
    face, events = watch(media)
    subject, seen = Subject(media.stem, "video clips"), np.isfinite(face.box[:, 0])
    made = subject.share("face_seen_share", int(seen.sum()), len(seen), "looks")
    if wanted is None:
        return made
    smiles = sum(event.kind == "smile" for event in events)
    return [
        *made,
        *subject.count("smiles", smiles),
        *Subject(f"{media.stem}_index", subject.media).count("smiles", wanted),
    ]


def interview_figures(of: str, analysed: Sequence[Analysed]) -> list[Figure]:
    """Smiles by overlap, and the stretches without a face, as whole analyses show them.

    The faces of an interview are one or two clips repeated: a recording counts as one group.
    """
    subject = Subject(of, "repeated clips", groups=len(analysed))
    hits = found = there = 0
    counts = []
    for each in analysed:
        shown = of_kind(each.analysis, "smile")
        wanted = [Span(smile["start"], smile["end"]) for smile in each.interview.truth.get("smiles", [])]
        hits += len(pairs(shown, wanted, anything, 0.0))
        found, there = found + len(shown), there + len(wanted)
        counts.append(_presence(each))
    total = np.concatenate(counts) if counts else np.zeros((0, 4), np.int64)
    seen, present, empty, absent = total.T
    return [
        *subject.found("smile", hits, found, there, "smiles"),
        *subject.harmonic("smile_f1", hits, found, there, "smiles"),
        *subject.ratio("face_seen_share", seen, present, "tenths of a second", n=int(present.sum()), over="seconds"),
        *subject.ratio("no_face_right_share", empty, absent, "tenths of a second", n=int(absent.sum()), over="seconds"),
    ]


def _presence(each: Analysed) -> np.ndarray:
    """(seconds, 4) counts of samples: face seen and there; there; none seen and none there; none there."""
    shown = each.derived.tracks["present"]
    times = np.arange(len(shown)) / SECOND
    gone, near = np.zeros(len(shown), bool), np.zeros(len(shown), bool)
    for stretch in each.interview.truth.get("no_face", []):
        gone |= (times >= stretch["start"] + EDGE_S) & (times < stretch["end"] - EDGE_S)
        near |= (times >= stretch["start"] - EDGE_S) & (times < stretch["end"] + EDGE_S)
    seen = shown > 0
    columns = np.stack([seen & ~near, ~near, ~seen & gone, gone], axis=1).astype(np.int64)
    return np.array([columns[at : at + SECOND].sum(axis=0) for at in range(0, len(shown), SECOND)])


def _blink_figures(interviews: Sequence[Interview]) -> list[Figure]:
    """Blinks at the full frame rate of the recordings in which they are known, and in all."""
    counts = [_blinks(interview) for interview in interviews]
    made: list[Figure] = []
    for interview, found in zip(interviews, counts, strict=True):
        made += _blinks_found(Subject(interview.name, "synthetic face", groups=1), found)
    total = tuple(sum(column) for column in zip(*counts, strict=True)) or (0, 0, 0)
    return made + _blinks_found(Subject("interviews", "synthetic face", groups=len(counts)), total)


def _blinks_found(subject: Subject, found: tuple[int, ...]) -> list[Figure]:
    return [*subject.found("blink", *found, "blinks"), *subject.harmonic("blink_f1", *found, "blinks")]


def _blinks(interview: Interview) -> tuple[int, int, int]:
    """Right, shown and true blinks of a recording."""
    wanted = [Span(time, time) for time in interview.truth["blinks"]]
    _, events = watch(interview.media, BLINK_FPS)
    shown = [event for event in events if event.kind == "blink"]
    middles = [Event("blink", (e.start + e.end) / 2, (e.start + e.end) / 2) for e in shown]
    return len(pairs(middles, wanted, anything, BLINK_WITHIN_S)), len(shown), len(wanted)
