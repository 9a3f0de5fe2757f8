"""Files beside a result, uploaded piece by piece: tus 1.0 (core, creation, checksum) over the sandbox's store.

A piece is on disk, synchronised, before its offset is committed; what a crash left behind the offset is cut off again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for

from sync.sandbox.store import Store, StoreRefuses

VERSION = "1.0.0"
MAX_FILE_BYTES = 8 * 1024**3
NEEDED = ("external_id", "assessment_external_id", "role", "name", "media_type", "sha256")
_HASH = re.compile(r"[0-9a-f]{64}")
Answer = Callable[[int, dict[str, Any]], Response]


def upload_routes(store: Store, folder: Path, answer: Answer) -> Blueprint:
    """Creation, look-up and pieces of uploads below /v1/attachments."""
    routes = Blueprint("uploads", __name__)
    folder.mkdir(parents=True, exist_ok=True)

    @routes.post("/v1/attachments")
    def create() -> Response:
        _speaks_tus()
        upload, is_new = store.create_upload(_wanted())
        made = answer(201 if is_new else 200, {"id": upload["id"], "offset": upload["offset"]})
        made.headers["Location"] = url_for("uploads.patch", upload_id=upload["id"])
        return _told(made, upload)

    @routes.route("/v1/attachments/<upload_id>", methods=["HEAD"])
    def head(upload_id: str) -> Response:
        _speaks_tus()
        return _told(Response(status=200, headers={"Cache-Control": "no-store"}), store.upload(upload_id))

    @routes.get("/v1/attachments/<upload_id>")
    def get(upload_id: str) -> Response:
        upload = store.upload(upload_id)
        if upload["offset"] < upload["size"]:
            raise StoreRefuses(404, "upload_unfinished", "This file has not arrived as a whole.")
        return send_file(folder / upload["id"], mimetype="application/octet-stream", download_name=upload["name"])

    @routes.patch("/v1/attachments/<upload_id>")
    def patch(upload_id: str) -> Response:
        _speaks_tus()
        if request.mimetype != "application/offset+octet-stream":
            raise StoreRefuses(415, "type_wrong", "A piece is application/offset+octet-stream.")
        piece = request.get_data()
        _checked(piece)
        upload = take(store, folder, upload_id, _number("Upload-Offset"), piece)
        return _told(Response(status=204), upload)

    return routes


def take(store: Store, folder: Path, upload_id: str, offset: int, piece: bytes) -> dict[str, Any]:
    """Keep a piece where the upload stands, and commit how far it has come. StoreRefuses what does not fit."""
    with store.lock:
        upload = store.upload(upload_id)
        if offset != upload["offset"]:
            raise StoreRefuses(409, "offset_differs", f"The upload stands at {upload['offset']}.", dict(upload))
        if upload["offset"] + len(piece) > upload["size"]:
            raise StoreRefuses(413, "too_long", "More than was announced.")
        _append(folder / upload["id"], upload["offset"], piece)
        return _advanced(store, folder, upload, len(piece))


def _advanced(store: Store, folder: Path, upload: dict[str, Any], more: int) -> dict[str, Any]:
    """Commit the new offset; a whole file with another hash begins anew."""
    whole = upload["offset"] + more == upload["size"]
    if whole and _digest(folder / upload["id"]) != upload["sha256"]:
        store.advance_upload(upload["id"], 0)
        raise StoreRefuses(422, "hash_differs", "The file arrived with another SHA-256. It begins anew.")
    return store.advance_upload(upload["id"], upload["offset"] + more)


def _wanted() -> dict[str, Any]:
    size = _number("Upload-Length")
    if size > MAX_FILE_BYTES:
        raise StoreRefuses(413, "too_long", f"At most {MAX_FILE_BYTES} bytes.")
    return announced(_metadata(request.headers.get("Upload-Metadata", "")), size)


def announced(found: dict[str, str], size: int) -> dict[str, Any]:
    """What is announced of a file. StoreRefuses where something is missing."""
    missing = [name for name in NEEDED if not found.get(name) or len(found[name]) > 512]
    if missing or not _HASH.fullmatch(found["sha256"]):
        raise StoreRefuses(422, "metadata_invalid", f"Upload-Metadata: {', '.join(missing) or 'sha256'}")
    return {name: found[name] for name in NEEDED} | {"size": size}


def _metadata(header: str) -> dict[str, str]:
    try:
        pairs = (part.strip().partition(" ") for part in header.split(",") if part.strip())
        return {name: base64.b64decode(value, validate=True).decode() for name, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError) as error:
        raise StoreRefuses(422, "metadata_invalid", "Upload-Metadata is not base64.") from error


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isdecimal() or len(value) > 15:
        raise StoreRefuses(400, "header_invalid", f"{header} is a number.")
    return int(value)


def _speaks_tus() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise StoreRefuses(412, "tus_version", f"Tus-Resumable: {VERSION}")


def _checked(piece: bytes) -> None:
    """The piece is what its Upload-Checksum says, where there is one."""
    algorithm, _, value = request.headers.get("Upload-Checksum", "").partition(" ")
    if not algorithm:
        return
    if algorithm != "sha256":
        raise StoreRefuses(400, "checksum_unknown", "Upload-Checksum: sha256")
    if base64.b64encode(hashlib.sha256(piece).digest()).decode() != value:
        raise StoreRefuses(460, "checksum_differs", "The piece arrived damaged.")


def _append(path: Path, offset: int, piece: bytes) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(response: Response, upload: dict[str, Any]) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Upload-Offset"] = str(upload["offset"])
    response.headers["Upload-Length"] = str(upload["size"])
    return response
