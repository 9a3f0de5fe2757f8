"""The menu of a dimension of the scorecard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from app.scoring.metrics import metric_title
from app.text import language, timecode, tr
from ui.review.score_widgets import rating_text
from ui.widgets.action_menu import add, new_menu

if TYPE_CHECKING:
    from ui.review.dimension_card import DimensionCard


def dimension_menu(card: DimensionCard) -> QMenu:
    """Rate it, look before rating, say why, play what it rests on. Who may only read is offered only the last."""
    menu = new_menu(card)
    if card.picker.isEnabled():
        _add_rating(menu, card)
        menu.addSeparator()
    _add_evidence(menu, card)
    return menu


def _add_rating(menu: QMenu, card: DimensionCard) -> None:
    key, mine = card.dimension.id, card.picker.score()
    scores = menu.addMenu(tr("menu.rate"))
    for score in range(10, -1, -1):
        action = add(scores, rating_text(score), partial(card.rated.emit, key, float(score)))
        action.setCheckable(True)
        action.setChecked(mine == score)
    words = tr("menu.not_assessed" if mine is None else "menu.take_back")
    none = add(menu, words, partial(card.rated.emit, key, None), key="Del")
    none.setCheckable(mine is None)
    none.setChecked(mine is None)
    add(menu, tr("menu.unveil"), partial(card.unveilAsked.emit, key), why=_why_not_unveiled(card))
    unrated = tr("menu.not_rated") if mine is None else ""
    add(menu, tr("menu.reason"), partial(card.reason.setFocus, Qt.FocusReason.ShortcutFocusReason), why=unrated)


def _why_not_unveiled(card: DimensionCard) -> str:
    if not card.veil.isHidden():
        return ""
    row = card.numbers.row
    scored = row is not None and row.machine.why != "not_machine_scored"
    return tr("menu.unveiled" if scored else "review.machine_none")


def _add_evidence(menu: QMenu, card: DimensionCard) -> None:
    found = card.evidence.heaviest()
    if not found:
        why = tr("menu.evidence_veiled" if card.veiled else "menu.no_evidence")
        add(menu, tr("menu.play_evidence"), tuple, why=why)
        return
    moments = menu.addMenu(tr("menu.play_evidence"))
    for item in found:
        words = f"{timecode(item.start)}  {metric_title(item.metric, language())}"
        add(moments, words, partial(card.playAsked.emit, item.start))
    is_open = card.evidence.open
    words = tr("menu.evidence_close" if is_open else "menu.evidence_open")
    add(menu, words, partial(card.evidence.show_open, not is_open))
