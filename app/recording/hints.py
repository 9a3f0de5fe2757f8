"""What an interviewer may be told while an interview is recorded, from what the sources give: light enough to run
beside the writer, and for the interviewer alone.

Nothing of it is kept, scored or sent. Sound is judged by its loudness (`voice_activity`, `talk`), pictures by a few of
their pixels twice a second; a face is looked for once a second by the landmark child, and only where that is allowed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.failures import Failure, WorkerDied
from app.jobs.landmarks import MOST_DEATHS, Asked, LandmarkChild, MakeChild, Points
from app.recording import small_pictures
from app.recording.kinds import Picture, Role, SoundTrack, Track
from app.recording.talk import Talk
from app.recording.voice_activity import FRAME_NS, Frames
from app.recording.window_pictures import Seen, WindowPictures

LIGHT_EVERY_NS, FACE_EVERY_NS = 500_000_000, 1_000_000_000
FACE_SIDE = 480
"""Pixels of the picture's longer side in which a face is looked for."""
FRESH_NS = 3_000_000_000
"""What was last seen or heard longer ago says nothing about now."""
PARTLY_OUT = 0.1
"""Share of a face's landmarks outside the picture from which on it is cut."""
CLIPS, CLIPPED_SAMPLES = 32_700, 3
"""Samples from here on count as clipped; so many of them in a block are no accident."""
NO_SIGNAL = 2
"""A microphone that works gives noise; one that is switched off stays within so many steps of zero."""
MARGIN_DB, MARGIN_LIGHT = 2.0, 0.02
"""So much better it has to be for a hint to go away: none flickers at its limit."""
STILL = frozenset({Role.SYSTEM})
"""Where pure silence is nothing to speak of."""


class Face(StrEnum):
    """Where the face is."""

    IN = "in"
    PARTLY = "partly"
    OUT = "out"


class Notice(StrEnum):
    """What is beyond its limit."""

    TALKS_MUCH = "talks_much"
    LONG_ANSWER = "long_answer"
    LONG_SILENCE = "long_silence"
    FACE = "face"
    TOO_DARK = "too_dark"
    TOO_QUIET = "too_quiet"
    CLIPPING = "clipping"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is worth a notice: the company's settings, no norms, but for what is said here.

    `quiet_db`: 14 dB below -26 dB of full scale, at which telephony levels speech (ITU-T P.56, P.830). `dark`: mean
    grey 0..1; below 0.10 faces are read clearly worse (`analysis.face.legible`), this warns somewhat before.
    """

    interviewer_share: float = 0.5
    share_after_s: float = 180.0
    answer_s: float = 180.0
    silence_s: float = 8.0
    face_out_s: float = 3.0
    dark: float = 0.15
    dark_s: float = 2.0
    quiet_db: float = -40.0
    no_signal_s: float = 10.0
    clipped_for_s: float = 5.0
    window_black_s: float = 3.0
    window_still_s: float = 60.0


@dataclass(frozen=True, slots=True)
class HintState:
    """How it stands now. None = not known, or nothing to measure it by.

    `interviewer_share` where two sides are heard apart, else `speech_share`, both 0..1; `light` mean grey 0..1 of the
    face where it is known, else of the picture; `quiet` and `clipped` name sources of sound; `window` what is wrong
    with the picture of a recorded window.
    """

    interviewer_share: float | None = None
    speech_share: float | None = None
    answer_s: float | None = None
    silence_s: float | None = None
    face: Face | None = None
    light: float | None = None
    quiet: tuple[Role, ...] = ()
    clipped: tuple[Role, ...] = ()
    hears: bool = False
    sees: bool = False
    seeks_face: bool = False
    notices: frozenset[Notice] = frozenset()
    window: Seen | None = None


NOTHING = HintState()


@dataclass(slots=True)
class _Heard:
    """What is kept of a source of sound beside its voice. Times in ns, 0 = never."""

    frames: Frames
    at_ns: int = 0
    signal_ns: int = 0
    clipped_ns: int | None = None
    quiet: bool = False


@dataclass(slots=True)
class _Seen:
    """What is kept of the camera. Times in ns, None = never."""

    at_ns: int | None = None
    asked_ns: int | None = None
    light: float | None = None
    dark_since: int | None = None
    face: Face | None = None
    face_ns: int | None = None
    away_since: int | None = None


class HintFeed:
    """A sink (`app.recording.kinds.Sink`) that listens along. Any thread may call; no call waits for more than
    another's arithmetic.

    `make_child` finds faces; None = they must not be looked at. While it is switched off nothing is computed.
    """

    def __init__(
        self, tracks: Iterable[Track], make_child: MakeChild | None = None, limits: Limits | None = None,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:  # fmt: skip
        self.limits = limits or Limits()
        self._tracks, self._make, self._clock = tuple(tracks), make_child, clock_ns
        self._lock = threading.Lock()
        self._child: LandmarkChild | None = None
        self._number = 0
        self._asked: dict[int, tuple[int, NDArray[np.uint8]]] = {}
        self._on = True
        self._deaths = 0
        self._rested_ns = 0
        self._paused_ns: int | None = None
        self._watches_window = False
        self._forget()

    def _forget(self) -> None:
        sounds = [track for track in self._tracks if isinstance(track, SoundTrack)]
        self._heard = {track.role: _Heard(Frames(track)) for track in sounds}
        self._talk = Talk(self._heard)
        self._seen = _Seen()
        self._window = WindowPictures()

    # What comes from the sources

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture; only those of a camera or a window are looked at, twice a second, and a face once."""
        if role is Role.SCREEN and self._watches_window:
            self._look_at_window(at_ns, picture)
        if role is not Role.CAMERA or not self._due(at_ns) or not small_pictures.readable(picture):
            return
        wants_face = self._face_due(at_ns)
        try:
            rgb = small_pictures.small(picture, FACE_SIDE) if wants_face else None
            light = small_pictures.light(picture)
        except ValueError:
            return
        with self._lock:
            self._note_light(self._own(at_ns), light)
        if rgb is not None:
            self._look_for_face(at_ns, rgb)

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of sound."""
        heard = self._heard.get(role)
        if heard is None or not self._on or self._paused_ns is not None:
            return
        block = np.frombuffer(samples, np.int16, len(samples) // 2)
        if not len(block):
            return
        most = max(int(block.max()), -int(block.min()))
        with self._lock:
            own = self._own(at_ns)
            self._note_peaks(heard, own, block, most)
            begins, levels = heard.frames.levels(own, block)
            for number, level in enumerate(levels):
                self._talk.frame(role, begins + number * FRAME_NS, level)

    def gone(self, role: Role) -> None:
        """A source has vanished."""
        with self._lock:
            self._talk.gone(role)
            if role is Role.CAMERA:
                self._seen = _Seen()
            elif role in self._heard:
                self._heard[role].at_ns = 0

    # What comes from the room

    def answer_begins(self, at_ns: int) -> None:
        """A question was put at this moment: the answer's length counts from here."""
        with self._lock:
            self._talk.answer_begins(self._own(at_ns))

    def answer_ends(self) -> None:
        """No question is open."""
        with self._lock:
            self._talk.answer_ends()

    def pause(self) -> None:
        """The interview rests: nothing counts until it goes on."""
        with self._lock:
            self._paused_ns = self._paused_ns or self._clock()

    def resume(self) -> None:
        """It goes on."""
        with self._lock:
            if self._paused_ns is not None:
                self._rested_ns += self._clock() - self._paused_ns
                self._paused_ns = None

    def look_for_faces(self, make_child: MakeChild | None) -> None:
        """Whether faces may be looked at from now on, and by what; None = no more."""
        with self._lock:
            self._make = make_child
            self._drop_child()

    def watch_window(self, *, on: bool) -> None:
        """Whether what SCREEN gives is a single window from now on, which may be covered."""
        with self._lock:
            self._watches_window, self._window = on, WindowPictures()

    def switch(self, *, on: bool) -> None:
        """Off: nothing is computed, and what was is forgotten. On: all begins anew."""
        with self._lock:
            if on != self._on:
                self._on = on
                self._drop_child()
                self._forget()

    def close(self) -> None:
        """The interview is over."""
        self.switch(on=False)

    def state(self) -> HintState:
        """How it stands now; meant to be read about twice a second."""
        with self._lock:
            return self._state(self._own(self._clock())) if self._on else NOTHING

    # Sound

    def _note_peaks(self, heard: _Heard, own: int, block: NDArray[np.int16], most: int) -> None:
        if not heard.at_ns:
            heard.signal_ns = own
        heard.at_ns = own
        if most > NO_SIGNAL:
            heard.signal_ns = own
        if most >= CLIPS and np.count_nonzero(np.abs(block.astype(np.int32)) >= CLIPS) >= CLIPPED_SAMPLES:
            heard.clipped_ns = own

    def _is_quiet(self, role: Role, heard: _Heard, own: int) -> bool:
        """Whether its own speech is too faint, or a microphone gives nothing at all."""
        level = self._talk.voices[role].speech_db
        limit = self.limits.quiet_db + (MARGIN_DB if heard.quiet else 0.0)
        heard.quiet = level is not None and level < limit
        mute = role not in STILL and (own - heard.signal_ns) / 1e9 >= self.limits.no_signal_s
        return heard.quiet or mute

    # Pictures

    def _due(self, at_ns: int) -> bool:
        """Whether a picture is to be looked at; asked for each one, so without a lock."""
        last = self._seen.at_ns
        return self._on and self._paused_ns is None and (last is None or self._own(at_ns) - last >= LIGHT_EVERY_NS)

    def _face_due(self, at_ns: int) -> bool:
        last = self._seen.asked_ns
        return self._make is not None and (last is None or self._own(at_ns) - last >= FACE_EVERY_NS)

    def _note_light(self, own: int, light: float) -> None:
        seen = self._seen
        seen.at_ns = own
        by_face = seen.face in (Face.IN, Face.PARTLY) and self._knows_face(own)
        if not by_face:
            self._judge_light(own, light)

    def _knows_face(self, own: int) -> bool:
        """Whether an answer about the face is new enough; a busy computer may keep the child from answering."""
        return self._seen.face_ns is not None and own - self._seen.face_ns < 2 * FRESH_NS

    def _judge_light(self, own: int, light: float) -> None:
        seen = self._seen
        seen.light = light
        if light >= self.limits.dark + (MARGIN_LIGHT if seen.dark_since is not None else 0.0):
            seen.dark_since = None
        elif seen.dark_since is None:
            seen.dark_since = own

    def _look_at_window(self, at_ns: int, picture: Picture) -> None:
        with self._lock:
            own = self._own(at_ns)
            if not self._on or self._paused_ns is not None or not self._window.is_due(own):
                return
            if small_pictures.readable(picture):
                with suppress(ValueError):
                    self._window.look(own, picture)

    def _window_trouble(self, own: int) -> Seen | None:
        at = self._window.at_ns
        if at is None or own - at >= FRESH_NS:
            return None
        return self._window.trouble(own, self.limits.window_black_s, self.limits.window_still_s)

    def _look_for_face(self, at_ns: int, rgb: NDArray[np.uint8]) -> None:
        with self._lock:
            if not self._on or self._make is None:
                return
            self._seen.asked_ns = self._own(at_ns)
            self._number += 1
            number = self._number
            self._asked = {
                number: (self._seen.asked_ns, rgb),
                **{n: a for n, a in self._asked.items() if n > number - 8},
            }
            if self._child is None:
                self._child = self._make(self._faces_found, self._faces_failed)
            child = self._child
        child.ask(Asked(number, rgb.shape[1], rgb.shape[0], rgb.tobytes()))

    def _faces_found(self, number: int, faces: tuple[Points, ...]) -> None:
        """On the child's thread: the most prominent face of a picture, or none."""
        with self._lock:
            asked = self._asked.pop(number, None)
            if asked is None or self._child is None:
                return
            own, rgb = asked
            seen = self._seen
            seen.face_ns = own
            here = _place(faces[0]) if faces else Face.OUT
            seen.away_since = None if here is Face.IN else own if seen.away_since is None else seen.away_since
            if faces and (patch := _patch(rgb, faces[0])).size:
                self._judge_light(own, small_pictures.grey(patch))
            seen.face = here

    def _faces_failed(self, failure: Failure) -> None:
        """On the child's thread: it died, and comes back once; or it cannot, and the other hints go on."""
        with self._lock:
            self._deaths += 1
            if not isinstance(failure, WorkerDied) or self._deaths >= MOST_DEATHS:
                self._make = None
                self._drop_child()

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.close()
        self._child = None
        self._asked = {}
        self._seen.face = self._seen.face_ns = self._seen.away_since = self._seen.asked_ns = None

    # How it stands

    def _own(self, at_ns: int) -> int:
        """A moment on a clock that rests in pauses."""
        return (at_ns if self._paused_ns is None else min(at_ns, self._paused_ns)) - self._rested_ns

    def _state(self, own: int) -> HintState:
        limits, talk, seen = self.limits, self._talk, self._seen
        fresh = {role: heard for role, heard in self._heard.items() if heard.at_ns and own - heard.at_ns < FRESH_NS}
        sees = seen.at_ns is not None and own - seen.at_ns < FRESH_NS
        state = HintState(
            interviewer_share=talk.interviewer_share(), speech_share=talk.speech_share(),
            answer_s=talk.answer_s(own), silence_s=talk.silence_s(own) if fresh else None,
            face=seen.face if sees and self._knows_face(own) else None, light=seen.light if sees else None,
            quiet=tuple(role for role, heard in fresh.items() if self._is_quiet(role, heard, own)),
            clipped=tuple(
                role for role, heard in fresh.items()
                if heard.clipped_ns is not None and (own - heard.clipped_ns) / 1e9 < limits.clipped_for_s
            ),
            hears=bool(fresh), sees=sees, seeks_face=sees and self._make is not None,
            window=self._window_trouble(own),
        )  # fmt: skip
        return replace(state, notices=frozenset(self._notices(state, own)))

    def _notices(self, state: HintState, own: int) -> Iterable[Notice]:
        limits, seen = self.limits, self._seen
        beyond = {
            Notice.TALKS_MUCH: (state.interviewer_share or 0.0) > limits.interviewer_share
            and self._talk.spoken_s() >= limits.share_after_s,
            Notice.LONG_ANSWER: (state.answer_s or 0.0) >= limits.answer_s,
            Notice.LONG_SILENCE: (state.silence_s or 0.0) >= limits.silence_s,
            Notice.FACE: state.face is not None and _lasts(seen.away_since, own, limits.face_out_s),
            Notice.TOO_DARK: state.light is not None and _lasts(seen.dark_since, own, limits.dark_s),
            Notice.TOO_QUIET: bool(state.quiet),
            Notice.CLIPPING: bool(state.clipped),
            Notice.WINDOW: state.window is not None,
        }
        return (notice for notice, holds in beyond.items() if holds)


def _lasts(since: int | None, own: int, seconds: float) -> bool:
    return since is not None and (own - since) / 1e9 >= seconds


def _place(points: Points) -> Face:
    outside = ((points < 0.0) | (points > 1.0)).any(axis=1)
    return Face.PARTLY if float(outside.mean()) > PARTLY_OUT else Face.IN


def _patch(rgb: NDArray[np.uint8], points: Points) -> NDArray[np.uint8]:
    """The part of a picture in which a face lies."""
    high, wide = rgb.shape[:2]
    (left, top), (right, bottom) = np.clip(points.min(axis=0), 0, 1), np.clip(points.max(axis=0), 0, 1)
    return rgb[int(top * high) : int(bottom * high) + 1, int(left * wide) : int(right * wide) + 1]
