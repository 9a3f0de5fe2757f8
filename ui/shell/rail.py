"""The slim rail on the left: one button a room. A room that is not built is not on it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from app import text
from ui import icons, language, theme
from ui.shell.rail_light import RailLight


class Rail(QFrame):
    """Says `roomChosen(name)`; `choose` marks a room without saying so again."""

    roomChosen = Signal(str)

    def __init__(self, rooms: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE, 0, theme.SPACE)
        column.setSpacing(theme.SPACE // 2)
        for name in rooms:
            button = self._button(name)
            group.addButton(button)
            column.addWidget(button)
            if name == rooms[-2]:
                column.addStretch(1)
        self.light = RailLight(self._buttons["sync"]) if "sync" in rooms else None
        theme.changed.connect(self._paint)
        self._paint()

    def show_sync(self, state: str, waiting: int) -> None:
        """How the HR system stands (as `TopBar.show_sync`), on the button of its room."""
        if self.light is not None:
            self.light.show_state(state, waiting)
            self._buttons["sync"].setAccessibleDescription(text.tr(f"shell.sync_{state}", n=waiting))

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        language.bind(button.setText, f"shell.room_{name}")
        language.bind(button.setAccessibleName, f"shell.room_{name}")
        button.clicked.connect(lambda: self.roomChosen.emit(name))
        self._buttons[name] = button
        return button

    def choose(self, name: str) -> None:
        """Mark a room as the one that is shown."""
        self._buttons[name].setChecked(True)

    def set_room_enabled(self, name: str, on: bool) -> None:
        """Review needs an interview: until one is open its button rests."""
        self._buttons[name].setEnabled(on)

    def _paint(self) -> None:
        for name, button in self._buttons.items():
            button.setIcon(icons.icon(name))
            button.setIconSize(QSize(theme.scaled(22), theme.scaled(22)))
            button.setFixedSize(theme.scaled(76), theme.scaled(58))
        panel, border, accent, soft = (theme.color(n).name() for n in ("panel", "border", "accent", "accent_soft"))
        self.setStyleSheet(
            f"Rail {{ background: {panel}; border: none; border-right: 1px solid {border}; }}"
            f"QToolButton {{ border: none; border-left: 3px solid transparent; border-radius: 0; "
            f"font-size: {theme.scaled(12)}px; color: {theme.color('muted').name()}; }}"
            f"QToolButton:checked {{ background: {soft}; color: {accent}; border: none; "
            f"border-left: 3px solid {accent}; }}"
            f"QToolButton:focus {{ border: 2px solid {accent}; }}"
            f"QToolButton:disabled {{ color: {theme.color('faint').name()}; }}"
        )
