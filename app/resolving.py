"""What is done about a conflict: mine is signed once more as a new revision and sent, or theirs stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from app.domain.types import Interview, Signature
from app.failures import OtherAssessor
from app.outgoing import assessment_signed, enqueue_move, interview_of, status_id, steps
from app.review.result import next_revision
from app.store import Library
from sync import ledger, outbox
from sync.adding import overtake_files
from sync.conflicts import STANDS, Choice, Conflict, contested, differences, shown
from sync.contract import STATUS_ORDER, InterviewStatus
from sync.deciding import decide
from sync.failures import CONTESTED, ConflictStale
from sync.outbox import Item, Kind, Resolution, State
from sync.queue import Queue


def conflict_of(item: Item, agreed: Item | None) -> Conflict:
    """A conflict for the window. `agreed` is the item that both sides last agreed on."""
    if fields := contested(item.theirs):
        return Conflict(item.op_id, item.kind, item.external_id, CONTESTED, shown(fields))
    mine = json.loads(item.payload)
    base = json.loads(agreed.payload) if agreed and not agreed.pruned else None
    if item.kind is Kind.STATUS:
        mine, base = {"status": mine["to"]}, {"status": mine["from"]}
    reason = str(item.last_params.get("field", ""))
    return Conflict(item.op_id, item.kind, item.external_id, reason, differences(base, mine, item.theirs))


def resolve(
    library: Library, queue: Queue, item: Item, choice: Choice, system: str, fields: Mapping[str, Choice] | None = None
) -> None:
    """Carry out the decision and audit it. Raises ConflictStale when it waits for none, OtherAssessor.

    `fields` = decisions that differ from `choice`, by contested field of the HR system `system` (its address).
    """
    if item.state is not State.CONFLICT:
        raise ConflictStale(op_id=item.op_id)
    if contested(item.theirs):
        with library.session() as session:
            decide(session, queue, item, system, choice, fields or {})
    elif choice is Choice.THEIRS:
        with library.session() as session:
            _close(session, queue, item, Resolution.THEIRS)
    elif item.kind is Kind.ASSESSMENT:
        _sign_again(library, queue, item, system)
    else:
        _move_again(library, queue, item)
    library.record(f"conflict_{choice}", item.external_id)


def _sign_again(library: Library, queue: Queue, item: Item, system: str) -> None:
    """What was signed last, as the next revision after both sides' newest. What stands there was seen as a whole."""
    body: dict[str, Any] = json.loads(item.payload)
    if body["assessor"] != library.assessor:
        raise OtherAssessor(assessor=body["assessor"])
    interview = library.interview(item.aggregate)
    signed = library.assessment(interview.id).signatures
    body = _newest(body, signed)
    theirs = item.theirs.get("revision")
    revision = max(next_revision(signed), (theirs if isinstance(theirs, int) else 0) + 1)
    external_id = f"{body['assessment_id']}:{revision}"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    payload = rfc8785.dumps(body | {"revision": revision, "external_id": external_id, "signed_at": now})

    def enqueue(session: Session, signature: Signature) -> None:
        _close(session, queue, item, Resolution.NEW_REVISION)
        if isinstance(seen := item.theirs.get(STANDS), dict):
            agreed = ledger.read_agreed(session, system, body["assessment_id"])
            ledger.write_agreed(session, system, body["assessment_id"], replace(agreed, seen=seen), queue.clock)
        assessment_signed(session, interview, external_id, signature.payload)

    digest = hashlib.sha256(payload).hexdigest()
    library.add_signature(interview.id, payload, digest, enqueue, composite=body["composite"])


def _newest(body: dict[str, Any], signed: Sequence[Signature]) -> dict[str, Any]:
    """What was signed last of this assessment: another revision may have followed while this one waited."""
    bodies: list[dict[str, Any]] = [json.loads(each.payload) for each in signed]
    return next((each for each in reversed(bodies) if each["assessment_id"] == body["assessment_id"]), body)


def _move_again(library: Library, queue: Queue, item: Item) -> None:
    """The move once more, from where the HR system says that the interview stands; where that is no step of ours
    (archived, cancelled, a stage of its own) there is no move that leads on, and what stands there is kept."""
    wanted = InterviewStatus(json.loads(item.payload)["to"])
    stands = item.theirs.get("status")
    interview = library.interview(interview_of(item.external_id))
    known = stands in set(map(str, STATUS_ORDER))
    with library.session() as session:
        _close(session, queue, item, Resolution.NEW_REVISION if known else Resolution.THEIRS)
        if known:
            _enqueue_steps(session, interview, InterviewStatus(str(stands)), wanted)


def _enqueue_steps(session: Session, interview: Interview, stands: InterviewStatus, wanted: InterviewStatus) -> None:
    for source, target in steps(stands, wanted):
        first = status_id(interview.id, target)
        number, external_id = 1, first
        while outbox.find(session, Kind.STATUS, external_id) is not None:
            number += 1
            external_id = f"{first}:{number}"
        enqueue_move(session, interview, source, target, external_id)


def _close(session: Session, queue: Queue, item: Item, resolution: Resolution) -> None:
    if not queue.resolve(session, item.op_id, resolution):
        raise ConflictStale(op_id=item.op_id)
    if item.kind is Kind.ASSESSMENT:
        overtake_files(session, item.external_id, queue.clock)
