"""Whatever becomes of a test, its recordings end with it: no thread and no child goes on into the tests after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.recording.writing import Recording

ENDS_S, AFTER_KILL_S = 60.0, 60.0


@contextmanager
def all_end() -> Iterator[list[Recording]]:
    """The recordings that are begun within; those that go on at the end are ended, while their library is open."""
    begun: list[Recording] = []
    real = Recording.__init__

    def noted(self: Recording, *given: Any, **named: Any) -> None:
        begun.append(self)
        real(self, *given, **named)

    Recording.__init__ = noted  # type: ignore[method-assign]
    try:
        yield begun
    finally:
        Recording.__init__ = real  # type: ignore[method-assign]
        for recording in begun:
            end(recording)


def end(recording: Recording) -> None:
    """End one that goes on; a child that does not come to its end is killed."""
    if not recording._writer.is_alive():
        recording.join(ENDS_S)
        return
    recording.stop(lambda _: None)
    recording.join(ENDS_S)
    if recording._writer.is_alive() and (part := recording._part) is not None:
        part.kill()
        recording.join(AFTER_KILL_S)
    assert not recording._writer.is_alive(), "a recorder goes on after its test"
