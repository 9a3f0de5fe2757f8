"""The secret itself, shown with each call."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from requests.auth import HTTPBasicAuth

from sync.auth.kinds import Auth
from sync.auth.parts import Credentials, add_to_query


@dataclass(slots=True)
class Key:
    """Kinds bearer, header, basic and query; the secret is the user where `basic` has no account, or wants none."""

    auth: Auth
    credentials: Credentials

    def sign(self, request: requests.PreparedRequest) -> None:
        """Show the secret, and the account where it has a header of its own."""
        secret, account = self.credentials.secret(), self.credentials.account
        if self.auth.kind == "basic":
            pair = (account, secret) if account and not self.auth.key_only else (secret, "")
            HTTPBasicAuth(*pair)(request)
            return
        if self.auth.account and account:
            request.headers[self.auth.account] = account
        if self.auth.kind == "query":
            add_to_query(request, {self.auth.header: secret})
        else:
            request.headers[self.auth.header] = f"Bearer {secret}" if self.auth.kind == "bearer" else secret

    def renew(self) -> bool:
        """There is only one."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """The secret."""
        return (self.credentials.secret(),)


class Nothing:
    """The client's certificate says it all."""

    def sign(self, request: requests.PreparedRequest) -> None:
        """Nothing is added."""

    def renew(self) -> bool:
        """There is nothing to get."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """None that travels."""
        return ()
