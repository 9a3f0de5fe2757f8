"""A library of its own for each test."""

from __future__ import annotations

import pytest

from app.store import Library
from tests.recording.ending import all_end


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="tester") as opened, all_end():
        yield opened
