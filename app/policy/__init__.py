"""What may be analysed, shown, scored and sent: one profile per jurisdiction, and the candidate's consent within it.

Profiles are TOML files in `resources/policies`; where none fits, the strictest holds. The veil and the machine's share
are read from here by scoring and review. No database, no window.
"""

from app.policy.profiles import (
    STRICTEST,
    Modality,
    Profile,
    allowed_modalities,
    allows,
    kept_back,
    profile,
    profiles,
    require_modalities,
    scored_modalities,
    shown_modalities,
)

__all__ = [
    "STRICTEST",
    "Modality",
    "Profile",
    "allowed_modalities",
    "allows",
    "kept_back",
    "profile",
    "profiles",
    "require_modalities",
    "scored_modalities",
    "shown_modalities",
]
