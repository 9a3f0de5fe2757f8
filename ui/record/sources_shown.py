"""What the sources of a held interview give: the picture, a level for each microphone, and what gives nothing."""

from __future__ import annotations

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.recording.kinds import Kind, Role
from app.text import tr
from ui import language, theme
from ui.record.capture.choice import Device, Picked
from ui.record.capture.devices import listed
from ui.record.capture.levels import Level
from ui.record.capture.problems import SourceProblem
from ui.record.held import HeldInterview
from ui.record.meters import Meter
from ui.record.preview import Preview
from ui.record.troubles import Troubles


class SourcesShown(QWidget):
    """The picture over the levels; `troubles`, which stands where there is more room, has a line for each that is gone.

    The picture is as high as there is room for, up to the shape of a video.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._held: HeldInterview | None = None
        self.preview, self.troubles = Preview(), Troubles(listed)
        self.meters: dict[Role, Meter] = {}
        self._names: dict[Role, QLabel] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.scaled(6))
        column.addWidget(self.preview, 1)
        self._levels = QVBoxLayout()
        self._levels.setSpacing(theme.scaled(2))
        column.addLayout(self._levels)
        self.preview.painted.connect(self._next_picture)
        self.troubles.wanted.connect(self._use)
        self.troubles.changed.connect(self._show_silent)
        language.on_change(self, self.refill)

    def show_held(self, held: HeldInterview | None) -> None:
        """What this interview's sources give from now on; None: it is over."""
        self._held = held
        self.troubles.show_choice(held.choice if held is not None else None)
        if held is not None:
            held.pictured.connect(self._show_picture)
            held.levels.connect(self._show_levels)
            held.troubled.connect(self._note_trouble)
            held.recovered.connect(self.troubles.clear)
            self.refill()

    def narrowed(self) -> None:
        """Less is recorded than before."""
        self.refill()
        self.troubles.show_choice(self._held.choice if self._held is not None else None)

    def show_whether_pictured(self) -> None:
        """The picture is there while one is recorded."""
        self.preview.setVisible(self._held is not None and Kind.PICTURE in self._held.recorded_kinds())

    def refill(self) -> None:
        """A meter for each microphone, under its name."""
        while (item := self._levels.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.meters, self._names = {}, {}
        for each in self._picked():
            if each.track.kind is Kind.SOUND:
                name, meter = QLabel(tr(f"capture.role_{each.role}")), Meter()
                name.setProperty("class", "small")
                meter.say(name.text())
                self.meters[each.role], self._names[each.role] = meter, name
                self._levels.addWidget(name)
                self._levels.addWidget(meter)
        self._show_silent()

    def _picked(self) -> tuple[Picked, ...]:
        choice = self._held.choice if self._held is not None else None
        return choice.picked if choice is not None else ()

    def _note_trouble(self, trouble: object) -> None:
        if isinstance(trouble, SourceProblem):
            self.troubles.tell(trouble)

    def _use(self, role: Role, device: Device) -> None:
        """Another device in this place."""
        held = self._held
        if held is not None:
            self.troubles.clear(role)
            held.use(role, device)
            self.troubles.show_choice(held.choice)

    def _show_silent(self) -> None:
        """A source that gives nothing says so where its level stands."""
        for role, name in self._names.items():
            gone = role in self.troubles.lines
            words = tr(f"capture.role_{role}")
            name.setText(tr("record.gives_nothing", what=words) if gone else words)
            name.setStyleSheet(f"color: {theme.color('bad').name()};" if gone else "")
            if gone:
                self.meters[role].reset()
        pictured = {each.role for each in self._picked() if each.track.kind is Kind.PICTURE}
        if pictured & set(self.troubles.lines):
            self.preview.say("video", tr("record.no_picture"))

    def _show_levels(self, levels: dict[Role, Level]) -> None:
        for role, level in levels.items():
            if role in self.meters:
                self.meters[role].show_level(level)

    def _show_picture(self, _role: Role, image: QImage) -> None:
        self.preview.show_picture(image)

    def _next_picture(self) -> None:
        if self._held is not None and self._held.sources is not None:
            self._held.sources.preview_shown()
