"""A token that is got for account and secret, kept in memory, and got anew before it ends.

Every connection of this process to one HR system shares one token, and while one thread gets it the others wait.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth

from sync.answer import Answer
from sync.auth.kinds import Auth, Token
from sync.auth.parts import Credentials, Surroundings, add_to_query
from sync.failures import AccountMissing, LoginPage, RemoteBusy, RemoteNonsense, RemoteUnauthorized
from sync.paths import dig
from sync.waits import asked_wait_s

MAX_LIFETIME_S = 24 * 3600.0


@dataclass(slots=True)
class _Kept:
    """One token and until when (monotonic seconds) it is used; "" = there is none."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    until: float = 0.0


_all: dict[str, _Kept] = {}
_all_lock = threading.Lock()


def forget_tokens() -> None:
    """Forget every token of this process."""
    with _all_lock:
        _all.clear()


def _kept_for(auth: Auth, base: str, account: str, secret: str) -> _Kept:
    """The token of exactly these credentials; the secret itself is no key of it."""
    name = json.dumps([base, repr(auth), account, hashlib.sha256(secret.encode()).hexdigest()])
    with _all_lock:
        return _all.setdefault(name, _Kept())


class TokenHolder:
    """Shows a token with each call."""

    def __init__(self, auth: Auth, credentials: Credentials, surroundings: Surroundings) -> None:
        self._auth, self._credentials, self._around = auth, credentials, surroundings
        self._shown = threading.local()

    def sign(self, request: requests.PreparedRequest) -> None:
        """Show the token, which is got first where there is none or it ends soon."""
        token = self._token()
        self._shown.token = token
        if self._auth.token.place == "query":
            add_to_query(request, {self._auth.header: token})
        else:
            request.headers[self._auth.header] = self._auth.token.prefix + token

    def renew(self) -> bool:
        """Forget the token that this thread showed, unless another thread has got a new one already."""
        shown, kept = getattr(self._shown, "token", ""), self._kept()
        with kept.lock:
            if kept.token == shown:
                kept.token = ""
        return bool(shown)

    def secrets(self) -> tuple[str, ...]:
        """The secret, and the token for it."""
        secret, kept = self._credentials.secret(), self._kept()
        return tuple(filter(None, (secret, kept.token, getattr(self._shown, "token", ""))))

    def _kept(self) -> _Kept:
        credentials = self._credentials
        return _kept_for(self._auth, self._around.base, credentials.account, credentials.secret())

    def _token(self) -> str:
        kept = self._kept()
        with kept.lock:
            if not kept.token or time.monotonic() >= kept.until:
                kept.token = ""
                kept.token, lifetime_s = self._got()
                kept.until = time.monotonic() + max(lifetime_s - self._auth.token.skew_s, lifetime_s / 2)
            return kept.token

    def _got(self) -> tuple[str, float]:
        """A new token and its lifetime (s)."""
        token = self._auth.token
        answer = self._around.fetch(self._request(token))
        said = _understood(answer)
        code = dig(said, token.code) if token.code else None
        if not answer.good or (token.code and str(code) != str(token.ok)):
            raise self._refused(answer, said)
        found, lifetime = dig(said, token.token), dig(said, token.lifetime)
        if not isinstance(found, str) or not found.isascii() or not found.isprintable() or not found:
            raise RemoteNonsense(host=self._host)
        return found, _seconds(lifetime, token.lifetime_s)

    def _request(self, token: Token) -> requests.Request:
        url = token.url if urlsplit(token.url).scheme else self._around.base + token.url
        credentials, fields = self._credentials, dict(token.more)
        if not credentials.account:
            raise AccountMissing()
        if not token.account:
            auth = HTTPBasicAuth(credentials.account, credentials.secret())
            return requests.Request("POST", url, auth=auth, **_written(token, fields))
        fields |= {token.account: credentials.account, token.secret: credentials.secret()}
        return requests.Request("POST", url, **_written(token, fields))

    def _refused(self, answer: Answer, said: object) -> Exception:
        if answer.page:
            return LoginPage(host=self._host)
        if answer.status in (408, 425, 429) or answer.status >= 500:
            return RemoteBusy(asked_wait_s(answer.headers), host=self._host, status=answer.status)
        if answer.status == 404 or not isinstance(said, dict):
            return RemoteNonsense(host=self._host)
        return RemoteUnauthorized(host=self._host)

    @property
    def _host(self) -> str:
        return urlsplit(self._auth.token.url).netloc or self._around.host


def _written(token: Token, fields: dict[str, str]) -> dict[str, Any]:
    return {"json": fields} if token.body == "json" else {"data": fields}


def _understood(answer: Answer) -> object:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _seconds(said: object, otherwise: float) -> float:
    """The lifetime as a server says it: a number, or one in quotes."""
    try:
        lifetime = float(str(said))
    except ValueError:
        return otherwise
    return min(lifetime, MAX_LIFETIME_S) if lifetime > 0 else otherwise
