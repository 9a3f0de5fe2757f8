"""The menus of the player: of the picture with its controls, and of a moment on the thin line below it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from app.text import timecode, tr
from ui.actions import Action
from ui.widgets.action_menu import MenuOffer, add, add_act, copy, new_menu

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

PLAYING = ("play", "frame_back", "frame_forward")
EDGES = ("region_in", "region_out")
LOOPS = ("region_loop", "loop_answer")


def offer_menus(room: ReviewRoom) -> None:
    """Open them at picture, controls and line; by key also where the room itself has the keyboard."""
    player = room.player
    for part in (player.pane, player.foot):
        MenuOffer(part, partial(_of_part, room, part))
    MenuOffer(player.seek_bar, lambda at: moment_menu(room, at))
    MenuOffer(room, lambda at: player_menu(room, room) if at is None else None)


def _of_part(room: ReviewRoom, part: QWidget, _at: QPoint | None) -> QMenu:
    return player_menu(room, part)


def player_menu(room: ReviewRoom, parent: QWidget) -> QMenu:
    """How it plays, what is drawn over the face, and what can be noted at the present moment."""
    menu, acts = new_menu(parent), _acts(room)
    for name in PLAYING:
        _offer(menu, room, acts[name])
    menu.addSeparator()
    menu.addMenu(tr("menu.speed")).addActions(room.player.speed.menu().actions())
    for name in LOOPS:
        _offer(menu, room, acts[name])
    _offer(menu, room, acts["mute"])
    menu.addSeparator()
    if not room.player.pane.sound_only:
        menu.addMenu(tr("menu.overlay")).addActions(room.player.overlay.menu().actions())
    _offer(menu, room, acts["full_screen"])
    if not room.presenter.read_only:
        menu.addSeparator()
        for name in ("bookmark", "comment" if "comment" in acts else "region_comment"):
            _offer(menu, room, acts[name])
        menu.addSeparator()
        for name in EDGES:
            _offer(menu, room, acts[name])
        room.region.offer_redacting(menu)
    return menu


def moment_menu(room: ReviewRoom, at: QPoint | None) -> QMenu:
    """What can be done with the moment at a point of the line; by key, with the present one."""
    bar = room.player.seek_bar
    menu, acts = new_menu(bar), _acts(room)
    moment = bar.position if at is None else bar.time_at(at.x())
    time = timecode(moment)
    add(menu, tr("menu.play_from", time=time), partial(room.play_at, moment), why=_unplayable(room))
    add(menu, tr("menu.go_to", time=time), partial(room.seek, moment), why=_unplayable(room))
    menu.addSeparator()
    for name in LOOPS:
        _offer(menu, room, acts[name])
    menu.addSeparator()
    if not room.presenter.read_only:
        add(menu, tr("menu.bookmark_at", time=time), partial(room.scorecard.add_bookmark, moment))
        add(menu, tr("menu.comment_at", time=time), partial(room.player.write_at, moment))
    add(menu, tr("menu.copy_time", time=time), partial(copy, time))
    return menu


def _acts(room: ReviewRoom) -> dict[str, Action]:
    return {act.id: act for act in room.player.acts()}


def _offer(menu: QMenu, room: ReviewRoom, act: Action) -> None:
    """An action, with the reason where it cannot be done."""
    reasons = {
        "frame_back": "menu.no_picture", "frame_forward": "menu.no_picture", "full_screen": "menu.no_picture",
        "region_loop": "menu.nothing_to_loop", "loop_answer": "menu.no_answers", "mute": "menu.no_sound",
    }  # fmt: skip
    why = _unplayable(room) or (tr(reasons[act.id]) if act.id in reasons else "")
    action = add_act(menu, act, why=why)
    if act.id == "play" and _unplayable(room):
        action.setText(tr("menu.not_now", what=act.title, why=why))
        action.setEnabled(False)


def _unplayable(room: ReviewRoom) -> str:
    return "" if room.player.playback.loaded else tr("menu.no_recording")
