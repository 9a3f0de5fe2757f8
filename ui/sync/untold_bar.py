"""Offers to send what was held back because an earlier profile did not send it. It is there only while there is any."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from analysis.failures import Failure
from app import text
from app.sync_service import SyncService
from sync.failures import RemoteFailure
from ui import language


class UntoldBar(QFrame):
    """`failed` = a known failure, for a sentence above the room."""

    failed = Signal(object)

    def __init__(self, service: SyncService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._service = service
        self.setProperty("class", "panel")
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.send, self.leave = QPushButton(), QPushButton()
        self.send.clicked.connect(lambda: self._try(self._service.tell_later))
        self.leave.clicked.connect(lambda: self._try(self._service.leave_untold))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(self.words, 1)
        row.addWidget(self.leave)
        row.addWidget(self.send)
        language.on_change(self, self.refresh)

    def refresh(self) -> None:
        """Count anew."""
        found = self._service.to_tell()
        self.setVisible(bool(found))
        parts = (text.tr(f"sync_room.untold_{kind}", n=number) for kind, number in found.items())
        self.words.setText(text.tr("sync_room.untold", what=text.tr("sync_room.untold_and").join(parts)))
        self.send.setText(text.tr("sync_room.untold_send"))
        self.leave.setText(text.tr("sync_room.untold_leave"))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (Failure, RemoteFailure) as failure:
            self.failed.emit(failure)
        self.refresh()
