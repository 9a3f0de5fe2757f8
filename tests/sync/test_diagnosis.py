"""Testing a connection says at which step it ends and why, in a sentence of both languages."""

from __future__ import annotations

import socket
import sys
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from app import text
from app.connection import finding_words
from sync import diagnosis
from sync.address import Address
from sync.auth import Credentials
from sync.diagnosis import Seen, Step, diagnose
from sync.dialects import connect
from sync.failures import AddressInvalid, ProfileInvalid, SecretMissing
from sync.profile import find_profile, read_profile, shipped_profile
from tests.sync.certificates import Authority, server_context
from tests.sync.ehr import IMPATIENT
from tests.sync.small_server import serving

GENERIC = shipped_profile("generic")
PAGE = {"positions": [], "candidates": [], "templates": [], "cursor": "c", "more": False}
PERSON = {"id": "c1", "name": "王小雨", "position_id": None, "updated": "2026-03-02T08:00:00Z"}
MAPPED = read_profile(
    'base = "generic"\nname = "mapped"\n[paths]\nfields = "/fields"\n[push]\nidentity = false\n'
    '[[mapping]]\nsource = "signed_sha256"\ntarget = "x_proof"\n',
    "mapped",
)


def findings(url, profile=GENERIC, key="key", local=time.time, certificate=None):
    def opened(clock, record):
        clock.local = local
        credentials = Credentials(key if callable(key) else lambda: key, "mianjian", certificate)
        return connect(Address.parse(url), profile, credentials, record, IMPATIENT, clock)

    found = list(diagnose(opened))
    for language in ("zh", "en"):
        text.set_language(language)
        assert all(text.sentence(one.failure) for one in found if one.failure)
    return found


def ends(found):
    """The steps that were good, and where and how it ended."""
    last = found[-1]
    assert all(one.failure is None for one in found[:-1] if one.step is not Step.CLOCK)
    return last.step, last.failure.code if last.failure else ""


def replying(health=(200, {}, {"status": "ok"}), changes=(200, {}, PAGE), fields=(200, {}, {"fields": []})):
    answers = {"/health": health, "/v1/changes": changes, "/fields": fields}
    return lambda called: answers[called.path.partition("?")[0]]


def test_a_good_connection_tells_what_was_seen(sandbox):
    for profile, url in ((GENERIC, sandbox.url), (shipped_profile("ihr"), f"{sandbox.url}/ihr")):
        found = findings(url, profile, sandbox.key)
        assert [one.step for one in found] == list(Step)
        assert not any(one.failure for one in found)
        assert [one.step for one in found if not one.needed] == [Step.CERTIFICATE]
        assert found[6].seen == Seen("MianJian Sandbox EHR", 5, 8, False)


def test_what_is_wrong_before_anything_is_sent():
    assert ends(findings("http://ehr.example"))[1] == AddressInvalid.code
    assert ends(findings("https://no-such-host.invalid")) == (Step.ADDRESS, "host_unknown")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert ends(findings(f"http://127.0.0.1:{port}")) == (Step.CONNECTION, "nobody_listens")

    def no_profile(clock, record):
        return find_profile("none")

    assert ends(list(diagnose(no_profile))) == (Step.SYSTEM, ProfileInvalid.code)


def test_a_missing_key_is_told_where_it_is_needed(sandbox):
    def no_key():
        raise SecretMissing()

    assert ends(findings(sandbox.url, key=no_key)) == (Step.KEY, "secret_missing")


def test_certificates_are_a_step_of_their_own(tmp_path):
    with serving(replying(), server_context(Authority(tmp_path).issue("127.0.0.1"))) as server:
        assert ends(findings(server.url)) == (Step.CERTIFICATE, "remote_untrusted")
    wanting = read_profile('base = "generic"\nname = "own"\n[auth]\ncertificate = true\n', "own")
    assert ends(findings("https://127.0.0.1:9", wanting)) == (Step.CERTIFICATE, "certificate_no_choice")


@pytest.mark.skipif(sys.platform != "linux", reason="SSL_CERT_FILE is how OpenSSL is told whom to trust")
def test_a_profile_that_shows_no_certificate_is_told_so_where_one_is_wanted(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with serving(replying(), server_context(authority.issue("127.0.0.1"), authority.file)) as server:
        assert ends(findings(server.url)) == (Step.CERTIFICATE, "certificate_unshown")


@pytest.mark.parametrize("page", ["/odoo", "/odoo/recruitment/1", "/web"])
def test_the_address_of_a_page_of_odoo_is_told_with_the_right_one(page):
    def reply(call):
        known = {"/web/version": (200, {}, {"version": "19.0", "version_info": []}), "/odoo": (200, {}, b"<html>")}
        return known.get(call.path, (404, {}, b"<html>not here"))

    with serving(reply) as server:
        found = findings(server.url + page, shipped_profile("odoo"))
        assert ends(found) == (Step.SYSTEM, "address_too_long")
        assert found[-1].failure.params["address"] == server.url
        assert page in text.sentence(found[-1].failure)
        assert ends(findings(server.url + "/elsewhere", shipped_profile("odoo"))) == (Step.SYSTEM, "system_unlike")


@pytest.mark.parametrize(
    ("replies", "profile", "step", "code"),
    [
        ({"health": (200, {}, b"<html>sign in")}, GENERIC, Step.SYSTEM, "login_page"),
        ({"health": (302, {"Location": "/login"}, b"")}, GENERIC, Step.SYSTEM, "login_page"),
        ({"health": (404, {}, b"<html>nothing here")}, GENERIC, Step.SYSTEM, "path_unknown"),
        ({"health": (200, {}, b"pong")}, GENERIC, Step.SYSTEM, "system_unlike"),
        ({"health": (421, {}, {"message": "not here"})}, GENERIC, Step.SYSTEM, "asking_rejected"),
        ({"health": (503, {}, {})}, GENERIC, Step.SYSTEM, "remote_busy"),
        ({"changes": (401, {}, {"code": "unauthorized"})}, GENERIC, Step.KEY, "remote_unauthorized"),
        ({"changes": (403, {}, {"message": "needs hire:read"})}, GENERIC, Step.RIGHTS, "right_missing"),
        ({"changes": (404, {}, {"code": "nothing"})}, GENERIC, Step.RIGHTS, "path_unknown"),
        ({"changes": (200, {}, {"rows": []})}, GENERIC, Step.RIGHTS, "remote_nonsense"),
        ({}, MAPPED, Step.FIELDS, "mapping_gone"),
    ],
)  # fmt: skip
def test_what_a_system_may_answer_ends_at_its_step(replies, profile, step, code):
    with serving(replying(**replies)) as server:
        found = findings(server.url, profile)
    assert ends(found) == (step, code)
    if code == "right_missing":
        assert "needs hire:read" in text.sentence(found[-1].failure)
    if code == "path_unknown":
        assert found[-1].failure.params["path"] in ("/health", "/v1/changes")


TOKEN = read_profile('base = "generic"\nname = "t"\n[auth]\nkind = "token"\n[auth.token]\nurl = "/token"\n', "t")
ELSEWHERE = read_profile(
    'base = "generic"\nname = "e"\n[auth]\nkind = "token"\n[auth.token]\nurl = "https://login.invalid/token"\n', "e"
)


def test_a_token_is_a_matter_of_the_key_and_its_own_host_is_named():
    with serving(replying()) as server:
        found = findings(server.url, ELSEWHERE)
    assert ends(found) == (Step.KEY, "host_unknown")
    assert found[-1].failure.params["host"] == "login.invalid"


def test_an_account_that_is_not_entered_is_told_before_anything_is_sent():
    def opened(clock, record):
        return connect(Address.parse(server.url), profile, Credentials(lambda: "key"), record, IMPATIENT, clock)

    for profile in (TOKEN, shipped_profile("ihr-signed")):  # noqa: B007  `opened` reads it
        with serving(lambda _: (200, {}, {"code": 0})) as server:
            assert ends(list(diagnose(opened))) == (Step.KEY, "account_missing")
        assert {call.path for call in server.calls} <= {"/health", "/openapi/v1/ping"}


def test_a_key_that_was_given_from_outside_is_told_with_its_place(monkeypatch):
    monkeypatch.setenv("MIANJIAN_EHR_TOKEN", "key")
    with serving(replying(changes=(401, {}, {}))) as server:
        found = findings(server.url)
    assert ends(found) == (Step.KEY, "given_unauthorized")
    assert "MIANJIAN_EHR_TOKEN" in text.sentence(found[-1].failure)


def test_a_socks_proxy_is_called_so(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://ann:pw@127.0.0.1:9")
    found = findings("https://ehr.invalid")
    assert ends(found) == (Step.CONNECTION, "proxy_kind")
    assert found[-1].failure.params == {"host": "ehr.invalid", "proxy": "127.0.0.1:9"}


def test_candidates_that_come_late_are_waited_for(monkeypatch):
    monkeypatch.setattr(diagnosis, "MAX_COUNTING_S", 0.0)
    rows = {"": PAGE | {"cursor": "1", "more": True}, "1": PAGE | {"candidates": [PERSON], "cursor": "2", "more": True}}

    def reply(call):
        cursor = parse_qs(urlsplit(call.path).query).get("cursor", [""])[0]
        return (200, {}, {"status": "ok"}) if call.path == "/health" else (200, {}, rows[cursor])

    with serving(reply) as server:
        assert findings(server.url)[6].seen == Seen("", 0, 1, True)
        monkeypatch.setattr(diagnosis, "MAX_LOOKING_S", 0.0)
        found = findings(server.url)[6]
        assert found.seen == Seen("", 0, 0, True)
    assert finding_words(found) == text.tr("settings.check_seen_first", positions=0)


def test_a_wrong_clock_is_told_and_ends_nothing(sandbox):
    found = findings(sandbox.url, key=sandbox.key, local=lambda: time.time() - 1000)
    wrong = next(one for one in found if one.step is Step.CLOCK)
    assert wrong.failure.params["minutes"] == 17
    assert found[-1].step is Step.FIELDS
    assert not findings(sandbox.url, key=sandbox.key, local=lambda: time.time() - 200)[4].failure
