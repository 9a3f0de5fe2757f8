"""An interview that is being held: recording, sources and marks go together; what a person does goes to all of them.

Without a recording (the candidate wants none, or answers in writing only) its time is a clock's, pauses left out too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from analysis.failures import Failure
from app import policy, text
from app.domain.types import ConsentGiven, Interview
from app.jobs.analysis import places
from app.jobs.landmarks import LandmarkChild, MakeChild
from app.recording import consent
from app.recording.hints import HintFeed
from app.recording.holding import held
from app.recording.kinds import Kind, Picture, Role, Sink, Standing, Track
from app.recording.running import Running
from app.recording.stretch_consent import SPEECH, refused_before
from app.recording.tee import tee
from app.settings import SettingsFile
from app.store.library import Library
from ui.post import telling
from ui.record.capture.choice import What

if TYPE_CHECKING:
    from ui.record.capture.choice import Choice, Device

STOP_S = 20.0
"""So long a closing window waits for a recording to be taken into the library; what takes longer waits on the disk."""


PREVIEW_WIDTH = 480
"""The page shows a small picture, of which a window on a fine screen needs a little more."""
GIVE_UP_S = 5.0
"""So long a beginning that failed waits for its recording, of which there is nothing, to be gone."""


class Recorded(Sink, Protocol):
    """What writes the recording: `app.recording.writing.Recording`."""

    def pause(self) -> None:
        """Rest."""

    def resume(self) -> None:
        """Go on."""

    def now(self) -> float:
        """The recording's time, s."""

    def stop(self, done: Callable[[Interview | Failure], None]) -> None:
        """End it and take it into the library; `done` is called on another thread."""


class Sources(Protocol):
    """What takes picture and sound: `ui.record.capture.session.CaptureSession`."""

    problem: Any
    recovered: Any
    levels: Any
    pictured: Any

    def start(self) -> None:
        """Open them."""

    def stop(self) -> None:
        """Close them."""

    def preview(self, *, on: bool, width: int) -> None:
        """Whether `pictured` tells what is seen, and how wide its pictures are at most, in pixels."""

    def preview_shown(self) -> None:
        """The last one was painted."""


Begin = Callable[..., Recorded]
Done = Callable[["Interview | Failure"], None]
Open = Callable[["Choice", Sink], Sources]


@dataclass(frozen=True, slots=True)
class Means:
    """How recordings are begun and sources opened."""

    begin: Begin
    open: Open


def real_means() -> Means:
    """The product's own."""
    from app.recording.writing import begin
    from ui.record.capture.session import CaptureSession

    return Means(partial(begin, join_later=True), CaptureSession)


class Gate:
    """A sink that lets through only what is still agreed to."""

    def __init__(self, sink: Sink, roles: Collection[Role]) -> None:
        self._sink, self._roles = sink, frozenset(roles)

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture."""
        if role in self._roles:
            self._sink.picture(role, at_ns, picture)

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of sound."""
        if role in self._roles:
            self._sink.sound(role, at_ns, samples)

    def gone(self, role: Role) -> None:
        """A source has vanished."""
        if role in self._roles:
            self._sink.gone(role)

    def narrow(self, roles: Collection[Role]) -> None:
        """From now on only these; the tracks of the others end."""
        dropped, self._roles = self._roles - frozenset(roles), self._roles & frozenset(roles)
        for role in dropped:
            self._sink.gone(role)


class Watch:
    """Time for an interview that is not recorded: runs from `start_s` on, pauses left out."""

    def __init__(self, start_s: float = 0.0, running: Callable[[], float] = time.monotonic) -> None:
        self._running, self._before, self._since = running, start_s, running()
        self._rests = False

    def now(self) -> float:
        """Seconds."""
        return self._before if self._rests else self._before + self._running() - self._since

    def pause(self) -> None:
        """Rest."""
        self._before, self._rests = self.now(), True

    def resume(self) -> None:
        """Go on."""
        if self._rests:
            self._since, self._rests = self._running(), False


class HeldInterview(QObject):
    """One interview from its beginning to its end. Lives in the window's thread.

    `changed`: something was marked; `narrowed`: less is recorded or analysed; `stood(Standing)`: how the recording
    goes; `troubled(object)`: a failure or a source's problem, said while the rest goes on; `recovered(Role)`;
    `levels(dict)`; `pictured(Role, QImage)`; `ended(Interview | Failure)`: it is over and in the library, or what went
    wrong.
    """

    changed = Signal()
    narrowed = Signal()
    stood = Signal(object)
    troubled = Signal(object)
    recovered = Signal(object)
    levels = Signal(object)
    pictured = Signal(object, QImage)
    ended = Signal(object)

    def __init__(
        self, library: Library, settings: SettingsFile, interview: Interview, means: Callable[[], Means] = real_means,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.library, self._settings, self._means = library, settings, means
        self.interview = interview
        self._to_say = False
        self.recording: Recorded | None = None
        self.sources: Sources | None = None
        self.standing: Standing | None = None
        self.choice: Choice | None = None
        self.over = False
        self.unheard = False
        """An earlier stretch refused the analysis of speech: none of the recording is listened to."""
        self.hints: HintFeed | None = None
        self._gate: Gate | None = None
        self._seeks_faces = False
        self._known = consent.Agreed()
        self._unkept: tuple[frozenset[Kind], frozenset[str]] = (frozenset(), frozenset())
        self._stopped = threading.Event()
        self._tell_end = _ending(self._stopped, telling(self._say_end))
        self._watch = Watch()
        self.running: Running = held(library, interview, settings.values, self.now)
        self._watch = Watch(self.running.now.last_s)

    def now(self) -> float:
        """The recording's time, s."""
        return self.recording.now() if self.recording is not None else self._watch.now()

    # From beginning to end

    def begin(self, choice: Choice | None) -> None:
        """Record what was chosen, as far as the candidate agreed; None = without a recording.

        Raises ConsentMissing, ReadOnly, InterviewRecorded, DiskFull, FolderNotWritable: nothing has begun then.
        """
        try:
            self._begin(choice)
        except Failure:
            self._give_up()
            raise
        self.changed.emit()

    def _begin(self, choice: Choice | None) -> None:
        """The recording, then the mark, then the sources: what cannot be marked has recorded nothing."""
        given, goes_on = self.library.consent(self.interview.id), self.interview.media is not None
        self._known = consent.agreed_of(given)
        tracks: tuple[Track, ...] = choice.tracks if choice is not None else ()
        if choice is not None and tracks:
            self.recording = self._means().begin(
                self.library, self.interview.id, tracks, allowed=consent.may_record(given), go_on=goes_on,
                on_problem=telling(self._say_trouble), on_standing=telling(self._say_standing),
            )  # fmt: skip
            self.choice = choice
            self._seeks_faces = self._may_seek_faces()
            self.hints = HintFeed(tracks, self._face_finder())
            self._gate = Gate(tee(self.recording, self.hints), [track.role for track in tracks])
        self._to_say = given is not None and given.how is ConsentGiven.SPOKEN and Kind.SOUND in self.recorded_kinds()
        sources = [(each.role, each.device.name) for each in choice.picked] if choice is not None else []
        self.running.begin(sorted({str(track.kind) for track in tracks}), goes_on=goes_on, sources=sources,
                           modalities=self._known.modalities)  # fmt: skip
        if goes_on:
            self.unheard = SPEECH in refused_before(self.library, self.interview.id)
        self.library.held_here.add(self.interview.id)
        if self.choice is not None:
            self._open(self.choice)

    def _give_up(self) -> None:
        """It could not begin: nothing goes on unseen, and it can be begun anew."""
        self.over = True
        self.library.held_here.discard(self.interview.id)
        self._close_sources()
        if self.hints is not None:
            self.hints.close()
        if self.recording is not None:
            self.recording.stop(self._tell_end)
            self._stopped.wait(GIVE_UP_S)

    def _face_finder(self) -> MakeChild | None:
        """What finds faces for the hints; None where the face is not to be looked at."""
        return partial(LandmarkChild, places(self.library.folder)) if self._seeks_faces else None

    def question_put(self) -> None:
        """A question was put now: the answer's length counts from here."""
        if self.hints is not None:
            self.hints.answer_begins(time.monotonic_ns())

    def pause(self) -> None:
        """Rest, or go on. What cannot be marked raises, and rests all the same."""
        if self.over:
            return
        try:
            self._go_on() if self.running.now.paused else self._rest()
        finally:
            self.changed.emit()

    def _rest(self) -> None:
        (self.recording or self._watch).pause()
        if self.hints is not None:
            self.hints.pause()
        self.running.pause()

    def _go_on(self) -> None:
        self.running.resume()
        (self.recording or self._watch).resume()
        if self.hints is not None:
            self.hints.resume()

    def stop(self) -> None:
        """The interview is over; once. `ended` says when it is in the library."""
        if self.over:
            return
        self.over = True
        try:
            try:
                self.keep_withdrawal()
            finally:
                self.running.end()
        finally:  # whatever keeps the mark from being kept, the recording ends
            self.library.held_here.discard(self.interview.id)
            self._close_sources()
            if self.hints is not None:
                self.hints.close()
            if self.recording is None:
                self._tell_end(self.library.interview(self.interview.id))
            else:
                self.recording.stop(self._tell_end)
            self.changed.emit()

    def stop_and_wait(self) -> None:
        """The same for a window that closes."""
        self.stop()
        self._stopped.wait(STOP_S)

    # What is agreed to, and taken back

    def language(self) -> str:
        """The candidate's: that of the notice which was read."""
        given = self.library.consent(self.interview.id)
        return given.language if given is not None and given.language else text.language()

    def to_be_said(self) -> str:
        """What the candidate still says aloud, so that a spoken consent stands in the recording; "" for nothing."""
        given = self.library.consent(self.interview.id)
        if given is None or not self._to_say or self.over or self.running.now.consent_at_s is not None:
            return ""
        left = consent.agreed_of(given)
        if Kind.SOUND not in left.kinds:  # nothing that is said is recorded any more
            return ""
        return consent.spoken_words(
            consent.notice(self.language(), self.library.folder), self.interview.candidate.name, left
        )

    def consent_said(self) -> None:
        """It was said, now."""
        given = self.library.consent(self.interview.id)
        if self.to_be_said() and given is not None:
            self.running.consent_said(given.kinds or (), given.modalities)
            self.changed.emit()

    def withdraw(self, kinds: Collection[Kind], modalities: Collection[str]) -> None:
        """The candidate takes something back: it is neither recorded nor analysed from this moment on, even where that
        cannot be kept (raises what keeping it does; it is kept with the next withdrawal, at the latest at the end)."""
        self._unkept = (self._unkept[0] | set(kinds), self._unkept[1] | set(modalities))
        try:
            self._narrow(frozenset(self.recorded_kinds()) - self._unkept[0])
            self._seek_faces()
            self.keep_withdrawal()
        finally:
            self.narrowed.emit()
            self.changed.emit()

    def consent_changed(self) -> None:
        """What the candidate agrees to may be another since, by the library's menu: what no longer is agreed to ends.
        Raises LibraryBusy, DiskFull."""
        if self.over:
            return
        before, self._known = self._known, consent.agreed_of(self.library.consent(self.interview.id))
        if before == self._known:
            return
        try:
            self._narrow(frozenset(self._known.kinds) - self._unkept[0])
            self._seek_faces()
            if not {*before.kinds, *before.modalities} <= {*self._known.kinds, *self._known.modalities}:
                self.running.withdrawn(self._known.kinds, self._known.modalities)
        finally:
            self.narrowed.emit()
            self.changed.emit()

    def is_withdrawal_kept(self) -> bool:
        """Whether all that was taken back is kept as such."""
        return not any(self._unkept)

    def keep_withdrawal(self) -> None:
        """What was taken back and not kept yet. Raises what keeping it does: it stays taken back, and can be kept
        later."""
        if not any(self._unkept):
            return
        with self.library.together():
            left = consent.withdraw(self.library, self.interview.id, *self._unkept)
            self.running.withdrawn(left.kinds or (), left.modalities)
        self._unkept = (frozenset(), frozenset())
        self._known = consent.agreed_of(left)

    def _narrow(self, kinds: frozenset[Kind]) -> None:
        if self.choice is None or self._gate is None:
            return
        picked = tuple(each for each in self.choice.picked if each.track.kind in kinds)
        if len(picked) == len(self.choice.picked):
            return
        self._gate.narrow([each.role for each in picked])
        self._close_sources()
        self.choice = replace(self.choice, picked=picked)
        if picked and not self.over:
            self._open_anew(self.choice)

    def use(self, role: Role, device: Device) -> None:
        """Take picture or sound of this role from another device from now on; its track goes on."""
        if self.choice is None or self.over:
            return
        picked = tuple(replace(each, device=device) if each.role is role else each for each in self.choice.picked)
        if picked == self.choice.picked:
            return
        self._close_sources()
        self.choice = replace(self.choice, picked=picked)
        self._open_anew(self.choice)
        self.changed.emit()

    def _seek_faces(self) -> None:
        """Look for faces only while that is agreed to."""
        seeks = self._may_seek_faces()
        if self.hints is not None and seeks != self._seeks_faces:
            self._seeks_faces = seeks
            self.hints.look_for_faces(self._face_finder())

    def _may_seek_faces(self) -> bool:
        kinds, names = self._unkept
        return "face" not in names and Kind.PICTURE not in kinds and "face" in self.analysed()

    def to_withdraw(self) -> tuple[Kind, ...]:
        """What is recorded, or could not yet be kept as taken back."""
        recorded = self.recorded_kinds()
        return tuple(kind for kind in Kind if kind in recorded or kind in self._unkept[0])

    def recorded_kinds(self) -> tuple[Kind, ...]:
        """What is being recorded now."""
        picked = self.choice.picked if self.choice is not None else ()
        return tuple(kind for kind in Kind if any(each.track.kind is kind for each in picked))

    def analysed(self) -> tuple[str, ...]:
        """The modalities that will be analysed."""
        rules = policy.profile(self._settings.values.jurisdiction)
        allowed = policy.allowed_modalities(rules, self.library.consent(self.interview.id))
        kinds, names = self._unkept
        taken_back = {*map(str, kinds), *names}
        return tuple(name for name in allowed if taken_back.isdisjoint({name, *consent.bases(name)}))

    # Sources

    def _open_anew(self, choice: Choice) -> None:
        """What is wrong with them is told anew; what was wrong with those before holds no more."""
        for each in choice.picked:
            self.recovered.emit(each.role)
        self._open(choice)

    def _open(self, choice: Choice) -> None:
        assert self._gate is not None
        if self.hints is not None:
            self.hints.watch_window(on=any(each.device.what is What.WINDOW for each in choice.picked))
        sources = self.sources = self._means().open(choice, self._gate)
        sources.problem.connect(self.troubled)
        sources.recovered.connect(self.recovered)
        sources.levels.connect(self.levels)
        sources.pictured.connect(self.pictured)
        sources.preview(on=True, width=PREVIEW_WIDTH)
        sources.start()

    def _close_sources(self) -> None:
        if self.sources is not None:
            self.sources.stop()
            self.sources = None

    # What the recording says, on the window's thread

    def _say_standing(self, standing: Standing) -> None:
        self.standing = standing
        self.stood.emit(standing)

    def _say_trouble(self, failure: Failure) -> None:
        self.troubled.emit(failure)

    def _say_end(self, outcome: Interview | Failure) -> None:
        self.ended.emit(outcome)


def _ending(stopped: threading.Event, tell: Done) -> Done:
    """What any thread may call at the end: whoever waits for it goes on at once, the window hears of it when it can."""

    def end(outcome: Interview | Failure) -> None:
        stopped.set()
        tell(outcome)

    return end
