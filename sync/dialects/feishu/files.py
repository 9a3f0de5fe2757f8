"""Files beside a result: uploaded as general attachments, and named in the external assessment that they belong to.

Feishu has no key for an attachment, so what counts is the line that names it: an upload whose answer was lost leaves a
file that nothing speaks of, and is made once more.
"""

from __future__ import annotations

from typing import BinaryIO

from urllib3.filepost import encode_multipart_formdata

from sync.client import Answer
from sync.contract import RemoteDocument
from sync.dialects.feishu.calls import BASE, Calls, below
from sync.failures import PayloadTooLarge, RemoteNonsense
from sync.system import Attachment

RESUME_TYPE = "1"
"""What Feishu calls a résumé among attachments."""
MAX_FILE_BYTES = 64 * 1024 * 1024
"""Feishu takes 300 MB, but only in one piece, which is held in memory here."""
_PATH = f"{BASE}/v1/attachments"


def upload(calls: Calls, attachment: Attachment, content: BinaryIO) -> str:
    """Upload a file as a whole; gives Feishu's id of it. PayloadTooLarge."""
    if attachment.size > MAX_FILE_BYTES:
        raise PayloadTooLarge(bytes=attachment.size, limit=MAX_FILE_BYTES)
    content.seek(0)
    part = attachment.name, content.read(), attachment.media_type
    body, kind = encode_multipart_formdata({"content": part})

    def sent() -> Answer:
        headers = {"Content-Type": kind}
        return calls.wire.send("POST", _PATH, body=body, headers=headers, limit=MAX_FILE_BYTES + 4096)

    found = calls.understood(sent(), sent).get("id")
    if not isinstance(found, str) or not found:
        raise RemoteNonsense(host=calls.wire.host)
    return found


def download(calls: Calls, document: RemoteDocument, content: BinaryIO, limit: int) -> None:
    """Fetch a résumé from where Feishu says that it lies, for half an hour, open to whoever knows the address."""
    found = (
        calls.ask("GET", below("/v1/attachments", document.remote_id), {"type": RESUME_TYPE}).get("attachment") or {}
    )
    url = found.get("url")
    if not isinstance(url, str) or not url:
        raise RemoteNonsense(host=calls.wire.host)
    answer = calls.wire.fetch_from(url, content, limit)
    if answer.body or not answer.good:
        raise calls.wire.failure_of(answer)
