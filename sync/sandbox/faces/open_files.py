"""Where people's files lie for faces that hand out an address: another place, open to whoever has the code in it."""

from __future__ import annotations

import hashlib
import hmac

from flask import Blueprint, Response, request

from sync.sandbox.api import file_answer
from sync.sandbox.faults import Faults
from sync.sandbox.store import Store

PATH = "/open-files"


def open_files(store: Store, faults: Faults, key: str) -> Blueprint:
    """The route of all files."""
    del faults
    routes = Blueprint("open_files", __name__)

    @routes.get(f"{PATH}/<file_id>")
    def file(file_id: str) -> Response:
        if not hmac.compare_digest(request.args.get("code", "").encode(), _code(key, file_id).encode()):
            return Response("expired", 403, mimetype="text/plain")
        return file_answer(*store.file(file_id))

    return routes


def address_of(key: str, file_id: str) -> str:
    """The address of a file on the host that was asked."""
    return f"{request.host_url.rstrip('/')}{PATH}/{file_id}?code={_code(key, file_id)}"


def _code(key: str, file_id: str) -> str:
    return hmac.new(key.encode(), file_id.encode(), hashlib.sha256).hexdigest()[:24]
