"""Profiles as files: written in one form, read back the same, shared, and never one of the program's own changed."""

from __future__ import annotations

import tomllib

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import profiles, text
from sync.failures import ProfileInvalid, ProfileUnreadable
from sync.mapping import Entry, Level
from sync.profile import MAX_BYTES, SHIPPED, find_profile, load_profile, read_profile, shipped_profiles

WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
NUMBERS = st.floats(-1e6, 1e6)
KEYED = st.dictionaries(WORDS, WORDS, min_size=1, max_size=4)
RISING = st.lists(NUMBERS, min_size=1, max_size=4, unique=True).map(sorted)
LEVELS = RISING.map(lambda bounds: (*(Level("l", bound) for bound in bounds), Level("top")))


def entries(target):
    source, at = st.sampled_from(["composite", "conclusion", "summary", "dimensions.a.mine"]), st.just(target)
    scale = st.tuples(st.just(0.0), st.floats(1, 100), NUMBERS, NUMBERS)
    return st.one_of(
        st.builds(Entry, source, at, st.just("number"), scale=st.none() | scale, digits=st.integers(0, 6)),
        st.builds(Entry, source, at, st.sampled_from(["option", "options"]), options=KEYED),
        st.builds(Entry, source, at, st.sampled_from(["option", "options", "text"]), levels=LEVELS),
        st.builds(Entry, source, at, st.just("boolean"), true_for=st.lists(WORDS, max_size=3).map(tuple)),
        st.builds(Entry, source, at, st.sampled_from(["text", "date"])),
    )


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), unique=True, max_size=5).flatmap(
    lambda names: st.tuples(*(entries(f"custom_fields.{name}") for name in names))), KEYED)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_is_written_is_read_back_as_it_was(mapping, title):
    base = find_profile("generic")
    shape = msgspec.structs.replace(base.shape, mapping=mapping, title=title, name="acme")
    profile = profiles.Profile(shape)
    told = profiles.written(profile)
    assert read_profile(told, "acme").shape == shape
    assert profiles.written(read_profile(told, "acme")) == told


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_shipped_profile_can_be_written_and_read(name):
    profile = find_profile(name)
    told = profiles.written(profile)
    assert read_profile(told, name).shape == profile.shape
    assert "base" not in tomllib.loads(told)


def test_a_shipped_profile_is_copied_before_it_is_changed(tmp_path):
    shipped = find_profile("generic", tmp_path)
    before = (SHIPPED / "generic.toml").read_bytes()
    own = profiles.own_copy(shipped, tmp_path)
    mapped = profiles.with_mapping(own, (Entry("composite", "custom_fields.total", "number"),))
    saved = profiles.save(mapped, tmp_path)
    assert (saved.name, profiles.is_own("generic-own", tmp_path)) == ("generic-own", True)
    assert (saved.title("zh"), saved.title("en")) == ("通用接口·自定义字段", "Generic contract with own fields")
    assert find_profile("generic-own", tmp_path).shape == mapped.shape
    assert (SHIPPED / "generic.toml").read_bytes() == before
    assert profiles.own_copy(shipped, tmp_path).name == "generic-own2"
    assert "generic-own" in profiles.names(tmp_path)


def test_profiles_are_shared_as_files(tmp_path):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "公司 profile.toml"
    entry = Entry("conclusion", "custom_fields.recommendation", "option", options={"hire": 'opt "1"'})
    own = profiles.with_mapping(profiles.own_copy(find_profile("generic"), here), (entry,))
    profiles.export_profile(own, file)
    assert profiles.import_profile(file, there).shape == own.shape
    assert profiles.import_profile(file, there).shape == own.shape, "the same again is nothing"
    profiles.export_profile(profiles.with_mapping(own, ()), file)
    with pytest.raises(ProfileInvalid) as raised:
        profiles.import_profile(file, there)
    assert "generic-own" in str(raised.value.params["reason"])
    profiles.export_profile(find_profile("generic"), file)
    assert profiles.import_profile(file, there).name == "generic-own2", "a shipped name is never taken"


def test_a_file_is_taken_over_in_its_own_words_and_in_place_of_one_that_cannot_be_used(tmp_path):
    file, folder = tmp_path / "given.toml", tmp_path / "profiles"
    file.write_text('# Ours\nbase = "odoo"\nname = "acme"\n', "utf-8")
    folder.mkdir()
    (folder / "acme.toml").write_text("[")
    assert profiles.import_profile(file, folder).name == "acme"
    assert (folder / "acme.toml").read_bytes() == file.read_bytes(), "what a base says later counts too"


@pytest.mark.parametrize(
    "content",
    [b'name = "x"\nlong = "' + b"a" * MAX_BYTES + b'"\n', bytes(range(128, 256)), 'title = "配置"'.encode("gb18030")],
    ids=["too-large", "binary", "gb18030"],
)  # fmt: skip
def test_a_file_that_is_no_text_of_a_profile_is_named_in_plain_words(content, tmp_path, each_language):
    file = tmp_path / "given.toml"
    file.write_bytes(content)
    with pytest.raises(ProfileUnreadable) as raised:
        profiles.import_profile(file, tmp_path / "profiles")
    assert "UTF-8" in text.sentence(raised.value)
    assert "codec" not in text.sentence(raised.value)


def test_lists_without_end_are_refused_like_any_wrong_file(tmp_path):
    file = tmp_path / "given.toml"
    file.write_text(f'name = "x"\nlists = {"[" * 5000}{"]" * 5000}\n')
    with pytest.raises(ProfileInvalid):
        profiles.import_profile(file, tmp_path / "profiles")


def test_a_file_saved_by_an_editor_of_windows_is_taken_over(tmp_path):
    file = tmp_path / "given.toml"
    file.write_text('base = "odoo"\nname = "acme"\n', "utf-8-sig")
    assert profiles.import_profile(file, tmp_path / "profiles").name == "acme"


def test_what_is_wrong_is_not_saved(tmp_path):
    own = profiles.own_copy(find_profile("generic"), tmp_path)
    with pytest.raises(ProfileInvalid):
        profiles.with_mapping(own, (Entry("composite", "composite", "number"),))
    with pytest.raises(ProfileInvalid):
        profiles.import_profile(tmp_path / "nowhere.toml", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_profile_in_use_is_replaced_as_a_whole(tmp_path):
    own = profiles.own_copy(find_profile("generic"), tmp_path)
    first = profiles.save(own, tmp_path)
    profiles.save(profiles.with_mapping(first, (Entry("composite", "custom_fields.total", "number"),)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["generic-own.toml"]
    assert len(load_profile(tmp_path / "generic-own.toml").shape.mapping) == 1
