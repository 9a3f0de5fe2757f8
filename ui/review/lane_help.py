"""What a lane shows, in one sentence with its limits, for whoever points at its title or has chosen it by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from app.text import has, tr
from ui.widgets.plain import plain_tip

if TYPE_CHECKING:
    from ui.review.timeline import Timeline

ROOMS = ("review", "expression_ui")
"""Whose texts name lanes; the second is there only in a build that has those lanes."""


def about(lane: str) -> str:
    """What the lane of that key shows; "" for one that is not known here."""
    return next((tr(key) for room in ROOMS if has(key := f"{room}.about_{lane}")), "")


def show_tip(timeline: Timeline, event: QHelpEvent) -> bool:
    """Over a title, say what its lane shows. Whether the pointer is over one."""
    at, left = event.pos(), int(timeline.view().left)
    over = next((row for row in timeline.rows() if row.area.top() <= at.y() < row.area.bottom()), None)
    if over is None or at.x() >= left:
        return False
    title = QRect(0, int(over.area.top()), left, int(over.area.height()))
    QToolTip.showText(event.globalPos(), plain_tip(about(over.lane.key)), timeline.viewport(), title)
    return True
