"""Profiles: read strictly, nothing but data; the body that they derive carries the proof of what was signed."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.contract import InterviewStatus
from sync.failures import ProfileInvalid
from sync.paths import dig, put
from sync.profile import SHIPPED, load_profile, shipped_profile, shipped_profiles
from tests.sync.ehr import assessment_body

DERIVED = """
base = "generic"
name = "derived"
[envelope]
data = "data"
[push]
identity = false
statuses = { scheduled = "NEW", in_progress = "OPEN" }
[push.fields]
"result.total" = "composite"
"result.person.name" = "candidate_name"
"proof" = "signed_sha256"
"""


@pytest.fixture
def profile_file(tmp_path):
    def written(text):
        path = tmp_path / "own.toml"
        path.write_text(text, "utf-8")
        return path

    return written


def test_the_generic_profile_sends_exactly_what_was_signed():
    signed = assessment_body("i", "a")
    for name in ("generic", "sandbox"):
        assert shipped_profile(name).shape.body(signed) == signed
    assert {"feishu", "generic", "sandbox", "ihr", "ihr-signed"} <= set(shipped_profiles())
    assert shipped_profile("sandbox").shape.paging.size == 20


def test_a_derived_body_names_what_was_signed(profile_file):
    profile, signed = load_profile(profile_file(DERIVED)).shape, assessment_body("i", "a")
    body = json.loads(profile.body(signed))
    assert body == {
        "result": {"total": 7.55, "person": {"name": "秦𠮷雅"}},
        "proof": hashlib.sha256(signed).hexdigest(),
    }
    assert profile.word(InterviewStatus.SCHEDULED) == "NEW"
    assert profile.status("OPEN") is InterviewStatus.IN_PROGRESS
    assert profile.status("assessed") is InterviewStatus.ASSESSED
    with pytest.raises(ValueError, match="LATER"):
        profile.status("LATER")
    page = {"data": {"positions": [], "templates": [], "cursor": "c", "more": False, "candidates": [
        {"id": "x", "name": "N", "interview": None},
        {"id": "y", "name": "M", "interview": {"id": "i", "status": "NEW"}},
    ]}}  # fmt: skip
    first, second = profile.page(page).candidates
    assert (first.interview_remote_id, second.interview_remote_id) == (None, "i")
    assert second.status is InterviewStatus.SCHEDULED


def test_what_hangs_on_a_row_is_read_as_systems_write_it():
    rows = [{
        "id": "c", "name": "N", "custom": [{"title": "标签", "value": ["SQL", 3]}, {"title": "空", "value": None}],
        "history": None, "documents": [{"id": 7, "name": "cv.pdf", "size": "12", "sha256": ""}],
        "feedback": [{"id": 9, "score": "4.5", "top": 5, "round": "2"}],
        "interviews": [{"id": "i-1", "status": "assessed", "round": 1}, {"id": "i-2", "status": "scheduled"}],
    }]  # fmt: skip
    page = {"positions": [], "templates": [], "cursor": "c", "more": False, "candidates": rows}
    (found,) = shipped_profile("generic").shape.page(page).candidates
    assert [one.value for one in found.custom] == ["SQL、3", ""]
    assert found.history == ()
    assert (found.documents[0].remote_id, found.documents[0].size, found.documents[0].sha256) == ("7", 12, "")
    assert (found.feedback[0].score, found.feedback[0].top, found.feedback[0].round) == (4.5, 5.0, 2)
    assert [one.round for one in found.schedule()] == [1, None]
    for broken in ({"documents": {}}, {"documents": [{"name": "no id"}]}, {"feedback": [{"id": "f", "score": "good"}]}):
        with pytest.raises(ValueError, match=r"."):
            shipped_profile("generic").shape.page(page | {"candidates": [rows[0] | broken]})


@pytest.mark.parametrize(
    "change",
    [
        ('"composite"', '"no_such_field"'), ('"proof" = "signed_sha256"', ""), ("identity = false", "identity = true"),
        ('"NEW"', '"OPEN"'), ('"result.person.name"', '"result.total.name"'), ('base = "generic"', 'base = "../x"'),
        ('base = "generic"', ""), ('name = "derived"', 'name = "derived"\nrun = "code"'), ("[push]", "[push"),
        ('name = "derived"', 'name = "derived"\n[paging]\nsize = 0'),
        ('name = "derived"', 'name = "derived"\n[paths]\nstatus = "/no/id"'),
        ('name = "derived"', 'name = "derived"\n[paths]\nhealth = "https://elsewhere"'),
        ('name = "derived"', 'name = "derived"\n[auth]\nkind = "none"'),
        ('name = "derived"', 'name = "derived"\n[pull.positions.fields]\nsalary = "pay"'),
        ('name = "derived"', 'name = "derived"\n[pull.candidates.fields]\nhistory = "log"'),
        ('name = "derived"', 'name = "derived"\n[pull.positions.parts.history]\nlist = "h"\nfields = {}'),
        ('name = "derived"', 'name = "derived"\n[pull.candidates.parts.history.fields]\npay = "p"'),
        ('name = "derived"', 'name = "derived"\n[paths]\ndocument = "/no/id"'),
        ('name = "derived"', 'name = "derived"\n[paths]\ndocument = "POST /files/{id}"'),
    ],
)  # fmt: skip
def test_a_wrong_profile_is_refused_with_a_reason(change, profile_file):
    with pytest.raises(ProfileInvalid) as raised:
        load_profile(profile_file(DERIVED.replace(*change)))
    assert raised.value.params["reason"]


def test_unknown_profiles_are_refused(tmp_path):
    for name in ("nothing", "../secrets", ""):
        with pytest.raises(ProfileInvalid):
            shipped_profile(name)
    shutil.copy(SHIPPED / "generic.toml", tmp_path / "copy.toml")
    assert load_profile(tmp_path / "copy.toml").name == "generic"


names = st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1, max_size=5)


@settings(max_examples=50, deadline=None)
@given(st.lists(names, min_size=1, max_size=4), st.integers())
def test_what_is_put_is_dug_out_again(steps, value):
    body = {}
    put(body, ".".join(steps), value)
    assert dig(body, ".".join(steps)) == value
