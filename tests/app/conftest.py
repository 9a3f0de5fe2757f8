"""A library and a sandbox of the HR system, and the service that keeps them in step: for tests of the sync."""

from __future__ import annotations

import pytest

from app.settings import SettingsFile
from app.store import Library
from app.sync_service import SyncService
from sync.queue import Queue
from sync.sandbox.server import Sandbox
from tests.sync.ehr import CONTRACT

CANARY = "canary-7f3a91c2-never-written-down"
CONNECTED = {"ehr_profile": "sandbox", "assessor": "li"}


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=CANARY) as running:
        yield running


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="li") as opened:
        yield opened


@pytest.fixture
def connect(library):
    """Makes services on the library, as starting the program does, and closes them before it."""
    made = []

    def connected(url, key=CANARY, connection=CONNECTED, **more):
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=url, **connection)
        queue = Queue(jitter=lambda: 1.0)
        made.append(SyncService(library, settings, queue=queue, secret=lambda _: key, **more))
        return made[-1]

    yield connected
    for service in made:
        service.close()


@pytest.fixture
def service(connect, sandbox):
    return connect(sandbox.url)
