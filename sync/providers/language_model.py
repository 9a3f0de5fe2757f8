"""The one interface of language models, and which one a person chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

MOST_ANSWER_TOKENS = 1024
ASK_S = 600.0
"""How long one answer may take: a small model on two cores writes a few tokens a second."""


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation; `role` is "system", "user" or "assistant"."""

    role: str
    content: str


class Answer(msgspec.Struct, frozen=True):
    """What a model said. `version` = the file's SHA-256 or the server's fingerprint, "" = not told.

    `cut` = it had more to say than `max_tokens` allowed.
    """

    text: str
    model: str
    version: str = ""
    cut: bool = False


class ServerModel(msgspec.Struct, frozen=True, tag_field="kind", tag="server"):
    """A model behind an OpenAI-compatible server; `model` "" = the only one that it has."""

    url: str
    model: str = ""


class FileModel(msgspec.Struct, frozen=True, tag_field="kind", tag="file"):
    """A GGUF file."""

    path: str


ModelChoice = ServerModel | FileModel


class LanguageModel(Protocol):
    """Answers questions. Every method raises `sync.failures.LanguageModelFailure` only."""

    def ask(
        self, messages: Sequence[Message], max_tokens: int = MOST_ANSWER_TOKENS, timeout_s: float = ASK_S
    ) -> Answer:
        """One answer, as reproducible as the model allows: temperature 0, a fixed seed."""
        ...

    def check(self) -> str:
        """The name of the model that would answer; quick, and asks it nothing."""
        ...

    def close(self) -> None:
        """Let go of connections and memory."""
        ...


def open_model(choice: ModelChoice) -> LanguageModel:
    """The model that was chosen. Raises LlmAddressRefused, LlmFileInvalid."""
    if isinstance(choice, ServerModel):
        from sync.providers.openai_compatible import OpenAiCompatible

        return OpenAiCompatible(choice.url, choice.model)
    from sync.providers.local_gguf import LocalGguf

    return LocalGguf(choice.path)
