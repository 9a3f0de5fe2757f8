"""Qt's own texts follow the language of the window while it runs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QLineEdit, QMessageBox

from ui import language
from ui.shell.qt_texts import QtTexts


@pytest.fixture
def texts(qapp):
    made = QtTexts(qapp)
    yield made
    qapp.removeTranslator(made._translator)
    made.deleteLater()


def said(qtbot):
    """The menu of a field, the buttons of a dialog, and the title of a file chooser."""
    field = QLineEdit("words")
    box = QMessageBox()
    box.setStandardButtons(QMessageBox.StandardButton.Cancel)
    chooser = QFileDialog()
    for widget in (field, box, chooser):
        qtbot.addWidget(widget)
    chooser.setOption(QFileDialog.Option.DontUseNativeDialog)
    menu = field.createStandardContextMenu()
    titles = [action.text().split("\t")[0].replace("&", "") for action in menu.actions()]
    menu.deleteLater()
    button = box.button(QMessageBox.StandardButton.Cancel).text().replace("&", "")
    return titles, button, chooser.windowTitle()


def test_menus_of_fields_and_standard_buttons_follow_the_language(qtbot, texts):
    titles, button, _ = said(qtbot)
    assert {"Undo", "Copy", "Select All"} <= set(titles)
    assert button == "Cancel"
    language.set_language("zh")
    titles, button, _ = said(qtbot)
    assert any(title.startswith("撤消") for title in titles)
    assert any(title.startswith("复制") for title in titles)
    assert button.startswith("取消")
    language.set_language("en")
    titles, button, _ = said(qtbot)
    assert {"Undo", "Copy", "Select All"} <= set(titles)
    assert button == "Cancel"


def test_a_dialog_that_is_open_changes_too(qtbot, texts):
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    box.show()
    cancel = box.button(QDialogButtonBox.StandardButton.Cancel)
    language.set_language("zh")
    QCoreApplication.processEvents()
    assert cancel.text().startswith("取消")
    language.set_language("en")
    QCoreApplication.processEvents()
    assert cancel.text().replace("&", "") == "Cancel"
