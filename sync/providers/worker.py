"""The child's main: holds one language model and answers question after question, one JSON line each.

The first line on standard input says which model; then each `Question` is answered by a `Said` or a `Refused`. The
answers go out on the original standard output; what a library prints goes to standard error. When the parent closes the
child's standard input, or ends, the child ends at once, whatever the model is doing.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import BinaryIO

import msgspec

from sync.failures import LanguageModelFailure
from sync.providers.language_model import Answer, LanguageModel, Message, ModelChoice, open_model

ORPHANED = 3
"""Exit status after standard input was closed before the model was let go."""


class Question(msgspec.Struct, frozen=True):
    """What to ask; see `LanguageModel.ask`."""

    messages: tuple[Message, ...]
    max_tokens: int
    timeout_s: float


class Said(msgspec.Struct, frozen=True, tag_field="type", tag="said"):
    """The model's answer."""

    answer: Answer


class Refused(msgspec.Struct, frozen=True, tag_field="type", tag="refused"):
    """A known failure, with its parameters as text."""

    code: str
    params: dict[str, str]


Reply = Said | Refused


def main() -> int:
    """Answer until nobody asks any more. A bug ends with a traceback and status 1."""
    out = _private_output()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), name="parent", daemon=True).start()
    choice = msgspec.json.decode(lines.get(), type=ModelChoice)
    model: LanguageModel | None = None
    while True:
        question = msgspec.json.decode(lines.get(), type=Question)
        try:
            model = model or open_model(choice)
            reply: Reply = Said(model.ask(question.messages, question.max_tokens, question.timeout_s))
        except LanguageModelFailure as failure:
            reply = Refused(failure.code, {name: str(value) for name, value in failure.params.items()})
        out.write(msgspec.json.encode(reply) + b"\n")
        out.flush()


def _private_output() -> BinaryIO:
    """The original standard output, kept apart; whatever prints from now on prints to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def _listen(lines: queue.SimpleQueue[bytes]) -> None:
    """Hand on each line; at the end of the input, end the process.

    Read from the descriptor itself: a thread that waits in a buffered stream holds its lock when Python closes.
    """
    received = b""
    while piece := os.read(0, 1 << 16):
        *whole, received = (received + piece).split(b"\n")
        for line in whole:
            lines.put(line)
    os._exit(ORPHANED)


if __name__ == "__main__":
    sys.exit(main())
