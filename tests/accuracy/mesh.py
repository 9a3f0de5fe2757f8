"""Pictures of a head whose turn is known: MediaPipe's canonical face mesh, wearing a real face, turned and rendered.

The mesh and its triangles are those inside `face_landmarker.task`. A still's own landmarks are the texture coordinates.
Every triangle is an affine warp of the still, nearer ones hide farther ones, and a pinhole camera looks at it from an
arm's length. Signs as in `analysis.face.pose`: yaw > 0 faces the right edge of the picture, pitch > 0 faces up.
"""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.face.pose import _fields

MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
VERTEX_FLOATS = 5
POINTS = 468
SIZE = 480
FOCAL = 900.0
DISTANCE_CM = 60.0
GROUND = (150, 150, 150)
Array = NDArray[np.float64]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class FaceMesh:
    """`points` (468, 3) in centimetres: x right, y up, z towards the camera; `triangles` (898, 3) of their indices."""

    points: Array
    triangles: NDArray[np.int64]


def load(task: Path) -> FaceMesh:
    """Read the mesh: field 1 of the metadata is a Mesh3d (3 = vertex floats x, y, z, u, v; 4 = triangle indices)."""
    with zipfile.ZipFile(task) as archive:
        metadata = archive.read(MEMBER)
    mesh = next(value for number, value in _fields(metadata) if number == 1)
    fields = list(_fields(mesh))
    floats = b"".join(value for number, value in fields if number == 3)
    numbers = [value for number, value in fields if number == 4]
    indices = _varints(b"".join(numbers)) if isinstance(numbers[0], bytes) else numbers
    vertices = np.frombuffer(floats, "<f4").reshape(-1, VERTEX_FLOATS)[:, :3]
    return FaceMesh(vertices.astype(np.float64), np.array(indices, np.int64).reshape(-1, 3))


def _varints(data: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(value)
            value = shift = 0
    return found


def turned(points: Array, yaw: float, pitch: float) -> Array:
    """The points after the head was turned by these degrees about its own middle: up or down first, then aside."""
    y, p = math.radians(yaw), math.radians(pitch)
    up = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    aside = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    return np.asarray((points - middle) @ (aside @ up).T)


def projected(points: Array) -> Array:
    """(n, 2) pixels of points around the middle of the head, seen by a camera at DISTANCE_CM."""
    depth = DISTANCE_CM - points[:, 2]
    return np.stack([SIZE / 2 + FOCAL * points[:, 0] / depth, SIZE / 2 - FOCAL * points[:, 1] / depth], axis=1)


def render(mesh: FaceMesh, still: Picture, landmarks: Array, yaw: float, pitch: float) -> Picture:
    """(480, 480, 3): the still's face on the turned mesh. `landmarks` (478, 3) in the still's pixels."""
    points = turned(mesh.points, yaw, pitch)
    places, texture = projected(points), landmarks[:POINTS, :2]
    maps = np.full((2, SIZE, SIZE), -1.0, np.float32)
    nearest = np.full((SIZE, SIZE), -np.inf)
    for triangle in mesh.triangles:
        _draw(maps, nearest, places[triangle], points[triangle, 2], texture[triangle])
    picture = cv2.remap(still, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture[~np.isfinite(nearest)] = GROUND
    return np.asarray(picture, np.uint8)


def _draw(maps: NDArray[np.float32], nearest: Array, corners: Array, depths: Array, texture: Array) -> None:
    """Where each pixel of one triangle comes from, where nothing nearer lies there already."""
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, SIZE)
    (ax, ay), (bx, by), (cx, cy) = corners
    area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy)
    if abs(area) < 1e-9 or (low >= high).any():
        return
    y, x = np.mgrid[low[1] : high[1], low[0] : high[0]]
    one = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area
    two = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area
    shares = np.stack([one, two, 1 - one - two], axis=-1)
    depth = shares @ depths
    window = (slice(low[1], high[1]), slice(low[0], high[0]))
    shown = (shares >= -1e-6).all(axis=-1) & (depth > nearest[window])
    nearest[window][shown] = depth[shown]
    sources = shares @ texture
    maps[0][window][shown] = sources[..., 0][shown]
    maps[1][window][shown] = sources[..., 1][shown]
