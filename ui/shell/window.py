"""The main window: the bar on top, the rail, the rooms, and what goes on between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app import text
from app.handover.package import Kind
from ui import language, theme
from ui.actions import Action, for_key
from ui.schedule.alert_bar import AlertBar
from ui.shell.context import Context
from ui.shell.dropped import dropped_packages
from ui.shell.rail import Rail
from ui.shell.top_bar import TopBar
from ui.widgets.action_menu import open_menu_here
from ui.widgets.message_bar import MessageBar
from ui.widgets.palette import Palette
from ui.widgets.shortcut_sheet import ShortcutSheet

ROOMS = ("library", "record", "review", "sync", "settings")


@runtime_checkable
class HasActions(Protocol):
    """A room with things to do of its own."""

    def actions_here(self) -> Sequence[Action]:
        """What can be done in it."""


class MainWindow(QMainWindow):
    """Rooms are made when they are first entered, so that the window stands within a second."""

    closing = Signal()
    """It is about to close: the library is still open."""
    packagesDropped = Signal(list)
    handOverAsked = Signal(object)
    packageAsked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        language.bind(self.setWindowTitle, "shell.title")
        self.resize(theme.scaled(1440), theme.scaled(900))
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(not context.library.read_only)
        self.top = TopBar()
        self.rail = Rail(ROOMS)
        self.rail.roomChosen.connect(self.enter)
        self.message = MessageBar()
        self.alerts = AlertBar()
        self._offered: list[Callable[[], Sequence[Action]]] = []
        self._asked: list[Callable[[], bool]] = []
        self.pages = QStackedWidget()
        self._rooms: dict[str, QWidget] = {}
        self._build()
        self.command_palette = Palette(self, self.actions_here)
        self.sheet = ShortcutSheet(self, self.actions_here)
        self.top.commandsAsked.connect(self.command_palette.open)
        self.top.keysAsked.connect(self.sheet.open)
        self._shortcuts()
        self._restore()

    def _build(self) -> None:
        body = QWidget()
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        margin = QVBoxLayout()
        margin.setContentsMargins(12, 8, 12, 0)
        margin.addWidget(self.alerts)
        margin.addWidget(self.message)
        right.addLayout(margin)
        if self.context.library.read_only:
            right.addWidget(self._held_line())
        right.addWidget(self.pages, 1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addLayout(row, 1)
        self.setCentralWidget(body)
        self.rail.set_room_enabled("review", False)

    def _held_line(self) -> QWidget:
        """Another window writes this library: who, and that this one only looks."""
        line = QLabel()
        line.setProperty("class", "warn")
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.setWordWrap(True)
        line.setContentsMargins(16, 10, 16, 0)
        language.on_change(line, lambda: line.setText(self.context.held_sentence()))
        return line

    def _shortcuts(self) -> None:
        for action in self._own_actions():
            for key in action.keys:
                if action.run is not None and key != "?":  # a mark that is typed: only where no field takes it
                    QShortcut(QKeySequence(key), self).activated.connect(action.run)

    def _own_actions(self) -> list[Action]:
        def there(name: str) -> bool:
            return name != "review" or "review" in self._rooms

        act = partial(Action, group="window")
        rooms = [
            act(f"room_{name}", keys=(f"Ctrl+{number}",), run=partial(self.enter, name), enabled=partial(there, name))
            for number, name in enumerate(ROOMS, 1)
        ]
        writes = not self.context.library.read_only
        packages = [
            act(f"package_{kind}", run=partial(self.handOverAsked.emit, kind), enabled=lambda: writes)
            for kind in (Kind.OUTWARD, Kind.RESULTS)
        ]
        return [
            *rooms,
            *packages,
            act("package_take", run=self.packageAsked.emit, enabled=lambda: writes),
            act("commands", keys=("Ctrl+K", "Ctrl+Shift+P"), run=self.command_palette.open),
            act("keys", keys=("?", "F1"), run=self.sheet.open),
            act("context_menu", keys=("Shift+F10",), run=open_menu_here),
        ]

    def actions_here(self) -> list[Action]:
        """What can be done now: in the room that is shown, and in the window."""
        room = self.pages.currentWidget()
        here = room.actions_here() if isinstance(room, HasActions) else ()
        return [*here, *(action for offer in self._offered for action in offer()), *self._own_actions()]

    def offer_actions(self, offer: Callable[[], Sequence[Action]]) -> None:
        """Offer more that can be done in any room."""
        self._offered.append(offer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a key that no room took."""
        action = for_key(self._own_actions(), event)
        if action is None or action.run is None:
            super().keyPressEvent(event)
        else:
            action.run()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt: packages may be dropped anywhere on the window."""
        if dropped_packages(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt: take in what was dropped."""
        event.acceptProposedAction()
        self.packagesDropped.emit(dropped_packages(event))

    def enter(self, name: str) -> None:
        """Show a room; Review only once an interview is open in it."""
        if name == "review" and "review" not in self._rooms:
            return
        if name not in self._rooms:
            self.add_room(name, self.context.make_room(name))
        self.pages.setCurrentWidget(self._rooms[name])
        self.rail.choose(name)
        self.top.show_interview_line(name == "review")
        self._rooms[name].setFocus()

    def add_room(self, name: str, room: QWidget) -> None:
        """Put a room in, replacing one of the same name (the review of another interview)."""
        old = self._rooms.pop(name, None)
        self._rooms[name] = room
        self.pages.addWidget(room)
        if old is not None:
            self.pages.removeWidget(old)
            old.close()
            old.deleteLater()
        self.rail.set_room_enabled(name, True)

    def drop_room(self, name: str) -> None:
        """Close a room and take it out, where it was entered."""
        room = self._rooms.pop(name, None)
        if room is not None:
            self.pages.removeWidget(room)
            room.close()
            room.deleteLater()
            self.rail.set_room_enabled(name, False)

    def room(self, name: str) -> QWidget | None:
        """The room of that name, if it was entered."""
        return self._rooms.get(name)

    def say_failure(self, failure: text.Coded, *, topic: str = "", about: str = "") -> None:
        """A known failure as a sentence above the room; `topic` and `about` as the message bar has them."""
        self.message.say(lambda: text.sentence(failure), "bad", topic=topic or failure.code, about=about)

    def _restore(self) -> None:
        kept = self.context.settings.values.layout.get("window")
        if isinstance(kept, str):
            self.restoreGeometry(QByteArray.fromBase64(kept.encode()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: everything is saved already; remember the window's place and end what runs."""
        if not all(may_close() for may_close in self._asked):
            event.ignore()
            return
        self.closing.emit()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        layout = {**self.context.settings.values.layout, "window": geometry}
        if not self.context.library.read_only:
            self.context.settings.change(layout=layout)
        for room in self._rooms.values():
            room.close()
        self.context.close()
        event.accept()

    def ask_before_closing(self, may_close: Callable[[], bool]) -> None:
        """Ask this before the window closes; where it says no, the window stays."""
        self._asked.append(may_close)

    def later(self, function: Callable[[], None], milliseconds: int = 0) -> None:
        """Run something on this window's thread when it is idle."""
        QTimer.singleShot(milliseconds, self, function)
