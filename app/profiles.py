"""The company's own profiles of HR systems: loaded, changed, checked, saved as TOML files that others can be given.

A profile that comes with the program is never changed: an own one is made of it first. A file is written as a whole,
its base merged in, in one canonical form; it holds no secret and no code.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from app import text
from app.whole_file import whole_file
from sync.failures import ProfileInvalid
from sync.mapping import Entry
from sync.profile import Profile, load_profile, own_profiles, read_profile, shipped_profiles

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 110
HEAD = "# A profile of MianJian for one HR system: data only. It is checked when it is loaded.\n"


def names(folder: Path) -> tuple[str, ...]:
    """All profiles by name: those that come with the program, and the company's own."""
    return tuple(sorted({*shipped_profiles(), *own_profiles(folder)}))


def is_own(name: str, folder: Path) -> bool:
    """Whether the profile of this name is the company's own."""
    return name in own_profiles(folder)


def with_mapping(profile: Profile, entries: tuple[Entry, ...]) -> Profile:
    """The same profile with another mapping. ProfileInvalid says what is wrong."""
    shape = msgspec.structs.replace(profile.shape, mapping=entries)
    reason = shape.wrong()
    if reason:
        raise ProfileInvalid(name=shape.name, reason=reason)
    return Profile(shape, profile.file)


def own_copy(profile: Profile, folder: Path) -> Profile:
    """An own profile of one that comes with the program, under a name that is free. It is not saved yet."""
    taken, base = set(names(folder)), profile.name[:56]
    number, name = 1, f"{base}-own"
    while name in taken:
        number += 1
        name = f"{base}-own{number}"
    titles = {
        language: text.tr_in(language, "mapping.own_title", title=profile.title(language))
        for language in text.LANGUAGES
    }
    return Profile(msgspec.structs.replace(profile.shape, name=name, title=titles), folder / f"{name}.toml")


def save(profile: Profile, folder: Path) -> Profile:
    """Write an own profile, whole or not at all. ProfileInvalid; DiskFull, FolderNotWritable."""
    told = written(profile)
    checked = read_profile(told, profile.name, folder / f"{profile.name}.toml")
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / f"{profile.name}.toml") as part:
        part.write_text(told, "utf-8")
    return checked


def import_profile(path: Path, folder: Path) -> Profile:
    """Take over a profile file, under the name it says and in its own words. ProfileInvalid, also where another one has
    the name and can be used; DiskFull, FolderNotWritable."""
    profile = load_profile(path)
    if profile.name in shipped_profiles():
        return save(own_copy(profile, folder), folder)
    there = _usable(profile.name, folder)
    if there is not None and there.shape != profile.shape:
        raise ProfileInvalid(name=profile.name, reason=text.tr("mapping.name_taken", name=profile.name))
    if there is not None:
        return there
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / f"{profile.name}.toml") as part:
        part.write_bytes(path.read_bytes())
    return load_profile(folder / f"{profile.name}.toml")


def _usable(name: str, folder: Path) -> Profile | None:
    """The own profile of this name; None = there is none, or its file says something wrong."""
    if name not in own_profiles(folder):
        return None
    try:
        return load_profile(folder / f"{name}.toml")
    except ProfileInvalid:
        return None


def export_profile(profile: Profile, path: Path) -> None:
    """Write a profile to a file for somebody else, whole or not at all."""
    with whole_file(path) as part:
        part.write_text(written(profile), "utf-8")


def written(profile: Profile) -> str:
    """A profile as the text of its file; what equals a default is left out."""
    lines: list[str] = []
    _table("", _plain(profile.shape), lines)
    return HEAD + "\n".join(lines).strip() + "\n"


def _plain(value: object) -> Any:
    """A value of a profile as TOML has it: tables, lists and plain values. A struct's defaults are left out."""
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        told = {field.encode_name: (getattr(value, field.name), field) for field in fields}
        return {name: _plain(one) for name, (one, field) in told.items() if one is not None and one != _default(field)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else msgspec.NODEFAULT


def _table(path: str, values: Mapping[str, Any], lines: list[str]) -> None:
    """Plain values first, then what is a table of its own: TOML would take them for the table's otherwise."""
    inside = {name: value for name, value in values.items() if isinstance(value, dict) and value}
    rows = {name: value for name, value in values.items() if _are_rows(value)}
    lines += [f"{_key(name)} = {_value(value)}" for name, value in values.items() if name not in inside | rows]
    for name, table in inside.items():
        there = f"{path}{_key(name)}"
        lines += ["", f"[{there}]"]
        _table(f"{there}.", table, lines)
    for name, found in rows.items():
        for row in found:
            lines += ["", f"[[{path}{_key(name)}]]"]
            lines += [f"{_key(part)} = {_value(value)}" for part, value in row.items()]


def _are_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        parts = [_value(one) for one in value]
        line = f"[{', '.join(parts)}]"
        return line if len(line) <= _WIDTH else "[\n" + "".join(f"    {part},\n" for part in parts) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return repr(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(words: str) -> str:
    """A basic string of TOML: JSON's escapes are among its own, and U+007F has to be one too."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
