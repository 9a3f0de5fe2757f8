"""The sheet of keys: every key that does something here, by group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, groupby, pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.text import tr
from ui import icons, language, theme
from ui.actions import GROUPS, Action, spelled
from ui.widgets.over import MARGIN, Over

HEADING_ROWS = 2
"""What a group's heading and the space below it take, in rows."""
CLOSING = ("?", "F1")
WIDTHS = {3: 1500, 2: 1000}
"""Pixels before scaling that so many columns take."""


class ShortcutSheet(Over):
    """Shows the keys of what `offered` gives. The key that opened it closes it, and so does Escape."""

    wanted_width, wanted_height = WIDTHS[2], 880

    def __init__(self, window: QWidget, offered: Callable[[], Sequence[Action]]) -> None:
        super().__init__(window)
        self._offered = offered
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.title = QLabel()
        self.title.setProperty("class", "title")
        self.shut = QToolButton()
        self.shut.clicked.connect(self.leave)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.shut)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 12, 12, 14)
        whole.addLayout(head)
        whole.addWidget(self.scroller, 1)
        language.on_change(self, self._rename)
        theme.changed.connect(self._rename)

    def open(self) -> None:
        """Show the keys of this moment, in as many columns as the window has room for."""
        self._fill()
        super().open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrows and pages scroll; the keys that open it close it."""
        bar = self.scroller.verticalScrollBar()
        step = {Qt.Key.Key_Down: 40, Qt.Key.Key_Up: -40, Qt.Key.Key_PageDown: 300, Qt.Key.Key_PageUp: -300}
        if Qt.Key(event.key()) in step:
            bar.setValue(bar.value() + theme.scaled(step[Qt.Key(event.key())]))
        elif spelled(event) in CLOSING:
            self.leave()
        else:
            super().keyPressEvent(event)
        event.accept()

    def _fill(self) -> None:
        keyed = sorted((each for each in self._offered() if each.keys), key=lambda each: GROUPS.index(each.group))
        groups = [(name, list(members)) for name, members in groupby(keyed, key=lambda each: each.group)]
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(0, 0, 18, 0)
        columns.setSpacing(theme.scaled(36))
        count = 3 if self._window.width() >= theme.scaled(WIDTHS[3] + 2 * MARGIN) else 2
        self.wanted_width = WIDTHS[count]
        for first, last in pairwise(_balanced([len(members) for _, members in groups], count)):
            columns.addLayout(_column(groups[first:last]), 1)
        self.scroller.setWidget(body)

    def _rename(self) -> None:
        self.title.setText(tr("actions.sheet"))
        self.setAccessibleName(tr("actions.sheet"))
        self.shut.setIcon(icons.icon("cross", "muted"))
        self.shut.setAccessibleName(tr("actions.close"))
        self.shut.setToolTip(tr("actions.close"))
        if self.isVisible():
            self._fill()


def _column(groups: Sequence[tuple[str, Sequence[Action]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.scaled(14))
    grid.setVerticalSpacing(theme.scaled(4))
    grid.setColumnStretch(0, 1)
    for name, members in groups:
        heading = QLabel(tr(f"actions.group_{name}"))
        heading.setProperty("class", "heading")
        heading.setContentsMargins(0, theme.scaled(12) if grid.count() else 0, 0, theme.scaled(2))
        grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        for action in members:
            what, keys = QLabel(action.title), QLabel(action.key_text)
            keys.setProperty("class", "muted")
            for label in (what, keys):
                label.setTextFormat(Qt.TextFormat.PlainText)
            row = grid.rowCount()
            grid.addWidget(what, row, 0)
            grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _balanced(sizes: Sequence[int], columns: int) -> tuple[int, ...]:
    """Where the groups are cut into columns (0 first, their number last) so that the longest is as short as can be."""
    rows, end = [size + HEADING_ROWS for size in sizes], len(sizes)
    cuts = [(0, *inner, end) for inner in combinations(range(end + 1), columns - 1)]
    return min(cuts, key=lambda cut: max(sum(rows[first:last]) for first, last in pairwise(cut)))
