"""A person's decision on fields that both sides changed: what is agreed from then on, and the item goes again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from sync import ledger
from sync.conflicts import Choice, contested
from sync.failures import ConflictStale
from sync.outbox import Item
from sync.queue import Queue


def decide(
    session: Session, queue: Queue, item: Item, system: str, choice: Choice, fields: Mapping[str, Choice]
) -> None:  # fmt: skip
    """Field by field: where mine is chosen, what stands there has been seen; where theirs is chosen, it stays.

    `fields` = decisions that differ from `choice`. ConflictStale where the item waits for none.
    """
    assessment_id = item.external_id.rpartition(":")[0]
    asked = contested(item.theirs)
    theirs = {each["field"] for each in asked if fields.get(each["field"], choice) is Choice.THEIRS}
    seen = {each["field"]: each["theirs"] for each in asked if each["field"] not in theirs}
    if not queue.retake(session, item.op_id):
        raise ConflictStale(op_id=item.op_id)
    agreed = ledger.read_agreed(session, system, assessment_id)
    decided = replace(agreed, leave=agreed.leave | theirs, seen={**agreed.seen, **seen})
    ledger.write_agreed(session, system, assessment_id, decided, queue.clock)
