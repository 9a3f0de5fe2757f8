"""Three versions of one thing: what differs is named, what was edited here stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.conflicts import contested, differences, flat, merge, shown, three_way
from sync.failures import RemoteConflict
from tests.sync.ehr import assessment_body


def test_each_differing_field_has_base_mine_and_theirs():
    base, mine, theirs = (json.loads(assessment_body("i", "a", n + 1, summary=f"s{n}")) for n in range(3))
    theirs["dimensions"][0]["mine"] = 3
    found = {one.field: (one.base, one.mine, one.theirs) for one in differences(base, mine, theirs)}
    assert found == {"summary": ("s0", "s1", "s2"), "dimensions.communication.mine": (8, 8, 3)}
    assert not any(one.has_base for one in differences(None, mine, theirs))


def test_what_stands_in_a_list_is_told_by_what_it_is():
    comments = [{"time_s": 3, "text": "a"}, {"time_s": 3.0, "text": "b"}, {"time_s": None, "text": "c"}, {"text": ""}]
    questions = [{"question": "Why? A.", "score": 7}]
    assert flat({"comments": comments, "questions": questions, "tags": ["x"]}) == {
        "comments.3.00.time_s": 3, "comments.3.00.text": "a", "comments.3.00 (2).time_s": 3.0,
        "comments.3.00 (2).text": "b", "comments.c.time_s": None, "comments.c.text": "c", "comments.4.text": "",
        "questions.Why? A..question": "Why? A.", "questions.Why? A..score": 7, "tags.1": "x",
    }  # fmt: skip


values = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "1", "2", "3"]), min_size=3)


@settings(max_examples=50, deadline=None)
@given(values, values, values)
def test_a_merge_takes_theirs_where_nothing_was_edited_and_mine_where_it_was(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for name in theirs:
        assert merged.values[name] == (theirs[name] if mine[name] == base[name] else mine[name])
        three = (base[name], mine[name], theirs[name])
        assert merged.contested.get(name) == ({"base": base[name]} if len(set(three)) == 3 else None)


def test_a_new_row_is_all_theirs_and_an_unknown_base_keeps_what_was_filled_in():
    assert merge(None, None, {"a": 1}).values == {"a": 1}
    merged = merge(None, {"a": "", "b": "mine"}, {"a": "theirs", "b": "theirs"})
    assert (merged.values, merged.contested) == ({"a": "theirs", "b": "mine"}, {"b": {}})
    unsaid = merge({}, {"a": "mine", "b": True, "c": "mine"}, {"a": "theirs", "b": False, "c": ""}, ("a",))
    assert unsaid.values == {"a": "mine", "b": True, "c": "mine"}, "what the other side does not say is no question"
    assert unsaid.contested == {}


fields = st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers(0, 3) | st.text(max_size=2))


@given(fields, fields, fields, st.sets(st.sampled_from("abcd")))
def test_three_ways_never_write_over_what_a_person_wrote(agreed, mine, theirs, leave):
    found = three_way(agreed, mine, theirs, leave)
    asked = {one["field"] for one in found.contested}
    assert not set(found.write) & (asked | leave)
    for name in mine:
        untouched = theirs.get(name) == agreed[name] if name in agreed else theirs.get(name) in (None, "")
        if name in found.write:
            assert untouched
            assert mine[name] != theirs.get(name)
        elif name in asked:
            assert not untouched
            assert not (name in agreed and mine[name] == agreed[name])
    seen = {**agreed, **{one["field"]: one["theirs"] for one in found.contested}}
    assert not three_way(seen, mine, theirs, leave).contested, "what was seen and decided is asked no more"


def test_contested_fields_are_told_and_end_the_delivery():
    found = three_way({"x": 3}, {"x": 4, "y": ["a"], "z": 1}, {"x": 5, "y": ["b"], "z": None})
    assert found.write == {"z": 1}
    with pytest.raises(RemoteConflict) as raised:
        found.refuse("hr.example")
    x, y = shown(contested(raised.value.theirs))
    assert (x.base, x.mine, x.theirs, x.has_base) == (3, 4, 5, True)
    assert (y.base, y.mine, y.theirs, y.has_base) == (None, '["a"]', '["b"]', False)
    three_way({}, {"z": 1}, {}).refuse("hr.example")
