"""Three versions of one thing: what differs is named, what was edited here stays."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.conflicts import differences, flat, merge
from tests.sync.ehr import assessment_body


def test_each_differing_field_has_base_mine_and_theirs():
    base, mine, theirs = (json.loads(assessment_body("i", "a", n + 1, summary=f"s{n}")) for n in range(3))
    theirs["dimensions"][0]["mine"] = 3
    found = {one.field: (one.base, one.mine, one.theirs) for one in differences(base, mine, theirs)}
    assert found == {"summary": ("s0", "s1", "s2"), "dimensions.communication.mine": (8, 8, 3)}
    assert not any(one.has_base for one in differences(None, mine, theirs))


def test_lists_without_ids_are_told_apart_by_place():
    assert flat({"comments": [{"text": "a"}, {"text": "b"}], "tags": ["x"]}) == {
        "comments.1.text": "a", "comments.2.text": "b", "tags.1": "x",
    }  # fmt: skip


values = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "1", "2", "3"]), min_size=3)


@settings(max_examples=50, deadline=None)
@given(values, values, values)
def test_a_merge_takes_theirs_where_nothing_was_edited_and_mine_where_it_was(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for name in theirs:
        assert merged.values[name] == (theirs[name] if mine[name] == base[name] else mine[name])
        assert (name in merged.kept) == (mine[name] not in (base[name], theirs[name]))


def test_a_new_row_is_all_theirs_and_an_unknown_base_keeps_what_was_filled_in():
    assert merge(None, None, {"a": 1}).values == {"a": 1}
    merged = merge(None, {"a": "", "b": "mine"}, {"a": "theirs", "b": "theirs"})
    assert (merged.values, merged.kept) == ({"a": "theirs", "b": "mine"}, ("b",))
