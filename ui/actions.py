"""What a person can do, as a list: the keys, the sheet of keys and the palette all read it, so that none can lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.text import tr

GROUPS = ("record", "play", "words", "selection", "timeline", "score", "window")
"""The order in which the sheet and the palette list them. Titles: `actions.group_<group>`."""
FULL_WIDTH = {"？": "?", "，": ",", "。": ".", "【": "[", "】": "]", "＋": "+", "－": "-", "＝": "="}
"""What a Chinese input method writes for the marks that are keys here."""


def always() -> bool:
    """Of an action that can be done at any time."""
    return True


@dataclass(frozen=True)
class Action:
    """Something to do. `id` names its title (`actions.<id>`, filled with `params`); `keys` as Qt spells them portably.

    Without `run` it is a key that works at some place only (a dimension, a lane): the sheet says so, nothing offers it.
    `enabled` tells whether it can be done now.
    """

    id: str
    group: str
    keys: tuple[str, ...] = ()
    run: Callable[[], object] | None = None
    enabled: Callable[[], bool] = always
    params: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it does, in the language in use."""
        return tr(f"actions.{self.id}", **self.params)

    @property
    def key_text(self) -> str:
        """Its keys as they stand on this system's keyboards; the first is the one to learn."""
        return tr("actions.or").join(shown(key) for key in self.keys)


def shown(key: str) -> str:
    """A key as this system writes it. Keys that Qt cannot spell ("1 – 9") stand as they are."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) or key


def for_key(actions: Iterable[Action], event: QKeyEvent) -> Action | None:
    """The action that a key press asks for, if it can be done now."""
    key = spelled(event)
    wanted = (action for action in actions if action.run is not None and key in action.keys)
    return next((action for action in wanted if action.enabled()), None)


def spelled(event: QKeyEvent) -> str:
    """A key press as Qt spells it portably. Marks count as what they write, whatever keys write them."""
    written = FULL_WIDTH.get(event.text(), event.text())
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    is_mark = len(written) == 1 and written.isprintable() and not written.isspace() and not written.isalnum()
    if is_mark and not held & ~Qt.KeyboardModifier.ShiftModifier:
        return written
    combination = QKeyCombination(held, Qt.Key(event.key()))
    return QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)


def _in(word: str, title: str) -> bool:
    """Whether a title has a word, or a Chinese word's characters one after the other."""
    if word.isascii() or word in title:
        return word in title
    rest = iter(title)
    return all(character in rest for character in word)


def matching(actions: Sequence[Action], wanted: str) -> list[Action]:
    """The actions that can be done now and whose title or id has every word of `wanted`, those that begin so first.

    Chinese is written without spaces: its characters are found in their order (最长停顿 in 最长的停顿).
    """
    words = wanted.casefold().split()
    found = []
    for place, action in enumerate(actions):
        title, name = action.title.casefold(), action.id.replace("_", " ")
        if action.run is None or not action.enabled() or not all(_in(word, title) or word in name for word in words):
            continue
        begins = bool(words) and any(text.startswith(words[0]) for text in (title, name))
        found.append((not begins, GROUPS.index(action.group), place, action))
    return [action for *_, action in sorted(found, key=lambda each: each[:3])]
