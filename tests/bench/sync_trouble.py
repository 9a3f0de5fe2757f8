"""What a bad week does to a queue: every answer lost, seven days offline, an upload cut fifty times.

What arrived is counted by SQL in the sandbox's own file.
"""

from __future__ import annotations

import hashlib
import io
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from sync import listing
from sync.address import Address
from sync.auth import Credentials
from sync.client import Exchange
from sync.dialects import connect
from sync.dialects.contract import ContractSystem
from sync.failures import RemoteFailure
from sync.outbox import State
from sync.profile import shipped_profile
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from sync.system import Attachment
from sync.uploads import Upload
from tests.bench.sync_kills import Sessions, opened
from tests.sync.ehr import CONTRACT, FakeClock, assessment_body, enqueue_interview

LOST, DEAF_RUNS, EDITS, DAYS, CUTS, PIECE = 200, 60, 500, 7, 50, 65536
WHAT = {
    "sync_unanswered_doubled": f"{LOST} interviews (5 calls each): for {DEAF_RUNS} runs every answer is lost after it "
    "was committed, then the answer to the first try of every write: results, registrations or moves that are there "
    "more than once",
    "sync_unanswered_missing": "… that are not there",
    "sync_week_seconds": f"{EDITS} edits (registration, moves, result of each interview) in {DAYS} days offline "
    "(tried every hour, clock injected), then the server comes up: from the first call to the empty outbox",
    "sync_week_out_of_order": "… moves and results that arrived before what comes before them",
    "sync_week_missing": "… that are not there",
    "sync_upload_cuts": f"an upload in pieces of {PIECE // 1024} KiB: how often it was cut",
    "sync_upload_equal": "1 = it arrived with the same SHA-256",
    "sync_upload_resent_pieces": "pieces that were sent again, for each cut",
}


def measure() -> dict[str, float]:
    """The figures of `WHAT`."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder = Path(name)
        return _unanswered(folder / "lost") | _week(folder / "week") | _upload(folder / "upload")


ARRIVED = """
select client_id, 'registered', '' from interview where client_id is not null
union all select i.client_id, m.target, m.received_at from move m join interview i on i.id = m.interview_id
union all select i.client_id, 'result', a.received_at from assessment a join interview i on i.id = a.interview_id
"""


STEPS = ("registered", "in_progress", "to_review", "assessed", "result")
IN_ORDER = (("in_progress", "to_review"), ("to_review", "assessed"), ("result", "assessed"))
"""What has to be there before what: a result goes its own way, and only the last move waits for it."""


def _client(sandbox: Sandbox, record: Callable[[Exchange], None] = lambda _: None) -> ContractSystem:
    client = connect(
        Address.parse(sandbox.url), shipped_profile("sandbox"), Credentials(lambda: sandbox.key), record
    )  # fmt: skip
    assert isinstance(client, ContractSystem)
    return client


def _waiting(sessions: Sessions) -> int:
    with sessions() as session:
        counts = listing.counts(session)
    assert not counts[State.DEAD] + counts[State.CONFLICT]
    return counts[State.PENDING] + counts[State.INFLIGHT]


def _unanswered(folder: Path) -> dict[str, float]:
    clock = FakeClock()
    queue = Queue(clock, jitter=lambda: 0.1)
    with opened(folder / "outbox.sqlite3") as sessions, Sandbox(CONTRACT, folder / "ehr") as sandbox:
        with sessions() as session:
            wanted = [enqueue_interview(session) for _ in range(LOST)]
        sender = Sender(sessions, _client(sandbox), queue)
        sandbox.faults.set("drop_after")
        for _ in range(DEAF_RUNS):
            assert sender.drain().sent == 0
            clock.pass_s(301)
        assert sandbox.faults.seen["drop_after"] >= DEAF_RUNS // 2
        sandbox.faults.set("lose_first")
        while _waiting(sessions):
            sender.drain()
            clock.pass_s(301)
        assert sandbox.faults.seen["lose_first"] >= 4 * LOST
        held = _rows(sandbox.folder, "select external_id, body from assessment")
        registered = _rows(sandbox.folder, "select client_id from interview where client_id is not null")
        moves = _rows(sandbox.folder, "select interview_id, target from move")
    bodies = {f"{assessment}:1": assessment_body(interview, assessment) for interview, assessment in wanted}
    whole = sum(bodies.get(external_id) == bytes(body) for external_id, body in held)
    doubled = len(held) + len(registered) + len(moves) - len({*held}) - len({*registered}) - len({*moves})
    missing = LOST - whole + LOST - len({*registered}) + 3 * LOST - len({*moves})
    return {"sync_unanswered_doubled": doubled + len(held) - whole, "sync_unanswered_missing": missing}


def _rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "ehr.sqlite3")) as database:
        return database.execute(query).fetchall()


def _week(folder: Path) -> dict[str, float]:
    clock = FakeClock()
    queue = Queue(clock)
    with opened(folder / "outbox.sqlite3") as sessions:
        sandbox = Sandbox(CONTRACT, folder / "ehr")
        port, key = int(sandbox.url.rpartition(":")[2]), sandbox.key
        sender = Sender(sessions, _client(sandbox), queue)
        sandbox.start().stop()
        hours, wanted = DAYS * 24, []
        for hour in range(hours):
            with sessions() as session:
                for _ in range(EDITS // 5 * (hour + 1) // hours - EDITS // 5 * hour // hours):
                    wanted.append(enqueue_interview(session, clock=clock))
            assert sender.drain().sent == 0
            clock.pass_s(3600)
        with Sandbox(CONTRACT, folder / "ehr", port, key=key):
            began = time.perf_counter()
            while _waiting(sessions):
                sender.drain()
                clock.pass_s(1)
            taken = time.perf_counter() - began
    arrived: dict[str, dict[str, str]] = {client_id: {} for client_id, _ in wanted}
    for client_id, step, at in _rows(folder / "ehr", ARRIVED):
        arrived[client_id][step] = at
    wrong = sum(steps[a] > steps[b] for steps in arrived.values() for a, b in IN_ORDER if {a, b} <= steps.keys())
    missing = sum(len({*STEPS} - steps.keys()) for steps in arrived.values())
    return {"sync_week_seconds": round(taken, 1), "sync_week_out_of_order": wrong, "sync_week_missing": missing}


def _upload(folder: Path) -> dict[str, float]:
    content = random.Random(1).randbytes(PIECE * 120 + 7)
    calls: list[Exchange] = []
    with opened(folder / "outbox.sqlite3") as sessions, Sandbox(CONTRACT, folder / "ehr") as sandbox:
        with sessions() as session:
            _, assessment = enqueue_interview(session)
        client = _client(sandbox, calls.append)
        Sender(sessions, client, Queue(FakeClock())).drain()
        file = Attachment(
            f"{uuid4()}", f"{assessment}:1", "i", None, None, "report", "report.pdf", "application/pdf",
            len(content), hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        calls.clear()
        sandbox.faults.set("drop_before:0.2,drop_after:0.3,seed=3")
        upload_id = ""
        while not upload_id:
            try:
                upload = Upload(client._wire, "/v1/attachments", client._judge.failure, file, "operation-1", PIECE)
                upload_id = upload.send(io.BytesIO(content))
            except RemoteFailure as failure:
                if not failure.retry:
                    raise
        cuts = sum(sandbox.faults.seen.values())
        arrived = hashlib.sha256((sandbox.folder / "files" / upload_id).read_bytes()).hexdigest()
    pieces = sum(call.method == "PATCH" for call in calls)
    assert cuts >= CUTS
    return {
        "sync_upload_cuts": cuts, "sync_upload_equal": float(arrived == file.sha256),
        "sync_upload_resent_pieces": round((pieces - 121) / cuts, 2),
    }  # fmt: skip
