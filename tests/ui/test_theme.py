"""The look of controls where it carries meaning."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ui import theme
from ui.review.controls import IconButton


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize("style_class", ["", "quiet", "chip", "icon"])
def test_a_checked_button_shows_that_it_has_the_keys(qtbot, choice, style_class):
    theme.apply(choice)
    window = QWidget()
    qtbot.addWidget(window)
    button = IconButton("eye", "review.overlay") if style_class == "icon" else QPushButton("Hire")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setProperty("class", style_class)
    button.setCheckable(True)
    button.setChecked(True)
    other = QPushButton("other")
    room = QVBoxLayout(window)
    room.addWidget(button)
    room.addWidget(other)
    window.show()
    qtbot.waitExposed(window)
    other.setFocus()
    assert theme.color("text").name() not in edge(button)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    assert edge(button)[:2] == [theme.color("text").name()] * 2


def edge(button):
    """The colours of the first pixels at the middle of the left side."""
    image = button.grab().toImage()
    return [image.pixelColor(x, image.height() // 2).name() for x in range(3)]
