"""Where a card lies that belongs to something on the screen."""

from __future__ import annotations

from PySide6.QtCore import QRect

GAP = 4


def beside(anchor: QRect, room: QRect, width: int, height: int) -> QRect:
    """Below what the card belongs to, or above where there is more room; never over the edge of `room`. A card that
    wants more height than there is gets what there is.
    """
    below, above = room.bottom() - anchor.bottom() - GAP, anchor.top() - GAP - room.top()
    height = min(height, max(below, above))
    top = anchor.bottom() + GAP if height <= below else anchor.top() - GAP - height
    left = max(room.left(), min(anchor.left(), room.right() - width))
    return QRect(left, top, width, height)
