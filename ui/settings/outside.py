"""The settings of outside AI services: for each purpose whether one is used, which, where, and its key. Off at first.

What the rules of the jurisdiction do not let leave cannot be turned on; the reason stands in its place.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import policy, text
from app.domain.outside import Purpose
from app.outside import gate, services
from app.settings import SettingsFile
from sync.failures import RemoteFailure
from ui import language, theme
from ui.widgets.text_line import TextLine

FIELDS = ("service_profile", "service_url", "service_model", "service_key")


class OutsideFields(QObject):
    """One part for each purpose of this build, and a line for each profile of one's own that cannot be used.

    `testRequested`: find out whether the service answers, then `say_result`; `keyEntered`: keep a key, then the same.
    """

    testRequested = Signal(str)
    keyEntered = Signal(str, str)

    def __init__(self, settings: SettingsFile, parent: QWidget) -> None:
        super().__init__(parent)
        self.parts = {purpose: ServiceFields(settings, purpose) for purpose in services.purposes()}
        self._folder = settings.path.parent
        self.refused = QLabel()
        self.refused.setProperty("class", "bad")
        self.refused.setWordWrap(True)
        self.refused.setTextFormat(Qt.TextFormat.PlainText)
        for purpose, part in self.parts.items():
            part.test.clicked.connect(lambda _=False, p=purpose: self._ask_for_test(p))
            part.keyEntered.connect(lambda key, p=purpose: self.keyEntered.emit(str(p), key))
        language.on_change(self, self.refresh)

    def rows(self) -> tuple[tuple[str, object], ...]:
        """The parts as the settings room shows them."""
        return (*(("", part) for part in self.parts.values()), ("", self.refused))

    def say_result(self, purpose: str, words: str, *, good: bool) -> None:
        """What testing, or keeping the key, found."""
        self.parts[Purpose(purpose)].say_result(words, good=good)

    def refresh(self) -> None:
        """Show everything again: the language, the rules or the profiles have changed."""
        for part in self.parts.values():
            part.refresh()
        lines = [text.sentence(failure) for failure in services.refused(self._folder)]
        self.refused.setText("\n".join(lines))
        self.refused.setVisible(bool(lines))

    def _ask_for_test(self, purpose: Purpose) -> None:
        self.parts[purpose].save()
        self.parts[purpose].test.setEnabled(False)
        self.testRequested.emit(str(purpose))


class ServiceFields(QWidget):
    """One purpose: a box to turn it on, and below it, while it is on, which service is asked."""

    keyEntered = Signal(str)

    def __init__(self, settings: SettingsFile, purpose: Purpose) -> None:
        super().__init__()
        self._settings, self.purpose = settings, purpose
        given = services.setting(settings.path.parent, purpose)
        self.on = QCheckBox()
        self.on.setChecked(given.on)
        self.on.toggled.connect(self._turn)
        self.note = QLabel()
        self.note.setProperty("class", "small")
        self.note.setWordWrap(True)
        self.profile = QComboBox()
        self.profile.activated.connect(self.save)
        self.url, self.model = TextLine(given.url), TextLine(given.model)
        for line in (self.url, self.model):
            line.setClearButtonEnabled(True)
            line.editingFinished.connect(self.save)
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.editingFinished.connect(self._give_key)
        self.test = QPushButton()
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.hide()
        self._build()

    def _build(self) -> None:
        key = QHBoxLayout()
        key.setSpacing(theme.SPACE)
        key.addWidget(self.key, 1)
        key.addWidget(self.test)
        self.body = QWidget()
        form = QFormLayout(self.body)
        form.setContentsMargins(theme.scaled(24), 0, 0, 0)
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(8)
        self._labels = [QLabel() for _ in FIELDS]
        for label, field in zip(self._labels, (self.profile, self.url, self.model), strict=False):
            form.addRow(label, field)
        form.addRow(self._labels[-1], key)
        for label, field in zip(self._labels, (self.profile, self.url, self.model, self.key), strict=True):
            label.setProperty("class", "muted")
            label.setMinimumWidth(theme.scaled(106))
            label.setBuddy(field)
        form.addRow(self.result)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.on, self.note, self.body):
            column.addWidget(part)

    def refresh(self) -> None:
        """Show it in the language and under the rules that hold now."""
        rules = policy.profile(self._settings.values.jurisdiction)
        allowed = gate.allowed(rules, self.purpose)
        self.on.setText(text.tr(f"settings.service_{self.purpose}"))
        self.on.setEnabled(allowed)
        key = "service_leaves" if allowed else "service_forbidden"
        named = text.tr(f"policy.profile_{rules.name.lower()}")
        self.note.setText(text.tr(f"settings.{key}", data=gate.data_words(self.purpose), rules=named))
        for label, name in zip(self._labels, FIELDS, strict=True):
            label.setText(text.tr(f"settings.{name}"))
        self.test.setText(text.tr("settings.service_test"))
        self.key.setPlaceholderText(text.tr("settings.service_key_hint"))
        for field, name in zip((self.profile, self.url, self.model, self.key), FIELDS, strict=True):
            field.setAccessibleName(f"{self.on.text()}: {text.tr(f'settings.{name}')}")
        self.test.setAccessibleName(f"{self.on.text()}: {self.test.text()}")
        self._fill()
        self.body.setVisible(allowed and self.on.isChecked())

    def say_result(self, words: str, *, good: bool) -> None:
        """What testing, or keeping the key, found."""
        self.test.setEnabled(True)
        self.result.setProperty("class", "ok" if good else "bad")
        self.result.style().polish(self.result)
        self.result.setText(words)
        self.result.show()

    def save(self) -> None:
        """Keep what was entered; what cannot be used is said at once."""
        given = services.setting(self._settings.path.parent, self.purpose)
        url, model = self.url.text().strip(), self.model.text().strip()
        values = {"profile": self.profile.currentData() or "", "url": url, "model": model}
        if values == {"profile": given.profile, "url": given.url, "model": given.model}:
            return
        services.keep_setting(self._settings, self.purpose, **values)
        self.result.hide()
        self._hint()
        self._check_address()

    def _check_address(self) -> None:
        try:
            services.named(self._settings.path.parent, self.purpose)
        except RemoteFailure as failure:
            self.say_result(text.sentence(failure), good=False)

    def _turn(self, on: bool) -> None:
        chosen = {"profile": self.profile.currentData() or ""} if on else {}
        services.keep_setting(self._settings, self.purpose, on=on, **chosen)
        self.refresh()

    def _give_key(self) -> None:
        if self.key.text():
            self.save()
            self.keyEntered.emit(self.key.text())
            self.key.clear()

    def _fill(self) -> None:
        """The profiles by their names; the one that is set, even where its file is gone."""
        given = services.setting(self._settings.path.parent, self.purpose)
        found = services.profiles(self._settings.path.parent, self.purpose)
        with QSignalBlocker(self.profile):
            self.profile.clear()
            for each in found:
                self.profile.addItem(each.title(text.language()), each.id)
            if given.profile and given.profile not in {each.id for each in found}:
                self.profile.addItem(given.profile, given.profile)
            self.profile.setCurrentIndex(max(0, self.profile.findData(given.profile)))
        self._hint()

    def _hint(self) -> None:
        """What holds while address and model are empty."""
        found = services.profiles(self._settings.path.parent, self.purpose)
        shape = next((each.shape for each in found if each.id == self.profile.currentData()), None)
        self.model.setEnabled(shape is None or any("model" in step.fields.values() for step in shape.steps))
        self.url.setPlaceholderText((shape.address if shape else "") or "https://")
        self.model.setPlaceholderText((shape.model if shape else "") or text.tr("settings.service_model_hint"))
