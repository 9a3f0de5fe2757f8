"""What is said between `app.jobs` and the child process: one job in, then JSON lines out, each with `v` and a `type`.

Both sides import this module, so that a message has one shape.
"""

from __future__ import annotations

import msgspec

from analysis.document import MediaInfo
from analysis.progress import SoFar
from analysis.request import AnalysisRequest

VERSION = 1
HEARTBEAT_S = 1.0


class Places(msgspec.Struct, frozen=True):
    """Folders of the model store."""

    resources: str
    cache: str
    data: str


class AnalyseJob(msgspec.Struct, frozen=True, tag_field="job", tag="analyse"):
    """Observe what is not observed yet, derive, write the seven files into `request.out_dir`."""

    request: AnalysisRequest
    places: Places


class DeriveJob(msgspec.Struct, frozen=True, tag_field="job", tag="derive"):
    """Derive again from the kept stages with `request.corrections`, write the seven files."""

    request: AnalysisRequest
    places: Places


class PartialJob(msgspec.Struct, frozen=True, tag_field="job", tag="partial"):
    """Derive from what another child has finished so far; write document and tracks into `request.out_dir`.

    `request.observed_dir` belongs to that other child and is only read.
    """

    request: AnalysisRequest
    so_far: SoFar


class PrepareJob(msgspec.Struct, frozen=True, tag_field="job", tag="prepare"):
    """Probe `media`, re-mux it to `playable`, draw a `thumbnail` where it has a picture. `name` is for messages."""

    media: str
    name: str
    playable: str
    thumbnail: str


class FramesJob(msgspec.Struct, frozen=True, tag_field="job", tag="frames"):
    """Say when the pictures of `media` are shown. `name` is for messages."""

    media: str
    name: str


class AddModelJob(msgspec.Struct, frozen=True, tag_field="job", tag="add_model"):
    """Check a faster-whisper folder and remember it."""

    folder: str
    places: Places


class EmbedJob(msgspec.Struct, frozen=True, tag_field="job", tag="embed"):
    """Write the vectors of `texts`, in order, to the new file `out` (.npy); see `analysis.embedding`."""

    texts: tuple[str, ...]
    out: str
    places: Places


class ClipJob(msgspec.Struct, frozen=True, tag_field="job", tag="clip"):
    """Write [start, end) (s) of `media` to `out`; `picture`, `sound`: what it may have. See `analysis.media.clip`."""

    media: str
    name: str
    out: str
    start: float
    end: float
    picture: bool
    sound: bool


class RedactJob(msgspec.Struct, frozen=True, tag_field="job", tag="redact"):
    """Write `media` to `out` without what can be seen and heard in `spans` ([start, end) in s); see
    `analysis.media.redact` for `like`."""

    media: str
    like: str
    name: str
    out: str
    spans: tuple[tuple[float, float], ...]


class SoundJob(msgspec.Struct, frozen=True, tag_field="job", tag="sound"):
    """Write the sound of `media` into `folder` as `form` ("flac", "wav", "opus"), in parts of at most `longest_s`."""

    media: str
    name: str
    folder: str
    form: str
    longest_s: float


class FacePlace(msgspec.Struct, frozen=True):
    """Where a face is at a time (s): left, top, width and height as shares 0..1 of the picture."""

    time_s: float
    x: float
    y: float
    w: float
    h: float


class StillsJob(msgspec.Struct, frozen=True, tag_field="job", tag="stills"):
    """Cut the faces at `places` out of `media`, into `folder`."""

    media: str
    name: str
    folder: str
    places: tuple[FacePlace, ...]


class JoinJob(msgspec.Struct, frozen=True, tag_field="job", tag="join"):
    """Make one clean Matroska file `out` of the `parts` of a recording, in order. `name` is for messages."""

    parts: tuple[str, ...]
    out: str
    name: str


class AnalysisResult(msgspec.Struct, frozen=True, tag_field="of", tag="analysis"):
    """Of `analyse`, `derive` and `partial`: the document's id, its folder, and seconds per stage."""

    analysis_id: str
    folder: str
    stages: dict[str, float]


class PrepareResult(msgspec.Struct, frozen=True, tag_field="of", tag="prepare"):
    """Of `prepare`: what the file is; whether there is a `thumbnail`; the `frames` of the playable copy, as below."""

    media: MediaInfo
    thumbnail: bool
    frames: tuple[int, ...] = ()


class FramesResult(msgspec.Struct, frozen=True, tag_field="of", tag="frames"):
    """Of `frames`: when each picture begins, ms, rising; empty without a moving picture."""

    frames: tuple[int, ...]


class AddModelResult(msgspec.Struct, frozen=True, tag_field="of", tag="add_model"):
    """Of `add_model`: the name of the new transcriber and its folder."""

    id: str
    folder: str


class EmbedResult(msgspec.Struct, frozen=True, tag_field="of", tag="embed"):
    """Of `embed`: the encoder with its version."""

    encoder: str


class RedactResult(msgspec.Struct, frozen=True, tag_field="of", tag="redact"):
    """The copy is written."""


class ClipResult(msgspec.Struct, frozen=True, tag_field="of", tag="clip"):
    """Of `clip`: what the file has."""

    picture: bool
    sound: bool


class SoundPart(msgspec.Struct, frozen=True):
    """A file with a stretch of the sound: where it begins and how long it lasts, s."""

    path: str
    start: float
    seconds: float


class SoundResult(msgspec.Struct, frozen=True, tag_field="of", tag="sound"):
    """Of `sound`: its parts in order."""

    parts: tuple[SoundPart, ...]


class Still(msgspec.Struct, frozen=True):
    """A picture of one face, JPEG."""

    time_s: float
    path: str


class StillsResult(msgspec.Struct, frozen=True, tag_field="of", tag="stills"):
    """Of `stills`: the pictures in order; fewer than places where there is no picture."""

    stills: tuple[Still, ...]


class JoinResult(msgspec.Struct, frozen=True, tag_field="of", tag="join"):
    """Of `join`: how long the file is, s."""

    seconds: float


Job = (
    AnalyseJob
    | DeriveJob
    | PartialJob
    | PrepareJob
    | FramesJob
    | AddModelJob
    | EmbedJob
    | ClipJob
    | RedactJob
    | SoundJob
    | StillsJob
    | JoinJob
)
Result = (
    AnalysisResult
    | PrepareResult
    | FramesResult
    | AddModelResult
    | EmbedResult
    | ClipResult
    | RedactResult
    | SoundResult
    | StillsResult
    | JoinResult
)


class Heartbeat(msgspec.Struct, frozen=True, tag_field="type", tag="heartbeat"):
    """The child lives."""

    v: int = VERSION


class ProgressMessage(msgspec.Struct, frozen=True, tag_field="type", tag="progress"):
    """See `analysis.progress.Progress`."""

    stage: str
    done_s: float
    total_s: float
    share: float
    remaining_s: float
    v: int = VERSION


class PartialMessage(msgspec.Struct, frozen=True, tag_field="type", tag="partial"):
    """A stage is finished and kept."""

    stage: str
    v: int = VERSION


class SoFarMessage(msgspec.Struct, frozen=True, tag_field="type", tag="so_far"):
    """A stage has come to its end, in whatever way: see `analysis.progress.SoFar`."""

    so_far: SoFar
    v: int = VERSION


class ResultMessage(msgspec.Struct, frozen=True, tag_field="type", tag="result"):
    """The job is done."""

    result: Result
    v: int = VERSION


class FailureMessage(msgspec.Struct, frozen=True, tag_field="type", tag="failure"):
    """The job cannot be done; a known failure with its parameters as text."""

    code: str
    params: dict[str, str]
    v: int = VERSION


Report = ProgressMessage | PartialMessage | SoFarMessage
"""What is said while a job is done."""
Message = Heartbeat | Report | ResultMessage | FailureMessage
