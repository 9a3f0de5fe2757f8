"""Who calls is shown as each system wants to see it; what is secret is never written down."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
import time
import traceback
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from sync.address import Address
from sync.auth import Auth, Credentials, ServerClock, wrong_auth
from sync.auth import token as tokens
from sync.auth.kinds import Signature, Token
from sync.client import Wire
from sync.dialects import connect
from sync.failures import LoginPage, RemoteBusy, RemoteFailure, RemoteNonsense, RemoteUnauthorized
from sync.profile import shipped_profile
from tests.sync.small_server import serving

SECRET = "s3cret-canary/5d+1f"
TOKEN = "t0ken-canary/93+ab"
OAUTH = Auth(kind="token", token=Token(url="/oauth/token", more={"grant_type": "client_credentials", "scope": "hire"}))
FEISHU = Auth(
    kind="token",
    token=Token(
        url="/open-apis/auth/v3/tenant_access_token/internal", body="json", account="app_id", secret="app_secret",
        more={}, token="tenant_access_token", lifetime="expire", code="code",
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_tokens():
    tokens.forget_tokens()
    yield
    tokens.forget_tokens()


@pytest.fixture
def wire():
    made = []

    def wired(server, auth, **more):
        credentials = Credentials(lambda: SECRET, "app-7")
        made.append(Wire(Address.parse(server.url), auth, credentials, **more))
        return made[-1]

    yield wired
    for one in made:
        one.close()


class Tokens:
    """A system that gives tokens and wants to see the newest one."""

    def __init__(self, lifetime: object = 3600, shape: str = "oauth"):
        self.given, self.lifetime, self.shape, self.slow_s = 0, lifetime, shape, 0.0

    def __call__(self, called):
        if "token" in called.path:
            time.sleep(self.slow_s)
            self.given += 1
            if self.shape == "oauth":
                return 200, {}, {"access_token": f"{TOKEN}-{self.given}", "expires_in": self.lifetime}
            return 200, {}, {"code": 0, "tenant_access_token": f"{TOKEN}-{self.given}", "expire": self.lifetime}
        good = called.headers.get("authorization") == f"Bearer {TOKEN}-{self.given}"
        return (200, {}, {"ok": True}) if good else (401, {}, {"code": "unauthorized"})


def test_a_token_is_got_once_for_all_calls_and_connections(wire):
    with serving(Tokens()) as server:
        for _ in range(2):
            one = wire(server, OAUTH)
            assert [one.send("GET", "/x").status for _ in range(3)] == [200] * 3
        asked = [called for called in server.calls if called.path == "/oauth/token"]
    assert len(asked) == 1
    assert parse_qs(asked[0].body.decode()) == {
        "grant_type": ["client_credentials"], "scope": ["hire"], "client_id": ["app-7"], "client_secret": [SECRET],
    }  # fmt: skip


def test_a_tenant_token_is_the_same_kind_with_other_names(wire):
    with serving(Tokens(7200, "feishu")) as server:
        assert wire(server, FEISHU).send("GET", "/x").status == 200
        assert json.loads(server.calls[0].body) == {"app_id": "app-7", "app_secret": SECRET}


def test_the_pair_may_go_by_basic_and_the_token_into_the_query(wire):
    auth = Auth(kind="token", header="access_token", token=Token(url="/token", account="", secret="", place="query"))
    with serving(lambda called: (200, {}, {"access_token": TOKEN})) as server:
        wire(server, auth).send("GET", "/x", query={"a": "1"})
        first, second = server.calls
    assert base64.b64decode(first.headers["authorization"].split()[1]).decode() == f"app-7:{SECRET}"
    assert parse_qsl(urlsplit(second.path).query) == [("a", "1"), ("access_token", TOKEN)]


def test_a_token_is_got_anew_before_it_ends(wire, monkeypatch):
    given, now = Tokens(3600), time.monotonic()
    with serving(given) as server:
        one = wire(server, OAUTH)
        one.send("GET", "/x")
        monkeypatch.setattr(tokens.time, "monotonic", lambda: now + 3600 - 121)
        one.send("GET", "/x")
        assert given.given == 1
        monkeypatch.setattr(tokens.time, "monotonic", lambda: now + 3600 - 60)
        assert one.send("GET", "/x").status == 200
    assert given.given == 2


def test_a_token_that_the_system_forgot_is_got_anew_once(wire):
    given = Tokens()
    with serving(given) as server:
        one = wire(server, OAUTH)
        one.send("GET", "/x")
        given.given += 1  # it expects another one now
        assert one.send("POST", "/x", body=b"{}").status == 200
        paths = [called.path for called in server.calls]
    assert paths == ["/oauth/token", "/x", "/x", "/oauth/token", "/x"]


def test_a_token_that_is_never_accepted_is_no_endless_loop(wire):
    refusing = lambda called: (200, {}, {"access_token": TOKEN}) if "token" in called.path else (401, {}, {})  # noqa: E731
    with serving(refusing) as server:
        one = wire(server, OAUTH)
        assert isinstance(one.failure_of(one.send("GET", "/x")), RemoteUnauthorized)
        assert len(server.calls) == 4


def test_one_thread_gets_the_token_and_the_others_wait_for_it(wire):
    given = Tokens()
    given.slow_s = 0.2
    with serving(given) as server:
        wires = [wire(server, OAUTH) for _ in range(6)]
        found = []
        threads = [threading.Thread(target=lambda one=one: found.append(one.send("GET", "/x").status)) for one in wires]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (given.given, found) == (1, [200] * 6)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ((401, {}, {"error": "invalid_client"}), RemoteUnauthorized),
        ((400, {}, {"error": "invalid_client"}), RemoteUnauthorized),
        ((200, {}, {"code": 10003, "msg": "invalid app_secret"}), RemoteUnauthorized),
        ((503, {"Retry-After": "7"}, {}), RemoteBusy), ((200, {}, b"<html>sign in"), LoginPage),
        ((200, {}, {"code": 0}), RemoteNonsense),
        ((200, {}, {"code": 0, "tenant_access_token": "a\nb"}), RemoteNonsense), ((404, {}, b"?"), RemoteNonsense),
    ],
)  # fmt: skip
def test_what_a_token_endpoint_may_say_instead(reply, failure, wire):
    with serving(lambda _: reply) as server, pytest.raises(failure) as raised:
        wire(server, FEISHU).send("PUT", "/x", body=b"{}")
    assert not raised.value.uncertain, "the call itself was never made"
    assert getattr(raised.value, "retry_after_s", None) in (None, 7.0)


def test_an_hmac_signature_is_what_the_system_computes_itself(wire):
    auth = Auth(kind="signature", signature=Signature(
        parts=("method", "path", "query", "timestamp", "nonce", "body_sha256", "=v1"), time="ms", prefix="V1 ",
        encoding="base64",
    ))  # fmt: skip
    with serving(lambda _: (200, {}, {})) as server:
        wire(server, auth, clock=ServerClock(lambda: 1_770_000_000.5)).send(
            "POST", "/hr/x", query={"b": "二", "a": "1"}, body=b'{"x":1}'
        )
        called = server.calls[0]
    moment, nonce = called.headers["x-timestamp"], called.headers["x-nonce"]
    assert moment == "1770000000500"
    assert called.headers["x-app-key"] == "app-7"
    signed = "\n".join(
        ("POST", "/hr/x", "a=1&b=二", moment, nonce, hashlib.sha256(b'{"x":1}').hexdigest(), "v1")
    )  # fmt: skip
    wanted = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
    assert called.headers["x-signature"] == f"V1 {base64.b64encode(wanted).decode()}"


def test_an_md5_signature_in_the_query_covers_what_stands_there(wire):
    auth = Auth(kind="signature", signature=Signature(
        digest="md5", parts=("secret", "query", "secret"), join="", pair="", between="", upper=True, place="query",
        signature="sign", timestamp="ts", nonce="", account="appkey",
    ))  # fmt: skip
    with serving(lambda _: (200, {}, {})) as server:
        wire(server, auth, clock=ServerClock(lambda: 1_770_000_000.0)).send("GET", "/x", query={"page": "2"})
        query = dict(parse_qsl(urlsplit(server.calls[0].path).query))
    sign = query.pop("sign")
    assert query == {"page": "2", "ts": "1770000000", "appkey": "app-7"}
    signed = SECRET + "".join(name + query[name] for name in sorted(query)) + SECRET
    assert sign == hashlib.md5(signed.encode()).hexdigest().upper()


def test_a_wrong_clock_is_learned_from_the_refusal_and_tried_once_more(sandbox):
    seen = []
    slow = ServerClock(lambda: time.time() - 1800)
    system = connect(
        Address.parse(f"{sandbox.url}/ihr"), shipped_profile("ihr-signed"),
        Credentials(lambda: sandbox.key, "mianjian"), seen.append, clock=slow,
    )  # fmt: skip
    assert system.changes("").positions
    assert len(seen) == 2
    assert slow.skew_s == pytest.approx(1800, abs=5)
    system.changes("")
    assert len(seen) == 3, "it is known from then on"
    system.close()


@pytest.mark.parametrize("skew", ["skew=1800", "skew=-7200"])
def test_a_system_whose_clock_is_off_is_signed_for_on_its_clock(skew, sandbox):
    seen = []
    credentials = Credentials(lambda: sandbox.key, "mianjian")
    system = connect(Address.parse(f"{sandbox.url}/ihr"), shipped_profile("ihr-signed"), credentials, seen.append)
    system.changes("")
    sandbox.faults.set(skew)
    assert system.changes("").positions
    assert len(seen) == 3
    sandbox.faults.set("")
    assert system.changes("").positions, "and back"
    system.close()


@pytest.mark.parametrize("name", ["ihr", "ihr-signed"])
def test_a_wrong_secret_is_refused_in_the_systems_own_words(name, sandbox):
    system = connect(
        Address.parse(f"{sandbox.url}/ihr"), shipped_profile(name), Credentials(lambda: "wrong", "mianjian")
    )
    with pytest.raises(RemoteUnauthorized):
        system.changes("")
    system.close()


@pytest.mark.parametrize(
    "auth",
    [
        Auth(kind="none"), Auth(kind="token"), Auth(kind="token", token=Token(url="http://elsewhere/token")),
        Auth(kind="token", token=Token(url="//elsewhere/token")), Auth(kind="token", token=Token(url="/t", skew_s=10)),
        Auth(kind="token", token=Token(url="https://user:pw@x/t")),
        Auth(kind="token", token=Token(url="/t", account="")),
        Auth(kind="signature", signature=Signature(parts=("method", "moon"))),
        Auth(kind="signature", signature=Signature(digest="md5")),
        Auth(kind="signature", signature=Signature(nonce="")),
        Auth(kind="signature", signature=Signature(parts=("secret",))),
        Auth(kind="signature", signature=Signature(timestamp="")),
    ],
)  # fmt: skip
def test_a_wrong_part_auth_is_named(auth):
    assert wrong_auth(auth)


def test_what_has_to_be_entered_follows_from_the_kind():
    assert (OAUTH.wants_account, OAUTH.wants_certificate, OAUTH.wants_secret) == (True, False, True)
    assert not Auth().wants_account
    assert Auth(kind="certificate").wants_certificate
    assert not Auth(kind="certificate").wants_secret
    assert shipped_profile("ihr-signed").shape.auth.wants_account


IN_QUERY = Auth(kind="query", header="key")
TOKEN_IN_QUERY = Auth(kind="token", header="key", token=Token(url="/oauth/token", place="query"))


@pytest.mark.parametrize("auth", [OAUTH, IN_QUERY, TOKEN_IN_QUERY], ids=["header", "query", "token-in-query"])
def test_no_record_log_or_traceback_holds_secret_or_token(auth, wire, caplog):
    caplog.set_level(logging.DEBUG)
    shows_token = auth is not IN_QUERY
    seen, written = [], []

    def echo(called):
        if "token" in called.path:
            return 200, {}, {"access_token": TOKEN, "expires_in": 60}
        return 422, {}, {"message": f"you said {called.path} {called.headers.get('authorization')} {SECRET}"}

    with serving(echo) as server:
        one = wire(server, auth, record=seen.append)
        answer = one.send("POST", "/x", body=json.dumps({"leak": SECRET}).encode())
        failure = one.failure_of(answer, "", json.loads(answer.body)["message"])
        written += [repr(failure), repr(failure.params), repr(one._auth), repr(tokens._all)]
    for forgets in (False, True):
        tokens.forget_tokens() if forgets else None
        try:
            one.send("GET", "/x")
        except RemoteFailure:
            written.append(traceback.format_exc())
    everything = caplog.text + "".join(written) + "".join(map(repr, seen))
    assert len(written) == 6
    assert [one.path for one in seen[:2]] == (["/oauth/token", "/x"] if shows_token else ["/x", "/x"])
    for part in ("s3cret-canary", "t0ken-canary"):
        assert part not in everything
