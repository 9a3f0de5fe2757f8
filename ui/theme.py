"""Colours, fonts and the style sheet, light and dark. Views ask for a token, never for a colour.

Text keeps a contrast of 4.5 : 1 or more against its ground and marks 3 : 1, in both themes; series are Okabe-Ito's,
darkened on white and lightened on black where the original would fall below that.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app import text
from app.resources import resource
from ui import language

FAMILIES = ["MianJian Sans", "MianJian Sans Rare"]
LATIN = "MianJian Sans Latin"
"""In Chinese a quotation mark is as wide as a character; other languages take their letters from here first."""

LIGHT = {
    "window": "#f2f4f7", "panel": "#ffffff", "raised": "#f7f9fb", "border": "#dde2e8", "text": "#171a1f",
    "muted": "#5a6472", "faint": "#666f7b", "accent": "#1769ab", "accent_soft": "#e2eefa", "on_accent": "#ffffff",
    "hover": "#eef2f6", "ok": "#0a7d55", "warn": "#9a5b00", "bad": "#b3261e", "veil": "#eef0f3", "track_bg": "#f6f8fa",
    "shadow": "#20000000", "hatch": "#c9cfd8", "hatch_line": "#868e9b", "stack": "#e3e7ec",
    "series_1": "#0072b2", "series_2": "#00966d", "series_3": "#d55e00", "series_4": "#b8588f", "series_5": "#b07d00",
    "series_6": "#2f8fc4", "series_7": "#6b7280", "series_8": "#8a6d00",
}  # fmt: skip
DARK = {
    "window": "#14161a", "panel": "#1d2026", "raised": "#24282f", "border": "#333842", "text": "#eceff4",
    "muted": "#a3acba", "faint": "#8a94a2", "accent": "#4c9fe8", "accent_soft": "#20344a", "on_accent": "#08131f",
    "hover": "#272c34", "ok": "#35c48d", "warn": "#e0a030", "bad": "#ff7b72", "veil": "#2a2e36", "track_bg": "#181b20",
    "shadow": "#60000000", "hatch": "#3a404b", "hatch_line": "#6d7685", "stack": "#3a404b",
    "series_1": "#56b4e9", "series_2": "#26b98e", "series_3": "#e8793a", "series_4": "#d98cbb", "series_5": "#e6a817",
    "series_6": "#7cc4f2", "series_7": "#a3acba", "series_8": "#f0e442",
}  # fmt: skip

RADIUS = 6
SPACE = 8


class _Theme(QObject):
    """Holds the theme in use, and follows the system's while "system" is chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choice = "system"
        self.dark = False
        self.scale = 1.0
        self._system: Qt.ColorScheme | None = None

    def watch_system(self, application: QGuiApplication) -> None:
        """Follow the system's colour scheme from now on."""
        hints = application.styleHints()
        if self._system is None:
            hints.colorSchemeChanged.connect(self._follow)
            language.changed.connect(self.refresh)  # it may want its letters from another font first
        self._system = hints.colorScheme()

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        if self.choice == "system":
            self.refresh()

    def refresh(self) -> None:
        """Take the theme that the choice and the system ask for, and say so."""
        system_dark = self._system is Qt.ColorScheme.Dark
        self.dark = self.choice == "dark" or (self.choice == "system" and system_dark)
        color.cache_clear()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(_palette())
            application.setFont(font())
            application.setStyleSheet(style_sheet())
        self.changed.emit()


_theme = _Theme()
changed = _theme.changed


def set_up(application: QApplication, choice: str = "system", scale_percent: int = 100) -> None:
    """Load the fonts, take the theme and watch the system's; once, at the window's start."""
    load_fonts()
    application.setStyle("Fusion")
    _theme.watch_system(application)
    apply(choice, scale_percent)


def apply(choice: str, scale_percent: int | None = None) -> None:
    """Choose "system", "light" or "dark", and the scale of all text and spacing in %."""
    _theme.choice = choice
    if scale_percent is not None:
        _theme.scale = scale_percent / 100
    _theme.refresh()


@cache
def load_fonts() -> None:
    """Register the bundled fonts: a bare Linux has none with Chinese."""
    for path in sorted(resource("fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))


@cache
def color(token: str) -> QColor:
    """The colour of a token in the theme in use."""
    return QColor((DARK if _theme.dark else LIGHT)[token])


def is_dark() -> bool:
    """Whether the dark theme is in use."""
    return _theme.dark


def scaled(pixels: float) -> int:
    """A length in pixels at the chosen scale."""
    return round(pixels * _theme.scale)


def font(size: float = 13, *, bold: bool = False) -> QFont:
    """The text font at `size` pixels (before scaling)."""
    result = QFont()
    result.setFamilies(FAMILIES if text.language() == "zh" else [LATIN, *FAMILIES])
    result.setPixelSize(max(8, scaled(size)))
    result.setBold(bold)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return result


def mono(size: float = 12) -> QFont:
    """Figures that line up: the text font with tabular figures."""
    result = font(size)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def _palette() -> QPalette:
    roles = {
        QPalette.ColorRole.Window: "window", QPalette.ColorRole.WindowText: "text", QPalette.ColorRole.Base: "panel",
        QPalette.ColorRole.AlternateBase: "raised", QPalette.ColorRole.Text: "text", QPalette.ColorRole.Button: "panel",
        QPalette.ColorRole.ButtonText: "text", QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent", QPalette.ColorRole.ToolTipBase: "raised",
        QPalette.ColorRole.ToolTipText: "text", QPalette.ColorRole.PlaceholderText: "faint",
        QPalette.ColorRole.Link: "accent", QPalette.ColorRole.Mid: "border", QPalette.ColorRole.Light: "raised",
        QPalette.ColorRole.Dark: "border", QPalette.ColorRole.Accent: "accent",
    }  # fmt: skip
    palette = QPalette()
    for role, token in roles.items():
        palette.setColor(role, color(token))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, color("faint"))
    return palette


def style_sheet() -> str:
    """The style of ordinary controls, by the property `class`: `panel`, `title`, `primary`, `quiet`, `chip` …"""
    names = DARK if _theme.dark else LIGHT
    sizes = {f"px{n}": f"{scaled(n)}px" for n in (1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 16, 18, 20, 24, 30)}
    text = _SHEET
    for name, value in {**names, **sizes}.items():
        text = text.replace(f"@{name};", f"{value};").replace(f"@{name} ", f"{value} ")
    tone = "dark" if _theme.dark else "light"
    for name in ("up", "down", "check"):
        text = text.replace(f"@{name})", f'"{resource("icons", f"{name}-{tone}.svg").as_posix()}")')
    return text


_SHEET = """
QWidget { color: @text; }
QMainWindow, QDialog { background: @window; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: @px4 @px6 ; }
QFrame[class="panel"], QWidget[class="panel"] { background: @panel; border: 1px solid @border; border-radius: @px6; }
QLabel { background: transparent; border: none; }
QLabel[class="title"] { font-size: @px16; font-weight: bold; }
QLabel[class="heading"] { font-size: @px14; font-weight: bold; }
QLabel[class="muted"] { color: @muted; }
QLabel[class="small"] { color: @muted; font-size: @px12; }
QLabel[class="warn"] { color: @warn; }
QLabel[class="bad"] { color: @bad; }
QLabel[class="ok"] { color: @ok; }
QLabel[class="badge"] { background: @accent_soft; color: @accent; border-radius: @px10; padding: @px2 @px10 ;
    font-size: @px12; font-weight: bold; }
QPushButton { background: @panel; border: 1px solid @border; border-radius: @px5; padding: @px6 @px12 ; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @accent_soft; }
QPushButton:disabled { color: @faint; background: @raised; }
QPushButton:focus, QToolButton:focus { border: 2px solid @accent; }
QPushButton[class="primary"] { background: @accent; color: @on_accent; border: 1px solid @accent; font-weight: bold; }
QPushButton[class="primary"]:hover { border: 1px solid @text; }
QPushButton[class="primary"]:focus { border: 2px solid @text; }
QPushButton[class="primary"]:disabled { background: @veil; color: @faint; border: 1px solid @border; }
QPushButton[class="quiet"], QToolButton { background: transparent; border: 1px solid transparent; border-radius: @px5;
    padding: @px4 @px6 ; }
QToolButton[class="tight"] { padding: @px2 @px3 ; }
QPushButton[class="quiet"]:hover, QToolButton:hover { background: @hover; }
QPushButton[class="quiet"]:focus, QToolButton:focus { border: 2px solid @accent; }
QToolButton[class="tight"] { padding: @px2; }
QPushButton:checked, QToolButton:checked { background: @accent_soft; color: @accent; border: 1px solid @accent; }
QPushButton[class="chip"] { background: @accent_soft; color: @accent; border: 1px solid transparent;
    border-radius: @px10; padding: @px2 @px8 ; font-size: @px12; }
QPushButton[class="chip"]:hover { border: 1px solid @accent; }
QPushButton[class="chip"]:focus { border: 2px solid @accent; }
QPushButton[class="mini"] { padding: @px2 @px6 ; font-size: @px11; color: @muted; }
QPushButton[class="mini"]:checked { background: @veil; color: @text; border: 1px solid @border; }
QPushButton[class="link"] { background: transparent; color: @accent; border: 1px solid transparent; padding: 0 @px2 ;
    border-radius: @px3; font-size: @px12; text-decoration: underline; }
QPushButton[class="link"]:hover { background: @accent_soft; }
QPushButton[class="link"]:focus { border: 1px solid @accent; }
QPushButton[class="link"]:disabled { color: @faint; text-decoration: none; }
QPushButton::menu-indicator { image: url(@down); width: @px10; height: @px10; subcontrol-position: right center;
    subcontrol-origin: padding; right: @px4; }
QPushButton:checked:focus, QToolButton:checked:focus { border: 2px solid @text; }
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit { background: @panel;
    color: @text; border: 1px solid @border; border-radius: @px5; padding: @px5 @px8 ;
    selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QDateTimeEdit:focus {
    border: 2px solid @accent; }
QLineEdit:disabled, QPlainTextEdit:disabled,
QTableWidget QComboBox:disabled, QTableWidget QDoubleSpinBox:disabled { background: @raised; color: @muted; }
QSlider::groove:horizontal { height: @px4; background: @border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: @faint; }
QSlider::handle:horizontal { width: @px8; height: @px8; margin: -@px4 0; border-radius: @px6;
    background: @panel; border: 2px solid @accent; }
QSlider::handle:horizontal:disabled { border: 2px solid @faint; }
QComboBox::drop-down, QDateTimeEdit::drop-down { border: none; width: @px20; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow { image: url(@down); width: @px12; height: @px12; }
QSpinBox, QDoubleSpinBox, QTimeEdit { padding: @px5 @px20 @px5 @px8 ; }
QSpinBox > QLineEdit { border: none; background: transparent; padding: 0 @px6 ; }
QComboBox:editable { padding: @px2 @px8 ; }
QComboBox > QLineEdit, QDateTimeEdit > QLineEdit { border: none; background: transparent; padding: 0; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QTimeEdit::up-button {
    border: none; background: transparent; width: @px20; }
QSpinBox::down-button, QDoubleSpinBox::down-button, QTimeEdit::down-button {
    border: none; background: transparent; width: @px20; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow, QTimeEdit::up-arrow {
    image: url(@up); width: @px10; height: @px10; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow, QTimeEdit::down-arrow {
    image: url(@down); width: @px10; height: @px10; }
QComboBox QAbstractItemView { background: @panel; border: 1px solid @border; selection-background-color: @accent_soft;
    selection-color: @text; outline: none; }
QMenu { background: @panel; border: 1px solid @border; padding: @px4; }
QMenu::item { padding: @px6 @px20 ; border-radius: @px4; }
QMenu::item:selected { background: @accent_soft; }
QMenu::item:disabled { color: @faint; }
QHeaderView::section { background: @panel; color: @muted; border: none; border-bottom: 1px solid @border;
    padding: @px6 @px8 ; font-size: @px12; }
QHeaderView::up-arrow { image: url(@up); width: @px10; height: @px10; }
QHeaderView::down-arrow { image: url(@down); width: @px10; height: @px10; }
QTableView, QTreeView, QListView { background: @panel; border: none; gridline-color: @border;
    selection-background-color: @accent_soft; selection-color: @text; outline: none;
    alternate-background-color: @raised; }
QTableView::item, QListView::item { padding: @px4 @px5 ; }
QListView:focus { border: 1px solid @accent; }
QTableView, QListWidget { border: none; border-left: 3px solid transparent; }
QTableView:focus, QListWidget:focus { border: none; border-left: 3px solid @accent; }
QScrollBar:vertical { background: transparent; width: @px10; margin: 0; }
QScrollBar:horizontal { background: transparent; height: @px10; margin: 0; }
QScrollBar::handle { background: @hatch; border-radius: @px4; min-height: @px30; min-width: @px30; margin: @px2; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; width: 0;
    height: 0; }
QProgressBar { background: @track_bg; border: 1px solid @border; border-radius: @px4; height: @px8;
    text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: @px3; }
QCheckBox, QRadioButton { spacing: @px8; padding: @px2; }
QCheckBox::indicator, QListView::indicator { width: @px16; height: @px16; border: 1px solid @faint;
    border-radius: @px3; background: @panel; }
QCheckBox::indicator:checked, QListView::indicator:checked { border: 1px solid @accent; background: @accent;
    image: url(@check); }
QCheckBox::indicator:disabled { border: 1px solid @border; background: @veil; }
QCheckBox:focus, QRadioButton:focus { border: 1px solid @accent; border-radius: @px3; }
QTabBar::tab { padding: @px6 @px12 ; border: none; border-bottom: 2px solid transparent; color: @muted; }
QTabBar::tab:selected { color: @accent; border-bottom: 2px solid @accent; }
QTabWidget::pane { border: none; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: @accent_soft; }
QStatusBar { background: @panel; color: @muted; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
"""
