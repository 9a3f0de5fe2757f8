"""An interview's status is the stage of its applicant. Stages are told by their names, and are never moved back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.contract import STATUS_ORDER, InterviewStatus
from sync.dialects.odoo.calls import Odoo
from sync.failures import MappingBroken

MODEL = "hr.recruitment.stage"
Names = Mapping[InterviewStatus, Iterable[str]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; `jobs` () = of all jobs. `rank` tells which comes first."""

    id: int
    name: str
    rank: tuple[int, int]
    jobs: tuple[int, ...]


class Stages:
    """All stages of a server, as they are now."""

    def __init__(self, odoo: Odoo, names: Names) -> None:
        self._host, self._names = odoo.wire.host, names
        rows = odoo.rows(MODEL, [], ["name", "sequence", "job_ids"], order="sequence,id")
        self._all = tuple(
            Stage(row["id"], str(row["name"]).strip(), (row["sequence"], row["id"]), tuple(row["job_ids"] or ()))
            for row in rows
        )

    def find(self, stage_id: int | None) -> Stage | None:
        """The stage with this id."""
        return next((stage for stage in self._all if stage.id == stage_id), None)

    def jobs(self) -> tuple[int | None, ...]:
        """Jobs that have stages of their own, and None for all others."""
        return (None, *sorted({job for stage in self._all for job in stage.jobs}))

    def of(self, status: InterviewStatus, job: int | None) -> Stage | None:
        """The stage of a status in one job: the job's own goes before one of all jobs. None = there is none."""
        for name in self._names[status]:
            named = [stage for stage in self._all if stage.name.casefold() == name.strip().casefold()]
            fitting = [stage for stage in named if job in stage.jobs] or [stage for stage in named if not stage.jobs]
            if fitting:
                return fitting[0]
        return None

    def needed(self, status: InterviewStatus, job: int | None) -> Stage:
        """The stage of a status. MappingBroken where there is none (any more)."""
        found = self.of(status, job)
        if found is None:
            name = next(iter(self._names[status]))
            raise MappingBroken("gone", host=self._host, field=name, source=f"stages.{status}")
        return found

    def status(self, stage: Stage | None, job: int | None) -> InterviewStatus | None:
        """The status that a stage means, the earliest where it means several; None = it means none."""
        if stage is None:
            return None
        return next((status for status in STATUS_ORDER if self.of(status, job) == stage), None)

    def reached(self, stage: Stage | None, job: int | None) -> InterviewStatus:
        """How far an applicant in this stage is: the last status whose stage does not come later."""
        reached = STATUS_ORDER[0]
        for status in STATUS_ORDER:
            there = self.of(status, job)
            if stage and there and there.rank <= stage.rank:
                reached = status
        return reached


def many2one(value: Any) -> int | None:
    """The id of Odoo's [id, name]; None where it is False."""
    return value[0] if isinstance(value, list) and value and isinstance(value[0], int) else None
