"""What a bad week does to a queue: every answer lost, seven days offline, an upload cut fifty times, and somebody in HR
who writes into every result while it is changed here."""

from __future__ import annotations

import hashlib
import io
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from sync import outbox
from sync.address import Address
from sync.auth import Credentials
from sync.client import Exchange
from sync.dialects import connect
from sync.dialects.contract import ContractSystem
from sync.failures import RemoteFailure
from sync.outbox import Queue, State
from sync.profile import shipped_profile
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from sync.system import Attachment
from sync.uploads import Upload
from tests.sync.ehr import CONTRACT, FakeClock, assessment_body, enqueue_assessment, enqueue_interview

LOST, EDITS, DAYS, CUTS, PIECE, EDITED = 200, 500, 7, 50, 65536, 50
WHAT = {
    "sync_unanswered_doubled": f"{LOST} interviews (5 calls each), the answer to the first try of every write lost "
    "after it was committed: results, registrations or moves that are there more than once",
    "sync_unanswered_missing": "… that are not there",
    "sync_week_seconds": f"{EDITS} calls written over {DAYS} days offline (tried every hour, clock injected), then the "
    "server comes up: from the first call to the empty outbox",
    "sync_week_out_of_order": "… moves that arrived before the one that comes before them",
    "sync_upload_cuts": f"an upload in pieces of {PIECE // 1024} KiB: how often it was cut",
    "sync_upload_equal": "1 = it arrived with the same SHA-256",
    "sync_same_field_cards": f"{EDITED} results of which somebody in HR writes into the field that we change, within "
    "the second, half of them between our reading and our writing: how many become a card",
    "sync_same_field_overwritten": "… HR's words that were overwritten unasked",
    "sync_other_field_lost": f"{EDITED} more, of which HR writes into another field in the same way: results in which "
    "words of either side are not there afterwards",
    "sync_upload_resent_pieces": "pieces that were sent again, for each cut",
}
Sessions = Callable[[], AbstractContextManager[Session]]


def measure() -> dict[str, float]:
    """The figures of `WHAT`."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder = Path(name)
        queue = _unanswered(folder / "lost") | _week(folder / "week") | _upload(folder / "upload")
        return queue | _edited(folder / "edited")


@contextmanager
def _sessions(folder: Path) -> Iterator[Sessions]:
    folder.mkdir(parents=True)
    engine = create_engine(f"sqlite:///{folder / 'outbox.sqlite3'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("pragma journal_mode=wal"))
    outbox.metadata.create_all(engine)

    @contextmanager
    def opened() -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    try:
        yield opened
    finally:
        engine.dispose()


def _client(sandbox: Sandbox, record: Callable[[Exchange], None] = lambda _: None) -> ContractSystem:
    client = connect(
        Address.parse(sandbox.url), shipped_profile("sandbox"), Credentials(lambda: sandbox.key), record
    )  # fmt: skip
    assert isinstance(client, ContractSystem)
    return client


def _waiting(sessions: Sessions) -> int:
    with sessions() as session:
        counts = outbox.counts(session)
    assert not counts[State.DEAD] + counts[State.CONFLICT]
    return counts[State.PENDING] + counts[State.INFLIGHT]


def _unanswered(folder: Path) -> dict[str, float]:
    clock = FakeClock()
    queue = Queue(clock, jitter=lambda: 0.1)
    with _sessions(folder) as sessions, Sandbox(CONTRACT, folder / "ehr", faults="lose_first") as sandbox:
        with sessions() as session:
            wanted = [enqueue_interview(session) for _ in range(LOST)]
        sender = Sender(sessions, _client(sandbox), queue)
        while _waiting(sessions):
            sender.drain()
            clock.pass_s(301)
        held = Counter(each.external_id for each in sandbox.store.assessments())
        registered = Counter(each["client_id"] for each in sandbox.store.interviews() if each["client_id"])
        moves = Counter((each["interview_id"], each["target"]) for each in sandbox.store.moves())
        assert sandbox.faults.seen["lose_first"] >= 5 * LOST
        bodies = sum(
            sandbox.store.assessment(f"{assessment}:1") is None
            or sandbox.store.assessment(f"{assessment}:1").body != assessment_body(interview, assessment)  # type: ignore[union-attr]
            for interview, assessment in wanted
        )
    doubled = sum(n - 1 for counts in (held, registered, moves) for n in counts.values())
    missing = bodies + LOST - len(registered) + 3 * LOST - len(moves)
    return {"sync_unanswered_doubled": doubled, "sync_unanswered_missing": missing}


def _week(folder: Path) -> dict[str, float]:
    clock = FakeClock()
    queue = Queue(clock)
    with _sessions(folder) as sessions:
        sandbox = Sandbox(CONTRACT, folder / "ehr")
        port, key = int(sandbox.url.rpartition(":")[2]), sandbox.key
        sender = Sender(sessions, _client(sandbox), queue)
        sandbox.start().stop()
        hours = DAYS * 24
        for hour in range(hours):
            with sessions() as session:
                for _ in range(EDITS // 5 * (hour + 1) // hours - EDITS // 5 * hour // hours):
                    enqueue_interview(session, clock=clock)
            assert sender.drain().sent == 0
            clock.pass_s(3600)
        with Sandbox(CONTRACT, folder / "ehr", port, key=key) as back:
            began = time.perf_counter()
            while _waiting(sessions):
                sender.drain()
                clock.pass_s(1)
            taken = time.perf_counter() - began
            arrived: dict[str, list[str]] = {}
            for move in back.store.moves():
                arrived.setdefault(move["interview_id"], []).append(move["target"])
            assert len(back.store.assessments()) == EDITS // 5
    order = ("in_progress", "to_review", "assessed")
    wrong = sum(order.index(a) > order.index(b) for moves in arrived.values() for a, b in pairwise(moves))
    return {"sync_week_seconds": round(taken, 1), "sync_week_out_of_order": wrong}


def _upload(folder: Path) -> dict[str, float]:
    content = random.Random(1).randbytes(PIECE * 120 + 7)
    calls: list[Exchange] = []
    with _sessions(folder) as sessions, Sandbox(CONTRACT, folder / "ehr") as sandbox:
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


def _edited(folder: Path) -> dict[str, float]:
    between: dict[str, str] = {}

    def read(exchange: Exchange) -> None:
        assessment = exchange.path.rpartition("/")[2]
        if exchange.path.startswith("/v1/results/") and assessment in between:
            sandbox.store.edit_result(assessment, {between.pop(assessment): "HR"})

    with _sessions(folder) as sessions, Sandbox(CONTRACT, folder / "ehr") as sandbox:
        with sessions() as session:
            made = [enqueue_interview(session) for _ in range(2 * EDITED)]
        sender = Sender(sessions, _client(sandbox, read), Queue(FakeClock()))
        sender.drain()
        fields = {assessment: "summary" if n < EDITED else "strengths" for n, (_, assessment) in enumerate(made)}
        with sessions() as session:
            for n, (interview, assessment) in enumerate(made):
                enqueue_assessment(session, interview, assessment, 2, summary="mine")
                if n % 2:
                    between[assessment] = fields[assessment]
                else:
                    sandbox.store.edit_result(assessment, {fields[assessment]: "HR"})
        sender.drain()
        with sessions() as session:
            cards = outbox.counts(session)[State.CONFLICT]
        stands = {assessment: sandbox.store.standing(assessment) for assessment in fields}
    said = {assessment: one.body for assessment, one in stands.items() if one is not None}
    same, others = ([one for one in fields if fields[one] == name] for name in ("summary", "strengths"))
    over = sum(said[one]["summary"] != "HR" for one in same)
    lost = sum((said[one]["summary"], said[one]["strengths"]) != ("mine", "HR") for one in others)
    return {
        "sync_same_field_cards": cards, "sync_same_field_overwritten": over, "sync_other_field_lost": lost,
    }  # fmt: skip
