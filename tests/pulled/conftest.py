from __future__ import annotations

import pytest

from app.store import Library
from sync.sandbox.server import Sandbox
from tests.pulled.hr import KEY, office
from tests.sync.ehr import CONTRACT


@pytest.fixture
def sandbox(tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=KEY) as running:
        yield running


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="王芳") as opened:
        yield opened


@pytest.fixture
def service(library, sandbox):
    made = office(library, sandbox)
    yield made
    made.close()
