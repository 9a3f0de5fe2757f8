"""The menu of a row of the transcript."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from analysis.document import CorrectionKind, Role
from app.text import tr
from ui.review.lines import Line, Stretch, Style
from ui.review.model import CorrectionDraft
from ui.review.originals import Original
from ui.review.suggestions import alike
from ui.widgets.plain import literal

if TYPE_CHECKING:
    from ui.review.transcript_list import TranscriptList

LONGEST = 40
"""Characters of the machine's words that a menu shows; the rest stands in the hint of the words."""


def row_menu(rows: TranscriptList, row: int, offset: int | None) -> QMenu:
    """What can be done with a row, and with the words at a character of it."""
    line = rows.rows.lines[row]
    menu = QMenu(rows)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if offset is not None:
        _add_offer(menu, rows, line.stretch_at(offset, Style.SUGGESTED))
        _add_original(menu, rows, line.original_at(offset))
    menu.addAction(tr("review.play_from_here"), lambda: rows.seekAsked.emit(line.segment.start))
    menu.addAction(tr("review.comment_here"), lambda: rows.commentAsked.emit(line.segment.start))
    menu.addAction(tr("review.copy"), lambda: QApplication.clipboard().setText(line.segment.text))
    if rows.editable:
        menu.addSeparator()
        word = line.word_at(offset) if offset is not None else None
        if word is not None:
            menu.addAction(tr("review.correct_word"), lambda: rows.edit_word(row, word))
        menu.addAction(tr("review.correct_segment"), lambda: rows.edit_row(row))
        _add_rows(menu, rows, row, word)
        _add_roles(menu, rows, line)
        _add_speakers(menu, rows, line)
        speaker = line.segment.speaker
        menu.addAction(tr("review.speaker_names_of"), lambda: rows.speakersAsked.emit(speaker))
    return menu


def _add_offer(menu: QMenu, rows: TranscriptList, offered: Stretch | None) -> None:
    """A likely mishearing: what the card below it offers."""
    suggestion = offered.suggestion if offered else None
    if suggestion is None or not rows.editable:
        return
    same = alike((stretch.suggestion for _, stretch in rows.rows.suggested if stretch.suggestion), suggestion)
    menu.addAction(tr("review.change_to", text=suggestion.after), lambda: rows.accept([suggestion]))
    if len(same) > 1:
        menu.addAction(tr("review.change_all", count=len(same)), lambda: rows.accept(same))
    menu.addAction(tr("review.keep_written"), lambda: rows.dismiss(suggestion))
    menu.addSeparator()


def _add_original(menu: QMenu, rows: TranscriptList, original: Original | None) -> None:
    """Something that a person corrected: the machine's words, and the way back to them."""
    if original is None:
        return
    machine = original.machine if len(original.machine) <= LONGEST else original.machine[:LONGEST] + "…"
    told = QAction(tr(original.text_key, text=machine), menu)
    told.setEnabled(False)
    menu.addAction(told)
    if rows.editable:
        menu.addAction(tr("review.take_back"), lambda: rows.takeBackAsked.emit(original.correction.id))
    menu.addSeparator()


def _add_rows(menu: QMenu, rows: TranscriptList, row: int, word: int | None) -> None:
    """A new row from a word on, and the row put on the one above."""
    line = rows.rows.lines[row]
    if word:
        said = line.segment.text[slice(*line.places[word])]
        menu.addAction(literal(tr("review.split_here", text=said)), lambda: rows.split_row(row, word))
    if row:
        menu.addAction(tr("review.merge_above"), lambda: rows.merge(row))


def _add_roles(menu: QMenu, rows: TranscriptList, line: Line) -> None:
    roles = menu.addMenu(tr("review.speaker_is"))
    for role in Role:
        action = roles.addAction(tr(f"review.role_{role.value}"), partial(_give_role, rows, line, role))
        action.setCheckable(True)
        action.setChecked(role is line.role)


def _add_speakers(menu: QMenu, rows: TranscriptList, line: Line) -> None:
    names = {each.segment.speaker: each.name for each in rows.rows.lines}
    others = sorted(names.keys() - {line.segment.speaker})
    if others:
        moved = menu.addMenu(tr("review.said_by"))
        for speaker in others:
            who = tr("review.voice", name=names[speaker], number=speaker)
            moved.addAction(literal(who), partial(_give_speaker, rows, line, speaker))


def _give_role(rows: TranscriptList, line: Line, role: Role) -> None:
    if role is not line.role:
        rows.corrected.emit([CorrectionDraft(CorrectionKind.ROLE, 0.0, 0.0, line.segment.speaker, role.value)])


def _give_speaker(rows: TranscriptList, line: Line, speaker: str) -> None:
    said = line.segment
    rows.corrected.emit([CorrectionDraft(CorrectionKind.SPEAKER, said.start, said.end, said.speaker, speaker)])
