"""Landmarks of single pictures from a child that stays: the newest picture counts, and nobody ever waits for it."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from analysis.failures import Failure, WorkerDied
from analysis.landmark_worker import FaceShape, Marked, PictureHead, Reply
from analysis.protocol import Places
from app import resources
from app.jobs.child import (
    FIXED,
    JOIN_S,
    POLL_S,
    TAIL_LINES,
    THREAD_LIMITS,
    cause_of_death,
    read_lines,
    spawn,
    spoken_failure,
    tell,
)  # fmt: skip
from app.jobs.ending import end

HANG_S = 30.0
"""A child that takes longer for a picture hangs; the first one loads the models."""
MOST_DEATHS = 2
"""A child that dies more often is not started again."""

Points = NDArray[np.float32]
"""(478, 2) x and y as shares of the picture's width and height."""


Answered = Callable[[int, tuple[Points, ...]], None]
"""Gets a picture's number and its faces."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A picture: its number, and (height, width, 3) RGB as bytes without gaps."""

    number: int
    width: int
    height: int
    rgb: bytes


class LandmarkChild:
    """Finds the faces of pictures. Every call returns at once.

    `answered` gets a picture's number and its faces, `failed` what keeps it from finding any; both are called on a
    thread of this object. One picture is under way at a time; of those asked for meanwhile only the newest is looked
    at. The child starts with the first picture and ends with `close`.
    """

    def __init__(self, places: Places, answered: Answered, failed: Callable[[Failure], None]) -> None:
        self.places, self._answered, self._failed = places, answered, failed
        self._change = threading.Condition()
        self._wish: Asked | None = None
        self.closed = False
        self._deaths = 0
        self._thread: threading.Thread | None = None

    def ask(self, asked: Asked) -> None:
        """Look at this picture next; one that still waits gives way."""
        with self._change:
            if self.closed:
                return
            self._wish = asked
            self._change.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="landmarks", daemon=True)
                self._thread.start()

    def forget(self) -> None:
        """A picture that still waits is not wanted any more."""
        with self._change:
            self._wish = None

    def close(self) -> None:
        """Nothing is wanted any more: the child is ended by its thread, at once."""
        with self._change:
            self.closed, self._wish = True, None
            self._change.notify_all()

    def join(self, timeout_s: float) -> None:
        """Wait until the child is gone, for those that need to know."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _serve(self) -> None:
        while self._next_wish() is not None and self._deaths < MOST_DEATHS:
            try:
                _Conversation(self).hold()
            except Failure as failure:
                self._deaths += 1
                self._say_failure(failure)

    def _next_wish(self) -> Asked | None:
        """The picture to look at, left where it is; None once it is closed."""
        with self._change:
            self._change.wait_for(lambda: self.closed or self._wish is not None)
            return self._wish

    def take_wish(self) -> Asked | None:
        """Wait for the picture to look at next, and take it; None once it is closed."""
        with self._change:
            self._change.wait_for(lambda: self.closed or self._wish is not None)
            wish, self._wish = self._wish, None
            return wish

    def _say_failure(self, failure: Failure) -> None:
        if not self.closed:
            self._failed(failure)

    def hear(self, reply: Reply) -> None:
        """Hand an answer on."""
        if self.closed:
            return
        if isinstance(reply, Marked):
            self._answered(reply.number, tuple(_points(face) for face in reply.faces))
        else:
            self._failed(spoken_failure(Failure, reply.code, reply.params))


MakeChild = Callable[[Answered, Callable[[Failure], None]], LandmarkChild]


class _Conversation:
    """With one child, from its start to its end."""

    def __init__(self, of: LandmarkChild) -> None:
        self._of = of
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._complaints: deque[bytes] = deque(maxlen=TAIL_LINES)

    def hold(self) -> None:
        """Ask until the object is closed. Raises WorkerDied."""
        of = self._of
        environment = os.environ | dict.fromkeys(THREAD_LIMITS, "1") | FIXED
        child = spawn(command(), environment)
        readers = (
            read_lines(child.stdout, self._lines.put, "landmark-answers", closing=lambda: self._lines.put(None)),
            read_lines(child.stderr, self._complaints.append, "landmark-complaints"),
        )
        try:
            tell(child, msgspec.json.encode(of.places) + b"\n")
            while (wish := of.take_wish()) is not None:
                head = PictureHead(wish.number, wish.width, wish.height)
                tell(child, msgspec.json.encode(head) + b"\n" + wish.rgb)
                reply = self._reply()
                if reply is None and not of.closed:
                    readers[1].join(JOIN_S)
                    raise WorkerDied(detail=cause_of_death(child, self._complaints))
                if reply is not None:
                    of.hear(reply)
        finally:
            end(child)
            for reader in readers:
                reader.join(JOIN_S)

    def _reply(self) -> Reply | None:
        """The child's answer; None where it died, hangs, or nobody wants to know any more."""
        until = time.monotonic() + HANG_S
        while not self._of.closed and time.monotonic() < until:
            try:
                line = self._lines.get(timeout=POLL_S)
            except queue.Empty:
                continue
            return None if line is None else _understood(line)
        return None


def command() -> list[str]:
    """What starts the child: the frozen program itself, or Python with the worker module."""
    if getattr(sys, "frozen", False):
        return [*resources.program(), "--landmark-worker"]
    return [sys.executable, "-m", "analysis.landmark_worker"]


def _understood(line: bytes) -> Reply:
    try:
        reply: Reply = msgspec.json.decode(line, type=Reply)
    except msgspec.DecodeError as error:
        raise WorkerDied(detail=str(error)) from error
    return reply


def _points(face: FaceShape) -> Points:
    return np.array(face.points, np.float32).reshape(-1, 2)
