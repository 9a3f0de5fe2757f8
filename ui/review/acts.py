"""What can be done in the review room, with its keys: the room's keyboard, the sheet of keys and the palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from app.text import language
from ui.actions import Action
from ui.review.lane_menu import lane_actions
from ui.review.model import Stage
from ui.review.overlay import KEYS
from ui.review.playback import JUMP_S
from ui.review.wheel import ZOOM_STEP

if TYPE_CHECKING:
    from ui.review.room import ReviewRoom

VOLUME_STEP = 10
"""Steps of the volume's slider, which has a hundred."""
DIGITS = 9
MARK_KEYS = {"uncertain": "Shift+U", "terms": "Shift+T", "fillers": "Shift+E", "star": "Shift+S"}


def review_actions(room: ReviewRoom) -> tuple[Action, ...]:
    """Everything that the room does at a key or a command, in the order in which a sheet lists it."""
    parts = (_playing(room), _words(room), room.region.commands(), _timeline(room), lane_actions(room), _scoring(room))
    return tuple(action for part in parts for action in part)


def typing(room: ReviewRoom) -> bool:
    """Whether a field of the room has the keys."""
    focus = QApplication.focusWidget()
    return isinstance(focus, (QLineEdit, QPlainTextEdit, QTextEdit)) and room.isAncestorOf(focus)


def dimension_keys(room: ReviewRoom) -> None:
    """Alt and a digit go to a dimension from wherever the keys are: a text field would write the digit."""

    def go(number: int) -> None:
        if number <= len(room.scorecard.cards) and not room.presenter.read_only:
            room.scorecard.bring(list(room.scorecard.cards.values())[number - 1])

    for number in range(1, DIGITS + 1):
        key = QShortcut(QKeySequence(f"Alt+{number}"), room)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(partial(go, number))


def _playing(room: ReviewRoom) -> list[Action]:
    player, playback = room.player, room.player.playback

    def louder(steps: int) -> None:
        player.mute.setChecked(False)
        player.volume.setValue(player.volume.value() + steps * VOLUME_STEP)

    def pictured() -> bool:
        return not player.pane.sound_only

    act = partial(Action, group="play")
    ticks = player.overlay.ticks
    marks = [
        act(f"overlay_{mark}", keys=(key,), run=ticks[mark].toggle, enabled=ticks[mark].isEnabled)
        for mark, key in KEYS.items()
    ]
    return [
        act("play", keys=("Space", "K"), run=playback.toggle),
        act("back", keys=("J", "Left"), run=lambda: playback.jump(-JUMP_S)),
        act("forward", keys=("L", "Right"), run=lambda: playback.jump(JUMP_S)),
        act("frame_back", keys=(",",), run=lambda: playback.step(-1), enabled=pictured),
        act("frame_forward", keys=(".",), run=lambda: playback.step(1), enabled=pictured),
        act("slower", keys=("[",), run=lambda: playback.faster(-1)),
        act("faster", keys=("]",), run=lambda: playback.faster(1)),
        act("loop_answer", keys=("R",), run=room.loop_answer, enabled=room.has_answers),
        act("louder", keys=("Shift+Up",), run=lambda: louder(1), enabled=player.volume.isEnabled),
        act("softer", keys=("Shift+Down",), run=lambda: louder(-1), enabled=player.volume.isEnabled),
        act("mute", keys=("Shift+M",), run=player.mute.toggle, enabled=player.mute.isEnabled),
        *marks,
        act("full_screen", keys=("F11",), run=player.toggle_full_screen, enabled=pictured),
        act("let_go", keys=("Esc",), run=room.let_go),
    ]


def _words(room: ReviewRoom) -> list[Action]:
    transcript, presenter = room.transcript, room.presenter

    def written() -> bool:
        return bool(transcript.list.rows.lines)

    def found() -> bool:
        return bool(transcript.list.rows.hits)

    def editable() -> bool:
        return written() and not presenter.read_only

    def splits() -> bool:
        return editable() and not typing(room) and transcript.list.split_place() is not None

    def merges() -> bool:
        return editable() and not typing(room) and transcript.list.merge_row() is not None

    undo, redo = ({"what": said} for said in room.undoing.titles())
    act = partial(Action, group="words")
    return [
        act("search", keys=("Ctrl+F",), run=transcript.search.setFocus, enabled=written),
        act("next_hit", keys=("F3",), run=lambda: transcript.next_hit(1), enabled=found),
        act("last_hit", keys=("Shift+F3",), run=lambda: transcript.next_hit(-1), enabled=found),
        act("next_mishearing", keys=("F7",), run=lambda: transcript.next_mishearing(1), enabled=editable),
        act("last_mishearing", keys=("Shift+F7",), run=lambda: transcript.next_mishearing(-1), enabled=editable),
        act("question_here", keys=("Q",), run=room.questions.show_here, enabled=room.has_answers),
        act("follow", run=transcript.follow.toggle, enabled=written),
        *(
            act(f"mark_{name}", keys=(key,), run=transcript.marking.buttons[name].toggle, enabled=written)
            for name, key in MARK_KEYS.items()
        ),
        act("speaker_names", keys=("N",), run=lambda: transcript.speakersAsked.emit(""), enabled=editable),
        act("swap_roles", run=room.swap_roles, enabled=editable),
        act("edit_row", keys=("F2",)),
        act("choose_word", keys=("Left", "Right")),
        act("split", keys=("Ctrl+Return", "Ctrl+Enter"), run=transcript.list.split, enabled=splits),
        act("merge", keys=("Ctrl+Backspace",), run=transcript.list.merge, enabled=merges),
        act("undo", keys=("Ctrl+Z",), run=room.undoing.undo, enabled=lambda: presenter.can_undo, params=undo),
        act(
            "redo",
            keys=("Ctrl+Shift+Z", "Ctrl+Y"),
            run=room.undoing.redo,
            enabled=lambda: presenter.can_redo,
            params=redo,
        ),
    ]


def _timeline(room: ReviewRoom) -> list[Action]:
    timeline = room.timeline

    def drawn() -> bool:
        return room.stage is Stage.READY

    act = partial(Action, group="timeline", enabled=drawn)
    return [
        act("zoom_in", keys=("+", "="), run=lambda: room.zoom(1 / ZOOM_STEP)),
        act("zoom_out", keys=("-",), run=lambda: room.zoom(ZOOM_STEP)),
        act("zoom_all", keys=("Ctrl+0",), run=lambda: timeline.show_window(0.0, timeline.duration)),
        act("to_start", keys=("Home",), run=lambda: room.seek(0.0)),
        act("to_end", keys=("End",), run=lambda: room.seek(timeline.duration)),
        act("longest_pause", keys=("P",), run=room.to_longest_pause, enabled=lambda: room.longest_pause() is not None),
        act("values_here", keys=("V",), run=timeline.show_values),
        act("tables", keys=("T",), run=room.open_tables),
        act("to_timeline", keys=("G",), run=timeline.setFocus),
        act("choose_lane", keys=("Up", "Down")),
        act("next_mark", keys=("Ctrl+Left", "Ctrl+Right")),
        act("fold_lane", keys=("F",)),
        act("move_window", keys=("PgUp", "PgDown")),
    ]


def _scoring(room: ReviewRoom) -> list[Action]:
    card, presenter = room.scorecard, room.presenter

    def editable() -> bool:
        return not presenter.read_only

    act = partial(Action, group="score", enabled=editable)
    cards = list(card.cards.values())[:DIGITS]
    names = [each.dimension.title.in_(language()) for each in cards]
    dimensions = [
        act("dimension", keys=(f"Alt+{number}",), run=partial(card.bring, each), params={"name": name})
        for number, (each, name) in enumerate(zip(cards, names, strict=True), start=1)
    ]
    conclusions = [
        act("conclude", run=button.click, enabled=button.isEnabled, params={"what": button.text()})
        for button in card.verdict.choices.values()
    ]
    return [
        (
            act("comment", keys=("C",), run=room.player.write_at)
            if room.timeline.region.span is None
            else act("region_comment", keys=("C",), run=room.region.write)
        ),
        act(
            "bookmark",
            keys=("M",),
            run=card.add_bookmark,
            enabled=lambda: editable() and card.comments.bookmark.isEnabled(),
        ),
        *dimensions,
        act("rate", keys=("1 – 9", "0")),
        act("no_rating", keys=("Del",)),
        act("kit_questions", run=card.open_questions, enabled=lambda: editable() and bool(card.questions.rows)),
        act(
            "draft",
            run=card.strengths.draft.click,
            enabled=card.strengths.draft.isEnabled,
            params={"what": card.strengths.title.text()},
        ),
        act(
            "draft",
            run=card.to_improve.draft.click,
            enabled=card.to_improve.draft.isEnabled,
            params={"what": card.to_improve.title.text()},
        ),
        act("scores_table", run=lambda: room.open_tables(scores=True), enabled=lambda: True),
        *conclusions,
        act("sign", run=card.verdict.sign.click, enabled=card.verdict.sign.isEnabled),
        act("analyse_again", run=room.analyseAsked.emit, enabled=lambda: editable() and not room.why_not_analysed()),
    ]
