"""Calls and runs as they are kept: to the byte, bounded, the oldest go first."""

from __future__ import annotations

import hashlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import exchanges
from sync.client import Exchange
from sync.exchanges import KEPT, KEPT_BYTES, KEPT_RUNS

SYSTEM = "http://hr.example"


def keep(session, sent=b"", received=b"", op_id=None, at=1.0, status=200):
    exchange = Exchange("PUT", "/v1/assessments/a%3A1", status, sent, received, 0.25)
    exchanges.keep(session, SYSTEM, exchange, op_id, at)


def test_a_call_is_kept_to_the_byte_with_its_item(sessions):
    sent, received = '{"名": "秦𠮷雅",\r\n "x": 1}'.encode(), b'{"id":"res-1"}'
    with sessions() as session:
        keep(session, sent, received, "op-1")
        keep(session, received=b"<html>", at=2.0, status=None)
    with sessions() as session:
        newest, first = exchanges.listed(session)
        assert exchanges.listed(session, "op-1") == (first,)
        (said, heard) = exchanges.bodies(session, first.id)
        assert exchanges.bodies(session, 99) is None
    assert (first.method, first.status, first.seconds, first.sent_bytes) == ("PUT", 200, 0.25, len(sent))
    assert (newest.status, newest.op_id, newest.sent_bytes) == (None, None, 0)
    assert (said.text.encode(), said.sha256, said.cut) == (sent, hashlib.sha256(sent).hexdigest(), False)
    assert heard.text == received.decode()


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n\x00\x00", Random(1).randbytes(5000), b"a\x00b"])
def test_of_what_is_no_text_only_size_and_hash_are_kept(sessions, body):
    with sessions() as session:
        keep(session, body)
        kept, nothing = exchanges.bodies(session, 1)
    assert (kept.size, kept.sha256, kept.text, kept.cut) == (len(body), hashlib.sha256(body).hexdigest(), None, False)
    assert (nothing.size, nothing.sha256, nothing.text) == (0, None, None)


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=40), st.integers(0, 7))
def test_of_a_long_text_the_beginning_is_kept_in_whole_characters(words, shift):
    body = ("x" * shift + words * (KEPT_BYTES // len(words.encode()) + 2)).encode()
    kept = exchanges._kept(body)
    assert body.startswith(kept)
    assert KEPT_BYTES - 4 < len(kept) <= KEPT_BYTES
    kept.decode()


def test_the_oldest_calls_and_runs_go(sessions):
    with sessions() as session:
        for number in range(KEPT + 20):
            keep(session, str(number).encode())
        for number in range(KEPT_RUNS + 5):
            exchanges.note_run(session, at=number, sent=1, received=0, waiting=0, failure=None, params={})
    with sessions() as session:
        found, runs = exchanges.listed(session), exchanges.runs(session)
        assert exchanges.bodies(session, found[-1].id)[0].text == "20"
    assert (len(found), found[0].id, len(runs), runs[0].at) == (KEPT, KEPT + 20, KEPT_RUNS, KEPT_RUNS + 4)


def test_a_week_offline_is_one_row_and_says_since_when(sessions):
    away = {"failure": "remote_unreachable", "params": {"host": "hr.example"}}
    with sessions() as session:
        exchanges.note_run(session, at=5.0, sent=2, received=3, waiting=0, failure=None, params={})
        assert exchanges.offline_since(session, {"remote_unreachable"}) is None
        for minute in range(10, 10_000):
            exchanges.note_run(session, at=float(minute), sent=0, received=0, waiting=1 + minute // 5000, **away)
    with sessions() as session:
        runs = exchanges.runs(session)
        assert exchanges.offline_since(session, {"remote_unreachable"}) == 10.0
    assert [(run.began, run.at, run.times, run.waiting) for run in runs] == [
        (5000.0, 9999.0, 5000, 2), (10.0, 4999.0, 4990, 1), (5.0, 5.0, 1, 0),
    ]  # fmt: skip
    assert runs[0].params == {"host": "hr.example"}
