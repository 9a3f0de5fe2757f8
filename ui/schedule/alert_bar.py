"""A quiet line for each candidate who is late, above the room, with what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import text
from app.schedule.watch import Late
from ui import icons, language, theme
from ui.widgets.one_line import OneLine
from ui.widgets.text_line import TextLine

MOST = 3
"""So many lines are shown; how many more there are is said below them."""


class AlertLine(QWidget):
    """One candidate who is late. Says what a person decided by signals, with the interview's id."""

    arrived = Signal(str)
    postponed = Signal(str)
    absent = Signal(str, str)
    hidden = Signal(str)

    def __init__(self, late: Late, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.late = late
        self.mark, self.label = QLabel(), QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.start, self.postpone, self.absence = QPushButton(), QPushButton(), QPushButton()
        self.start.setProperty("class", "primary")
        self.close_line = QToolButton()
        self.words, self.give, self.back = TextLine(), QPushButton(), QPushButton()
        self.give.setProperty("class", "primary")
        self.back.setProperty("class", "quiet")
        self._asked = (self.start, self.postpone, self.absence)
        self._telling = (self.words, self.give, self.back)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.mark)
        row.addWidget(self.label, 2)
        row.addWidget(self.words, 3)
        for button in (*self._asked, self.give, self.back, self.close_line):
            row.addWidget(button)
        self._connect()
        self.ask_for_words(False)
        language.on_change(self, self._retranslate)
        theme.changed.connect(self._paint)
        self._paint()

    def _connect(self) -> None:
        of = self.late.interview.id
        self.start.clicked.connect(lambda: self.arrived.emit(of))
        self.postpone.clicked.connect(lambda: self.postponed.emit(of))
        self.close_line.clicked.connect(lambda: self.hidden.emit(of))
        self.absence.clicked.connect(partial(self.ask_for_words, True))
        self.back.clicked.connect(partial(self.ask_for_words, False))
        self.give.clicked.connect(self._give)
        self.words.returnPressed.connect(self._give)

    def ask_for_words(self, asked: bool, _checked: bool = False) -> None:
        """Show the field for what is known of somebody who did not come, or the three answers again."""
        for button in self._asked:
            button.setVisible(not asked)
        for widget in self._telling:
            widget.setVisible(asked)
        (self.words if asked else self.absence).setFocus()

    def is_told_of(self) -> bool:
        """Whether somebody is writing in the field."""
        return not self.words.isHidden()

    def show_late(self, late: Late) -> None:
        """The same candidate, some minutes later."""
        self.late = late
        self.label.setText(late.sentence)

    def _give(self) -> None:
        self.absent.emit(self.late.interview.id, self.words.text().strip())

    def _retranslate(self) -> None:
        self.label.setText(self.late.sentence)
        self.start.setText(text.tr("schedule.arrived"))
        self.postpone.setText(text.tr("schedule.postpone"))
        self.absence.setText(text.tr("schedule.absent"))
        self.give.setText(text.tr("schedule.absent_give"))
        self.back.setText(text.tr("schedule.absent_back"))
        self.words.setPlaceholderText(text.tr("schedule.absent_words"))
        self.words.setAccessibleName(text.tr("schedule.absent_words"))
        self.close_line.setAccessibleName(text.tr("schedule.hide"))
        self.close_line.setToolTip(text.tr("schedule.hide"))

    def _paint(self) -> None:
        side = theme.scaled(18)
        self.mark.setPixmap(icons.icon("warning", "warn").pixmap(side, side))
        self.words.setMinimumHeight(theme.scaled(36))
        self.close_line.setIcon(icons.icon("cross"))
        self.close_line.setIconSize(icons.size())


class FoldedLine(QWidget):
    """Who is late in one low line, and the way to all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark, self.label, self.open = QLabel(), OneLine(), QPushButton()
        self.open.setProperty("class", "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.mark)
        row.addWidget(self.label, 1)
        row.addWidget(self.open)


class AlertBar(QFrame):
    """All who are late, the longest waiting first; folded it is one line, which a person opens, and covered it shows
    nobody. `uncovered`: it is not covered any more."""

    uncovered = Signal()
    arrived = Signal(str)
    postponed = Signal(str)
    absent = Signal(str, str)
    hidden = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[AlertLine] = []
        self._late: tuple[Late, ...] = ()
        self._may_fold = self._is_open = self.is_covered = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.more = QLabel()
        self.more.setProperty("class", "small")
        self.folded, self.fold_again = FoldedLine(), QPushButton()
        self.fold_again.setProperty("class", "link")
        self.folded.open.clicked.connect(partial(self._open, True))
        self.fold_again.clicked.connect(partial(self._open, False))
        below = QHBoxLayout()
        below.addWidget(self.more, 1)
        below.addWidget(self.fold_again, 0, Qt.AlignmentFlag.AlignRight)
        self._column = QVBoxLayout(self)
        self._column.addLayout(below)
        self._column.addWidget(self.folded)
        language.on_change(self, self._tell)
        theme.changed.connect(self._paint)
        self._paint()
        self.hide()

    def show_late(self, late: Sequence[Late]) -> None:
        """Show these; a line in which somebody writes stays as it is."""
        shown = {(line.late.interview.id, line.late.planned): line for line in self.lines}
        wanted = {(each.interview.id, each.planned): each for each in late[:MOST]}
        for key, line in shown.items():
            if key not in wanted:
                self._drop(line)
        for key, each in wanted.items():
            if key in shown:
                shown[key].show_late(each)
            else:
                self._add(each)
        self._late = tuple(late)
        self._tell()
        self.setVisible(bool(self.lines) and not self.is_covered)

    def cover(self, *, on: bool) -> None:
        """Somebody reads along whom other candidates' names do not concern, or nobody any more."""
        if on == self.is_covered:
            return
        self.is_covered = on
        self.setVisible(bool(self.lines) and not on)
        if not on:
            self.uncovered.emit()

    def fold(self, folded: bool) -> None:
        """An interview goes on below, or does no more: one line is enough meanwhile."""
        if folded != self._may_fold:
            self._may_fold, self._is_open = folded, False
            self._tell()

    def _open(self, is_open: bool, _checked: bool = False) -> None:
        self._is_open = is_open
        self._tell()
        (self.fold_again if is_open else self.folded.open).setFocus()

    def ask_for_words(self, line: AlertLine) -> None:
        """Ask what is known of somebody who did not come, also where the lines are folded."""
        line.ask_for_words(True)
        self._tell()
        line.words.setFocus()

    def _add(self, late: Late) -> None:
        line = AlertLine(late)
        for name in ("arrived", "postponed", "absent", "hidden"):
            getattr(line, name).connect(getattr(self, name))
        self._column.insertWidget(len(self.lines), line)
        self.lines.append(line)

    def _drop(self, line: AlertLine) -> None:
        self.lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _tell(self) -> None:
        """Show the lines, or the one that stands for all; nobody who writes is folded away."""
        folded = self._may_fold and not self._is_open and not any(line.is_told_of() for line in self.lines)
        for line in self.lines:
            line.setVisible(not folded)
        more = max(0, len(self._late) - MOST)
        self.more.setText(text.tr("schedule.more", n=more))
        self.more.setVisible(more > 0 and not folded)
        self.fold_again.setText(text.tr("schedule.fold"))
        self.fold_again.setVisible(self._may_fold and not folded)
        self.folded.label.show_words(self._names())
        self.folded.open.setText(text.tr("schedule.unfold"))
        self.folded.open.setAccessibleDescription(self._names())
        self.folded.setVisible(folded)
        above, beside = (2, theme.SPACE) if folded else (theme.SPACE, theme.SPACE)
        self._column.setContentsMargins(beside, above, beside, above)

    def _names(self) -> str:
        if len(self._late) == 1:
            return self._late[0].sentence
        names = [each.interview.candidate.name for each in self._late[:MOST]]
        key = "late_names" if len(self._late) <= MOST else "late_names_more"
        return text.tr(f"schedule.{key}", names=text.tr("schedule.comma").join(names), n=len(self._late) - MOST)

    def _paint(self) -> None:
        ground, border = theme.color("veil").name(), theme.color("warn").name()
        radius, side = theme.scaled(6), theme.scaled(16)
        self.folded.mark.setPixmap(icons.icon("warning", "warn").pixmap(side, side))
        self.setStyleSheet(
            f"AlertBar {{ background: {ground}; border: 1px solid {border}; border-radius: {radius}px; }}"
        )
