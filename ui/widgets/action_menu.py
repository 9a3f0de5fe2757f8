"""Menus at what they are about: opened by a right click, the menu key or Shift+F10, and filled with what can be done.

Nothing here waits for a choice: the window works on while a menu is open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QMenu, QWidget

from app.text import tr
from ui.actions import Action, shown
from ui.widgets.plain import literal

MakeMenu = Callable[[QPoint | None], QMenu | None]
"""Makes the menu at a point of the widget (of its viewport, where it scrolls), None = asked for by key; or none."""


class MenuOffer(QObject):
    """Opens a widget's menu. Where none is made, what the widget lies in is asked for one."""

    def __init__(self, widget: QWidget, make: MakeMenu) -> None:
        super().__init__(widget)
        self._widget, self._make = widget, make
        widget.installEventFilter(self)
        if isinstance(widget, QAbstractScrollArea):
            widget.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: a menu is asked for."""
        if not isinstance(event, QContextMenuEvent):
            return super().eventFilter(watched, event)
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        if by_key and QApplication.activePopupWidget() is not None:
            return True
        menu = self._make(None if by_key else event.pos())
        if menu is None:
            return False
        menu.popup(self._at() if by_key else event.globalPos())
        if by_key:
            # Its first line is chosen as by the arrow key: set as the active one, a line with more below it would open.
            QApplication.sendEvent(
                menu, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier)
            )
        event.accept()
        return True

    def _at(self) -> QPoint:
        """Where a menu opens that was asked for by key: at the chosen row, else in the middle."""
        widget = self._widget
        if isinstance(widget, QAbstractItemView) and widget.currentIndex().isValid():
            return widget.viewport().mapToGlobal(widget.visualRect(widget.currentIndex()).center())
        return widget.mapToGlobal(widget.rect().center())


def open_menu_here() -> None:
    """Ask for the menu of what has the keyboard, as the menu key does."""
    widget = QApplication.focusWidget()
    if widget is not None and QApplication.activePopupWidget() is None:
        at = widget.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, widget.mapToGlobal(at))
        QApplication.sendEvent(widget, event)


def new_menu(parent: QWidget) -> QMenu:
    """A menu that is gone once it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def add(menu: QMenu, words: str, run: Callable[[], object], *, key: str = "", why: str = "") -> QAction:
    """Something to do, with its key. `why` says why it cannot be done now; "" where it can."""
    told = literal(tr("menu.not_now", what=words, why=why) if why else words)
    action = menu.addAction(f"{told}\t{shown(key)}" if key else told)
    action.triggered.connect(partial(_do, run))
    action.setEnabled(not why)
    return action


def _do(run: Callable[[], object], _checked: bool = False) -> None:
    run()


def add_act(menu: QMenu, act: Action, *, why: str = "") -> QAction:
    """An action of the registry. `why` says why it cannot be done, in case it cannot."""
    can = act.run is not None and act.enabled()
    run = act.run if act.run is not None else tuple
    action = add(menu, act.title, run, key=act.keys[0] if act.keys else "", why="" if can else why)
    action.setEnabled(can)
    return action


def copy(words: str) -> None:
    """Put a text on the clipboard."""
    QApplication.clipboard().setText(words)
