"""An error in a method that Qt calls is told like any other, and does not end the program.

Qt calls back into Python through the methods that a class overrides (`resizeEvent`, `data`, …). Where Python code waits
above, PySide keeps an error that leaves such a method, and puts words before its message. On Python before 3.12 it
takes the error as the interpreter holds it at that moment; one that was raised in C (an index out of range, a widget
that is gone, `int("x")`) is a class and a bare message then, no exception object, and PySide reads past it: the process
dies (PySide 6.11, `prependToExceptionMessage`). Passing an `except` makes it an object, so every override passes one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any

from shiboken6 import Shiboken

NEEDED = sys.version_info < (3, 12)
"""Since then Python holds every error as an object."""


def guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose errors are exception objects when they leave it."""

    @wraps(function)
    def calling(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except BaseException:
            raise

    return calling


def _made(cls: type, /, **named: Any) -> None:
    """A class of ours on one of Qt's: what it overrides is guarded."""
    super(Shiboken.Object, cls).__init_subclass__(**named)  # type: ignore[misc]  # as its own method would call
    above = [base for base in cls.__mro__[1:] if base.__module__.partition(".")[0] == "PySide6"]
    for name, value in list(vars(cls).items()):
        if isinstance(value, FunctionType) and not name.startswith("__") and any(name in vars(one) for one in above):
            setattr(cls, name, guarded(value))


def guard_overrides() -> None:
    """From now on, for each class that is made on one of Qt's."""
    if NEEDED:
        setattr(Shiboken.Object, "__init_subclass__", classmethod(_made))  # noqa: B010
