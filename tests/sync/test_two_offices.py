"""The same note from two offices, in words of their own: each HR system keeps one, and nobody has to decide."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from sync import adding, listing
from sync.outbox import Kind, Resolution, State
from sync.queue import Queue
from sync.sender import Sender
from sync.system import Note
from tests.sync.ehr import AT, pulled
from tests.sync.far_sides import SYSTEMS

SANDBOXES = ("sandbox", "ihr", "ihr-signed", "feishu", "greenhouse")


@pytest.fixture(params=SANDBOXES)
def far(request, tmp_path):
    with SYSTEMS[request.param](tmp_path) as side:
        yield side


def test_the_second_is_settled_as_already_there(far, sessions, clock):
    candidate = next(one for one in pulled(far.hr())[0].values() if getattr(one, "name", "") == "王小雨")
    interview = candidate.schedule()[-1].remote_id
    for number, who in enumerate(("王芳", "李雷")):
        note = Note(f"{interview}:late:1", "late", f"ours-{number}", interview, candidate.remote_id, None, AT, who,
                    f"{who} 等了 15 分钟。", {"minutes": 15 + number})  # fmt: skip
        with sessions() as session:
            adding.set_aside(session, Kind.NOTE, note.external_id)  # each office has an outbox of its own
            adding.enqueue(
                session, kind=Kind.NOTE, aggregate=f"ours-{number}/notes", external_id=note.external_id,
                payload=json.dumps(asdict(note), ensure_ascii=False).encode(), clock=clock,
            )  # fmt: skip
        done = Sender(sessions, far.hr(), Queue(clock)).drain()
        assert done.stopped is None
    with sessions() as session:
        kept = sorted(listing.items(session), key=lambda one: one.seq)
    assert [(item.state, item.resolution) for item in kept] == [
        (State.DONE, None),
        (State.DONE, Resolution.ALREADY_THERE),
    ]
