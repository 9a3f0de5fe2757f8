"""Signs each call with the secret, on the HR system's clock; what is signed, and in which order, the profile says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import requests

from sync.auth.kinds import Auth, Signature
from sync.auth.parts import Credentials, ServerClock, add_to_query
from sync.failures import AccountMissing

TOLERANCE_S = 1.0
"""A clock that differs by more than this from the one that was signed with makes another try sensible."""


@dataclass(slots=True)
class Signer:
    """Signs calls. A refusal is worth another try when the answer told that our clock was off."""

    auth: Auth
    credentials: Credentials
    clock: ServerClock
    _signed_with_s: float = 0.0

    def sign(self, request: requests.PreparedRequest) -> None:
        """Add signature, timestamp, nonce and account."""
        signature, secret, account = self.auth.signature, self.credentials.secret(), self.credentials.account
        if self.auth.wants_account and not account:
            raise AccountMissing()
        self._signed_with_s = self.clock.skew_s
        now = self.clock.now()
        moment = str(int(now * 1000)) if signature.time == "ms" else str(int(now))
        nonce = secrets.token_hex(16)
        shown = _named(
            {signature.timestamp: moment, signature.nonce: nonce, signature.account: account}
        )  # fmt: skip
        _show(request, signature, shown)
        values = {"timestamp": moment, "nonce": nonce, "account": account, "secret": secret}
        signed = signature.join.join(_part(part, request, signature, values) for part in signature.parts)
        _show(request, signature, {signature.signature: signature.prefix + _digest(signature, secret, signed)})

    def renew(self) -> bool:
        """Whether the HR system's clock turned out to be another than the one that was signed with."""
        return abs(self.clock.skew_s - self._signed_with_s) > TOLERANCE_S

    def secrets(self) -> tuple[str, ...]:
        """The secret; what is made of it tells nothing."""
        return (self.credentials.secret(),)


def _named(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name}


def _show(request: requests.PreparedRequest, signature: Signature, values: dict[str, str]) -> None:
    if signature.place == "query":
        add_to_query(request, values)
    else:
        request.headers.update(values)


def _part(part: str, request: requests.PreparedRequest, signature: Signature, values: dict[str, str]) -> str:
    if part.startswith("="):
        return part[1:]
    if part in values:
        return values[part]
    address, body = urlsplit(request.url or ""), _body(request)
    if part == "query":
        pairs = sorted(parse_qsl(str(address.query), keep_blank_values=True))
        return signature.between.join(f"{name}{signature.pair}{value}" for name, value in pairs)
    return {
        "method": request.method or "",
        "path": str(address.path) or "/",
        "body": body.decode("utf-8", "replace"),
        "body_sha256": hashlib.sha256(body).hexdigest(),
        "body_md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
    }[part]


def _body(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def _digest(signature: Signature, secret: str, signed: str) -> str:
    """The signature as it is shown."""
    if signature.digest == "md5":
        raw = hashlib.md5(signed.encode(), usedforsecurity=False).digest()  # what the HR system asks for
    elif signature.digest == "sha256":
        raw = hashlib.sha256(signed.encode()).digest()
    else:
        name = signature.digest.removeprefix("hmac-")
        raw = hmac.new(secret.encode(), signed.encode(), name).digest()
    if signature.encoding == "base64":
        return base64.b64encode(raw).decode()
    return raw.hex().upper() if signature.upper else raw.hex()
