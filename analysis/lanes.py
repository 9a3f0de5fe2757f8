"""The observing stages in their order: one lane hears, the other sees. The two run beside each other.

Each stage is kept under a key of the media, its version, the settings that matter to it and its models, so that an
interrupted analysis goes on from what is finished, and a changed setting observes anew only what it touches.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from analysis import features, speech
from analysis.document import MediaInfo, ModelUse
from analysis.face import FaceObserver
from analysis.failures import MediaMissing
from analysis.media import SoundFile, frames
from analysis.models import ModelStore, sha256_of
from analysis.observations import (
    FaceObservation,
    Floats,
    ProsodyObservation,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
)
from analysis.progress import Forecast, Report, StageDone
from analysis.request import AnalysisRequest
from analysis.shelf import Shelf, key

T = TypeVar("T")
Follow = Callable[[float], None]

VERSIONS = {"sound": 1, "text": 1, "speakers": 1, "prosody": 1, "face": 1}
"""Raised whenever a stage would observe something else from the same recording."""
SPEECH_ROLES = (
    "voice_activity", "speaker_segmentation", "speaker_embedding", "pitch", "sentence_embedding", "sentence_tokens",
)  # fmt: skip
FACE_ROLES = ("face_detector", "face_landmarks", "face_blendshapes", "face_mesh")


class Stopped(Exception):
    """The other lane has failed: this one stops at its next report. Never leaves the pipeline."""


@dataclass
class Run:
    """What both lanes share."""

    request: AnalysisRequest
    media: MediaInfo
    models: ModelStore
    shelf: Shelf
    scratch: Path
    device: str
    forecast: Forecast
    report: Report
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """What the person calls the recording."""
        return self.request.display_name or Path(self.request.media).name

    def stage(self, name: str, kept: T | None, observe: Callable[[Follow], T],
              keep: Callable[[T, float], None]) -> T:  # fmt: skip
        """The kept observation, else a new one, which is then kept. Says how far it is all the while."""
        if self.stop.is_set():
            raise Stopped
        if kept is not None:
            self.report(self.forecast.end(name))
            return kept
        self.forecast.start(name)
        begun = time.monotonic()
        observation = observe(self._follow(name))
        keep(observation, time.monotonic() - begun)
        self.report(self.forecast.end(name))
        self.report(StageDone(name))
        return observation

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


def optional_room(request: AnalysisRequest) -> ModuleType | None:
    """The optional room, where this build has it and the request allows it."""
    room = features.expression()
    return room if room and room.__name__.rpartition(".")[2] in request.modalities else None


@dataclass(frozen=True)
class Heard:
    """What the hearing lane found."""

    sound: SoundObservation
    text: TextObservation
    speakers: SpeakerObservation
    prosody: ProsodyObservation


@dataclass
class Hearing:
    """sound → text → speakers → prosody. The samples lie in the scratch folder, decoded when first needed."""

    run: Run

    def check_models(self) -> None:
        """Verify every model, and that the enrolment clip is there, before any time is spent.

        Raises ModelMissing, ModelDamaged, MediaMissing.
        """
        for role in SPEECH_ROLES:
            self.run.models.path(role)
        _ = self.transcriber, self.speakers_key

    def observe(self) -> Heard:
        """All four stages."""
        sound = self._stage("sound", self.sound_key, SoundObservation, self._sound)
        text = self._stage("text", self.text_key, TextObservation, lambda progress: self._text(sound, progress))
        speakers = self._stage(
            "speakers", self.speakers_key, SpeakerObservation, lambda progress: self._speakers(sound, progress)
        )
        prosody = self._stage(
            "prosody", self.prosody_key, ProsodyObservation, lambda progress: self._prosody(sound, text, progress)
        )
        return Heard(sound, text, speakers, prosody)

    @cached_property
    def transcriber(self) -> tuple[Path, ModelUse]:
        """The folder to transcribe with, verified."""
        return self.run.models.transcriber(self.run.request.transcriber)

    @cached_property
    def sound_key(self) -> str:
        return key("sound", VERSIONS["sound"], self.run.media.sha256, self._digest("voice_activity"))

    @cached_property
    def text_key(self) -> str:
        request = self.run.request
        model = self.transcriber[1].sha256
        return key("text", VERSIONS["text"], self.sound_key, request.language, request.terms, model, self.run.device)

    @cached_property
    def speakers_key(self) -> str:
        request = self.run.request
        clip = self._clip_digest(request.enrol_clip)
        models = (self._digest("speaker_segmentation"), self._digest("speaker_embedding"))
        return key("speakers", VERSIONS["speakers"], self.sound_key, request.speakers, clip, *models)

    @cached_property
    def prosody_key(self) -> str:
        return key("prosody", VERSIONS["prosody"], self.sound_key, self.text_key, self._digest("pitch"))

    def uses(self) -> tuple[ModelUse, ...]:
        """The models that took part."""
        return (self.transcriber[1], *(self.run.models.use(role) for role in SPEECH_ROLES))

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
        return SoundFile.extract(run.request.media, run.media, run.scratch, lambda _: None, run.name)

    def _sound(self, progress: Follow) -> SoundObservation:
        return speech.observe_sound(self._samples, progress)

    def _text(self, sound: SoundObservation, progress: Follow) -> TextObservation:
        request = self.run.request
        return speech.observe_text(
            self._samples, sound.speech, request.language, request.terms, self.transcriber[0], self.run.device,
            request.threads, progress,
        )  # fmt: skip

    def _speakers(self, sound: SoundObservation, progress: Follow) -> SpeakerObservation:
        request, models = self.run.request, self.run.models
        return speech.observe_speakers(
            self._samples, sound.speech, request.speakers, request.enrol_clip, models.path("speaker_segmentation"),
            models.path("speaker_embedding"), request.threads, progress,
        )  # fmt: skip

    def _prosody(self, sound: SoundObservation, text: TextObservation, progress: Follow) -> ProsodyObservation:
        words = tuple(word for segment in text.segments for word in segment.words)
        return speech.observe_prosody(self._samples, sound.speech, words, progress)


@dataclass(frozen=True)
class Seen:
    """What the seeing lane found; `extra` are the arrays of the optional room, None where it did not look."""

    face: FaceObservation
    extra: dict[str, Floats] | None


@dataclass
class Seeing:
    """One pass over the frames for the face, and for the optional room where it is allowed."""

    run: Run

    def check_models(self) -> None:
        """Verify every model before any time is spent. Raises ModelMissing, ModelDamaged."""
        for role in (*FACE_ROLES, *(self.room.MODELS if self.room else ())):
            self.run.models.path(role)

    def observe(self) -> Seen:
        """The face, and what the optional room saw in it. Either both are kept or both are looked at again."""
        run, room = self.run, self.room
        face = run.shelf.get("face", self.face_key, FaceObservation)
        extra = run.shelf.get_arrays(self.extra_key) if room else None
        kept = Seen(face, extra) if face is not None and (extra is not None or room is None) else None
        return run.stage("face", kept, self._look, self._keep)

    @cached_property
    def room(self) -> ModuleType | None:
        """The optional room, where this build has it and the request allows it."""
        return optional_room(self.run.request)

    @cached_property
    def face_key(self) -> str:
        digests = [self.run.models.use(role).sha256 for role in FACE_ROLES]
        return key("face", VERSIONS["face"], self.run.media.sha256, self.run.request.face_fps, *digests)

    @cached_property
    def extra_key(self) -> str:
        return key(VERSIONS["face"], self.face_key, *(use.sha256 for use in self._room_uses()))

    def uses(self) -> tuple[ModelUse, ...]:
        """The models that took part."""
        return (*(self.run.models.use(role) for role in FACE_ROLES), *self._room_uses())

    def _room_uses(self) -> tuple[ModelUse, ...]:
        return tuple(self.run.models.use(role) for role in self.room.MODELS) if self.room else ()

    def _look(self, progress: Follow) -> Seen:
        run, request = self.run, self.run.request
        detector, landmarks, blendshapes, mesh = (run.models.path(role) for role in FACE_ROLES)
        observer = FaceObserver(detector, landmarks, blendshapes, mesh, 1)
        further = self.room.Observer(run.models.path(self.room.MODELS[0]), 1) if self.room else None
        for time_s, rgb in frames(request.media, run.media, request.face_fps, progress, run.name, 1):
            look = observer.look(time_s, rgb)
            if further is not None:
                further.look(rgb, look)
        return Seen(observer.finish(), further.finish() if further is not None else None)

    def _keep(self, seen: Seen, seconds: float) -> None:
        if seen.extra is not None:
            self.run.shelf.put_arrays(self.extra_key, seen.extra)
        self.run.shelf.put("face", self.face_key, seen.face, seconds)
