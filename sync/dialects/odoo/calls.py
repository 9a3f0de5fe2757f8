"""One call of Odoo's JSON-2 interface, and what its answers mean: the body is judged before the HTTP status."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from sync.client import MAX_PAYLOAD_BYTES, Answer, Wire, unsure
from sync.failures import RemoteBusy, RemoteNonsense, RemoteRejected, RightMissing

OWN = "mianjian"
"""The module of our external ids."""
_PERMANENT = re.compile(
    r"builtins\.(ValueError|TypeError|KeyError|AttributeError|IndexError)"
    r"|psycopg2\.errors\.(Invalid\w+|\w+Violation|NumericValueOutOfRange|StringDataRightTruncation|Undefined\w+)"
)
"""What Odoo answers with 500 although no repeat will ever help."""

Row = dict[str, Any]


class Odoo:
    """Calls of one server, as the user whose key it is."""

    def __init__(self, wire: Wire, database: str = "") -> None:
        self.wire = wire
        self._headers = {"X-Odoo-Database": database} if database else {}
        self._fields: dict[str, Row] = {}

    def version(self) -> str:
        """Whether there is an Odoo; needs no key."""
        answer = self.wire.send("GET", "/web/version", headers=self._headers, open_to_all=True)
        found = self._understood(answer)
        if not isinstance(found, dict) or "version_info" not in found:
            raise RemoteNonsense(host=self.wire.host)
        return str(found.get("version", ""))

    def call(self, model: str, method: str, largest: int = MAX_PAYLOAD_BYTES, **arguments: Any) -> Any:
        """What one method gives. Each call is one transaction of the server."""
        path, body = request(model, method, arguments)
        return self._understood(self.wire.send("POST", path, body=body, headers=self._headers, limit=largest))

    def rows(self, model: str, domain: Sequence[Any], fields: Sequence[str], **more: Any) -> list[Row]:
        """The rows that a domain finds, archived ones included, in the order of their ids."""
        more = {"order": "id", "context": {"active_test": False}} | more
        found = self.call(model, "search_read", domain=list(domain), fields=list(fields), **more)
        if not isinstance(found, list) or not all(isinstance(row, dict) and "id" in row for row in found):
            raise RemoteNonsense(host=self.wire.host)
        return found

    def row(self, model: str, row_id: int, fields: Sequence[str]) -> Row:
        """One row by its id. RemoteRejected with 404 where it is gone."""
        found = self.rows(model, [["id", "=", row_id]], fields)
        if not found:
            raise RemoteRejected(host=self.wire.host, status=404, detail=f"{model} {row_id}")
        return found[0]

    def load(self, model: str, columns: Mapping[str, str], largest: int = MAX_PAYLOAD_BYTES) -> int:
        """Make or change one row with all that hangs on it, in one transaction; gives its id.

        RemoteRejected with Odoo's own words when it takes it not: then nothing at all was written.
        """
        done = self.call(model, "load", largest=largest, **row_to_load(columns))
        ids = done.get("ids") if isinstance(done, dict) else None
        if isinstance(ids, list) and len(ids) == 1 and isinstance(ids[0], int):
            return ids[0]
        messages = done.get("messages") if isinstance(done, dict) else None
        if not isinstance(messages, list) or not messages:
            raise unsure(RemoteNonsense(host=self.wire.host))
        said = "; ".join(str(message.get("message", "")) for message in messages if isinstance(message, dict))
        raise RemoteRejected(host=self.wire.host, status=200, detail=self.wire.plain(said))

    def referred(self, reference: str) -> int | None:
        """The id of the row with one of our external ids; None = there is none. RightMissing where it is hidden."""
        try:
            found = self.call("ir.model.data", "check_object_reference", module=OWN, xml_id=reference)
        except RemoteRejected as failure:
            if reference in str(failure.params.get("detail")):
                return None
            raise
        if not isinstance(found, list) or len(found) != 2:
            raise RemoteNonsense(host=self.wire.host)
        if found[1] is False:
            raise RightMissing(host=self.wire.host, detail=f"{found[0]} {OWN}.{reference}")
        return int(found[1])

    def file(self, attachment: str, into: BinaryIO, limit: int) -> None:
        """Write an attachment's bytes to `into`: it comes as base64 within an answer. PayloadTooLarge; 404 = gone."""
        if not attachment.isdecimal():
            raise RemoteRejected(host=self.wire.host, status=404, detail=attachment)
        path, body = request("ir.attachment", "read", {"ids": [int(attachment)], "fields": ["datas"]})
        came = io.BytesIO()
        answer = self.wire.fetch(path, came, limit * 4 // 3 + 4096, asking=body, headers=self._headers)
        if answer.body or not answer.good:
            self._understood(answer)
            raise RemoteNonsense(host=self.wire.host)
        try:
            rows = json.loads(came.getbuffer().tobytes())
            if not rows:
                raise RemoteRejected(host=self.wire.host, status=404, detail=attachment)
            into.write(base64.b64decode(rows[0]["datas"] or b""))
        except (ValueError, KeyError, TypeError) as error:
            raise RemoteNonsense(host=self.wire.host) from error

    def fields(self, model: str, *, anew: bool = False) -> Row:
        """The fields of a model as Odoo describes them, by name; {} where the model is not installed."""
        if anew or model not in self._fields:
            attributes = ["string", "type", "selection", "readonly", "required", "store", "digits"]
            try:
                found = self.call(model, "fields_get", attributes=attributes)
            except RemoteRejected as failure:
                if failure.params.get("status") != 404:
                    raise
                found = {}
            self._fields[model] = found if isinstance(found, dict) else {}
        return self._fields[model]

    def known(self, model: str, names: Sequence[str]) -> list[str]:
        """Those of the names that the model has: other modules bring some of them."""
        there = self.fields(model)
        return [name for name in names if name in there]

    def _understood(self, answer: Answer) -> Any:
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if answer.good:
            if found is None and answer.body.strip() != b"null":
                raise unsure(RemoteNonsense(host=self.wire.host))
            return found
        name, message = _error(found)
        if not name and answer.status not in (401, 429) and answer.status < 500:
            raise RemoteNonsense(host=self.wire.host)  # no Odoo at this address, or no database chosen
        detail = self.wire.plain(message.strip().partition("\n")[0])
        if answer.status == 403:
            raise RightMissing(host=self.wire.host, detail=detail)
        if answer.status == 409:  # somebody else holds a lock on the row just now
            raise RemoteBusy(self.wire.asked_wait_s(answer), host=self.wire.host, status=409)
        if answer.status == 500 and _PERMANENT.fullmatch(name):
            raise RemoteRejected(host=self.wire.host, status=500, detail=detail)
        raise self.wire.failure_of(answer, name, message)


def request(model: str, method: str, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    """Path and body of a call."""
    return f"/json/2/{model}/{method}", json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode()


def row_to_load(columns: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of `load` for one row."""
    return {"fields": list(columns), "data": [list(columns.values())]}


def reference(kind: str, external_id: str) -> str:
    """Our external id, without its module, of what is ours under `external_id`."""
    clean = re.sub(r"[^A-Za-z0-9-]", "_", external_id)
    return f"{kind}_{clean}_{hashlib.sha256(external_id.encode()).hexdigest()[:8]}"


def referred_to(kind: str, found: str) -> str | None:
    """The external id back, where it had nothing but letters, digits and hyphens; None for anything else."""
    match = re.fullmatch(rf"{OWN}\.{kind}_([A-Za-z0-9-]+)_[0-9a-f]{{8}}", found)
    return match[1] if match and found == f"{OWN}.{reference(kind, match[1])}" else None


def _error(found: object) -> tuple[str, str]:
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        return "", ""
    return found["name"], str(found.get("message", ""))
