"""Exports an interview from the library's list, without its review being opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.exporting import export_of, file_name
from app.failures import CorrectionsPending
from app.store.library import Library
from app.text import tr
from ui.review.export_menu import ask_file
from ui.review.model import LayoutStore


def listed_export(
    library: Library, interview_id: str, kind: str, store: LayoutStore, parent: QWidget
) -> tuple[Callable[[Path], None], Path] | None:
    """What writes the file, and the file that a person chose; None where none was. Raises CorrectionsPending while
    corrections are not in the document yet, and what opening the review raises.
    """
    from app.review import ReviewSession

    session = ReviewSession(library, interview_id)
    if session.is_behind():
        raise CorrectionsPending

    def choose(offered: str, kinds: str) -> str:
        return QFileDialog.getSaveFileName(parent, tr("actions.export_title"), offered, kinds)[0]

    out = ask_file(store, choose, file_name(session.interview.title, kind), tr(f"actions.format_{kind}"))
    return None if out is None else (export_of(session, kind), out)
