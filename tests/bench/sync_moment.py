"""One field of a result, written on both sides within a second: is each a card, and is anything written over?

Half of the edits meet before our call is made; in the other half a person in HR writes between our reading and our
writing (the sandbox's fault `edit`). Then every card is decided, and the decision has to stand. Counted by SQL in the
sandbox's own file.
"""

from __future__ import annotations

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from sync import outbox
from sync.address import Address
from sync.auth import Credentials
from sync.conflicts import Choice, contested, shown
from sync.deciding import decide
from sync.dialects import connect
from sync.outbox import Item, Kind, State
from sync.profile import shipped_profile
from sync.queue import Queue
from sync.sandbox.person import BY
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from tests.bench.sync_kills import Sessions, opened
from tests.sync.ehr import CONTRACT, enqueue_assessment, enqueue_interview

EDITS, FIELD = 200, "summary"
OTHERS, OTHER_FIELD = 50, "strengths"
WHAT = {
    "sync_moment_edits": f"results whose field “{FIELD}” was written here and by a person in HR, neither knowing of "
    "the other: half before our call, half between our reading and our writing",
    "sync_moment_seconds_max": "… the longest time from the one to the other",
    "sync_moment_cards": "… that became a card with base, mine and theirs",
    "sync_moment_overwritten": "… in which the person's words do not stand any more",
    "sync_moment_lost": "… of which ours is neither in the outbox nor on the card",
    "sync_moment_undecided": "… in which, after half were decided for mine and half for theirs, something else stands",
    "sync_moment_unmerged": f"{OTHERS} more, of which the person writes “{OTHER_FIELD}” in the same way: results in "
    "which words of either side do not stand afterwards",
}
Ids = tuple[str, str]


def measure(edits: int = EDITS, others: int = OTHERS) -> dict[str, float]:
    """The figures of `WHAT`."""
    with (
        tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name,
        opened(Path(name) / "outbox.sqlite3") as sessions,
        Sandbox(CONTRACT, Path(name) / "ehr") as sandbox,
    ):
        queue = Queue()
        client = connect(Address.parse(sandbox.url), shipped_profile("sandbox"), Credentials(lambda: sandbox.key))
        sender = Sender(sessions, client, queue)
        with sessions() as session:
            made = [enqueue_interview(session) for _ in range(edits + others)]
        sender.drain()
        results, apart_fields = made[:edits], made[edits:]
        apart = _before(sandbox, sessions, results[: edits // 2])
        sender.drain()
        apart += _between(sandbox, sessions, sender, results[edits // 2 :])
        items = _items(sessions, results)
        stands = _stands(sandbox)
        figures = {
            "sync_moment_edits": len(apart), "sync_moment_seconds_max": round(max(apart), 3),
            "sync_moment_cards": sum(_is_card(item, stands) for item in items.values()),
            "sync_moment_overwritten": sum(not stands[ids[1]].startswith(BY) for ids in results),
            "sync_moment_lost": sum(_is_lost(items.get(ids[1]), ids) for ids in results),
        }  # fmt: skip
        wanted = _decided(sessions, queue, sender, items, stands)
        now = _stands(sandbox)
        figures["sync_moment_undecided"] = sum(now[one] != words for one, words in wanted.items())
        _before(sandbox, sessions, apart_fields[: others // 2], OTHER_FIELD)
        sender.drain()
        _between(sandbox, sessions, sender, apart_fields[others // 2 :], OTHER_FIELD)
        mine, theirs = _stands(sandbox), _stands(sandbox, OTHER_FIELD)
        client.close()
    merged = sum((mine[ids[1]], theirs[ids[1]][: len(BY)]) == (_mine(ids), BY) for ids in apart_fields)
    return figures | {"sync_moment_unmerged": others - merged}


def _before(sandbox: Sandbox, sessions: Sessions, results: list[Ids], field: str = FIELD) -> list[float]:
    """Both write at the same time, each in a thread; gives how far apart (s) each pair was."""

    def theirs(ids: Ids) -> float:
        sandbox.store.edit_result(ids[1], {field: f"{BY} {ids[1][:8]}"})
        return time.monotonic()

    def mine(ids: Ids) -> float:
        _sign(sessions, ids)
        return time.monotonic()

    apart = []
    with ThreadPoolExecutor(2) as both:
        for ids in results:
            works: list[Callable[[Ids], float]] = [theirs, mine]
            random.Random(ids[0]).shuffle(works)
            first, second = (both.submit(work, ids) for work in works)
            apart.append(abs(first.result() - second.result()))
    return apart


def _between(
    sandbox: Sandbox, sessions: Sessions, sender: Sender, results: list[Ids], field: str = FIELD
) -> list[float]:  # fmt: skip
    """The person writes when our call has arrived; gives how long after our signature (s) that was at most."""
    apart = []
    for ids in results:
        sandbox.faults.set(f"edit:1:times=1:field={field}")
        began = time.monotonic()
        _sign(sessions, ids)
        sender.drain()
        apart.append(time.monotonic() - began)
        assert sandbox.faults.seen == {"edit": 1}
    return apart


def _sign(sessions: Sessions, ids: Ids) -> None:
    with sessions() as session:
        enqueue_assessment(session, *ids, revision=2, summary=_mine(ids), clock=time.time)


def _mine(ids: Ids) -> str:
    return f"我的话 {ids[1][:8]}"


def _items(sessions: Sessions, results: list[Ids]) -> dict[str, Item]:
    """The second revision of each assessment in the outbox."""
    with sessions() as session:
        found = {ids[1]: outbox.find(session, Kind.ASSESSMENT, f"{ids[1]}:2") for ids in results}
    return {assessment: item for assessment, item in found.items() if item is not None}


def _stands(sandbox: Sandbox, field: str = FIELD) -> dict[str, str]:
    """What stands in a field of each result."""
    with closing(sqlite3.connect(sandbox.folder / "ehr.sqlite3")) as database:
        query = "select assessment_id, json_extract(body, ?) from standing"
        return {name: str(value) for name, value in database.execute(query, (f"$.{field}",))}


def _is_card(item: Item, stands: dict[str, str]) -> bool:
    """In conflict about this one field, with what was agreed, what was signed here, and what stands there."""
    cards = shown(contested(item.theirs)) if item.state is State.CONFLICT else ()
    assessment, mine = item.external_id.rpartition(":")[0], json.loads(item.payload)[FIELD]
    return [(card.field, card.base, card.mine, card.theirs) for card in cards] == [
        (FIELD, "总体不错", mine, stands[assessment])
    ]


def _is_lost(item: Item | None, ids: Ids) -> bool:
    if item is None or json.loads(item.payload)[FIELD] != _mine(ids):
        return True
    return [card.mine for card in shown(contested(item.theirs))] != [_mine(ids)]


def _decided(
    sessions: Sessions, queue: Queue, sender: Sender, items: dict[str, Item], stands: dict[str, str]
) -> dict[str, str]:
    """Decide every card, by turns for mine and for theirs, and send; gives what has to stand."""
    wanted = {}
    for place, (assessment, item) in enumerate(items.items()):
        choice = Choice.MINE if place % 2 else Choice.THEIRS
        wanted[assessment] = json.loads(item.payload)[FIELD] if choice is Choice.MINE else stands[assessment]
        if item.state is State.CONFLICT:
            with sessions() as session:
                decide(session, queue, item, sender._hr.address.base, choice, {})
    sender.drain()
    return wanted
