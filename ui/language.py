"""Texts of widgets that follow the language while the program runs.

`bind(label.setText, "review.sign")` sets the text now and again whenever the language changes. A binding ends with
the widget that owns the setter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal

from app import text


class _Language(QObject):
    """Says that the language changed, and holds the bindings."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.bindings: list[tuple[QObject, Callable[[], None]]] = []

    def add(self, owner: QObject, apply: Callable[[], None]) -> None:
        """Keep a binding; now and then drop those whose widget is gone."""
        if len(self.bindings) % 256 == 255:
            self._sweep()
        self.bindings.append((owner, apply))

    def retranslate(self) -> None:
        """Set every bound text again, forgetting widgets that are gone."""
        self._sweep()
        for _, apply in list(self.bindings):
            apply()

    def _sweep(self) -> None:
        self.bindings = [(owner, apply) for owner, apply in self.bindings if shiboken6.isValid(owner)]


_language = _Language()
changed = _language.changed


def set_language(name: str) -> None:
    """Switch the whole window to "zh", "en" or "pseudo"."""
    text.set_language(name)
    _language.retranslate()
    _language.changed.emit(name)


def bind(setter: Callable[[str], Any], key: str, /, **params: object) -> None:
    """Give a widget the text of `key` now and after each change of language; `setter` is a QObject's bound method."""
    owner = getattr(setter, "__self__", None)
    if not isinstance(owner, QObject):
        raise TypeError("bind() needs a bound method of a Qt object")
    method = getattr(setter, "__name__", "")
    on_change(owner, lambda: getattr(owner, method)(text.tr(key, **params)))


def on_change(owner: QObject, apply: Callable[[], None]) -> None:
    """Call `apply` now and after each change of language, as long as `owner` lives: for composed texts."""
    apply()
    _language.add(owner, apply)
