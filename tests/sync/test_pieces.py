"""Files in pieces within calls of an i人事-like system: whole and once, by token and by signature."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from uuid import uuid4

import pytest

from sync import adding, outbox
from sync.failures import (
    ProfileInvalid,
    RemoteBusy,
    RemoteConflict,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnreachable,
)
from sync.outbox import Kind, State
from sync.profile import read_profile, shipped_profile
from sync.sender import Sender
from sync.uploads import CHUNK_BYTES, Pieces
from tests.sync.ehr import enqueue_interview
from tests.sync.far_sides import ihr_side
from tests.sync.test_uploads import a_file, attachment, enqueue_file, stored

PIECE = 4096
OP = "operation-1"


@pytest.fixture(params=["ihr", "ihr-signed"])
def far(request, tmp_path):
    with ihr_side(request.param)(tmp_path) as side:
        yield side


@pytest.fixture
def delivered(far, sessions, queue):
    """An assessment that the sandbox has; gives its id."""
    with sessions() as session:
        _, assessment = enqueue_interview(session)
    Sender(sessions, far.hr(), queue).drain()
    return assessment


def pieces(hr, file):
    return Pieces(hr._told_of_file, file, "", PIECE)


def test_a_file_that_is_cut_fifty_times_arrives_whole_and_is_resent_once_a_cut(far, delivered):
    content, calls = a_file(PIECE * 120 + 17), []
    hr, file = far.hr(record=calls.append), attachment(delivered, content)
    far.misbehave("drop_after:0.3,drop_before:0.2,cut:0.1,500:0.05,seed=4")
    while True:
        try:
            made = pieces(hr, file).send(io.BytesIO(content))
            break
        except (RemoteUnreachable, RemoteBusy, RemoteNonsense):
            continue
    cuts = sum(far.sandbox.faults.seen.values())
    assert cuts >= 50
    assert stored(far.sandbox, made) == content
    carried = [json.loads(call.sent).get("content") for call in calls if call.path.endswith("/upload")]
    assert len([one for one in carried if one]) <= 121 + cuts
    assert [upload["offset"] for upload in far.sandbox.store.uploads()] == [len(content)]
    far.misbehave("")
    assert hr.attach(file, io.BytesIO(content), OP, lambda _: None) == made, "a repeat"


def test_the_sender_delivers_it_in_pieces_and_every_first_answer_is_lost(far, sessions, queue, clock):
    content, heard = a_file(CHUNK_BYTES * 2 + 5), []
    with sessions() as session:
        _, assessment = enqueue_interview(session)
        op_id = enqueue_file(session, assessment, content)
        adding.depend(session, op_id, outbox.find(session, Kind.ASSESSMENT, f"{assessment}:1").op_id)
    far.misbehave("lose_first")
    hr = far.hr(record=heard.append)
    sender = Sender(sessions, hr, queue, files=lambda _: io.BytesIO(content))
    for _ in range(20):
        sender.drain()
        clock.pass_s(400)
    with sessions() as session:
        item = outbox.get(session, op_id)
    assert (item.state, item.last_error) == (State.DONE, None)
    (kept,) = far.sandbox.store.uploads()
    assert item.remote_id == kept["id"]
    assert hashlib.sha256(stored(far.sandbox, kept["id"])).hexdigest() == hashlib.sha256(content).hexdigest()
    assert (kept["role"], kept["name"], kept["media_type"]) == ("report", "张伟 报告.pdf", "application/pdf")


def test_what_is_not_what_was_announced_is_refused(far, delivered):
    content, hr = a_file(PIECE * 2), far.hr()
    with pytest.raises(RemoteRejected):
        pieces(hr, attachment(delivered, content)).send(io.BytesIO(bytes(len(content))))
    assert far.sandbox.store.uploads()[0]["offset"] == 0
    with pytest.raises(RemoteConflict):
        pieces(hr, attachment(delivered, content + b"x")).send(io.BytesIO(content + b"x"))
    with pytest.raises(RemoteRejected, match="assessment"):
        pieces(hr, attachment(str(uuid4()), content)).send(io.BytesIO(content))


def test_a_piece_at_another_place_asks_anew_where_it_stands(far, delivered):
    content, hr = a_file(PIECE * 3), far.hr()
    file = attachment(delivered, content)
    upload = pieces(hr, file)
    place, _ = upload._announced()
    upload._piece(io.BytesIO(content), place, 0)
    with pytest.raises(RemoteNonsense) as wrong:
        upload._piece(io.BytesIO(content), place, 2 * PIECE)
    assert wrong.value.retry
    assert upload.send(io.BytesIO(content)) == place
    assert stored(far.sandbox, place) == content


@pytest.mark.parametrize("wrong", ['offset = "offset"', 'content = "content"', 'sha256 = "sha256"'])
def test_a_shape_that_carries_no_piece_is_refused(wrong):
    written = Path(shipped_profile("ihr").file).read_text("utf-8")
    at = written.index("[push.file]")
    with pytest.raises(ProfileInvalid, match=r"push\.file"):
        read_profile(written[:at] + written[at:].replace(wrong, "", 1), "own")
    with pytest.raises(ProfileInvalid, match=r"push\.file"):
        read_profile(written[:at] + written[at:].replace('"offset"', '"place"', 1), "own")
