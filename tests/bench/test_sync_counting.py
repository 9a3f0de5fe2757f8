"""The figures of the sync's bench would see what they are about: lost, doubled and outdated rows are counted."""

from __future__ import annotations

import base64
import random
import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest

from sync.address import Address
from sync.auth import Credentials
from sync.dialects import connect
from sync.profile import shipped_profile
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from tests.bench import sync_canary, sync_kills, sync_moment
from tests.sync.ehr import CONTRACT


@pytest.fixture
def delivered(tmp_path):
    """A folder as the bench leaves it: ten revisions of four assessments, all of them there."""
    with Sandbox(CONTRACT, tmp_path / "ehr") as sandbox, sync_kills.opened(tmp_path / "outbox.sqlite3") as sessions:
        client = connect(Address.parse(sandbox.url), shipped_profile("sandbox"), Credentials(lambda: sandbox.key))
        sender, signing = Sender(sessions, client, Queue()), sync_kills.Signing(sessions, 10, random.Random(4))
        signing.begin()
        while not signing.done:
            sender.drain()
            signing.edit(2)
        sender.drain()
        client.close()
    assert (signing.assessments, signing.pushed) == (4, 10)
    return tmp_path


def altered(folder, file, *statements):
    with closing(sqlite3.connect(folder / file)) as database, database:
        for statement in statements:
            database.execute(statement)
    return sync_kills.compared(folder)


def test_all_that_arrived_counts_as_arrived(delivered):
    assert sync_kills.compared(delivered) == {"sync_lost": 0, "sync_doubled": 0, "sync_not_the_last": 0}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("delete from assessment where rowid = 1", (1, 0, 0)),
        ("update assessment set body = cast('{}' as blob) where rowid = 1", (1, 1, 0)),
        ("update interview set client_id = 'somebody' where client_id is not null", (0, 1, 0)),
        ("update standing set body = json_set(body, '$.summary', 'x') where rowid = 1", (0, 0, 1)),
        ("update standing set body = json_set(body, '$.composite', 11)", (0, 0, 4)),
        ("update standing set body = json_set(body, '$.dimensions[0].mine', 1) where rowid = 1", (0, 0, 1)),
        ("delete from standing where rowid = 1", (0, 0, 1)),
        ("insert into assessment select external_id || 'x', id, assessment_id, revision, interview_id, sha256, body, "
         "received_at from assessment where rowid = 1", (0, 2, 0)),
    ],
)  # fmt: skip
def test_what_went_wrong_is_counted(delivered, statement, found):
    figures = altered(delivered, "ehr/ehr.sqlite3", statement)
    assert (figures["sync_lost"], figures["sync_doubled"], figures["sync_not_the_last"]) == found


@pytest.mark.parametrize(
    "written",
    [lambda secret: secret, lambda secret: secret.hex().encode(), lambda secret: base64.b64encode(b"user:" + secret),
     lambda secret: base64.b64encode(b"me:" + secret + b"!"), lambda secret: quote(secret.decode(), safe="").encode()],
)  # fmt: skip
def test_a_secret_is_found_in_whichever_form_it_stands(tmp_path, written):
    file = tmp_path / "deep" / "library.sqlite3-wal"
    file.parent.mkdir()
    file.write_bytes(b"\0" * 500 + written(sync_canary.KEY.encode()) + b"\0" * 500)
    figures = sync_canary.searched(tmp_path, {sync_canary.KEY, "another-token-of-the-hr-system"})
    assert (figures["sync_secrets_found"], figures["sync_secrets"], figures["sync_secrets_files"]) == (1, 2, 1)


def test_fields_that_both_sides_wrote_are_counted_as_they_are():
    figures = sync_moment.measure(6, 4)
    assert figures.pop("sync_moment_seconds_max") > 0
    assert figures == {
        "sync_moment_edits": 6, "sync_moment_cards": 6, "sync_moment_overwritten": 0, "sync_moment_lost": 0,
        "sync_moment_undecided": 0, "sync_moment_unmerged": 0,
    }  # fmt: skip
