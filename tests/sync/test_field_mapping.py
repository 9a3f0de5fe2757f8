"""Values as a company's fields take them: scales, levels, options; what no longer fits is refused unsent."""

from __future__ import annotations

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import text
from sync.catalogue import Catalogue, FieldType, Option, RemoteField
from sync.failures import MappingBroken, ProfileInvalid
from sync.mapping import Entry, Level, check, mapped, told, wrong_entries
from sync.profile import SHIPPED, find_profile, load_profile
from tests.sync.ehr import assessment_body

FIVE = Entry("dimensions.communication.combined", "x_comm", "integer", scale=(0, 10, 1, 5))
GRADES = Entry("composite", "x_grade", "option", levels=(Level("D", 4), Level("C", 6), Level("B", 8), Level("A")))
VERDICT = Entry("conclusion", "x_verdict", "option", options={"hire": "opt_1", "no_hire": "opt_2"})


def test_values_are_told_as_the_company_wants_them():
    signed = assessment_body("i", "a")
    proof = Entry("signed_sha256", "x_proof")
    entries = (FIVE, GRADES, VERDICT, proof, Entry("signed_at", "x_day", "date"),
               Entry("conclusion", "x_yes", "boolean", true_for=("hire",)), Entry("keyword_rate", "x_rate", "number"),
               Entry("dimensions.logic.combined", "x_logic", "number"), Entry("comments", "x_all"))  # fmt: skip
    values = mapped(entries, signed)
    assert json.loads(values.pop("x_all"))[0]["time_s"] == 72.5
    assert values == {
        "x_comm": 4, "x_grade": "B", "x_verdict": "opt_1", "x_proof": hashlib.sha256(signed).hexdigest(),
        "x_day": "2026-03-02", "x_yes": True, "x_rate": 0.5, "x_logic": None,
    }  # fmt: skip


TAGS = RemoteField("x_tags", "标签", FieldType.OPTIONS, (Option("opt_1"), Option("opt_2")))


def test_a_field_of_several_choices_is_told_a_list():
    """An HR system that keeps several would refuse one as a text, or keep it as something else."""
    worded = Entry("conclusion", "x_tags", "options", options=VERDICT.options)
    graded = Entry("composite", "x_tags", "options", levels=(Level("opt_1", 4), Level("opt_2")))
    assert [told(worded, "hire"), told(graded, 4.5), told(worded, None)] == [["opt_1"], ["opt_2"], None]
    check((worded,), Catalogue((TAGS,)))
    for wrong in (VERDICT, msgspec.structs.replace(worded, options={})):
        with pytest.raises(MappingBroken) as raised:
            check((msgspec.structs.replace(wrong, target="x_tags", type="option"),), Catalogue((TAGS,)))
        assert raised.value.code == "mapping_type"
    assert wrong_entries((Entry("composite", "x_tags", "options"),)), "no choice is said"


def test_choices_are_read_in_words_one_or_several():
    field = RemoteField("x", "x", FieldType.OPTIONS, (Option("a", "甲", {"en": "A"}), Option("b", "乙")))
    said = [field.worded(value, "en") for value in ("a", ["a", "b"], '["b"]', "[", ["a", "c"], None, [])]
    assert said == ["A", "A / 乙", "乙", "", "", "", ""]


@given(st.floats(0, 10))
def test_a_scale_keeps_its_range_and_its_order(value):
    scaled = told(Entry("composite", "t", "number", scale=(0, 10, 1, 5)), value)
    assert 1 <= scaled <= 5
    assert told(Entry("composite", "t", "number", scale=(0, 10, 5, 1)), value) == pytest.approx(6 - scaled, abs=0.011)
    assert told(GRADES, value) == ("D" if value <= 4 else "C" if value <= 6 else "B" if value <= 8 else "A")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [(Entry("summary", "t", "number"), "number"), (Entry("summary", "t", "date"), "date"),
     (Entry("conclusion", "t", "option", options={"no_hire": "x"}), "option"),
     (Entry("composite", "t", "option", levels=(Level("low", 3.0),)), "option")],
)  # fmt: skip
def test_what_cannot_be_told_is_not_sent(entry, reason):
    with pytest.raises(MappingBroken) as raised:
        mapped((entry,), assessment_body("i", "a"))
    assert raised.value.code == f"mapping_{reason}"
    assert "“t”" in text.sentence(raised.value)


@pytest.mark.parametrize(
    ("field", "reason"),
    [(None, "gone"), (RemoteField("x_comm", "沟通", FieldType.OPTION), "type"),
     (RemoteField("x_comm", "沟通", FieldType.INTEGER, low=1, high=4), "range"), (RemoteField("x_comm", "沟通",
      FieldType.INTEGER, low=1, high=5), "")],
)  # fmt: skip
def test_a_field_that_changed_in_the_hr_system_stops_it(field, reason):
    catalogue = Catalogue((field,) if field else ())
    if not reason:
        check((FIVE,), catalogue)
        return
    with pytest.raises(MappingBroken) as raised:
        check((FIVE,), catalogue, "hr.example")
    assert raised.value.code == f"mapping_{reason}"
    assert "hr.example" in text.sentence(raised.value)


def test_an_option_that_was_removed_in_the_hr_system_stops_it():
    field = RemoteField("x_verdict", "结论", FieldType.OPTION, (Option("opt_1"), Option("opt_9")))
    with pytest.raises(MappingBroken) as raised:
        check((VERDICT,), Catalogue((field,)))
    assert raised.value.code == "mapping_option"


@pytest.mark.parametrize(
    "entry",
    [Entry("salary", "t"), Entry("composite", ""), Entry("composite", "t", "number", scale=(1, 1, 0, 5)),
     Entry("composite", "t", "option"), Entry("composite", "t", "number", digits=9),
     Entry("composite", "t", "option", levels=(Level("a"), Level("b", 3))),
     Entry("composite", "t", "option", levels=(Level("a", 5), Level("b", 3)))],
)  # fmt: skip
def test_a_wrong_entry_is_named_when_the_profile_is_loaded(entry):
    assert wrong_entries((entry,))
    assert wrong_entries((FIVE, FIVE))


def test_a_company_keeps_its_own_profiles_beside_the_library(tmp_path):
    own = tmp_path / "acme.toml"
    entry = msgspec.to_builtins(Entry("signed_sha256", "proof"))
    lines = [f"{name} = {json.dumps(entry[name])}" for name in ("source", "target", "type")]
    own.write_text(
        "\n".join(['base = "generic"', 'name = "acme"', "[push]", "identity = false", "[[mapping]]", *lines])
    )
    assert find_profile("acme", tmp_path).shape.mapping[0].target == "proof"
    assert find_profile("generic", tmp_path).file == SHIPPED / "generic.toml"
    own.write_text(own.read_text().replace("signed_sha256", "salary"))
    with pytest.raises(ProfileInvalid):
        load_profile(own)
