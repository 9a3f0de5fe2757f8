"""The look of controls where it carries meaning."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app import text
from app.settings import SettingsFile
from ui import language, theme
from ui.review.controls import IconButton
from ui.shell import start

LIGHT, DARK = Qt.ColorScheme.Light, Qt.ColorScheme.Dark


@pytest.fixture
def system():
    """Says that the system's colour scheme is another now, by Qt's own signal: without a screen nobody switches it."""
    told = QGuiApplication.styleHints().colorSchemeChanged.emit
    yield told
    theme.apply("light")
    told(Qt.ColorScheme.Unknown)


@pytest.fixture
def window(qtbot, tmp_path):
    """The main window on an empty library."""
    conductor = start.open_window(tmp_path / "library", SettingsFile(tmp_path / "library"))
    yield conductor.window
    conductor.window.close()
    conductor.window.deleteLater()


def ground(window):
    """The colour of the window's ground: as it is painted, and as the palette has it."""
    painted = window.grab().toImage().pixelColor(window.width() - 4, window.height() - 4).name()
    return painted, window.palette().color(QPalette.ColorRole.Window).name()


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


def test_the_systems_theme_is_followed_while_running(qtbot, system, window):
    system(LIGHT)
    theme.apply("system")
    assert ground(window) == (theme.LIGHT["window"],) * 2
    for scheme, colours in ((DARK, theme.DARK), (LIGHT, theme.LIGHT), (DARK, theme.DARK)):
        with qtbot.waitSignal(theme.changed):
            system(scheme)
        assert theme.is_dark() is (scheme is DARK)
        assert ground(window) == (colours["window"],) * 2


@pytest.mark.parametrize(("choice", "colours"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_a_theme_chosen_by_hand_stays_whatever_the_system_does(system, window, choice, colours):
    system(LIGHT)
    theme.apply(choice)
    drawn_anew = QSignalSpy(theme.changed)
    for scheme in (DARK, LIGHT):
        system(scheme)
        assert not drawn_anew.count()
        assert ground(window) == (colours["window"],) * 2
        assert theme.is_dark() is (choice == "dark")


def test_back_to_the_system_takes_the_scheme_that_it_has_now(system, window):
    system(LIGHT)
    theme.apply("light")
    system(DARK)
    theme.apply("system")
    assert ground(window) == (theme.DARK["window"],) * 2


def edge(button):
    """The colours of the first pixels at the middle of the left side."""
    image = button.grab().toImage()
    return [image.pixelColor(x, image.height() // 2).name() for x in range(3)]


def test_english_takes_narrow_quotation_marks_and_chinese_wide_ones(qtbot):
    """Also in what is on the screen while the language changes, whatever the style sheet says of its size."""
    shown = QWidget()
    qtbot.addWidget(shown)
    room = QVBoxLayout(shown)
    labels = [QLabel("“Emma” …"), QLabel("“Emma” …"), QPushButton("“Emma” …")]
    labels[1].setProperty("class", "title")
    for label in labels:
        room.addWidget(label)
    shown.show()
    qtbot.waitExposed(shown)
    before = text.language()
    try:
        for tongue, wide in (("zh", True), ("en", False), ("zh", True)):
            language.set_language(tongue)
            for label in labels:
                measures = label.fontMetrics()
                assert (measures.horizontalAdvance("“") > measures.horizontalAdvance("m")) == wide, tongue
                assert measures.horizontalAdvance("面") > measures.horizontalAdvance("m")
    finally:
        language.set_language(before)
