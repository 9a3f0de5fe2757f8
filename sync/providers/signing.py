"""How a key is shown with a request: as it is, or as a signature over what is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from sync.providers.failures import ServiceKeyMissing
from sync.providers.profile import Auth

PLACEHOLDERS = frozenset(
    ("id", "time", "time_ms", "nonce", "method", "path", "body_sha256", "body_md5", "signature")
)  # fmt: skip
"""What a signed text, and the headers and parameters that go with it, may be made of."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request gets from its key. `secret` is what must not be seen in any message."""

    headers: dict[str, str]
    parameters: dict[str, str]
    secret: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """One request: what is signed, when (UNIX seconds) and with which number used once."""

    method: str
    path: str
    body: bytes
    now: float
    nonce: str


def signed(auth: Auth, key: str, occasion: Occasion) -> Signed:
    """Headers and query parameters for a key. ServiceKeyMissing where a key of two parts is needed and is none."""
    if auth.kind == "none":
        return Signed({}, {}, "")
    if auth.kind == "bearer":
        return Signed({"Authorization": f"Bearer {key}"}, {}, key)
    if auth.kind == "header":
        return Signed({auth.name: key}, {}, key)
    if auth.kind == "basic":
        return Signed({"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}, {}, key)
    return _with_signature(auth, key, occasion)


def _with_signature(auth: Auth, key: str, occasion: Occasion) -> Signed:
    name, _, secret = key.partition(":")
    if not name or not secret:
        raise ServiceKeyMissing(variable="ID:SECRET")
    known = {
        "id": name, "time": str(int(occasion.now)), "time_ms": str(int(occasion.now * 1000)), "nonce": occasion.nonce,
        "method": occasion.method, "path": occasion.path, "body_sha256": hashlib.sha256(occasion.body).hexdigest(),
        "body_md5": hashlib.md5(occasion.body, usedforsecurity=False).hexdigest(),
    }  # fmt: skip
    text = filled(auth.text, known)
    if auth.prehash:
        text = hashlib.new(auth.prehash, text.encode()).hexdigest()
    digest = hmac.new(secret.encode(), text.encode(), auth.algorithm).digest()
    known["signature"] = digest.hex() if auth.encoding == "hex" else base64.b64encode(digest).decode()
    headers = {header: filled(words, known) for header, words in auth.headers.items()}
    return Signed(headers, {name: filled(words, known) for name, words in auth.parameters.items()}, secret)


def filled(words: str, known: dict[str, str]) -> str:
    """The words with each `{name}` replaced; nothing of what is put in is looked at again."""
    parts = words.split("{")
    return parts[0] + "".join(known[part.partition("}")[0]] + part.partition("}")[2] for part in parts[1:])
