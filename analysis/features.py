"""Which optional rooms this build has. A build can leave `analysis.expression` out and shows no trace of it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def expression() -> ModuleType | None:
    """The package for visible expression, or None in a build without it.

    Everything outside that package reaches it through here, so that leaving the folder out is all that a build has
    to do. The package offers `MODELS`, `TRACKS`, `EVENT_KINDS`, `METRICS`, `Observer` and `derive`.
    """
    return import_module("analysis.expression") if find_spec("analysis.expression") else None


FACE_EVENT_KINDS: tuple[str, ...] = ("blink", "gaze_away", "face_lost", "other_shown", "too_dark", "blurred")
FACE_TRACKS: tuple[str, ...] = (
    "present", "box_x", "box_y", "box_w", "box_h", "head_yaw", "head_pitch", "head_roll", "gaze_yaw", "gaze_pitch",
    "eye_contact",
)  # fmt: skip
BASE_EVENT_KINDS: tuple[str, ...] = (
    "pause", "filler", "repetition", "backchannel", "overlap", *FACE_EVENT_KINDS, "term", "quantified_result",
    "structure", "restart", "cause_marker", "contrast_marker", "order_marker", "addition_marker", "condition_marker",
    "example_marker",
)  # fmt: skip


def event_kinds() -> tuple[str, ...]:
    """All kinds of events that this build can write."""
    extra = expression()
    return BASE_EVENT_KINDS + (tuple(extra.EVENT_KINDS) if extra else ())


def modality_of_event(kind: str) -> str:
    """The modality that a kind of event stems from; what this build does not know was heard or written down."""
    extra = expression()
    if extra is not None and kind in extra.EVENT_KINDS:
        return "expression"
    return "face" if kind in FACE_EVENT_KINDS else "speech"


def modality_of_track(name: str) -> str:
    """The modality that a track stems from."""
    extra = expression()
    if extra is not None and name in extra.TRACKS:
        return "expression"
    return "face" if name in FACE_TRACKS else "speech"


def modalities() -> tuple[str, ...]:
    """The modalities that this build can analyse; consent and policy choose among them."""
    return ("speech", "face", "expression") if expression() else ("speech", "face")


def rests_on(modality: str) -> str:
    """The modality without which this one cannot be observed: what an optional room reads, it reads from the face. ""
    for none."""
    return "" if modality in ("speech", "face") else "face"
