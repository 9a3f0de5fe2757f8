"""The observing stages in their order: one lane hears, the other sees. The two run beside each other.

Each stage is kept under a key of the media, its version, the settings that matter to it and its models, so that an
interrupted analysis goes on from what is finished, and a changed setting observes anew only what it touches.

A stage that fails leaves the others their results: what fails is noted with its reason, and what needs it is missing
for the same reason. Only what ends the whole analysis goes further: a full disk, an output folder that cannot be
written, and a stop.
"""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from analysis import features, speech
from analysis.document import Fallback, MediaInfo, Missing, ModelUse
from analysis.face import FaceObserver
from analysis.failures import (
    DiskFull,
    Failure,
    FolderNotWritable,
    MediaMissing,
    ModelUnusable,
    StageFailed,
    TranscriptInvalid,
)
from analysis.media import DETAIL_SIDE, MAX_SIDE, Pictures, SoundFile
from analysis.models import ModelStore, sha256_of
from analysis.observations import (
    FaceObservation,
    Floats,
    ProsodyObservation,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
)
from analysis.progress import Forecast, Progress, Report, SoFar, StageDone
from analysis.provenance import written
from analysis.request import AnalysisRequest
from analysis.shelf import EXTRA, Shelf, key
from analysis.transcript import Transcript

T = TypeVar("T")
Follow = Callable[[float], None]

VERSIONS = {"sound": 3, "text": 3, "imported": 1, "speakers": 2, "prosody": 2, "face": 2}
"""Raised whenever a stage would observe something else from the same recording."""
_WORDS = {"imported": "text"}
"""What a stage is called by whoever asks for the words, wherever they come from."""
STAGE_ROLES = {
    "sound": ("voice_activity",),
    "speakers": ("speaker_segmentation", "speaker_embedding"),
    "prosody": ("pitch",),
}
MEANING, MEANING_ROLES = "meaning", ("sentence_embedding", "sentence_tokens")
"""What compares sentences. No stage observes with it: deriving reads it."""
FACE_ROLES = ("face_detector", "face_landmarks", "face_blendshapes", "face_mesh")


class Stopped(BaseException):
    """The analysis ends: this lane stops at its next report. No failure of a stage, and never leaves the pipeline."""


@dataclass
class Run:
    """What both lanes share. `failed` has each stage that failed, or lacks what it needs, with the failure."""

    request: AnalysisRequest
    media: MediaInfo
    models: ModelStore
    shelf: Shelf
    scratch: Path
    device: str
    forecast: Forecast
    reporting: Report
    transcript: Transcript | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    failed: dict[str, Failure] = field(default_factory=dict)
    fallbacks: list[Fallback] = field(default_factory=list)
    broken: BaseException | None = None
    ended: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the person calls the recording."""
        return self.request.display_name or Path(self.request.media).name

    def report(self, event: Progress | StageDone | SoFar) -> None:
        """Tell how far it is. Whoever listens may end the analysis by raising: no stage has failed then."""
        try:
            self.reporting(event)
        except BaseException as error:
            self.broken = self.broken or error
            self.stop.set()
            raise Stopped from error

    def attempt(self, name: str, observe: Callable[[], T]) -> T | None:
        """What a stage gives, None where it failed, with the reason noted.

        Decoders and runtimes raise whatever they like when memory is short or a file is odd, so every exception counts
        as this stage's failure; one that nobody foresaw is also printed in full for the engineer.
        """
        try:
            return observe()
        except (DiskFull, FolderNotWritable, TranscriptInvalid):
            raise
        except Failure as failure:
            self.lack(name, failure)
        except Exception as error:  # noqa: BLE001 - the border of a stage: the others' results must stay
            traceback.print_exc(file=sys.stderr)
            self.lack(name, StageFailed(detail=_told(error)))
        return None

    def lack(self, name: str, failure: Failure) -> None:
        """Note that a stage is missing, and go on without it."""
        self.failed[name] = failure
        self.report(self.forecast.end(name))
        self.report(self.so_far())

    def so_far(self) -> SoFar:
        """What stands of this run now."""
        room, stages, ended = optional_room(self.request), self.shelf.index.stages, tuple(self.ended)
        to_come = [name for lane in self.forecast.lanes for name in lane if name not in (*ended, *self.failed)]
        if room and room.OBSERVED not in self.failed:
            ended += (EXTRA,) if "face" in ended else ()
            to_come += [room.OBSERVED] if "face" in to_come else []
        kept = {name: stages[name].name for name in ended if name in stages}
        if self.request.transcript:  # the words are the imported ones, whatever was heard to find their times
            kept = {_WORDS.get(name, name): file for name, file in kept.items() if name != "text"}
            to_come = [_WORDS.get(name, name) for name in to_come if name != "text"]
        return SoFar(self.media, kept, missing_stages(self.failed), tuple(to_come))

    def stage(self, name: str, kept: T | None, observe: Callable[[Follow], T],
              keep: Callable[[T, float], None]) -> T:  # fmt: skip
        """The kept observation, else a new one, which is then kept. Says how far it is all the while."""
        if self.stop.is_set():
            raise Stopped
        if kept is not None:
            self._end(name)
            return kept
        self.forecast.start(name)
        begun = time.monotonic()
        observation = observe(self._follow(name))
        keep(observation, time.monotonic() - begun)
        self._end(name, StageDone(name))
        return observation

    def _end(self, name: str, *events: StageDone) -> None:
        """The stage's observation is there; nobody hears of it before it is on the shelf."""
        self.ended.append(name)
        told: tuple[Progress | StageDone | SoFar, ...] = (self.forecast.end(name), *events, self.so_far())
        for event in told:
            self.report(event)

    def short_stage(self, name: str, work: Callable[[], T]) -> T:
        """A stage that is not kept and too short to report from within."""
        self.forecast.start(name)
        result = work()
        self.report(self.forecast.end(name))
        return result

    def _follow(self, name: str) -> Follow:
        def progress(media_s: float) -> None:
            if self.stop.is_set():
                raise Stopped
            self.report(self.forecast.did(name, media_s))

        return progress


def missing_stages(failed: Mapping[str, Failure]) -> tuple[Missing, ...]:
    """The failures of stages as the document tells them."""
    return tuple(
        Missing(stage, failure.code, {name: str(value) for name, value in failure.params.items()})
        for stage, failure in list(failed.items())
    )


def _told(error: Exception) -> str:
    """The kind of an unforeseen error and its first line."""
    first = str(error).strip().splitlines()[:1]
    return ": ".join([type(error).__name__, *(line[:160] for line in first)])


def optional_room(request: AnalysisRequest) -> ModuleType | None:
    """The optional room, where this build has it and the request allows it."""
    room = features.expression()
    return room if room and room.__name__.rpartition(".")[2] in request.modalities else None


@dataclass(frozen=True)
class Heard:
    """What the hearing lane found; None where a stage failed."""

    sound: SoundObservation | None = None
    text: TextObservation | None = None
    speakers: SpeakerObservation | None = None
    prosody: ProsodyObservation | None = None


@dataclass
class Hearing:
    """sound → text → speakers → prosody. The samples lie in the scratch folder, decoded when first needed."""

    run: Run

    def check_inputs(self) -> None:
        """That the enrolment clip is there, before any time is spent. Raises MediaMissing."""
        self._clip_digest(self.run.request.enrol_clip)

    def observe(self) -> Heard:
        """All stages. Without voice activity there are no others; hesitations are what no word explains, so
        without words, or with words that were only spread over the speech, there is pitch and loudness only."""
        run = self.run
        sound = run.attempt("sound", lambda: self._stage("sound", self.sound_key, SoundObservation, self._sound))
        if sound is None:
            for name in ("text", "speakers", "prosody"):
                run.lack(name, run.failed["sound"])
            return Heard()
        text = run.attempt("text", lambda: self._words(sound))
        speakers = run.attempt("speakers", lambda: self._observe_speakers(sound))
        prosody = run.attempt("prosody", lambda: self._observe_prosody(sound, text))
        return Heard(sound, text, speakers, prosody)

    def _words(self, sound: SoundObservation) -> TextObservation:
        """What was heard, or in its place what the transcript says that the request brings."""
        given = self.run.transcript
        if given is None:
            return self._observe_text(sound)
        heard = None if given.reading.timed else self._observe_text(sound)
        duration = self.run.media.duration
        return self._stage(
            "imported", self.words_key, TextObservation, lambda _: given.placed(sound.speech, duration, heard)
        )

    def _observe_text(self, sound: SoundObservation) -> TextObservation:
        """On a GPU that gives out half-way (memory that another program took) it is heard again on the CPU, unless a
        person asked for that GPU."""
        run = self.run
        try:
            return self._heard(sound)
        except (ModelUnusable, RuntimeError):
            if run.device == "cpu" or run.request.device != "auto":
                raise
            traceback.print_exc(file=sys.stderr)
        run.fallbacks.append(Fallback("transcriber", run.device, "cpu", "gpu_failed"))
        run.device = "cpu"
        return self._heard(sound)

    def _heard(self, sound: SoundObservation) -> TextObservation:
        return self._stage("text", self.text_key, TextObservation, lambda progress: self._text(sound, progress))

    def _observe_speakers(self, sound: SoundObservation) -> SpeakerObservation:
        return self._stage(
            "speakers", self.speakers_key, SpeakerObservation, lambda progress: self._speakers(sound, progress)
        )

    def _observe_prosody(self, sound: SoundObservation, text: TextObservation | None) -> ProsodyObservation:
        self.run.models.path("pitch")
        digest = self.prosody_key(text is not None)
        return self._stage("prosody", digest, ProsodyObservation, lambda progress: self._prosody(sound, text, progress))

    @cached_property
    def transcriber(self) -> tuple[Path, ModelUse]:
        """The folder to transcribe with, verified."""
        return self.run.models.transcriber(self.run.request.transcriber)

    @cached_property
    def sound_key(self) -> str:
        return key("sound", VERSIONS["sound"], self.run.media.sha256, self._digest("voice_activity"))

    @property
    def text_key(self) -> str:
        """Changes with the device: a GPU computes in another precision."""
        request = self.run.request
        model = self.transcriber[1].sha256
        return key("text", VERSIONS["text"], self.sound_key, request.language, request.terms, model, self.run.device)

    @property
    def words_key(self) -> str:
        """Of what the words come from: the imported transcript, or the recogniser."""
        given = self.run.transcript
        if given is None:
            return self.text_key
        heard = self.sound_key if given.reading.timed else self.text_key
        return key("imported", VERSIONS["imported"], given.sha256, heard)

    @cached_property
    def speakers_key(self) -> str:
        request = self.run.request
        clip = self._clip_digest(request.enrol_clip)
        models = (self._digest("speaker_segmentation"), self._digest("speaker_embedding"))
        return key("speakers", VERSIONS["speakers"], self.sound_key, request.speakers, clip, *models)

    def prosody_key(self, worded: bool) -> str:
        """`worded`: the words are known."""
        text = self.words_key if worded else ""
        return key("prosody", VERSIONS["prosody"], self.sound_key, text, self._digest("pitch"))

    def uses(self) -> tuple[ModelUse, ...]:
        """The models that took part."""
        failed, found = self.run.failed, self.run.models
        roles = [role for stage, roles in STAGE_ROLES.items() if stage not in failed for role in roles]
        meaning = () if MEANING in failed else MEANING_ROLES
        given = self.run.transcript
        hears = "text" not in failed and (given is None or not given.reading.timed)
        return (
            *((self.transcriber[1],) if hears else ()),
            *(found.use(role) for role in (*roles, *meaning)),
        )

    def _clip_digest(self, clip: str | None) -> str:
        if clip is None:
            return ""
        if not Path(clip).is_file():
            raise MediaMissing(name=Path(clip).name)
        return sha256_of(Path(clip))

    def _digest(self, role: str) -> str:
        return self.run.models.use(role).sha256

    def _stage(self, name: str, digest: str, kind: type[T], observe: Callable[[Follow], T]) -> T:
        shelf = self.run.shelf
        kept = shelf.get(name, digest, kind)
        return self.run.stage(name, kept, observe, lambda found, seconds: shelf.put(name, digest, found, seconds))

    @cached_property
    def _samples(self) -> SoundFile:
        run = self.run
        return SoundFile.extract(run.request.media, run.media, run.scratch / "sound", lambda _: None, run.name)

    def _sound(self, progress: Follow) -> SoundObservation:
        self.run.models.path("voice_activity")
        return speech.observe_sound(self._samples, progress)

    def _text(self, sound: SoundObservation, progress: Follow) -> TextObservation:
        request = self.run.request
        return speech.observe_text(
            self._samples, sound.speech, request.language, request.terms, self.transcriber[0], self.run.device,
            request.threads, progress, sound.sides, sound.shared or (),
        )  # fmt: skip

    def _speakers(self, sound: SoundObservation, progress: Follow) -> SpeakerObservation:
        request, models = self.run.request, self.run.models
        return speech.observe_speakers(
            self._samples, sound.speech, request.speakers, request.enrol_clip, models.path("speaker_segmentation"),
            models.path("speaker_embedding"), request.threads, progress, sound.sides, sound.shared or (),
        )  # fmt: skip

    def _prosody(self, sound: SoundObservation, text: TextObservation | None, progress: Follow) -> ProsodyObservation:
        words = tuple(word for segment in text.segments for word in segment.words) if text else ()
        hums = text.hums if text else ()
        found = speech.observe_prosody(self._samples, sound.speech, words, progress, hums=hums)
        spread = text is not None and text.fit is not None and text.fit.aligned is None
        return replace(found, hesitations=()) if text is None or spread else found


@dataclass(frozen=True)
class Seen:
    """What the seeing lane found; `extra` are the arrays of the optional room, None where it did not look."""

    face: FaceObservation
    extra: dict[str, Floats] | None


@dataclass
class Seeing:
    """One pass over the frames for the face, and for the optional room where it is allowed."""

    run: Run

    def observe(self) -> Seen | None:
        """The face, and what the optional room saw in it. Either both are kept or both are looked at again."""
        return self.run.attempt("face", self._observe)

    def _observe(self) -> Seen:
        run, room = self.run, self.room
        face = run.shelf.get("face", self.face_key, FaceObservation)
        extra = run.shelf.get_arrays(self.extra_key) if room else None
        kept = Seen(face, extra) if face is not None and (extra is not None or room is None) else None
        return run.stage("face", kept, self._look, self._keep)

    @cached_property
    def room(self) -> ModuleType | None:
        """The optional room, where this build has it, the request allows it and its models are whole."""
        room = optional_room(self.run.request)
        if room is None:
            return None
        try:
            for role in room.MODELS:
                self.run.models.path(role)
        except Failure as failure:
            self.run.failed[room.OBSERVED] = failure
            return None
        return room

    @cached_property
    def face_key(self) -> str:
        digests = [self.run.models.use(role).sha256 for role in FACE_ROLES]
        unseen = filter(None, [written(self.run.request.unseen)])
        return key("face", VERSIONS["face"], self.run.media.sha256, self.run.request.face_fps, *digests, *unseen)

    @cached_property
    def extra_key(self) -> str:
        return key(VERSIONS["face"], self.face_key, *(use.sha256 for use in self._room_uses()))

    def uses(self) -> tuple[ModelUse, ...]:
        """The models that took part."""
        if "face" in self.run.failed:
            return ()
        return (*(self.run.models.use(role) for role in FACE_ROLES), *self._room_uses())

    def _room_uses(self) -> tuple[ModelUse, ...]:
        return tuple(self.run.models.use(role) for role in self.room.MODELS) if self.room else ()

    def _look(self, progress: Follow) -> Seen:
        run, request = self.run, self.run.request
        detector, landmarks, blendshapes, mesh = (run.models.path(role) for role in FACE_ROLES)
        observer = FaceObserver(detector, landmarks, blendshapes, mesh, 1, request.device)
        further = self.room.Observer(run.models.path(self.room.MODELS[0]), 1) if self.room else None
        pictures = Pictures(request.media, run.media, request.face_fps, progress, run.name, 1, request.device)
        for time_s, rgb in pictures:
            if any(span.start <= time_s < span.end for span in request.unseen):
                continue
            look = observer.look(time_s, rgb)
            if further is not None:
                further.look(rgb, look)
            pictures.max_side = DETAIL_SIDE if observer.wants_detail else MAX_SIDE
        run.fallbacks += [each for each in (pictures.fallback, observer.fallback) if each is not None]
        return Seen(observer.finish(), further.finish() if further is not None else None)

    def _keep(self, seen: Seen, seconds: float) -> None:
        if seen.extra is not None:
            self.run.shelf.put_arrays(self.extra_key, seen.extra)
        self.run.shelf.put("face", self.face_key, seen.face, seconds)
