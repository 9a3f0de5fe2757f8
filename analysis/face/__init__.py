"""Looking at the candidate's face: detection and tracking, landmarks, head pose, gaze, blendshapes.

`observer` turns frames into one `FaceObservation`; `derive` and `measures` turn that into tracks, events and metrics
without ever seeing a picture. Nothing here says what a face looks like to others. The public names are loaded when
they are first asked for, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.face.look import FaceLook as FaceLook
    from analysis.face.observer import FaceObserver as FaceObserver
    from analysis.face.observer import landmarks_of as landmarks_of

_HOMES = {
    "FaceLook": "analysis.face.look",
    "FaceObserver": "analysis.face.observer",
    "landmarks_of": "analysis.face.observer",
}
__all__ = ["FaceLook", "FaceObserver", "landmarks_of"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(_HOMES[name]), name)
