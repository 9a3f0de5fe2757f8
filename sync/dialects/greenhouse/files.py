"""Files beside a result: attachments of the application, each found again by its name, which holds its hash."""

from __future__ import annotations

import base64
from pathlib import PurePath
from typing import BinaryIO

from sync.dialects.greenhouse.calls import Calls
from sync.failures import PayloadTooLarge, RemoteNonsense
from sync.system import Attachment

MAX_FILE_BYTES = 24 * 1024 * 1024
"""They travel as text within a body, which is a third longer, and in one piece."""
PATH = "/v3/attachments"


def name_of(attachment: Attachment) -> str:
    """The name of a file there: its own, with the beginning of its hash."""
    path = PurePath(attachment.name)
    return f"{path.stem}-{attachment.sha256[:16]}{path.suffix}"


def attach(calls: Calls, attachment: Attachment, content: BinaryIO, application: int, visibility: str) -> str:
    """Keep a file with an application unless it is there; gives its id there. PayloadTooLarge."""
    if attachment.size > MAX_FILE_BYTES:
        raise PayloadTooLarge(bytes=attachment.size, limit=MAX_FILE_BYTES)
    name = name_of(attachment)
    for row in calls.of(PATH, "application_ids", [application]):
        if row.get("filename") == name:
            return str(row["id"])
    content.seek(0)
    body = {
        "application_id": application, "filename": name, "type": "other", "content_type": attachment.media_type,
        "visibility": visibility, "content": base64.b64encode(content.read()).decode(),
    }  # fmt: skip
    made = calls.post(PATH, body, limit=MAX_FILE_BYTES * 4 // 3 + 4096)
    if "id" not in made:
        raise RemoteNonsense(host=calls.wire.host)
    return str(made["id"])
