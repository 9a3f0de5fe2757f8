"""The menu of a comment or bookmark."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QMenu, QWidget

from app.domain.types import Comment
from app.text import stretch, timecode, tr
from ui.widgets.action_menu import add, copy, new_menu

if TYPE_CHECKING:
    from ui.review.comments import Comments


def comment_menu(comments: Comments, row: QWidget, comment: Comment) -> QMenu:
    """What can be done with a comment; only who wrote it may change it, say what it speaks of, or remove it."""
    menu = new_menu(row)
    if comment.time_s is not None:
        add(menu, tr("menu.play_from", time=timecode(comment.time_s)), partial(comments.playAsked.emit, comment.time_s))
        place = stretch(comment.time_s, comment.end_s)
        add(menu, tr("menu.go_to", time=place), partial(comments.seekAsked.emit, comment.time_s))
    chosen = "".join(label.selectedText() for label in row.findChildren(QLabel))
    if words := chosen or comment.text:
        add(menu, tr("menu.copy"), partial(copy, words))
    if comments.editable:
        menu.addSeparator()
        _add_changes(menu, comments, comment)
    return menu


def _add_changes(menu: QMenu, comments: Comments, comment: Comment) -> None:
    why = "" if comments.may_edit(comment) else tr("menu.of_other", author=comment.author)
    add(menu, tr("menu.edit_comment"), partial(comments.edit, comment.id), why=why)
    if why:
        add(menu, tr("menu.tag_comment"), tuple, why=why)
    else:
        dimensions = comments.tag_menu(menu, comment)
        dimensions.setTitle(tr("menu.tag_comment"))
        menu.addMenu(dimensions)
    add(menu, tr("menu.remove_comment"), partial(comments.removeAsked.emit, comment.id), why=why)
