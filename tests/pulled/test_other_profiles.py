"""One library, several ways to speak to the HR system one after the other: what nobody edited is nobody's conflict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.settings import SettingsFile
from app.sync_service import SyncService
from sync.queue import Queue
from sync.sandbox.faces.feishu import app_id
from sync.sandbox.server import Sandbox
from tests.pulled.hr import KEY, cards, fields, put
from tests.sync.ehr import CONTRACT

WAYS = {"generic": ("", ""), "ihr": ("/ihr", "mianjian"), "feishu": ("", app_id(KEY))}
"""Where each face of the sandbox is, and who calls there."""


@pytest.fixture
def through(library, sandbox):
    """Pulls once through a profile, with what is known of it from before."""
    settings = SettingsFile(library.folder)
    made = SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: KEY)

    def pulled(profile):
        path, account = WAYS[profile]
        settings.change(ehr_url=sandbox.url + path, ehr_profile=profile, ehr_account=account)
        report = made.run_once(hurry=True)
        assert report.failure is None
        return made

    yield pulled
    made.close()


def here(library):
    return {one.remote_id: one for one in library.positions()}


@pytest.mark.parametrize("order", [
    ("generic", "ihr", "feishu", "generic"), ("ihr", "feishu", "ihr", "generic"),
    ("feishu", "ihr", "generic", "feishu"),
])  # fmt: skip
def test_profiles_one_after_the_other_make_no_card(library, sandbox, through, order):
    for turn, profile in enumerate(order):
        put(sandbox, "position", "pos-backend", title=f"后端工程师 {turn}", keywords=["微服务", str(turn)])
        put(sandbox, "candidate", "cand-wang", phone=f"1380000000{turn}")
        service = through(profile)
        assert [(one.title, fields(service, one)) for one in cards(service)] == []
        assert here(library)["pos-backend"].title == f"后端工程师 {turn}"
        if profile != "feishu":  # there candidates have other ids
            assert library.find_candidate(remote_id="cand-wang").phone == f"1380000000{turn}"


def test_what_is_here_is_what_the_connected_system_says(library, through):
    through("generic")
    as_generic = here(library)
    through("feishu")
    assert here(library)["pos-data"].template_id.startswith("feishu-")
    service = through("generic")
    assert here(library) == {one: replace(row, version=here(library)[one].version) for one, row in as_generic.items()}
    assert cards(service) == []


@pytest.mark.parametrize("second", ["ihr", "feishu"])
def test_what_was_edited_here_stays_a_card(library, sandbox, through, second):
    through("generic")
    mine = here(library)["pos-backend"]
    library.save_position(replace(mine, title="我们的后端"))
    put(sandbox, "position", "pos-backend", title="后端（HR）")
    (card,) = cards(through(second))
    assert fields(through(second), card) == {"title": fields(through(second), card)["title"]}
    assert fields(through(second), card)["title"][1:] == ("我们的后端", "后端（HR）")
    assert here(library)["pos-backend"].title == "我们的后端"


def test_an_edit_here_outlives_going_to_another_system_and_back(library, through):
    through("generic")
    mine = here(library)["pos-backend"]
    library.save_position(replace(mine, department="我们的部门"))
    through("ihr")
    service = through("generic")
    assert here(library)["pos-backend"].department == "我们的部门"
    assert cards(service) == []


def test_an_edit_that_equals_what_another_system_said_long_ago_stays(library, sandbox, through):
    through("ihr")
    said = here(library)["pos-backend"].title
    put(sandbox, "position", "pos-backend", title="后端二部")
    service = through("generic")
    library.save_position(replace(here(library)["pos-backend"], title=said))
    put(sandbox, "position", "pos-backend", title="后端二部", department="新部门")
    service.run_once()
    assert here(library)["pos-backend"].title == said
    assert here(library)["pos-backend"].department == "新部门"
    assert cards(service) == []


def test_the_same_id_of_another_server_is_not_taken_for_the_same_person(library, tmp_path, sandbox, through):
    """Two systems may count from 1: nobody here becomes somebody else unasked."""
    through("generic")
    before = library.find_candidate(remote_id="cand-wang")
    with Sandbox(CONTRACT, tmp_path / "another", key=KEY) as other:
        put(other, "candidate", "cand-wang", name="赵六", email="zhao@example.cn", phone="13900000000")
        settings = SettingsFile(library.folder)
        settings.change(ehr_url=other.url, ehr_profile="generic", ehr_account="")
        service = SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: KEY)
        service.run_once(hurry=True)
        assert library.find_candidate(remote_id="cand-wang") == before
        (card,) = cards(service)
        assert fields(service, card)["name"] == (None, before.name, "赵六")
        service.close()


def test_a_card_calls_templates_by_their_titles(each_language, library, through):
    through("generic")
    mine = here(library)["pos-data"]
    library.save_position(replace(mine, template_id="default"))
    service = through("feishu")
    (card,) = cards(service)
    base, ours, there = fields(service, card)["template_id"]
    title = {one.id: one.title.in_(each_language) for one in library.templates()}
    feishus = id_at_feishu(library)
    assert (ours, title[mine.template_id]) == (title["default"], title[feishus])
    assert (base, there) == (f"{title[feishus]} [{mine.template_id}]", f"{title[feishus]} [{feishus}]"), (
        "an id stands beside a title that two of them have"
    )


def id_at_feishu(library):
    """The id of Feishu's template that the position has there."""
    return next(one.id for one in library.templates() if one.id.startswith("feishu-") and "技术" in one.title.zh)
