"""What a profile for Feishu Hire may say."""

from __future__ import annotations

from typing import Literal

import msgspec

from sync.contract import STATUS_ORDER, Conclusion, InterviewStatus, NoteRole
from sync.dialects.envelope import Envelope
from sync.profile import Shape

NOT_PASSED, PASSED, OPEN = 1, 2, 3
"""What Feishu Hire knows as a conclusion: 不通过, 通过, 待定."""
VERDICTS = {NOT_PASSED: "不通过", PASSED: "通过", OPEN: "待定"}


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words in which a result is told; `{}` stands for what is told. `notes`: headings of what else is said."""

    source: str
    verdict: str
    verdicts: dict[str, str]
    composite: str
    range: str
    coverage: str
    keyword_rate: str
    weight: str
    other_weight: str
    weight_reason: str
    machine: str
    mine: str
    not_assessed: str
    strengths: str
    to_improve: str
    questions: str
    comments: str
    yes: str
    no: str
    record: str
    files: str
    notes: dict[NoteRole, str] = {}


class FeishuShape(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole profile file of this dialect.

    `stages` gives the name of the stage that stands for a status ("" or missing = an application is not moved for it);
    `conclusions` the number that stands for our conclusion; `score` the range in which Feishu shows a score of 0 to 10.
    `language` is the one that `words` are in.
    """

    envelope: Envelope
    words: Words
    stages: dict[str, str] = msgspec.field(default_factory=dict)
    conclusions: dict[str, int]
    language: Literal["zh", "en"] = "zh"
    score: tuple[int, int] = (0, 100)
    page_size: int = 20
    overlap_s: float = 300.0
    time_zone: str = "Asia/Shanghai"

    def wrong(self) -> str:
        """What a file that has the right shape still gets wrong; "" = nothing."""
        return super().wrong() or self._wrong_stages() or self._wrong_conclusions() or self._wrong_numbers()

    def status(self, stage: str) -> InterviewStatus | None:
        """The status that a stage stands for; None = none of ours."""
        found = (status for status, name in self.stages.items() if name and name == stage)
        return next((InterviewStatus(status) for status in found), None)

    def stage(self, status: InterviewStatus) -> str:
        """The name of the stage that stands for a status; "" = there is none."""
        return self.stages.get(status.value, "")

    def _wrong_stages(self) -> str:
        named = [name for name in self.stages.values() if name]
        if set(self.stages) - set(STATUS_ORDER) or len(set(named)) != len(named):
            return "stages"
        return ""

    def _wrong_conclusions(self) -> str:
        """Nobody may be passed or turned down by how a word is told."""
        given = self.conclusions
        if set(given) != set(Conclusion) or set(given.values()) - set(VERDICTS):
            return "conclusions"
        verdicts = {Conclusion.HIRE: (PASSED, OPEN), Conclusion.NO_HIRE: (NOT_PASSED, OPEN)}
        wrong = [name for name in Conclusion if given[name] not in verdicts.get(name, (OPEN,))]
        return f"conclusions.{wrong[0]}" if wrong else ""

    def _wrong_numbers(self) -> str:
        if not 0 <= self.score[0] < self.score[1] <= 10_000:
            return "score"
        return "" if 1 <= self.page_size <= 20 and 0 <= self.overlap_s <= 86_400 else "page_size, overlap_s"
