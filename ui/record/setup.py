"""What records the interview: an arrangement, its devices, what they show and how loud they are.

Only what the candidate's consent allows is ever opened.
"""

from __future__ import annotations

import platform
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app import text
from app.recording.kinds import Kind, Role
from app.settings import SettingsFile
from app.store.vault import Vault
from ui import language, theme
from ui.record.capture import permissions
from ui.record.capture.choice import Arrangement, Choice, Device
from ui.record.capture.devices import DeviceWatch, listed
from ui.record.capture.levels import Level
from ui.record.capture.problems import SourceProblem, Trouble
from ui.record.capture.session import CaptureSession
from ui.record.choosing import Choosing
from ui.record.preview import Preview
from ui.record.source_row import SourceRow
from ui.record.trial_bar import Tap, TrialBar

KEPT = "record.sources"
"""Where the workstation's settings keep the choice, in `Settings.layout`."""
SIDE = 300


class SetupPanel(QWidget):
    """`choiceChanged`: what `choice()` gives is another now. `close_sources` before somebody else opens them."""

    choiceChanged = Signal()

    def __init__(self, settings: SettingsFile, allowed: frozenset[Kind], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.choosing = Choosing(settings.values.layout.get(KEPT) or {}, allowed, listed)
        self.session: CaptureSession | None = None
        self.preview, self.note = Preview(), QLabel()
        self._tap = Tap()
        self.trial = TrialBar(Vault(settings.path.parent / "vault"), self._tap)
        self.buttons: dict[Arrangement, QPushButton] = {}
        self.rows: dict[Role, SourceRow] = {}
        self._sizes: dict[Role, tuple[int, int]] = {}
        self._ready: Choice | None = None
        self._column = QVBoxLayout()
        self._build()
        self._watch = DeviceWatch(self)
        self._watch.changed.connect(self._look)
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._open)
        self.preview.painted.connect(self._next_picture)
        self.trial.shown.connect(self.preview.show_picture)
        self.trial.ended.connect(self._say_preview)
        self._make_rows()
        language.on_change(self, self._retell)

    def choice(self) -> Choice | None:
        """What is recorded; None while something is lacking."""
        return self.choosing.choice(self._sizes)

    def keyed(self) -> tuple[QWidget, ...]:
        """What may have the keyboard, in the order of the tabulator; of the arrangements each one may."""
        return (*self.buttons.values(), *(row.box for row in self.rows.values()), self.trial.button)

    def close_sources(self) -> None:
        """Let go of all devices."""
        self._soon.stop()
        self.trial.cancel()
        session, self.session = self.session, None
        if session is not None:
            session.stop()
            session.deleteLater()

    def arrange(self, arrangement: Arrangement) -> None:
        """Take another arrangement."""
        self.choosing.arrange(arrangement)
        self.buttons[arrangement].setChecked(True)
        self._sizes.clear()
        self._make_rows()
        self._keep()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: devices are open only while they are seen."""
        super().showEvent(event)
        self._watch.watch(on=True)
        permissions.ask(self.choosing.allowed, self, self._reopen)
        self._look()
        self._reopen()

    def hideEvent(self, event: QHideEvent) -> None:
        """Qt: nobody looks any more."""
        super().hideEvent(event)
        self._watch.watch(on=False)
        self.close_sources()

    def _build(self) -> None:
        group, bar = QButtonGroup(self), QHBoxLayout()
        bar.setSpacing(theme.scaled(6))
        for each in Arrangement:
            button = self.buttons[each] = QPushButton()
            button.setCheckable(True)
            button.setEnabled(self.choosing.offers(each))
            button.setChecked(each is self.choosing.arrangement)
            group.addButton(button, list(Arrangement).index(each))
            bar.addWidget(button)
        bar.addStretch(1)
        group.idClicked.connect(self._arrange_by_number)
        self.note.setProperty("class", "muted")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        side = QFrame()
        side.setProperty("class", "panel")
        side.setFixedWidth(theme.scaled(SIDE))
        self._column.setSpacing(theme.scaled(14))
        self._column.setContentsMargins(0, 0, theme.scaled(6), 0)
        scroller, rows = QScrollArea(), QWidget()
        rows.setLayout(self._column)
        scroller.setWidget(rows)
        scroller.setWidgetResizable(True)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        beside = QVBoxLayout(side)
        beside.setContentsMargins(*(theme.scaled(each) for each in (14, 14, 8, 14)))
        beside.setSpacing(theme.scaled(10))
        beside.addWidget(scroller, 1)
        beside.addWidget(self.trial)
        body, whole = QHBoxLayout(), QVBoxLayout(self)
        body.setSpacing(theme.scaled(12))
        body.addWidget(self.preview, 1)
        body.addWidget(side)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.scaled(10))
        whole.addLayout(bar)
        whole.addWidget(self.note)
        whole.addLayout(body, 1)

    def _arrange_by_number(self, number: int) -> None:
        self.arrange(list(Arrangement)[number])

    def _make_rows(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.rows = {}
        for place in self.choosing.places:
            row = self.rows[place.role] = SourceRow(place)
            row.taken.connect(lambda device, role=place.role: self._take(role, device))
            self._column.addWidget(row)
        self._column.addStretch(1)
        for before, after in pairwise(self.keyed()):
            QWidget.setTabOrder(before, after)
        self._fill()
        self._reopen()

    def _take(self, role: Role, device: Device | None) -> None:
        self.choosing.take(role, device)
        self._sizes.pop(role, None)
        self._keep()
        self._fill()
        self._reopen()

    def _keep(self) -> None:
        self._settings.change(layout={**self._settings.values.layout, KEPT: self.choosing.kept()})

    def _fill(self) -> None:
        """Show what is there, and what is wrong."""
        devices = self.choosing.devices()
        for role, row in self.rows.items():
            row.say("")
            options = self.choosing.options(row.place)
            there = tuple(each for each in options if self.choosing.is_there(row.place, each))
            row.show_devices(options, devices[role], there)
        self._say_troubles()
        self._say_preview()
        self._tell()

    def _say_troubles(self) -> None:
        devices = self.choosing.devices()
        for role, row in self.rows.items():
            device, problem = devices[role], self.session.troubles.get(role) if self.session is not None else None
            if device is None:
                continue
            if not self.choosing.is_there(row.place, device):
                problem = SourceProblem(role, device, Trouble.GONE)
            row.say(problem.sentence if problem is not None and problem.device == device else "")
        if self.choosing.clash:
            self.rows[self.choosing.places[1].role].say(text.tr("capture.clash"))
        if Role.SYSTEM in self.rows and devices[Role.SYSTEM] is None and platform.system() == "Darwin":
            self.rows[Role.SYSTEM].say(text.tr("capture.mac_system"))

    def _say_preview(self) -> None:
        """Words where there is no picture to see."""
        place = next((each for each in self.choosing.places if each.kind is Kind.PICTURE), None)
        if place is None or (place.optional and self.choosing.devices()[place.role] is None):
            self.preview.say("audio", text.tr("capture.sound_only"), text.tr("capture.sound_only_hint"))
            return
        device, sort = self.choosing.devices()[place.role], place.devices[0].value
        if device is None:
            self.preview.say("video", text.tr(f"capture.no_{sort}"), text.tr(f"capture.no_{sort}_hint"))
        elif self.rows[place.role].trouble.text():
            self.preview.say("warning", self.rows[place.role].box.currentText(), self.rows[place.role].trouble.text())
        elif not self.preview.shows_picture:
            self.preview.say("video", text.tr("capture.opening"))
        self.preview.setAccessibleName(text.tr("capture.preview", what=text.tr(f"capture.role_{place.role}")))

    def _look(self) -> None:
        """Devices came or went."""
        before = self.choosing.filled({})
        self.choosing.look()
        self._fill()
        if self.choosing.filled({}) != before:
            self._reopen()

    def _reopen(self) -> None:
        if self.isVisible():
            self._soon.start()

    def _open(self) -> None:
        """Open what is chosen, in place of what was."""
        self.close_sources()
        self.preview.say("video", text.tr("capture.opening"))
        for row in self.rows.values():
            if row.meter is not None:
                row.meter.reset()
        picked = self.choosing.filled(self._sizes)
        if picked and self.isVisible():
            self.session = CaptureSession(Choice(self.choosing.arrangement, picked), self._tap, self)
            self.session.problem.connect(self._troubled)
            self.session.recovered.connect(self._troubled)
            self.session.levels.connect(self._show_levels)
            self.session.pictured.connect(self._show_picture)
            self.session.preview(on=True)
            self.session.start()
        self._fill()

    def _troubled(self, trouble: object) -> None:
        if isinstance(trouble, SourceProblem) and trouble.trouble is Trouble.GONE:
            self._look()  # it cannot be begun with from now on, and not only from the next look on
        self._say_troubles()
        self._say_preview()

    def _show_levels(self, levels: dict[Role, Level]) -> None:
        for role, level in levels.items():
            row = self.rows.get(role)
            if row is not None and row.meter is not None and self.sender() is self.session:
                row.meter.show_level(level)

    def _show_picture(self, role: Role, image: QImage) -> None:
        if self.session is None or self.sender() is not self.session:
            return
        if self.trial.playing is not None:
            self.session.preview_shown()
            return
        self.preview.show_picture(image)
        size = self.session.sizes.get(role)
        if size is not None and self._sizes.get(role) != size:
            self._sizes[role] = size
            self._tell()

    def _next_picture(self) -> None:
        if self.session is not None:
            self.session.preview_shown()

    def _tell(self) -> None:
        ready = self.choice()
        self.trial.offer(ready.tracks if ready is not None else ())
        if ready != self._ready:
            self._ready = ready
            self.choiceChanged.emit()

    def _retell(self) -> None:
        for each, button in self.buttons.items():
            button.setText(text.tr(f"capture.arrangement_{each}"))
            button.setToolTip("" if button.isEnabled() else text.tr("capture.not_agreed"))
        lacking = frozenset(Kind) - self.choosing.allowed
        self.note.setText("".join(text.tr(f"capture.without_{kind}") for kind in sorted(lacking)))
        self.note.setVisible(bool(lacking))
        self._fill()
