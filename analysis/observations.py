"""What the observing stages saw and heard, kept per stage so that deriving again never decodes the media again.

Each stage's observation is a frozen dataclass; its numpy fields go into `<stage>.npz`, the rest into `<stage>.json`.
All times are seconds on the document's clock.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from analysis.document import MediaInfo, Missing, Span, Turn, Word

Floats = NDArray[np.float32]
T = TypeVar("T")
DAMAGE = (FileNotFoundError, ValueError, EOFError, BadZipFile)
"""What reading a kept file raises that a power cut left empty, or in part."""


@dataclass(frozen=True)
class SoundObservation:
    """Signal level facts and voice activity. `peaks`: (n, 2) waveform minimum and maximum at 100 Hz, -1..1.

    `snr_db` from speech level against the noise floor outside speech; `gain_control` = the noise floor steps or comes
    up in pauses, so that loudness is void. `sides` = what each person says into a microphone of their own, one entry
    for each of two channels; empty where all share a microphone. `shared` = the stretches in which they share one all
    the same.
    """

    speech: tuple[Span, ...]
    peaks: Floats
    snr_db: float | None
    clipping_share: float
    gain_control: bool
    sides: tuple[tuple[Span, ...], ...] = ()
    shared: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class HeardSegment:
    """A recognised segment before speakers are known. Text is post-processed (simplified, full-width punctuation).

    `side` = the channel that it was heard on, where each person has a microphone; `speaker` = who says it, by the
    transcript that it was imported from, "" where that does not say.
    """

    start: float
    end: float
    language: str
    text: str
    words: tuple[Word, ...]
    side: int | None = None
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Hum:
    """A phrase that begins with a voice: the chance 0..1 that its first sound is a filler, by the recogniser's ear.

    `text` is the likeliest filler (嗯, 呃, um, uh), "" where it is hardly likelier than the next.
    """

    start: float
    language: str
    chance: float
    text: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How an imported transcript fits the recording: its `cues`, how many were `left_out` as they lie beyond the end or
    are broken, and the share 0..1 of its text that was found in the recognised words, None where the file has times."""

    cues: int
    left_out: int = 0
    aligned: float | None = None


@dataclass(frozen=True)
class TextObservation:
    """What the recogniser wrote, or with `fit` what an imported transcript says. `suppressed` = segments dropped as
    invented text on silence or music; `hums` = what may have been left out or written as a word, in time order."""

    language: str
    segments: tuple[HeardSegment, ...]
    suppressed: int
    hums: tuple[Hum, ...] = ()
    fit: Fit | None = None


@dataclass(frozen=True)
class SpeakerObservation:
    """Who spoke when. Speakers "S1"… by first appearance. `enrolled` = the speaker that the enrolment clip matched.

    `overlaps` = stretches with two voices; `suggested` = the automatic count, `similarity` of the enrolment (cosine);
    `sides` = the speaker of each channel, where they are told apart by channel.
    """

    turns: tuple[Turn, ...]
    overlaps: tuple[Span, ...]
    suggested: int
    enrolled: str | None = None
    similarity: float | None = None
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hesitation:
    """A filler that was not written: voiced sound without a word, or a hum in the place of one. `confidence` 0..1.

    `text` is what it sounds like (嗯, 呃, um, uh), "" where nothing tells.
    """

    start: float
    end: float
    confidence: float
    text: str = ""


@dataclass(frozen=True)
class ProsodyObservation:
    """Pitch and loudness of the whole recording on a 100 Hz grid from 0 (sample i is time i / 100).

    `pitch_hz`: NaN where unvoiced or outside speech; `loudness_db`: RMS of 50 ms in dB full scale.
    """

    pitch_hz: Floats
    loudness_db: Floats
    hesitations: tuple[Hesitation, ...]


@dataclass(frozen=True)
class FaceObservation:
    """The faces at the sampled times. n = rows in time order, NaN where no face was seen.

    A time has one row, or one for each of the faces that were followed at it. `times` (n,); `box` (n, 4) x, y, w, h as
    shares of the picture 0..1; `head` (n, 3) yaw, pitch, roll in degrees; `gaze` (n, 2) yaw, pitch in degrees relative
    to the head; `blendshapes` (n, 52); `faces` (n,) how many were found; `lighting` (n,) mean grey of the face 0..1;
    `sharpness` (n,) variance of the Laplacian of the face at 128 px; `person` (n,) whose face: 1, 2 … by first
    appearance in this recording, known by how it looks there and by nothing else. A stage that an older version kept
    has no `person`: one face at a time, all of them the candidate's.
    """

    times: Floats
    rate_hz: float
    box: Floats
    head: Floats
    gaze: Floats
    blendshapes: Floats
    faces: Floats
    lighting: Floats
    sharpness: Floats
    person: Floats | None = None


@dataclass(frozen=True)
class Observed:
    """Everything that deriving needs. A stage that was not allowed, failed, or had nothing to look at, is None.

    `extra` holds the observations of optional rooms by name: arrays over the rows of `face`. `failed` names the stages
    that failed, each with its failure's code.
    """

    media: MediaInfo
    sound: SoundObservation | None = None
    text: TextObservation | None = None
    speakers: SpeakerObservation | None = None
    prosody: ProsodyObservation | None = None
    face: FaceObservation | None = None
    extra: dict[str, Floats] | None = None
    failed: tuple[Missing, ...] = ()


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray)


def save(folder: Path, stage: str, observation: Any) -> None:
    """Write one stage's observation so that it is whole or absent: arrays first, the JSON last and atomically."""
    values = {f.name: getattr(observation, f.name) for f in fields(observation)}
    arrays = {name: value for name, value in values.items() if _is_array(value)}
    if arrays:
        _replace(folder / f"{stage}.npz", lambda path: np.savez(path, **arrays))
    plain = {name: value for name, value in values.items() if not _is_array(value)}
    text = msgspec.json.encode({"fields": plain, "arrays": sorted(arrays)})
    _replace(folder / f"{stage}.json", lambda path: path.write_bytes(text))


def _replace(path: Path, write: Any) -> None:
    part = path.with_name(f"part-{path.name}")
    write(part)
    os.replace(part, path)


def load_arrays(path: Path) -> dict[str, Floats]:
    """The arrays of one file by name. Raises one of DAMAGE where it is not there or not whole."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:  # numpy leaves a damaged file open
        return {name: stored[name] for name in stored.files}


def load(folder: Path, stage: str, kind: type[T]) -> T | None:
    """Read one stage's observation back; None where it is not finished, or was damaged (a power cut): look again."""
    try:
        return _loaded(folder, stage, kind)
    except DAMAGE:
        return None


def _loaded(folder: Path, stage: str, kind: type[T]) -> T:
    raw = json.loads((folder / f"{stage}.json").read_bytes())
    values: dict[str, Any] = dict(raw["fields"])
    for field in fields(kind):  # type: ignore[arg-type]
        values.setdefault(field.name, None)
    arrays = {}
    if raw["arrays"]:
        stored = load_arrays(folder / f"{stage}.npz")
        arrays = {name: stored[name] for name in raw["arrays"]}
    plain = {name: value for name, value in values.items() if name not in arrays}
    hints = _hints(kind)
    typed = {name: msgspec.convert(value, hints[name]) for name, value in plain.items()}
    return kind(**typed, **arrays)


def _hints(kind: type) -> dict[str, Any]:
    import typing

    return typing.get_type_hints(kind)
