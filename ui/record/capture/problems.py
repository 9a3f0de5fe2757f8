"""What goes wrong with a source, as one plain sentence with a next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app import text
from app.recording.kinds import Role
from ui.record.capture.choice import Device


class Trouble(StrEnum):
    """Why a source gives nothing."""

    BUSY = "busy"
    DENIED = "denied"
    GONE = "gone"
    SILENT = "silent"
    UNFIT = "unfit"


class Unavailable(Exception):
    """A source cannot be opened now."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A source that gives nothing now. The session goes on trying; the rest goes on recording."""

    role: Role
    device: Device
    trouble: Trouble

    @property
    def sentence(self) -> str:
        """What happened and what to do, in the language in use. The device's name is the system's: plain text."""
        return text.tr(f"capture.{self.device.what}_{self.trouble}", name=called(self.device))


def called(device: Device) -> str:
    """What a device is called on the screen."""
    return device.name or text.tr(f"capture.{device.what}")
