"""A library of its own for each test."""

from __future__ import annotations

import pytest

from app.store import Library


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="tester") as opened:
        yield opened
