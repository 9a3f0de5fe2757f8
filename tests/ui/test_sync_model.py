"""The tables of the sync room: what the HR system says is text, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.sync_state import HistoryLine
from ui.sync.model import HistoryTable

HOSTILE = '<img src="http://ehr.example/seen"> & no'


def test_what_the_server_says_is_shown_as_text_and_nothing_of_it_is_loaded(qapp):
    table = HistoryTable()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table.show([HistoryLine(datetime.now(UTC), sent=True, sentence=HOSTILE, subject="", bytes=1, sha256=None)])
    cell = table.index(0, table.columns.index("how"))
    assert cell.data() == HOSTILE
    assert cell.data(Qt.ItemDataRole.ToolTipRole) == (
        "<qt>&lt;img src=&quot;http://ehr.example/seen&quot;&gt; &amp; no</qt>"
    )
    assert tester.model() is table
