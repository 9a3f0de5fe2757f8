"""What may be asked of outside AI services, what leaves the computer for it, and the candidate's consent to that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sync.providers.profile import Kind as Purpose

__all__ = ["DATA", "MODALITY", "Data", "OutsideConsent", "Purpose", "ServiceSetting"]


class Data(StrEnum):
    """What leaves the computer: the voices, the words as text, or pictures of the candidate."""

    SOUND = "sound"
    WORDS = "words"
    PICTURES = "pictures"


DATA: dict[Purpose, Data] = {
    Purpose.SPEECH: Data.SOUND,
    Purpose.TERMS: Data.WORDS,
    Purpose.SCORING: Data.WORDS,
    Purpose.EXPRESSION: Data.PICTURES,
}
MODALITY: dict[Purpose, str] = {
    Purpose.SPEECH: "speech",
    Purpose.TERMS: "speech",
    Purpose.SCORING: "speech",
    Purpose.EXPRESSION: "expression",
}
"""The modality of an analysis that a purpose belongs to: what may not be analysed here may not be sent either."""


@dataclass(frozen=True, slots=True)
class ServiceSetting:
    """One kind of service as a person set it up: the profile's id, an address and a model where they differ from the
    profile's, and whether it is used. The key is in the keyring."""

    profile: str = ""
    url: str = ""
    model: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True)
class OutsideConsent:
    """Whether the candidate agreed that `service` at `host` gets what a purpose needs; the newest one holds."""

    interview_id: str
    purpose: Purpose
    host: str
    service: str
    agreed: bool
    text_version: str
    by: str
    recorded: datetime
