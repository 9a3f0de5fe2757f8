"""About these numbers: the recording's quality, models, devices, settings and versions, as a page to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from analysis.document import Analysis
from app import text
from app.origin import Section, origin
from app.text import tr
from ui import theme
from ui.review.controls import plain_label

NAMES = 210
"""Pixels before scaling of the column of names."""


class OriginPage(QScrollArea):
    """Shows where an analysis' numbers come from; every text can be selected and copied."""

    def __init__(self, analysis: Analysis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("review.table_origin"))
        body = QWidget()
        body.setObjectName("origin")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._grid = QGridLayout(body)
        self._grid.setContentsMargins(*(theme.scaled(side) for side in (14, 12, 14, 12)))
        self._grid.setHorizontalSpacing(theme.scaled(14))
        self._grid.setVerticalSpacing(theme.scaled(4))
        self._grid.setColumnMinimumWidth(0, theme.scaled(NAMES))
        self._grid.setColumnStretch(1, 1)
        for section in origin(analysis, text.language()):
            self._add(section)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self.setWidget(body)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setStyleSheet(f"QWidget#origin {{ background: {theme.color('panel').name()}; }}")

    def _add(self, section: Section) -> None:
        heading = plain_label("heading")
        heading.setText(section.title)
        heading.setContentsMargins(0, theme.scaled(10) if self._grid.count() else 0, 0, theme.scaled(2))
        self._grid.addWidget(heading, self._grid.rowCount(), 0, 1, 2)
        for name, value in section.rows:
            row = self._grid.rowCount()
            self._grid.addWidget(_words(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(_words(value, ""), row, 1, Qt.AlignmentFlag.AlignTop)


def _words(words: str, style_class: str) -> QLabel:
    label = plain_label(style_class)
    label.setText(words)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
