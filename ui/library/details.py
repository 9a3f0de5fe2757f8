"""What the library knows of one interview, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app import text
from app.absence import failed, named
from app.domain.redaction import Redaction
from app.domain.types import AnalysisState, Interview
from app.lying_there import lying_there
from app.recording.cut_off import can_go_on
from app.redaction_words import log_lines
from app.schedule.zones import both_clocks
from app.store.library import Library
from ui import icons, language, theme
from ui.library.consent import ConsentField
from ui.library.hr_said import HrSaid
from ui.library.model import added
from ui.library.spoken import SpokenField
from ui.widgets.plain import plain_tip
from ui.widgets.text_line import TextLine

PICTURES = {640: 290, 540: 150, 0: 0}
"""The picture's width by the panel's least height (before scaling): the fields come first."""
SAID_HEIGHT = 220
"""So much more height (before scaling) a picture needs where the HR system says something."""
FORM = ("column_candidate", "column_position", "round", "consent", "speech")
BUSY = (AnalysisState.QUEUED, AnalysisState.RUNNING)


class _Tall(QScrollArea):
    """Scrolls downwards only: it is never narrower than what it holds."""

    def __init__(self, held: QWidget) -> None:
        super().__init__()
        self._held = held
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(held)

    def minimumSizeHint(self) -> QSize:
        """Qt: as wide as its content and a scroll bar."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._held.minimumSizeHint().width() + bar, theme.scaled(120))


class DetailsPanel(QFrame):
    """The right side of the library: picture, names, position, analysis, and the way to the review."""

    openRequested = Signal(str)
    analyseRequested = Signal(str)
    cancelRequested = Signal(str)
    positionsRequested = Signal()
    recordingAsked = Signal(str)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._library = library
        self.interview: Interview | None = None
        self._wide = PICTURES[0]
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel()
        self.title.setProperty("class", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.facts = QLabel()
        self.facts.setProperty("class", "small")
        self.facts.setWordWrap(True)
        self.name = TextLine()
        self.name.editingFinished.connect(self._save_name)
        self.position = QComboBox()
        self.position.activated.connect(self._save_position)
        self.round = QSpinBox()
        self.round.setRange(1, 20)
        self.round.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        self.round.editingFinished.connect(self._save_round)
        self.consent = ConsentField(library)
        self.speech = SpokenField(library)
        self.speech.saved.connect(self._keep)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.state = QLabel()
        self.state.setProperty("class", "small")
        self.state.setWordWrap(True)
        self.hr = HrSaid(library)
        self._build()
        language.on_change(self, self._retranslate)
        theme.changed.connect(self._paint)
        self.show_interview(None)

    def _build(self) -> None:
        self.edit_positions = QPushButton()
        self.edit_positions.setProperty("class", "quiet")
        self.edit_positions.clicked.connect(self.positionsRequested)
        self.open = QPushButton()
        self.open.setProperty("class", "primary")
        self.open.clicked.connect(self._open)
        self.analyse = QPushButton()
        self.analyse.clicked.connect(self._analyse_or_cancel)
        self.add_recording = QPushButton()
        self.add_recording.setProperty("class", "primary")
        self.add_recording.clicked.connect(self._ask_for_recording)
        self._labels = [QLabel() for _ in FORM]
        form = QFormLayout()
        form.setVerticalSpacing(theme.SPACE)
        row = QHBoxLayout()
        row.addWidget(self.position, 1)
        row.addWidget(self.edit_positions)
        form.addRow(self._labels[0], self.name)
        form.addRow(self._labels[1], row)
        form.addRow(self._labels[2], self.round)
        form.addRow(self._labels[3], self.consent)
        form.addRow(self._labels[4], self.speech)
        fields = (self.name, self.position, self.round, self.consent.button, self.speech.spoken)
        for label, field in zip(self._labels, fields, strict=True):
            label.setProperty("class", "muted")
            label.setBuddy(field)
        self.empty = QLabel()
        self.empty.setProperty("class", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.body = QWidget()
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        upper = QWidget()
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(10)
        for widget in (self.picture, self.title, self.facts):
            above.addWidget(widget)
        above.addLayout(form)
        above.addWidget(self.hr)
        above.addStretch(1)
        self.upper = _Tall(upper)
        column.addWidget(self.upper, 1)
        ending: tuple[QWidget, ...] = (self.state, self.progress, self.analyse, self.open, self.add_recording)
        for part in ending:
            column.addWidget(part)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 14, 14, 14)
        outer.addWidget(self.body, 1)
        outer.addWidget(self.empty, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: as large a picture as there is room for."""
        super().resizeEvent(event)
        if self.interview is not None and self._measured() != self._wide:
            self._show_picture(self.interview)

    def _measured(self) -> int:
        """The picture's width (before scaling) for the room that there is."""
        left = self.height() - (0 if self.hr.said.empty else theme.scaled(SAID_HEIGHT))
        return next((wide for least, wide in PICTURES.items() if left >= theme.scaled(least)), 0)

    def show_interview(self, interview: Interview | None) -> None:
        """Show one interview, or say that none is chosen."""
        self.interview = interview
        self.body.setVisible(interview is not None)
        self.empty.setVisible(interview is None)
        if interview is not None:
            self._fill(interview)

    def _fill(self, interview: Interview) -> None:
        writable = not self._library.read_only
        self.title.setText(interview.title)
        self.facts.setText(self._facts(interview))
        for field in (self.name, self.position, self.round, self.analyse):
            field.setEnabled(writable)
        self.name.show_words(interview.candidate.name)
        with QSignalBlocker(self.round):
            self.round.setValue(interview.round)
        self._fill_positions(interview)
        self.consent.show_interview(interview)
        self.speech.show_interview(interview, enabled=writable)
        self.hr.show_interview(interview)
        self._show_picture(interview)
        self._show_state(interview)

    def _fill_positions(self, interview: Interview) -> None:
        with QSignalBlocker(self.position):
            self.position.clear()
            self.position.addItem(text.tr("library.no_position"), None)
            for position in self._library.positions():
                self.position.addItem(position.title, position.id)
            current = interview.position.id if interview.position else None
            self.position.setCurrentIndex(max(0, self.position.findData(current)))
            self.position.setToolTip(plain_tip(self.position.currentText()))

    def _facts(self, interview: Interview) -> str:
        at = interview.scheduled_at
        when = both_clocks(at, interview.time_zone) if at else added(interview.created)
        parts = [when, text.tr(f"library.status_{interview.status}")]
        media = interview.media
        if media:
            kind = "both" if media.has_video and media.has_audio else "video" if media.has_video else "audio"
            parts += [text.timecode(media.duration_s or 0), text.tr(f"library.kind_{kind}")]
            parts.append(f"{media.bytes / 1e6:.1f} MB")
        return " · ".join(parts)

    def _show_picture(self, interview: Interview) -> None:
        self._wide = self._measured()
        width = theme.scaled(self._wide)
        self.picture.setVisible(bool(width))
        media = interview.media
        stored = self._library.vault.thumbnail(media.sha256) if media else None
        picture = QPixmap()
        if stored and picture.loadFromData(stored):
            mode = Qt.TransformationMode.SmoothTransformation
            self.picture.setPixmap(picture.scaledToWidth(width, mode))
        else:
            self.picture.setPixmap(icons.icon("audio", "faint").pixmap(width // 3, width // 3))

    def _show_state(self, interview: Interview) -> None:
        busy = interview.analysis_state in BUSY
        self.progress.setVisible(busy)
        waits, growing = interview.media is None, self._library.being_recorded(interview.id)
        self.analyse.setVisible(not waits)
        self.analyse.setEnabled(not growing and not self._library.read_only)
        self.open.setVisible(not waits)
        self.add_recording.setVisible(waits and not growing)
        self.add_recording.setEnabled(not self._library.read_only)
        again = interview.analysis_state == AnalysisState.DONE
        self.analyse.setText(
            text.tr("library.cancel" if busy else "library.analyse_again" if again else "library.analyse")
        )
        said = text.tr("library.waits_for_recording") if waits else self._analysis_line(interview)
        if growing:
            said = text.tr("library.being_recorded")
        elif can_go_on(self._library, interview.id):
            said = "\n".join((text.tr("library.cut_off"), said))
        log = self._library.redactions(interview.id)
        self.state.setText("\n".join(filter(None, (said, self._redacted(interview, log)))))
        self.state.setToolTip(plain_tip("\n".join(log_lines(log))))

    def _redacted(self, interview: Interview, log: tuple[Redaction, ...]) -> str:
        """What was taken out of the recording, by its log."""
        if not log:
            return ""
        left = self._library.left_here(interview.id)
        there = sum(len(each.files) for each in lying_there(self._library) if each.interview_id == interview.id)
        lines = [
            text.tr("redact.log", what=_spans(log)),
            text.tr("redact.left_here", what=_spans(left)) if left else "",
            text.tr("redact.lies_there", n=there) if there else "",
        ]
        return "\n".join(filter(None, lines))

    def _analysis_line(self, interview: Interview) -> str:
        """Where the analysis stands; of a finished one also which stages failed."""
        state = text.tr(f"library.analysis_{interview.analysis_state}")
        lacks = ""
        if interview.analysis_state == AnalysisState.DONE:
            try:
                lacks = named(failed(self._library.missing(interview.id)), text.language())
            except Failure as failure:
                return text.sentence(failure)
        key = "library.analysis_lacks" if lacks else "library.analysis_line"
        line = text.tr(key, state=state, what=lacks)
        return f"{line}\n{text.tr('after.cut_first')}" if interview.cut_first else line

    def show_progress(self, interview_id: str, share: float | None, words: str) -> None:
        """The running analysis's share done (0..1) and what it is doing."""
        if self.interview is None or self.interview.id != interview_id or share is None:
            return
        self.progress.setVisible(True)
        self.progress.setValue(round(share * 1000))
        self.state.setText(words)
        self.analyse.setText(text.tr("library.cancel"))

    def show_joining(self, interview_id: str, share: float) -> None:
        """So much (0..1) of a recording is joined that went on after a crash."""
        if self.interview is None or self.interview.id != interview_id:
            return
        self.progress.setVisible(True)
        self.progress.setValue(round(share * 1000))
        self.state.setText(text.tr("library.joining", share=text.percent(share)))

    def waits_for_recording(self) -> str:
        """The id of the interview that is shown, if it has no recording yet and may be given one; else ""."""
        interview = self.interview
        return interview.id if interview and interview.media is None and not self._library.read_only else ""

    def _ask_for_recording(self) -> None:
        if waiting := self.waits_for_recording():
            self.recordingAsked.emit(waiting)

    def _open(self) -> None:
        if self.interview is not None:
            self.openRequested.emit(self.interview.id)

    def _analyse_or_cancel(self) -> None:
        if self.interview is None:
            return
        busy = self.interview.analysis_state in BUSY
        (self.cancelRequested if busy else self.analyseRequested).emit(self.interview.id)

    def _save_name(self) -> None:
        interview, name = self.interview, self.name.text().strip()
        if interview and name and name != interview.candidate.name:
            candidate = self._library.save_candidate(replace(interview.candidate, name=name))
            self._keep(replace(interview, candidate=candidate))

    def _save_position(self) -> None:
        chosen = self.position.currentData()
        interview = self.interview
        if interview and chosen != (interview.position.id if interview.position else None):
            position = self._library.position(chosen) if chosen else None
            self._keep(self._library.save_interview(replace(interview, position=position)))

    def _save_round(self) -> None:
        if self.interview and self.round.value() != self.interview.round:
            self._keep(self._library.save_interview(replace(self.interview, round=self.round.value())))

    def _keep(self, saved: Interview) -> None:
        """Go on from what was saved: the next change must not be made to what stood there before."""
        self.interview = saved
        self.speech.show_interview(saved, enabled=True)

    def _retranslate(self) -> None:
        for label, key in zip(self._labels, FORM, strict=True):
            label.setText(text.tr(f"library.{key}"))
        self.name.setAccessibleName(text.tr("library.column_candidate"))
        self.position.setAccessibleName(text.tr("library.column_position"))
        self.round.setAccessibleName(text.tr("library.round"))
        self.progress.setAccessibleName(text.tr("library.column_analysis"))
        self.edit_positions.setText(text.tr("library.edit_positions"))
        self.open.setText(text.tr("library.open_review"))
        self.add_recording.setText(text.tr("library.add_recording"))
        self.empty.setText(text.tr("library.none_chosen"))
        if self.interview:
            self._fill(self.interview)

    def _paint(self) -> None:
        if self.interview:
            self._show_picture(self.interview)


def _spans(log: Sequence[Redaction]) -> str:
    """Stretches with the reasons for which they were taken out."""
    said = [
        text.tr(
            "redact.span", stretch=text.stretch(each.start, each.end), reason=text.tr(f"redact.reason_{each.reason}")
        )
        for each in log
    ]
    return text.tr("library.list_comma").join(said)
