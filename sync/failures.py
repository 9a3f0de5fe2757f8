"""Known failures of talking to the HR system: a code and parameters, which `app.text` turns into a sentence."""

from __future__ import annotations


class RemoteFailure(Exception):
    """A failure that a person can be told about. `retry` says whether trying again later can help."""

    code = "remote_failed"
    retry = False

    def __init__(self, **params: object) -> None:
        self.params: dict[str, object] = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class RemoteUnreachable(RemoteFailure):
    """No connection, or no answer in time. params: host"""

    code = "remote_unreachable"
    retry = True


class RemoteBusy(RemoteFailure):
    """429, 5xx or a broken body: try later. params: host, status; retry_after_s: float | None"""

    code = "remote_busy"
    retry = True

    def __init__(self, retry_after_s: float | None = None, **params: object) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(**params)


class RemoteUnauthorized(RemoteFailure):
    """401 or 403. params: host"""

    code = "remote_unauthorized"


class RemoteConflict(RemoteFailure):
    """409 or 412: somebody else changed it. params: host, field; `theirs` is what the server holds."""

    code = "remote_conflict"

    def __init__(self, theirs: dict[str, object] | None = None, **params: object) -> None:
        self.theirs = theirs or {}
        super().__init__(**params)


class RemoteRejected(RemoteFailure):
    """Another 4xx: this item cannot be sent as it is. params: host, status, detail"""

    code = "remote_rejected"


class RemoteNonsense(RemoteFailure):
    """The answer is not what the contract says (HTML, cut body, another envelope). params: host"""

    code = "remote_nonsense"
    retry = True


class SecretMissing(RemoteFailure):
    """No key for the HR system: neither keyring nor environment has one."""

    code = "secret_missing"


class ProfileInvalid(RemoteFailure):
    """A profile or mapping file cannot be used. params: name, reason"""

    code = "profile_invalid"
