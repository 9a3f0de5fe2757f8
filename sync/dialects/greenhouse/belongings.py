"""What hangs on applications: files that a candidate handed in, and scorecards of all applications of that person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from sync.contract import RemoteDocument, RemoteFeedback
from sync.dialects.greenhouse.calls import Calls, Row
from sync.dialects.greenhouse.files import PATH as ATTACHMENTS
from sync.dialects.greenhouse.people import whole
from sync.failures import RemoteNonsense, RemoteRejected, RightMissing

SCORECARDS, USERS = "/v3/scorecards", "/v3/users"
HANDED_IN = ("resume", "cover_letter", "take_home_test")
"""Types of attachments that a candidate has made; others are the company's, and ours."""
COMPLETE = "complete"


def documents_of(calls: Calls, applications: Iterable[int]) -> dict[int, list[RemoteDocument]]:
    """Files by application. The address of a file holds for a week only, so it is asked for when it is fetched."""
    found: dict[int, list[RemoteDocument]] = defaultdict(list)
    for row in calls.of(ATTACHMENTS, "application_ids", applications):
        if row.get("type") in HANDED_IN:
            name, kind = str(row.get("filename") or ""), str(row.get("content_type") or "")
            found[row["application_id"]].append(RemoteDocument(str(row["id"]), name, kind))
    return {key: sorted(some, key=lambda one: int(one.remote_id)) for key, some in found.items()}


def fetch(calls: Calls, document: RemoteDocument, into: BinaryIO, limit: int) -> None:
    """Fetch a file from where Greenhouse says that it lies."""
    row = next(calls.of(ATTACHMENTS, "ids", [document.remote_id]), None)
    if row is None:
        raise RemoteRejected(host=calls.wire.host, status=404, detail=document.remote_id)
    url = row.get("url")
    if not isinstance(url, str) or not url:
        raise RemoteNonsense(host=calls.wire.host)
    answer = calls.wire.fetch_from(url, into, limit)
    if answer.body or not answer.good:
        raise calls.wire.failure_of(answer)


def feedback_of(calls: Calls, applications: Sequence[Row]) -> dict[Any, list[RemoteFeedback]]:
    """Submitted scorecards by candidate, those of the person's other applications included.

    Nothing where the client may not read them: its scopes are the company's choice.
    """
    whose = {row["id"]: row["candidate_id"] for row in applications}
    people = sorted(set(whose.values()))
    whose |= {row["id"]: row["candidate_id"] for row in calls.of("/v3/applications", "candidate_ids", people)}
    rows = [row for row in _allowed(calls, SCORECARDS, "application_ids", whose) if row.get("status") == COMPLETE]
    users = _allowed(calls, USERS, "ids", (row["interviewer_id"] for row in rows if row.get("interviewer_id")))
    names = {user["id"]: whole(user) for user in users}
    found: dict[Any, list[RemoteFeedback]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["id"]):
        found[whose[row["application_id"]]].append(_feedback(row, names))
    return found


def may_read_scorecards(calls: Calls) -> bool:
    """Whether the client's scopes let it read scorecards."""
    try:
        calls.page(SCORECARDS, {"per_page": "1"})
    except RightMissing:
        return False
    return True


def _allowed(calls: Calls, path: str, name: str, ids: Iterable[object]) -> list[Row]:
    try:
        return list(calls.of(path, name, ids))
    except RightMissing:
        return []


def _feedback(row: Row, names: dict[Any, str]) -> RemoteFeedback:
    """What an interviewer wrote for all; private notes are left where they are."""
    return RemoteFeedback(
        remote_id=str(row["id"]),
        at=str(row.get("submitted_at") or row.get("interviewed_at") or ""),
        by=names.get(row.get("interviewer_id"), ""),
        text=str(row.get("public_notes") or row.get("notes") or ""),
        conclusion=str(row.get("candidate_rating") or "").replace("_", " "),
    )
