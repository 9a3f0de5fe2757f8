"""What a profile of Greenhouse may say."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.contract import Conclusion, NoteRole
from sync.dialects.greenhouse.fields import kind_of
from sync.profile import Shape


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written into a note, in one language. `machine`, `range`, `coverage` and the like have one {} each.

    `notes` gives the heading of what is said beside a result.
    """

    title: str
    assessor: str
    composite: str
    range: str
    coverage: str
    keyword_rate: str
    weight: str
    machine: str
    mine: str
    not_assessed: str
    weight_reason: str
    dimensions: str
    summary: str
    strengths: str
    to_improve: str
    questions: str
    comments: str
    record: str
    conclusions: dict[Conclusion, str]
    notes: dict[NoteRole, str] = {}


class GreenhouseShape(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole profile file of this dialect.

    `language` chooses the words of a note, `visibility` who sees it. `new_candidates` = somebody whom Greenhouse does
    not know may be made there, found again by the address `marker` with the interview's id in it.
    """

    words: dict[str, Words]
    language: str = "en"
    visibility: Literal["admin_only", "private", "public"] = "private"
    new_candidates: bool = True
    marker: str = "{}@interview.invalid"
    page_size: int = 50
    overlap_s: float = 300.0
    time_zone: str = "Asia/Shanghai"

    @property
    def author(self) -> int | None:
        """The Greenhouse user who writes: the one that the token stands for. None = the profile names none."""
        user = self.auth.token.more.get("sub", "")
        return int(user) if user.isdecimal() else None

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        return super().wrong() or self._wrong()

    def _wrong(self) -> str:
        if self.mapping and not kind_of(self.mapping):
            return "mapping: fields of the candidate, or of the application, not of both"
        if "status" in self.send:
            return "send: status"
        if self.language not in self.words:
            return f"language = {self.language!r}"
        if any(set(words.conclusions) != set(Conclusion) for words in self.words.values()):
            return "words.conclusions"
        if self.marker.count("{}") != 1 or not self.marker.endswith(".invalid"):
            return f"marker = {self.marker!r}"
        if not 1 <= self.page_size <= 50 or not 0 <= self.overlap_s <= 86_400:
            return "page_size, overlap_s"
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return f"time_zone = {self.time_zone!r}"
        return ""
