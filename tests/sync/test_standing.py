"""What stands in an HR system of the contract's kind, compared with ours: what is told, kept, proved and asked."""

from __future__ import annotations

import json
from functools import partial
from uuid import uuid4

import msgspec
import pytest
import requests
import rfc8785

from sync import outbox
from sync.conflicts import STANDS, contested
from sync.dialects.shape import KEPT_FIELDS
from sync.dialects.standing import comparable, signed_part
from sync.failures import ProfileInvalid, RemoteChanging, RemoteConflict, RemoteUnreachable
from sync.mapping import Entry
from sync.outbox import State
from sync.profile import Profile, read_profile, shipped_profile
from sync.sender import Sender
from sync.system import Agreed
from tests.sync.ehr import assessment_body, enqueue_assessment, enqueue_interview, interview_body
from tests.sync.far_sides import IhrSide, SandboxSide
from tests.sync.test_own_fields import fits

FAR = partial(SandboxSide, profile="sandbox")
OP = "operation-1"
NOTHING = Agreed()
LEVEL = Entry("composite", "custom_fields.total_score", "number", (0, 10, 0, 100))


@pytest.fixture
def ids(far):
    """Our ids of an interview that is registered, and of its assessment."""
    interview, assessment = str(uuid4()), str(uuid4())
    far.hr().register_interview(interview_body(interview), OP)
    return interview, assessment


def put(hr, ids, revision=1, agreed=NOTHING, **changes):
    signed = assessment_body(*ids, revision, **changes)
    done = hr.put_assessment(f"{ids[1]}:{revision}", signed, str(uuid4()), agreed)
    return signed, Agreed(done.told)


def own(shape, *mapping):
    return Profile(msgspec.structs.replace(shipped_profile(shape).shape, mapping=mapping))


def test_where_nothing_stands_exactly_the_signed_bytes_are_sent(far, ids, sandbox):
    signed, _ = put(far.hr(), ids)
    assert sandbox.store.assessment(f"{ids[1]}:1").body == signed
    second, _ = put(far.hr(), ids, 2, Agreed(comparable(shipped_profile("sandbox").shape, json.loads(signed))))
    assert sandbox.store.assessment(f"{ids[1]}:2").body == second, "nor anything else where nobody changed anything"


def test_what_stays_is_named_beside_what_was_signed_which_still_is_its_proof(far, ids, sandbox):
    _, agreed = put(far.hr(), ids)
    sandbox.store.edit_result(ids[1], {"dimensions.communication.comment": "HR 的话", "strengths": "HR 写的"})
    signed, _ = put(far.hr(), ids, 2, agreed, summary="改")
    kept = sandbox.store.assessment(f"{ids[1]}:2").body
    body = json.loads(kept)
    fits(body, "Assessment")
    assert set(body.pop(KEPT_FIELDS)) == {"dimensions.communication.comment", "strengths"}
    body.pop("signed_sha256")
    assert rfc8785.dumps(body) == signed
    assert signed_part(shipped_profile("sandbox").shape, kept) == json.loads(signed)
    stands = sandbox.store.standing(ids[1]).body
    assert (stands["strengths"], stands["summary"], stands["dimensions"][0]["comment"]) == ("HR 写的", "改", "HR 的话")
    assert far.hr().held_assessment(f"{ids[1]}:2", signed) is not None
    assert far.hr().held_assessment(f"{ids[1]}:2", assessment_body(*ids, 2, summary="别的")) is None


def test_the_companys_own_fields_are_compared_as_well(far, ids, sandbox):
    hr = far.hr(profile=own("sandbox", LEVEL))
    _, agreed = put(hr, ids)
    sandbox.store.edit_result(ids[1], {"custom_fields.total_score": 60, "custom_fields.remarks": "自己的"})
    _, agreed = put(hr, ids, 2, agreed, summary="改")
    stands = sandbox.store.standing(ids[1]).body
    assert stands["custom_fields"] == {"total_score": 60, "remarks": "自己的"}
    with pytest.raises(RemoteConflict) as raised:
        put(hr, ids, 3, agreed, composite=9.0)
    cards = {one["field"]: (one["base"], one["mine"], one["theirs"]) for one in contested(raised.value.theirs)}
    assert cards == {"custom_fields.total_score": (75.5, 90.0, 60)}, "the composite itself nobody else changed"


def test_the_answer_is_what_the_contract_says_and_its_version_guards_the_next_write(far, ids, sandbox):
    put(far.hr(), ids)
    key = {"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": "operation-2"}
    there = requests.get(f"{sandbox.url}/v1/results/{ids[1]}", headers=key, timeout=10)
    fits(there.json(), "Result")
    assert requests.get(f"{sandbox.url}/v1/results/nobody", headers=key, timeout=10).status_code == 404
    version = there.headers["ETag"]
    sandbox.store.edit_result(ids[1], {"summary": "HR"})
    url, body = f"{sandbox.url}/v1/assessments/{ids[1]}:2", assessment_body(*ids, 2)
    said = requests.put(url, data=body, headers=key | {"If-Match": version}, timeout=10)
    assert (said.status_code, said.json()["code"]) == (412, "version_differs")
    wrong = json.loads(body) | {KEPT_FIELDS: ["summary.nowhere"]}
    said = requests.put(url, json=wrong, headers=key | {"Idempotency-Key": "operation-3"}, timeout=10)
    assert (said.status_code, said.json()["code"]) == (422, "kept_field_unknown")
    assert sandbox.store.assessment(f"{ids[1]}:2") is None


def test_another_computer_compares_with_what_was_signed_there_last(far, ids, sandbox):
    put(far.hr(), ids)
    sandbox.store.edit_result(ids[1], {"strengths": "HR 写的"})
    put(far.hr(), ids, 2, Agreed(), summary="改")
    assert sandbox.store.standing(ids[1]).body["summary"] == "改"
    with pytest.raises(RemoteConflict):
        put(far.hr(), ids, 3, Agreed(), strengths="我写的")


def test_where_nothing_is_known_of_what_was_told_a_filled_field_is_asked_for(sandbox, ids):
    far = IhrSide(sandbox, "ihr", "/ihr", "mianjian")
    put(far.hr(), ids)
    with pytest.raises(RemoteConflict) as raised:
        put(far.hr(), ids, 2, Agreed(), summary="改", strengths="新写的")
    (card,) = contested(raised.value.theirs)
    assert (card["field"], card["has_base"]) == ("summary", False)
    far.close()


def test_a_dimension_that_is_ours_no_more_goes_unless_somebody_wrote_into_it(far, ids, sandbox):
    signed, agreed = put(far.hr(), ids)
    one = json.loads(signed)["dimensions"][:1]
    _, agreed = put(far.hr(), ids, 2, agreed, dimensions=one)
    assert len(sandbox.store.standing(ids[1]).body["dimensions"]) == 1
    sandbox.store.edit_result(ids[1], {"dimensions.communication.comment": "HR 的话"})
    with pytest.raises(RemoteConflict) as raised:
        put(far.hr(), ids, 3, agreed, dimensions=[])
    assert [each["field"] for each in contested(raised.value.theirs)] == ["dimensions.communication.comment"]


def test_who_writes_again_and_again_puts_it_off_and_nothing_is_overwritten(far, sandbox, sessions, queue, clock):
    with sessions() as session:
        ids = enqueue_interview(session)
    Sender(sessions, far.hr(), queue).drain()
    many, on = [], True

    def read(exchange):
        if on and exchange.path.startswith("/v1/results/"):
            many.append(1)
            sandbox.store.edit_result(ids[1], {"composite": len(many) / 10})

    with sessions() as session:
        op_id = enqueue_assessment(session, *ids, 2, summary="改")
    sender = Sender(sessions, far.hr(record=read), queue)
    run = sender.drain()
    assert (run.postponed, run.conflicts, run.dead) == (1, 0, 0)
    with sessions() as session:
        assert outbox.get(session, op_id).last_error == RemoteChanging.code
    on = False
    clock.pass_s(301)
    assert sender.drain().sent == 1
    assert far.standing(ids[1]) == {"summary": "改", "composite": len(many) / 10}


def test_a_profile_without_a_way_to_read_keeps_a_document_for_each_revision(far, ids, sandbox):
    shape = shipped_profile("sandbox").shape
    plain = Profile(msgspec.structs.replace(shape, paths=msgspec.structs.replace(shape.paths, standing="")))
    hr = far.hr(profile=plain)
    assert hr.put_assessment(f"{ids[1]}:1", assessment_body(*ids), "operation-0", Agreed()).told is None
    signed = assessment_body(*ids, 2, summary="改")
    hr.put_assessment(f"{ids[1]}:2", signed, "operation-2", Agreed())
    assert sandbox.store.assessment(f"{ids[1]}:2").body == signed


def test_a_later_revision_of_another_computer_is_a_card_with_what_stands(far, ids, sandbox):
    put(far.hr(), ids, 2, summary="另一台电脑")
    with pytest.raises(RemoteConflict) as raised:
        put(far.hr(), ids, 1)
    assert raised.value.params["field"] == "newer_revision"
    assert raised.value.theirs["summary"] == raised.value.theirs[STANDS]["summary"] == "另一台电脑"


@pytest.mark.parametrize("value", ['{ look_up = { id = "revision" } }', '{ condition = "version" }'])
def test_a_profile_that_cannot_compare_is_refused(value):
    with pytest.raises(ProfileInvalid, match="standing"):
        read_profile(f'base = "generic"\nname = "acme"\n[push]\nstanding = {value}\n', "acme")
    with pytest.raises(ProfileInvalid, match="standing"):
        read_profile('base = "generic"\nname = "acme"\n[paths]\nstanding = "/v1/results"\n', "acme")


def test_a_target_that_the_list_of_fields_does_not_have_stops_the_item(sandbox, sessions, queue):
    far = IhrSide(sandbox, "ihr", "/ihr", "mianjian")
    shape = shipped_profile("ihr").shape
    renamed = {("remark2" if to == "remark" else to): source for to, source in shape.push.fields.items()}
    hr = far.hr(
        profile=Profile(msgspec.structs.replace(shape, push=msgspec.structs.replace(shape.push, fields=renamed)))
    )
    with sessions() as session:
        _, assessment = enqueue_interview(session)
    Sender(sessions, hr, queue).drain()
    with sessions() as session:
        item = outbox.find(session, "assessment", f"{assessment}:1")
    assert (item.state, item.last_error, item.last_params["field"]) == (State.DEAD, "mapping_gone", "remark2")
    assert sandbox.store.assessments() == []
    far.close()


def test_a_lost_reading_leaves_no_doubt_about_what_was_written(far, ids, sandbox):
    hr, signed = far.hr(), assessment_body(*ids)
    sandbox.faults.set("drop_after:1:times=1")
    with pytest.raises(RemoteUnreachable) as raised:
        hr.put_assessment(f"{ids[1]}:1", signed, "operation-2", Agreed())
    assert not raised.value.uncertain
    assert sandbox.store.assessments() == []


def test_the_page_shows_what_people_changed(far, ids, sandbox):
    put(far.hr(), ids)
    sandbox.store.edit_result(ids[1], {"summary": "HR 的话"})
    page = requests.get(f"{sandbox.url}/?lang=zh", timeout=10).text
    assert page.count("HR 的话") == 1
