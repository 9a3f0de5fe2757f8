"""The player of the room: picture, controls, and the keys that go with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSlider, QToolButton, QVBoxLayout, QWidget

from analysis.failures import Failure
from app.recording.asked import HeldInterview
from app.recording.left_out import LeftOut
from app.text import sentence, timecode, tr
from ui import language, theme
from ui.actions import Action
from ui.review.controls import IconButton, SeekBar, plain_label, restyle, wrapped_label
from ui.review.frames import FRAME_S, FrameFinder, Frames, Times
from ui.review.full_screen import FullScreen
from ui.review.landmarks import Landmarks
from ui.review.model import Presenter, Recording
from ui.review.overlay import OverlayButton
from ui.review.playback import JUMP_S, SPEEDS, Playback
from ui.review.video_pane import VideoPane
from ui.review.watch import Trouble

END_S = 0.5
"""So near its end a recording has been watched: it opens at its beginning."""
ROOM_FOR_VOLUME, ROOM_FOR_STEPS, ROOM_FOR_LENGTH = 530, 445, 385


class Player(QFrame):
    """Plays one recording. `playback` is what others listen to and steer.

    `acts` tells what can be done at a key while the picture is on the whole screen. `cameBack`: it is here again.
    `commentAsked`: a person wants to write about a moment (s), None = the present one, or the stretch from there on.
    """

    cameBack = Signal()
    commentAsked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self.playback = Playback(self)
        self.pane = VideoPane(self)
        self.full: FullScreen | None = None
        self.acts: Callable[[], Sequence[Action]] = tuple
        self._room = 0.0
        self._has_sound = True
        self.landmarks = Landmarks(self.pane, self.playback, self)
        self._failed: Failure | None = None
        self._left_out: tuple[LeftOut, ...] = ()
        self._finder = FrameFinder(self)
        self._build()
        self._listen()
        language.on_change(self, self._rename)
        theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._rename()
        self.fit(self.foot.width())

    def _build(self) -> None:
        self.seek_bar = SeekBar()
        self.back = IconButton("back", "review.back_5")
        self.step_back = IconButton("step_back", "review.frame_back")
        self.play = IconButton("play", "review.play")
        self.step_forward = IconButton("step_forward", "review.frame_forward")
        self.forward = IconButton("forward", "review.forward_5")
        self.time = plain_label()
        self.note = plain_label("small")
        self.note.setWordWrap(True)
        self.note.hide()
        self.speed = QToolButton()
        self.speed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.speed.setMenu(self._speed_menu())
        self.loop = IconButton("loop", "review.loop", checkable=True)
        self.mute = IconButton("speaker", "review.mute", checkable=True)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, 100)
        self.volume.setValue(100)
        self.volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.overlay = OverlayButton()
        self.full_screen = IconButton("full", "review.full_screen")
        row = QHBoxLayout()
        row.setSpacing(2)
        for button in (self.back, self.step_back, self.play, self.step_forward, self.forward):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.time)
        row.addStretch(1)
        for widget in (self.speed, self.loop, self.mute, self.volume, self.overlay, self.full_screen):
            row.addWidget(widget)
        self.foot = QFrame()
        foot = QVBoxLayout(self.foot)
        foot.setContentsMargins(8, 4, 8, 6)
        foot.setSpacing(2)
        foot.addWidget(self.seek_bar)
        foot.addLayout(row)
        foot.addWidget(self.note)
        self.away = wrapped_label("small")
        self.away.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(1, 1, 1, 1)
        self._whole.setSpacing(0)
        for button in self.foot.findChildren(IconButton):
            button.setProperty("class", "tight")
        self.take_back()

    def take_back(self) -> None:
        """Picture and controls are here, and not on the whole screen."""
        self.full = None
        restyle(self.foot, "")
        self.away.hide()
        self._whole.removeWidget(self.away)
        self._whole.addWidget(self.pane, 1)
        self._whole.addWidget(self.foot)
        self.pane.show()
        self.foot.show()
        self._name_full_screen()
        self.fit(self.width())
        self.cameBack.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.full is None:
            self.fit(self.width())

    def fit(self, width: int) -> None:
        """Leave out what is least needed where the controls are not wide enough for all: the keys still do it."""
        self._room = width * 100 / theme.scaled(100)
        self.volume.setVisible(self._room > ROOM_FOR_VOLUME)
        for button in (self.step_back, self.step_forward):
            button.setVisible(self._room > ROOM_FOR_STEPS)
        self._show_time(self.seek_bar.position)

    def _speed_menu(self) -> QMenu:
        menu = QMenu(self.speed)
        group = QActionGroup(menu)
        for speed in SPEEDS:
            action = menu.addAction(speed_text(speed))
            action.setCheckable(True)
            action.setChecked(speed == 1.0)
            action.setData(speed)
            group.addAction(action)
        group.triggered.connect(lambda action: self.playback.set_speed(action.data()))
        return menu

    def _listen(self) -> None:
        playback = self.playback
        playback.positionChanged.connect(self._show_position)
        playback.playingChanged.connect(self._show_playing)
        playback.speedChanged.connect(self._show_speed)
        playback.loopChanged.connect(self._show_loop)
        playback.frameArrived.connect(self.pane.show_frame)
        playback.watch.troubleChanged.connect(self._show_message)
        playback.unpicturedChanged.connect(self._show_message)
        self._finder.found.connect(self._take_frames)
        self.landmarks.failed.connect(self._say_no_landmarks)
        self.seek_bar.seekAsked.connect(playback.seek)
        self.back.clicked.connect(lambda: playback.jump(-JUMP_S))
        self.forward.clicked.connect(lambda: playback.jump(JUMP_S))
        self.step_back.clicked.connect(lambda: playback.step(-1))
        self.step_forward.clicked.connect(lambda: playback.step(1))
        self.play.clicked.connect(playback.toggle)
        self.mute.toggled.connect(self._mute)
        self.volume.valueChanged.connect(self._show_volume)
        self.overlay.wantedChanged.connect(self._show_marks)
        self.full_screen.clicked.connect(self.toggle_full_screen)
        self.pane.clicked.connect(playback.toggle)
        self.pane.doubleClicked.connect(self.toggle_full_screen)

    def open(self, presenter: Presenter, recording: Recording | None, start: float = 0.0) -> None:
        """Load an interview's recording, paused at `start` (s), or at its beginning where that is its end."""
        media = presenter.interview.media
        self.pane.show_image(None)
        self._has_sound = bool(media and media.has_audio)
        self.pane.show_message("")
        self._failed, make = None, presenter.landmarks()
        self._left_out = ()
        self.pane.marks.allowed = make is not None
        self.landmarks.begin(make)
        self.mark_recording(recording, sound_only=bool(media and not media.has_video))
        self.overlay.setVisible(bool(media and media.has_video))
        stream = presenter.open_media()
        if stream is None or media is None:
            self.playback.close()
            self.playback.duration = media.duration_s or 0.0 if media else 0.0
            self.pane.show_message(tr(why_no_recording(presenter.held())))
        else:
            self._left_out = presenter.left_out()
            duration = duration_of(presenter, recording)
            begin = start if start < duration - END_S else 0.0
            self.playback.load(stream, duration, frame_length(recording), begin, pictured=media.has_video)
            self._list_frames(presenter)
        self._show_position(self.playback.position)
        self._rename()

    def show_recording(self, presenter: Presenter, recording: Recording | None) -> None:
        """What the analysis says of the recording that is open; it plays on."""
        playback = self.playback
        playback.duration = duration_of(presenter, recording)
        if not playback.frames.listed:
            playback.frames = Frames.steady(playback.duration, frame_length(recording))
        self.mark_recording(recording, sound_only=self.pane.sound_only)
        self._show_position(playback.position)

    def mark_recording(self, recording: Recording | None, *, sound_only: bool) -> None:
        """Take what is drawn over the picture, or in its place, from an analysed recording."""
        marks = self.pane.marks
        self.pane.show_recording(recording, sound_only=sound_only)
        why = "review.marks_no_face" if recording else "review.marks_not_analysed"
        self.overlay.offer(marks.possible(), why if marks.allowed else "review.marks_not_allowed")
        self.landmarks.choose()

    def _list_frames(self, presenter: Presenter) -> None:
        """The pictures' times from the vault, else from a look at the recording while it is shown already."""
        if not self.playback.pictured:
            return
        kept = presenter.frame_times()
        if kept is None:
            self._finder.look(presenter.find_frame_times)
        elif len(kept):
            self._take_frames(kept)

    def _take_frames(self, times: Times) -> None:
        self.playback.frames = Frames(times, listed=True)

    def close_recording(self) -> None:
        """Stop and let go of the recording's stream."""
        self._finder.stop()
        self.landmarks.end()
        if self.full is not None:
            self.full.close()
        self.playback.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.close_recording()
        super().closeEvent(event)

    def write_at(self, time_s: float | None = None, end_s: float | None = None) -> None:
        """Begin a comment about a moment (s), by default the present one, or the stretch from there to `end_s`."""
        self.commentAsked.emit(time_s, end_s)

    def toggle_full_screen(self) -> None:
        """Show the picture on the whole screen, or come back from there."""
        if self.full is not None:
            self.full.close()
        elif not self.pane.sound_only:
            self._whole.removeWidget(self.pane)
            self._whole.removeWidget(self.foot)
            self._whole.addWidget(self.away)
            self.away.show()
            restyle(self.foot, "panel")
            self.full = FullScreen(self)
            self.full.showFullScreen()
            self.full.setFocus(Qt.FocusReason.OtherFocusReason)
            self._name_full_screen()

    def _name_full_screen(self) -> None:
        self.full_screen.become("full", "review.full_screen" if self.full is None else "review.leave_full_screen")

    def _show_position(self, position: float) -> None:
        self.seek_bar.show_position(position, self.playback.duration)
        self.pane.show_time(position)
        self._show_time(position)
        if self._left_out:
            self._show_message()

    def _show_time(self, position: float) -> None:
        """Where it is, and of how much where there is room to say so."""
        tail = f" / {timecode(self.playback.duration)}" if self._room > ROOM_FOR_LENGTH else ""
        self.time.setText(timecode(position) + tail)

    def _show_playing(self, playing: bool) -> None:
        self.play.become("pause" if playing else "play", "review.pause" if playing else "review.play")

    def _show_speed(self, speed: float) -> None:
        self.speed.setText(speed_text(speed))
        if not self.speed.isVisible():
            self.pane.say(speed_text(speed))
        for action in self.speed.menu().actions():
            action.setChecked(action.data() == speed)

    def _show_loop(self, _loop: object) -> None:
        self.seek_bar.loop = self.playback.loop
        self.loop.setChecked(self.playback.loop is not None)
        self.seek_bar.update()

    def _show_marks(self) -> None:
        self.pane.marks.wanted = self.overlay.wanted
        self.landmarks.choose()
        self.pane.update()

    def _say_no_landmarks(self, failure: Failure) -> None:
        self._failed = failure
        self._rename()

    def _show_volume(self, percent: int) -> None:
        self.playback.set_volume(percent / 100)
        if not self.volume.isVisible():
            self.pane.say(tr("review.volume_is", percent=percent))

    def _mute(self, muted: bool) -> None:
        self.playback.set_muted(muted)
        self.mute.become("mute" if muted else "speaker", "review.unmute" if muted else "review.mute")
        if not self.mute.isVisible():
            self.pane.say(tr("review.muted" if muted else "review.volume_is", percent=self.volume.value()))

    def _show_message(self, _trouble: object = None) -> None:
        """A sentence in place of the picture, in the language in use, until there is a picture again: what is left out
        on purpose is not called damaged."""
        trouble = self.playback.watch.trouble
        words = "" if trouble is None else tr(trouble.value, end=timecode(self.playback.duration))
        if trouble in (None, Trouble.DAMAGED):
            words = self._why_left_out() or words or self._where_pictures_are()
        if words != self.pane.message:
            self.pane.show_message(words)

    def _why_left_out(self) -> str:
        """Why there is no picture at this moment on purpose; "" where there is one, or nobody knows why not."""
        if not self.playback.loaded:
            return ""
        now, frames = self.playback.position, self.playback.frames
        picture = awaited = now
        if frames.listed:
            shown = frames.index(now)
            picture = frames.time(shown)
            awaited = frames.next(shown) if self.playback.playing else picture
        return next((each.words for each in self._left_out if each.covers(now, picture, awaited)), "")

    def _where_pictures_are(self) -> str:
        """What is said in the place of a picture where none begins for long; "" elsewhere."""
        at, frames = self.playback.unpictured_s, self.playback.frames
        if at is None:
            return ""
        shown = frames.index(at)
        end = min(frames.next(shown), self.playback.duration)
        return tr("review.no_new_picture", start=timecode(frames.time(shown)), end=timecode(end))

    def _rename(self) -> None:
        self.setAccessibleName(tr("review.player"))
        self.away.setText(tr("review.on_whole_screen"))
        self.pane.setAccessibleName(tr("review.picture"))
        self.speed.setText(speed_text(self.playback.speed))
        self.speed.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")
        self.speed.setMinimumWidth(theme.scaled(46))
        self.volume.setMaximumWidth(theme.scaled(70))
        self.speed.setAccessibleName(tr("review.speed"))
        self.speed.setToolTip(tr("review.speed"))
        self.volume.setAccessibleName(tr("review.volume"))
        self.time.setFont(theme.mono(13))
        if self.playback.loaded:
            self._show_message()
        silent = self._note_key()
        notes = [tr(silent)] if silent else []
        if self._failed is not None:
            notes.append(tr("review.no_landmarks", reason=sentence(self._failed)))
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))
        for widget in (self.mute, self.volume):
            widget.setEnabled(not silent)

    def _note_key(self) -> str:
        if not self.playback.loaded:
            return ""
        if not self._has_sound:
            return "review.no_sound"
        return "" if self.playback.has_sound_device else "review.no_sound_device"


def speed_text(speed: float) -> str:
    """1.0×"""
    return f"{speed:g}×" if speed != int(speed) else f"{speed:.1f}×"


def why_no_recording(held: HeldInterview) -> str:
    """The key of why there is nothing to play."""
    if held.refused:
        return "review.recording_refused"
    return "review.unrecorded" if held.unrecorded else "review.no_media"


def duration_of(presenter: Presenter, recording: Recording | None) -> float:
    """The document's length, else the file's."""
    if recording is not None:
        return recording.analysis.media.duration
    media = presenter.interview.media
    return (media.duration_s or 0.0) if media else 0.0


def frame_length(recording: Recording | None) -> float:
    """How long a frame lasts (s), from the stream's own rate."""
    streams = recording.analysis.media.streams if recording else ()
    rates = [stream.fps for stream in streams if stream.kind == "video" and stream.fps]
    return 1 / rates[0] if rates else FRAME_S
