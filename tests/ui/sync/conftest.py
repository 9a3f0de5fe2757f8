from __future__ import annotations

import pytest

from sync.sandbox.server import Sandbox
from tests.pulled.hr import KEY, office
from tests.sync.ehr import CONTRACT
from ui.sync.room import SyncRoom


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as running:
        yield running


@pytest.fixture
def service(library, sandbox):
    """Connected, and pulled once."""
    made = office(library, sandbox)
    yield made
    made.close()


@pytest.fixture
def room(qtbot, service):
    made = SyncRoom(service)
    qtbot.addWidget(made)
    made.resize(1400, 860)
    made.show()
    return made
