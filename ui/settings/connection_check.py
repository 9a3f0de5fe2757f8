"""What testing the connection found: a short list of steps, each with a mark and, where it is needed, a sentence."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from app import text
from app.connection import finding_words
from sync.diagnosis import Finding, Step
from ui import language, theme

_STROKES = {
    "good": ((-0.45, 0.02, -0.12, 0.36), (-0.12, 0.36, 0.48, -0.34)),
    "bad": ((-0.36, -0.36, 0.36, 0.36), (-0.36, 0.36, 0.36, -0.36)),
    "needless": ((-0.4, 0.0, 0.4, 0.0),),
}
"""Lines of a mark (x1, y1, x2, y2), in shares of its radius."""
_COLORS = {"good": "ok", "bad": "bad", "running": "accent", "left": "faint", "needless": "faint"}


class Mark(QWidget):
    """A round mark: good, bad, running, left (not tried), or needless (there was nothing to look at)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = "left"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Qt: as high as a line of text."""
        return QSize(theme.scaled(18), theme.scaled(18))

    def show_state(self, state: str) -> None:
        """Show another state, which a screen reader says in words."""
        self.state = state
        self.setAccessibleName(text.tr(f"settings.check_{state}"))
        self.setToolTip(text.tr(f"settings.check_{state}"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: a disc with its sign, or an empty ring."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, radius = theme.color(_COLORS[self.state]), min(self.width(), self.height()) / 2 - 1.5
        middle = QPointF(self.rect().center()) + QPointF(0.5, 0.5)
        strokes = _STROKES.get(self.state, ())
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(color if strokes else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, radius, radius)
        if self.state == "running":
            painter.setBrush(color)
            painter.drawPie(QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius), 1440, -1440)
        round_ends = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(theme.color("panel"), max(1.5, radius / 4), *round_ends))
        for x1, y1, x2, y2 in strokes:
            painter.drawLine(middle + QPointF(x1, y1) * radius, middle + QPointF(x2, y2) * radius)


class ConnectionCheck(QWidget):
    """The list of steps. It is hidden until a test begins; findings of an older test are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = 0
        self._findings: dict[Step, Finding] = {}
        self._over = True
        grid = QGridLayout(self)
        grid.setContentsMargins(0, theme.scaled(4), 0, 0)
        grid.setHorizontalSpacing(theme.scaled(10))
        grid.setVerticalSpacing(theme.scaled(7))
        grid.setColumnMinimumWidth(1, theme.scaled(112))
        grid.setColumnStretch(2, 1)
        self.rows: dict[Step, tuple[Mark, QLabel, QLabel]] = {}
        for row, step in enumerate(Step):
            mark, name, words = Mark(), QLabel(), QLabel()
            words.setWordWrap(True)
            words.setTextFormat(Qt.TextFormat.PlainText)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            for column, part in enumerate((mark, name, words)):
                grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop if column < 2 else Qt.AlignmentFlag(0))
            self.rows[step] = (mark, name, words)
        self.hide()
        language.on_change(self, self._show)

    def begin(self) -> int:
        """A test begins; gives its number."""
        self._run += 1
        self._findings, self._over = {}, False
        self._show()
        self.show()
        return self._run

    def add(self, run: int, finding: Finding) -> None:
        """One more step of a test was looked at."""
        if run == self._run:
            self._findings[finding.step] = finding
            self._show()

    def end(self, run: int) -> None:
        """A test has ended; steps without a finding were not tried."""
        if run == self._run:
            self._over = True
            self._show()

    def forget(self) -> None:
        """What was found is of another connection."""
        self._run += 1
        self.hide()

    def _show(self) -> None:
        running = None if self._over else next((step for step in Step if step not in self._findings), None)
        for step, (mark, name, words) in self.rows.items():
            finding = self._findings.get(step)
            state = "running" if step is running else "left"
            if finding is not None:
                state = "bad" if finding.failure else "good" if finding.needed else "needless"
            mark.show_state(state)
            name.setText(text.tr(f"settings.check_{step}"))
            _set_class(name, "muted" if finding is None else "")
            words.setText(finding_words(finding) if finding else "")
            _set_class(words, "bad" if state == "bad" else "muted")


def _set_class(label: QLabel, name: str) -> None:
    if label.property("class") != name:
        label.setProperty("class", name)
        label.style().polish(label)
