"""Pushes with both ends killed at random, while people go on signing: what is lost, doubled, or not the last edit.

The sender is a process of its own on a file of its own, and so is the sandbox; both get SIGKILL at random moments and
are started again on the same files. Meanwhile assessments are signed anew, in the outbox's own transaction. In the end
both files are compared by SQL: the sandbox's own file says what arrived and what stands.

    python -m tests.bench.sync_kills [PUSHES]
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import socket
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.orm import Session

from sync import adding, tables
from sync.outbox import Kind, State
from sync.queue import Queue
from tests.sync.ehr import CONTRACT, assessment_body, interview_body

KEY = "key-of-the-bench"
PUSHES = int(os.environ.get("MIANJIAN_BENCH_PUSHES", "1000"))
PER_INTERVIEW = 4
FIRST_SHARE = 0.4
"""So many of the pushes are first revisions; the others are edits that come while both ends run."""
EDITS_AT_ONCE = 8
"""So many edits come after as many deliveries: some meet a revision that was not sent yet."""
SERVER_LIVES, SENDER_LIVES = (3, 11), (3, 13)
"""How many items each end sees delivered before it is killed."""
FAULTS = "500:0.02,drop_after:0.03,cut:0.02,html_after:0.01,drop_before:0.02,duplicate:0.02,reorder:0.02,die_after:0.03"
ENOUGH_S = 1200.0
IMPORTED = ["tests.bench.sync_kills", "sync.sandbox.server", "sync.sender", "sync.dialects"]
_HOW = (
    f"of {PUSHES} revisions, signed while they are sent to the sandbox over HTTP with faults ({FAULTS}), sender "
    "and server killed with SIGKILL at random, up to the empty outbox, counted by SQL in the sandbox's own file: "
)
WHAT = {
    "sync_lost": _HOW + "those whose bytes are not there",
    "sync_doubled": "… results, registrations or revisions that are there more than once, or with other bytes",
    "sync_not_the_last": "… assessments of which a value that stands there is not the last edit's",
    "sync_kills": "… how often one of both ends was killed",
    "sync_server_kills": "… the server",
    "sync_server_deaths_between": "… between a commit and its answer",
    "sync_sender_kills": "… the sender",
    "sync_pushes": "size of the measurement: revisions that had to arrive",
    "sync_edits": "… of them edits of what was there already",
    "sync_seconds": "from the start of both ends to the empty outbox, restarts included",
}
Sessions = Callable[[], AbstractContextManager[Session]]


def measure(pushes: int = PUSHES, seed: int = 1) -> dict[str, float]:
    """The figures of `WHAT`."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder, begun = Path(name), time.monotonic()
        with opened(folder / "outbox.sqlite3") as sessions:
            signing = Signing(sessions, pushes, random.Random(seed))
            signing.begin()
            kills = _run_until_sent(folder, signing, random.Random(seed + 1))
        taken = time.monotonic() - begun
        return compared(folder) | kills | {
            "sync_pushes": signing.pushed, "sync_edits": signing.pushed - signing.assessments,
            "sync_seconds": round(taken, 1),
        }  # fmt: skip


@dataclass(slots=True)
class Signing:
    """People who sign: a first revision of each assessment, then edits, until so many have to arrive."""

    sessions: Sessions
    pushes: int
    chance: random.Random
    pushed: int = 0
    _revisions: dict[str, int] = field(default_factory=dict)
    _interviews: dict[str, str] = field(default_factory=dict)

    @property
    def assessments(self) -> int:
        """How many there are."""
        return len(self._revisions)

    @property
    def done(self) -> bool:
        """Whether nobody signs any more."""
        return self.pushed >= self.pushes

    def begin(self) -> None:
        """Sign the first revisions."""
        with self.sessions() as session:
            for number in range(max(1, round(self.pushes * FIRST_SHARE))):
                interview = str(UUID(int=number // PER_INTERVIEW + 1))
                first = adding.enqueue(
                    session, kind=Kind.INTERVIEW, aggregate=f"{interview}/moves", payload=interview_body(interview),
                    external_id=interview,
                )  # fmt: skip
                assessment = str(UUID(int=self.chance.getrandbits(128)))
                self._interviews[assessment] = interview
                self._sign(session, assessment, depends_on=first)

    def edit(self, times: int) -> None:
        """Sign some assessments anew; a revision that was not sent yet gives way to the newer one."""
        with self.sessions() as session:
            for assessment in self.chance.choices(list(self._revisions), k=times):
                if self.done:
                    return
                self.pushed -= len(adding.supersede(session, assessment))
                self._sign(session, assessment)

    def _sign(self, session: Session, assessment: str, depends_on: str | None = None) -> None:
        revision = self._revisions[assessment] = self._revisions.get(assessment, 0) + 1
        interview = self._interviews[assessment]
        dimensions = json.loads(assessment_body(interview, assessment))["dimensions"]
        dimensions[0]["mine"] = self.chance.randint(0, 10)
        body = assessment_body(
            interview, assessment, revision, summary=f"第 {revision} 版 {self.chance.random()}",
            composite=round(self.chance.uniform(0, 10), 3), dimensions=dimensions,
        )  # fmt: skip
        adding.enqueue(
            session, kind=Kind.ASSESSMENT, aggregate=interview, payload=body, external_id=f"{assessment}:{revision}",
            depends_on=depends_on,
        )  # fmt: skip
        self.pushed += 1


def _run_until_sent(folder: Path, signing: Signing, chance: random.Random) -> dict[str, float]:
    port = _free_port()
    server = End(serve, lambda life: (folder / "ehr", port, f"{FAULTS},seed={life}"))
    sender = End(send, lambda _: (folder / "outbox.sqlite3", port))
    server_ends, sender_ends = chance.randint(*SERVER_LIVES), chance.randint(*SENDER_LIVES)
    kills, deadline, edited = Kills(), time.monotonic() + ENOUGH_S, 0
    try:
        while True:
            time.sleep(chance.uniform(0.0, 0.03))
            if time.monotonic() > deadline:
                raise TimeoutError("the outbox did not empty")
            done, waiting, stuck = _counted(folder)
            if stuck:
                raise AssertionError(f"{stuck} items wait for a person")
            if not waiting and signing.done:
                break
            if done - edited >= EDITS_AT_ONCE or not waiting:
                edited = done
                signing.edit(EDITS_AT_ONCE)
            if server.died or done >= server_ends:
                kills.between += server.died
                kills.server += 1
                server.replace()
                server_ends = done + chance.randint(*SERVER_LIVES)
            if sender.died or done >= sender_ends:
                assert not sender.died, "the sender ended by itself"
                kills.sender += 1
                sender.replace()
                sender_ends = done + chance.randint(*SENDER_LIVES)
    finally:
        server.end()
        sender.end()
    return kills.figures()


@dataclass(slots=True)
class Kills:
    """How often each end was killed; `between` = the server, between a commit and its answer."""

    server: int = 0
    sender: int = 0
    between: int = 0

    def figures(self) -> dict[str, float]:
        """The same by the keys of `WHAT`."""
        return {
            "sync_kills": self.server + self.sender, "sync_server_kills": self.server,
            "sync_server_deaths_between": self.between, "sync_sender_kills": self.sender,
        }  # fmt: skip


class End:
    """One of both ends: a process of its own, killed and started again. A server of forks has all imports done."""

    def __init__(self, work: Callable[..., None], arguments: Callable[[int], tuple[object, ...]]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(IMPORTED)
        self._work, self._arguments, self._life = work, arguments, 0
        self._process = self._started()

    @property
    def died(self) -> bool:
        """Whether it ended by itself, or by a fault."""
        return self._process.exitcode is not None

    def replace(self) -> None:
        """SIGKILL, and the next one takes over."""
        self.end()
        self._process = self._started()

    def end(self) -> None:
        """SIGKILL, whether it lives or not."""
        self._process.kill()
        self._process.join()

    def _started(self) -> BaseProcess:
        self._life += 1
        made = self._context.Process(target=self._work, args=self._arguments(self._life), daemon=True)
        made.start()
        return made


def _counted(folder: Path) -> tuple[int, int, int]:
    """Items that the sender holds for delivered, that wait, and that wait for a person."""
    with closing(sqlite3.connect(folder / "outbox.sqlite3", timeout=30.0)) as database:
        query = "select state, count(*) from outbox where resolution is null group by state"
        found = dict(database.execute(query).fetchall())
    return (
        found.get(str(State.DONE), 0), found.get(str(State.PENDING), 0) + found.get(str(State.INFLIGHT), 0),
        found.get(str(State.DEAD), 0) + found.get(str(State.CONFLICT), 0),
    )  # fmt: skip


LOST = """
select count(*) from ours.outbox o left join assessment a on a.external_id = o.external_id and a.body = o.payload
where o.kind = 'assessment' and o.resolution is null and a.external_id is null
"""
DOUBLED = """
select (select count(*) from assessment) - (select count(*) from assessment a join ours.outbox o
          on o.kind = 'assessment' and o.external_id = a.external_id and o.payload = a.body)
     + (select count(client_id) - count(distinct client_id) from interview)
     + (select count(*) - count(distinct assessment_id || ':' || revision) from assessment)
     + (select count(*) from interview where client_id is not null
          and client_id not in (select external_id from ours.outbox where kind = 'interview'))
"""
NOT_THE_LAST = """
select count(*) from (
  select payload, s.body, row_number() over (
    partition by json_extract(payload, '$.assessment_id') order by json_extract(payload, '$.revision') desc) newest
  from (select cast(payload as text) payload from ours.outbox where kind = 'assessment')
  left join standing s on s.assessment_id = json_extract(payload, '$.assessment_id'))
where newest = 1 and (body is null
  or json_extract(body, '$.external_id') is not json_extract(payload, '$.external_id')
  or json_extract(body, '$.summary') is not json_extract(payload, '$.summary')
  or json_extract(body, '$.composite') is not json_extract(payload, '$.composite')
  or json_extract(body, '$.dimensions[0].mine') is not json_extract(payload, '$.dimensions[0].mine'))
"""


def compared(folder: Path) -> dict[str, float]:
    """What the sandbox's own file has, against what the outbox of the sender has: counted by SQL."""
    with closing(sqlite3.connect(folder / "ehr" / "ehr.sqlite3")) as database:
        database.execute("attach ? as ours", (str(folder / "outbox.sqlite3"),))
        return {
            name: float(database.execute(query).fetchone()[0])
            for name, query in (("sync_lost", LOST), ("sync_doubled", DOUBLED), ("sync_not_the_last", NOT_THE_LAST))
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def opened(file: Path) -> Iterator[Sessions]:
    """Opens write transactions on an outbox in a file, as the library's own are: one at a time from its beginning."""
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30.0})

    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        connection.execute("pragma journal_mode=wal")

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("begin immediate")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    tables.metadata.create_all(engine)

    @contextmanager
    def session() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as made, made.begin():
            yield made

    try:
        yield session
    finally:
        engine.dispose()


def serve(folder: Path, port: int, faults: str) -> None:
    """The server's process: answers until it is killed."""
    from sync.sandbox.server import Sandbox

    with Sandbox(CONTRACT, folder, port, faults, KEY, mortal=True):
        threading.Event().wait()


def send(file: Path, port: int) -> None:
    """The sender's process: sends what is due until it is killed, with waits that fit a measurement."""
    from sync.address import Address
    from sync.auth import Credentials
    from sync.breaker import Hold, write_hold
    from sync.client import Timeouts
    from sync.dialects import connect
    from sync.profile import shipped_profile
    from sync.sender import Sender

    client = connect(
        Address.parse(f"http://127.0.0.1:{port}"), shipped_profile("sandbox"), Credentials(lambda: KEY),
        timeouts=Timeouts(connect_s=1.0, read_s=1.0, total_s=1.0),
    )  # fmt: skip
    with opened(file) as sessions:
        queue = Queue(jitter=lambda: 0.05, lease_s=1.5)
        sender = Sender(sessions, client, queue)
        while True:
            sender.drain()
            with sessions() as session:
                queue.wake_all(session)
                write_hold(session, client.address.base, Hold(), queue.clock)
            time.sleep(0.03)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else PUSHES)))
