"""Lists are walked to their end whatever the style of their pages, and then from the mark; what an answer means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.address import Address
from sync.answer import Answer
from sync.auth import Auth, Credentials
from sync.client import Wire
from sync.dialects import connect
from sync.dialects.envelope import Codes, Envelope, Gone, Judge
from sync.dialects.rows import Times
from sync.failures import (
    CursorUnknown,
    LoginPage,
    ProfileInvalid,
    RemoteBusy,
    RemoteConflict,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RightMissing,
)
from sync.profile import read_profile
from tests.sync.small_server import serving

BASE = """
base = "generic"
name = "own"
[paths]
changes = ""
[pull.positions]
path = "/positions"
list = "rows"
[pull.candidates]
path = "/candidates"
list = "rows"
"""
STYLES = {
    "page": '[paging]\nstyle = "page"\nsize = 3\nsince = "since"\nfirst = 0\n',
    "rising": '[paging]\nstyle = "page"\nsize = 3\nsince = "since"\nrising = true\n',
    "offset": '[paging]\nstyle = "offset"\nsize = 3\nsince = "since"\ntotal = "total"\n',
    "cursor": '[paging]\nstyle = "cursor"\nsize = 3\nsince = "since"\nnext = "page.token"\nmore = "page.more"\n',
    "link": '[paging]\nstyle = "link"\nsize = 3\nsince = "since"\n',
}
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Lists:
    """A system with one list of positions, in the order of their change, that can be asked in every style."""

    def __init__(self, count, brought=lambda rows: rows):
        self.brought = brought
        self.rows = {f"p{n}": {"id": f"p{n}", "title": "x", "updated": self.at(n)} for n in range(count)}
        self.asked = []

    def at(self, minutes):
        return (START + timedelta(minutes=minutes)).isoformat()

    def put(self, name, minutes, **changes):
        self.rows.pop(name, None)
        self.rows[name] = {"id": name, "title": "x", "updated": self.at(minutes), **changes}

    def __call__(self, called):
        path, query = urlsplit(called.path).path, dict(parse_qsl(urlsplit(called.path).query))
        if path != "/positions":
            return 200, {}, {"rows": [], "total": 0, "page": {"more": False, "token": ""}}
        self.asked.append(query)
        if "token" in query:
            assert set(query) == {"token"}, "a link's query is asked for as it is"
            query = json.loads(query["token"])
        rows = [row for row in self.rows.values() if row["updated"] >= query.get("since", "")]
        size = int(query["limit"])
        start = int(query.get("cursor") or query.get("offset") or (int(query.get("page", 1)) - self.first) * size)
        more = len(rows) > start + size
        following = query | {"cursor": str(start + size)}
        link = f'<{called.headers["host"]}/positions?token={json.dumps(following)}>; rel="next", <x>; rel="last"'
        said = {
            "rows": self.brought(rows[start : start + size]),
            "total": len(rows),
            "page": {"more": more, "token": start + size},
        }
        return 200, {"Link": link.replace(" ", "%20").replace('"%20', '"').replace(";%20", "; ")} if more else {}, said

    first = 1


def walked(system, cursor=""):
    """All rows up to the end of a turn, and where it ended."""
    found, pages = [], 0
    while True:
        page = system.changes(cursor)
        found += [(one.remote_id, one.title, one.deleted) for one in page.positions]
        cursor, pages = page.cursor, pages + 1
        assert pages < 50
        if not page.more:
            return found, cursor


@pytest.fixture
def system():
    made = []

    def connected(server, style):
        profile = read_profile(BASE + STYLES[style], "own")
        made.append(connect(Address.parse(server.url), profile, Credentials(lambda: "key")))
        return made[-1]

    yield connected
    for one in made:
        one.close()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_every_style_brings_all_once_and_then_only_what_changed(style, count, system):
    lists = Lists(count)
    lists.first = 0 if style == "page" else 1
    with serving(lists) as server:
        one = system(server, style)
        found, cursor = walked(one)
        assert sorted(name for name, *_ in found) == sorted(lists.rows)
        again, cursor = walked(one, cursor)
        assert again == [], "the overlap is left out by id and hash"
        lists.put("p0", 1000, title="new")
        lists.put("q", 1001, deleted=True)
        changed, cursor = walked(one, cursor)
        assert changed == [("p0", "new", False), ("q", "x", True)]
        assert walked(one, cursor)[0] == []


@pytest.mark.parametrize("brought", [lambda rows: rows[::-1], lambda rows: rows * 2, lambda rows: rows[:1] * 2 + rows])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("count", [3, 4, 11])
def test_rows_of_a_page_may_come_twice_and_in_any_order(style, count, brought, system):
    lists = Lists(count, brought)
    lists.first = 0 if style == "page" else 1
    with serving(lists) as server:
        one = system(server, style)
        found, cursor = walked(one)
        assert sorted(name for name, *_ in found) == sorted(lists.rows), "all, and each once"
        lists.put("p0", 1000, title="new")
        assert walked(one, cursor)[0] == [("p0", "new", False)]


def test_no_row_slips_through_when_rows_move_while_they_are_walked(system):
    lists = Lists(9)
    with serving(lists) as server:
        one = system(server, "rising")
        first = one.changes("")
        lists.put("p0", 500)
        lists.put("p1", 501)
        rest, _ = walked(one, first.cursor)
    assert {name for name, *_ in rest} >= {f"p{n}" for n in range(3, 9)}


def test_many_changes_in_one_second_are_walked_by_page(system):
    lists = Lists(0)
    for n in range(8):
        lists.put(f"p{n}", 5)
    with serving(lists) as server:
        assert len(walked(system(server, "rising"))[0]) == 8


def test_a_cursor_of_another_profile_starts_again(system):
    with serving(Lists(1)) as server:
        one = system(server, "page")
        for strange in ("store.5.end", '{"at": 7}', '{"at": "x"}'):
            with pytest.raises(CursorUnknown):
                one.changes(strange)


def test_a_server_that_gives_the_same_token_again_is_not_followed_for_ever(system):
    said = {"rows": [{"id": "a", "title": "t"}], "page": {"token": "same", "more": True}}
    with serving(lambda _: (200, {}, said)) as server:
        one = system(server, "cursor")
        cursor = one.changes("").cursor
        with pytest.raises(RemoteNonsense):
            one.changes(cursor)


@pytest.mark.parametrize(
    "change",
    [('style = "page"', 'style = "cursor"'), ('style = "page"', 'style = "changes"'), ('path = "/positions"', ""),
     ("size = 3", "size = 0"), ("size = 3", "overlap_s = -1"), ('path = "/positions"', 'path = "PUSH /positions"'),
     ('changes = ""', 'changes = "/v1/changes"'), ("[paging]", '[times]\nzone = "Mars/Olympus"\n[paging]'),
     ("[paging]", '[push.move]\na = "no such part"\n[paging]'), ("[paging]", '[push.interview]\na = "pay"\n[paging]'),
     ('changes = ""', 'changes = ""\nheld = "/held"')],
)  # fmt: skip
def test_what_is_wrong_in_a_profile_is_named(change):
    written = BASE + STYLES["page"]
    assert read_profile(written, "own")
    with pytest.raises(ProfileInvalid):
        read_profile(written.replace(*change), "own")


@pytest.mark.parametrize(
    ("times", "theirs", "iso"),
    [(Times("local", "Asia/Shanghai"), "2026-03-02 16:00:00", "2026-03-02T08:00:00+00:00"),
     (Times("epoch_ms"), 1772438400000, "2026-03-02T08:00:00+00:00"),
     (Times("epoch_s"), "1772438400", "2026-03-02T08:00:00+00:00"),
     (Times(), "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z")],
)  # fmt: skip
def test_times_are_read_and_written_as_the_system_tells_them(times, theirs, iso):
    assert times.read(theirs) == iso
    assert str(times.write(iso)) == str(theirs)


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["local", "epoch_s", "epoch_ms"]))
def test_a_time_comes_back_to_the_second(moment, style):
    times = Times(style, "Asia/Shanghai")
    iso = moment.replace(tzinfo=UTC, microsecond=0).isoformat()
    assert times.read(times.write(iso)) == iso


CODES = Envelope(
    data="data", message="msg", theirs="data",
    codes=Codes(ok=(0, 200), retry=(50000,), limited=(42900,), busy=(1,), reauth=("E401",), forbidden=(403,),
                conflict=(409,), gone=(404,)),
)  # fmt: skip


@pytest.fixture
def judge():
    wire = Wire(Address.parse("http://127.0.0.1:9"), Auth(), Credentials(lambda: "key"))
    yield lambda envelope: Judge(wire, envelope)
    wire.close()


@pytest.mark.parametrize(
    ("status", "code", "failure", "uncertain"),
    [(200, 50000, RemoteBusy, True), (200, 42900, RemoteBusy, False), (400, 42900, RemoteBusy, False),
     (200, 1, RemoteBusy, False), (200, "E401", RemoteUnauthorized, False), (200, 403, RightMissing, False),
     (500, 409, RemoteConflict, False), (200, 404, Gone, False), (200, 777, RemoteRejected, False),
     (500, 777, RemoteRejected, False), (503, None, RemoteBusy, False), (500, 0, RemoteBusy, True),
     (200, None, RemoteNonsense, True)],
)  # fmt: skip
def test_the_body_is_judged_before_the_status(status, code, failure, uncertain, judge):
    body = {"code": code, "msg": "words", "data": {"x": 1}} if code is not None else {"data": {}}
    with pytest.raises(failure) as raised:
        judge(CODES).understood(Answer(status, {}, json.dumps(body).encode()))
    assert raised.value.uncertain is uncertain
    if failure is RemoteConflict:
        assert raised.value.theirs == {"x": 1}


def test_a_good_code_is_good_and_a_page_is_a_login(judge):
    assert judge(CODES).understood(Answer(200, {}, b'{"code": "200", "data": 3}'))["data"] == 3
    for status in (200, 302):
        with pytest.raises(LoginPage):
            judge(CODES).understood(Answer(status, {}, b"<!DOCTYPE html><title>Sign in"))
    with pytest.raises(RemoteBusy):
        judge(CODES).understood(Answer(502, {}, b"<html>bad gateway"))
