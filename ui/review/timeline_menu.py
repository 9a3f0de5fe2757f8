"""The menu of the timeline: what can be done with a moment, and with the mark and the lane under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QMenu

from app.text import tr
from ui.review.lane_menu import lane_menu

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

SHORTEST_LOOP_S = 0.05


def offer_menu(room: ReviewRoom) -> None:
    """Open the menu wherever the timeline is asked for one."""
    room.timeline.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    room.timeline.customContextMenuRequested.connect(lambda at: _open(room, at))


def _open(room: ReviewRoom, at: QPoint) -> None:
    menu = timeline_menu(room, QPointF(at))
    if menu is not None:
        menu.popup(room.timeline.viewport().mapToGlobal(at))


def timeline_menu(room: ReviewRoom, at: QPointF) -> QMenu | None:
    """The menu at a point of the timeline's viewport; None where no lane is shown."""
    timeline = room.timeline
    if not timeline.lanes:
        return None
    menu = QMenu(timeline)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    row = timeline.row_at(at)
    if at.x() >= timeline.view().left:
        _add_moment(menu, room, at)
    if row is not None:
        key = row.lane.key
        menu.addAction(tr("actions.open_this" if row.folded else "actions.fold_this"), lambda: timeline.toggle(key))
        menu.addAction(tr("actions.hide_this"), lambda: timeline.hide_lane(key))
    menu.addMenu(lane_menu(timeline, menu))
    return menu


def _add_moment(menu: QMenu, room: ReviewRoom, at: QPointF) -> None:
    mark = room.timeline.mark_at(at)
    under = min(max(0.0, room.timeline.view().time(at.x())), room.timeline.duration)
    moment = mark.start if mark else under
    region = room.timeline.region
    if region.holds(under):
        room.region.add_to(menu)

    def play() -> None:
        room.seek(moment)
        room.player.playback.play()

    menu.addAction(tr("actions.play_from_here"), play)
    if mark is not None and mark.end - mark.start > SHORTEST_LOOP_S:
        start, end = mark.start, mark.end
        menu.addAction(tr("actions.loop_this"), lambda: room.loop(start, end))
        menu.addAction(tr("actions.select_this"), lambda: region.select(start, end))
    if not room.presenter.read_only:
        menu.addSeparator()
        menu.addAction(tr("actions.comment"), lambda: room.scorecard.comments.start(moment))
        menu.addAction(tr("actions.bookmark"), lambda: room.scorecard.add_bookmark(moment))
    menu.addSeparator()
