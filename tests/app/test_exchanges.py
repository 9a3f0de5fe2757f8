"""What goes over the line is in the list of calls, to the byte, with the item that it is about."""

from __future__ import annotations

import json

import pytest

from app.domain.types import InterviewStatus
from app.exchanges import pretty
from sync.failures import RemoteUnauthorized
from sync.outbox import Kind
from sync.sandbox.server import Sandbox
from tests.app.conftest import CANARY
from tests.app.hr import planned, sign
from tests.sync.ehr import CONTRACT


def test_each_call_is_listed_with_its_item_and_both_bodies(library, service, sandbox):
    service.run_once()
    interview = planned(library)
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    signature = sign(library, interview.id)
    service.run_once()
    signed = next(one for one in service.state().entries if one.kind is Kind.ASSESSMENT)
    line, looked = sorted(service.book.lines(signed.op_id), key=lambda one: one.method, reverse=True)
    assert (looked.method, looked.status) == ("GET", 404)  # how the result stands there, before it is written
    assert (line.method, line.status, line.good, line.sent_bytes) == ("PUT", 200 + 1, True, len(signature.payload))
    sent, received = service.book.bodies(line.id)
    assert sent.text.encode() == signature.payload
    assert json.loads(received.text)["sha256"] == sent.sha256
    assert json.loads(pretty(sent.text)) == json.loads(signature.payload)
    pulls = [one for one in service.book.lines() if one.method == "GET"]
    assert pulls
    assert {one.op_id for one in pulls if one.id != looked.id} == {None}
    files = [one for one in service.state().entries if one.kind is Kind.ATTACHMENT]
    assert all(service.book.lines(one.op_id) for one in files)
    assert CANARY not in "".join(
        body.text or "" for one in service.book.lines() for body in service.book.bodies(one.id)
    )


def test_runs_are_kept_and_tell_since_when_nobody_answers(library, connect, tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=CANARY) as running:
        service = connect(running.url)
        service.run_once()
        service.run_once()
    assert service.book.offline_since() is None
    for _ in range(3):
        service.run_once(hurry=True)
    away, *rest = service.book.runs()
    assert (away.good, away.sent, away.times) == (False, 0, 3)
    assert running.url.removeprefix("http://") in away.sentence
    assert service.book.offline_since() == away.began
    assert [run.good for run in rest] == [True] * len(rest)
    assert service.book.lines()[0].status is None


def test_testing_the_connection_is_about_no_item(connect, sandbox):
    service = connect(sandbox.url, key="wrong")
    with pytest.raises(RemoteUnauthorized):
        service.test()
    lines = service.book.lines()
    assert lines[0].status == 401
    assert {one.op_id for one in lines} == {None}


def test_what_is_no_json_is_not_laid_out():
    assert pretty("<html>") is None
    assert pretty('{"a":"秦"}') == '{\n  "a": "秦"\n}'
