"""Which question of the kit was asked: the likeliest first, then the rest, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QMenu, QWidget

from analysis.document import Exchange
from app.text import tr
from ui import theme
from ui.widgets.plain import literal

WIDEST = 420
"""Pixels before scaling that a question may take; the rest of a longer one stands in its hint."""


def kit_menu(parent: QWidget, exchange: Exchange, kit: Mapping[str, str], choose: Callable[[str], None]) -> QMenu:
    """A menu that tells `choose` the id of the question, "" for none."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    group = QActionGroup(menu)
    current = exchange.matched_question.id if exchange.matched_question else ""
    likely = {match.id: match.text for match in exchange.candidates}
    rest = {key: words for key, words in kit.items() if key not in likely}
    for heading, listed in (("review.kit_likely", likely), ("review.kit_rest", rest)):
        if listed:
            menu.addSection(tr(heading))
        for key, words in listed.items():
            group.addAction(_action(menu, key, words, current, choose))
    menu.addSeparator()
    group.addAction(_action(menu, "", tr("review.no_kit_question"), current, choose))
    return menu


def _action(menu: QMenu, key: str, words: str, current: str, choose: Callable[[str], None]) -> QAction:
    shown = QFontMetrics(theme.font()).elidedText(words, Qt.TextElideMode.ElideRight, theme.scaled(WIDEST))
    action = menu.addAction(literal(shown))
    action.setCheckable(True)
    action.setChecked(key == current)
    if shown != words:
        action.setToolTip(words)
    action.triggered.connect(lambda: choose(key))
    return action
