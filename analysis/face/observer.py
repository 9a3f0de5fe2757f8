"""Following the candidate's face through the frames of a recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.face.detector import Detection, Detector, distinct
from analysis.face.gaze import gaze
from analysis.face.inference import Picture
from analysis.face.landmarks import LOOK_MARGIN, LandmarkModel, Mesh, light_and_sharpness
from analysis.face.look import FaceLook, Region
from analysis.face.loyalty import Loyalty
from analysis.face.pose import angles, load_mesh, rotation
from analysis.face.record import Record
from analysis.observations import FaceObservation

_MIN_PRESENCE = 0.5
_CERTAIN_PRESENCE = 0.9
"""For a face that is new: measured on real faces down to 45 pixels it is 1.00 after one refinement."""
_MIN_TILE_SCORE = 0.75
"""Tiles show much texture: false finds score up to .71 there, real faces of 50 pixels and more above .9."""
_COUNT_EVERY_S = 2.0
_TILES_EVERY_S = 1.0
_TILE_SHARES = (1.0, 0.5)
"""Sides of the search tiles as shares of the picture's shorter side, coarse first."""
_MIN_SIDE = 24.0
"""Pixels: below this a face has no readable features."""
_MAX_TRIES = 3
"""At most this many detections are tried per frame: false ones cost a landmark run each."""


@dataclass
class _State:
    """Whom we follow, where that face was in the last frame, and when to search and to count again."""

    loyalty: Loyalty = field(default_factory=Loyalty)
    region: Region | None = None
    next_tiles: float = -math.inf
    next_count: float = -math.inf
    faces: int = 0


class FaceObserver:
    """Looks at frames in time order and keeps what it saw of one person, the candidate.

    The landmarks of one frame say where to look in the next one; the detector runs when that fails, and every two
    seconds to count the faces. Small, far faces are searched in tiles at most once a second.
    """

    def __init__(self, detector: Path, landmarks: Path, blendshapes: Path, canonical_mesh: Path, threads: int) -> None:
        """Load the models; `canonical_mesh` is the `.task` file. Raises ModelMissing, ModelDamaged."""
        self._detector = Detector(detector, threads)
        self._landmarks = LandmarkModel(landmarks, blendshapes, threads)
        self._mesh = load_mesh(canonical_mesh)
        self._state, self._record = _State(), Record()

    def forget(self) -> None:
        """Forget who was followed and what was seen: the next frame is of another recording, or after a jump in it."""
        self._state, self._record = _State(), Record()

    def look(self, time_s: float, rgb: Picture) -> FaceLook | None:
        """The candidate's face in this frame, (height, width, 3) RGB; None where none is seen."""
        mesh = self._follow(rgb) or self._search(time_s, rgb)
        look = self._describe(time_s, rgb, mesh) if mesh else None
        self._state.region = mesh.region if mesh else None
        if look is not None:
            self._state.loyalty.seen(time_s, look.box)
        self._record.add(time_s, look, self._count(time_s, rgb, look is not None))
        return look

    def finish(self) -> FaceObservation:
        """All that was seen, as arrays over the sampled times."""
        return self._record.observation()

    def _follow(self, rgb: Picture) -> Mesh | None:
        region = self._state.region
        if region is None:
            return None
        mesh = self._landmarks.mesh(rgb, region.scaled(LOOK_MARGIN))
        return mesh if _is_face(mesh, rgb) else None

    def _search(self, time_s: float, rgb: Picture) -> Mesh | None:
        mesh = self._first_face(time_s, rgb, self._detector.whole(rgb))
        if mesh is not None or time_s < self._state.next_tiles:
            return mesh
        self._state.next_tiles = time_s + _TILES_EVERY_S
        for share in _TILE_SHARES:
            mesh = self._first_face(time_s, rgb, self._in_tiles(rgb, share))
            if mesh is not None:
                return mesh
        return None

    def _first_face(self, time_s: float, rgb: Picture, found: Sequence[Detection]) -> Mesh | None:
        height, width = rgb.shape[:2]
        for one in self._state.loyalty.order(time_s, found, width, height)[:_MAX_TRIES]:
            mesh = self._landmarks.mesh(rgb, one.region())
            if not _is_face(mesh, rgb):
                continue
            refined = self._landmarks.mesh(rgb, mesh.region.scaled(LOOK_MARGIN))
            if _is_face(refined, rgb) and refined.presence >= _CERTAIN_PRESENCE:
                return refined
        return None

    def _in_tiles(self, rgb: Picture, share: float) -> list[Detection]:
        return [one for one in self._detector.tiled(rgb, share) if one.score >= _MIN_TILE_SCORE]

    def _describe(self, time_s: float, rgb: Picture, mesh: Mesh) -> FaceLook:
        height, width = rgb.shape[:2]
        x, y = mesh.points[:, 0] / width, mesh.points[:, 1] / height
        turned = rotation(self._mesh, mesh.points)
        shapes = self._landmarks.blendshapes(mesh.points)
        lighting, sharpness = light_and_sharpness(mesh.crop)
        left, top = float(x.min()), float(y.min())
        return FaceLook(
            time_s,
            (left, top, float(x.max()) - left, float(y.max()) - top),
            mesh.points,
            mesh.region,
            shapes,
            *angles(turned),
            *gaze(mesh.points, turned, shapes),
            lighting,
            sharpness,
            mesh.presence,
        )

    def _count(self, time_s: float, rgb: Picture, present: bool) -> int:
        if time_s >= self._state.next_count:
            self._state.next_count = time_s + _COUNT_EVERY_S
            height, width = rgb.shape[:2]
            found = distinct(self._detector.whole(rgb) + self._in_tiles(rgb, _TILE_SHARES[0]))
            found = [one for one in found if one.score >= _MIN_TILE_SCORE]
            self._state.faces = self._state.loyalty.count(time_s, found, width, height)
        return max(self._state.faces, 1) if present else max(self._state.faces - 1, 0)


def _is_face(mesh: Mesh, rgb: Picture) -> bool:
    height, width = rgb.shape[:2]
    inside = 0 <= mesh.region.centre_x < width and 0 <= mesh.region.centre_y < height
    return inside and mesh.presence >= _MIN_PRESENCE and mesh.region.side >= _MIN_SIDE


def landmarks_of(
    rgb: Picture, detector: Path, landmarks: Path, blendshapes: Path, canonical_mesh: Path, threads: int = 1
) -> FaceLook | None:
    """The most prominent face of one picture, for the overlay of a shown frame. To follow a video, keep an observer."""
    return FaceObserver(detector, landmarks, blendshapes, canonical_mesh, threads).look(0.0, rgb)
