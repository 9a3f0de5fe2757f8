"""Files that arrive whole, whatever cuts them on the way; the sandbox's tus against itself and against damage."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
from uuid import uuid4

import pytest
import requests

from sync import adding, outbox, tables
from sync.failures import FileGone, RemoteBusy, RemoteNonsense, RemoteRejected, RemoteUnreachable
from sync.outbox import Kind, State
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from sync.system import Attachment
from sync.uploads import CHUNK_BYTES, Upload
from tests.sync.ehr import CONTRACT, enqueue_interview

PIECE = 4096


def a_file(size, seed=1):
    return random.Random(seed).randbytes(size)


def attachment(assessment, content, role="report", name="张伟 报告.pdf"):
    return Attachment(
        f"{assessment}:1/{role}", f"{assessment}:1", "i", None, None, role, name, "application/pdf", len(content),
        hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


@pytest.fixture
def delivered(sender, sessions):
    """An assessment that the sandbox has; gives its id."""
    with sessions() as session:
        _, assessment = enqueue_interview(session)
    sender.drain()
    return assessment


def uploading(client, file, chunk=PIECE):
    return Upload(client._wire, "/v1/attachments", client._judge.failure, file, "operation-1", chunk)


def stored(sandbox, upload_id):
    return (sandbox.folder / "files" / upload_id).read_bytes()


def test_an_upload_that_is_cut_fifty_times_arrives_whole_and_is_resent_once_a_cut(sandbox, connect, delivered):
    content, calls = a_file(PIECE * 120 + 17), []
    client = connect(sandbox, record=calls.append)
    sandbox.faults.set("drop_after:0.3,drop_before:0.2,cut:0.1,500:0.05,seed=4")
    file, arrived = attachment(delivered, content), []
    while True:
        try:
            upload_id = uploading(client, file).send(io.BytesIO(content), arrived.append)
            break
        except (RemoteUnreachable, RemoteBusy, RemoteNonsense):
            continue
    cuts = sum(sandbox.faults.seen.values())
    assert cuts >= 50
    assert hashlib.sha256(stored(sandbox, upload_id)).hexdigest() == file.sha256
    pieces = [call for call in calls if call.method == "PATCH"]
    assert sum(call.sent_bytes for call in pieces) <= len(content) + cuts * PIECE
    assert [upload["offset"] for upload in sandbox.store.uploads()] == [len(content)]


def test_the_server_killed_in_the_middle_of_a_file_goes_on_where_it_stood(tmp_path, sandbox, connect, delivered):
    content, sent = a_file(PIECE * 10), []

    def stop(offset):
        sent.append(offset)
        if len(sent) == 4:
            raise KeyboardInterrupt

    client = connect(sandbox)
    with pytest.raises(KeyboardInterrupt):
        uploading(client, attachment(delivered, content)).send(io.BytesIO(content), stop)
    upload_id = sandbox.store.uploads()[0]["id"]
    with (sandbox.folder / "files" / upload_id).open("ab") as file:
        file.write(b"what a power cut left behind the offset")
    calls = []
    again = connect(sandbox, record=calls.append)
    assert uploading(again, attachment(delivered, content)).send(io.BytesIO(content)) == upload_id
    assert len([call for call in calls if call.method == "PATCH"]) == 6
    assert stored(sandbox, upload_id) == content
    assert uploading(again, attachment(delivered, content)).send(io.BytesIO(content)) == upload_id, "a repeat"
    assert len(sandbox.store.uploads()) == 1


def test_a_file_whose_bytes_are_not_what_was_announced_is_refused(sandbox, connect, delivered):
    content = a_file(PIECE * 2)
    with pytest.raises(RemoteRejected):
        uploading(connect(sandbox), attachment(delivered, content)).send(io.BytesIO(bytes(len(content))))
    assert sandbox.store.uploads()[0]["offset"] == 0
    with pytest.raises(RemoteRejected, match="assessment"):
        uploading(connect(sandbox), attachment(str(uuid4()), content)).send(io.BytesIO(content))


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Upload-Offset": "7"}, b"x", 409), ({"Upload-Offset": "0"}, b"x" * 99, 413),
        ({"Upload-Offset": "x"}, b"x", 400), ({"Upload-Offset": "0", "Tus-Resumable": "0.2"}, b"x", 412),
        ({"Upload-Offset": "0", "Content-Type": "text/plain"}, b"x", 415),
        ({"Upload-Offset": "0", "Upload-Checksum": "sha256 AAAA"}, b"x", 460),
        ({"Upload-Offset": "0", "Upload-Checksum": "crc x"}, b"x", 400),
    ],
)  # fmt: skip
def test_a_piece_that_does_not_fit_changes_nothing(headers, body, status, sandbox, connect, delivered):
    file = attachment(delivered, b"whole content")
    place, _ = uploading(connect(sandbox), file)._announced()
    usual = {"Authorization": f"Bearer {sandbox.key}", "Tus-Resumable": "1.0.0",
             "Content-Type": "application/offset+octet-stream"}  # fmt: skip
    answer = requests.patch(sandbox.url + place, data=body, headers=usual | headers, timeout=10)
    assert answer.status_code == status
    head = requests.head(sandbox.url + place, headers=usual, timeout=10)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("0", "13")
    assert requests.get(sandbox.url + place, headers=usual, timeout=10).status_code == 404


def test_metadata_is_read_strictly(sandbox, delivered):
    usual = {"Authorization": f"Bearer {sandbox.key}", "Tus-Resumable": "1.0.0", "Upload-Length": "3"}
    for metadata in ("", "external_id !!", f"external_id {base64.b64encode(b'x').decode()}"):
        answer = requests.post(
            f"{sandbox.url}/v1/attachments", headers=usual | {"Upload-Metadata": metadata}, timeout=10
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "metadata_invalid")


def enqueue_file(session, assessment, content, role="report"):
    told = attachment(assessment, content, role)
    body = {name: getattr(told, name) for name in told.__dataclass_fields__} | {"source": {"kind": "made", "id": "f"}}
    return adding.enqueue(
        session, kind=Kind.ATTACHMENT, aggregate="i/files", payload=json.dumps(body).encode(),
        external_id=told.external_id, clock=lambda: 0.0,
    )  # fmt: skip


def test_the_sender_delivers_files_after_all_else_and_holds_its_lease(sandbox, sessions, queue, connect, clock):
    content = a_file(CHUNK_BYTES * 2 + 5)
    with sessions() as session:
        _, assessment = enqueue_interview(session)
        op_id = enqueue_file(session, assessment, content)
        adding.depend(session, op_id, outbox.find(session, Kind.ASSESSMENT, f"{assessment}:1").op_id)
        enqueue_interview(session)
    leases = []

    def files(source):
        assert source == {"kind": "made", "id": "f"}
        return io.BytesIO(content)

    client = connect(sandbox)
    client._wire._record = lambda _: (clock.pass_s(50), leases.append(clock()))
    sender = Sender(sessions, client, queue, files=files)
    assert sender.drain().sent == 11
    assert stored(sandbox, sandbox.store.uploads()[0]["id"]) == content
    with sessions() as session:
        assert outbox.get(session, op_id).state is State.DONE


def test_an_upload_is_put_back_when_the_program_is_closed(sandbox, sessions, queue, connect):
    content = a_file(CHUNK_BYTES * 3)
    with sessions() as session:
        _, assessment = enqueue_interview(session)
        op_id = enqueue_file(session, assessment, content)
    client = connect(sandbox)
    Sender(sessions, client, queue, files=lambda _: io.BytesIO(content)).drain()
    with sessions() as session:
        session.execute(tables.outbox.update().where(tables.outbox.c.op_id == op_id).values(state="pending"))
        enqueue_interview(session)
    sandbox.store.advance_upload(sandbox.store.uploads()[0]["id"], CHUNK_BYTES)
    sender = Sender(sessions, client, queue, files=lambda _: io.BytesIO(content))
    sender.drain(lambda: sandbox.store.uploads()[0]["offset"] == 2 * CHUNK_BYTES)
    with sessions() as session:
        item = outbox.get(session, op_id)
    assert (item.state, item.last_error) == (State.PENDING, None)
    assert sender.drain().sent == 1


def test_a_file_that_is_gone_waits_for_a_person(sandbox, sessions, sender):
    with sessions() as session:
        _, assessment = enqueue_interview(session)
        op_id = enqueue_file(session, assessment, b"x")
    sender.drain()
    with sessions() as session:
        item = outbox.get(session, op_id)
    assert (item.state, item.last_error) == (State.DEAD, FileGone.code)


def test_what_lies_in_a_file_survives_a_restart_of_the_sandbox(tmp_path, sandbox, connect, delivered):
    content = a_file(PIECE)
    upload_id = uploading(connect(sandbox), attachment(delivered, content)).send(io.BytesIO(content))
    with Sandbox(CONTRACT, tmp_path / "ehr", key=sandbox.key) as second:
        usual = {"Authorization": f"Bearer {second.key}"}
        got = requests.get(f"{second.url}/v1/attachments/{upload_id}", headers=usual, timeout=10)
    assert got.content == content
