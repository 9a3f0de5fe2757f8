"""The menu of the lanes: which are shown, and back to how they are by themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.text import tr
from ui.actions import Action
from ui.review.lane_layout import LaneLayout
from ui.review.model import Stage
from ui.widgets.plain import literal

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom
    from ui.review.timeline import Timeline

CHOOSING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class StayingMenu(QMenu):
    """A menu of check marks that stays open while they are set: several lanes are chosen at once."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: a click on a check mark sets it and nothing else."""
        if not self._set(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: so do Space and Enter."""
        if event.key() not in CHOOSING or not self._set(self.activeAction()):
            super().keyPressEvent(event)

    def _set(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True


def lane_menu(timeline: Timeline, parent: QWidget) -> QMenu:
    """A check mark a lane, in the order in which they stand, and the way back to the order of the program."""
    menu = StayingMenu(tr("review.lanes"), parent)
    for lane in timeline.lanes:
        action = menu.addAction(literal(lane.title()))
        action.setCheckable(True)
        action.setChecked(lane.key not in timeline.arrangement.hidden)
        action.toggled.connect(partial(_show, timeline, lane.key))
    menu.addSeparator()
    menu.addAction(tr("actions.lanes_reset"), partial(reset, timeline))
    return menu


def _show(timeline: Timeline, key: str, shown: bool) -> None:
    timeline.hide_lane(key, hidden=not shown)


def reset(timeline: Timeline) -> None:
    """All lanes as they are by themselves."""
    timeline.arrange(LaneLayout())


def open_menu(room: ReviewRoom) -> None:
    """The menu below its button, ready for the arrow keys."""
    menu = lane_menu(room.timeline, room)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(room.lanes.mapToGlobal(QPoint(0, room.lanes.height())))
    if menu.actions():
        menu.setActiveAction(menu.actions()[0])


def lane_actions(room: ReviewRoom) -> list[Action]:
    """What is done with lanes by key: some anywhere in the room, some where the timeline has the keys."""
    timeline = room.timeline

    def drawn() -> bool:
        return room.stage is Stage.READY

    act = partial(Action, group="timeline", enabled=drawn)
    each = [
        act(
            "show_lane" if lane.key in timeline.arrangement.hidden else "hide_named",
            run=partial(timeline.hide_lane, lane.key, hidden=lane.key not in timeline.arrangement.hidden),
            params={"name": lane.title()},
        )
        for lane in timeline.lanes
    ]
    return [
        act("lanes", keys=("Shift+H",), run=partial(open_menu, room)),
        act("hide_lane", keys=("H",)),
        act("move_lane", keys=("Alt+Up", "Alt+Down")),
        act("size_lane", keys=("Alt++", "Alt+-")),
        act("lanes_reset", run=partial(reset, timeline)),
        *each,
    ]
