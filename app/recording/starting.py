"""When a recording that has come is analysed: at once, in the night, or when a person says so."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import psutil

from analysis.features import modalities
from app.failures import ConsentMissing
from app.policy import Profile
from app.recording.stretch_consent import to_analyse
from app.settings import Settings

if TYPE_CHECKING:
    from app.store.library import Library

DAY_MIN = 24 * 60


class When(StrEnum):
    """What a workstation is set to."""

    AT_ONCE = "at_once"
    AT_NIGHT = "at_night"
    AFTER_CUTTING = "after_cutting"
    """Each recording waits until a person has cut out what must not be analysed."""
    BY_HAND = "by_hand"


def when(settings: Settings) -> When:
    """What this workstation is set to; at once where the setting is not known."""
    return When(settings.analyse_when) if settings.analyse_when in set(When) else When.AT_ONCE


def is_night(local: datetime, settings: Settings) -> bool:
    """Whether it is night by the clock on the wall. A night that begins and ends at one time lasts the whole day."""
    now = local.hour * 60 + local.minute
    begins, ends = settings.night_from_min % DAY_MIN, settings.night_to_min % DAY_MIN
    return begins <= now < ends if begins < ends else now >= begins or now < ends


def on_mains() -> bool:
    """Whether the computer has its power from the mains, as far as the system tells."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is None or battery.power_plugged is not False


def forgotten(library: Library, rules: Profile) -> tuple[str, ...]:
    """Those of `waiting` that were recorded here and whose analysis nobody began: the window closed at their end."""
    return tuple(
        interview_id
        for interview_id in waiting(library, rules)
        if (media := library.interview(interview_id).media) is not None
        and library.never_begun(interview_id)
        and library.made_here(media.sha256)
    )


def waiting(library: Library, rules: Profile) -> tuple[str, ...]:
    """The interviews whose recording was never analysed and may be, the oldest first.

    Those whose analysis failed are not among them: it would fail again.
    """

    return tuple(each for each in library.never_analysed() if may_analyse(library, each, rules))


def may_analyse(library: Library, interview_id: str, rules: Profile) -> bool:
    """Whether anything of a recording may be analysed: profile and consent allow it, in each of its stretches."""
    try:
        return bool(to_analyse(library, interview_id, rules, modalities()))
    except ConsentMissing:
        return False
