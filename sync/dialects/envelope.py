"""What an answer of a configurable HR system means: judged by its body first, then by its HTTP status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from sync.client import Answer, Wire, unsure
from sync.failures import (
    LoginPage,
    RemoteBusy,
    RemoteChanging,
    RemoteConflict,
    RemoteFailure,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RightMissing,
)
from sync.paths import dig

Words = tuple[int | str, ...]


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the codes in a body mean, whatever the HTTP status says. All empty = HTTP alone decides.

    `ok`; `retry` later, it may have been done; `limited` = too many calls, nothing was done; `busy` = another call is
    at work on it; `changed` = somebody wrote since it was read, nothing was done; `reauth` = token or signature
    refused; `forbidden` = a right is missing; `conflict` = it holds something else; `gone` = there is no such thing
    (any more); `permanent` = not acceptable, as every code in no list.
    """

    ok: Words = ()
    retry: Words = ()
    limited: Words = ()
    busy: Words = ()
    changed: Words = ()
    reauth: Words = ()
    forbidden: Words = ()
    conflict: Words = ()
    gone: Words = ()
    permanent: Words = ()


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Dotted paths in an answer: to what was asked for ("" = the whole answer), and to an error's parts."""

    data: str = ""
    code: str = "code"
    message: str = "message"
    theirs: str = "theirs"
    codes: Codes = Codes()

    def meaning(self, code: object) -> str:
        """The name of the list that a code is in; "permanent" for one in no list, "" where there are no lists."""
        if not self.codes.ok:
            return ""
        for name in Codes.__struct_fields__:
            if str(code) in map(str, getattr(self.codes, name)):
                return name
        return "permanent"


class Gone(RemoteRejected):
    """There is no such thing (any more). params: host, status, detail"""


@dataclass(frozen=True, slots=True)
class Judge:
    """Tells a good answer of one system from a bad one."""

    wire: Wire
    envelope: Envelope

    def understood(self, answer: Answer) -> dict[str, Any]:
        """The JSON of a good answer, or the failure that a bad one is."""
        body = _object(answer)
        meaning = self.envelope.meaning(dig(body, self.envelope.code)) if body is not None else ""
        if answer.good and meaning in ("", "ok"):
            return self._json(answer, body)
        raise self.failure(answer)

    def failure(self, answer: Answer) -> RemoteFailure:
        """The failure that a bad answer is."""
        body = _object(answer) or {}
        return self._failure(answer, body, self.envelope.meaning(dig(body, self.envelope.code)))

    def refused(self, answer: Answer) -> bool:
        """Whether a body refuses token or signature where HTTP did not: after a 401 the wire has tried again."""
        body = _object(answer)
        if answer.status == 401 or body is None:
            return False
        return self.envelope.meaning(dig(body, self.envelope.code)) == "reauth"

    def _json(self, answer: Answer, body: dict[str, Any] | None) -> dict[str, Any]:
        if body is None:
            failure = LoginPage(host=self.wire.host) if answer.page else RemoteNonsense(host=self.wire.host)
            raise unsure(failure)
        if self.envelope.codes.ok and dig(body, self.envelope.code) is None:
            raise unsure(RemoteNonsense(host=self.wire.host))
        return body

    def _failure(self, answer: Answer, body: dict[str, Any], meaning: str) -> RemoteFailure:
        envelope, wire = self.envelope, self.wire
        code, message = _word(dig(body, envelope.code)), _word(dig(body, envelope.message))
        theirs = dig(body, envelope.theirs)
        if meaning in ("", "ok") or code is None:
            return self._by_http(answer, code or "", message or "", theirs)
        host, detail = wire.host, wire.plain(message or code)
        status = answer.status if not answer.good else 500
        wait = wire.asked_wait_s(answer)
        failures: dict[str, RemoteFailure] = {
            "retry": unsure(RemoteBusy(wait, host=host, status=status)),
            "limited": RemoteBusy(wait, host=host, status=429),
            "busy": RemoteBusy(wait, host=host, status=409),
            "changed": RemoteChanging(wait, host=host, status=412),
            "reauth": RemoteUnauthorized(host=host),
            "forbidden": RightMissing(host=host, detail=detail),
            "conflict": RemoteConflict(theirs if isinstance(theirs, dict) else {}, host=host, field=wire.plain(code)),
            "gone": Gone(host=host, status=404, detail=detail),
        }
        rejected = RemoteRejected(host=host, status=answer.status if not answer.good else 422, detail=detail)
        return failures.get(meaning, rejected)

    def _by_http(self, answer: Answer, code: str, message: str, theirs: object) -> RemoteFailure:
        if answer.status == 409 and code == "in_progress":
            return RemoteBusy(self.wire.asked_wait_s(answer), host=self.wire.host, status=answer.status)
        told = bool(code)  # a 404 or 410 of the system itself, not that of a wrong address or a proxy
        if answer.status in (404, 410) and told:
            return Gone(host=self.wire.host, status=answer.status, detail=self.wire.plain(message or code))
        return self.wire.failure_of(answer, code, message, theirs)


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _word(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) else None
