"""A fresh database and a running Odoo for a test; skipped with the reason where it is not built."""

from __future__ import annotations

import contextlib
import itertools
import json
from types import SimpleNamespace

import msgspec
import pytest

from sync.address import Address
from sync.auth import Credentials
from sync.dialects import connect as connect_to
from sync.profile import Profile, shipped_profile
from tests.odoo.office import MAPPING, Office
from tests.odoo.place import TEMPLATE, NotToBeHad, place
from tests.odoo.postgres import Cluster
from tests.odoo.server import Server
from tests.sync.conftest import clock, queue, sessions  # noqa: F401 fixtures

_numbers = itertools.count(1)
PREPARED = "test_prepared"


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
    """API keys by user: admin, recruiter (what the guide makes), officer (the same without surveys), stranger."""
    found: dict[str, str] = json.loads(place().keys.read_text("utf-8"))
    return found


@pytest.fixture(scope="session")
def serving(cluster):
    """One server for the databases of all tests: a call names its own."""
    running = Server(place(), "", cluster.port, served="^test_")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def prepared(cluster, serving, keys):
    """A database in which the company has set up what the guide says: stages, a job with properties, a field."""
    cluster.clone(TEMPLATE, PREPARED)
    office = Office(serving.url, keys["admin"], PREPARED)
    return SimpleNamespace(stages=office.stages(), job=office.job(), field=office.field("x_composite"))


@pytest.fixture
def database(request, cluster):
    """The name of a fresh database, which goes when the test ends; a prepared one where the test has a `company`."""
    if "company" in request.fixturenames:
        request.getfixturevalue("prepared")
    name = f"test_{next(_numbers)}"
    cluster.clone(PREPARED if "company" in request.fixturenames else TEMPLATE, name)
    yield name
    cluster.drop(name)


@pytest.fixture
def company(prepared):
    """Ids of what the company has set up."""
    return prepared


@pytest.fixture
def sql(cluster, database):
    """Asks PostgreSQL itself: what a query gives, one value or rows."""

    def ask(query):
        rows = cluster.sql(query, database)
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    return ask


@pytest.fixture
def own_server(cluster, database):
    """A server for this test alone, which may be killed."""
    running = Server(place(), database, cluster.port)
    running.start()
    yield running
    running.kill()  # its database goes with it


@pytest.fixture
def office(serving, keys, database):
    """The company's people."""
    return Office(serving.url, keys["admin"], database)


@pytest.fixture
def connect(serving, keys, database):
    """Makes clients, and closes them in the end."""
    made = []

    def connected(
        user="recruiter", key=None, url=None, mapping=MAPPING, record=lambda _: None, timeouts=None, **changes
    ):
        changes = {"mapping": mapping, "database": database} | changes
        shape = msgspec.structs.replace(shipped_profile("odoo").shape, **changes)
        credentials = Credentials(lambda: key or keys[user])
        client = connect_to(Address.parse(url or serving.url), Profile(shape), credentials, record, timeouts)
        made.append(client)
        return client

    yield connected
    for client in made:
        client.close()
