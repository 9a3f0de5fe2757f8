"""The sender: drains the outbox, one item at a time, and settles each by what the HR system answered.

What is unknown is looked up before it is sent again. A transaction is open only while the outbox is read or written,
never while the network is waited for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from sync import ledger, outbox
from sync.breaker import PATIENCE, STOPPING, Breaker, Sessions, concerns_all
from sync.contract import InterviewStatus, progress
from sync.failures import (
    FileGone,
    FilesRefused,
    MappingBroken,
    NotesRefused,
    PayloadTooLarge,
    RemoteBusy,
    RemoteConflict,
    RemoteFailure,
    RemoteRejected,
)
from sync.outbox import Item, Kind, Resolution
from sync.profile import roles
from sync.queue import POISON_ATTEMPTS, Queue
from sync.system import Agreed, Attachment, Delivered, HrSystem, Move, Note, TakesFiles, TakesNotes
from sync.untold import UNTOLD, is_told
from sync.withholding import RESTS_ON

Accepted = Callable[[Session, Item], None]
"""Hears, in the transaction that settles an item, that the HR system has it."""

Files = Callable[[dict[str, str]], BinaryIO]
"""Opens the file that an attachment's `source` names, seekable. FileGone."""

Withheld = Callable[[Item], tuple[str, dict[str, object]] | None]
"""Why an item may not leave now, as a code and what belongs to it; None = it may."""

HOPELESS = (RemoteRejected, PayloadTooLarge, MappingBroken, FilesRefused, FileGone)
"""Failures that trying again does not mend: the item waits for a person."""


class _Interrupted(Exception):
    """This side ends the upload: it goes on the next time."""


def _no_files(source: dict[str, str]) -> BinaryIO:
    raise FileGone(name=source.get("id", ""))


@dataclass(frozen=True, slots=True)
class Drained:
    """What one run did. `stopped` = why it ended early; `until` = not before this time (UTC seconds) again; `met` = why
    the last item will be tried again."""

    sent: int = 0
    conflicts: int = 0
    dead: int = 0
    postponed: int = 0
    stopped: RemoteFailure | None = None
    until: float | None = None
    met: RemoteFailure | None = None


class Sender:
    """Sends what the outbox of one library holds to one HR system."""

    def __init__(
        self,
        sessions: Sessions,
        system: HrSystem,
        queue: Queue,
        accepted: Accepted = lambda *_: None,
        files: Files = _no_files,
        sending: Callable[[Item], None] = lambda _: None,
        withheld: Withheld = lambda _: None,
    ) -> None:
        self._files, self._sending, self._withheld = files, sending, withheld
        self._stopping: Callable[[], bool] = lambda: False
        self._sessions, self._hr, self._queue, self._accepted = sessions, system, queue, accepted
        self._system, self._breaker = system.address.base, Breaker(sessions, system, queue)

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> Drained:
        """Send everything that is due, until there is nothing more, the system is in trouble, or `stopping()`."""
        self._stopping = stopping
        until = self._breaker.held_until()
        if until is not None:
            return Drained(until=until)
        failure = self._breaker.probed()
        if failure is not None:
            return Drained(stopped=failure, until=self._breaker.trouble(failure))
        done, in_a_row = Drained(), 0
        while not stopping():
            with self._sessions() as session:
                item = self._queue.claim(session)
            if item is None:
                break
            if self._held(item):
                continue
            try:
                failure = self._one(item)
            except _Interrupted:
                if self._held(item):
                    continue
                with self._sessions() as session:
                    self._queue.release(session, item)
                break
            done = _counted(done, failure)
            in_a_row = in_a_row + 1 if failure is not None and failure.retry else 0
            if failure is not None and (concerns_all(failure) or in_a_row >= PATIENCE):
                return replace(done, stopped=failure, until=self._breaker.trouble(failure))
        if done.sent or done.conflicts or done.dead:
            self._breaker.well()
        return done

    def _held(self, item: Item) -> bool:
        """Hold an item that may not leave now; whether it was held."""
        why = self._withheld(item)
        if why is not None:
            with self._sessions() as session:
                self._queue.hold(session, item, *why)
                _note(session, self._queue.clock, item, why[0])
        return why is not None

    def _one(self, item: Item) -> RemoteFailure | None:
        """Send one item and settle it; None = the server has it, or is not to hear of it."""
        unsent = Resolution.NOT_TOLD if self._untold(item) else self._missing(item)
        if unsent is not None:
            with self._sessions() as session:
                self._queue.leave_untold(session, item, unsent)
                _note(session, self._queue.clock, item, unsent)
            return None
        self._sending(item)
        try:
            delivered = self._already_there(item) if item.uncertain else None
            if delivered is None:
                delivered = self._send(item)
        except RemoteConflict as failure:
            return self._contested(item, failure)
        except NotesRefused as failure:
            with self._sessions() as session:
                self._queue.decline(session, item)
                _note(session, self._queue.clock, item, failure.code)
            return None
        except HOPELESS as failure:
            with self._sessions() as session:
                self._queue.bury(session, item, failure)
                _note(session, self._queue.clock, item, failure.code)
            return failure
        except RemoteFailure as failure:
            self._postpone(item, failure)
            return failure
        with self._sessions() as session:
            if self._queue.complete(session, item, delivered.remote_id or None):
                self._agree(session, item, delivered)
                self._accepted(session, item)
            _note(session, self._queue.clock, item, "sent")
        return None

    def _untold(self, item: Item) -> bool:
        """Whether the profile says that this HR system is not told of such things."""
        send = self._hr.profile.shape.send
        if item.kind is Kind.ATTACHMENT and json.loads(item.payload)["role"] not in roles(send):
            return True
        return not is_told(item.kind, send)

    def _missing(self, item: Item) -> Resolution | None:
        """How an item is settled whose interview or assessment the HR system does not have; None = nothing is missing.

        What was done is not always there: its own profile may not have told of it.
        """
        if item.kind is Kind.INTERVIEW:
            return None
        if item.kind is Kind.ATTACHMENT:
            with self._sessions() as session:
                beside = outbox.find(session, Kind.ASSESSMENT, outbox.assessment_of_file(item.external_id))
            if beside is not None and beside.resolution in outbox.NOT_THERE:
                return Resolution.NOT_TOLD if beside.resolution is Resolution.NOT_TOLD else Resolution.OVERTAKEN
        return None if self._is_known(json.loads(item.payload)) else Resolution.NOT_TOLD

    def _is_known(self, told: dict[str, Any]) -> bool:
        """Whether the HR system knows the interview that a payload is about, or may know it."""
        if told.get("interview_remote_id"):
            return True
        with self._sessions() as session:
            there = outbox.find(session, Kind.INTERVIEW, told.get("interview_id", ""))
        return there is None or there.remote_id is not None or there.resolution not in UNTOLD

    def _agree(self, session: Session, item: Item, delivered: Delivered) -> None:
        """Remember what the HR system's fields were told; a person's decision on them has been carried out."""
        if delivered.told is not None:
            agreed = Agreed(delivered.told, external_id=item.external_id)
            ledger.write_agreed(session, self._system, assessment_of(item), agreed, self._queue.clock)

    def _already_there(self, item: Item) -> Delivered | None:
        """After an unknown outcome: what the server keeps, where it is this very assessment; None = send it."""
        if item.kind is not Kind.ASSESSMENT:
            return None  # the other calls are upserts: a repeat changes nothing
        return self._hr.held_assessment(item.external_id, item.payload)

    def _send(self, item: Item) -> Delivered:
        if item.kind is Kind.ASSESSMENT:
            with self._sessions() as session:
                agreed = ledger.read_agreed(session, self._system, assessment_of(item))
            return self._hr.put_assessment(item.external_id, item.payload, item.op_id, agreed)
        if item.kind is Kind.INTERVIEW:
            return Delivered(self._hr.register_interview(item.payload, item.op_id))
        if item.kind is Kind.ATTACHMENT:
            return Delivered(self._attach(item))
        if item.kind is Kind.NOTE:
            return Delivered(self._say(item))
        body = json.loads(item.payload)
        remote_id: str = body["interview_remote_id"] or self._registered(body["interview_id"])
        move = Move(InterviewStatus(body["from"]), InterviewStatus(body["to"]), body["at"])
        self._hr.move_status(remote_id, move, item.op_id)
        return Delivered(remote_id)

    def _attach(self, item: Item) -> str:
        if not isinstance(self._hr, TakesFiles):
            raise FilesRefused(host=self._hr.address.host)
        told = json.loads(item.payload)
        source = told.pop("source")
        told.pop(RESTS_ON, None)
        told["interview_remote_id"] = told["interview_remote_id"] or self._remote_id(told["interview_id"])

        def arrived(there: int) -> None:
            with self._sessions() as session:
                kept = self._queue.extend(session, item)
            if there >= told["size"]:
                return  # what is there as a whole is settled as such, whatever was decided meanwhile
            if self._stopping() or not kept or self._withheld(item) is not None:
                raise _Interrupted

        with self._files(source) as content:
            return self._hr.attach(Attachment(**told), content, item.op_id, arrived)

    def _say(self, item: Item) -> str:
        if not isinstance(self._hr, TakesNotes):
            raise NotesRefused(host=self._hr.address.host)
        told = json.loads(item.payload)
        told["interview_remote_id"] = told["interview_remote_id"] or self._remote_id(told["interview_id"])
        return self._hr.add_note(Note(**told), item.op_id)

    def _registered(self, interview_id: str) -> str:
        """The HR system's id of an interview that was registered from here."""
        remote_id = self._remote_id(interview_id)
        if not remote_id:
            raise RemoteRejected(host=self._hr.address.host, status=404, detail=interview_id)
        return remote_id

    def _remote_id(self, interview_id: str) -> str | None:
        with self._sessions() as session:
            there = outbox.find(session, Kind.INTERVIEW, interview_id)
        return there.remote_id if there else None

    def _contested(self, item: Item, failure: RemoteConflict) -> RemoteFailure | None:
        """A 409: nothing is left to do when the server is as far already, else a person decides."""
        with self._sessions() as session:
            if self._overtaken(item, failure):
                self._queue.overtake(session, item, failure.theirs)
                _note(session, self._queue.clock, item, "overtaken")
                return None
            if item.kind is Kind.NOTE:  # its id says what it says: another computer was quicker, in words of its own
                self._queue.already_there(session, item, failure.theirs)
                _note(session, self._queue.clock, item, Resolution.ALREADY_THERE)
                return None
            if item.kind not in (Kind.ASSESSMENT, Kind.STATUS):  # never changed once written: nothing to compare
                self._queue.bury(session, item, failure)
                _note(session, self._queue.clock, item, failure.code)
                return failure
            self._queue.conflict(session, item, failure, failure.theirs)
            _note(session, self._queue.clock, item, failure.code)
        return failure

    def _overtaken(self, item: Item, failure: RemoteConflict) -> bool:
        if item.kind is Kind.ATTACHMENT:  # another computer's file of the same revision is there as a whole
            return bool(failure.theirs.get("received_at"))
        if item.kind is not Kind.STATUS:
            return False
        try:
            theirs = InterviewStatus(str(failure.theirs.get("status")))
        except ValueError:
            return False
        wanted = InterviewStatus(json.loads(item.payload)["to"])
        return progress(theirs) >= progress(wanted)

    def _postpone(self, item: Item, failure: RemoteFailure) -> None:
        counts = isinstance(failure, RemoteBusy) and failure.params.get("status") == 500
        with self._sessions() as session:
            if counts and item.attempts >= POISON_ATTEMPTS:
                self._queue.bury(session, item, failure)
            else:
                self._queue.retry(
                    session,
                    item,
                    failure,
                    uncertain=failure.uncertain,
                    retry_after_s=getattr(failure, "retry_after_s", None),
                    counts_as_attempt=not isinstance(failure, STOPPING),
                )
            if item.last_error != failure.code:  # a week offline is one line, not two thousand
                _note(session, self._queue.clock, item, failure.code)


def assessment_of(item: Item) -> str:
    """The assessment that an item's external id names a revision of."""
    return item.external_id.rpartition(":")[0]


def _counted(done: Drained, failure: RemoteFailure | None) -> Drained:
    if failure is None:
        return replace(done, sent=done.sent + 1, met=None)
    if isinstance(failure, RemoteConflict):
        return replace(done, conflicts=done.conflicts + 1, met=None)
    if isinstance(failure, HOPELESS):
        return replace(done, dead=done.dead + 1, met=None)
    return replace(done, postponed=done.postponed + 1, met=failure)


def _note(session: Session, clock: ledger.Clock, item: Item, outcome: str) -> None:
    ledger.note(
        session, at=clock(), direction="sent", kind=item.kind, subject=item.external_id, outcome=outcome,
        op_id=item.op_id, body=item.payload,
    )  # fmt: skip
