"""What gives nothing while an interview is recorded: a line each until it comes back, and what there is instead.

A message above the room may be closed or give way to another; a source that is gone is not to be overlooked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from app.recording.kinds import Role
from app.text import tr
from ui import icons, language, theme
from ui.record.capture.choice import PLACES, Choice, Device
from ui.record.capture.problems import SourceProblem, called
from ui.record.choosing import Listing


def instead(choice: Choice, role: Role, listing: Listing) -> tuple[Device, ...]:
    """The devices that may stand in this place now, less those that are in use already."""
    used = {each.device for each in choice.picked}
    kinds = next((place.devices for place in PLACES[choice.arrangement] if place.role is role), ())
    return tuple(device for device in listing(kinds) if device not in used)


class Line(QFrame):
    """One source that gives nothing. `options` are asked for when the menu opens; `take` gets the one chosen."""

    def __init__(
        self, problem: SourceProblem, options: Callable[[], tuple[Device, ...]], take: Callable[[Device], None],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.problem, self._options, self._take = problem, options, take
        self.setProperty("class", "panel")
        self.sign, self.words, self.change = QLabel(), QLabel(), QPushButton()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.change.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu = QMenu(self.change)
        self.menu.aboutToShow.connect(self.fill)
        self.change.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.scaled(each) for each in (10, 4, 10, 4)))
        row.addWidget(self.sign)
        row.addWidget(self.words, 1)
        row.addWidget(self.change)
        self.retell()

    def fill(self) -> None:
        """What may be taken instead."""
        self.menu.clear()
        for device in self._options():
            self.menu.addAction(called(device)).triggered.connect(partial(self._chosen, device))
        if self.menu.isEmpty():
            self.menu.addAction(tr("record.nothing_else")).setEnabled(False)

    def retell(self) -> None:
        """In the language and the theme in use."""
        side = theme.scaled(18)
        self.sign.setPixmap(icons.icon("warning", "bad").pixmap(side, side))
        self.words.setText(self.problem.sentence)
        self.change.setText(tr("record.use_another"))

    def _chosen(self, device: Device, _checked: bool = False) -> None:
        self._take(device)


class Troubles(QWidget):
    """The lines. `wanted(Role, Device)`: a person wants another device in this place; `changed`: what is told of."""

    wanted = Signal(object, object)
    changed = Signal()

    def __init__(self, listing: Listing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listing = listing
        self._choice: Choice | None = None
        self.lines: dict[Role, Line] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.scaled(4))
        language.on_change(self, self.retell)
        theme.changed.connect(self.retell)
        self.hide()

    def show_choice(self, choice: Choice | None) -> None:
        """What is recorded now; what was told of sources that are not any more goes."""
        self._choice = choice
        here = {each.role for each in choice.picked} if choice is not None else set()
        for role in [role for role in self.lines if role not in here]:
            self.clear(role)

    def tell(self, problem: SourceProblem) -> None:
        """A source gives nothing."""
        self._drop(problem.role)
        line = Line(problem, partial(self._options, problem.role), partial(self.wanted.emit, problem.role))
        self.lines[problem.role] = line
        self._column.addWidget(line)
        self.show()
        self.changed.emit()

    def clear(self, role: Role) -> None:
        """It gives something again, or another does."""
        if self._drop(role):
            self.setVisible(bool(self.lines))
            self.changed.emit()

    def retell(self) -> None:
        """In the language and the theme in use."""
        for line in self.lines.values():
            line.retell()

    def _drop(self, role: Role) -> bool:
        line = self.lines.pop(role, None)
        if line is not None:
            line.hide()
            line.deleteLater()
        return line is not None

    def _options(self, role: Role) -> tuple[Device, ...]:
        return instead(self._choice, role, self._listing) if self._choice is not None else ()
