"""How a call shows who calls: one module for each way, chosen by a profile's part [auth].

Kinds: `bearer`, `header`, `basic` and `query` show the secret itself (module `key`), `token` gets a token for it,
`signature` signs each call with it, `certificate` shows nothing but the client's certificate, which every kind may ask
for too. What an authenticator gets it keeps in memory only.
"""

from __future__ import annotations

from sync.auth.key import Key, Nothing
from sync.auth.kinds import KINDS, Auth, wrong_auth
from sync.auth.parts import Authenticator, Credentials, Fetch, ServerClock, Surroundings
from sync.auth.signature import Signer
from sync.auth.token import TokenHolder

__all__ = [
    "KINDS",
    "Auth",
    "Authenticator",
    "Credentials",
    "Fetch",
    "ServerClock",
    "Surroundings",
    "authenticator",
    "wrong_auth",
]


def authenticator(auth: Auth, credentials: Credentials, surroundings: Surroundings) -> Authenticator:
    """The authenticator of a profile's kind. `wrong_auth` has checked the kind."""
    if auth.kind == "token":
        return TokenHolder(auth, credentials, surroundings)
    if auth.kind == "signature":
        return Signer(auth, credentials, surroundings.clock)
    return Nothing() if auth.kind == "certificate" else Key(auth, credentials)
