"""Brings what other threads say to the window's thread.

A thread must not emit a signal of an object that the window may destroy meanwhile: inside Qt the interpreter's lock is
not held, so that looking beforehand does not help. Nor may it be the last to let go of such an object: one whose class
is written in Python ends in the thread that lets go of it, beside the window. So what other threads are given holds
nothing of Qt: a call waits in a queue, and one bell, which is there as long as the program, wakes the window.
"""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable
from functools import cache, partial
from typing import Any, ParamSpec
from weakref import WeakMethod

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

Given = ParamSpec("Given")
Call = Callable[[], object]


class _Bell(QObject):
    """Runs calls in the thread in which it was made, one an event."""

    _rung = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.thread_id = threading.get_ident()
        self._waiting: deque[Call] = deque()
        self._there, self._hangs = threading.Lock(), True
        self._rung.connect(self._next, Qt.ConnectionType.QueuedConnection)
        atexit.register(self._take_down)

    def ring(self, call: Call) -> None:
        """Any thread: run this, after what waits; nothing any more once the program ends."""
        with self._there:
            if self._hangs:
                self._waiting.append(call)
                self._rung.emit()

    def _take_down(self) -> None:
        """Qt's objects are about to be destroyed: nobody is ringing now, or will."""
        with self._there:
            self._hangs = False
            self._waiting.clear()

    def _next(self) -> None:
        self._waiting.popleft()()


@cache
def _bell() -> _Bell:
    """The bell of the window's thread: asked for there first, when what rings it is made."""
    return _Bell()


class Post:
    """A callable: `post(function)` runs the function on the window's thread, in order, as soon as it is idle."""

    def __init__(self) -> None:
        self._open = True
        self._bell = _bell()
        self._waiting: deque[Call] = deque()

    def __call__(self, function: Call) -> None:
        """Queue a function; may be called from any thread."""
        if self._open:
            self._waiting.append(function)
            self._bell.ring(self._next)

    def close(self) -> None:
        """Drop what waits and what comes from now on: the window is going."""
        self._open = False
        self._waiting.clear()

    def _next(self) -> None:
        if self._open and self._waiting:
            self._waiting.popleft()()


def telling(method: Callable[Given, Any]) -> Callable[Given, None]:
    """What any thread may call in place of a bound method of a Qt object.

    The method runs in the window's thread: at once where that calls, else in order as soon as it is idle, and not at
    all once the object is gone. The object is held weakly. To be made in the window's thread.
    """
    weak, bell = WeakMethod(method), _bell()

    def run(*given: Given.args, **named: Given.kwargs) -> None:
        found = weak()
        if found is not None and shiboken6.isValid(getattr(found, "__self__", None)):
            found(*given, **named)

    def tell(*given: Given.args, **named: Given.kwargs) -> None:
        if threading.get_ident() == bell.thread_id:
            run(*given, **named)
        else:
            bell.ring(partial(run, *given, **named))

    return tell
