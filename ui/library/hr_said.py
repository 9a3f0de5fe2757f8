"""What the HR system says of the chosen interview: marked as its own, folded where it is long, never edited here.

What others wrote of earlier interviews stays behind a click until the own assessment is signed; the click is audited.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from analysis.failures import Failure
from app import text
from app.domain.types import Interview
from app.pulled import moment
from app.said import Said, SaidDocument, earlier_feedback, has_signed, said_of
from app.schedule.zones import both_clocks
from app.store.library import Library
from sync.contract import RemoteCustom, RemoteEvent, RemoteFeedback
from ui import icons, language, theme
from ui.documents.viewer import DocumentWindow
from ui.widgets.plain import literal, plain_tip

LONG, LINES = 160, 5
"""What has more characters or lines than this is folded at first."""


class Folded(QWidget):
    """A heading that opens and closes what is below it."""

    def __init__(self, key: str, *, is_open: bool, count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._count = key, count
        self.is_open = is_open
        self.heading = QPushButton()
        self.heading.setProperty("class", "quiet")
        self.heading.clicked.connect(self.turn)
        self.body = QLabel()
        self.body.setTextFormat(Qt.TextFormat.PlainText)
        self.body.setWordWrap(True)
        self.body.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.body.setContentsMargins(theme.scaled(22), 0, 0, theme.scaled(4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.body)
        self._paint()

    def tell(self, words: str) -> None:
        """What is below the heading."""
        title = text.tr(self._key)
        self.heading.setText(f"{title} ({self._count})" if self._count else title)
        self.body.setText(words)

    def turn(self) -> None:
        """Open what is folded, fold what is open."""
        self.is_open = not self.is_open
        self._paint()

    def _paint(self) -> None:
        self.heading.setIcon(icons.icon("chevron_down" if self.is_open else "chevron_right", "muted"))
        self.heading.setIconSize(QSize(theme.scaled(12), theme.scaled(12)))
        self.heading.setAccessibleDescription(text.tr("said.open" if self.is_open else "said.folded"))
        self.body.setVisible(self.is_open)


class HrSaid(QWidget):
    """What the HR system says of one interview; hidden where it says nothing."""

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._interview: Interview | None = None
        self._opened_for = ""
        self.said = Said()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._held = QWidget()
        self._column.addWidget(self._held)
        self.sections: dict[str, Folded] = {}
        self.documents: list[QPushButton] = []
        self.look = QPushButton()
        self.window_shown: DocumentWindow | None = None
        language.on_change(self, self._tell)
        theme.changed.connect(self._tell)

    def show_interview(self, interview: Interview | None) -> None:
        """Show what the HR system says of one interview."""
        if interview is None or self._interview is None or interview.id != self._interview.id:
            self._opened_for, self.sections = "", {}
        self._interview = interview
        said = said_of(self._library, interview) if interview is not None else Said()
        self.said = said
        self.setVisible(not said.empty)
        self._tell()

    def _tell(self) -> None:
        before, held = self._held, QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.scaled(6))
        mark = QLabel(text.tr("said.from_hr"))
        mark.setProperty("class", "badge")
        mark.setToolTip(plain_tip(text.tr("said.from_hr_help")))
        column.addWidget(mark, 0, Qt.AlignmentFlag.AlignLeft)
        open_before = {key: one.is_open for key, one in self.sections.items()}
        self.sections, self.documents = {}, []
        if self.said.deleted:
            column.addWidget(_small(text.tr("said.deleted")))
        if self.said.closed:
            column.addWidget(_small(text.tr("said.closed")))
        if self.said.cancelled:
            column.addWidget(_small(text.tr("said.cancelled")))
        for document in self.said.documents:
            column.addLayout(self._document_row(document))
        for key, words, count in self._parts():
            if words:
                is_open = open_before.get(key, len(words) <= LONG and words.count("\n") < LINES)
                self.sections[key] = Folded(f"said.{key}", is_open=is_open, count=count)
                self.sections[key].tell(words)
                column.addWidget(self.sections[key])
        if self.said.feedback and self._interview is not None:
            column.addWidget(self._feedback(self._interview))
        self._column.replaceWidget(before, held)
        held.show()
        before.hide()
        before.deleteLater()  # it may hold the very button that was clicked
        self._held = held

    def _parts(self) -> tuple[tuple[str, str, int], ...]:
        said = self.said
        return (
            ("requirements", said.requirements, 0),
            ("position_fields", _lines_of(said.position), 0),
            ("candidate_fields", _lines_of(said.candidate), 0),
            ("schedule", "\n".join(map(self._round, said.rounds)), len(said.rounds)),
            ("history", "\n".join(map(self._event, said.history)), len(said.history)),
        )

    def _document_row(self, document: SaidDocument) -> QHBoxLayout:
        row = QHBoxLayout()
        size = f" · {document.size / 1e6:.1f} MB" if document.size and document.size >= 50_000 else ""
        if not document.sha256:
            why = text.tr(f"said.document_{document.problem}")
            row.addWidget(_small(f"{document.name}{size}\n{why}"), 1)
            return row
        button = QPushButton(icons.icon("person", "text"), literal(text.tr("said.open_document")))
        button.setIconSize(icons.size())
        button.setToolTip(plain_tip(document.name))
        button.setAccessibleName(f"{text.tr('said.open_document')} {document.name}")
        button.clicked.connect(lambda: self.open_document(document))
        self.documents.append(button)
        row.addWidget(button)
        row.addWidget(_small(f"{document.name}{size}"), 1)
        return row

    def open_document(self, document: SaidDocument) -> None:
        """Show a file in a window of the program; the look is audited where the library may be written."""
        if self._interview is None:
            return
        try:
            with self._library.vault.open_document(document.sha256) as file:
                content = file.read()
        except Failure:
            self.show_interview(self._interview)
            return
        if not self._library.read_only:
            self._library.record("document_opened", self._interview.id, document.sha256)
        self.window_shown = DocumentWindow(document.name, content, self.window())
        self.window_shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.window_shown.open()

    def _feedback(self, interview: Interview) -> QWidget:
        """Earlier feedback: at once for who has signed, else behind a click that says why."""
        signed = has_signed(self._library, interview)
        if signed or self._opened_for == interview.id:
            found = earlier_feedback(self._library, interview, look=False)
            part = Folded("said.feedback", is_open=True, count=len(found))
            part.tell("\n\n".join(map(self._told, found)))
            self.sections["feedback"] = part
            return part
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        title = QLabel(f"{text.tr('said.feedback')} ({self.said.feedback})")
        column.addWidget(title)
        column.addWidget(_small(text.tr("said.feedback_why")))
        self.look = QPushButton(text.tr("said.feedback_look"))
        self.look.setEnabled(not self._library.read_only)
        self.look.clicked.connect(self._look)
        column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _look(self) -> None:
        if self._interview is None:
            return
        earlier_feedback(self._library, self._interview)
        self._opened_for = self._interview.id
        self._tell()

    def _round(self, interview: Interview) -> str:
        at = interview.scheduled_at
        when = both_clocks(at, interview.time_zone) if at else text.tr("said.no_time")
        return text.tr("said.round", n=interview.round, when=when, status=text.tr(f"library.status_{interview.status}"))

    def _event(self, line: RemoteEvent) -> str:
        parts = (self._when(line.at), line.kind, line.by)
        return f"{' · '.join(filter(None, parts))}\n{line.text}"

    def _told(self, one: RemoteFeedback) -> str:
        round_ = text.tr("said.round_only", n=one.round) if one.round else ""
        score = ""
        if one.score is not None:
            key = "said.score" if one.top else "said.score_only"
            score = text.tr(key, score=f"{one.score:g}", top=f"{one.top:g}" if one.top else "")
        head = " · ".join(filter(None, (self._when(one.at), one.by, round_)))
        verdict = " · ".join(filter(None, (score, one.conclusion)))
        return "\n".join(filter(None, (head, verdict, one.text)))

    def _when(self, at: str) -> str:
        when = moment(at)
        zone = self._interview.time_zone if self._interview is not None else "UTC"
        return both_clocks(when, zone) if when else at


def _lines_of(fields: tuple[RemoteCustom, ...]) -> str:
    return "\n".join(text.tr("said.field", title=one.title, value=one.value) for one in fields)


def _small(words: str) -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("class", "small")
    label.setWordWrap(True)
    return label
