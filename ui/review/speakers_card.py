"""Who speaks: a card with a row for each voice, where it gets its name and its role, and can be listened to."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from analysis.document import Role
from app.text import tr
from ui import icons, language, theme
from ui.review.controls import IconButton, icon_size, plain_label, restyle
from ui.review.exchange_lane import ROLE_TOKENS
from ui.review.flow import FlowLayout
from ui.review.model import CorrectionDraft, Recording
from ui.review.placing import beside
from ui.review.voices import longest_turn, name_drafts, role_drafts, role_words, unnamed, voice_name
from ui.widgets.plain import plain_tip

WIDTH = 360
EDGE, BETWEEN = 12, 8
LONGEST = 60
"""Characters of a name."""


class VoiceMark(QWidget):
    """A role's colour, as in the transcript and on the timeline, in a shape of its own: square, circle, triangle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.role = Role.OTHER
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_role(self, role: Role) -> None:
        """Show another role."""
        self.role = role
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(14), theme.scaled(14))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(ROLE_TOKENS[self.role]))
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.role is Role.CANDIDATE:
            painter.drawEllipse(area)
        elif self.role is Role.INTERVIEWER:
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        else:
            top = QPointF(area.center().x(), area.top())
            painter.drawPolygon(QPolygonF([top, area.bottomRight(), area.bottomLeft()]))
        painter.end()


class VoiceRow(QWidget):
    """One voice: its mark, its name, its longest turn to listen to, and its role. `roleChosen` has the role it gets."""

    roleChosen = Signal(object)

    def __init__(self, speaker: str) -> None:
        super().__init__()
        self.speaker = speaker
        self.mark = VoiceMark()
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST)
        self.play = QToolButton()
        self.play.setAutoRaise(True)
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.roles = {role: self._role_button(role) for role in Role}
        self._given, self._role = "", Role.OTHER
        chosen = QWidget()
        flow = FlowLayout(chosen, spacing=2)
        for button in self.roles.values():
            flow.addWidget(button)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 2, 0)
        grid.setHorizontalSpacing(BETWEEN)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.play, 0, 2)
        grid.addWidget(chosen, 1, 1, 1, 2)

    def _role_button(self, role: Role) -> QPushButton:
        button = QPushButton()
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        restyle(button, "quiet")
        button.clicked.connect(lambda _=False: self._choose(role))
        return button

    def controls(self) -> list[QWidget]:
        """What the keyboard goes through, in order."""
        return [self.name, self.play, *self.roles.values()]

    def show_voice(self, recording: Recording, *, editable: bool, playable: bool) -> None:
        """Show what the document says of the voice; a name that is being typed stays as it is."""
        speakers, words = recording.analysis.speakers, role_words(recording.candidate)
        given = speakers.names.get(self.speaker, "")
        if self.name.text() == self._given:
            self.name.setText(given)
        self._given, self._role = given, speakers.roles.get(self.speaker, Role.OTHER)
        who = tr("review.voice", name=voice_name(speakers, self.speaker, words), number=self.speaker)
        self.mark.show_role(self._role)
        self.name.setPlaceholderText(unnamed(speakers, self.speaker, words))
        self.name.setToolTip(plain_tip(self.name.placeholderText()))
        self.name.setAccessibleName(tr("review.name_of", who=who))
        self.name.setEnabled(editable)
        turn = longest_turn(recording.analysis.speakers.turns, self.speaker)
        self.play.setIcon(icons.icon("play", "accent"))
        self.play.setIconSize(icon_size())
        self.play.setToolTip(tr("review.play_longest"))
        self.play.setAccessibleName(tr("review.play_longest_of", who=who))
        self.play.setEnabled(playable and turn.end > turn.start)
        for role, button in self.roles.items():
            title = tr(f"review.role_{role.value}")
            button.setText(title)
            button.setChecked(role is self._role)
            button.setEnabled(editable)
            button.setAccessibleName(tr("review.role_of", who=who, role=title))

    def _choose(self, role: Role) -> None:
        """A click asks for a role; the buttons go on showing the one that the voice has."""
        for each, button in self.roles.items():
            button.setChecked(each is self._role)
        if role is not self._role:
            self.roleChosen.emit(role)


class SpeakersCard(QFrame):
    """A row for each voice. Enter saves all names at once, a click on a role gives it at once, Escape closes.

    `corrected` has the corrections that belong together; `playAsked` the longest turn of a voice, from and to (s);
    `typed` says that `being_written` may have changed.
    """

    corrected = Signal(list)
    playAsked = Signal(float, float)
    closed = Signal()
    typed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("speakers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rows: dict[str, VoiceRow] = {}
        self._recording: Recording | None = None
        self._editable = self._playable = True
        self.title = plain_label("heading")
        self.close_it = IconButton("cross", "review.close_card")
        self.scroller = QScrollArea()
        self.save_it = QPushButton()
        self.save_it.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        restyle(self.save_it, "primary")
        self._build()
        self.close_it.clicked.connect(self.closed)
        self.save_it.clicked.connect(self.save)
        self.hide()
        theme.changed.connect(self._tell)
        language.on_change(self, self._tell)

    def _build(self) -> None:
        head = self._head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_it)
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = self._whole = QVBoxLayout(self)
        whole.setSpacing(BETWEEN)
        whole.addLayout(head)
        whole.addWidget(self.scroller, 1)
        whole.addWidget(self.save_it, 0, Qt.AlignmentFlag.AlignRight)

    # What it shows

    def show_voices(self, recording: Recording, *, editable: bool, playable: bool) -> None:
        """Show the voices of a recording; rows of the same voices stay, with what is being typed in them."""
        self._recording, self._editable, self._playable = recording, editable, playable
        if list(self.rows) != list(recording.analysis.speakers.roles):
            self._make_rows(list(recording.analysis.speakers.roles))
        self._tell()

    def forget(self) -> None:
        """Drop the rows and what was typed in them."""
        self._recording = None
        self._make_rows([])
        self.typed.emit()

    def being_written(self) -> dict[str, str] | None:
        """The names that were typed and not given yet, by speaker; None where there are none."""
        return {draft.before: draft.after for draft in self._drafts()} or None

    def go_on_writing(self, names: Mapping[str, str]) -> list[str]:
        """Type these in again; the names whose voices are not here."""
        for speaker in self.rows.keys() & names.keys():
            self.rows[speaker].name.setText(names[speaker])
        return [name for speaker, name in names.items() if speaker not in self.rows]

    def bring(self, speaker: str) -> None:
        """Give the keys to a voice's name, to the first one where there is no such voice; read-only to the card."""
        row = self.rows.get(speaker) or next(iter(self.rows.values()), None)
        if row is None or not self._editable:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.scroller.ensureWidgetVisible(row)
        row.name.setFocus(Qt.FocusReason.OtherFocusReason)
        row.name.selectAll()

    def _make_rows(self, listed: list[str]) -> None:
        old, body = self.scroller.takeWidget(), QWidget()
        if old is not None:
            old.deleteLater()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(BETWEEN + 2)
        self.rows = {speaker: VoiceRow(speaker) for speaker in listed}
        for speaker, row in self.rows.items():
            row.roleChosen.connect(lambda role, speaker=speaker: self._give_role(speaker, role))
            row.name.textChanged.connect(self.typed)
            row.play.clicked.connect(lambda _=False, speaker=speaker: self._play(speaker))
            column.addWidget(row)
        column.addStretch(1)
        self.scroller.setWidget(body)
        order = [control for row in self.rows.values() for control in row.controls()]
        for first, second in pairwise([*order, self.save_it, self.close_it]):
            QWidget.setTabOrder(first, second)

    def _tell(self) -> None:
        self._restyle()
        self.title.setText(tr("review.speaker_names"))
        self.setAccessibleName(tr("review.speaker_names"))
        self.setAccessibleDescription(tr("review.speaker_keys"))
        self.save_it.setText(tr("review.save_names"))
        self.save_it.setToolTip(tr("review.speaker_keys"))
        self.save_it.setVisible(self._editable)
        if self._recording is not None:
            for row in self.rows.values():
                row.show_voice(self._recording, editable=self._editable, playable=self._playable)

    # What it does

    def save(self) -> None:
        """Give all names that were typed, together, and close. Where they cannot be saved they stay in sight."""
        drafts = self._drafts()
        if drafts:
            self.corrected.emit(drafts)
        if not self._drafts():
            self.closed.emit()

    def _drafts(self) -> list[CorrectionDraft]:
        if self._recording is None or not self._editable:
            return []
        return name_drafts(self._recording.analysis, {row.speaker: row.name.text() for row in self.rows.values()})

    def _give_role(self, speaker: str, role: Role) -> None:
        if self._recording is not None:
            self.corrected.emit(role_drafts(self._recording.analysis, speaker, role))

    def _play(self, speaker: str) -> None:
        if self._recording is not None:
            turn = longest_turn(self._recording.analysis.speakers.turns, speaker)
            self.playAsked.emit(turn.start, turn.end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: what is not the card's own goes on to the room."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    # Where it lies

    def place(self, anchor: QRect, room: QRect) -> None:
        """Lie below the button that it belongs to, within `room`."""
        width, edge = min(theme.scaled(WIDTH), room.width()), theme.scaled(EDGE)
        foot = self.save_it.sizeHint().height() + BETWEEN if self._editable else 0
        body = self.scroller.widget()
        layout = body.layout() if body is not None else None
        rows = layout.heightForWidth(width - 2 * edge) if layout is not None else 0
        wanted = self._head.sizeHint().height() + BETWEEN + rows + foot + 2 * edge
        self.setGeometry(beside(anchor, room, width, wanted))

    def _restyle(self) -> None:
        ground, border = theme.color("panel").name(), theme.color("accent").name()
        radius, edge = theme.scaled(6), theme.scaled(EDGE)
        self._whole.setContentsMargins(edge, edge - 2, edge - 2, edge - 2)
        self.setStyleSheet(
            f"QFrame#speakers {{ background: {ground}; border: 1px solid {border}; border-radius: {radius}px; }}"
        )
