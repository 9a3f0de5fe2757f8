"""The menu of a piece of evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from app.text import timecode, tr
from ui.widgets.action_menu import add, copy, new_menu

MOST_MOMENTS = 6
"""Moments of one piece of evidence that a menu offers; the row itself leads through all of them."""


def evidence_menu(
    parent: QWidget, times: Sequence[float], words: str, play: Callable[[float], object], go: Callable[[float], object]
) -> QMenu:
    """Play from each of its moments (s), go to the first one, copy its words."""
    menu = new_menu(parent)
    for number, time_s in enumerate(times[:MOST_MOMENTS]):
        key = "" if number else "Return"
        add(menu, tr("menu.play_from", time=timecode(time_s)), partial(play, time_s), key=key)
    if times:
        add(menu, tr("menu.go_to", time=timecode(times[0])), partial(go, times[0]))
        menu.addSeparator()
    add(menu, tr("menu.copy"), partial(copy, words))
    return menu
