"""The profiles of HR systems that can be chosen: those that come with the program, and the company's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app import text
from sync.failures import ProfileInvalid
from sync.profile import find_profile, own_profiles, shipped_profiles


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """One profile: its name in the settings, its titles by language, and what has to be entered for it.

    `own` = the company's; `usable` False = its file says something wrong, which testing the connection tells.
    """

    name: str
    titles: dict[str, str] = field(default_factory=dict)
    own: bool = False
    usable: bool = True
    wants_account: bool = False
    wants_secret: bool = True
    wants_certificate: bool = False

    def title(self, language: str) -> str:
        """The name that people see."""
        said = self.titles.get(language) or next(iter(self.titles.values()), self.name)
        if not self.usable:
            return text.tr("settings.profile_unusable", title=said)
        return text.tr("settings.profile_own", title=said) if self.own else said


def profile_choices(folder: Path) -> tuple[ProfileChoice, ...]:
    """All profiles, the company's own (files of this folder) last; of two with one name the company's counts."""
    own = own_profiles(folder)
    names = [name for name in shipped_profiles() if name not in own]
    return tuple(_choice(name, folder, own=name in own) for name in (*names, *own))


def _choice(name: str, folder: Path, *, own: bool) -> ProfileChoice:
    try:
        shape = find_profile(name, folder).shape
    except ProfileInvalid:
        return ProfileChoice(name, own=own, usable=False)
    auth = shape.auth
    return ProfileChoice(
        name, dict(shape.title), own, True, auth.wants_account, auth.wants_secret, auth.wants_certificate
    )
