"""Files that a candidate does not agree to any more: what has not left is held, what has arrived is remembered.

A file beside an assessment rests on modalities: what was heard, what was seen. Nothing that is held leaves by itself,
also where the candidate agrees again; what lies in the HR system is removed there by a person.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from sync.handing import is_waiting
from sync.outbox import Item, Kind, Resolution, State, select_items
from sync.tables import outbox

WITHDRAWN = "consent_withdrawn"
"""Why an item is held: the candidate does not agree (any more) to what it rests on; its `last_params` name it, and say
whether it was handed over before."""
STAYS = "recording_stays"
"""Why an item is held: the rules in force let no recording leave."""
RESTS_ON = "rests_on"
"""The field of a file's payload that names the modalities it rests on."""
_OF_ROLE = {"transcript": ("speech",)}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a candidate agrees to now, and all that was ever agreed to (modalities)."""

    now: frozenset[str]
    ever: frozenset[str]

    def lacks(self, told: dict[str, Any]) -> tuple[str, ...]:
        """The modalities that a file rests on, by its payload, and that are not agreed to.

        A file that does not say what it rests on rests on all that was agreed to once.
        """
        unknown = self.ever if self.now else self.ever | {"speech", "face"}
        rests_on: Collection[str] | None = told.get(RESTS_ON)
        if rests_on is None:
            rests_on = _OF_ROLE.get(told["role"], unknown)
        return tuple(sorted(set(rests_on) - self.now))


def lacking(item: Item, agreement: Agreement | None) -> tuple[str, ...]:
    """What of a file is not agreed to; nothing where nobody recorded a consent, and of what is no file."""
    if agreement is None or item.kind is not Kind.ATTACHMENT:
        return ()
    return agreement.lacks(json.loads(item.payload))


def follow(session: Session, interview_id: str, agreement: Agreement) -> tuple[Item, ...]:
    """Bring an interview's files in line with what the candidate agrees to now; gives what is held since.

    What is on its way just now is settled first, and follows when its turn comes or a package is written.
    """
    of_interview = outbox.c.kind == Kind.ATTACHMENT.value, outbox.c.aggregate == f"{interview_id}/files"
    held = []
    for item in select_items(session, *of_interview, is_waiting()):
        if missing := lacking(item, agreement):
            _hold(session, item, missing)
            held.append(item)
    for item in select_items(session, *of_interview, outbox.c.state == State.DONE.value, _arrived()):
        _mark(session, item, lies_there=bool(lacking(item, agreement)))
    return tuple(held)


def lying_there(session: Session) -> tuple[Item, ...]:
    """Files in the HR system that their candidates do not agree to any more, and that nobody has removed there yet."""
    return select_items(session, _lies_there())


def count_lying_there(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(outbox).where(_lies_there())) or 0


def removed(session: Session, op_ids: Collection[str]) -> tuple[Item, ...]:
    """A person has removed these there; gives those that lay there until now."""
    found = select_items(session, _lies_there(), outbox.c.op_id.in_(list(op_ids)))
    for item in found:
        _resolve(session, item, Resolution.REMOVED)
    return found


def _hold(session: Session, item: Item, missing: Collection[str]) -> None:
    params = {"what": list(missing)} | ({"handed": True} if item.state is State.HANDED else {})
    values = {
        "state": State.HELD.value, "last_error": WITHDRAWN, "last_params": json.dumps(params), "lease_until": None,
        "lease_owner": None, "uncertain": item.uncertain or item.state is State.INFLIGHT,
    }  # fmt: skip
    session.execute(update(outbox).where(outbox.c.seq == item.seq).values(**values))


def _mark(session: Session, item: Item, *, lies_there: bool) -> None:
    """Remember that a file lies there; where the candidate agrees again, it may."""
    if lies_there and item.resolution is not Resolution.WITHDRAWN:
        _resolve(session, item, Resolution.WITHDRAWN)
    elif not lies_there and item.resolution is Resolution.WITHDRAWN:
        _resolve(session, item, None if not item.theirs else Resolution.OVERTAKEN)


def _resolve(session: Session, item: Item, resolution: Resolution | None) -> None:
    session.execute(update(outbox).where(outbox.c.seq == item.seq).values(resolution=resolution))


def _arrived() -> ColumnElement[bool]:
    """Sent from here or by another computer, or found there as another computer's file of the same revision."""
    by_another = and_(outbox.c.resolution == Resolution.OVERTAKEN.value, outbox.c.theirs.is_not(None))
    return or_(outbox.c.resolution.is_(None), outbox.c.resolution == Resolution.WITHDRAWN.value, by_another)


def _lies_there() -> ColumnElement[bool]:
    """In the words of the index, so that it is used."""
    return outbox.c.resolution == literal_column("'withdrawn'")
