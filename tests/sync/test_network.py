"""On the way to the HR system: names, ports, certificates and proxies, each told apart; all of them real."""

from __future__ import annotations

import socket
import sys
import time

import pytest

from app import text
from sync.address import Address
from sync.auth import Auth, Credentials
from sync.auth.certificate import validity
from sync.auth.kinds import Token
from sync.auth.token import forget_tokens
from sync.client import Timeouts, Wire
from sync.failures import (
    CertificateExpired,
    CertificateExpiredHere,
    CertificateUnusable,
    CertificateWanted,
    CertificateWrongName,
    HostUnknown,
    NobodyListens,
    ProxyLogin,
    ProxyRefused,
    ProxyUnreachable,
    RemoteTimeout,
    RemoteUnreachable,
    RemoteUntrusted,
    TlsNotSpoken,
)
from tests.sync.certificates import Authority, server_context
from tests.sync.proxy import proxying
from tests.sync.small_server import serving

trusting = pytest.mark.skipif(sys.platform != "linux", reason="SSL_CERT_FILE is how OpenSSL is told whom to trust")
HASTY = Timeouts(connect_s=2.0, read_s=0.3, total_s=2.0)
WITH_CERTIFICATE = Auth(certificate=True)
PLAIN = Auth()


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """An authority that this computer trusts, as a company's."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


@pytest.fixture
def wire():
    made = []

    def wired(url, auth=PLAIN, certificate=None, passphrase="", **more):
        credentials = Credentials(lambda: "key", "app-7", certificate, lambda: passphrase)
        made.append(Wire(Address.parse(url), auth, credentials, timeouts=HASTY, **more))
        return made[-1]

    yield wired
    for one in made:
        one.close()


def good(_):
    return 200, {}, {"ok": True}


def refused(wire, url, **more):
    """The failure of one call, which certainly did nothing."""
    with pytest.raises(Exception) as raised:  # noqa: PT011  each test names the type that it wants
        wire(url, **more).send("POST", "/x", body=b"{}")
    assert not raised.value.uncertain
    for language in ("zh", "en"):
        text.set_language(language)
        assert str(raised.value.params.get("host", "")) in text.sentence(raised.value)
    return raised.value


def test_an_unknown_name_and_a_port_where_nobody_listens(wire):
    assert isinstance(refused(wire, "https://no-such-host.invalid"), HostUnknown)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert isinstance(refused(wire, f"http://127.0.0.1:{port}"), NobodyListens)


def test_a_port_that_does_not_speak_tls_is_told_so(wire):
    with serving(good) as server:
        assert type(refused(wire, server.url.replace("http:", "https:"))) is TlsNotSpoken


def test_a_server_that_says_nothing_in_time(wire):
    with serving(lambda _: time.sleep(0.8) or (200, {}, {})) as server, pytest.raises(RemoteTimeout) as raised:
        wire(server.url).send("PUT", "/x", body=b"{}")
    assert raised.value.uncertain, "it may have done it"


@trusting
def test_the_companys_own_authority_is_trusted(wire, authority):
    with serving(good, server_context(authority.issue("127.0.0.1"))) as server:
        assert wire(server.url).send("GET", "/x").good


@trusting
@pytest.mark.parametrize(
    ("name", "begins", "ends", "failure"),
    [("127.0.0.1", -9, -2, CertificateExpired), ("127.0.0.1", 2, 9, CertificateExpired),
     ("ehr.example", -1, 9, CertificateWrongName)],
)  # fmt: skip
def test_what_is_wrong_with_a_certificate_is_said(name, begins, ends, failure, wire, authority):
    with serving(good, server_context(authority.issue(name, begins, ends))) as server:
        assert type(refused(wire, server.url)) is failure
        assert server.calls == [], "nothing is sent"


def test_an_unknown_authority_is_not_trusted(wire, tmp_path):
    with serving(good, server_context(Authority(tmp_path).issue("127.0.0.1"))) as server:
        assert type(refused(wire, server.url)) is RemoteUntrusted


@trusting
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_a_client_certificate_is_shown_beside_the_key(passphrase, wire, authority):
    mine = authority.issue("mianjian", passphrase=passphrase)
    with serving(good, server_context(authority.issue("127.0.0.1"), authority.file)) as server:
        one = wire(server.url, WITH_CERTIFICATE, mine, passphrase)
        assert one.send("GET", "/x").good
        assert server.calls[0].headers["authorization"] == "Bearer key"
        alone = wire(server.url, Auth(kind="certificate"), mine, passphrase)
        assert alone.send("GET", "/x").good
        assert "authorization" not in server.calls[1].headers


@trusting
def test_a_server_that_wants_another_certificate_says_so(wire, authority, tmp_path):
    (tmp_path / "b").mkdir()
    strange = Authority(tmp_path / "b").issue("mianjian")
    with serving(good, server_context(authority.issue("127.0.0.1"), authority.file)) as server:
        for auth, certificate in ((Auth(), None), (WITH_CERTIFICATE, strange)):
            with pytest.raises(CertificateWanted):
                wire(server.url, auth, certificate).send("GET", "/x")


@pytest.mark.parametrize(
    ("status", "body"), [(400, b"<html>400 No required SSL certificate was sent"), (496, b"<html>")]
)
def test_a_web_server_in_front_that_wants_a_certificate_says_so_with_a_page(status, body, wire):
    with serving(lambda _: (status, {}, body)) as server:
        one = wire(server.url)
        assert type(one.failure_of(one.send("GET", "/x"))) is CertificateWanted


@trusting
def test_a_connection_that_breaks_within_tls_may_have_done_it_all_the_same(wire, authority):
    with serving(lambda called: called.hang_up(), server_context(authority.issue("127.0.0.1"))) as server:
        with pytest.raises(RemoteUnreachable) as raised:
            wire(server.url).send("PUT", "/x", body=b"{}")
        assert len(server.calls) == 1
    assert raised.value.uncertain


@trusting
def test_what_breaks_in_on_an_encrypted_answer_may_have_let_it_be_done(wire, authority):
    """A proxy that gives up speaks plainly in the midst of TLS: the request had arrived."""

    def breaking_in(called):
        called.speak_plainly(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        called.hang_up()

    with serving(breaking_in, server_context(authority.issue("127.0.0.1"))) as server:
        with pytest.raises(RemoteUnreachable) as raised:
            wire(server.url).send("PUT", "/x", body=b"{}")
        assert len(server.calls) == 1
    assert raised.value.uncertain


def test_a_client_certificate_that_cannot_be_used_is_said_before_anything_is_sent(wire, tmp_path):
    authority = Authority(tmp_path)
    locked, other = authority.issue("locked", passphrase="right"), authority.issue("other")
    garbage, half, mixed = tmp_path / "garbage.pem", tmp_path / "half.pem", tmp_path / "mixed.pem"
    garbage.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    certificate = other.read_bytes().partition(b"-----BEGIN PRIVATE")[0]
    half.write_bytes(certificate)
    mixed.write_bytes(certificate + authority.issue("third").read_bytes())
    for file, reason in (
        (tmp_path / "none.pem", "missing"), (garbage, "certificate"), (half, "key"), (mixed, "key"),
        (locked, "passphrase"), (tmp_path / "authority.txt", "missing"),
    ):  # fmt: skip
        with pytest.raises(CertificateUnusable) as raised:
            wire("https://127.0.0.1:9", WITH_CERTIFICATE, file, "wrong")
        assert raised.value.code == f"certificate_no_{reason}"
        assert file.name in text.sentence(raised.value)
    with pytest.raises(CertificateExpiredHere) as raised:
        wire("https://127.0.0.1:9", WITH_CERTIFICATE, authority.issue("old", -30, -3))
    assert "old.pem" in text.sentence(raised.value)


def test_validity_is_read_beyond_2050_too(tmp_path):
    begins, ends = validity(Authority(tmp_path).issue("long", 0, 365 * 40))
    assert (ends - begins).days == 365 * 40


@trusting
def test_a_token_may_be_got_from_another_https_host(wire, authority):
    forget_tokens()
    giving = lambda _: (200, {}, {"access_token": "t-1"})  # noqa: E731
    with (
        serving(good) as server,
        serving(giving, server_context(authority.issue("127.0.0.1"))) as login,
        serving(giving, server_context(authority.issue("ehr.example"))) as impostor,
    ):
        auth = Auth(kind="token", token=Token(url=f"{login.url}/oauth"))
        assert wire(server.url, auth).send("GET", "/x").good
        assert server.calls[0].headers["authorization"] == "Bearer t-1"
        strange = Auth(kind="token", token=Token(url=f"{impostor.url}/oauth"))
        with pytest.raises(CertificateWrongName):
            wire(server.url, strange).send("GET", "/x")
        assert impostor.calls == []


@pytest.fixture
def behind_a_proxy(authority, monkeypatch):
    """A server that is reached by its name only through a proxy; the environment names the proxy as the system does."""

    def set_up(proxy):
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)

    with serving(good, server_context(authority.issue("ehr.example"))) as server:
        yield server, int(server.url.rpartition(":")[2]), set_up


@trusting
def test_the_systems_proxy_is_used_beyond_this_computer_only(wire, behind_a_proxy, sandbox):
    server, port, set_up = behind_a_proxy
    with proxying(port) as proxy:
        set_up(proxy.url)
        assert wire("https://ehr.example/hr").send("GET", "/x").good
        assert proxy.asked == ["ehr.example:443"]
        assert server.calls[0].path == "/hr/x"
        assert wire(sandbox.url).send("GET", "/health", open_to_all=True).good
        assert proxy.asked == ["ehr.example:443"]


@trusting
def test_what_is_wrong_with_a_proxy_is_said_without_its_password(wire, behind_a_proxy):
    _, port, set_up = behind_a_proxy
    with proxying(port, login="office:pass-canary") as proxy:
        set_up(proxy.url)
        assert type(refused(wire, "https://ehr.example")) is ProxyLogin
        set_up(proxy.url.replace("//", "//office:pass-canary@"))
        assert wire("https://ehr.example").send("GET", "/x").good
    gone = refused(wire, "https://ehr.example")
    assert type(gone) is ProxyUnreachable
    assert gone.params["proxy"] == proxy.url.removeprefix("http://")
    assert "pass-canary" not in text.sentence(gone)
    with proxying(port, refuses="403 Blocked by policy") as proxy:
        set_up(proxy.url)
        failure = refused(wire, "https://ehr.example")
    assert type(failure) is ProxyRefused
    assert failure.params["detail"] == "403 Blocked by policy"
