"""Profiles per jurisdiction; the law behind each figure stands in its file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import msgspec

from analysis.features import modalities, rests_on
from app import text
from app.domain.outside import Data
from app.domain.types import Consent
from app.failures import ConsentMissing
from app.resources import resource

STRICTEST = "strictest"


class ConsentRule(StrEnum):
    """Where the candidate's consent is kept.

    RECORDED: nothing is analysed before the library holds it. KEPT_OUTSIDE: the company has it on file; one that the
    library does hold narrows what may be analysed, and an empty (withdrawn) one stops it.
    """

    RECORDED = "recorded"
    KEPT_OUTSIDE = "kept_outside"


@dataclass(frozen=True, slots=True)
class Modality:
    """What may be done with one modality: analyse it, show what was found, let it support a score."""

    analyse: bool
    show: bool
    score: bool


_NOTHING = Modality(analyse=False, show=False, score=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one jurisdiction.

    `machine_share_cap` 0..1 = the most that a machine's score may weigh against the person's; `veil` = machine scores
    are hidden until rated or unveiled; `media_may_leave` = recordings may be sent to another system;
    `clips` = a person may save a stretch of one as a file on this computer; `external` = what may be sent to an outside
    AI service, once the candidate has agreed to that very service.
    """

    name: str
    consent: ConsentRule
    machine_share_cap: float
    veil: bool
    media_may_leave: bool
    clips: bool
    modalities: dict[str, Modality]
    external: tuple[Data, ...] = ()

    def rule(self, modality: str) -> Modality:
        """What may be done with a modality; one that the profile does not name is forbidden."""
        return self.modalities.get(modality, _NOTHING)


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    consent: ConsentRule
    machine_share_cap: float
    veil: bool
    media_may_leave: bool
    clips: bool
    external: tuple[Data, ...]
    modalities: dict[str, Modality]


class _Addition(msgspec.Struct, forbid_unknown_fields=True):
    """What the file of an optional room adds to a profile."""

    modalities: dict[str, Modality]


@cache
def profiles() -> tuple[str, ...]:
    """The names of all profiles, the strictest last."""
    names = [path.stem for path in resource("policies").glob("*.toml") if "." not in path.stem]
    return tuple(sorted(names, key=lambda name: (name == STRICTEST, name)))


@cache
def profile(name: str) -> Profile:
    """The profile of a jurisdiction; the strictest one for a name that is not known."""
    if name not in profiles():
        name = STRICTEST
    folder = resource("policies")
    body = msgspec.convert(tomllib.loads((folder / f"{name}.toml").read_text("utf-8")), _Body)
    rules = dict(body.modalities)
    for path in sorted(folder.glob(f"{name}.*.toml")):
        rules |= msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Addition).modalities
    return Profile(
        name, body.consent, body.machine_share_cap, body.veil, body.media_may_leave, body.clips, rules, body.external
    )


def allowed_modalities(rules: Profile, consent: Consent | None) -> tuple[str, ...]:
    """The modalities of this build that may be analysed: what the profile allows, narrowed by a recorded consent."""
    agreed = None if consent is None else consent.modalities
    return tuple(name for name in modalities() if allows(rules, name, agreed))


def allows(rules: Profile, modality: str, agreed: tuple[str, ...] | None) -> bool:
    """Whether one modality, and the one that it rests on, may be analysed, with the modalities that a recorded consent
    names; None = none recorded."""
    if (other := rests_on(modality)) and not allows(rules, other, agreed):
        return False
    if agreed is None:
        return rules.consent is not ConsentRule.RECORDED and rules.rule(modality).analyse
    return rules.rule(modality).analyse and modality in agreed


def kept_back(rules: Profile, consent: Consent | None, *, has_sound: bool, has_picture: bool) -> tuple[str, ...]:
    """The modalities of a recording that consent does not let go: where there is one, the recording stays.

    Whether the jurisdiction lets recordings leave at all is `Profile.media_may_leave`.
    """
    allowed = allowed_modalities(rules, consent)
    has = {"speech": has_sound, "face": has_picture}
    return tuple(name for name, there in has.items() if there and name not in allowed)


def require_modalities(rules: Profile, consent: Consent | None, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the wanted modalities that are allowed, in this build's order. ConsentMissing where none is."""
    allowed = tuple(name for name in allowed_modalities(rules, consent) if name in wanted)
    if not allowed:
        named = (text.tr(f"policy.modality_{name}") for name in wanted if text.has(f"policy.modality_{name}"))
        raise ConsentMissing(what=", ".join(named))
    return allowed


def shown_modalities(rules: Profile) -> tuple[str, ...]:
    """The modalities of this build whose findings may be shown."""
    return tuple(name for name in modalities() if rules.rule(name).show)


def scored_modalities(rules: Profile) -> tuple[str, ...]:
    """The modalities of this build that may support a machine score."""
    return tuple(name for name in modalities() if rules.rule(name).score)
