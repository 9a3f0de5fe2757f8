"""The bar on top: the product's name, the open interview, and how the HR system stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from app import text
from app.domain.types import Interview
from ui import icons, language, theme
from ui.widgets.one_line import OneLine


class StatusLight(QWidget):
    """A small light with a shape of its own per state: ● connected, ○ offline, untried or not set up, ■ trouble."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = "none"
        self.setFixedSize(theme.scaled(12), theme.scaled(12))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw the light."""
        token = {"ok": "ok", "offline": "muted", "trouble": "warn"}.get(self.state, "faint")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color(token))
        area = QRectF(1.5, 1.5, self.width() - 3, self.height() - 3)
        if self.state in ("ok", "trouble"):
            painter.setBrush(theme.color(token))
        if self.state == "trouble":
            painter.drawRect(area)
        else:
            painter.drawEllipse(area)


class TopBar(QFrame):
    """Says `syncClicked` when the HR system's state is clicked, and which panel or dialog is asked for."""

    syncClicked = Signal()
    consentAsked = Signal()
    commandsAsked = Signal()
    keysAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._interview: Interview | None = None
        self._facts: Callable[[], str] = str
        self._sync = ("none", 0)
        self.brand, self.product = QLabel("面鉴"), QLabel("MianJian")
        self.product.setProperty("class", "muted")
        self.title, self.badge, self.facts = OneLine(), QLabel(), OneLine()
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.badge.setProperty("class", "badge")
        self._taken_back = False
        self.consent = QPushButton()
        self.consent.setProperty("class", "link")
        self.consent.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.consent.clicked.connect(self.consentAsked)
        self.facts.setProperty("class", "muted")
        self.light = StatusLight()
        self.sync = QPushButton()
        self.sync.setProperty("class", "quiet")
        self.sync.clicked.connect(self.syncClicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(12)
        for widget in (self.brand, self.product):
            row.addWidget(widget)
        row.addSpacing(10)
        named: tuple[QWidget, ...] = (self.title, self.badge, self.consent)
        for each in named:
            row.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.facts, 100)  # what the others leave
        row.addStretch(1)
        row.addWidget(self.light)
        row.addWidget(self.sync)
        self.commands, self.keys = QToolButton(), QToolButton()
        for button, asked in ((self.commands, self.commandsAsked), (self.keys, self.keysAsked)):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(asked)
            row.addWidget(button)
        language.on_change(self, self._retranslate)
        theme.changed.connect(self._paint)
        self._paint()
        self.show_interview_line(False)

    def show_interview(
        self, interview: Interview | None, facts: Callable[[], str] = str, *, taken_back: bool = False
    ) -> None:
        """Name the interview that is being reviewed; `facts` gives a short line on the recording, in each language,
        `taken_back`: its candidate does not agree any more to all of it."""
        self._interview, self._facts, self._taken_back = interview, facts, taken_back
        self._retranslate()

    def show_interview_line(self, on: bool) -> None:
        """Only the review room names its interview."""
        for widget in (self.title, self.badge, self.consent, self.facts):
            widget.setVisible(on and self._interview is not None)

    def show_sync(self, state: str, waiting: int) -> None:
        """`state`: "none" (no address), "untried", "ok", "offline" or "trouble"; `waiting`: items in the queue."""
        self._sync = (state, waiting)
        self.light.state = state
        self.light.update()
        self._retranslate()

    def _retranslate(self) -> None:
        for button, key in ((self.commands, "commands"), (self.keys, "keys")):
            button.setAccessibleName(text.tr(f"actions.{key}"))
            button.setToolTip(text.tr(f"actions.{key}_hint"))
        self.consent.setText(text.tr("shell.consent_taken_back" if self._taken_back else "library.consent"))
        hint = "shell.consent_taken_back_hint" if self._taken_back else "shell.consent_hint"
        self.consent.setToolTip(text.tr(hint))
        state, waiting = self._sync
        self.sync.setText(text.tr(f"shell.sync_{state}", n=waiting))
        self.light.setAccessibleName(self.sync.text())
        interview = self._interview
        if interview:
            names = [interview.candidate.name, interview.position.title if interview.position else ""]
            parts = [*filter(None, names), text.tr("shell.round", n=interview.round)]
            self.title.show_words(" · ".join(parts))
            self.badge.setText(text.tr(f"library.status_{interview.status}"))
            self.facts.show_words(self._facts())

    def _paint(self) -> None:
        self.brand.setFont(theme.font(17, bold=True))
        self.title.setFont(theme.font(16, bold=True))
        self.setFixedHeight(theme.scaled(48))
        for button, icon in ((self.commands, "search"), (self.keys, "keyboard")):
            button.setIcon(icons.icon(icon, "muted"))
            button.setIconSize(QSize(theme.scaled(18), theme.scaled(18)))
        panel, border = theme.color("panel").name(), theme.color("border").name()
        self.setStyleSheet(f"TopBar {{ background: {panel}; border: none; border-bottom: 1px solid {border}; }}")
