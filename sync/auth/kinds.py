"""The part [auth] of a profile: data that says how a call shows who calls."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import msgspec

KINDS = ("bearer", "header", "basic", "query", "token", "signature", "certificate")
MIN_SKEW_S, MAX_SKEW_S = 60.0, 300.0
"""A token is got anew so long before it ends: not less than clocks differ, not more than two tokens overlap."""
PARTS = (
    "method", "path", "query", "timestamp", "nonce", "body", "body_sha256", "body_md5", "account", "secret",
)  # fmt: skip
"""What a signature may be made of, besides fixed text ("=TEXT")."""


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a token is got and how (OAuth 2 client credentials and its many cousins).

    `url` is a path below the address, or another https address. `account` and `secret` name the fields of the request
    ("" = sent by Basic instead), `more` holds fixed ones (grant_type, scope). `token`, `lifetime` (seconds) and `code`
    are dotted paths in the answer; where there is a `code` it has to be `ok`. `prefix` stands before the token in
    `auth.header`, or it goes into the query under that name.
    """

    url: str = ""
    body: Literal["form", "json"] = "form"
    account: str = "client_id"
    secret: str = "client_secret"
    more: dict[str, str] = msgspec.field(default_factory=lambda: {"grant_type": "client_credentials"})
    token: str = "access_token"
    lifetime: str = "expires_in"
    lifetime_s: float = 3600.0
    skew_s: float = 120.0
    code: str = ""
    ok: int | str = 0
    message: str = "error_description"
    place: Literal["header", "query"] = "header"
    prefix: str = "Bearer "


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a call is signed. `parts`, in this order and joined with `join`, are what is signed (see PARTS).

    "query" is every parameter, sorted by name, written name + `pair` + value and joined with `between`; what is shown
    in the query itself is among them, the signature excepted. A digest without a key needs the part "secret". `time` is
    the unit of the timestamp. `signature`, `timestamp`, `nonce`, `account` are the names under which each is shown, ""
    = not shown.
    """

    digest: Literal["hmac-sha256", "hmac-sha1", "md5", "sha256"] = "hmac-sha256"
    parts: tuple[str, ...] = ("method", "path", "query", "timestamp", "nonce", "body_sha256")
    join: str = "\n"
    pair: str = "="
    between: str = "&"
    encoding: Literal["hex", "base64"] = "hex"
    upper: bool = False
    time: Literal["s", "ms"] = "s"
    place: Literal["header", "query"] = "header"
    prefix: str = ""
    signature: str = "X-Signature"
    timestamp: str = "X-Timestamp"
    nonce: str = "X-Nonce"
    account: str = "X-App-Key"


class Auth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a call shows who calls; the kinds are explained in `sync.auth`.

    `header` holds the secret or the token (a parameter's name, where it goes into the query), `account` the public half
    of a pair ("" = not shown in a header). `key_only`: of kind basic, the secret is the user, and there is no account.
    `certificate`: the HR system wants a client certificate too.
    """

    kind: str = "bearer"
    header: str = "Authorization"
    account: str = ""
    key_only: bool = False
    certificate: bool = False
    token: Token = Token()
    signature: Signature = Signature()

    @property
    def wants_account(self) -> bool:
        """Whether there is a public half to enter."""
        shown = self.kind == "signature" and ("account" in self.signature.parts or bool(self.signature.account))
        paired = self.kind == "token" or (self.kind == "basic" and not self.key_only)
        return paired or shown or bool(self.account)

    @property
    def wants_certificate(self) -> bool:
        """Whether a client certificate has to be chosen."""
        return self.certificate or self.kind == "certificate"

    @property
    def wants_secret(self) -> bool:
        """Whether there is a secret to enter."""
        return self.kind != "certificate"


def wrong_auth(auth: Auth) -> str:
    """What is wrong with the part [auth] of a profile; "" = nothing."""
    if auth.kind not in KINDS:
        return f"auth.kind = {auth.kind!r}"
    if auth.key_only and auth.kind != "basic":
        return f"auth.key_only: kind = {auth.kind!r}"
    if auth.kind == "token":
        return _wrong_token(auth.token)
    return _wrong_signature(auth.signature) if auth.kind == "signature" else ""


def _wrong_token(token: Token) -> str:
    parts = urlsplit(token.url)
    elsewhere = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    if not elsewhere and (not token.url.startswith("/") or token.url.startswith("//")):
        return f"auth.token.url = {token.url!r}"
    if not MIN_SKEW_S <= token.skew_s <= MAX_SKEW_S:
        return f"auth.token.skew_s = {token.skew_s}"
    if not token.token or token.lifetime_s <= 0 or bool(token.account) != bool(token.secret):
        return "auth.token"
    return ""


def _wrong_signature(signature: Signature) -> str:
    unknown = [part for part in signature.parts if part not in PARTS and not part.startswith("=")]
    if unknown or not signature.parts:
        return f"auth.signature.parts: {', '.join(unknown)}"
    keyed = signature.digest.startswith("hmac")
    if keyed == ("secret" in signature.parts):
        return "auth.signature.parts: secret"
    if not signature.signature or ("nonce" in signature.parts and not signature.nonce):
        return "auth.signature: signature, nonce"
    return "auth.signature.timestamp" if "timestamp" in signature.parts and not signature.timestamp else ""
