"""One capture, several listeners."""

from __future__ import annotations

from app.recording.kinds import Picture, Role, Sink


class _Tee:
    """A sink that hands everything to others, in their order."""

    def __init__(self, sinks: tuple[Sink, ...]) -> None:
        self._sinks = sinks

    def picture(self, role: Role, at_ns: int, picture: Picture) -> None:
        """One picture."""
        for sink in self._sinks:
            sink.picture(role, at_ns, picture)

    def sound(self, role: Role, at_ns: int, samples: bytes) -> None:
        """A block of sound."""
        for sink in self._sinks:
            sink.sound(role, at_ns, samples)

    def gone(self, role: Role) -> None:
        """A source has vanished."""
        for sink in self._sinks:
            sink.gone(role)


def tee(*sinks: Sink) -> Sink:
    """A sink that hands everything to all of these, first to the first: let that be what writes the recording."""
    return _Tee(sinks)
