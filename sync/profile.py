"""A profile: how one HR system speaks. Data from a TOML file, checked on load; it holds no code.

`dialect` names the way of speaking (a module of `sync.dialects`), the rest of the file is what that dialect wants to
know and, in `[[mapping]]`, which fields of the company a result goes to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from sync.auth.kinds import Auth, wrong_auth
from sync.failures import ProfileInvalid, ProfileUnreadable
from sync.mapping import Entry, wrong_entries
from sync.waits import Limits, wrong_limits

SHIPPED = Path(__file__).parent / "profiles"
MAX_BYTES = 1024 * 1024
"""No profile is that long; reading more would hold up the window."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROLES = {
    "report": ("report",),
    "transcript": ("transcript",),
    "curves": ("curves", "curves_picture"),
    "video": ("video",),
}
"""The files that each word of a profile's `send` stands for, by their role."""


def roles(send: Collection[str]) -> tuple[str, ...]:
    """The roles of the files that are sent."""
    return tuple(role for word in ROLES if word in send for role in ROLES[word])


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every profile says, whatever the dialect; each dialect adds its own parts."""

    name: str
    title: dict[str, str]
    dialect: str = "contract"
    auth: Auth = Auth()
    limits: Limits = Limits()
    mapping: tuple[Entry, ...] = ()
    send: tuple[Literal["status", "assessment", "report", "transcript", "curves", "video", "notes"], ...] = (
        "status", "assessment",
    )  # fmt: skip
    """What is sent; video only where the company's policy and the candidate's consent allow it too."""

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        return wrong_entries(self.mapping) or wrong_auth(self.auth) or wrong_limits(self.limits)


@dataclass(frozen=True, slots=True)
class Profile:
    """One HR system's way to speak the contract. `file` = where it was read."""

    shape: Shape
    file: Path | None = None

    @property
    def name(self) -> str:
        """The profile's id."""
        return self.shape.name

    def title(self, language: str) -> str:
        """The name that people see."""
        return self.shape.title.get(language) or next(iter(self.shape.title.values()), self.name)


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that come with the program."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


@cache
def shipped_profile(name: str) -> Profile:
    """A profile that comes with the program. ProfileInvalid for an unknown one."""
    if not _NAME.fullmatch(name):
        raise ProfileInvalid(name=name, reason="name")
    return load_profile(SHIPPED / f"{name}.toml")


def own_profiles(folder: Path) -> tuple[str, ...]:
    """Names of the company's own profiles in a folder; a file that cannot be used is named too."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml") if _NAME.fullmatch(path.stem)))


def find_profile(name: str, folder: Path | None = None) -> Profile:
    """The company's own profile of this name, else the one that comes with the program. ProfileInvalid."""
    if folder is not None and name in own_profiles(folder):
        return load_profile(folder / f"{name}.toml")
    return shipped_profile(name)


def load_profile(path: Path) -> Profile:
    """A profile from a TOML file. ProfileInvalid says what is wrong; ProfileUnreadable where it is no such file."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ProfileUnreadable(name=path.stem, reason=f"> {MAX_BYTES} bytes")
        written = content.decode("utf-8-sig")  # editors of Windows begin a file with a mark
    except OSError as error:
        raise ProfileInvalid(name=path.stem, reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise ProfileUnreadable(name=path.stem, reason=str(error)) from error
    return read_profile(written, path.stem, path)


def read_profile(written: str, name: str, file: Path | None = None) -> Profile:
    """A profile from the text of its file. ProfileInvalid says what is wrong; `name` is told where it has none."""
    from sync.dialects import SHAPES  # each dialect's shape is built on this module's

    try:
        values = _with_base(tomllib.loads(written), name)
        dialect = str(values.get("dialect", "contract"))
        if dialect not in SHAPES:
            raise ProfileInvalid(name=name, reason=f"dialect = {dialect!r}")
        shape = msgspec.convert(values, SHAPES[dialect])
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ProfileInvalid(name=name, reason=str(error)) from error
    reason = "" if _NAME.fullmatch(shape.name) else f"name = {shape.name!r}"
    reason = reason or shape.wrong()
    if reason:
        raise ProfileInvalid(name=shape.name, reason=reason)
    return Profile(shape, file)


def _with_base(own: dict[str, Any], name: str) -> dict[str, Any]:
    base = own.pop("base", None)
    if base is None:
        return own
    if not _NAME.fullmatch(str(base)):
        raise ProfileInvalid(name=name, reason=f"base = {base!r}")
    return _merged(_with_base(tomllib.loads((SHIPPED / f"{base}.toml").read_text("utf-8")), name), own)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in own.items():
        there = result.get(key)
        result[key] = _merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return result
