"""Before the interview begins: what records it, and how it is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, cast

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from analysis.failures import Failure
from app.domain.kit import LONGEST_S, SILENT, Answers, Kit
from app.domain.types import Interview
from app.kit_words import minutes_text, retakes_words
from app.recording import consent
from app.recording.holding import usual_here
from app.recording.kinds import Kind
from app.recording.running import planned
from app.settings import SettingsFile
from app.store.library import Library
from app.text import tr
from ui import language, theme
from ui.kit.dialog import KitDialog

if TYPE_CHECKING:
    from ui.record.capture.choice import Choice

SECOND_SCREEN = "record.second_screen"


class Panel(Protocol):
    """What chooses sources: `ui.record.setup.SetupPanel`."""

    choiceChanged: Any

    def choice(self) -> Choice | None:
        """What is chosen; None where something is lacking."""

    def keyed(self) -> Sequence[QWidget]:
        """What may have the keyboard, in the order of the tabulator."""

    def close_sources(self) -> None:
        """Let go of all devices, so that the recording can open them."""


MakePanel = Callable[[SettingsFile, frozenset[Kind]], QWidget]


def real_panel(settings: SettingsFile, allowed: frozenset[Kind]) -> QWidget:
    """The product's own."""
    from ui.record.setup import SetupPanel

    return SetupPanel(settings, allowed)


class SetupPage(QWidget):
    """`begun` has the choice, None = without a recording; `left`: back to the consent."""

    begun = Signal(object)
    left = Signal()
    failed = Signal(object)

    def __init__(
        self, library: Library, settings: SettingsFile, make_panel: MakePanel = real_panel,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._library, self._settings, self._make_panel = library, settings, make_panel
        self._interview: Interview | None = None
        self.panel: QWidget | None = None
        self.title, self.without, self.kit = QLabel(), QLabel(), QLabel()
        self.minutes, self.retake, self.answers = QSpinBox(), QCheckBox(), QComboBox()
        self.second = QCheckBox()
        self.begin, self.back, self.edit = QPushButton(), QPushButton(), QPushButton()
        self._labels = [QLabel() for _ in range(3)]
        self._place = QVBoxLayout()
        for each in Answers:
            self.answers.addItem("", str(each))
        self._build()
        self._read()
        self._connect()
        language.on_change(self, self._retell)

    def show_interview(self, interview: Interview) -> None:
        """Set up for an interview, as far as its candidate agreed."""
        self._interview = interview
        self._read()
        self.drop_panel()
        allowed = consent.may_record(self._library.consent(interview.id))
        self.without.setVisible(not allowed)
        if allowed:
            self.panel = self._make_panel(self._settings, allowed)
            self._place.addWidget(self.panel, 1)
            cast("Panel", self.panel).choiceChanged.connect(self._weigh)
            self._order_keys(cast("Panel", self.panel))
        self._retell()

    def _order_keys(self, panel: Panel) -> None:
        """The tabulator goes as the eye does: what records, how it is held, then Back and Begin.

        Qt (6.11) puts no spin box elsewhere, so the panel comes before the fields: behind the title, which has to take
        the keyboard for as long as that lasts.
        """
        self.title.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for before, after in pairwise((self.title, *panel.keyed())):
            QWidget.setTabOrder(before, after)
        self.title.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def drop_panel(self) -> None:
        """Let go of all devices."""
        if self.panel is not None:
            cast("Panel", self.panel).close_sources()
            self._place.removeWidget(self.panel)
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None

    def go(self) -> None:
        """Begin, where all that is needed is chosen."""
        if not self.begin.isEnabled():
            return
        choice = cast("Panel", self.panel).choice() if self.panel is not None else None
        self.drop_panel()
        self.begun.emit(choice)

    def _weigh(self) -> None:
        ready = self.panel is None or cast("Panel", self.panel).choice() is not None
        self.begin.setEnabled(ready and not self._library.read_only)

    def _kit(self) -> Kit:
        return self._interview.position.kit if self._interview and self._interview.position else SILENT

    def _read(self) -> None:
        """As the kit says, and where it says nothing as is set here; the kit's own is no setting of this computer."""
        values, said = self._settings.values, self._kit().usual
        usual = said.over(usual_here(values))
        fields = (self.minutes, self.answers, self.retake, self.second)
        blockers = [QSignalBlocker(field) for field in fields]
        self.minutes.setRange(1, round(LONGEST_S / 60))
        self.minutes.setValue(max(1, values.question_s // 60) if said.seconds is None else 1)
        self.retake.setChecked(bool(usual.retakes))
        self.answers.setCurrentIndex(max(0, self.answers.findData(str(usual.answers))))
        self.second.setChecked(bool(values.layout.get(SECOND_SCREEN, False)))
        for field, decided in zip(fields, (said.seconds, said.answers, said.retakes), strict=False):
            field.setEnabled(decided is None)
        del blockers

    def _keep(self) -> None:
        values: dict[str, Any] = {"layout": {**self._settings.values.layout, SECOND_SCREEN: self.second.isChecked()}}
        if self.minutes.isEnabled():
            values["question_s"] = 60 * self.minutes.value()
        if self.answers.isEnabled():
            values["answers"] = self.answers.currentData()
        if self.retake.isEnabled():
            values["retake"] = self.retake.isChecked()
        self._settings.change(**values)
        self._tell_kit()

    def edit_kit(self) -> None:
        """Edit the kit of the interview's position."""
        if self._interview is not None and self._interview.position is not None:
            try:
                dialog = KitDialog(self._library, self._interview.position.id, self)
            except Failure as failure:
                self.failed.emit(failure)
                return
            dialog.saved.connect(self._kit_saved)
            dialog.open()

    def _kit_saved(self) -> None:
        if self._interview is not None:
            self._interview = self._library.interview(self._interview.id)
            self._read()
            self._retell()

    def _connect(self) -> None:
        self.minutes.valueChanged.connect(self._keep)
        self.retake.toggled.connect(self._keep)
        self.answers.activated.connect(self._keep)
        self.second.toggled.connect(self._keep)
        self.edit.clicked.connect(self.edit_kit)
        self.begin.clicked.connect(self.go)
        self.back.clicked.connect(self._leave)

    def _leave(self) -> None:
        self.drop_panel()
        self.left.emit()

    def _build(self) -> None:
        self.title.setProperty("class", "title")
        for label in (self.title, self.without, self.kit):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.kit.setProperty("class", "muted")
        options = QFrame()
        options.setProperty("class", "panel")
        options.setFixedWidth(theme.scaled(250))
        form = QFormLayout(options)
        form.setContentsMargins(*(theme.scaled(16),) * 4)
        form.setVerticalSpacing(theme.scaled(12))
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.minutes.lineEdit().setTextMargins(theme.SPACE, 0, 0, 0)
        for label, field in zip(self._labels, (self.minutes, self.answers, self.retake), strict=True):
            form.addRow(label, field)
        form.addRow(self.second)
        form.addRow(self.kit)
        form.addRow(self.edit)
        row = QHBoxLayout()
        self.begin.setProperty("class", "primary")
        self.back.setProperty("class", "quiet")
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.begin)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(theme.scaled(16),) * 4)
        whole.setSpacing(theme.scaled(12))
        whole.addWidget(self.title)
        whole.addWidget(self.without)
        body = QHBoxLayout()
        body.setSpacing(theme.scaled(12))
        body.addLayout(self._place, 1)
        body.addWidget(options, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(body, 1)
        whole.addLayout(row)

    def _tell_kit(self) -> None:
        questions = self._interview.position.questions if self._interview and self._interview.position else ()
        kit = self._kit()
        whole = sum(each.seconds for each in planned(questions, usual_here(self._settings.values), kit))
        length = tr("record.kit_length", n=len(questions), minutes=round(whole / 60))
        words = [length if questions else tr("record.no_kit")]
        if own := sum(words in kit.own for words in questions):
            words.append(tr("kit.own_count", n=own))
        self.kit.setText("\n".join(words))
        self.edit.setVisible(self._interview is not None and self._interview.position is not None)

    def _retell(self) -> None:
        name = self._interview.title if self._interview else ""
        self.title.setText(tr("record.setup_title", name=name))
        self.without.setText(tr("record.setup_without"))
        for label, key, field in zip(self._labels, ("question_minutes", "answers", "retakes"),
                                     (self.minutes, self.answers, self.retake), strict=True):  # fmt: skip
            words = tr(f"record.{key}")
            label.setText(words if field.isEnabled() else tr("kit.by_kit", what=words))
            field.setAccessibleName(label.text())
        said = self._kit().usual
        told = tr("kit.minutes", n=minutes_text(said.seconds)) if said.seconds is not None else ""
        self.minutes.setSpecialValueText(told)
        self.minutes.setSuffix(tr("schedule.minutes_suffix"))
        allowed = tr("record.retakes_allowed")
        self.retake.setText(allowed if said.retakes is None else retakes_words(said.retakes))
        self.edit.setText(tr("kit.edit"))
        self.second.setText(tr("record.second_screen_box"))
        for row, each in enumerate(Answers):
            self.answers.setItemText(row, tr(f"record.answers_{each}"))
        self.begin.setText(tr("record.begin" if self.panel is not None else "record.begin_without"))
        self.back.setText(tr("record.back"))
        self._tell_kit()
        self._weigh()
