"""Finding faces in a picture: the detector proposes, the landmark model decides, the most prominent come first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.face.detector import Detection, Detector, distinct
from analysis.face.inference import Picture
from analysis.face.landmarks import LOOK_MARGIN, LandmarkModel, Mesh
from analysis.face.look import Region
from analysis.face.prominence import prominence

_MIN_PRESENCE = 0.5
_CERTAIN_PRESENCE = 0.9
"""For a face that is new: measured on real faces down to 45 pixels it is 1.00 after one refinement."""
_MIN_TILE_SCORE = 0.75
"""Tiles show much texture: false finds score up to .71 there, real faces of 50 pixels and more above .9."""
_TILE_SHARES = (1.0, 0.5)
"""Sides of the search tiles as shares of the picture's shorter side, coarse first."""
_FINE_TILE = 300
"""Pixels: the finest tiles, in which faces of 34 pixels are found."""
_FINER = 0.4
"""They are searched where they are this share of the shorter side or less: in a picture of 720 lines the half tiles
show faces of 40 pixels, and smaller ones have no readable features."""
_MIN_SIDE = 24.0
"""Pixels: below this a face has no readable features."""
_MAX_TRIES = 3
"""At most this many detections are tried per picture: false ones cost a landmark run each."""


class Finder:
    """Looks for faces that are not followed yet."""

    def __init__(self, detector: Detector, landmarks: LandmarkModel) -> None:
        self._detector, self._landmarks = detector, landmarks

    def whole(self, rgb: Picture) -> list[Detection]:
        """What may be a face in the whole picture: people near the camera."""
        return _ordered(rgb, self._detector.whole(rgb))

    def counted(self, rgb: Picture) -> list[Detection]:
        """What is a face with some certainty, near or at a middle distance."""
        found = self._detector.whole(rgb) + self._detector.tiled(rgb, _TILE_SHARES[0])
        return _ordered(rgb, [one for one in distinct(found) if one.score >= _MIN_TILE_SCORE])

    def far(self, rgb: Picture, most: int) -> list[Mesh]:
        """The faces of people far from the camera, from the coarsest tiles that show any."""
        shorter = min(rgb.shape[:2])
        finer = _FINE_TILE / shorter
        for share in (*_TILE_SHARES, *([finer] if finer < _FINER else [])):
            found = [one for one in self._detector.tiled(rgb, share) if one.score >= _MIN_TILE_SCORE]
            meshes = self.faces(rgb, _ordered(rgb, found), most)
            if meshes:
                return meshes
        return []

    def faces(self, rgb: Picture, found: Sequence[Detection], most: int) -> list[Mesh]:
        """Up to `most` of the detections that are faces indeed."""
        meshes: list[Mesh] = []
        for one in found[:_MAX_TRIES]:
            if len(meshes) == most:
                break
            mesh = self._landmarks.mesh(rgb, one.region())
            refined = self.at(rgb, mesh.region) if is_face(mesh, rgb) else None
            if refined is not None and refined.presence >= _CERTAIN_PRESENCE:
                meshes.append(refined)
        return meshes

    def at(self, rgb: Picture, region: Region) -> Mesh | None:
        """The face that was in this region a moment ago, None where it is no longer there."""
        mesh = self._landmarks.mesh(rgb, region.scaled(LOOK_MARGIN))
        return mesh if is_face(mesh, rgb) else None


def is_face(mesh: Mesh, rgb: Picture) -> bool:
    """Whether the landmarks are those of a face in the picture."""
    height, width = rgb.shape[:2]
    inside = 0 <= mesh.region.centre_x < width and 0 <= mesh.region.centre_y < height
    return inside and mesh.presence >= _MIN_PRESENCE and mesh.region.side >= _MIN_SIDE


def _ordered(rgb: Picture, found: Sequence[Detection]) -> list[Detection]:
    """The largest and most central first."""
    height, width = rgb.shape[:2]
    places = np.array([(*one.centre, one.w) for one in found], np.float32).reshape(len(found), 3)
    weights = prominence(places[:, 0] / width, places[:, 1] / height, places[:, 2] / width)
    return [found[place] for place in np.argsort(-weights, kind="stable")]
