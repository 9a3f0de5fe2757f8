"""Asks, before something of an interview leaves for an outside service for the first time: what goes to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app import text
from app.outside.gate import notice

if TYPE_CHECKING:
    from app.outside.services import Chosen


def ask_to_send(parent: QWidget, service: Chosen, stay: str, done: Callable[[bool], None]) -> QMessageBox:
    """Say what will be sent to whom; `done` with whether it may be. `stay` is the key of the words for "no".

    Closing the question is no, and so is Return: nothing leaves by a careless key.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("MianJian")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text.tr("outside.title"))
    box.setInformativeText(notice(service))
    send = box.addButton(text.tr("outside.send"), QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(text.tr(stay), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.finished.connect(lambda _: done(box.clickedButton() is send))
    box.setModal(False)  # the room goes on meanwhile
    box.show()
    return box
