"""Qt's own texts (file chooser, menus of fields, buttons of standard dialogs) in the language in use."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from app import text
from ui import language

LOCALES = {"zh": "zh_CN"}
"""Of what Qt ships; any other language of the window has Qt's English."""


class QtTexts(QObject):
    """Keeps Qt's translation of the language in use installed, also when that changes while the program runs."""

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__(app)
        self._app = app
        self._translator = QTranslator(self)
        self._load()
        language.changed.connect(self._load)

    def _load(self) -> None:
        self._app.removeTranslator(self._translator)
        locale = QLocale(LOCALES.get(text.language(), "en"))
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(locale, "qtbase", "_", folder):
            self._app.installTranslator(self._translator)
