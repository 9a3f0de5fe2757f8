"""A language model in a child process: asked question after question, and ended the moment nobody wants to know."""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType

import msgspec

from analysis.failures import Cancelled, Failure
from app import resources
from app.failures import LanguageModelDied
from app.jobs.child import JOIN_S, POLL_S, TAIL_LINES, cause_of_death, read_lines, spawn, spoken_failure, tell
from app.jobs.ending import end
from sync.failures import LlmTimeout
from sync.providers import Answer, Message, ModelChoice
from sync.providers.language_model import ASK_S, MOST_ANSWER_TOKENS
from sync.providers.worker import Question, Refused, Reply

GRACE_S = 5.0
"""So much longer than its time limit a child may take to say that the model was too slow; then it is ended."""


class AskingChild:
    """A model that was chosen, from `with` to its end. Cancelling, and leaving the block, kill the child at once."""

    def __init__(self, choice: ModelChoice, cancel: threading.Event) -> None:
        self._choice, self._cancel = choice, cancel
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._complaints: deque[bytes] = deque(maxlen=TAIL_LINES)

    def __enter__(self) -> AskingChild:
        if self._cancel.is_set():
            raise Cancelled
        self._child = spawn(command(), os.environ | {"PYTHONUTF8": "1"})
        self._readers = (
            read_lines(self._child.stdout, self._lines.put, "model-answers", closing=lambda: self._lines.put(None)),
            read_lines(self._child.stderr, self._complaints.append, "model-complaints"),
        )
        tell(self._child, msgspec.json.encode(self._choice) + b"\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self._child)
        for reader in self._readers:
            reader.join(JOIN_S)

    def ask(
        self, messages: Sequence[Message], max_tokens: int = MOST_ANSWER_TOKENS, timeout_s: float = ASK_S
    ) -> Answer:
        """The answer. Raises Cancelled, LanguageModelDied, or a Failure with the code of a `LanguageModelFailure`."""
        question = Question(tuple(messages), max_tokens, timeout_s)
        tell(self._child, msgspec.json.encode(question) + b"\n")
        reply = self._reply(timeout_s)
        if isinstance(reply, Refused):
            raise spoken_failure(Failure, reply.code, reply.params)
        return reply.answer

    def _reply(self, timeout_s: float) -> Reply:
        until = time.monotonic() + timeout_s + GRACE_S
        while not self._cancel.is_set():
            try:
                line = self._lines.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() > until:
                    late = {"model": named(self._choice), "seconds": f"{timeout_s:g}"}
                    raise spoken_failure(Failure, LlmTimeout.code, late) from None
                continue
            if line is None:
                self._readers[1].join(JOIN_S)
                raise LanguageModelDied(detail=cause_of_death(self._child, self._complaints))
            return _understood(line)
        raise Cancelled


def command() -> list[str]:
    """What starts the child: the frozen program itself, or Python with the worker module."""
    if getattr(sys, "frozen", False):
        return [*resources.program(), "--model-worker"]
    return [sys.executable, "-m", "sync.providers.worker"]


def named(choice: ModelChoice) -> str:
    """What a person calls the model before it has said its own name."""
    wanted = getattr(choice, "model", "") or getattr(choice, "url", "") or os.path.basename(getattr(choice, "path", ""))
    return str(wanted)


def _understood(line: bytes) -> Reply:
    try:
        reply: Reply = msgspec.json.decode(line, type=Reply)
    except msgspec.DecodeError as error:
        raise LanguageModelDied(detail=str(error)) from error
    return reply
