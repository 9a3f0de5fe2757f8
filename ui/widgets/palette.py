"""The command palette: everything that can be done now, found by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.text import tr
from ui import language, theme
from ui.actions import Action, matching
from ui.widgets.over import Over

MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(Over):
    """Lists what `offered` gives. The keyboard stays in the field: arrows choose, Enter does it, Escape closes."""

    def __init__(self, window: QWidget, offered: Callable[[], Sequence[Action]]) -> None:
        super().__init__(window)
        self._offered = offered
        self._found: list[Action] = []
        self.field = QLineEdit()
        self.field.textChanged.connect(self._find)
        self.field.returnPressed.connect(self._do)
        self.field.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(lambda _item, _column: self._do())
        self.nothing = QLabel()
        self.nothing.setProperty("class", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 10, 10, 10)
        whole.setSpacing(8)
        whole.addWidget(self.field)
        whole.addWidget(self.list, 1)
        whole.addWidget(self.nothing, 1)
        language.on_change(self, self._rename)
        theme.changed.connect(self._find_anew)

    def holder(self) -> QWidget:
        """The field."""
        return self.field

    def open(self) -> None:
        """Show everything that can be done now."""
        self.field.clear()
        self._find("")
        super().open()

    def _find(self, wanted: str) -> None:
        self._found = matching(self._offered(), wanted)
        self.list.clear()
        muted: QColor = theme.color("muted")
        for action in self._found:
            item = QTreeWidgetItem([action.title, tr(f"actions.group_{action.group}"), action.key_text])
            for column in (1, 2):
                item.setForeground(column, muted)
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self.list.setVisible(bool(self._found))
        self.nothing.setVisible(not self._found)

    def _do(self) -> None:
        place = self._place_chosen()
        if place < 0:
            return
        run = self._found[place].run
        self.leave()
        if run is not None:
            run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: the field's arrows move in the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in MOVES:
                self._move(Qt.Key(event.key()))
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
        return super().eventFilter(watched, event)

    def _place_chosen(self) -> int:
        item = self.list.currentItem()
        return -1 if item is None else self.list.indexOfTopLevelItem(item)

    def _move(self, key: Qt.Key) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
        place = self._place_chosen() + steps[key]
        last = self.list.topLevelItemCount() - 1
        item = self.list.topLevelItem(min(max(0, place), last))
        if item is not None:
            self.list.setCurrentItem(item)

    def _rename(self) -> None:
        self.setAccessibleName(tr("actions.palette"))
        self.field.setPlaceholderText(tr("actions.palette_hint"))
        self.field.setAccessibleName(tr("actions.palette"))
        self.list.setAccessibleName(tr("actions.palette_list"))
        self.nothing.setText(tr("actions.palette_nothing"))
        self._find_anew()

    def _find_anew(self) -> None:
        if self.isVisible():
            self._find(self.field.text())
