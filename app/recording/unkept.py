"""What the library could not take at an interview's end (a full disk, mostly): tried again until it is kept.

Nothing of it is anywhere else: it is in memory, in the order in which it happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unkept:
    """One thing of an interview: `keep` keeps it or raises why not; `words` are those that a person wrote, "" for
    none; `ends`: it says that the interview is over; `refuses`: until it is kept nothing of it may be analysed."""

    interview_id: str
    keep: Callable[[], object]
    words: str = ""
    ends: bool = False
    refuses: bool = False


class UnkeptThings:
    """All that waits to be kept."""

    def __init__(self) -> None:
        self._waiting: list[Unkept] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, things: Iterable[Unkept]) -> None:
        """These could not be kept."""
        self._waiting += things

    def keep(self) -> None:
        """Keep all of it, in its order. Raises what keeping the first does that cannot be kept: it waits still."""
        while self._waiting:
            self._waiting[0].keep()
            del self._waiting[0]

    def goes_on(self, interview_id: str) -> None:
        """An interview goes on: that it was over does not hold any more."""
        self._waiting = [each for each in self._waiting if not (each.ends and each.interview_id == interview_id)]

    def refuses(self, interview_id: str) -> bool:
        """Whether something that the candidate took back is not kept yet."""
        return any(each.refuses and each.interview_id == interview_id for each in self._waiting)

    @property
    def words(self) -> str:
        """What people wrote of it."""
        return "\n\n".join(each.words for each in self._waiting if each.words)
