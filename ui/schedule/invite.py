"""Invites a candidate: when and where, the mail's text, and the file for calendars. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QDateTime, QSignalBlocker, Qt, QTimeZone, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.domain.types import Interview
from app.exporting import safe_name
from app.schedule.address import is_mail
from app.schedule.invitation import Invitation, ics, invited, keep, lacking, numbered
from app.schedule.mail import Mail, mail_template, written
from app.schedule.zones import exists, zone_of, zones
from app.settings import SettingsFile
from app.store.library import Library
from app.whole_file import whole_file
from ui import language, theme
from ui.widgets.text_line import TextLine

_PLAIN = QTimeZone(QTimeZone.Initialization.UTC)
"""The field holds a time on the clocks of the chosen zone; no change of this computer's own clocks may move it."""
FIELDS = ("time", "zone", "minutes", "candidate_mail", "organizer", "organizer_mail", "place", "mail_language")


class InviteDialog(QDialog):
    """For one interview. What is entered is kept when something is made of it."""

    def __init__(
        self,
        library: Library,
        settings: SettingsFile,
        interview: Interview,
        parent: QWidget | None = None,
        open_url: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(parent)
        self._library, self._settings, self._open_url = library, settings, open_url
        self.interview = interview
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(theme.scaled(720), theme.scaled(640))
        self.time = QDateTimeEdit()
        self.time.setTimeZone(_PLAIN)
        self.time.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.time.setCalendarPopup(True)
        self.zone = QComboBox()
        self.zone.setEditable(True)
        self.zone.setMinimumHeight(theme.scaled(36))
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.minutes = QSpinBox()
        self.minutes.setRange(5, 24 * 60)
        self.minutes.setSingleStep(15)
        self.minutes.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        self.candidate_mail, self.organizer, self.organizer_mail, self.place = (TextLine() for _ in range(4))
        self.mail_language = QComboBox()
        self.cancelling = QCheckBox()
        self.subject = QLabel()
        self.subject.setTextFormat(Qt.TextFormat.PlainText)
        self.subject.setWordWrap(True)
        self.words = QPlainTextEdit()
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.save, self.copy, self.mailing, self.done_button = (QPushButton() for _ in range(4))
        self.save.setProperty("class", "primary")
        self._build()
        self._fill()
        self._connect()
        language.on_change(self, self._retranslate)

    def _build(self) -> None:
        self._labels = {name: QLabel() for name in FIELDS}
        form = QFormLayout()
        form.setHorizontalSpacing(theme.SPACE * 2)
        form.setVerticalSpacing(theme.SPACE)
        for name, label in self._labels.items():
            field: QWidget = getattr(self, name)
            label.setProperty("class", "muted")
            label.setBuddy(field)
            form.addRow(label, field)
        form.addRow(QLabel(), self.cancelling)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        for button in (self.save, self.copy, self.mailing):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addLayout(form)
        self.subject.setProperty("class", "heading")
        column.addWidget(self.subject)
        column.addWidget(self.words, 1)
        column.addWidget(self.said)
        column.addLayout(buttons)

    def _fill(self) -> None:
        interview, values = self.interview, self._settings.values
        start = interview.scheduled_at or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        there = start.astimezone(zone_of(interview.time_zone))
        self.time.setDateTime(QDateTime(there.year, there.month, there.day, there.hour, there.minute, 0, 0, _PLAIN))
        self.zone.addItems(list(zones()))
        self.zone.setCurrentText(interview.time_zone)
        self.minutes.setValue(values.interview_min)
        self.candidate_mail.show_words(interview.candidate.email)
        self.organizer.show_words(values.organizer or values.assessor)
        self.organizer_mail.show_words(values.organizer_mail)
        if invited(self._library, interview):
            last = self._library.schedule_events(interview.id)[-1].body
            self.place.show_words(str(last.get("place", "")))
        for name in text.LANGUAGES:
            self.mail_language.addItem("", name)
        chosen = self.mail_language.findData(text.language())
        self.mail_language.setCurrentIndex(max(0, chosen))
        self.cancelling.setEnabled(invited(self._library, interview))

    def _connect(self) -> None:
        for signal in (
            self.time.dateTimeChanged, self.zone.currentTextChanged, self.minutes.valueChanged,
            self.candidate_mail.textChanged, self.organizer.textChanged, self.organizer_mail.textChanged,
            self.place.textChanged, self.mail_language.currentIndexChanged, self.cancelling.toggled,
        ):  # fmt: skip
            signal.connect(self._show)
        self.save.clicked.connect(self.save_file)
        self.copy.clicked.connect(self.copy_mail)
        self.mailing.clicked.connect(self.open_mail)
        self.done_button.clicked.connect(self.close)

    def wanted(self) -> Invitation:
        """The invitation as it stands in the fields."""
        zone = self.zone.currentText().strip()
        start = self._wall().replace(tzinfo=zone_of(zone)).astimezone(UTC)
        position = self._position()
        made = Invitation(
            self.interview.id, text.tr_in(self._language(), "schedule.event_title", position=position), start, zone,
            self.minutes.value(), self.organizer.text().strip(), self.organizer_mail.text().strip(),
            self.interview.candidate.name, self.candidate_mail.text().strip(), self.place.text().strip(),
            cancelled=self.cancelling.isChecked(),
        )  # fmt: skip
        return replace(made, words=self._mail(made).body)

    def _mail(self, invitation: Invitation) -> Mail:
        template = mail_template(self._library.folder, self._language())
        return written(template, invitation, self._position())

    def _language(self) -> str:
        return str(self.mail_language.currentData())

    def _position(self) -> str:
        return self.interview.position.title if self.interview.position else self.interview.title

    def _show(self, *_: object) -> None:
        """The mail as it would be, or why it cannot be."""
        try:
            invitation = self.wanted()
            mail = self._mail(invitation)
        except Failure as failure:
            self._say(text.sentence(failure), good=False)
            self._enable(False)
            return
        self.subject.setText(mail.subject)
        self.words.setPlainText(mail.body)
        wrong = self._wrong(invitation)
        words = text.tr(f"schedule.wrong_{wrong}") if wrong else ""
        self._say(words[:1].upper() + words[1:], good=not wrong, blames=not self._is_still_to_fill(wrong))
        self._enable(not wrong)

    def _wrong(self, invitation: Invitation) -> str:
        """What the invitation lacks; "" = nothing."""
        lacks = lacking(invitation)
        if lacks:
            return lacks
        return "" if exists(self._wall(), invitation.zone) else "gap"

    def _is_still_to_fill(self, wrong: str) -> bool:
        """Whether it is only a name or a mail address that nobody has written yet."""
        return wrong in ("organizer", "organizer_mail", "candidate_mail") and not getattr(self, wrong).text().strip()

    def _wall(self) -> datetime:
        """The time as it is written, without a zone."""
        day, clock = self.time.date(), self.time.time()
        return datetime(day.year(), day.month(), day.day(), clock.hour(), clock.minute())

    def _enable(self, possible: bool) -> None:
        self.save.setEnabled(possible)
        self.copy.setEnabled(possible)
        self.mailing.setEnabled(possible and is_mail(self.candidate_mail.text().strip()))

    def _say(self, words: str, *, good: bool, blames: bool = True) -> None:
        self.said.setProperty("class", "ok" if good else "bad" if blames else "muted")
        self.said.style().polish(self.said)
        self.said.setText(words)

    # What is made of it

    def save_file(self) -> None:
        """Write the file for calendars, and remember what it said."""
        offered = f"{safe_name(self.interview.candidate.name)}.ics"
        kinds = f"{text.tr('schedule.calendar_files')} (*.ics)"
        file, _ = QFileDialog.getSaveFileName(self, text.tr("schedule.save"), offered, kinds)
        if not file:
            return
        try:
            invitation = numbered(self._library, self._kept())
            with whole_file(Path(file)) as part:
                part.write_bytes(ics(invitation, datetime.now(UTC)))
            keep(self._library, invitation)
        except Failure as failure:
            self._say(text.sentence(failure), good=False)
            return
        self.cancelling.setEnabled(invited(self._library, self.interview))
        key = "saved_again" if invitation.sequence else "saved"
        self._say(text.tr(f"schedule.{key}", file=file, n=invitation.sequence), good=True)

    def copy_mail(self) -> None:
        """Put subject and text into the clipboard."""
        mail = self._mail(self._kept())
        QGuiApplication.clipboard().setText(f"{mail.subject}\n\n{mail.body}")
        self._say(text.tr("schedule.copied"), good=True)

    def open_mail(self) -> None:
        """Let the computer's mail program write it; the file is attached there by hand."""
        self._open_url(QUrl.fromEncoded(self._mail(self._kept()).url.encode()))
        self._say(text.tr("schedule.opened"), good=True)

    def _kept(self) -> Invitation:
        """The invitation, with what was entered kept: time and zone, who invites, the addresses, the usual length."""
        wanted = self.wanted()
        candidate = self.interview.candidate
        if wanted.candidate_mail != candidate.email:
            candidate = self._library.save_candidate(replace(candidate, email=wanted.candidate_mail))
        self.interview = self._library.interview(self.interview.id)
        planned = replace(self.interview, candidate=candidate, scheduled_at=wanted.start, time_zone=wanted.zone)
        if planned != self.interview:
            self.interview = self._library.save_interview(planned)
        values = self._settings.values
        own = "" if wanted.organizer == values.assessor else wanted.organizer
        self._settings.change(organizer_mail=wanted.organizer_mail, organizer=own, interview_min=wanted.minutes)
        return wanted

    def _retranslate(self) -> None:
        self.setWindowTitle(text.tr("schedule.invite_title", name=self.interview.candidate.name))
        for name, label in self._labels.items():
            label.setText(text.tr(f"schedule.{name}"))
            field: QWidget = getattr(self, name)
            field.setAccessibleName(text.tr(f"schedule.{name}"))
        self.minutes.setSuffix(text.tr("schedule.minutes_suffix"))
        self.place.setPlaceholderText(text.tr("schedule.place_hint"))
        self.organizer.setPlaceholderText(text.tr("schedule.organizer_hint"))
        with QSignalBlocker(self.mail_language):
            for row, name in enumerate(text.LANGUAGES):
                self.mail_language.setItemText(row, text.tr(f"settings.language_{name}"))
        self.cancelling.setText(text.tr("schedule.cancelling"))
        self.words.setAccessibleName(text.tr("schedule.mail_text"))
        self.save.setText(text.tr("schedule.save"))
        self.copy.setText(text.tr("schedule.copy"))
        self.mailing.setText(text.tr("schedule.open"))
        self.done_button.setText(text.tr("library.done"))
        self._show()
