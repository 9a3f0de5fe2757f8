"""The labelled media: what the indexes and truth files of a corpus folder say there is.

Nothing is named here: another folder of the same layout (`--corpus DIR`) is measured in the same way, and what it does
not have is left out with a sentence.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

LONG_S = 600.0
"""Interviews from here on are measured by name only (`accuracy long`)."""
TRUTH = ".truth.json"
MEDIA = (".mp4", ".mkv", ".webm", ".mov", ".m4a", ".flac", ".wav")
LABELS = {
    "neutral": 0, "happy": 1, "happiness": 1, "sad": 2, "sadness": 2, "angry": 3, "anger": 3, "fear": 4, "disgust": 5,
    "surprise": 6,
}  # fmt: skip
"""The words of the picture index as classes; a label with any remark (an altered copy) is none of them."""
BY_CHANNEL = "L: "
"""A transcript that begins so is of a recording with one speaker a channel."""


@dataclass(frozen=True)
class Interview:
    """A recording with its truth: `folder` is the set it belongs to, `copy_of` another one with the same words."""

    media: Path
    truth: dict[str, Any]
    folder: str
    copy_of: str | None = None

    @property
    def name(self) -> str:
        """What its figures are named after."""
        return str(self.truth["name"])

    @property
    def language(self) -> str:
        """ "zh" or "en"."""
        return str(self.truth["language"])

    @property
    def media_kind(self) -> str:
        """What was recorded."""
        return "synthetic voices" if self.truth.get("voices") else "real voices"

    @property
    def questions(self) -> dict[str, str]:
        """The interviewer's words by question id, without the farewell."""
        asked = [turn for turn in self.truth["turns"] if turn["speaker"] == "interviewer"]
        return {turn["question_id"]: turn["text"] for turn in asked if not turn["question_id"].endswith("end")}

    def turn(self, question_id: str, speaker: str) -> dict[str, Any] | None:
        """What a speaker says on a question."""
        for turn in self.truth["turns"]:
            if turn["question_id"] == question_id and turn["speaker"] == speaker:
                return dict(turn)
        return None


@dataclass(frozen=True)
class Clip:
    """A sound with what the index says of it."""

    media: Path
    language: str
    reference: str
    note: str

    @property
    def name(self) -> str:
        """What its figures are named after."""
        return self.media.stem


@dataclass(frozen=True)
class Dialogue:
    """A sound with its true turns (start, end, speaker)."""

    clip: Clip
    turns: tuple[tuple[float, float, str], ...]

    @property
    def speakers(self) -> int:
        """How many speak."""
        return len({speaker for _, _, speaker in self.turns})


@dataclass(frozen=True)
class Scene:
    """A video clip: how many smiles and blinks its index counts (None = not said) and whether a face is in it."""

    media: Path
    smiles: int | None
    blinks: int | None
    face: bool


@dataclass(frozen=True)
class Portrait:
    """A picture of a face: its set, its file, and the class that it is labelled with (None = no expression label)."""

    folder: str
    media: Path
    label: int | None


class Corpus:
    """A folder of labelled media."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def interviews(self) -> list[Interview]:
        """Those that are measured by default: dev, sample and whatever other sets there are."""
        return [interview for interview in self._interviews if interview.truth["duration_s"] < LONG_S]

    @cached_property
    def long(self) -> list[Interview]:
        """Those that take their time."""
        return [interview for interview in self._interviews if interview.truth["duration_s"] >= LONG_S]

    @cached_property
    def _interviews(self) -> list[Interview]:
        found: list[Interview] = []
        for truth_file in sorted((self.root / "interviews").glob(f"*/*{TRUTH}")):
            name = truth_file.name.removesuffix(TRUTH)
            media = [path for path in sorted(truth_file.parent.glob(f"{name}.*")) if path.suffix in MEDIA]
            if media:
                truth = json.loads(truth_file.read_text("utf-8"))
                found.append(Interview(media[0], truth, truth_file.parent.name, _same_words(truth, found)))
        return found

    @cached_property
    def clips(self) -> list[Clip]:
        """All sounds of the audio index."""
        folder = self.root / "audio"
        rows = _rows(folder / "index.tsv") if (folder / "index.tsv").is_file() else []
        sounds = [row for row in rows if Path(row["file"]).suffix in MEDIA]
        return [
            Clip(folder / row["file"], row["language"], row["reference"] or "", row["note"] or "")
            for row in sounds
            if (folder / row["file"]).is_file()
        ]

    @property
    def transcribed(self) -> list[Clip]:
        """Sounds with a transcript in Chinese or English, one channel."""
        spoken = [clip for clip in self.clips if clip.reference and clip.language in ("zh", "en")]
        return [clip for clip in spoken if not clip.reference.startswith(BY_CHANNEL)]

    @property
    def dialogues(self) -> list[Dialogue]:
        """Sounds whose note names the file with their turns."""
        found = [Dialogue(clip, _turns(clip)) for clip in self.clips]
        return [dialogue for dialogue in found if dialogue.turns]

    @property
    def labelled_activity(self) -> list[Clip]:
        """Sounds with labels of voice activity beside them."""
        return [clip for clip in self.clips if clip.media.with_suffix(".scv").is_file()]

    @cached_property
    def scenes(self) -> list[Scene]:
        """The video clips."""
        index = self.root / "video" / "index.tsv"
        rows = _rows(index) if index.is_file() else []
        found = [_scene(index.parent / row["file"], row["contents"]) for row in rows]
        return [scene for scene in found if scene.media.is_file()]

    @cached_property
    def portraits(self) -> list[Portrait]:
        """The pictures of the face index that are there."""
        index = self.root / "faces" / "index.tsv"
        rows = _rows(index) if index.is_file() else []
        found = [
            Portrait(row["file"].split("/")[0], index.parent / row["file"], LABELS.get(row["label_or_contents"]))
            for row in rows
        ]
        return [portrait for portrait in found if portrait.media.is_file()]


def activity_labels(clip: Clip) -> list[tuple[float, float, bool]]:
    """(start, end, speech) of a clip's label file: the name, then three values for each stretch."""
    values = clip.media.with_suffix(".scv").read_text("utf-8").strip().split(",")[1:]
    return [(float(a), float(b), c == "1") for a, b, c in zip(values[::3], values[1::3], values[2::3], strict=True)]


def _rows(index: Path) -> Iterator[dict[str, str]]:
    with index.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


def _same_words(truth: dict[str, Any], others: list[Interview]) -> str | None:
    said = [turn["text"] for turn in truth["turns"]]
    same = [other.name for other in others if [turn["text"] for turn in other.truth["turns"]] == said]
    return same[0] if same else None


def _turns(clip: Clip) -> tuple[tuple[float, float, str], ...]:
    """The turns that the files named in the note give this clip: theirs under its name, else all of them."""
    lines = []
    for pattern in re.findall(r"[\w*]+\.rttm", clip.note):
        for path in sorted(clip.media.parent.glob(pattern)):
            lines += [line.split() for line in path.read_text("utf-8").splitlines() if line.startswith("SPEAKER")]
    own = [fields for fields in lines if clip.name.endswith(fields[1])]
    return tuple((float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in own or lines)


def _scene(media: Path, contents: str) -> Scene:
    def counted(what: str) -> int | None:
        number = re.search(rf"(\d+) {what}", contents)
        return int(number[1]) if number else None

    if "no face" in contents:
        return Scene(media, 0, 0, False)
    return Scene(media, counted("smile"), counted("blink"), True)
