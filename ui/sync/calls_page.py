"""What went over the line, call by call: the list, and both bodies of the chosen call to the byte."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSplitter, QTableView, QVBoxLayout, QWidget

from app import text
from app.exchanges import Body, ExchangeBook, ExchangeLine
from ui import language, theme
from ui.sync.body_view import BodyView
from ui.sync.model import ENTRY_ROLE, CallsTable, clock


class CallsPage(QWidget):
    """Shows `ExchangeBook`; secrets are in none of it. `filter_item` keeps to the calls about one item."""

    def __init__(self, book: ExchangeBook, view: QTableView, calls: CallsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book, self.view, self.calls = book, view, calls
        self._op_id, self._item = "", ""
        self._share = 0.5
        self.only, self.facts = QLabel(), QLabel()
        for label in (self.only, self.facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.only.setProperty("class", "small")
        self.facts.setProperty("class", "heading")
        self.all = QPushButton()
        self.all.setProperty("class", "mini")
        self.all.clicked.connect(lambda: self.filter_item("", ""))
        self.sent, self.received = BodyView(), BodyView()
        self.view.selectionModel().currentRowChanged.connect(lambda *_: self._chosen())
        self._build()
        language.on_change(self, self._retranslate)

    def _build(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.only, 1)
        above.addWidget(self.all)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(above)
        column.addWidget(self.view, 1)
        self.bodies = QSplitter(Qt.Orientation.Vertical)
        self.bodies.setChildrenCollapsible(False)
        for place, view in enumerate((self.sent, self.received)):
            self.bodies.addWidget(view)
            self.bodies.setStretchFactor(place, 1)
        self.bodies.splitterMoved.connect(self._moved)
        right = QFrame()
        inside = QVBoxLayout(right)
        inside.setContentsMargins(12, 6, 6, 6)
        inside.addWidget(self.facts)
        inside.addWidget(self.bodies, 1)
        halves = QSplitter()
        halves.setChildrenCollapsible(False)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setSizes([theme.scaled(640), theme.scaled(560)])
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(halves)

    def filter_item(self, op_id: str, title: str) -> None:
        """Keep to the calls about one item of the outbox; "" = all."""
        self._op_id, self._item = op_id, title
        self.refresh()

    def refresh(self) -> None:
        """Read the calls anew, keeping the chosen one."""
        kept = self._line()
        lines = self._book.lines(self._op_id or None)
        with QSignalBlocker(self.view.selectionModel()):
            self.calls.show(lines)
            place = next((n for n, line in enumerate(lines) if kept and line.id == kept.id), 0 if lines else -1)
            if place >= 0:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
                self.view.selectionModel().setCurrentIndex(self.calls.index(place, 0), flags)
        key = "sync_room.calls_of" if self._op_id else "sync_room.calls_all"
        self.only.setText(text.tr(key, item=self._item, n=len(lines)))
        self.all.setVisible(bool(self._op_id))
        self._chosen()

    def _line(self) -> ExchangeLine | None:
        index = self.view.currentIndex()
        return index.data(ENTRY_ROLE) if index.isValid() else None

    def _chosen(self) -> None:
        line = self._line()
        found = self._book.bodies(line.id) if line else None
        for view in (self.sent, self.received):
            view.setVisible(found is not None)
        if line is None or found is None:
            self.facts.setText(text.tr("sync_room.calls_none"))
            return
        status = str(line.status) if line.status is not None else text.tr("sync_room.no_answer")
        self.facts.setText(f"{line.method} {line.path}\n{status} · {clock(line.at)} · {line.seconds * 1000:.0f} ms")
        for view, body, key in ((self.sent, found[0], "said"), (self.received, found[1], "heard")):
            view.show_text(f"{text.tr(f'sync_room.{key}')} · {described(body)}", body.text or "")
        self._lay_out()

    def _lay_out(self) -> None:
        """Half and half, or as a person has shared it; what has no text takes no more than its heading."""
        whole = max(self.bodies.height(), self.bodies.minimumSizeHint().height())
        empty = [not view.has_text for view in (self.sent, self.received)]
        share = self._share if empty[0] == empty[1] else 0.0 if empty[0] else 1.0
        above = round(whole * share)
        self.bodies.setSizes([above, whole - above])

    def _moved(self) -> None:
        above, below = self.bodies.sizes()
        if self.sent.has_text and self.received.has_text and above + below:
            self._share = above / (above + below)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: only now it is known how much room there is."""
        super().showEvent(event)
        self._lay_out()

    def _retranslate(self) -> None:
        self.all.setText(text.tr("sync_room.calls_show_all"))
        self.view.setAccessibleName(text.tr("sync_room.calls"))
        self.calls.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.calls.columns) - 1)
        self.calls.show(())
        self.refresh()


def described(body: Body) -> str:
    """Size and hash of a body, and what is kept of it."""
    if not body.size:
        return text.tr("sync_room.body_empty")
    parts = [text.tr("sync_room.bytes", n=f"{body.size:,}"), f"SHA-256 {body.sha256}"]
    if body.text is None:
        parts.append(text.tr("sync_room.body_binary"))
    elif body.pruned:
        parts.append(text.tr("sync_room.body_pruned"))
    elif body.cut:
        parts.append(text.tr("sync_room.body_cut"))
    return " · ".join(parts)
