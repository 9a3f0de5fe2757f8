"""What the interviewer is told while recording: a quiet strip of chips, for the interviewer's window only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.recording.hints import Face, HintFeed, HintState, Limits, Notice
from app.recording.window_pictures import Seen
from app.settings import SettingsFile
from app.text import percent, timecode, tr
from ui import icons, language, theme
from ui.review.flow import FlowLayout
from ui.widgets.plain import plain_tip

HINTS = "record.hints"
"""Under this name `Settings.layout` remembers whether hints are wanted; they are until somebody hides them."""
READ_MS = 500


class Topic(StrEnum):
    """A chip each, in the order in which they stand."""

    TALK = "talk"
    ANSWER = "answer"
    SILENCE = "silence"
    FACE = "face"
    LIGHT = "light"
    SOUND = "sound"
    WINDOW = "window"


ICONS = {
    Topic.TALK: "people", Topic.ANSWER: "comment", Topic.SILENCE: "pause", Topic.FACE: "person",
    Topic.LIGHT: "light", Topic.SOUND: "audio", Topic.WINDOW: "video",
}  # fmt: skip


ANSWERED = (Topic.ANSWER, Topic.SILENCE)
"""What is nothing to speak of while an answer is written."""
SEEN = (Topic.FACE, Topic.LIGHT, Topic.WINDOW)
"""What there is to say where nothing is heard."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a chip says: its words, what they mean and from where on they are marked, and whether they are now."""

    words: str
    tip: str
    noticed: bool = False


def said(state: HintState, limits: Limits) -> dict[Topic, Said]:
    """What is said of a state, in the language in use; a topic that this recording cannot have is not there."""
    found = {Topic.TALK: _talk(state, limits), Topic.ANSWER: _answer(state, limits)}
    found[Topic.SILENCE] = _silence(state, limits)
    if state.seeks_face:
        found[Topic.FACE] = _face(state, limits)
    if state.sees:
        found[Topic.LIGHT] = _light(state, limits)
    found[Topic.SOUND] = _sound(state, limits)
    if state.window is not None:
        found[Topic.WINDOW] = _window(state.window, limits)
    return found if state.hears else {topic: found[topic] for topic in SEEN if topic in found}


def _talk(state: HintState, limits: Limits) -> Said:
    mine = state.interviewer_share
    if mine is None and state.speech_share is not None:
        return Said(tr("hints.talk_one", share=percent(state.speech_share)), tr("hints.talk_tip_one"))
    tip = tr("hints.talk_tip_two", share=percent(limits.interviewer_share), minutes=round(limits.share_after_s / 60))
    if mine is None:
        return Said(tr("hints.talk_none"), tip)
    words = tr("hints.talk_two", mine=percent(mine), theirs=percent(1 - round(mine, 2)))
    return Said(words, tip, Notice.TALKS_MUCH in state.notices)


def _answer(state: HintState, limits: Limits) -> Said:
    tip = tr("hints.answer_tip", time=timecode(limits.answer_s))
    if state.answer_s is None:
        return Said(tr("hints.answer_none"), tip)
    return Said(tr("hints.answer", time=timecode(state.answer_s)), tip, Notice.LONG_ANSWER in state.notices)


def _silence(state: HintState, limits: Limits) -> Said:
    tip = tr("hints.silence_tip", seconds=round(limits.silence_s))
    if state.silence_s is None:
        return Said(tr("hints.silence_none"), tip)
    return Said(tr("hints.silence", seconds=int(state.silence_s)), tip, Notice.LONG_SILENCE in state.notices)


def _face(state: HintState, limits: Limits) -> Said:
    tip = tr("hints.face_tip", seconds=round(limits.face_out_s))
    noticed = Notice.FACE in state.notices
    if state.face is None:
        return Said(tr("hints.face_none"), tip)
    return Said(tr(f"hints.face_{state.face if noticed else Face.IN}"), tip, noticed)


def _light(state: HintState, limits: Limits) -> Said:
    now = "–" if state.light is None else f"{state.light:.2f}"
    tip = tr("hints.light_tip", now=now, limit=f"{limits.dark:.2f}")
    if state.light is None:
        return Said(tr("hints.light_none"), tip)
    dark = Notice.TOO_DARK in state.notices
    return Said(tr("hints.light_dark" if dark else "hints.light_ok"), tip, dark)


def _sound(state: HintState, limits: Limits) -> Said:
    tip = tr(
        "hints.sound_tip", quiet=f"{limits.quiet_db:.0f}".replace("-", "−"), mute=round(limits.no_signal_s),
        clipped=round(limits.clipped_for_s),
    )  # fmt: skip
    for key, roles in (("clipped", state.clipped), ("quiet", state.quiet)):
        if roles:
            who = tr("library.list_comma").join(tr(f"hints.role_{role}") for role in roles)
            return Said(tr(f"hints.sound_{key}", who=who), tip, noticed=True)
    return Said(tr("hints.sound_ok" if state.hears else "hints.sound_none"), tip)


def _window(seen: Seen, limits: Limits) -> Said:
    seconds = round(limits.window_black_s if seen is Seen.BLACK else limits.window_still_s)
    return Said(tr(f"hints.window_{seen}"), tr(f"hints.window_{seen}_tip", seconds=seconds), noticed=True)


class Chip(QFrame):
    """One hint: a symbol and words. What is marked has a warning sign, bold words and a frame, not colour alone."""

    def __init__(self, topic: Topic, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.topic = topic
        self.said: Said | None = None
        self.sign, self.words = QLabel(), QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName("hint")
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.scaled(each) for each in (6, 3, 8, 3)))
        row.setSpacing(theme.scaled(5))
        row.addWidget(self.sign)
        row.addWidget(self.words)

    def show_said(self, said: Said) -> None:
        """Say this; nothing is touched while it stays the same."""
        if said == self.said:
            return
        before, self.said = self.said, said
        self.words.setText(said.words)
        self.setToolTip(plain_tip(said.tip))
        self.setAccessibleName(tr("hints.notice", words=said.words) if said.noticed else said.words)
        self.setAccessibleDescription(said.tip)
        if before is None or before.noticed != said.noticed:
            self.paint_anew()
        self.setMinimumWidth(max(self.minimumWidth(), self.sizeHint().width()))

    def paint_anew(self) -> None:
        """Theme, scale, language or mark have changed: symbol, colours, and the room that the words need."""
        noticed = self.said is not None and self.said.noticed
        side, token = theme.scaled(15), "warn" if noticed else "muted"
        self.sign.setFixedSize(side, side)
        self.sign.setPixmap(icons.icon("warning" if noticed else ICONS[self.topic], token).pixmap(side, side))
        font = theme.mono(12)
        font.setBold(noticed)
        self.words.setFont(font)
        self.words.setStyleSheet(f"color: {theme.color(token).name()};")
        edge = theme.color("warn" if noticed else "border").name()
        self.setStyleSheet(
            f"QFrame#hint {{ background: {theme.color('panel').name()}; border: 1px solid {edge};"
            f" border-radius: {theme.scaled(6)}px; }}"
        )
        self.setMinimumWidth(0)
        self._row.invalidate()
        self.setMinimumWidth(self.sizeHint().width())


class HintStrip(QWidget):
    """Reads a feed twice a second and says how it stands. `switched(on)`: hints are wanted, or not any more.

    A topic's chip comes with the first thing that is known of it and keeps its width while figures change. Hidden, only
    the button that shows the strip again is left, and the feed computes nothing.
    """

    switched = Signal(bool)

    def __init__(self, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.feed: HintFeed | None = None
        self._writes = False
        self._open: list[HintFeed] = []
        self.destroyed.connect(partial(_close_all, self._open))
        self.chips = {topic: Chip(topic, self) for topic in Topic}
        self.toggle = QToolButton(self)
        self.toggle.setCheckable(True)
        self.toggle.setProperty("class", "tight")
        self.toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggle.setStyleSheet("QToolButton:checked:!focus { background: transparent; border-color: transparent; }")
        flow = FlowLayout(self, spacing=theme.scaled(6))
        for widget in (self.toggle, *self.chips.values()):
            flow.addWidget(widget)
        self._read = QTimer(self, interval=READ_MS)
        self._read.timeout.connect(self.look)
        self.toggle.setChecked(bool(settings.values.layout.get(HINTS, True)))
        self.toggle.toggled.connect(self._switch)
        language.on_change(self, self._retell)
        theme.changed.connect(self._repaint)
        self._repaint()
        self.look()

    def show_feed(self, feed: HintFeed | None) -> None:
        """Read this feed from now on; None: the interview is over. The feed before is closed."""
        if self.feed is not None and self.feed is not feed:
            self.feed.close()
        self.feed = feed
        self._open[:] = [feed] if feed is not None else []
        if feed is not None:
            feed.switch(on=self.toggle.isChecked())
        self._read.start() if feed is not None and self.toggle.isChecked() else self._read.stop()
        self.look()

    def show_writes(self, *, on: bool) -> None:
        """Whether the present question is answered in writing alone: nobody needs to speak."""
        self._writes = on

    def turn(self) -> None:
        """Hide what is shown, show what is hidden."""
        self.toggle.toggle()

    def look(self) -> None:
        """How it stands now."""
        feed = self.feed if self.toggle.isChecked() else None
        found = said(feed.state(), feed.limits) if feed is not None else {}
        if self._writes:
            found |= {topic: replace(found[topic], noticed=False) for topic in ANSWERED if topic in found}
        for topic, chip in self.chips.items():
            if topic in found:
                chip.show_said(found[topic])
            chip.setVisible(topic in found)

    def _switch(self, on: bool) -> None:
        self._settings.change(layout={**self._settings.values.layout, HINTS: on})
        self.show_feed(self.feed)
        self._retell()
        self._paint_toggle()
        self.switched.emit(on)

    def _retell(self) -> None:
        self.setAccessibleName(tr("hints.strip"))
        words = tr("hints.shown" if self.toggle.isChecked() else "hints.hidden")
        self.toggle.setToolTip(plain_tip(words))
        self.toggle.setAccessibleName(words)
        self.look()
        for chip in self.chips.values():
            chip.paint_anew()

    def _paint_toggle(self) -> None:
        on = self.toggle.isChecked()
        self.toggle.setIcon(icons.icon("eye" if on else "eye_off"))
        self.toggle.setIconSize(icons.size())

    def _repaint(self) -> None:
        self._paint_toggle()
        for chip in self.chips.values():
            chip.paint_anew()


def _close_all(feeds: list[HintFeed]) -> None:
    """The strip is gone: nobody reads them any more."""
    for feed in feeds:
        feed.close()
