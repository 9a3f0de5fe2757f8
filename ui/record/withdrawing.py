"""Asks once before something that the candidate agreed to ends: it cannot be taken up again in this recording."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.text import tr


def ask(parent: QWidget, what: str, done: Callable[[], None]) -> QMessageBox:
    """`done` when it shall end. The interview goes on meanwhile; Return withdraws, Escape does not."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("MianJian")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(what)
    box.setInformativeText(tr("record.withdraw_means"))
    yes = box.addButton(tr("record.withdraw_yes"), QMessageBox.ButtonRole.AcceptRole)
    no = box.addButton(tr("record.withdraw_no"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(yes)
    box.setEscapeButton(no)
    box.finished.connect(lambda _: done() if box.clickedButton() is yes else None)
    box.setModal(False)
    box.show()
    return box
