"""A sandbox EHR on a free port, an outbox in a file, and a sender between them; all real."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from sync import tables
from sync.address import Address
from sync.auth import Credentials
from sync.dialects import connect as connect_to
from sync.profile import shipped_profile
from sync.queue import Queue
from sync.sandbox.faces.feishu import app_id
from sync.sandbox.server import Sandbox
from sync.sender import Sender
from tests.sync.ehr import CONTRACT, FakeClock


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr") as running:
        yield running


@pytest.fixture
def sessions(tmp_path):
    """Opens sessions on a real file that commit when their block ends well, as the library's do."""
    engine = create_engine(f"sqlite:///{tmp_path / 'outbox.sqlite3'}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("pragma journal_mode=wal"))
    tables.metadata.create_all(engine)

    @contextmanager
    def session():
        with Session(engine, expire_on_commit=False) as opened, opened.begin():
            yield opened

    yield session
    engine.dispose()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def queue(clock):
    return Queue(clock, jitter=lambda: 1.0)


@pytest.fixture
def connect():
    """Makes clients, and closes them in the end."""
    made = []

    def connected(sandbox, key=None, path="", **more):
        credentials = Credentials(lambda: key or sandbox.key)
        client = connect_to(Address.parse(sandbox.url + path), shipped_profile("sandbox"), credentials, **more)
        made.append(client)
        return client

    yield connected
    for client in made:
        client.close()


@pytest.fixture
def sender(sessions, sandbox, queue, connect):
    return Sender(sessions, connect(sandbox), queue)


@pytest.fixture
def far(request, sandbox):
    """The sandbox as the system that a module is about: what its `FAR` makes of it."""
    side = request.module.FAR(sandbox)
    yield side
    side.close()


@pytest.fixture
def hr_of(sandbox):
    """Makes connections to the sandbox as Feishu Hire, and closes them in the end."""
    made = []

    def connected(secret=None, record=lambda _: None, profile=None):
        credentials = Credentials(lambda: secret or sandbox.key, app_id(sandbox.key))
        address = Address.parse(sandbox.url)
        made.append(connect_to(address, profile or shipped_profile("feishu"), credentials, record))
        return made[-1]

    yield connected
    for hr in made:
        hr.close()
