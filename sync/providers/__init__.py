"""Third-party AI services behind one interface: today a language model that runs on this computer.

`open_model` gives a `LanguageModel` for a `ModelChoice`: an OpenAI-compatible server on loopback, or a GGUF file of the
user's own through an optional package. What is asked, and what becomes of an answer, is `app`'s business; `app` runs
these in a child process (`sync.providers.worker`). Nothing here reaches beyond this computer, and nothing is fetched.
"""

from sync.providers.language_model import (
    Answer,
    FileModel,
    LanguageModel,
    Message,
    ModelChoice,
    ServerModel,
    open_model,
)

__all__ = ["Answer", "FileModel", "LanguageModel", "Message", "ModelChoice", "ServerModel", "open_model"]
