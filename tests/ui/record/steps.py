"""What a person does in the room that holds interviews."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox

from analysis.failures import DiskFull

ALL = ("sound", "picture", "speech", "face")


def sign(pad):
    """A name, drawn with the mouse."""
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(40, 70))
    for step in range(30):
        QTest.mouseMove(pad, QPoint(40 + 6 * step, int(70 - 30 * math.sin(step / 3))))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(220, 60))


def agree(room, *points):
    """Tick these points and sign."""
    for point in points:
        room.consent.ticks[point].click()
    sign(room.consent.pad)
    QTest.keyClick(room, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def texts_of(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def withdraw(room, words):
    """By the menu, and once more where it is asked whether it shall end."""
    next(action for action in room.running.withdraw_menu.actions() if action.text() == words).trigger()
    box = room.running.findChild(QMessageBox)
    box.defaultButton().click()


def begun(room, interview, *points):
    """An interview that goes on."""
    room.choose(interview.id)
    if points:
        agree(room, *points)
    else:
        room.consent.refuse.click()
    room.setup.begin.click()
    assert room.pages.currentWidget() is room.running
    return room.held


def full(*_arguments, **_named):
    raise DiskFull(folder="library")
