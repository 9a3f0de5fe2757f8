"""The built server itself: a fresh database for each test, and a reason where there is none."""

from __future__ import annotations

import pytest
import requests

from tests.odoo import debian
from tests.odoo.place import NotToBeHad, Place, done


@pytest.fixture
def ask(own_server):
    """Calls a method as a user, by the key."""
    with requests.Session() as session:
        session.trust_env = False

        def call(key, model, method, **arguments):
            headers = {"Authorization": f"Bearer {key}"}
            return session.post(
                f"{own_server.url}/json/2/{model}/{method}", json=arguments, headers=headers, timeout=60
            )

        yield call


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_an_empty_database(ask, keys, number):
    found = ask(keys["recruiter"], "hr.applicant", "search_read", domain=[], fields=["partner_name"])
    assert found.json() == []
    made = ask(keys["recruiter"], "hr.applicant", "create", vals_list=[{"partner_name": f"{number}"}])
    assert made.json() == [1]


def test_somebody_without_the_right_is_refused(ask, keys):
    assert ask(keys["stranger"], "hr.applicant", "search", domain=[]).status_code == 403
    assert ask("x" * 40, "hr.applicant", "search", domain=[]).status_code == 401


def test_what_is_not_built_says_so(tmp_path):
    assert "dev.py odoo" in Place(tmp_path).reason()


def test_a_step_that_fails_says_why(tmp_path):
    with pytest.raises(NotToBeHad, match="no such column"):
        done(["sh", "-c", "echo no such column >&2; exit 3"], tmp_path / "logs" / "step.log")
    assert "exit 3" in (tmp_path / "logs" / "step.log").read_text("utf-8")


def test_a_machine_without_sources_of_debian_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(debian, "SOURCES", tmp_path)
    with pytest.raises(NotToBeHad, match="no source"):
        debian.fetched(Place(tmp_path / "odoo"))
