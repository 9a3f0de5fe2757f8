"""What each answer means: every fault becomes the failure that says what to do next."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from contextlib import closing
from datetime import UTC, datetime

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError

from sync import secrets
from sync.address import Address
from sync.auth import Credentials
from sync.dialects import connect as connect_to
from sync.failures import (
    AddressInvalid,
    CursorUnknown,
    KeyringClosed,
    KeyringMissing,
    PathUnknown,
    PayloadTooLarge,
    RemoteBusy,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RemoteUnreachable,
    RemoteUntrusted,
    SecretMissing,
    SecretUnusable,
)
from sync.profile import shipped_profile
from sync.pull import pull
from sync.system import Agreed
from sync.waits import retry_after_s
from tests.sync.ehr import IMPATIENT, assessment_body


@pytest.mark.parametrize(
    ("fault", "failure", "uncertain"),
    [
        ("500", RemoteBusy, True), ("503:1:retry=7", RemoteBusy, False), ("429:1:retry=7", RemoteBusy, False),
        ("409", RemoteBusy, False), ("401", RemoteUnauthorized, False), ("html", RemoteNonsense, True),
        ("cut", RemoteNonsense, True), ("drop_before", RemoteUnreachable, True),
        ("drop_after", RemoteUnreachable, True), ("slow:1:1", RemoteUnreachable, True),
    ],
)  # fmt: skip
def test_each_fault_is_told_apart(fault, failure, uncertain, sandbox, connect):
    sandbox.faults.set(fault)
    patience = {"timeouts": IMPATIENT} if fault.startswith("slow") else {}
    with pytest.raises(failure) as raised:
        connect(sandbox, **patience).changes("")
    assert raised.value.uncertain is uncertain
    if "retry=7" in fault:
        assert raised.value.retry_after_s == 7.0


def test_nobody_there_is_certain_and_a_strange_cursor_is_named(sandbox, connect):
    with pytest.raises(CursorUnknown):
        connect(sandbox).changes("other.1.end")
    client = connect(sandbox)
    sandbox.stop()
    with pytest.raises(RemoteUnreachable) as raised:
        client.changes("")
    assert not raised.value.uncertain
    sandbox.stop = lambda: None


def test_a_refusal_carries_the_servers_words_without_the_key(sandbox, connect):
    with pytest.raises(RemoteRejected) as raised:
        connect(sandbox).put_assessment("a:1", b"{}", "operation-1", Agreed())
    assert raised.value.params["status"] == 422
    assert secrets.redacted(f"key {sandbox.key}\n" + "x" * 999, sandbox.key) == ("key •••" + "x" * 999)[:300]


def test_what_is_too_large_is_not_sent(sandbox, connect):
    body = assessment_body("i", "a", summary="长" * 1_000_000)
    with pytest.raises(PayloadTooLarge):
        connect(sandbox).put_assessment("a:1", body, "operation-1", Agreed())


def answering(raw):
    """A server that answers one connection with these bytes; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer():
        with listening, closing(listening.accept()[0]) as connection:
            connection.recv(65536)
            connection.sendall(raw)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread, f"http://127.0.0.1:{listening.getsockname()[1]}"


def http(status, body, *headers):
    lines = [f"HTTP/1.0 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("raw", "failure"),
    [
        (http("302 Found", b"", "Location: http://evil.example/"), RemoteNonsense),
        (http("200 OK", b"[1]"), RemoteNonsense),
        (http("200 OK", b'{"positions": 3}'), RemoteNonsense),
        (http("200 OK", b'{"positions": [{"id": 3}], "candidates": [], "templates": []}'), RemoteNonsense),
        (http("200 OK", b'{"positions": [], "candi'), RemoteNonsense),
        (http("200 OK", b" " * 17_000_000), RemoteNonsense),
        (http("502 Bad Gateway", b"<html>"), RemoteBusy),
        (http("404 Not Found", b"<html>"), RemoteRejected),
        (b"SSH-2.0-OpenSSH_9.2\r\n", RemoteUnreachable),
    ],
)
def test_strange_servers_are_borne(raw, failure):
    thread, url = answering(raw)
    client = connect_to(Address.parse(url), shipped_profile("generic"), Credentials(lambda: "key"))
    try:
        with pytest.raises(failure):
            client.changes("")
    finally:
        client.close()
        thread.join()


def test_a_server_without_a_trusted_certificate_gets_nothing(sandbox):
    client = connect_to(
        Address.parse(sandbox.url.replace("http:", "https:")), shipped_profile("generic"), Credentials(lambda: "key")
    )
    with pytest.raises((RemoteUntrusted, RemoteUnreachable)):
        client.changes("")
    client.close()


def test_a_404_of_another_machine_is_not_taken_for_nothing_kept():
    thread, url = answering(http("404 Not Found", b"<html>no such page</html>"))
    client = connect_to(Address.parse(url), shipped_profile("generic"), Credentials(lambda: "key"))
    with pytest.raises(RemoteRejected):
        client.get_assessment("a:1")
    client.close()
    thread.join()


@pytest.mark.parametrize(
    "text", ["https://ehr.example/hr/", "http://127.0.0.1:8080", "http://[::1]:80", "http://localhost"]
)
def test_usable_addresses(text):
    assert not Address.parse(text).base.endswith("/")


@pytest.mark.parametrize(
    "text",
    ["", "ehr.example", "http://ehr.example", "http://127.0.0.1.evil.example", "ftp://x", "https://", "file:///etc/passwd",
     "https://user:secret@ehr.example", "https://ehr.example?x=1", "https://ehr.example:99999", "http://[::1"],
)  # fmt: skip
def test_unusable_addresses_are_refused_without_repeating_a_password(text):
    with pytest.raises(AddressInvalid) as raised:
        Address.parse(text)
    assert "secret" not in str(raised.value.params)


def test_waits_that_servers_ask_for():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    headers = (None, "", "3", "0.5", "-4", "nan", "inf", "soon", "Thu, 01 Jan 2026 00:01:00 GMT", "999999999")
    asked = [retry_after_s(value, now) for value in headers]
    assert asked == [None, None, 3.0, 0.5, 0.0, None, None, None, 60.0, 86400.0]


class MemoryKeyring(KeyringBackend):
    """A keyring that keeps."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def keyring_of():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_the_key_comes_from_the_environment_or_the_keyring(monkeypatch, keyring_of):
    keyring_of(MemoryKeyring())
    with pytest.raises(SecretMissing):
        secrets.secret_for("https://ehr.example")
    secrets.store_secret("https://ehr.example", " from-keyring ")
    assert secrets.secret_for("https://ehr.example") == "from-keyring"
    monkeypatch.setenv(secrets.VARIABLE, "from-environment")
    assert secrets.secret_for("https://ehr.example") == "from-environment"
    monkeypatch.setenv(secrets.VARIABLE, "two\r\nHeader: lines")
    with pytest.raises(SecretMissing):
        secrets.secret_for("https://ehr.example")


def test_a_key_serves_other_paths_of_its_server_that_have_none_and_no_other_server(keyring_of):
    keyring_of(MemoryKeyring())
    secrets.store_secret("https://ehr.example/odoo", "first")
    assert secrets.secret_for("https://ehr.example") == "first"
    secrets.store_secret("https://ehr.example/ihr", "second")
    assert secrets.secret_for("https://ehr.example/odoo") == "first"
    for other in ("https://ehr.example:8443", "http://ehr.example", "https://ehr.example.org"):
        with pytest.raises(SecretMissing):
            secrets.secret_for(other)


def test_a_keyring_that_keeps_nothing_is_said(keyring_of):
    keyring_of(keyring.backends.null.Keyring())
    with pytest.raises(KeyringMissing):
        secrets.store_secret("https://ehr.example", "key")


class FailingKeyring(MemoryKeyring):
    """A keyring that is not there, or locked."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def get_password(self, service, username):
        raise self.error

    def set_password(self, service, username, password):
        raise self.error


@pytest.mark.parametrize(("error", "told"), [(NoKeyringError, KeyringMissing), (KeyringLocked, KeyringClosed)])
def test_a_keyring_that_is_not_there_or_locked_is_told_apart_from_a_key_that_is_not(keyring_of, error, told):
    keyring_of(FailingKeyring(error("no")))
    with pytest.raises(told):
        secrets.secret_for("https://ehr.example")
    with pytest.raises(told):
        secrets.store_secret("https://ehr.example", "key")
    assert secrets.passphrase_for("https://ehr.example") == ""


@pytest.mark.parametrize("key", ["密钥", "sk-••••", "two\nlines", "in\u00a0between"])
def test_what_can_be_no_key_is_not_kept(keyring_of, monkeypatch, key):
    kept = MemoryKeyring()
    keyring_of(kept)
    with pytest.raises(SecretUnusable):
        secrets.store_secret("https://ehr.example", key)
    assert not kept.kept
    monkeypatch.setenv(secrets.VARIABLE, key)
    with pytest.raises(SecretUnusable):
        secrets.secret_for("https://ehr.example")
    assert secrets.given_by() == secrets.VARIABLE


def test_no_log_line_holds_the_key(sandbox, connect, caplog):
    caplog.set_level(logging.DEBUG)
    seen = []
    connect(sandbox, record=seen.append).changes("")
    assert sandbox.key not in caplog.text + json.dumps([repr(one) for one in seen])
    assert [(one.method, one.path, one.status) for one in seen] == [("GET", "/v1/changes", 200)]


def test_a_key_behind_a_file_descriptor_is_read_once(monkeypatch, keyring_of):
    keyring_of(MemoryKeyring())
    monkeypatch.setattr(secrets, "_read", {})
    reading, writing = os.pipe()
    os.write(writing, b"from-descriptor\n")
    os.close(writing)
    monkeypatch.setenv(secrets.DESCRIPTOR, str(reading))
    assert [secrets.secret_for("https://ehr.example") for _ in range(2)] == ["from-descriptor"] * 2
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reading)
    for wrong in ("9999", "-1", "stdin"):
        monkeypatch.setenv(secrets.DESCRIPTOR, wrong)
        with pytest.raises(SecretMissing):
            secrets.secret_for("https://ehr.example")
    monkeypatch.delenv(secrets.DESCRIPTOR)
    secrets.store_passphrase("https://ehr.example", " open sesame ")
    assert secrets.passphrase_for("https://ehr.example") == " open sesame "
    assert secrets.passphrase_for("https://other.example") == ""


def test_a_pull_that_finds_nothing_at_its_path_blames_the_address(sandbox, connect, sessions, clock):
    client = connect(sandbox, path="/odoo/recruitment")
    with pytest.raises(PathUnknown) as raised:
        pull(client, sessions, lambda page: (), clock)
    assert raised.value.params["path"] == "/odoo/recruitment"
