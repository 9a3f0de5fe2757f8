"""What a candidate does not agree to any more: what has not left is held, files that have arrived are remembered.

A file beside an assessment rests on modalities: what was heard, what was seen. Nothing that is held leaves by itself,
also where the candidate agrees again; what lies in the HR system is removed there by a person.

The same holds of files of a recording in which a stretch was redacted after they had arrived, whatever is agreed to.

A signed assessment is people's judgement and follows the whole of a consent: once all of it is taken back, what a
machine found is not sent any more, and a revision without it only where a person says so. One that has arrived with a
machine's scores is remembered until a later revision takes its place, or a person has removed them there.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, delete, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from sync import ledger
from sync.handing import is_waiting
from sync.outbox import Item, Kind, Resolution, State, select_items
from sync.revisions import is_later_revision
from sync.tables import outbox, sync_state

WITHDRAWN = "consent_withdrawn"
"""Why an item is held: the candidate does not agree (any more) to what it rests on; its `last_params` name it, and say
whether it was handed over before."""
STAYS = "recording_stays"
"""Why an item is held: the rules in force let no recording leave."""
RESTS_ON = "rests_on"
"""The field of a file's payload that names the modalities it rests on."""
BY_MACHINE = "machine"
"""The field of a held assessment's `last_params` that says that a machine's scores are in it."""
REDACTED = "redacted"
"""The field of an arrived file's `last_params` that says that a stretch of its recording was redacted since."""
_AFTER_ALL = "mianjian:after_all"
"""Assessments that a person sends though all consent was taken back: remembered under the name of a system of its own,
by operation id."""
_SCORES = "mianjian:scores_there"
"""Assessments in the HR system with a machine's scores though all consent was taken back, in the same way."""
_THERE, _GONE = "there", "gone"
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


def result_held(session: Session, item: Item, agreement: Agreement | None) -> dict[str, object] | None:
    """Why a signed assessment may not leave, as what belongs to `WITHDRAWN`; None = it may.

    Where nothing was ever agreed to and no machine scored, people judged alone from the start: that is no withdrawal.
    """
    if item.kind is not Kind.ASSESSMENT or agreement is None or agreement.now:
        return None
    by_machine = has_machine_parts(item)
    if not by_machine and (not agreement.ever or _is_sent_after_all(session, item)):
        return None
    return {"what": sorted(agreement.ever), BY_MACHINE: by_machine}


def has_machine_parts(item: Item) -> bool:
    """Whether a machine's scores, or what it counted, are in a signed assessment."""
    if item.pruned:  # nobody knows any more
        return True
    body: dict[str, Any] = json.loads(item.payload)
    counted = body.get("keyword_rate") is not None
    return counted or any(each.get("machine") is not None for each in body.get("dimensions", ()))


def send_after_all(session: Session, item: Item) -> None:
    """A person has decided that this assessment is sent though all consent was taken back; until it is given again."""
    ledger.write_state(session, _AFTER_ALL, item.op_id, "send")


def _is_sent_after_all(session: Session, item: Item) -> bool:
    return ledger.read_state(session, _AFTER_ALL, item.op_id) is not None


def _forget_taken_back(session: Session, interview_id: str) -> None:
    """There is a consent again: should it be taken back, too, somebody is asked, and told, anew."""
    results = select(outbox.c.op_id).where(outbox.c.aggregate == interview_id)
    remembered = sync_state.c.system.in_([_AFTER_ALL, _SCORES]), sync_state.c.name.in_(results)
    session.execute(delete(sync_state).where(*remembered))


def follow(session: Session, interview_id: str, agreement: Agreement) -> tuple[Item, ...]:
    """Bring an interview's files and results in line with what the candidate agrees to now; gives what is held since.

    What is on its way just now is settled first, and follows when its turn comes or a package is written.
    """
    return _follow_files(session, interview_id, agreement) + _follow_results(session, interview_id, agreement)


def _follow_results(session: Session, interview_id: str, agreement: Agreement) -> tuple[Item, ...]:
    if agreement.now:
        _forget_taken_back(session, interview_id)
        return ()
    held = []
    of_interview = outbox.c.kind == Kind.ASSESSMENT.value, outbox.c.aggregate == interview_id
    for item in select_items(session, *of_interview, *_newest_there()):
        if has_machine_parts(item) and ledger.read_state(session, _SCORES, item.op_id) is None:
            ledger.write_state(session, _SCORES, item.op_id, _THERE)
    for item in select_items(session, *of_interview, is_waiting()):
        if params := result_held(session, item, agreement):
            _hold(session, item, params)
            held.append(item)
    return tuple(held)


def _follow_files(session: Session, interview_id: str, agreement: Agreement) -> tuple[Item, ...]:
    held = []
    for item in select_items(session, *_files_of(interview_id), is_waiting()):
        if missing := lacking(item, agreement):
            _hold(session, item, {"what": list(missing)})
            held.append(item)
    for item in arrived(session, interview_id):
        _mark(session, item, lies_there=bool(lacking(item, agreement)))
    return tuple(held)


def count_held_results(session: Session) -> int:
    """How many signed assessments wait for a person to say whether they are sent after all."""
    wanted = outbox.c.kind == Kind.ASSESSMENT.value, outbox.c.state == State.HELD.value
    return session.scalar(select(func.count()).select_from(outbox).where(*wanted)) or 0


def arrived(session: Session, interview_id: str) -> tuple[Item, ...]:
    """The files of an interview that the HR system has, as far as is known here."""
    return select_items(session, *_files_of(interview_id), outbox.c.state == State.DONE.value, _arrived())


def redacted(session: Session, interview_id: str) -> None:
    """A stretch of an interview's recording was redacted: files that have arrived were made with it."""
    for item in arrived(session, interview_id):
        params = json.dumps(item.last_params | {REDACTED: True})
        values = {"resolution": Resolution.WITHDRAWN.value, "last_params": params}
        session.execute(update(outbox).where(outbox.c.seq == item.seq).values(**values))


def is_redacted(item: Item) -> bool:
    """Whether a file that has arrived has something that was redacted since."""
    return bool(item.last_params.get(REDACTED))


def lying_there(session: Session) -> tuple[Item, ...]:
    """Files in the HR system that their candidates do not agree to any more, or that have what was redacted since, and
    results with a machine's scores that are not agreed to, which nobody has removed there yet."""
    return select_items(session, _lies_there()) + select_items(session, *_scores_there())


def count_lying_there(session: Session) -> int:
    """How many there are."""
    return sum(
        session.scalar(select(func.count()).select_from(outbox).where(*which)) or 0
        for which in ((_lies_there(),), _scores_there())
    )


def removed(session: Session, op_ids: Collection[str]) -> tuple[Item, ...]:
    """A person has removed these there; gives those that lay there until now."""
    these = outbox.c.op_id.in_(list(op_ids))
    files, results = select_items(session, _lies_there(), these), select_items(session, *_scores_there(), these)
    for item in files:
        _resolve(session, item, Resolution.REMOVED)
    for item in results:
        ledger.write_state(session, _SCORES, item.op_id, _GONE)
    return files + results


def _hold(session: Session, item: Item, params: dict[str, object]) -> None:
    params = params | ({"handed": True} if item.state is State.HANDED else {})
    values = {
        "state": State.HELD.value, "last_error": WITHDRAWN, "last_params": json.dumps(params), "lease_until": None,
        "lease_owner": None, "uncertain": item.uncertain or item.state is State.INFLIGHT,
    }  # fmt: skip
    session.execute(update(outbox).where(outbox.c.seq == item.seq).values(**values))


def _mark(session: Session, item: Item, *, lies_there: bool) -> None:
    """Remember that a file lies there; where the candidate agrees again, it may."""
    if lies_there and item.resolution is not Resolution.WITHDRAWN:
        _resolve(session, item, Resolution.WITHDRAWN)
    elif not lies_there and item.resolution is Resolution.WITHDRAWN and not is_redacted(item):
        _resolve(session, item, None if not item.theirs else Resolution.OVERTAKEN)


def _resolve(session: Session, item: Item, resolution: Resolution | None) -> None:
    session.execute(update(outbox).where(outbox.c.seq == item.seq).values(resolution=resolution))


def _files_of(interview_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return outbox.c.kind == Kind.ATTACHMENT.value, outbox.c.aggregate == f"{interview_id}/files"


def _arrived(of: FromClause = outbox) -> ColumnElement[bool]:
    """Sent from here or by another computer, or found there as another computer's file of the same revision."""
    by_another = and_(of.c.resolution == Resolution.OVERTAKEN.value, of.c.theirs.is_not(None))
    return or_(of.c.resolution.is_(None), of.c.resolution == Resolution.WITHDRAWN.value, by_another)


def _newest_there() -> tuple[ColumnElement[bool], ...]:
    """Revisions that have arrived, and no later one of the same assessment."""
    later = outbox.alias("later")
    newer = select(later.c.seq).where(is_later_revision(later), later.c.state == State.DONE.value, _arrived(later))
    return outbox.c.state == State.DONE.value, _arrived(), ~newer.exists()


def _scores_there() -> tuple[ColumnElement[bool], ...]:
    remembered = select(sync_state.c.name).where(sync_state.c.system == _SCORES, sync_state.c.value == _THERE)
    return (outbox.c.op_id.in_(remembered), *_newest_there())


def _lies_there() -> ColumnElement[bool]:
    """In the words of the index, so that it is used."""
    return outbox.c.resolution == literal_column("'withdrawn'")
