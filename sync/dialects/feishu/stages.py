"""The guarded table of stages: an application moves forward only, from where it was said to stand."""

from __future__ import annotations

from dataclasses import dataclass

from sync.contract import STATUS_ORDER, InterviewStatus
from sync.dialects.feishu.calls import Calls, Row, below
from sync.dialects.feishu.shape import FeishuShape
from sync.failures import MappingBroken, RemoteConflict, RemoteNonsense
from sync.system import Move

TERMINATED = 2
_WORDS = {
    InterviewStatus.SCHEDULED: "待面试",
    InterviewStatus.IN_PROGRESS: "面试中",
    InterviewStatus.TO_REVIEW: "待评估",
    InterviewStatus.ASSESSED: "已评估",
}
"""How a status is told where the profile has no stage for it: on external applications, whose stage is a mere word."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """A stage of a recruiting process."""

    id: str
    names: tuple[str, ...]


class Stages:
    """The stages of the company's processes, read once a connection."""

    def __init__(self, calls: Calls, shape: FeishuShape) -> None:
        self._calls, self._shape = calls, shape
        self._processes: list[list[_Stage]] | None = None

    def word(self, status: InterviewStatus) -> str:
        """The word for a status."""
        return self._shape.stage(status) or _WORDS[status]

    def meaning(self, word: str) -> InterviewStatus | None:
        """The status that a word stands for; None = none of ours."""
        return next((status for status in STATUS_ORDER if self.word(status) == word), None)

    def check(self) -> None:
        """Whether each named stage is in some process. MappingBroken."""
        known = {name for process in self._all() for stage in process for name in stage.names}
        for status in STATUS_ORDER:
            name = self._shape.stage(status)
            if name and name not in known:
                raise self._gone(name)

    def move(self, application_id: str, move: Move) -> None:
        """Bring an application to the stage of the target; a target without a stage moves nothing."""
        name = self._shape.stage(move.target)
        if not name or STATUS_ORDER.index(move.target) <= STATUS_ORDER.index(move.source):
            return
        application = self._calls.look("GET", below("/v1/applications", application_id)).get("application") or {}
        stands = str((application.get("stage") or {}).get("id") or "")
        process = next((one for one in self._all() if any(stage.id == stands for stage in one)), None)
        if process is None:
            raise RemoteNonsense(host=self._calls.wire.host)
        here = next(place for place, stage in enumerate(process) if stage.id == stands)
        there = next((place for place, stage in enumerate(process) if name in stage.names), None)
        if there is None:
            raise self._gone(name)
        if here == there:
            return
        self._guard(application, process, here, there, move)
        body = {"stage_id": process[there].id}
        self._calls.ask("POST", below("/v1/applications", application_id) + "/transfer_stage", body=body)

    def _guard(self, application: Row, process: list[_Stage], here: int, there: int, move: Move) -> None:
        """Only from the stage of the source, or from before the first of our stages where the interview begins."""
        ours = [self._status(stage) for stage in process]
        reached = [status for status in ours[: here + 1] if status]
        before_all = not reached and move.source is STATUS_ORDER[0]
        unnamed = not self._shape.stage(move.source) and (not reached or reached[-1] is not move.target)
        may = ours[here] is move.source or before_all or unnamed
        if application.get("active_status") == TERMINATED or here > there or not may:
            stage = process[here].names[0]
            theirs: dict[str, object] = {"status": reached[-1].value if reached else stage}
            raise RemoteConflict(theirs, host=self._calls.wire.host, field="status_differs")

    def _status(self, stage: _Stage) -> InterviewStatus | None:
        return next((status for name in stage.names if (status := self._shape.status(name))), None)

    def _all(self) -> list[list[_Stage]]:
        if self._processes is None:
            rows = self._calls.every("/v1/job_processes", 100)
            self._processes = [[_stage(one) for one in row.get("stage_list") or []] for row in rows]
        return self._processes

    def _gone(self, name: str) -> MappingBroken:
        return MappingBroken("gone", host=self._calls.wire.host, field=name, source="status")


def _stage(row: Row) -> _Stage:
    return _Stage(str(row["id"]), tuple(filter(None, (row.get("zh_name"), row.get("en_name")))))
