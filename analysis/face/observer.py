"""Following the candidate's face through the frames of a recording."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from analysis.face.blendshapes import NAMES
from analysis.face.detector import Detection, Detector, distinct
from analysis.face.gaze import gaze
from analysis.face.inference import Array, Picture
from analysis.face.landmarks import LOOK_MARGIN, LandmarkModel, Mesh, light_and_sharpness
from analysis.face.look import FaceLook, Region
from analysis.face.loyalty import Loyalty
from analysis.face.pose import angles, load_mesh, rotation
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
        self._loyalty = Loyalty()
        self._region: Region | None = None
        self._next_tiles = self._next_count = -np.inf
        self._faces = 0
        self._times: list[float] = []
        self._rows: list[tuple[float, ...] | None] = []
        self._counts: list[int] = []
        self._shapes: list[Array | None] = []

    def look(self, time_s: float, rgb: Picture) -> FaceLook | None:
        """The candidate's face in this frame, (height, width, 3) RGB; None where none is seen."""
        mesh = self._follow(rgb) or self._search(time_s, rgb)
        look = self._describe(time_s, rgb, mesh) if mesh else None
        self._region = mesh.region if mesh else None
        if look is not None:
            self._loyalty.seen(time_s, look.box)
        self._count(time_s, rgb, look is not None)
        self._keep(time_s, look)
        return look

    def _follow(self, rgb: Picture) -> Mesh | None:
        if self._region is None:
            return None
        mesh = self._landmarks.mesh(rgb, self._region.scaled(LOOK_MARGIN))
        return mesh if _is_face(mesh, rgb) else None

    def _search(self, time_s: float, rgb: Picture) -> Mesh | None:
        mesh = self._first_face(time_s, rgb, self._detector.whole(rgb))
        if mesh is not None or time_s < self._next_tiles:
            return mesh
        self._next_tiles = time_s + _TILES_EVERY_S
        for share in _TILE_SHARES:
            mesh = self._first_face(time_s, rgb, self._in_tiles(rgb, share))
            if mesh is not None:
                return mesh
        return None

    def _first_face(self, time_s: float, rgb: Picture, found: Sequence[Detection]) -> Mesh | None:
        height, width = rgb.shape[:2]
        for one in self._loyalty.order(time_s, found, width, height)[:_MAX_TRIES]:
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

    def _count(self, time_s: float, rgb: Picture, present: bool) -> None:
        if time_s >= self._next_count:
            self._next_count = time_s + _COUNT_EVERY_S
            height, width = rgb.shape[:2]
            found = distinct(self._detector.whole(rgb) + self._in_tiles(rgb, _TILE_SHARES[0]))
            found = [one for one in found if one.score >= _MIN_TILE_SCORE]
            self._faces = self._loyalty.count(time_s, found, width, height)
        self._counts.append(max(self._faces, 1) if present else max(self._faces - 1, 0))

    def _keep(self, time_s: float, look: FaceLook | None) -> None:
        self._times.append(time_s)
        self._shapes.append(look.blendshapes if look else None)
        self._rows.append(
            (*look.box, look.yaw, look.pitch, look.roll, look.gaze_yaw, look.gaze_pitch, look.lighting, look.sharpness)
            if look
            else None
        )

    def finish(self) -> FaceObservation:
        """All that was seen, as arrays over the sampled times."""
        rows = _table(self._rows, 11)
        times = np.array(self._times, np.float32)
        return FaceObservation(
            times=times,
            rate_hz=float(1.0 / np.median(np.diff(self._times))) if len(self._times) > 1 else 0.0,
            box=rows[:, 0:4],
            head=rows[:, 4:7],
            gaze=rows[:, 7:9],
            blendshapes=_table(self._shapes, len(NAMES)),
            faces=np.array(self._counts, np.float32),
            lighting=rows[:, 9],
            sharpness=rows[:, 10],
        )


def _table(rows: Sequence[tuple[float, ...] | Array | None], width: int) -> Array:
    """(n, width) float32, NaN for the frames without a face."""
    table = np.full((len(rows), width), np.nan, np.float32)
    for number, row in enumerate(rows):
        if row is not None:
            table[number] = row
    return table


def _is_face(mesh: Mesh, rgb: Picture) -> bool:
    height, width = rgb.shape[:2]
    inside = 0 <= mesh.region.centre_x < width and 0 <= mesh.region.centre_y < height
    return inside and mesh.presence >= _MIN_PRESENCE and mesh.region.side >= _MIN_SIDE


def landmarks_of(
    rgb: Picture, detector: Path, landmarks: Path, blendshapes: Path, canonical_mesh: Path, threads: int = 1
) -> FaceLook | None:
    """The most prominent face of one picture, for the overlay of a shown frame. To follow a video, keep an observer."""
    return FaceObserver(detector, landmarks, blendshapes, canonical_mesh, threads).look(0.0, rgb)
