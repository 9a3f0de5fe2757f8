"""How the two lists and what is between them stand: side by side, or both lists at the left in a narrow window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from ui import theme

NARROW = 1000
"""The editor's width (before scaling) below which the lists stand above each other."""
WIDE_SIZES, NARROW_SIZES = (330, 540, 330), (250, 490)


class Sides(QSplitter):
    """Ours, the middle and theirs; a person moves the bars between them."""

    def __init__(self, ours: QWidget, middle: QWidget, theirs: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ours, self._middle, self._theirs = ours, middle, theirs
        self._lists = QSplitter(Qt.Orientation.Vertical)
        self._narrow: bool | None = None
        for splitter in (self, self._lists):
            splitter.setChildrenCollapsible(False)
        self.addWidget(self._lists)
        self.addWidget(middle)
        self.arrange(narrow=False)

    def arrange(self, *, narrow: bool) -> None:
        """Stand so from now on; what a person moved stays until that changes."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        where: QSplitter = self._lists if narrow else self
        where.insertWidget(where.indexOf(self._middle), self._ours)
        where.addWidget(self._theirs)
        self._lists.setVisible(narrow)
        self.setSizes([theme.scaled(size) for size in (NARROW_SIZES if narrow else (0, *WIDE_SIZES))])
