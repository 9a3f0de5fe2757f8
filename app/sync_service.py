"""The library's connection to the HR system: sends the outbox, takes over what changed there, tells how it stands.

A thread of its own does the work; whoever listens hears of it through `post`, on the own thread. Nothing is lost when
it is stopped at any moment: what was not confirmed stays in the outbox.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from analysis.failures import Failure
from app import pulled, text
from app.attaching import Attaching
from app.documents import Fetching
from app.exchanges import ExchangeBook
from app.incoming import Incoming
from app.known_fields import KnownFields, known_fields
from app.lying_there import LyingThere, lying_there
from app.mapping_words import named_findings
from app.outbox_shown import OutboxShown
from app.outgoing import interview_id_of
from app.present import Present
from app.pruning import Pruning
from app.resolving import conflict_of, resolve
from app.settings import Settings, SettingsFile
from app.store import Library
from app.sync_state import Connection, Entry, HistoryLine, SyncReport, SyncState, pulled_entry, utc
from sync import ledger, listing, outbox, secrets, untold, withholding
from sync.adding import overtake_files
from sync.address import Address
from sync.auth import Credentials, ServerClock
from sync.breaker import Breaker, concerns_all, read_hold
from sync.client import Exchange
from sync.conflicts import Choice, Conflict
from sync.diagnosis import Finding, diagnose
from sync.dialects import connect
from sync.failures import ConflictStale, RemoteFailure
from sync.outbox import Item, Kind, Resolution, State
from sync.profile import Profile, find_profile
from sync.pull import Received, pull
from sync.queue import Queue
from sync.sender import Drained, Sender
from sync.system import HrSystem

Post = Callable[[Callable[[], None]], None]
POLL_S = 60.0
"""So often changes of the HR system are asked for."""
TROUBLE_S = 30.0
"""So long nothing is tried after a failure that only a person can mend (address, profile, library)."""
GRACE_S = 2.0
"""So long a call that is under way may take when the program is closed."""
TELL_EVERY_S = 1.0
"""So often is told, while much is sent, how far it is."""


class _Abandoned(Exception):
    """The library was closed while a call was under way: nothing may be written any more."""


def at_once(function: Callable[[], None]) -> None:
    """A `post` for those who have no thread of their own."""
    function()


class SyncService:
    """Keeps one library and one HR system in step. Made with the library, closed before it."""

    def __init__(
        self,
        library: Library,
        settings: SettingsFile,
        post: Post = at_once,
        *,
        queue: Queue | None = None,
        secret: Callable[[str], str] = secrets.secret_for,
        address: str | None = None,
    ) -> None:
        self._library, self._settings, self._post, self._secret = library, settings, post, secret
        self._given_address = address
        self._queue = queue or Queue()
        self._attaching = Attaching(library, self._session, self._queue.clock)
        self.book = ExchangeBook(library, lambda: self.address, self._queue.clock)
        self._pruning = Pruning(self._session, settings, self._queue.clock)
        self._fetching = Fetching(library, self._session, self._queue.clock)
        self._shown = OutboxShown(library, self._lets_go, self.known_fields)
        self._working = threading.Lock()
        self._stop, self._wake, self._abandoned = threading.Event(), threading.Event(), threading.Event()
        self._hurry = self._followed = False
        self._report: SyncReport | None = None
        self._trouble: Failure | None = None
        self._spoke_as: tuple[str, ...] = ()
        self._told, self._told_at = (0, 0), 0.0
        self._next_pull = self._not_before = 0.0
        self._linked: set[str] = set()
        self._seen: dict[str, Conflict] = {}
        self._listeners: list[Callable[[], None]] = []
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def address(self) -> str:
        """Where the HR system is: the address given, else the one in the settings; "" = none."""
        return self._address(self._settings.values)

    def _address(self, values: Settings) -> str:
        return (self._given_address or values.ehr_url).strip().rstrip("/")

    def clock(self) -> float:
        """UTC seconds since 1970, by the outbox's clock."""
        return self._queue.clock()

    # Running

    def start(self) -> None:
        """Begin to work in the background: at once, when something is to be sent, and every minute."""
        if self._thread is None and not self._library.read_only:
            self._unsubscribe = self._library.subscribe(lambda *_: self._wake.set())
            self._thread = threading.Thread(target=self._loop, name="sync", daemon=True)
            self._thread.start()

    def sync_now(self) -> None:
        """A person wants it now: nothing waits for its next attempt, unless the HR system itself asked for a wait."""
        self._hurry, self._next_pull = True, 0.0
        self._wake.set()
        self._tell()

    def close(self) -> None:
        """Stop working. A call that a slow server holds up is abandoned: its item is looked up the next time."""
        self._unsubscribe()
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(GRACE_S)
            self._abandoned.set()
            self._thread = None
        self.book.close()
        self._listeners.clear()

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                pause = self._turn()
            except _Abandoned:
                return
            except Failure as failure:
                self._trouble, self._spoke_as, pause = failure, self._speaks_as(), TROUBLE_S
                self._tell()
            self._wake.wait(pause)

    def _turn(self) -> float:
        """Work if there is something to do; gives the seconds until there may be again."""
        if self._due():
            hurry, self._hurry = self._hurry, False
            self.run_once(hurry=hurry, pulling=time.monotonic() >= self._next_pull)
        elif (waiting := self._waiting()) != self._told:  # what was written meanwhile waits for its time
            self._told = waiting
            self._tell()
        self._pruning.run(self._stop.is_set)
        return self._pause_s()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """A write transaction for the sender, as long as the library is still ours to write."""
        if self._abandoned.is_set():
            raise _Abandoned
        with self._library.session() as session:
            yield session

    def _due(self) -> bool:
        if not self.address:
            return False
        if self._hurry:
            return True
        now = time.monotonic()
        return now >= self._not_before and (now >= self._next_pull or self.until_send_s() <= 0)

    def _pause_s(self) -> float:
        pause = max(0.0, self._next_pull - time.monotonic()) if self.address else POLL_S
        calm = self._not_before - time.monotonic()
        return max(0.2, calm, min(POLL_S, pause, self.until_send_s()))

    def until_send_s(self) -> float:
        """Seconds until something may be sent, the hold on the whole system included; a long time when nothing is."""
        with self._library.reading() as session:
            next_at = self._queue.next_at(session)
            hold = read_hold(session, self.address)
        return POLL_S if next_at is None else max(next_at, hold.until) - self._queue.clock()

    def run_once(self, *, hurry: bool = False, pulling: bool = True) -> SyncReport:
        """Send what is due, then take over what changed. Known failures are in the report, never raised.

        `hurry`: do not wait for the next attempt of what failed before.
        """
        with self._working:
            self._tell()
            speaks_as, coming = self._speaks_as(), time.monotonic() + POLL_S
            self._next_pull = coming if pulling else self._next_pull
            try:
                report = self._run(hurry=hurry, pulling=pulling)
                self._trouble = None
            except RemoteFailure as failure:
                report = self._reported(Drained(stopped=failure), Received(), ())
                self._not_before = time.monotonic() + TROUBLE_S
            except Failure as failure:
                self._trouble = failure
                report = self._report or SyncReport(datetime.now(UTC))
                self._not_before = time.monotonic() + TROUBLE_S
            self._report, self._spoke_as = report, speaks_as
            self._note(report, pulling=pulling)
            if pulling and self._next_pull == coming:  # else it was wanted at once while this one was under way
                self._next_pull = time.monotonic() + self._pull_pause_s(report)
        self._tell()
        return report

    def _pull_pause_s(self, report: SyncReport) -> float:
        """Seconds until changes are asked for again: sooner where the HR system is left alone for less."""
        left_alone = report.until.timestamp() - self.clock() if report.until is not None else POLL_S
        return max(0.0, min(POLL_S, left_alone))

    def _note(self, report: SyncReport, *, pulling: bool) -> None:
        """Write the run down, unless there was nothing to do, or nothing could be tried."""
        if self._trouble is not None:  # the report is that of the run before
            self.book.note_run(0, 0, report.left, self._trouble)
        elif not report.asked_nobody and (pulling or report.sent or report.failure):
            self.book.note_run(report.sent, report.received.rows, report.left, report.failure)

    def _run(self, *, hurry: bool, pulling: bool) -> SyncReport:
        client = self.speaking()
        try:
            with self._session() as session:
                dialect = client.profile.shape.dialect
                ledger.connect(session, client.address.base, self._queue.clock, dialect)
            if hurry:
                self._forget_waits(client)
            if not self._followed:
                self._attaching.follow_consents()
                self._followed = True
            self._attaching.prepare(client.profile.shape.send)
            sender = Sender(
                self._session, client, self._queue, self._audit_sent, self._attaching.open, self._sending,
                self._attaching.withheld,
            )  # fmt: skip
            done = sender.drain(self._stop.is_set)
            self.book.about(None)
            self._attaching.sweep()
            self._link_registered()
            if done.stopped is not None or done.until is not None or not pulling or self._registration_unknown():
                return self._reported(done, Received(), ())
            report = self._pull(client, done)
            if report.failure is None:
                self._fetching.run(client, self._stop.is_set)
            return report
        finally:
            client.close()

    def _sending(self, item: Item) -> None:
        """Calls are about this item; whoever looks sees the queue get shorter, now and then."""
        self.book.about(item)
        if time.monotonic() - self._told_at > TELL_EVERY_S:
            self._tell()

    def _audit_sent(self, session: Session, item: Item) -> None:
        self._library.record_in(session, "sent", interview_id_of(item), f"{item.kind} {item.external_id}")
        if item.kind in (Kind.ATTACHMENT, Kind.ASSESSMENT):
            self._library.follow_consent(session, interview_id_of(item))

    def _pull(self, client: HrSystem, done: Drained) -> SyncReport:
        incoming, system = Incoming(self._library, client.address.base), client.address.base
        breaker = self._breaker(client)
        try:
            received = pull(client, self._session, incoming.take, self._queue.clock, self._stop.is_set)
        except RemoteFailure as failure:
            until = breaker.trouble(failure) if failure.retry or concerns_all(failure) else None
            return self._reported(replace(done, stopped=failure, until=until), Received(), ())
        finally:
            self._fetching.due |= incoming.files
        breaker.well()
        late = tuple(incoming.finish())
        if late:
            with self._library.session() as session:
                for row in late:
                    ledger.keep_row(session, system, row, self._queue.clock)
        return self._reported(replace(done, met=None), received, tuple(incoming.refused))

    def speaking(self, profile: Profile | None = None) -> HrSystem:
        """The HR system as the chosen profile, or another one, speaks to it; the caller closes it."""
        return self._connected(profile, self.book.record)

    def _connected(
        self, profile: Profile | None, record: Callable[[Exchange], None], clock: ServerClock | None = None
    ) -> HrSystem:
        """What is set at one moment, as a whole: it may be changed while this goes on."""
        values = self._settings.values
        address = Address.parse(self._address(values))
        spoken = profile or find_profile(values.ehr_profile, self._settings.profiles)
        return connect(address, spoken, self._credentials(address, values), record, clock=clock)

    def _client_for_test(self, clock: ServerClock, record: Callable[[Exchange], None]) -> HrSystem:
        def told(exchange: Exchange) -> None:
            self.book.record(exchange)
            record(exchange)

        return self._connected(None, told, clock)

    def _credentials(self, address: Address, values: Settings) -> Credentials:
        certificate = Path(values.ehr_certificate) if values.ehr_certificate else None
        return Credentials(
            lambda: self._secret(address.base), values.ehr_account, certificate,
            lambda: secrets.passphrase_for(address.base),
        )  # fmt: skip

    def profile(self) -> Profile:
        """The chosen profile: the company's own of that name, else the one that comes with the program."""
        return find_profile(self._settings.values.ehr_profile, self._settings.profiles)

    def _breaker(self, client: HrSystem) -> Breaker:
        return Breaker(self._session, client, self._queue)

    def _forget_waits(self, client: HrSystem) -> None:
        with self._library.session() as session:
            self._queue.wake_all(session)
        self._breaker(client).hurry()

    def _link_registered(self) -> None:
        """Interviews that were registered carry the HR system's id from then on; not where another one does already,
        because it was pulled before the registered one came here in a package."""
        with self._library.reading() as session:
            pairs = listing.registered(session)
        for ours, theirs in pairs:
            if ours in self._linked:
                continue
            interview = self._library.interview(ours)
            if interview.remote_id is None and self._library.find_interview(remote_id=theirs) is None:
                self._library.save_interview(replace(interview, remote_id=theirs))
            self._linked.add(ours)

    def _registration_unknown(self) -> bool:
        """Whether a pull could bring back our own interview before we know it by the HR system's id."""
        with self._library.reading() as session:
            return listing.registration_unknown(session)

    def _still_wrong(self, done: Drained) -> RemoteFailure | None:
        """Why nothing is called at present: what went wrong before."""
        before = self._report  # which a key that is entered meanwhile takes away
        known = before is not None and self._speaks_as() == self._spoke_as
        return before.failure if done.until is not None and before is not None and known else None

    def _reported(self, done: Drained, received: Received, refused: tuple[str, ...]) -> SyncReport:
        with self._library.reading() as session:
            counts = listing.open_counts(session)
        return SyncReport(
            at=datetime.now(UTC),
            sent=done.sent,
            left=counts[State.PENDING] + counts[State.INFLIGHT],
            people=self._people(counts),
            received=received,
            refused_templates=refused,
            failure=done.stopped or self._still_wrong(done) or done.met,
            until=utc(done.until) if done.until else None,
            asked_nobody=done.until is not None and done.stopped is None,
        )

    # What a person sees

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Hear, through `post`, whenever the state may have changed. Returns what ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        for listener in tuple(self._listeners):
            self._post(listener)

    def _waiting(self) -> tuple[int, int]:
        """How many items are to be sent, and how much waits for a person."""
        with self._library.reading() as session:
            counts = listing.open_counts(session)
        return counts[State.PENDING] + counts[State.INFLIGHT], self._people(counts)

    def state(self) -> SyncState:
        """How it stands, with every item and a plain sentence for each."""
        ours = tuple(map(pulled_entry, pulled.waiting(self._library)))
        return replace(self.standing(), entries=(*ours, *self._shown.entries()))

    def standing(self) -> SyncState:
        """How it stands, without the items: what is always in sight must not cost more than it shows."""
        queue, people = self._waiting()
        now = self._present(queue, people)
        report = self._report if self._speaks_as() == self._spoke_as else None
        asked = report is not None and not report.asked_nobody
        return SyncState(
            connection=now.connection,
            sentence=now.sentence,
            url=self.address,
            queue=queue,
            people=people,
            running=now.running,
            last_run=report.at if report and asked else now.last.at if now.last else None,
            entries=(),
            offline_since=self.book.offline_since() if now.connection is Connection.OFFLINE else None,
            last_went=now.last.sentence if now.last else "",
            next_try=self._held_until(),
        )

    def _held_until(self) -> datetime | None:
        """Until when the HR system is left alone; None = it is not."""
        with self._library.reading() as session:
            until = read_hold(session, self.address).until
        return utc(until) if until > self.clock() else None

    def _present(self, queue: int, people: int) -> Present:
        """What is known now. What another address, profile or account met says nothing about this one."""
        last = self.book.last_run()
        known = self._speaks_as() == self._spoke_as
        trouble: text.Coded | None = self._trouble if known else None
        report = self._report if known else None
        if trouble is None and report is not None:
            before = last.failure if last is not None and report.asked_nobody else None
            trouble = report.failure or before
        tried = report is not None and not report.asked_nobody
        return Present(self.address, queue, people, self._working.locked(), trouble, tried, last)

    def _speaks_as(self) -> tuple[str, ...]:
        """What a run is about: where the HR system is, how it is spoken to, and who calls."""
        values = self._settings.values
        return self._address(values), values.ehr_profile, values.ehr_account, values.ehr_certificate

    def _people(self, counts: Mapping[State, int]) -> int:
        """How much waits for a person."""
        with self._library.reading() as session:
            asked = withholding.count_lying_there(session) + withholding.count_held_results(session)
        return counts[State.CONFLICT] + counts[State.DEAD] + asked + len(pulled.waiting(self._library))

    def result(self, interview_id: str) -> Entry | None:
        """What was signed last of an interview, on its way to the HR system; None = nothing was."""
        with self._library.reading() as session:
            item = listing.newest_result(session, interview_id)
        return self._shown.of((item,))[0] if item is not None else None

    def _lets_go(self, item: Item) -> bool:
        """Whether something that is held could be sent now; a result without a machine's scores where somebody says
        so."""
        if item.state is not State.HELD:
            return False
        people_alone = item.kind is Kind.ASSESSMENT and not withholding.has_machine_parts(item)
        return people_alone or self._attaching.withheld(item) is None

    def lying_there(self) -> tuple[LyingThere, ...]:
        """What lies in the HR system and its candidates do not agree to any more, by interview."""
        return lying_there(self._library)

    def history(self, limit: int = 200) -> tuple[HistoryLine, ...]:
        """What was sent and received, newest first. It holds no key: none is ever written down."""
        return self._shown.history(limit)

    def sent_text(self, op_id: str) -> str:
        """Exactly what an item says, laid out for reading; where that is kept no more, a sentence with its hash.

        Of a pulled row it is what the HR system said last.
        """
        if pulled.is_pulled(op_id):
            return json.dumps(pulled.said_text(self._library, op_id), ensure_ascii=False, indent=2)
        item = self._item(op_id)
        if item.pruned:
            return text.tr("sync.payload_pruned", sha256=item.payload_sha256)
        return json.dumps(json.loads(item.payload), ensure_ascii=False, indent=2)

    def known_fields(self) -> KnownFields | None:
        """The company's fields as they were last read; None = never."""
        return known_fields(self._library, self.address)

    # What a person does

    def resend(self, op_id: str) -> None:
        """Send a dead, waiting or held item again. Raises ConflictStale when it is none of these, or may not leave."""
        item = self._item(op_id)
        if item.state is State.HELD and item.kind is Kind.ASSESSMENT:
            with self._library.session() as session:
                withholding.send_after_all(session, item)
        if self._attaching.withheld(item) is not None:
            raise ConflictStale(op_id=op_id)
        with self._library.session() as session:
            revived = self._queue.revive(session, op_id)
        if not revived:
            raise ConflictStale(op_id=op_id)
        self._library.record("resent", op_id)
        self.sync_now()

    def conflict(self, op_id: str) -> Conflict:
        """A conflict, field by field: what was agreed, what was signed here, what the HR system holds."""
        if pulled.is_pulled(op_id):
            self._seen = {op_id: pulled.conflict(self._library, op_id)}
            return self._seen[op_id]
        item = self._item(op_id)
        with self._library.reading() as session:
            return conflict_of(item, listing.last_agreed(session, item))

    def resolve(self, op_id: str, choice: Choice, fields: Mapping[str, Choice] | None = None) -> None:
        """Carry out a person's decision on a conflict; `fields` differ from `choice`. Raises ConflictStale."""
        if pulled.is_pulled(op_id):
            seen = self._seen.get(op_id) or self.conflict(op_id)
            choices = {one.field: (fields or {}).get(one.field, choice) for one in seen.fields}
            pulled.decide(self._library, op_id, seen, choices)
            self._tell()
            return
        resolve(self._library, self._queue, self._item(op_id), choice, Address.parse(self.address).base, fields)
        self.sync_now()
        self._tell()

    def leave(self, op_id: str) -> None:
        """Leave a dead letter, or what is held, unsent: what waits behind it goes on. Raises ConflictStale when it is
        neither."""
        item = self._item(op_id)
        with self._library.session() as session:
            may_be_left = item.state in (State.DEAD, State.HELD)
            left = may_be_left and self._queue.resolve(session, op_id, Resolution.LEFT)
            if left and item.kind is Kind.ASSESSMENT:
                overtake_files(session, item.external_id, self._queue.clock)
        if not left:
            raise ConflictStale(op_id=op_id)
        self._library.record("left_unsent", op_id)
        self.sync_now()

    def removed_there(self, op_ids: Collection[str]) -> None:
        """A person has removed these in the HR system. Raises ConflictStale where none lay there any more."""
        with self._library.session() as session:
            gone = withholding.removed(session, op_ids)
            for item in gone:
                self._library.record_in(session, "removed_in_hr", interview_id_of(item), item.external_id)
        if not gone:
            raise ConflictStale(op_id="")
        self._tell()

    def to_tell(self) -> dict[Kind, int]:
        """Items that the HR system was not told of, and that the chosen profile sends now, by kind."""
        try:
            send = self.profile().shape.send
        except RemoteFailure:
            return {}
        with self._library.reading() as session:
            return untold.to_tell(session, send)

    def tell_later(self) -> None:
        """Send them after all."""
        with self._library.session() as session:
            n = untold.tell(session, self.profile().shape.send, self._queue.clock)
        self._library.record("told_later", str(n))
        self.sync_now()
        self._tell()

    def leave_untold(self) -> None:
        """They stay unsent."""
        with self._library.session() as session:
            n = untold.leave(session, self.profile().shape.send)
        self._library.record("left_unsent", str(n))
        self._tell()

    def set_key(self, key: str) -> None:
        """Put the key into the system's keyring. Raises KeyringMissing when there is none that keeps it."""
        secrets.store_secret(Address.parse(self.address).base, key)
        self._forget_failure()
        self.sync_now()

    def set_passphrase(self, passphrase: str) -> None:
        """Put what opens the client certificate into the system's keyring. Raises KeyringMissing."""
        secrets.store_passphrase(Address.parse(self.address).base, passphrase)
        self._forget_failure()
        self.sync_now()

    def _forget_failure(self) -> None:
        """There is another key now: what a run met without it holds no more."""
        if self._report is not None and self._report.failure is not None:
            self._report = None

    def diagnose(self) -> Iterator[Finding]:
        """Test the connection step by step; nothing is written but the list of calls."""
        return named_findings(diagnose(self._client_for_test), self.known_fields())

    def test(self) -> None:
        """Whether address and key work. Raises what is wrong, as `sync.failures`."""
        for finding in self.diagnose():
            if finding.failure is not None:
                raise finding.failure

    def _item(self, op_id: str) -> Item:
        with self._library.reading() as session:
            item = outbox.get(session, op_id)
        if item is None:
            raise ConflictStale(op_id=op_id)
        return item
