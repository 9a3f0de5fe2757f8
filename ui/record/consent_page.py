"""What the candidate reads and agrees to, before anything is recorded: large and calm, in the candidate's language.

Notice and points scroll where the window is low; how it is given and what goes on stand below them, always in sight.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import policy, text
from app.domain.types import Consent, ConsentGiven, Interview
from app.outside import gate
from app.outside.services import Chosen
from app.recording import consent
from app.recording.consent import Agreed, Notice
from app.recording.kinds import Kind
from app.settings import SettingsFile
from app.store.library import Library
from ui import language, theme
from ui.library import outside_consent
from ui.record.signature import SignaturePad

WIDTH = 860
WAYS = (ConsentGiven.SIGNED, ConsentGiven.SPOKEN, ConsentGiven.PAPER)


class ConsentPage(QWidget):
    """`given`: what the candidate said is kept, go on; `left`: not now.

    Nothing is ticked beforehand, each point stands alone, and refusing all of them goes on as well.
    """

    given = Signal()
    left = Signal()

    def __init__(self, library: Library, settings: SettingsFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library, self._settings = library, settings
        self._interview: Interview | None = None
        self.notice: Notice | None = None
        self.ticks: dict[str, QCheckBox] = {}
        self.service_ticks: list[tuple[Chosen, QCheckBox]] = []
        self._signed_for: tuple[object, ...] = ()
        self.languages = {name: QPushButton() for name in text.LANGUAGES}
        self.title, self.who, self.said_before = QLabel(), QLabel(), QLabel()
        self.paragraphs = QVBoxLayout()
        self.points = QVBoxLayout()
        self.every = QPushButton()
        self.ways = {way: QPushButton() for way in WAYS}
        self.pages = QStackedWidget()
        self.pad = SignaturePad()
        self.clear = QPushButton()
        self.spoken = QLabel()
        self.said = QCheckBox()
        self.paper = QCheckBox()
        self.agree, self.refuse, self.back = QPushButton(), QPushButton(), QPushButton()
        self._build()
        self._connect()
        language.on_change(self, self._retell)
        theme.changed.connect(self._paint)
        self._paint()

    # What is shown

    def show_interview(self, interview: Interview) -> None:
        """Begin anew for an interview. Raises ConsentNoticeInvalid."""
        self._interview = interview
        before = self._library.consent(interview.id)
        spoken = before.language if before is not None and before.language else _first_language(interview)
        self._unsign()
        self.show_language(spoken, keep=False)
        if before is not None and consent.was_asked(before):
            self._tick(before)
        self._choose_way(ConsentGiven.SIGNED)
        self.said_before.setVisible(consent.was_asked(before))
        self._retell()

    def show_language(self, name: str, *, keep: bool = True) -> None:
        """The notice in a language; what was ticked stays ticked, what was signed in another one does not hold."""
        ticked = {key for key, box in self.ticks.items() if box.isChecked()} if keep else set()
        if keep:
            ticked |= {_key(service) for service, box in self.service_ticks if box.isChecked()}
        self.notice = consent.notice(name, self._library.folder)
        for key, button in self.languages.items():
            button.setChecked(key == self.notice.language)
        self._fill(self.notice, ticked)
        self._retell()

    def _fill(self, shown: Notice, ticked: Collection[str]) -> None:
        _empty(self.paragraphs)
        _empty(self.points)
        for words in shown.paragraphs():
            label = QLabel(words)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setFont(theme.font(16))
            self.paragraphs.addWidget(label)
        self.ticks = {}
        for kind in (Kind.SOUND, Kind.PICTURE):
            self._add_point(str(kind), shown.record[kind])
        rules = policy.profile(self._settings.values.jurisdiction)
        for name in consent.offered(rules, shown):
            self._add_point(name, shown.analyse[name])
        self.service_ticks = [
            (service, self._service(service, shown.language)) for service in outside_consent.offered(self._library)
        ]
        boxes = {**self.ticks, **{_key(service): box for service, box in self.service_ticks}}
        for key, box in boxes.items():
            box.setChecked(key in ticked)
            box.toggled.connect(self._weigh)
        for before, after in pairwise([list(self.languages.values())[-1], *boxes.values(), self.every]):
            QWidget.setTabOrder(before, after)

    def _add_point(self, key: str, words: str) -> None:
        self.ticks[key] = self._box(words)

    def _service(self, service: Chosen, spoken: str) -> QCheckBox:
        """A service's name and host to tick, and below it what the candidate agrees to."""
        box = self._box(outside_consent.words(service, spoken))
        words = QLabel(gate.consent_words(service, spoken))
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setProperty("class", "muted")
        self.points.addWidget(words)
        return box

    def _box(self, words: str) -> QCheckBox:
        box = QCheckBox(words.replace("&", "&&"))
        box.setFont(theme.font(16))
        self.points.addWidget(box)
        return box

    def _tick(self, before: Consent) -> None:
        for key in (*(before.kinds or ()), *before.modalities):
            if key in self.ticks:
                self.ticks[key].setChecked(True)

    # What is chosen

    def agreed(self) -> Agreed:
        """What is ticked."""
        kinds = tuple(kind for kind in Kind if self._is_ticked(str(kind)))
        names = tuple(key for key in self.ticks if key not in tuple(Kind) and self._is_ticked(key))
        return Agreed(kinds, names).settled()

    def way(self) -> ConsentGiven:
        """How it is given."""
        return next(way for way, button in self.ways.items() if button.isChecked())

    def is_confirmed(self) -> bool:
        """Whether it was signed, said, or is on paper."""
        match self.way():
            case ConsentGiven.SIGNED:
                return self.pad.is_signed()
            case ConsentGiven.SPOKEN:
                return self.said.isChecked()
            case _:
                return self.paper.isChecked()

    def tick_all(self) -> None:
        """The candidate agrees to every point."""
        for box in self.ticks.values():
            box.setEnabled(True)
            box.setChecked(True)

    def confirm(self) -> None:
        """Keep it, and go on."""
        if self.agree.isEnabled():
            strokes = self.pad.strokes() if self.way() is ConsentGiven.SIGNED else None
            self._keep(self.agreed(), self.way(), strokes)

    def decline(self) -> None:
        """The candidate agrees to nothing: kept as said, and the interview goes on without a recording."""
        for _, box in self.service_ticks:
            box.setChecked(False)
        self._keep(Agreed(), ConsentGiven.SPOKEN, None)

    def _keep(self, agreed: Agreed, way: ConsentGiven, strokes: dict[str, object] | None) -> None:
        assert self._interview is not None
        assert self.notice is not None
        interview_id, name = self._interview.id, self._interview.candidate.name
        with self._library.together():
            consent.give(self._library, interview_id, agreed, self.notice, way, strokes)
            for service, box in self.service_ticks:
                self._library.record_outside_consent(
                    interview_id, service.purpose, service.host, service.name, agreed=box.isChecked(),
                    text_version=gate.TEXT_VERSION, by=name,
                )  # fmt: skip
        self.given.emit()

    def _is_ticked(self, key: str) -> bool:
        return key in self.ticks and self.ticks[key].isChecked() and self.ticks[key].isEnabled()

    def _weigh(self) -> None:
        """What rests on a kind that is refused cannot be agreed to; what is lacking for going on.

        A signature holds for what was ticked and read when it was given: it goes with any change of that.
        """
        for key, box in self.ticks.items():
            if key not in tuple(Kind):
                box.setEnabled(all(self._is_ticked(base) for base in consent.bases(key)))
        agreed = self.agreed()
        if (stands := self._stands()) != self._signed_for:
            self._signed_for = stands
            self._unsign()
        if self.notice is not None and self._interview is not None:
            self.spoken.setText(consent.spoken_words(self.notice, self._interview.candidate.name, agreed))
        self.agree.setEnabled(bool(agreed.kinds) and self.is_confirmed() and not self._library.read_only)

    def _stands(self) -> tuple[object, ...]:
        """The words that are shown, and what is ticked below them."""
        ticked = frozenset(key for key, box in self.ticks.items() if box.isChecked())
        services = frozenset(_key(service) for service, box in self.service_ticks if box.isChecked())
        shown = (self.notice.language, self.notice.sha256) if self.notice is not None else ()
        return shown, ticked, services

    def _unsign(self) -> None:
        """Neither signed nor said nor on paper."""
        self.pad.clear()
        self.said.setChecked(False)
        self.paper.setChecked(False)

    def _choose_way(self, way: ConsentGiven) -> None:
        self.ways[way].setChecked(True)
        self.pages.setCurrentIndex(WAYS.index(way))
        self.clear.setVisible(way is ConsentGiven.SIGNED)
        self._weigh()

    # How it is built

    def _build(self) -> None:
        column = QVBoxLayout()
        column.setSpacing(theme.scaled(9))
        head = QHBoxLayout()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        head.addWidget(self.title, 1)
        for button in self.languages.values():
            button.setCheckable(True)
            button.setAutoExclusive(True)
            head.addWidget(button)
        column.addLayout(head)
        for label in (self.who, self.said_before):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("class", "muted")
            column.addWidget(label)
        self.paragraphs.setSpacing(theme.scaled(7))
        column.addLayout(self.paragraphs)
        box = QFrame()
        box.setProperty("class", "panel")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(*(theme.scaled(14),) * 4)
        self.points.setSpacing(theme.scaled(4))
        inner.addLayout(self.points)
        self.every.setProperty("class", "link")
        inner.addWidget(self.every, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(box)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setSpacing(theme.scaled(8))
        foot.addLayout(self._ways_row())
        foot.addWidget(self.pages)
        foot.addLayout(self._buttons())
        self._stack(column, foot)

    def _ways_row(self) -> QHBoxLayout:
        row, group = QHBoxLayout(), QButtonGroup(self)
        for way, button in self.ways.items():
            button.setCheckable(True)
            button.setChecked(way is WAYS[0])
            group.addButton(button)
            row.addWidget(button)
            button.clicked.connect(partial(self._choose_way, way))
        row.addStretch(1)
        self.clear.setProperty("class", "link")
        row.addWidget(self.clear)
        self.spoken.setTextFormat(Qt.TextFormat.PlainText)
        self.spoken.setWordWrap(True)
        for widgets in ((self.pad,), (self.spoken, self.said), (self.paper,)):
            page = QWidget()
            line = QVBoxLayout(page)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(theme.scaled(6))
            for widget in widgets:
                line.addWidget(widget)
            line.addStretch(1)
            self.pages.addWidget(page)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.scaled(8))
        self.agree.setProperty("class", "primary")
        self.back.setProperty("class", "quiet")
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.refuse)
        row.addWidget(self.agree)
        return row

    def _stack(self, column: QVBoxLayout, foot: QVBoxLayout) -> None:
        """What is read, which scrolls, over what is done; both as wide as is easily read."""
        self.sheet, self.foot = QWidget(), QWidget()
        self.sheet.setLayout(column)
        self.foot.setLayout(foot)
        scroller = QScrollArea()
        scroller.setWidgetResizable(True)
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroller.setWidget(_centred(self.sheet))
        self._bar = scroller.verticalScrollBar()
        self._bar.rangeChanged.connect(self._align)
        self._edge, self._below = QWidget(), _centred(self.foot)
        self._edge.setFixedHeight(1)
        self._edge.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroller, 1)
        whole.addWidget(self._edge)
        whole.addWidget(self._below)

    def _align(self, _least: int, most: int) -> None:
        """What is done stands under what is read, also where that has a bar beside it."""
        self._below.setContentsMargins(0, 0, self._bar.sizeHint().width() if most else 0, 0)

    def _connect(self) -> None:
        for name, button in self.languages.items():
            button.clicked.connect(partial(self._switch, name))
        self.every.clicked.connect(self.tick_all)
        self.clear.clicked.connect(self.pad.clear)
        self.pad.signed.connect(self._weigh)
        self.said.toggled.connect(self._weigh)
        self.paper.toggled.connect(self._weigh)
        self.agree.clicked.connect(self.confirm)
        self.refuse.clicked.connect(self.decline)
        self.back.clicked.connect(self.left)

    def _switch(self, name: str, _checked: bool = False) -> None:
        self.show_language(name)

    # In words: the page is the candidate's, so all of it is in the language that is chosen on it.

    def _say(self, key: str, **params: object) -> str:
        return text.tr_in(self.notice.language if self.notice else text.language(), f"record.{key}", **params)

    def _retell(self) -> None:
        for name, button in self.languages.items():
            button.setText(text.tr_in(name, "record.own_name"))
        interview = self._interview
        if self.notice is None or interview is None:
            return
        self.title.setText(self.notice.title)
        position = interview.position.title if interview.position else ""
        self.who.setText(self._say("consent_who", name=interview.candidate.name, position=position).strip(" ·"))
        before = self._library.consent(interview.id)
        if before is not None and consent.was_asked(before):
            when = before.recorded.astimezone().strftime("%Y-%m-%d %H:%M")
            self.said_before.setText(self._say("consent_before", when=when, how=self._say(f"how_{before.how}")))
        self.every.setText(self._say("agree_every"))
        for way, button in self.ways.items():
            button.setText(self._say(f"way_{way}"))
        self.clear.setText(self._say("clear_signature"))
        self.said.setText(self._say("said_aloud"))
        self.paper.setText(self._say("on_paper"))
        self.agree.setText(self._say("agree"))
        self.refuse.setText(self._say("refuse"))
        self.back.setText(self._say("consent_back"))
        self.pad.hint = self._say("sign_here")
        self.pad.update()
        self._weigh()

    def _enlarge(self) -> None:
        """Fonts are given once the page is shown: what it is put into resets them."""
        self.title.setFont(theme.font(24, bold=True))
        self.spoken.setFont(theme.font(18))
        for widget in (self.said, self.paper):
            widget.setFont(theme.font(15))

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: it is about to be seen."""
        super().showEvent(event)
        self._enlarge()

    def _paint(self) -> None:
        self._enlarge()
        for widget in (self.sheet, self.foot):
            widget.setMaximumWidth(theme.scaled(WIDTH))
        self._edge.setStyleSheet(f"background: {theme.color('border').name()};")
        if self.notice is not None:
            self.show_language(self.notice.language)


def _centred(inner: QWidget) -> QWidget:
    """In the middle of the width there is."""
    middle = QWidget()
    across = QHBoxLayout(middle)
    across.setContentsMargins(0, 0, 0, 0)
    across.addStretch(1)
    across.addWidget(inner, 100)
    across.addStretch(1)
    return middle


def _first_language(interview: Interview) -> str:
    """What the interview is held in, else the window's own."""
    return interview.spoken if interview.spoken in text.LANGUAGES else text.language()


def _key(service: Chosen) -> str:
    """A service's own among what can be ticked."""
    return f"{service.purpose} {service.host}"


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
