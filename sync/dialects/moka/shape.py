"""What a profile of Moka may say."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.profile import Shape


class MokaShape(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole profile file of this dialect. `hire_modes` = whose positions are read: 社招, 校招."""

    hire_modes: tuple[Literal["social", "campus"], ...] = ("social", "campus")
    overlap_s: float = 600.0
    time_zone: str = "Asia/Shanghai"

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        if self.send or self.mapping:
            return "send, mapping: Moka takes no results"
        if not self.hire_modes or len(set(self.hire_modes)) != len(self.hire_modes):
            return "hire_modes"
        if not 0 <= self.overlap_s <= 86_400:
            return f"overlap_s = {self.overlap_s}"
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return f"time_zone = {self.time_zone!r}"
        return super().wrong()
