"""Which language model a person has set up, from the settings: none, a server on this computer, or a file."""

from __future__ import annotations

from app.failures import LanguageModelOff
from app.settings import Settings
from sync.providers import FileModel, ModelChoice, ServerModel


def chosen(settings: Settings) -> ModelChoice | None:
    """The model; an address goes before a file. None = off, as it is until somebody enters one."""
    if settings.llm_url.strip():
        return ServerModel(settings.llm_url.strip(), settings.llm_model.strip())
    return FileModel(settings.llm_gguf.strip()) if settings.llm_gguf.strip() else None


def required(settings: Settings) -> ModelChoice:
    """The same where one is needed. Raises LanguageModelOff."""
    choice = chosen(settings)
    if choice is None:
        raise LanguageModelOff
    return choice


def check_address(url: str) -> None:
    """Raises LlmAddressRefused for an address that is not one of this computer; an empty one is none."""
    from sync.providers import open_model

    if url.strip():
        open_model(ServerModel(url)).close()


def test(settings: Settings) -> str:
    """The name of the model that would answer; asks it nothing. Raises LanguageModelOff, LanguageModelFailure."""
    from sync.providers import open_model

    model = open_model(required(settings))
    try:
        return model.check()
    finally:
        model.close()
