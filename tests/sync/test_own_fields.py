"""The company's own fields, end to end: listed, mapped, sent in one body, and nothing where one of them changed."""

from __future__ import annotations

import hashlib
import json

import pytest
import requests
import rfc8785
from jsonschema import Draft202012Validator

from sync.address import Address
from sync.auth import Credentials
from sync.catalogue import FieldType
from sync.dialects import connect as connect_to
from sync.failures import MappingBroken, ProfileInvalid
from sync.listing import counts
from sync.outbox import State
from sync.profile import read_profile
from sync.sender import Sender
from sync.system import Agreed
from tests.sync.ehr import CONTRACT, assessment_body, enqueue_interview, interview_body

OWN = """
base = "generic"
name = "acme"
[[mapping]]
source = "dimensions.communication.combined"
target = "custom_fields.communication"
type = "integer"
scale = [0, 10, 1, 5]
[[mapping]]
source = "composite"
target = "custom_fields.level"
type = "option"
levels = [{ value = "grade_d", upto = 4 }, { value = "grade_c", upto = 6 }, { value = "grade_b", upto = 8 }, { value = "grade_a" }]
[[mapping]]
source = "conclusion"
target = "custom_fields.recommendation"
type = "option"
options = { hire = "opt_101", unsure = "opt_102", no_hire = "opt_103" }
[[mapping]]
source = "conclusion"
target = "custom_fields.remarks"
type = "text"
options = { hire = "建议录用", unsure = "待定", no_hire = "不建议" }
[[mapping]]
source = "signed_at"
target = "custom_fields.assessed_on"
type = "date"
[[mapping]]
source = "dimensions.logic.combined"
target = "custom_fields.total_score"
type = "number"
scale = [0, 10, 0, 100]
"""  # noqa: E501


@pytest.fixture
def acme(sandbox):
    """Speaks to the sandbox through the company's own profile."""
    system = connect_to(Address.parse(sandbox.url), read_profile(OWN, "acme"), Credentials(lambda: sandbox.key))
    yield system
    system.close()


def fits(body, schema):
    contract = json.loads(CONTRACT.read_text("utf-8"))
    Draft202012Validator({"$ref": f"#/components/schemas/{schema}", **contract}).validate(body)


def test_the_list_of_fields_is_what_the_contract_says_and_speaks_two_languages(sandbox, acme):
    key = {"Authorization": f"Bearer {sandbox.key}"}
    fits(requests.get(f"{sandbox.url}/v1/fields", headers=key, timeout=10).json(), "Fields")
    found = acme.catalogue()
    assert {field.type for field in found.fields} == set(FieldType)
    recommendation = found.field("custom_fields.recommendation")
    assert [recommendation.named(language) for language in ("zh", "en", "fr")] == [
        "录用建议",
        "Recommendation",
        "录用建议",
    ]
    assert [option.named("en") for option in recommendation.options] == ["Hire", "On hold", "Do not hire"]
    assert recommendation.required


def test_a_mapped_result_is_what_was_signed_with_the_fields_beside_it(sandbox, acme):
    acme.register_interview(interview_body("i"), "register-1")
    signed = assessment_body("i", "a")
    (asked,) = acme.preview("a:1", signed)
    acme.put_assessment("a:1", signed, "operation-1", Agreed())
    kept = sandbox.store.assessment("a:1").body
    assert asked.body.encode() == kept
    body = json.loads(kept)
    fits(body, "Assessment")
    assert body.pop("custom_fields") == {
        "communication": 4, "level": "grade_b", "recommendation": "opt_101", "remarks": "建议录用",
        "assessed_on": "2026-03-02", "total_score": None,
    }  # fmt: skip
    proof = body.pop("signed_sha256")
    assert rfc8785.dumps(body) == signed
    assert proof == hashlib.sha256(signed).hexdigest()
    assert acme.held_assessment("a:1", signed) is not None
    page = requests.get(f"{sandbox.url}/?lang=en", timeout=10).text
    assert "Interview grade" in page
    assert "B: good" in page


@pytest.mark.parametrize("fault", ["field_renamed", "field_removed"])
def test_a_field_that_an_administrator_changed_stops_the_item_with_nothing_written(
    sandbox, acme, sessions, queue, fault
):
    with sessions() as session:
        enqueue_interview(session, "i")
    sandbox.faults.set(fault)
    sender = Sender(sessions, acme, queue)
    sender.drain()
    assert sandbox.store.assessments() == []
    with sessions() as session:
        assert counts(session)[State.DEAD] == 1
    with pytest.raises(MappingBroken) as raised:
        acme.put_assessment("x:1", assessment_body("i", "x"), "operation-1", Agreed())
    assert raised.value.code == "mapping_gone"
    assert raised.value.params["field"] == "custom_fields.communication"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"nowhere": 1}, "field_unknown"), ({"communication": 6}, "field_invalid"),
        ({"communication": True}, "field_invalid"), ({"level": "grade_z"}, "field_invalid"),
        ({"talent_pool": ["tag_core", "x"]}, "field_invalid"), ({"next_round": "yes"}, "field_invalid"),
        ({"assessed_on": "soon"}, "field_invalid"), ({"remarks": 3}, "field_invalid"),
        ({"talent_pool": ["tag_core"], "next_round": False, "communication": None}, ""),
    ],
)  # fmt: skip
def test_the_sandbox_refuses_what_a_field_does_not_take(sandbox, acme, values, code):
    acme.register_interview(interview_body("i"), "register-1")
    body = json.loads(assessment_body("i", "a")) | {"custom_fields": values}
    headers = {"Authorization": f"Bearer {sandbox.key}", "Idempotency-Key": "operation-1"}
    url = f"{sandbox.url}/v1/assessments/a:1"
    said = requests.put(url, data=json.dumps(body), headers=headers, timeout=10)
    assert (said.status_code, said.json().get("code", "")) == (422 if code else 201, code)


def test_a_mapping_may_not_write_over_what_was_signed():
    with pytest.raises(ProfileInvalid) as raised:
        read_profile(OWN.replace('"custom_fields.level"', '"composite"'), "acme")
    assert "composite" in str(raised.value.params["reason"])
