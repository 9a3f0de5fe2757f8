"""A fresh database and a running Odoo for a test; skipped with the reason where it is not built."""

from __future__ import annotations

import contextlib
import itertools
import json

import pytest

from tests.odoo.place import TEMPLATE, NotToBeHad, place
from tests.odoo.postgres import Cluster
from tests.odoo.server import Server

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster():
    """The PostgreSQL of the build folder."""
    if place().reason():
        pytest.skip(place().reason())
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(Cluster(place()))
        except NotToBeHad as reason:
            pytest.skip(str(reason))
        for database in running.databases():
            if database.startswith("test_"):
                running.drop(database)
        yield running


@pytest.fixture(scope="session")
def keys(cluster) -> dict[str, str]:
    """API keys by user: admin, recruiter (what the guide makes), stranger (no right to the recruitment)."""
    found: dict[str, str] = json.loads(place().keys.read_text("utf-8"))
    return found


@pytest.fixture
def database(cluster) -> str:
    """The name of a fresh database, which goes when the test ends."""
    name = f"test_{next(_numbers)}"
    cluster.clone(TEMPLATE, name)
    yield name
    cluster.drop(name)


@pytest.fixture
def server(cluster, database):
    """A server on the fresh database."""
    running = Server(place(), database, cluster.port)
    running.start()
    yield running
    running.kill()  # its database goes with it
