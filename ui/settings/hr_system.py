"""The settings of the HR system: where it is, how it speaks, who calls; and what testing the connection finds."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.connection import entered_address, given_key
from app.hr_profiles import ProfileChoice, profile_choices
from app.profiles import import_profile
from app.settings import SettingsFile
from sync.failures import AddressMissing, RemoteFailure
from ui import language, theme
from ui.settings.connection_check import ConnectionCheck
from ui.widgets.text_line import TextLine


class HrSystemFields(QObject):
    """The fields and what they keep. Which of them are shown follows from the chosen profile.

    What says where the HR system is, how it speaks and who calls is one thing: it takes effect together, when the
    connection is tested, a key is entered, a person says so or goes elsewhere. Until then the old connection holds.
    `testRequested`: test the connection, telling `check`; `keyEntered`, `passphraseEntered`: put it into the keyring.
    """

    changed = Signal()
    keyEntered = Signal(str)
    passphraseEntered = Signal(str)
    testRequested = Signal()
    mappingRequested = Signal()

    def __init__(self, settings: SettingsFile, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings, self._room = settings, parent
        self._form: QFormLayout | None = None
        self._choices: tuple[ProfileChoice, ...] = ()
        values = settings.values
        self.url, self.account = TextLine(values.ehr_url), TextLine(values.ehr_account)
        self.certificate = TextLine(values.ehr_certificate)
        self.certificate.setClearButtonEnabled(True)
        self.url.setPlaceholderText("https://")
        self.profile, self.add = QComboBox(), QPushButton()
        self.key, self.passphrase = QLineEdit(), QLineEdit()
        self.keep = QSpinBox()
        self.keep.setRange(7, 3650)
        self.keep.setValue(values.keep_days)
        self.keep.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        self.keep.valueChanged.connect(lambda days: self._settings.change(keep_days=days))
        self.choose, self.test, self.mapping, self.use = QPushButton(), QPushButton(), QPushButton(), QPushButton()
        language.bind(self.mapping.setText, "mapping.open")
        self.mapping.clicked.connect(self._open_mapping)
        self.result, self.check, self.pending = QLabel(), ConnectionCheck(), QLabel()
        for label in (self.result, self.pending):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.hide()
        self.pending.setProperty("class", "small")
        self.use.setProperty("class", "primary")
        self.use.hide()
        for secret in (self.key, self.passphrase):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self.url, self.account, self.certificate):
            field.textEdited.connect(self._edited)
            field.editingFinished.connect(self._edited)
        self.profile.activated.connect(self._edited)
        self.use.clicked.connect(self._use)
        self._shown_profile = values.ehr_profile
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]
        self.key.editingFinished.connect(self._save_key)
        self.passphrase.editingFinished.connect(self._save_passphrase)
        self.add.clicked.connect(self._choose_profile)
        self.choose.clicked.connect(self._choose_certificate)
        self.test.clicked.connect(self._test)
        language.on_change(self, self._retranslate)

    def rows(self) -> tuple[tuple[str, object], ...]:
        """The fields by the keys of their labels, as the settings room shows them."""
        return (
            ("url", self.url), ("profile", _beside(self.profile, self.add)), ("account", self.account),
            ("key", self.key), ("certificate", _beside(self.certificate, self.choose)),
            ("passphrase", self.passphrase), ("keep_days", self.keep), ("", self._testing()),
        )  # fmt: skip

    def live_in(self, form: QFormLayout) -> None:
        """The form that shows the rows: those that the profile does not want are hidden there."""
        self._form = form
        self._show_wanted()

    def say(self, words: str, *, good: bool) -> None:
        """What became of a key or a file."""
        self.result.setProperty("class", "ok" if good else "bad")
        self.result.style().polish(self.result)
        self.result.setText(words)
        self.result.show()

    def _testing(self) -> QWidget:
        whole = QWidget()
        column, line = QVBoxLayout(whole), QHBoxLayout()
        column.setContentsMargins(0, theme.scaled(4), 0, 0)
        column.setSpacing(theme.SPACE)
        line.addWidget(self.test)
        line.addWidget(self.mapping)
        line.addStretch(1)
        line.addWidget(self.use)
        column.addWidget(self.pending)
        column.addLayout(line)
        column.addWidget(self.result)
        column.addWidget(self.check)
        return whole

    def _chosen(self) -> ProfileChoice:
        name = str(self.profile.currentData())
        return next((one for one in self._choices if one.name == name), ProfileChoice(name))

    def _show_wanted(self) -> None:
        if self._form is None:
            return
        chosen = self._chosen()
        for field, wanted in (
            (self.account, chosen.wants_account), (self.key, chosen.wants_secret),
            (self.passphrase, chosen.wants_certificate),
        ):  # fmt: skip
            self._form.setRowVisible(field, wanted)
        for row in range(self._form.rowCount()):
            item = self._form.itemAt(row, QFormLayout.ItemRole.FieldRole)
            layout = item.layout() if item else None
            if layout is not None and layout.indexOf(self.certificate) >= 0:
                self._form.setRowVisible(row, chosen.wants_certificate)

    def _entered(self) -> dict[str, str]:
        return {
            "ehr_url": entered_address(self.url.text())[0], "ehr_profile": str(self.profile.currentData()),
            "ehr_account": self.account.text().strip(), "ehr_certificate": self.certificate.text().strip(),
        }  # fmt: skip

    def is_pending(self) -> bool:
        """Whether something was entered that is not in effect yet."""
        values = self._settings.values
        return any(getattr(values, name) != value for name, value in self._entered().items())

    def _edited(self) -> None:
        """Something else stands there now; findings of another connection say nothing about this one."""
        pending = self.is_pending()
        if pending and self.pending.isHidden():
            self._forget()
        self.pending.setVisible(pending)
        self.use.setVisible(pending)
        self._show_wanted()

    def apply(self) -> None:
        """What was entered takes effect, all of it at once."""
        address, had_login = entered_address(self.url.text())
        if address != self.url.text():
            self.url.setText(address)
        if self.is_pending():
            self._settings.change(**self._entered())
            self._forget()
            self._shown_profile = self._settings.values.ehr_profile
            self._edited()
            self.changed.emit()
        if had_login:
            self.say(text.tr("settings.address_login"), good=False)

    def _forget(self) -> None:
        self.result.hide()
        self.check.forget()

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Whoever goes on elsewhere in the window has entered what there is to enter; another window is no such place,
        for an address or a file may be looked up there."""
        if self.pending.isHidden() or now is None or now.window() is not self._room.window() or now in self._together():
            return
        self.apply()

    def _together(self) -> tuple[QWidget, ...]:
        return (self.url, self.profile, self.add, self.account, self.key, self.certificate, self.choose,
                self.passphrase, self.test, self.mapping, self.use)  # fmt: skip

    def _use(self) -> None:
        self._save_secrets()
        self.apply()

    def _test(self) -> None:
        self._save_secrets()
        had_login = entered_address(self.url.text())[1]
        self.apply()
        self.testRequested.emit()
        if had_login:
            self.result.show()

    def _open_mapping(self) -> None:
        self.apply()
        self.mappingRequested.emit()

    def _save_secrets(self) -> None:
        """What still stands in a field: it waited for an address, or the click took the focus from nowhere."""
        self._save_key()
        self._save_passphrase()

    def _save_key(self) -> None:
        self._save(self.key, self.keyEntered)

    def _save_passphrase(self) -> None:
        self._save(self.passphrase, self.passphraseEntered)

    def _save(self, field: QLineEdit, entered: SignalInstance) -> None:
        """Hand a secret on, of which nothing stays here; where there is no address yet it waits in its field."""
        if not field.text():
            return
        self.apply()
        self._forget()
        if not self._settings.values.ehr_url:
            self.say(text.sentence(AddressMissing()), good=False)
            return
        entered.emit(field.text())
        field.clear()

    def _choose_certificate(self) -> None:
        kinds = f"{text.tr('settings.certificates')} (*.pem *.crt)"
        chosen, _ = QFileDialog.getOpenFileName(self._room, text.tr("settings.certificate"), "", kinds)
        if chosen:
            self.certificate.setText(chosen)
            self._edited()

    def _choose_profile(self) -> None:
        kinds = f"{text.tr('settings.profile_files')} (*.toml)"
        chosen, _ = QFileDialog.getOpenFileName(self._room, text.tr("settings.add_profile"), "", kinds)
        if chosen:
            self.take_profile(Path(chosen))

    def take_profile(self, file: Path) -> None:
        """Check a company's own profile, keep it beside the library and choose it."""
        try:
            name = import_profile(file, self._settings.profiles).name
        except (Failure, RemoteFailure) as failure:
            self.say(text.sentence(failure), good=False)
            return
        self._fill()
        with QSignalBlocker(self.profile):
            self.profile.setCurrentIndex(self.profile.findData(name))
        self._forget()
        self._edited()
        self.say(text.tr("settings.profile_added", title=self.profile.currentText()), good=True)

    def renew(self) -> None:
        """Another profile was chosen elsewhere, or there is one more."""
        self._fill()
        self._forget()
        self._edited()

    def _fill(self) -> None:
        """List the profiles anew; one that was chosen here and is not in effect yet stays chosen."""
        chosen, kept = self.profile.currentData(), self._settings.values.ehr_profile
        wanted = chosen if chosen not in (None, self._shown_profile) else kept
        self._shown_profile = kept
        self._choices = profile_choices(self._settings.profiles)
        said = text.language()
        titles = [one.title(said) for one in self._choices]
        with QSignalBlocker(self.profile):
            self.profile.clear()
            for choice, title in zip(self._choices, titles, strict=True):
                words = title if titles.count(title) == 1 else f"{title} ({choice.name})"
                self.profile.addItem(words, choice.name)
            if self.profile.findData(kept) < 0:  # its file is gone: nothing else is chosen for a person
                self.profile.addItem(kept, kept)
            self.profile.setCurrentIndex(max(0, self.profile.findData(wanted)))

    def _retranslate(self) -> None:
        self.add.setText(text.tr("settings.add_profile"))
        self.choose.setText(text.tr("settings.choose_file"))
        self.test.setText(text.tr("settings.test"))
        self.use.setText(text.tr("settings.use_connection"))
        self.pending.setText(text.tr("settings.connection_pending"))
        self.keep.setSuffix(text.tr("settings.days_suffix"))
        self.keep.setToolTip(text.tr("settings.keep_days_hint"))
        given = given_key()
        self.key.setPlaceholderText(
            text.tr("settings.key_given", name=given) if given else text.tr("settings.key_hint")
        )
        self.passphrase.setPlaceholderText(text.tr("settings.key_hint"))
        self.account.setPlaceholderText(text.tr("settings.account_hint"))
        self.certificate.setPlaceholderText(text.tr("settings.certificate_hint"))
        named = {
            "url": self.url, "profile": self.profile, "account": self.account, "key": self.key,
            "certificate": self.certificate, "passphrase": self.passphrase, "keep_days": self.keep,
        }  # fmt: skip
        for key, widget in named.items():
            widget.setAccessibleName(text.tr(f"settings.{key}"))
        self._fill()
        self._show_wanted()


def _beside(field: QWidget, button: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.SPACE)
    row.addWidget(field, 1)
    row.addWidget(button)
    return row
