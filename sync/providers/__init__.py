"""Third-party AI services: a language model that runs on this computer, and services beyond it behind one engine.

`open_model` gives a `LanguageModel` for a `ModelChoice`: an OpenAI-compatible server on loopback, or a GGUF file of the
user's own through an optional package. What is asked, and what becomes of an answer, is `app`'s business; `app` runs
these in a child process (`sync.providers.worker`). None of them reaches beyond this computer, and nothing is fetched.

`service.Service` asks an outside service as a profile (`profile`, checked by `checking`; those that ship lie in
`services`) says. Whether anything may be sent at all is decided in `app.outside`, before this is ever called.
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
