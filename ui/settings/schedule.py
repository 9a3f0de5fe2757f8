"""The settings of planned interviews: when somebody is late, when a reminder comes, who invites, the mail's text."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from analysis.failures import Failure
from app import text
from app.resources import resource
from app.schedule.address import is_mail
from app.schedule.mail import mail_template, template_folder
from app.settings import SettingsFile
from ui import language, theme
from ui.widgets.text_line import TextLine


class ScheduleFields(QObject):
    """The fields and what they keep. `open_folder` shows a folder in the system's own way."""

    def __init__(
        self,
        settings: SettingsFile,
        library: Path,
        parent: QWidget,
        open_folder: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(parent)
        self._settings, self._library, self._open_folder = settings, library, open_folder
        values = settings.values
        self.late, self.remind = QSpinBox(), QSpinBox()
        for box, most, value in ((self.late, 240, values.late_after_min), (self.remind, 240, values.remind_min)):
            box.setRange(0 if box is self.remind else 1, most)
            box.setValue(value)
            box.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
            box.valueChanged.connect(self._save)
        self.mail = TextLine(values.organizer_mail)
        self.mail.editingFinished.connect(self._save)
        self.folder = QPushButton()
        self.folder.clicked.connect(self.show_templates)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        language.on_change(self, self._retranslate)

    def rows(self) -> tuple[tuple[str, object], ...]:
        """The fields by the keys of their labels, as the settings room shows them."""
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self.state, 1)
        row.addWidget(self.folder)
        return (("late_after", self.late), ("remind", self.remind), ("organizer_mail", self.mail), ("mail_text", row))

    def show_templates(self) -> None:
        """Open the folder of the company's own texts; where there are none yet, copies of those that come along."""
        folder = template_folder(self._library)
        folder.mkdir(exist_ok=True)
        for name in (f"invitation.{each}.toml" for each in text.LANGUAGES):
            if not (folder / name).exists():
                shutil.copyfile(resource("invitations", name), folder / name)
        self._open_folder(QUrl.fromLocalFile(str(folder)))
        self.check()

    def check(self) -> None:
        """Say which texts are in use, or what is wrong with them."""
        wrong = ""
        for each in text.LANGUAGES:
            try:
                mail_template(self._library, each)
            except Failure as failure:
                wrong = text.sentence(failure)
        own = any((template_folder(self._library) / f"invitation.{each}.toml").is_file() for each in text.LANGUAGES)
        self.state.setText(wrong or text.tr("settings.mail_text_own" if own else "settings.mail_text_shipped"))
        self.state.setProperty("class", "bad" if wrong else "small")
        self.state.style().polish(self.state)

    def _save(self) -> None:
        mail = self.mail.text().strip()
        kept = mail if not mail or is_mail(mail) else self._settings.values.organizer_mail
        self._settings.change(late_after_min=self.late.value(), remind_min=self.remind.value(), organizer_mail=kept)
        if kept != mail:
            self.mail.setText(kept)

    def _retranslate(self) -> None:
        for box in (self.late, self.remind):
            box.setSuffix(text.tr("schedule.minutes_suffix"))
        self.remind.setSpecialValueText(text.tr("settings.remind_never"))
        self.folder.setText(text.tr("settings.mail_text_folder"))
        named = {"late_after": self.late, "remind": self.remind, "organizer_mail": self.mail}
        for key, widget in named.items():
            widget.setAccessibleName(text.tr(f"settings.{key}"))
        self.check()
