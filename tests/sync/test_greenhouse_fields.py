"""The company's own fields in Greenhouse: what a result tells them, and what stops it."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from sync.catalogue import FieldType
from sync.failures import MappingBroken, ProfileInvalid, RemoteRejected
from sync.mapping import Entry, Level
from sync.profile import read_profile
from sync.sandbox.faces.greenhouse import NOTE
from sync.sandbox.faces.greenhouse_rows import Rows, number
from sync.system import Agreed
from tests.sync.ehr import assessment_body, interview_body
from tests.sync.far_sides import GreenhouseSide, greenhouse_here

FAR = GreenhouseSide
LEVELS = (Level("{grade_c}", 6), Level("{grade_b}", 8), Level("{grade_a}"))


def entries(far, kind="candidate"):
    """A grade by Greenhouse's ids of the choices, and a score out of a hundred."""
    field = far.hr().catalogue().field(f"{kind}.level")
    ids = {one.title[0].lower(): one.key for one in field.options}
    levels = tuple(Level(ids[one.value[-2]], one.upto) for one in LEVELS)
    return (
        Entry("composite", f"{kind}.level", "option", levels=levels),
        Entry("dimensions.logic.combined", f"{kind}.total_score", "number", (0, 10, 0, 100)),
    )


def told(score):
    one = {"id": "logic", "title": "逻辑思维", "weight": 60.0, "template_weight": 60.0, "machine": None,
           "machine_low": None, "machine_high": None, "mine": score, "combined": score, "comment": ""}  # fmt: skip
    return {"dimensions": [one]}


def test_fields_of_candidates_and_applications_are_listed_with_their_choices(far):
    found = far.hr().catalogue()
    level = found.field("application.level")
    assert (level.type, level.options[0].title) == (FieldType.OPTION, "A: excellent")
    assert found.field("candidate.remarks").type is FieldType.TEXT
    assert found.field("candidate.talent_pool") is None, "several choices take no result"


def test_a_choice_is_told_by_its_id_compared_by_its_name_and_what_is_not_assessed_any_more_goes(far):
    hr = far.hr(profile=greenhouse_here(mapping=entries(far)))
    interview, assessment = str(uuid4()), str(uuid4())
    hr.register_interview(interview_body(interview), "op")
    hr.check()
    fields, note = hr.preview(f"{assessment}:1", assessment_body(interview, assessment, **told(7)))
    first = hr.put_assessment(f"{assessment}:1", assessment_body(interview, assessment, **told(7)), "op", Agreed())
    (kept,) = far.sandbox.store.documents(NOTE)
    person = kept["candidate_id"]
    assert (fields.method, fields.path, note.path) == ("PATCH", f"/v3/candidates/{person}", "/v3/notes")
    assert {one["name_key"] for one in json.loads(fields.body)["custom_fields"]} == {"level", "total_score"}
    own = Rows(far.sandbox.store).own
    assert own("candidate", person) == {"level": "grade_b", "total_score": 70}
    second = assessment_body(interview, assessment, 2, composite=9.0, **told(None))
    hr.put_assessment(f"{assessment}:2", second, "op", Agreed(first.told))
    assert own("candidate", person) == {"level": "grade_a", "total_score": None}


def test_fields_of_the_application_are_written_there_and_need_one(far):
    hr = far.hr(profile=greenhouse_here(mapping=entries(far, "application")))
    person = next(one for one in far.sandbox.store.all("candidate") if one["position_id"])
    application = str(number("application", person["id"]))
    signed = assessment_body(str(uuid4()), "a", candidate_remote_id=application, **told(5))
    hr.put_assessment("a:1", signed, "op", Agreed())
    assert Rows(far.sandbox.store).own("application", int(application)) == {"level": "grade_b", "total_score": 50}
    interview = str(uuid4())
    hr.register_interview(interview_body(interview), "op")
    with pytest.raises(RemoteRejected, match="no application"):
        hr.put_assessment("b:1", assessment_body(interview, "b"), "op", Agreed())
    assert len(far.sandbox.store.documents(NOTE)) == 1, "no note where the fields cannot be written"


def test_a_field_that_greenhouse_refuses_leaves_no_note(far):
    wrong = (Entry("summary", "candidate.remarks", "text"), Entry("composite", "candidate.communication", "number"))
    hr = far.hr(profile=greenhouse_here(mapping=wrong))
    interview = str(uuid4())
    hr.register_interview(interview_body(interview), "op")
    with pytest.raises(RemoteRejected, match="communication"):
        hr.put_assessment("a:1", assessment_body(interview, "a"), "op", Agreed())
    assert far.sandbox.store.documents(NOTE) == []
    assert not any(Rows(far.sandbox.store).own("candidate", one["id"]) for one in Rows(far.sandbox.store).candidates())


def test_testing_the_connection_finds_a_field_that_is_gone(far):
    hr = far.hr(profile=greenhouse_here(mapping=(Entry("summary", "candidate.nowhere", "text"),)))
    with pytest.raises(MappingBroken, match="nowhere"):
        hr.check()


def test_fields_of_both_kinds_or_of_none_are_refused():
    for targets in (("candidate.a", "application.b"), ("a",), ("job.a",), ("candidate",)):
        own = 'base = "greenhouse"\nname = "acme"\n' + "".join(
            f'[[mapping]]\nsource = "summary"\ntarget = "{target}"\n' for target in targets
        )
        with pytest.raises(ProfileInvalid, match="mapping"):
            read_profile(own, "acme")
