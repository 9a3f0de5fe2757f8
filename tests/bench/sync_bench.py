"""Pushes with both ends killed at random: how many assessments are lost, how many doubled.

The sender is a process of its own on a file of its own, and so is the sandbox; both get SIGKILL at random moments and
are started again on the same files, until everything is sent. Begins with all items in the outbox, ends when the outbox
is empty; then the sandbox's store is compared with what was to be sent, byte for byte.

    python -m tests.bench.sync_bench [PUSHES]
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from sync import outbox
from sync.outbox import Kind, Queue, State
from tests.bench import sync_pull, sync_trouble
from tests.sync.ehr import assessment_body, interview_body

ROOT = Path(__file__).resolve().parents[2]
KEY = "key-of-the-bench"
PER_INTERVIEW = 10
SERVER_LIVES, SENDER_LIVES = (10, 30), (6, 20)
"""How many items each end sees delivered before it is killed."""
FAULTS = "500:0.02,drop_after:0.03,cut:0.02,html_after:0.01,drop_before:0.02,die_after:0.03"
ENOUGH_S = 900.0
PUSHES = int(os.environ.get("MIANJIAN_BENCH_PUSHES", "1000"))
_HOW = (
    f"of {PUSHES} signed assessments sent to the sandbox over HTTP with faults ({FAULTS}), sender and server killed "
    "with SIGKILL at random, from a full outbox to an empty one: "
)
WHAT = {
    "sync_lost": _HOW + "those whose bytes are not in the server's store",
    "sync_doubled": _HOW + "results or interviews that are there more than once, or with other bytes",
    "sync_server_kills": "how often the server was killed",
    "sync_server_deaths_between": "how many of these between the commit and its answer",
    "sync_sender_kills": "how often the sender was killed",
    "sync_pushes": "size of the measurement",
    "sync_seconds": "from the start of both ends to the empty outbox, restarts included",
    **sync_trouble.WHAT,
    **sync_pull.WHAT,
}


def measure(pushes: int = PUSHES, seed: int = 1) -> dict[str, float]:
    """{"sync_lost", "sync_doubled"} of `pushes` signed assessments, with how often each end was killed and the time."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder, begun = Path(name), time.monotonic()
        wanted = _fill(folder / "outbox.sqlite3", pushes, chance)
        kills = _run_until_sent(folder, chance)
        taken = time.monotonic() - begun
        killed = _compared(folder, wanted) | kills | {"sync_pushes": pushes, "sync_seconds": round(taken, 1)}
    return killed | sync_trouble.measure() | sync_pull.measure()


def _fill(file: Path, pushes: int, chance: random.Random) -> dict[str, bytes]:
    """All items into the outbox; gives what has to arrive, by external id."""
    wanted: dict[str, bytes] = {}
    with _engine(file) as engine:
        outbox.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            for number in range(pushes):
                interview = str(UUID(int=number // PER_INTERVIEW + 1))
                first = outbox.enqueue(
                    session, kind=Kind.INTERVIEW, aggregate=f"{interview}/moves", payload=interview_body(interview),
                    external_id=interview,
                )  # fmt: skip
                assessment = str(UUID(int=chance.getrandbits(128)))
                body = assessment_body(interview, assessment, summary=f"{number}")
                wanted[f"{assessment}:1"] = body
                outbox.enqueue(
                    session, kind=Kind.ASSESSMENT, aggregate=interview, payload=body, external_id=f"{assessment}:1",
                    depends_on=first,
                )  # fmt: skip
    return wanted


def _run_until_sent(folder: Path, chance: random.Random) -> dict[str, float]:
    port = _free_port()
    server, sender = _server(folder, port), _sender(folder, port)
    server_ends, sender_ends = chance.randint(*SERVER_LIVES), chance.randint(*SENDER_LIVES)
    names = ("sync_server_kills", "sync_server_deaths_between", "sync_sender_kills")
    kills, deadline = dict.fromkeys(names, 0.0), time.monotonic() + ENOUGH_S
    try:
        while sender.poll() != 0:
            if time.monotonic() > deadline:
                raise TimeoutError("the outbox did not empty")
            time.sleep(chance.uniform(0.0, 0.03))
            done = _delivered(folder)
            if done >= server_ends or server.poll() is not None:
                kills["sync_server_deaths_between"] += server.poll() is not None
                kills["sync_server_kills"] += 1
                _kill(server)
                server, server_ends = _server(folder, port), done + chance.randint(*SERVER_LIVES)
            if done >= sender_ends or sender.poll() not in (None, 0):
                kills["sync_sender_kills"] += sender.poll() is None
                _kill(sender)
                sender, sender_ends = _sender(folder, port), done + chance.randint(*SENDER_LIVES)
    finally:
        _kill(server)
        _kill(sender)
    return kills


def _compared(folder: Path, wanted: dict[str, bytes]) -> dict[str, float]:
    with closing(sqlite3.connect(folder / "ehr" / "ehr.sqlite3")) as database:
        held = database.execute("select external_id, body from assessment").fetchall()
        registered = database.execute("select count(client_id), count(distinct client_id) from interview").fetchone()
    same = {external_id for external_id, body in held if wanted.get(external_id) == bytes(body)}
    lost = len(wanted) - len(same)
    doubled = len(held) - len({external_id for external_id, _ in held}) + registered[0] - registered[1]
    return {"sync_lost": lost, "sync_doubled": doubled + len(held) - len(same)}


def _server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = ["-m", "app", "sandbox", "--port", str(port), "--store", str(folder / "ehr"), "--faults", FAULTS]
    return _start(command, MIANJIAN_SANDBOX_KEY=KEY)


def _sender(folder: Path, port: int) -> subprocess.Popen[bytes]:
    return _start(["-m", "tests.bench.sync_bench", "--send", str(folder / "outbox.sqlite3"), str(port)])


def _start(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=os.environ | environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()


def _delivered(folder: Path) -> int:
    """How many items the sender holds for delivered."""
    with closing(sqlite3.connect(folder / "outbox.sqlite3", timeout=30.0)) as database:
        return int(database.execute("select count(*) from outbox where state = ?", (str(State.DONE),)).fetchone()[0])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _engine(file: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("pragma journal_mode=wal"))
    try:
        yield engine
    finally:
        engine.dispose()


def send(file: Path, port: int) -> None:
    """The sender's process: drains until nothing is left, with waits that fit a measurement."""
    from sync.address import Address
    from sync.auth import Credentials
    from sync.breaker import Hold, write_hold
    from sync.client import Timeouts
    from sync.dialects import connect
    from sync.profile import shipped_profile
    from sync.sender import Sender

    with _engine(file) as engine:

        @contextmanager
        def sessions() -> Iterator[Session]:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session

        queue = Queue(jitter=lambda: 0.05, lease_s=1.5)
        client = connect(
            Address.parse(f"http://127.0.0.1:{port}"), shipped_profile("sandbox"), Credentials(lambda: KEY),
            timeouts=Timeouts(connect_s=1.0, read_s=1.0, total_s=1.0),
        )  # fmt: skip
        sender = Sender(sessions, client, queue)
        while True:
            sender.drain()
            with sessions() as session:
                counts = outbox.counts(session)
                queue.wake_all(session)
                write_hold(session, client.address.base, Hold(), queue.clock)
            if counts[State.DEAD] or counts[State.CONFLICT]:
                raise SystemExit(f"{counts}")
            if counts[State.PENDING] + counts[State.INFLIGHT] == 0:
                return
            time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--send"]:
        send(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else PUSHES)))
