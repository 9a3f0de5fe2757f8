"""Faults of the sandbox that happen beside a request: it is done twice, or late, or somebody else writes as well."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
from uuid import uuid4

import pytest
import requests

from app.incoming import Incoming
from app.store import Library
from sync.failures import RemoteFailure
from sync.pull import pull
from sync.sandbox import faults as names
from sync.sandbox.faults import Faults, FaultsInvalid
from sync.sandbox.page import FOLDER
from tests.sync.ehr import CONTRACT, assessment_body, enqueue_interview, interview_body
from tests.sync.test_uploads import PIECE, a_file, attachment, uploading


@pytest.fixture
def call(sandbox):
    def called(method, path, body=None, **headers):
        sent = {"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": str(uuid4()), **headers}
        return requests.request(method, sandbox.url + path, data=body, headers=sent, timeout=10)

    return called


def test_a_write_is_carried_out_twice_and_its_second_answer_comes(sandbox, call):
    sandbox.faults.set("duplicate:1:times=1")
    assert call("POST", "/v1/interviews", interview_body("client-1")).status_code == 200, "it was there already"
    assert call("POST", "/v1/interviews", interview_body("client-2")).status_code == 201
    assert sandbox.faults.seen == {"duplicate": 1}


def test_what_happens_in_place_of_a_request_does_not_happen_twice(sandbox, call):
    sandbox.faults.set("500,duplicate,reorder")
    assert call("POST", "/v1/interviews", interview_body("client-1")).status_code == 500
    assert sandbox.faults.seen == {"500": 1}
    sandbox.faults.set("")
    assert call("POST", "/v1/interviews", interview_body("client-1")).status_code == 201


def test_a_write_that_is_held_up_is_carried_out_after_the_next_request(sandbox, call):
    sandbox.faults.set("reorder:1:times=2")
    for client in ("client-1", "client-2"):
        with pytest.raises(requests.ConnectionError):
            call("POST", "/v1/interviews", interview_body(client))
    assert call("POST", "/v1/interviews", interview_body("client-3")).status_code == 201
    registered = [one["client_id"] for one in sandbox.store.interviews() if one["client_id"]]
    assert registered == ["client-3", "client-2", "client-1"]


def test_a_write_that_the_server_refuses_late_hurts_nobody(sandbox, call):
    sandbox.faults.set("reorder:1:times=1")
    with pytest.raises(requests.ConnectionError):
        call("PUT", "/v1/assessments/a-1:1", assessment_body("nobody", "a-1"))
    assert call("GET", "/v1/changes").status_code == 200
    assert sandbox.store.assessments() == []


def test_rows_of_a_page_come_twice_and_in_another_order(sandbox, call):
    plain = call("GET", "/v1/changes").json()
    sandbox.faults.set("duplicate,reorder,seed=3")
    page = call("GET", "/v1/changes").json()
    for kind in ("positions", "candidates", "templates"):
        ids, wanted = ([row["id"] for row in said[kind]] for said in (page, plain))
        assert sorted(ids) == sorted(wanted * 2)
    assert [row["id"] for row in page["candidates"]] != [row["id"] for row in plain["candidates"] * 2]
    assert page["cursor"] == plain["cursor"]
    assert call("GET", "/v1/fields").json()["fields"], "no page of rows"
    assert sandbox.faults.seen == {"duplicate": 1, "reorder": 1}


def test_a_person_writes_just_before_a_write_into_the_field_that_is_named(sandbox, call):
    call("POST", "/v1/interviews", interview_body("client-1"))
    sandbox.faults.set("edit:1:field=composite")
    assert call("PUT", "/v1/assessments/a-1:1", assessment_body("client-1", "a-1")).status_code == 201
    assert sandbox.faults.seen == {}, "there was nothing yet to write into"
    answer = call("PUT", "/v1/assessments/a-1:2", assessment_body("client-1", "a-1", 2), **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "version_differs")
    stands = call("GET", "/v1/results/a-1").json()
    assert (stands["revision"], stands["composite"], stands["summary"]) == (1, 8.8, "总体不错")
    assert sandbox.faults.seen == {"edit": 1}


def test_a_field_has_to_be_named():
    with pytest.raises(FaultsInvalid):
        Faults("edit:1:field=")


@pytest.mark.parametrize("faults", ["duplicate:0.3,seed=2", "reorder:0.3,seed=2", "duplicate:0.2,reorder:0.2,cut:0.1"])
def test_an_upload_whose_pieces_come_twice_or_late_arrives_whole(faults, sandbox, connect, sender, sessions):
    with sessions() as session:
        _, assessment = enqueue_interview(session)
    sender.drain()
    content = a_file(PIECE * 40 + 17)
    file, client = attachment(assessment, content), connect(sandbox)
    sandbox.faults.set(faults)
    for _ in range(400):
        try:
            upload_id = uploading(client, file).send(io.BytesIO(content))
            break
        except RemoteFailure as failure:
            if not failure.retry:
                raise
    assert sum(sandbox.faults.seen.values()) >= 10
    sandbox.faults.set("")
    arrived = (sandbox.folder / "files" / upload_id).read_bytes()
    assert hashlib.sha256(arrived).hexdigest() == file.sha256
    assert [one["offset"] for one in sandbox.store.uploads()] == [len(content)]


def test_a_library_takes_rows_that_come_twice_and_in_any_order_once(tmp_path, sandbox, connect, clock):
    def taken(folder, faults):
        sandbox.faults.set(faults)
        with Library.open(tmp_path / folder, assessor="li") as library:
            system = connect(sandbox)
            incoming = Incoming(library, system.address.base)
            pull(system, library.session, incoming.take, clock)
            names = sorted(one.candidate.name for one in library.interviews())
            return names, sorted(one.title for one in library.positions())

    wanted = taken("plain", "")
    assert wanted[0]
    assert taken("twice", "duplicate,reorder,seed=4") == wanted


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_in_words_what_goes_wrong(sandbox, language):
    words = tomllib.loads((FOLDER / "page.toml").read_text("utf-8"))[language]
    told = [words[f"fault_{name}"] for name in names.NAMES]
    assert len(set(told)) == len(names.NAMES)
    spec = ",".join(name for name in names.NAMES if name not in names.MORTAL)
    sandbox.faults.set(f"{spec},reorder:0.25:times=3,skew=90")
    page = requests.get(f"{sandbox.url}/?lang={language}", timeout=10).text
    for name in names.NAMES:
        assert (f"<li>{words[f'fault_{name}']}" in page) == (name not in names.MORTAL)
    assert f"<li>{words['fault_reorder']} · 25% · × 3</li>" in page
    assert f"<li>{words['fault_skew']} 90 s</li>" in page


def test_faults_are_switched_while_it_runs(sandbox, call):
    spec = "duplicate:0.5,reorder:0.2,edit:0.1:field=composite"
    assert call("POST", "/sandbox/faults", json.dumps({"spec": spec}), **{"Content-Type": "application/json"}).ok
    assert [fault.name for fault in sandbox.faults.in_force()] == ["duplicate", "reorder", "edit"]
    assert CONTRACT.is_file()
