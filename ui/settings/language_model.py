"""The settings of a language model on this computer: an address with a model's name, or a file. Both empty = off."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from app import text
from app.enrichment.model_choice import check_address
from app.settings import SettingsFile
from sync.failures import RemoteFailure
from ui import language, theme
from ui.widgets.text_line import TextLine

EXAMPLE = "http://127.0.0.1:8080"


class LanguageModelFields(QObject):
    """The fields and what they keep. `testRequested`: find out whether the model answers, then `say_result`."""

    testRequested = Signal()

    def __init__(self, settings: SettingsFile, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._room = parent
        values = settings.values
        self.url, self.model, self.file = (
            TextLine(values.llm_url),
            TextLine(values.llm_model),
            TextLine(values.llm_gguf),
        )
        self.url.setPlaceholderText(EXAMPLE)
        self.test, self.choose = QPushButton(), QPushButton()
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.hide()
        for field in (self.url, self.model, self.file):
            field.setClearButtonEnabled(True)
            field.editingFinished.connect(self._save)
        self.test.clicked.connect(self._ask_for_test)
        self.choose.clicked.connect(self._choose_file)
        language.on_change(self, self._retranslate)

    def rows(self) -> tuple[tuple[str, object], ...]:
        """The fields by the keys of their labels, as the settings room shows them."""
        address, file = QHBoxLayout(), QHBoxLayout()
        for row, field, button in ((address, self.url, self.test), (file, self.file, self.choose)):
            row.setSpacing(theme.SPACE)
            row.addWidget(field, 1)
            row.addWidget(button)
        return (("llm_url", address), ("llm_model", self.model), ("llm_gguf", file), ("", self.result))

    def say_result(self, words: str, *, good: bool) -> None:
        """What testing found."""
        self.test.setEnabled(True)
        self.result.setProperty("class", "ok" if good else "bad")
        self.result.style().polish(self.result)
        self.result.setText(words)
        self.result.show()

    def _ask_for_test(self) -> None:
        self._save()
        self.test.setEnabled(False)
        self.testRequested.emit()

    def _save(self) -> None:
        """Keep what was entered; an address beyond this computer is refused at once, in a sentence."""
        url, model, file = (field.text().strip() for field in (self.url, self.model, self.file))
        values = self._settings.values
        if (url, model, file) == (values.llm_url, values.llm_model, values.llm_gguf):
            return
        self._settings.change(llm_url=url, llm_model=model, llm_gguf=file)
        self.result.hide()
        try:
            check_address(url)
        except RemoteFailure as failure:
            self.say_result(text.sentence(failure), good=False)

    def _choose_file(self) -> None:
        kinds = f"{text.tr('settings.llm_files')} (*.gguf)"
        chosen, _ = QFileDialog.getOpenFileName(self._room, text.tr("settings.llm_gguf"), "", kinds)
        if chosen:
            self.file.show_words(chosen)
            self._save()

    def _retranslate(self) -> None:
        self.test.setText(text.tr("settings.llm_test"))
        self.choose.setText(text.tr("settings.llm_choose"))
        self.model.setPlaceholderText(text.tr("settings.llm_model_hint"))
        self.file.setPlaceholderText(text.tr("settings.llm_gguf_hint"))
        for field, key in ((self.url, "llm_url"), (self.model, "llm_model"), (self.file, "llm_gguf")):
            field.setAccessibleName(text.tr(f"settings.{key}"))
