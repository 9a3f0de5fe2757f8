"""A person in HR who works on a record in the very moment in which it is written to from outside."""

from __future__ import annotations

from itertools import count
from typing import Any

from sync.sandbox.standing import read
from sync.sandbox.store import STATUSES, Store, StoreRefuses

BY = "HR"


class Person:
    """Writes something new each time."""

    def __init__(self, store: Store) -> None:
        self._store, self._times = store, count(1)

    def words(self) -> str:
        """Something that nobody has written before."""
        return f"{BY} {next(self._times)}"

    def other(self, value: Any) -> Any:
        """Something else than this value, of its kind: a number for a number, words for all else."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return round((value + 1.3) % 10, 1)
        return self.words()

    def writes(self, assessment_id: str, field: str) -> bool:
        """Write into a field (dotted path) of the result that stands; False where there is none yet."""
        standing = self._store.standing(assessment_id)
        if standing is None:
            return False
        self._store.edit_result(assessment_id, {field: self.other(read(standing.body, field))})
        return True

    def moves(self, interview_id: str, target: str) -> bool:
        """Move an interview one step beyond `target`, where there is one and it does not stand there already."""
        try:
            stands = str(self._store.interview(interview_id)["status"])
        except StoreRefuses:
            return False
        if stands not in STATUSES:
            return False  # it was called off
        beyond = STATUSES[min(STATUSES.index(target) + 1, len(STATUSES) - 1)] if target in STATUSES else stands
        if STATUSES.index(beyond) <= STATUSES.index(stands):
            return False
        operation = f"{BY}-{interview_id}-{beyond}"
        self._store.move(interview_id, stands, beyond, "", operation, operation)
        return True
