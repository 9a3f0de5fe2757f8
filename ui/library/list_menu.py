"""The menu of an interview in the library's list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from app.domain.types import WORKING, AnalysisState, Interview
from app.exporting import FORMATS, OF_REPORT
from app.text import tr
from ui.widgets.action_menu import add, new_menu

if TYPE_CHECKING:
    from ui.library.room import LibraryRoom


def menu_at(room: LibraryRoom, at: QPoint | None) -> QMenu | None:
    """The menu of the row at a point of the list, which becomes the chosen one; by key, of the chosen one."""
    if at is not None:
        index = room.view.indexAt(at)
        if not index.isValid():
            return None
        room.view.selectRow(index.row())
    chosen = room.chosen()
    return list_menu(room, chosen) if chosen else None


def list_menu(room: LibraryRoom, interview: Interview) -> QMenu:
    """Open, analyse, export; who may only read is offered what reads."""
    menu = new_menu(room.view)
    absent = "" if interview.media else tr("menu.no_recording")
    add(menu, tr("library.open_review"), partial(room.openRequested.emit, interview.id), key="Return", why=absent)
    if not room.read_only:
        if room.can_go_on(interview.id):
            add(menu, tr("menu.go_on"), partial(room.goOnRequested.emit, interview.id))
            add(menu, tr("menu.is_over"), partial(room.endRequested.emit, interview.id))
        _add_analysis(menu, room, interview, absent)
        if absent:
            add(menu, tr("library.add_recording"), partial(room.choose_recording, interview.id))
        menu.addSeparator()
        add(menu, tr("menu.invite"), partial(room.peopleAsked.emit, interview.id, "invite"))
        add(menu, tr("menu.suggestions"), partial(room.peopleAsked.emit, interview.id, "suggestions"))
        add(menu, tr("menu.feedback"), partial(room.peopleAsked.emit, interview.id, "feedback"))
    menu.addSeparator()
    add(menu, tr("consent.open"), partial(room.consentAsked.emit, interview.id), key="Ctrl+Shift+C")
    _add_export(menu, room, interview)
    if not room.read_only:
        menu.addSeparator()
        add(menu, tr("menu.positions"), room.positionsRequested.emit)
    return menu


def _add_analysis(menu: QMenu, room: LibraryRoom, interview: Interview, absent: str) -> None:
    """Start the analysis; while it runs, why it cannot be started, and the way to end it."""
    runs = interview.analysis_state in WORKING
    again = interview.analysis_state is AnalysisState.DONE
    why = absent or (tr("review.analysis_runs") if runs else "")
    words = tr("library.analyse_again" if again else "library.analyse")
    add(menu, words, partial(room.analyseRequested.emit, interview.id), why=why)
    if not again:
        add(menu, tr("after.cut_button"), partial(room.cutRequested.emit, interview.id), why=absent)
    if runs:
        add(menu, tr("library.cancel"), partial(room.cancelRequested.emit, interview.id))


def _add_export(menu: QMenu, room: LibraryRoom, interview: Interview) -> None:
    if interview.analysis_state is not AnalysisState.DONE:
        why = "review.analysis_runs" if interview.analysis_state in WORKING else "menu.not_analysed"
        add(menu, tr("menu.export"), tuple, why=tr(why))
        return
    formats = menu.addMenu(tr("menu.export"))
    for kind in FORMATS:
        if kind == OF_REPORT[0]:
            formats.addSeparator()
        add(formats, tr(f"actions.format_{kind}"), partial(room.exportRequested.emit, interview.id, kind))
