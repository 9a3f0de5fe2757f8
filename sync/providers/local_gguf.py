"""A language model in a GGUF file of the user's own, run by llama-cpp-python where that is installed.

The package is optional and not part of the product: it is large, compiled for each kind of processor, and most people
who want this have a server already. It is imported when the first question is asked, in a child process.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from sync.failures import LlmFileInvalid, LlmNonsense, LlmNotLoading, LlmRejected, LlmRuntimeMissing, LlmSilent
from sync.providers.language_model import ASK_S, MOST_ANSWER_TOKENS, Answer, Message
from sync.secrets import redacted

PACKAGE, MODULE = "llama-cpp-python", "llama_cpp"
CONTEXT_TOKENS = 4096
"""The window that a question with its answer must fit: the usual default of servers, too."""
_MAGIC = b"GGUF"
_CHUNK = 1 << 20


class LocalGguf:
    """See `LanguageModel`. Raises LlmFileInvalid for what is not a GGUF file.

    The runtime cannot be told a time limit; whoever runs it in a child process ends that one.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._loaded: Any = None
        self._version = ""
        _require_gguf(self._path)

    def close(self) -> None:
        """Give the memory back."""
        self._loaded = None

    def check(self) -> str:
        """The file's name, once the runtime is there. Raises LlmRuntimeMissing."""
        if find_spec(MODULE) is None:
            raise LlmRuntimeMissing(package=PACKAGE)
        return self._path.name

    def ask(
        self,
        messages: Sequence[Message],
        max_tokens: int = MOST_ANSWER_TOKENS,
        timeout_s: float = ASK_S,  # noqa: ARG002  see the class
    ) -> Answer:
        """One answer; loads the file first where need be. Raises LlmRuntimeMissing, LlmNotLoading, LlmRejected."""
        model = self._model()
        try:
            found = model.create_chat_completion(
                messages=msgspec.to_builtins(list(messages)), max_tokens=max_tokens, temperature=0.0, seed=0
            )
        except (ValueError, RuntimeError) as error:  # more than its window holds, or a chat template it cannot fill
            raise LlmRejected(model=self._path.name, detail=redacted(str(error), "")) from error
        try:
            choice = found["choices"][0]
            said = (choice["message"]["content"] or "").strip()
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise LlmNonsense(host=self._path.name) from error
        if not said:
            raise LlmSilent(model=self._path.name)
        return Answer(said, self._path.name, self._version, choice.get("finish_reason") == "length")

    def _model(self) -> Any:
        if self._loaded is None:
            self.check()
            self._version = _sha256(self._path)
            runtime = import_module(MODULE)
            try:
                self._loaded = runtime.Llama(
                    model_path=str(self._path), n_ctx=CONTEXT_TOKENS, n_threads=os.cpu_count(), seed=0, verbose=False
                )
            except (ValueError, RuntimeError, OSError) as error:
                detail = redacted(str(error), str(self._path.parent))
                raise LlmNotLoading(file=self._path.name, detail=detail) from error
        return self._loaded


def _require_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) == _MAGIC:
                return
    except OSError as error:
        raise LlmFileInvalid(file=path.name) from error
    raise LlmFileInvalid(file=path.name)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
